"""The rows of the true tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

Cell = int | str | date | None
Record = Mapping[str, Cell]
