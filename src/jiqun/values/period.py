"""Periods of a ledger: a year, quarter, month or day, ordered, with exact first and last day."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

_FORMS = (
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})")),
    ("month", re.compile(r"(\d{4})-(\d{2})")),
    ("quarter", re.compile(r"(\d{4})-?[Qq]([1-4])")),
    ("year", re.compile(r"(\d{4})")),
)


@dataclass(frozen=True, order=True)
class Period:
    """A span of the calendar that facts and runs belong to.

    >>> Period.parse("2024-Q1").last, Period.parse("2022").earlier(1)
    (datetime.date(2024, 3, 31), Period(first=datetime.date(2021, 1, 1), last=datetime.date(2021, 12, 31), kind='year'))
    """

    first: date
    last: date
    kind: str

    @classmethod
    def parse(cls, text: str | int) -> Period:
        """Read `2022`, `2022-03`, `2022-Q1` or `2022-03-31`; ValueError for anything else."""
        cleaned = str(text).strip().removesuffix("年")
        for kind, form in _FORMS:
            found = form.fullmatch(cleaned)
            if found:
                return cls._of(kind, *(int(part) for part in found.groups()))
        raise ValueError(f"{text!r} is not a period: write 2022, 2022-Q1, 2022-03 or 2022-03-31")

    @classmethod
    def _of(cls, kind: str, year: int, part: int = 1, day: int = 1) -> Period:
        if kind == "day":
            return cls(date(year, part, day), date(year, part, day), kind)
        if kind == "year":
            return cls(date(year, 1, 1), date(year, 12, 31), kind)
        months = 3 if kind == "quarter" else 1
        first_month = part if kind == "month" else 3 * part - 2
        last_month = first_month + months - 1
        return cls(date(year, first_month, 1), date(year, last_month, monthrange(year, last_month)[1]), kind)

    @property
    def year(self) -> int:
        return self.first.year

    def earlier(self, count: int) -> Period:
        """Return the period of the same kind `count` steps before (after, where `count` is negative)."""
        if self.kind == "day":
            return Period._of("day", *_ymd(self.first - timedelta(days=count)))
        if self.kind == "year":
            return Period._of("year", self.year - count)
        months = 3 if self.kind == "quarter" else 1
        index = self.year * 12 + self.first.month - 1 - months * count
        part = index % 12 + 1
        return Period._of(self.kind, index // 12, part if self.kind == "month" else (part + 2) // 3)

    def words(self, language: Literal["zh", "en"] = "zh") -> str:
        """Say the period as people do.

        >>> Period.parse("2024").words(), Period.parse("2024-03").words(), Period.parse("2024-Q1").words()
        ('2024 年', '2024 年 3 月', '2024 年第 1 季度')
        """
        if language == "en" or self.kind == "year":
            return str(self) if language == "en" else f"{self} 年"
        if self.kind == "quarter":
            return f"{self.year} 年第 {(self.first.month + 2) // 3} 季度"
        month = f"{self.year} 年 {self.first.month} 月"
        return month if self.kind == "month" else f"{month} {self.first.day} 日"

    def __str__(self) -> str:
        if self.kind == "year":
            return str(self.year)
        if self.kind == "quarter":
            return f"{self.year}-Q{(self.first.month + 2) // 3}"
        return self.first.isoformat()[: 7 if self.kind == "month" else 10]


def _ymd(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day
