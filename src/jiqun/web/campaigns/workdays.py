"""Working days of China: Monday to Friday, less the holidays and with the make-up days of the yearly notices.

Source: the General Office of the State Council's notices on the holidays of a year, by year in `NOTICES`. A year
without a notice here is counted Monday to Friday, and `unknown_years` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Notice:
    """The holidays of a year (first and last day, MM-DD) and the days off that are worked instead."""

    document: str
    holidays: tuple[str, ...]
    worked: tuple[str, ...]


NOTICES: Final[dict[int, Notice]] = {
    2023: Notice(
        "国办发明电〔2022〕16号",
        ("01-01 01-02", "01-21 01-27", "04-05 04-05", "04-29 05-03", "06-22 06-24", "09-29 10-06", "12-30 12-31"),
        ("01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"),
    ),
    2024: Notice(
        "国办发明电〔2023〕7号",
        ("01-01 01-01", "02-10 02-17", "04-04 04-06", "05-01 05-05", "06-10 06-10", "09-15 09-17", "10-01 10-07"),
        ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    ),
    2025: Notice(
        "国办发明电〔2024〕12号",
        ("01-01 01-01", "01-28 02-04", "04-04 04-06", "05-01 05-05", "05-31 06-02", "10-01 10-08"),
        ("01-26", "02-08", "04-27", "09-28", "10-11"),
    ),
    2026: Notice(
        "国办发明电〔2025〕7号",
        ("01-01 01-03", "02-15 02-23", "04-04 04-06", "05-01 05-05", "06-19 06-21", "09-25 09-27", "10-01 10-07"),
        ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    ),
}


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _read() -> tuple[frozenset[date], frozenset[date]]:
    free: set[date] = set()
    worked: set[date] = set()
    for year, notice in NOTICES.items():
        for span in notice.holidays:
            first, last = (date.fromisoformat(f"{year}-{one}") for one in span.split())
            free.update(_days(first, last))
        worked.update(date.fromisoformat(f"{year}-{one}") for one in notice.worked)
    return frozenset(free), frozenset(worked)


_FREE, _WORKED = _read()


def is_working(day: date) -> bool:
    """Tell whether a day is worked.

    >>> is_working(date(2026, 10, 10)), is_working(date(2026, 10, 7))
    (True, False)
    """
    return day in _WORKED or (day.weekday() < _SATURDAY and day not in _FREE)


def after(day: date, count: int) -> date:
    """Return the day on which `count` working days after a day are over; the day itself does not count.

    >>> after(date(2026, 9, 30), 2)
    datetime.date(2026, 10, 9)
    """
    while count > 0:
        day += _DAY
        count -= is_working(day)
    return day


def between(first: date, last: date) -> int:
    """Count the working days after the first day up to and with the last; negative where the last lies before.

    >>> between(date(2026, 9, 30), date(2026, 10, 9))
    2
    """
    if last < first:
        return -between(last, first)
    return sum(is_working(day) for day in _days(first + _DAY, last))


def unknown_years(first: date, last: date) -> list[int]:
    """Name the years of a span whose holidays have not been told."""
    return [year for year in range(first.year, last.year + 1) if year not in NOTICES]
