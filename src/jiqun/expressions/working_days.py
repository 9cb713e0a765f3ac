"""Working days (工作日): Monday to Friday, less holidays and with make-up days, of years whose notices are known."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jiqun.problems import ProblemsError, problem

_DAY = timedelta(days=1)
_SATURDAY = 5
APART = 10_000_000  # more than the days there are


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

    def known_spans(self) -> list[tuple[date, date]]:
        """Return the spans between whose days every working day is known: from the eve of a year to another's end.

        >>> WorkingDays(frozenset({2023, 2024, 2026}), frozenset(), frozenset()).known_spans()[1]
        (datetime.date(2025, 12, 31), datetime.date(2026, 12, 31))
        """
        begins = sorted(year for year in self.years if year - 1 not in self.years)
        ends = sorted(year for year in self.years if year + 1 not in self.years)
        return [(date(first - 1, 12, 31), date(last, 12, 31)) for first, last in zip(begins, ends, strict=True)]

    def counted(self, first: date, last: date) -> int | None:
        """Count as `between` does; None where a day between them belongs to a year whose holidays are not known.

        >>> WorkingDays(frozenset({2026}), frozenset(), frozenset()).counted(date(2026, 12, 31), date(2027, 1, 4))
        """
        if first == last:
            return 0
        known = any(start <= min(first, last) and max(first, last) <= end for start, end in self.known_spans())
        return self.between(first, last) if known else None

    def counts(self) -> Mapping[int, int]:
        """Return, by the number of a day (1 for 0001-01-01), how many days were worked since its span of years began.

        Spans are APART from each other, so that a difference tells whether two days are of one.
        """
        found: dict[int, int] = {}
        for place, (eve, last) in enumerate(self.known_spans()):
            since = itertools.accumulate(map(self.is_working, _days(eve + _DAY, last)), initial=place * APART)
            found.update(zip(range(eve.toordinal(), last.toordinal() + 1), since, strict=True))
        return found
