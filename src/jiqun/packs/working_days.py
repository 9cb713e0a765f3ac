"""The working days of a law book: those of its yearly notices on holidays."""

from __future__ import annotations

from functools import lru_cache

from jiqun.expressions import WorkingDays
from jiqun.packs.lawbook import LawBook
from jiqun.packs.models import Calendar


@lru_cache(maxsize=4)
def working_days(book: LawBook) -> WorkingDays:
    """Return the working days of the years for which a law book has a calendar."""
    calendars = [one.model for one in book.objects("calendar") if isinstance(one.model, Calendar)]
    return WorkingDays(
        frozenset(one.year for one in calendars),
        frozenset(day for one in calendars for holiday in one.holidays for day in holiday.days),
        frozenset(day for one in calendars for day in one.worked),
    )
