"""Periods have exact first and last days, order, and earlier ones, against the calendar module."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.values import Period

years = st.integers(1950, 2100)


@pytest.mark.parametrize(
    ("text", "first", "last", "written"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31), "2022"),
        (2022, date(2022, 1, 1), date(2022, 12, 31), "2022"),
        ("2022年", date(2022, 1, 1), date(2022, 12, 31), "2022"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "2023-02"),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31), "2024-Q4"),
        ("2024q1", date(2024, 1, 1), date(2024, 3, 31), "2024-Q1"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "2024-02-29"),
    ],
)
def test_a_period_is_read_with_its_exact_days(text: str | int, first: date, last: date, written: str) -> None:
    found = Period.parse(text)
    assert (found.first, found.last, str(found)) == (first, last, written)


@pytest.mark.parametrize("wrong", ["", "22", "2022-13", "2022-Q5", "2023-02-29", "2022/03", "二〇二二", "2022-3"])
def test_what_is_no_period_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(wrong)


@given(years, st.integers(1, 12), st.integers(-60, 60))
def test_months_before_follow_the_calendar(year: int, month: int, count: int) -> None:
    found = Period.parse(f"{year}-{month:02d}").earlier(count)
    index = year * 12 + month - 1 - count
    assert (found.first.year, found.first.month, found.first.day) == (index // 12, index % 12 + 1, 1)
    assert found.last == date(index // 12, index % 12 + 1, monthrange(index // 12, index % 12 + 1)[1])


@given(years, st.integers(1, 4), st.integers(-20, 20))
def test_a_quarter_begins_the_day_after_the_one_before(year: int, quarter: int, count: int) -> None:
    found = Period.parse(f"{year}-Q{quarter}").earlier(count)
    assert found.earlier(1).last + timedelta(days=1) == found.first
    assert found.earlier(1).earlier(-1) == found


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-400, 400))
def test_days_before_are_days_before(day: date, count: int) -> None:
    assert Period.parse(day.isoformat()).earlier(count).first == day - timedelta(days=count)


def test_periods_are_ordered_by_their_days() -> None:
    texts = ["2022-01", "2021", "2022-Q2", "2022-12-31"]
    assert [str(one) for one in sorted(map(Period.parse, texts))] == ["2021", "2022-01", "2022-Q2", "2022-12-31"]
