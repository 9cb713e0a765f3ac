"""The way from a row shown in a firm's file to the cells it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from jiqun.web.region import ledger


def row_address(table: str, row: Mapping[str, Any]) -> str:
    """Return the page of a row of the ledger, where each of its figures is told with file and cell."""
    key = {name: str(row[name]) for name in ledger().view.key(table)}
    return f"{reverse('ledger:row', args=[table])}?{urlencode(key)}"
