"""Years, months and days between two days, as columns that give the same on every engine."""

from __future__ import annotations

import narwhals as nw

from jiqun.expressions.working_days import APART, WorkingDays

_BEFORE_DAY_ONE = 306  # what `day_number` counts up to the last day before 0001-01-01, a Monday


def chosen(test: nw.Expr, first: nw.Expr, second: nw.Expr) -> nw.Expr:
    """A missing test chooses neither: SQL's and Polars' `otherwise` alone would take the second."""
    return nw.when(test).then(first).otherwise(nw.when(~test).then(second))


def years_between(first: nw.Expr, second: nw.Expr) -> nw.Expr:
    """Full years, negative and rounded down where the second day lies before the first."""
    start, end = _day_of_year_key(first), _day_of_year_key(second)
    year = second.dt.year().cast(nw.Int64)
    leap = _is_leap(year)
    last_of_february = nw.when((start == 229) & ~leap).then(nw.lit(228)).otherwise(start)
    reached = end >= last_of_february
    years = (year - first.dt.year().cast(nw.Int64)).cast(nw.Float64)
    return chosen(reached, years, years - 1.0)


def months_between(first: nw.Expr, second: nw.Expr, begun: bool) -> nw.Expr:
    """Full months, or months begun."""
    year, month = second.dt.year().cast(nw.Int64), second.dt.month().cast(nw.Int64)
    february = nw.when(_is_leap(year)).then(nw.lit(29)).otherwise(nw.lit(28))
    short = nw.when(month.is_in([4, 6, 9, 11])).then(nw.lit(30)).otherwise(nw.lit(31))
    last = nw.when(month == 2).then(february).otherwise(short)
    start, end = first.dt.day().cast(nw.Int64), second.dt.day().cast(nw.Int64)
    since = first.dt.year().cast(nw.Int64) * 12 + first.dt.month().cast(nw.Int64)
    months = (year * 12 + month - since).cast(nw.Float64)
    if begun:
        return chosen(end > start, months + 1.0, months)
    return chosen((end >= start) | (end >= last), months, months - 1.0)


def day_number(day: nw.Expr) -> nw.Expr:
    """Count days from a fixed one, a year counted from March ends with the leap day; engines differ on dates."""
    month = day.dt.month().cast(nw.Int64)
    early = nw.when(month <= 2).then(nw.lit(1)).otherwise(nw.lit(0))
    year, since_march = day.dt.year().cast(nw.Int64) - early, month - 3 + early * 12
    leaps = year // 4 - year // 100 + year // 400
    return year * 365 + leaps + (since_march * 153 + 2) // 5 + day.dt.day().cast(nw.Int64)


def working_days_between(first: nw.Expr, second: nw.Expr, calendar: WorkingDays) -> nw.Expr:
    """Working days up to the second day less those up to the first, each looked up in the calendar's running count.

    Missing where a day lies outside the calendar's years; the same day twice is 0 in any year.
    """
    counts = calendar.counts()
    start, end = (
        (day_number(one) - _BEFORE_DAY_ONE).replace_strict(
            list(counts), list(counts.values()), default=None, return_dtype=nw.Int64
        )
        for one in (first, second)
    )
    counted = end - start
    nothing = nw.when(first == second).then(nw.lit(0.0))
    return nw.when(counted.abs() < APART // 2).then(counted.cast(nw.Float64)).otherwise(nothing)


def _is_leap(year: nw.Expr) -> nw.Expr:
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))


def _day_of_year_key(day: nw.Expr) -> nw.Expr:
    """Month and day as one ordered number, widened first: Polars keeps a month in 8 bits."""
    return day.dt.month().cast(nw.Int64) * 100 + day.dt.day().cast(nw.Int64)
