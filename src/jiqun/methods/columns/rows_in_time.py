"""Rows told apart by their time: the newest that counts, and what stood in a subject's earlier rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import narwhals as nw

from jiqun.engines import Frame
from jiqun.expressions import Exact, exact_value
from jiqun.methods.columns.in_a_row import Dated, dated_by, own_number, when_of
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Rollup
from jiqun.values import exact, from_scaled, to_scaled


def needs_when(rollup: Rollup) -> bool:
    """Whether rows are told apart by their time."""
    return rollup.rows != "all" or rollup.take == "newest" or bool(rollup.beside)


def with_earlier(rows: Frame, rollup: Rollup, dated: Dated, key: str) -> Frame:
    """Add figures of the subject's rows of earlier periods; missing where there is no row, or several that differ."""
    rows = rows.with_columns(own__=own_number(dated))
    for name, one in rollup.beside.items():
        value = nw.col(one.column)
        told = rows.filter(~nw.col("own__").is_null()).group_by(key, "own__")
        past = told.agg(least__=value.min(), most__=value.max(), lack__=value.is_null().cast(nw.Int64).sum())
        certain = nw.when((nw.col("least__") == nw.col("most__")) & (nw.col("lack__") == 0)).then(nw.col("least__"))
        past = past.select(nw.col(key), (nw.col("own__") + one.earlier).alias("own__"), certain.alias(name))
        rows = rows.join(past, on=[key, "own__"], how="left")
    return rows.drop("own__")


def only_newest(rows: Frame, key: str, numeric: bool) -> Frame:
    """Leave only the newest rows that count; one of unknown time, or that may count and be newer, leaves it open."""
    counts, when = nw.col("true__") > 0, nw.col("when__")
    rows = rows.with_columns(newest__=nw.when(counts).then(when).max().over(key))
    kept = counts & (when == nw.col("newest__")).fill_null(False)
    later = ((nw.col("open__") > 0) & (when >= nw.col("newest__")).fill_null(True)) | (counts & when.is_null())
    names = ("value__", "bound__", "size__") if numeric else ("value__",)
    figures = {one: nw.when(kept).then(nw.col(one)) for one in names}
    lacking = nw.when(kept).then(nw.col("lacking__")).otherwise(nw.lit(0))
    return rows.with_columns(
        true__=kept.cast(nw.Int64), open__=later.cast(nw.Int64), lacking__=lacking, **figures
    ).drop("newest__", "when__")


def exactly_newest(
    plan: Plan, name: str, rollup: Rollup, cells: Sequence[Mapping[str, Any]], verdicts: Sequence[bool | None]
) -> Exact:
    """What the newest row of one subject says, over fractions; None where that cannot be told."""
    path, dated = f"inputs.{name}.rollup.of", dated_by(plan.contracts[rollup.table], rollup)
    when = [when_of(dated, rollup, row) for row in cells]
    counting = [at for at, verdict in enumerate(verdicts) if verdict]
    if not counting:
        return exact(rollup.no_rows) if rollup.no_rows is not None and None not in verdicts else None
    times = [time for at in counting if (time := when[at]) is not None]
    if len(times) < len(counting):
        return None
    newest = max(times)
    if any(verdict is None and (time is None or time >= newest) for verdict, time in zip(verdicts, when, strict=True)):
        return None
    values = {exact_value(plan.formulas[path], cells[at]) for at in counting if when[at] == newest}
    made = values.pop() if len(values) == 1 else None
    return from_scaled(to_scaled(made, rollup.digits), rollup.digits) if isinstance(made, Fraction) else made
