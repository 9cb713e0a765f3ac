"""Clocks in working days: when something is due, how many days are left, how long a clock stood still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from jiqun.packs import LawBook
from jiqun.packs.models import Calendar
from jiqun.problems import ProblemsError, problem

Colour = Literal["red", "yellow", "green"]
_DAY = timedelta(days=1)
_SATURDAY = 5


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


@dataclass(frozen=True)
class WorkingDays:
    """Monday to Friday, less the holidays and with the make-up days (调休) of the years whose notices are known."""

    years: frozenset[int]
    free: frozenset[date]
    worked: frozenset[date]

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked; CASE-001 where the year's holidays are not known: they are never guessed.

        >>> known = WorkingDays(frozenset({2026}), frozenset({date(2026, 10, 7)}), frozenset({date(2026, 10, 10)}))
        >>> known.is_working(date(2026, 10, 10)), known.is_working(date(2026, 10, 7))
        (True, False)
        """
        if day.year not in self.years:
            raise ProblemsError([problem("CASE-001", year=day.year)])
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.free)

    def after(self, day: date, count: int) -> date:
        """Return the day on which `count` working days after a day are over; the day itself does not count.

        >>> WorkingDays(frozenset({2026}), frozenset(), frozenset()).after(date(2026, 3, 6), 2)
        datetime.date(2026, 3, 10)
        """
        while count > 0:
            day += _DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Count the working days after the first day up to and with the last; negative where the last lies before.

        >>> WorkingDays(frozenset({2026}), frozenset(), frozenset()).between(date(2026, 3, 6), date(2026, 3, 10))
        2
        """
        if last < first:
            return -self.between(last, first)
        return sum(self.is_working(day) for day in _days(first + _DAY, last))

    def unknown_years(self, first: date, last: date) -> list[int]:
        """Name the years of a span whose holidays are not known."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]


@lru_cache(maxsize=4)
def working_days(book: LawBook) -> WorkingDays:
    """Return the working days of the years for which a law book has a calendar."""
    calendars = [one.model for one in book.objects("calendar") if isinstance(one.model, Calendar)]
    return WorkingDays(
        frozenset(one.year for one in calendars),
        frozenset(day for one in calendars for holiday in one.holidays for day in holiday.days),
        frozenset(day for one in calendars for day in one.worked),
    )


@dataclass(frozen=True)
class Pause:
    """Days on which a clock stood still; `last` is None while it stands."""

    first: date
    last: date | None
    reason: str


@dataclass(frozen=True)
class Clock:
    """What is to be done within `days` working days after `began`; `ended` is the day it was done."""

    began: date
    days: int
    pauses: tuple[Pause, ...] = ()
    ended: date | None = None

    @property
    def stands(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].last is None

    def left(self, today: date, calendar: WorkingDays) -> int:
        """Return the working days that are left: those allowed, less those since it began, plus those it stood."""
        until = self.ended or today
        stood = sum(calendar.between(one.first, min(one.last or until, until)) for one in self.pauses)
        return self.days - calendar.between(self.began, until) + stood

    def due(self, calendar: WorkingDays) -> date | None:
        """Return the day it is due; None while the clock stands."""
        if self.stands:
            return None
        stood = sum(calendar.between(one.first, one.last) for one in self.pauses if one.last is not None)
        return calendar.after(self.began, self.days + stood)


def colour(left: int) -> Colour:
    """Return the light of what has so many working days left: late or due today is red, one day is yellow.

    >>> colour(0), colour(1), colour(2)
    ('red', 'yellow', 'green')
    """
    if left <= 0:
        return "red"
    return "yellow" if left == 1 else "green"
