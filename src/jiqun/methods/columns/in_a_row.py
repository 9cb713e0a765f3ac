"""How many periods in a row a condition holds among a subject's rows: up to the last one, or at the longest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import narwhals as nw
import polars as pl

from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Rollup
from jiqun.values import Period

Dated = Literal["date", "month", "quarter", "year"]
MONTHS = {"year": 12, "quarter": 3, "month": 1}
AT, HOLDS, OPEN = "at__", "true__", "open__"  # a period's number; how many of its rows hold, or leave it open


def dated_by(contract: TableContract, rollup: Rollup) -> Dated:
    """What tells the period of a row: its date column, or the table's own columns of the period."""
    if rollup.date_column is not None:
        return "date"
    names = contract.column_names
    return "month" if "month" in names else "quarter" if "quarter" in names else "year"


def columns_of(dated: Dated, rollup: Rollup) -> list[str]:
    """The columns that tell the period of a row."""
    if dated == "date":
        return [rollup.date_column or ""]
    return ["year", "quarter"] if dated == "quarter" else [dated]


def unit_of(dated: Dated, rollup: Rollup) -> str:
    """The kind of period that is counted: the one written, or that of the table's rows."""
    return rollup.per or ("month" if dated == "date" else dated)


def number(dated: Dated, rollup: Rollup) -> nw.Expr:
    """The number of the period of a row, one more for each period."""
    if dated == "month":
        text = nw.col("month")
        months = text.str.slice(0, 4).cast(nw.Int64) * 12 + text.str.slice(5, 2).cast(nw.Int64) - 1
    elif dated == "date":
        day = nw.col(rollup.date_column or "").dt
        months = day.year().cast(nw.Int64) * 12 + day.month().cast(nw.Int64) - 1
    else:
        months = nw.col("year").cast(nw.Int64) * 12
        months = months + (nw.col("quarter").cast(nw.Int64) - 1) * 3 if dated == "quarter" else months
    return months // MONTHS[unit_of(dated, rollup)]


def in_order(dated: Dated, rollup: Rollup) -> nw.Expr:
    """What grows with the time of a row: its day, or the number of the table's own period."""
    return nw.col(rollup.date_column or "") if dated == "date" else own_number(dated)


def own_number(dated: Dated) -> nw.Expr:
    """The number of the table's own period that a row is of."""
    return number(dated, Rollup(table="", take="count"))


def number_of(day: date, unit: str) -> int:
    """The number of the period that a day lies in."""
    return (day.year * 12 + day.month - 1) // MONTHS[unit]


@dataclass(frozen=True)
class Span:
    """The periods that are looked at, by number: from `first` (None: a subject's first row) to `last`.

    `whole` says that a period without a row means none; otherwise it is unknown, but for the numbers in `told`, of
    which somebody said that there is nothing (零报告). `ends` asks for the periods up to the last one, else for the
    longest.
    """

    first: int | None
    last: int
    ends: bool
    whole: bool
    told: frozenset[int] = frozenset()

    def begins(self, first_row: int) -> int:
        """Where a subject's periods begin: with its first row, wherever that was, and not before the span."""
        return first_row if self.first is None else max(self.first, first_row)


def named_period(at: int, unit: str) -> Period:
    """The period of a number.

    >>> str(named_period(2024 * 4 + 1, "quarter")), str(named_period(2024 * 12, "month"))
    ('2024-Q2', '2024-01')
    """
    if unit == "year":
        return Period.parse(at)
    year, place = divmod(at, 12 // MONTHS[unit])
    return Period.parse(f"{year}-Q{place + 1}" if unit == "quarter" else f"{year}-{place + 1:02}")


def in_a_row(periods: pl.DataFrame, key: str, name: str, span: Span, reaches: int | None) -> pl.DataFrame:
    """Count for every subject from one row per subject and period up to the span's end.

    A period counts where one of its rows holds. Where a period that is open, or has no row, would make a difference the
    number is missing; so is whether it reaches a number, where such a period decides that.
    """
    periods = periods.filter(pl.col(AT) <= span.last)
    subjects = periods.group_by(key).agg(pl.col(AT).min())
    if not span.whole:
        periods = pl.concat([periods.select(key, AT, HOLDS, OPEN), _without_row(periods, subjects, key, span)])
    if span.first is not None:
        periods = periods.filter(pl.col(AT) >= span.first)
    ends = []
    for place, holds in enumerate((pl.col(HOLDS) > 0, (pl.col(HOLDS) > 0) | (pl.col(OPEN) > 0))):
        held = periods.filter(holds).sort(key, AT)
        run = held.with_columns(run__=pl.col(AT) - pl.int_range(pl.len(), dtype=pl.Int64).over(key))
        runs = run.group_by(key, "run__").agg(length__=pl.len().cast(pl.Int64), last__=pl.col(AT).max())
        runs = runs.filter(pl.col("last__") == span.last) if span.ends else runs
        found = runs.group_by(key).agg(pl.col("length__").max().alias(f"end{place}__"))
        ends.append(found)
    both = subjects.select(key).join(ends[0], on=key, how="left").join(ends[1], on=key, how="left").fill_null(0)
    least, most = pl.col("end0__"), pl.col("end1__")
    if reaches is None:
        return both.select(key, pl.when(least == most).then(least).alias(name))
    reached = pl.when(least >= reaches).then(True).otherwise(pl.when(most < reaches).then(False))
    return both.select(key, reached.alias(name))


def _without_row(periods: pl.DataFrame, subjects: pl.DataFrame, key: str, span: Span) -> pl.DataFrame:
    """The periods of every subject that have no row, as open ones."""
    begun = subjects.with_columns(pl.col(AT) if span.first is None else pl.max_horizontal(AT, pl.lit(span.first)))
    every = begun.with_columns(pl.int_ranges(pl.col(AT), span.last + 1, dtype=pl.Int64)).explode(AT).drop_nulls(AT)
    every = every.filter(~pl.col(AT).is_in(sorted(span.told)))
    lacking = every.join(periods.select(key, AT), on=[key, AT], how="anti")
    return lacking.select(key, AT, pl.lit(0, pl.Int64).alias(HOLDS), pl.lit(1, pl.Int64).alias(OPEN))


def longest(at: Iterable[int], last: int | None) -> int:
    """Count over numbers of periods: the longest row of them, or the one that ends with `last`.

    >>> longest([3, 4, 7, 8, 9], None), longest([3, 4, 7, 8, 9], 9), longest([3, 4], 9)
    (3, 3, 0)
    """
    held, best = set(at), 0
    for end in held if last is None else held & {last}:
        length = 0
        while end - length in held:
            length += 1
        best = max(best, length)
    return best


def period_of(dated: Dated, rollup: Rollup, row: Mapping[str, Any]) -> int | None:
    """The number of the period of a row that was read; None where the row does not say."""
    cells = [row[column] for column in columns_of(dated, rollup)]
    if None in cells:
        return None
    first = cells[0]
    if dated == "date":
        day = first
    elif dated == "month":
        day = date(int(first[:4]), int(first[5:7]), 1)
    else:
        day = date(int(first), int(cells[1]) * 3 - 2 if dated == "quarter" else 1, 1)
    return number_of(day, unit_of(dated, rollup))


def when_of(dated: Dated, rollup: Rollup, row: Mapping[str, Any]) -> Any:
    """What grows with the time of a row that was read; None where the row does not say."""
    cells = [row[column] for column in columns_of(dated, rollup)]
    return None if None in cells else tuple(cells)
