"""How many periods in a row a condition holds among a subject's rows: up to the last one, or at the longest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

import narwhals as nw
import polars as pl

from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Rollup

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


def number_of(day: date, unit: str) -> int:
    """The number of the period that a day lies in."""
    return (day.year * 12 + day.month - 1) // MONTHS[unit]


def in_a_row(periods: pl.DataFrame, key: str, name: str, last: int | None) -> pl.DataFrame:
    """Count for every subject from one row per subject and period; `last` None asks for the longest.

    A period counts where one of its rows holds; one without row breaks the row. Where a period that is open would make
    a difference the number is missing.
    """
    subjects = periods.select(key).unique()
    ends = []
    for place, holds in enumerate((pl.col(HOLDS) > 0, (pl.col(HOLDS) > 0) | (pl.col(OPEN) > 0))):
        held = periods.filter(holds).sort(key, AT)
        run = held.with_columns(run__=pl.col(AT) - pl.int_range(pl.len(), dtype=pl.Int64).over(key))
        runs = run.group_by(key, "run__").agg(length__=pl.len().cast(pl.Int64), last__=pl.col(AT).max())
        runs = runs if last is None else runs.filter(pl.col("last__") == last)
        found = runs.group_by(key).agg(pl.col("length__").max().alias(f"end{place}__"))
        ends.append(found)
    both = subjects.join(ends[0], on=key, how="left").join(ends[1], on=key, how="left").fill_null(0)
    certain = pl.when(pl.col("end0__") == pl.col("end1__")).then(pl.col("end0__"))
    return both.select(key, certain.alias(name))


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
