"""Files that leave with somebody: named by the places they tell of where an account has several."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from jiqun.web.ledger.handing import attachment
from jiqun.web.people.models import User
from jiqun.web.people.places import own_places_said

_LONGEST = 80


def export_of(request: HttpRequest, content: bytes, name: str) -> HttpResponse:
    """Return a file of the reader's rows to be saved."""
    user: Any = request.user
    return attachment(content, named_for(user, name))


def named_for(user: User, name: str) -> str:
    """Add to the name of a file the places whose rows are in it; with one place nobody takes it for another's."""
    if len(user.places) < 2:  # noqa: PLR2004
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem}_{own_places_said(user)[:_LONGEST]}{dot}{ending}"
