"""The rows that a subject's rolled-up figure was made from, read again for its explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.expressions import exact_value
from jiqun.methods.columns.in_a_row import dated_by, when_of
from jiqun.methods.columns.rollups import best_places, in_span, span_of
from jiqun.methods.columns.rows_in_time import with_earlier
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import read_value

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RolledRows:
    """The rows that counted, those whose condition is unknown, and how many there are of the subject in all."""

    counted: tuple[Row, ...]
    unsure: tuple[Row, ...]
    own: int


def rolled_rows(plan: Plan, name: str, table: pl.DataFrame, subject: object) -> RolledRows:
    """Return the rows of a table that an input of a subject was rolled up from.

    Of an extreme these are the rows that hold it, of the best of rows those that were kept. What other subjects' rows
    say of a row (repeats) is not looked at.
    """
    one = plan.method.inputs[name]
    assert one.rollup is not None
    rollup, path = one.rollup, f"inputs.{name}.rollup"
    own = table.filter(pl.col(rollup.by or plan.subject) == subject)
    dated, by = span_of(plan, rollup), dated_by(plan.contracts[rollup.table], rollup)
    if rollup.beside:
        own = with_earlier(nw.from_native(own), rollup, by, rollup.by or plan.subject).to_native()
    spanned = own
    if dated is not None:
        test = in_span(plan.period.earlier(one.earlier), rollup, dated)
        spanned = nw.from_native(own).filter(test).to_native()
    counted: list[Row] = []
    unsure: list[Row] = []
    for row in spanned.iter_rows(named=True):
        verdict = True if rollup.where is None else exact_value(plan.formulas[f"{path}.where"], _cells(row))
        if verdict is not False:
            (counted if verdict else unsure).append(row)
    if rollup.take == "newest":
        times = [when_of(by, rollup, row) for row in counted]
        last = max((one for one in times if one is not None), default=None)
        counted = [row for row, time in zip(counted, times, strict=True) if time == last]
    elif rollup.of is not None and None not in (values := [_value(plan, path, row) for row in counted]):
        counted = [counted[place] for place in best_places(rollup, counted, values)]
    return RolledRows(tuple(counted), tuple(unsure), own.height)


def _cells(row: Row) -> dict[str, Any]:
    return {column: read_value(cell) for column, cell in row.items()}


def _value(plan: Plan, path: str, row: Row) -> Any:
    return exact_value(plan.formulas[f"{path}.of"], _cells(row))
