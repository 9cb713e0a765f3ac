"""Rows told apart by their time: the newest that counts, earlier ones beside, and the periods of a row of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import narwhals as nw

from jiqun.engines import Frame
from jiqun.expressions import Exact, exact_value
from jiqun.methods.columns.in_a_row import Dated, Span, dated_by, number_of, own_number, unit_of, when_of
from jiqun.methods.columns.tables import Tables
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


def span_in_a_row(plan: Plan, tables: Tables, name: str, rollup: Rollup) -> Span:
    """The periods in which a rollup looks for a row of them, and what one without a row means."""
    unit = unit_of(dated_by(plan.contracts[rollup.table], rollup), rollup)
    return periods_looked_at(plan, name, rollup, tables.nothing_in(rollup.table, unit))


def periods_looked_at(plan: Plan, name: str, rollup: Rollup, told: frozenset[int] = frozenset()) -> Span:
    """The same, where `told` are the periods of which somebody said that there is nothing."""
    contract = plan.contracts[rollup.table]
    period = plan.period.earlier(plan.method.inputs[name].earlier)
    unit = unit_of(dated_by(contract, rollup), rollup)
    last = number_of(period.first, unit) - 1 if rollup.rows == "before_period" else number_of(period.last, unit)
    inside = rollup.rows == "same_period"
    first = number_of(period.earlier(rollup.periods - 1).first, unit) if inside else None
    whole = rollup.no_rows is not None or contract.when_empty == "none"
    return Span(first, last, rollup.take == "in_a_row", whole, told)
