"""The rows that a subject's rolled-up figure was made from, read again for its explanation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.expressions import exact_value
from jiqun.methods.columns.in_a_row import dated_by, named_period, period_of, unit_of, when_of
from jiqun.methods.columns.rollups import best_places, in_span, periods_looked_at, span_of
from jiqun.methods.columns.rows_in_time import with_earlier
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import read_value
from jiqun.packs.models.method import Repeats, Rollup
from jiqun.values import Period

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RolledRows:
    """The rows that counted, those whose condition is unknown, and how many there are of the subject in all.

    `twins` are the rows, whoever's they are, that repeat one of the subject's; where only rows that stand alone count,
    the subject's own that did not count for it are among them.
    """

    counted: tuple[Row, ...]
    unsure: tuple[Row, ...]
    own: int
    twins: tuple[Row, ...] = ()
    unreported: tuple[Period, ...] = ()


def rolled_rows(plan: Plan, name: str, table: pl.DataFrame, subject: object) -> RolledRows:
    """Return the rows of a table that an input of a subject was rolled up from.

    Of an extreme these are the rows that hold it, of the best of rows those that were kept.
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
    twins = _Twins(plan, name, rollup.repeats, table, own) if rollup.repeats is not None else None
    for row in spanned.iter_rows(named=True):
        verdict = True if rollup.where is None else exact_value(plan.formulas[f"{path}.where"], _cells(row))
        if twins is not None and verdict is not False:
            alone = twins.judged(row)
            verdict = False if alone is False else None if None in (alone, verdict) else True
        if verdict is not False:
            (counted if verdict else unsure).append(row)
    if rollup.take == "newest":
        times = [when_of(by, rollup, row) for row in counted]
        last = max((one for one in times if one is not None), default=None)
        counted = [row for row, time in zip(counted, times, strict=True) if time == last]
    elif rollup.of is not None and None not in (values := [_value(plan, path, row) for row in counted]):
        counted = [counted[place] for place in best_places(rollup, counted, values)]
    found = () if twins is None else tuple(twins.found)
    lacking = tuple(_unreported(plan, name, rollup, own)) if rollup.in_a_row else ()
    return RolledRows(tuple(counted), tuple(unsure), own.height, found, lacking)


def _unreported(plan: Plan, name: str, rollup: Rollup, own: pl.DataFrame) -> Iterator[Period]:
    """The periods without a row of a subject, from its first one on, where that leaves open whether there was any."""
    dated, span = dated_by(plan.contracts[rollup.table], rollup), periods_looked_at(plan, name, rollup)
    there = {period_of(dated, rollup, row) for row in own.iter_rows(named=True)} - {None}
    inside = [at for at in there if at is not None and at <= span.last]
    for at in () if span.whole or not inside else range(span.begins(min(inside)), span.last + 1):
        if at not in there:
            yield named_period(at, unit_of(dated, rollup))


class _Twins:
    """The other rows of the whole table with the same values as a subject's own, and which of them count as repeats."""

    def __init__(self, plan: Plan, name: str, repeats: Repeats, table: pl.DataFrame, own: pl.DataFrame) -> None:
        self.repeats = repeats
        self.found: list[Row] = []
        self.rows: dict[tuple[Any, ...], list[tuple[Row, Any]]] = {}
        among = plan.formulas.get(f"inputs.{name}.rollup.repeats.among")
        same = table.join(own.select(repeats.by).unique(), on=list(repeats.by), how="semi")
        for row in same.iter_rows(named=True):
            passes = True if among is None else exact_value(among, _cells(row))
            self.rows.setdefault(self._key(row), []).append((row, passes))

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[one] for one in self.repeats.by)

    def judged(self, row: Row) -> bool | None:
        """Whether a row is one of those asked for, alone or repeated; None where that is open."""
        if None in self._key(row):
            return None
        others = [(one, passes) for one, passes in self.rows[self._key(row)] if one != row]
        repeating = [one for one, passes in others if passes]
        if repeating:
            mine = [row] if self.repeats.keep == "single" else []
            self.found += [one for one in (*mine, *repeating) if one not in self.found]
        elif None in (passes for _, passes in others):
            return None
        return bool(repeating) == (self.repeats.keep == "repeated")


def _cells(row: Row) -> dict[str, Any]:
    return {column: read_value(cell) for column, cell in row.items()}


def _value(plan: Plan, path: str, row: Row) -> Any:
    return exact_value(plan.formulas[f"{path}.of"], _cells(row))
