"""The referee: rows whose float lies too near a rounding half, or whose comparison is in doubt, are decided exactly.

Only the columns that a figure needs, of only these rows, leave the engine. They are recomputed over fractions, and what
the referee says stands. How many rows it looked at and how many it changed is kept for the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import guarded_round_in_steps
from jiqun.expressions import exact_value
from jiqun.methods.columns.first import First
from jiqun.methods.columns.work import ROW, Work, exact_values
from jiqun.methods.exact.member import read_value
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import to_scaled

LARGEST = 10**15 - 1  # fifteen digits: what a double still tells apart
Verdict = Mapping[str, Any]  # column → value


@dataclass(frozen=True)
class Asked:
    """Columns of the frame with the rows in doubt and the way to decide these exactly.

    `exactly` is given a row of `needs` and returns the right value of every column. `first` are columns that the others
    are made from, step by step, and that are forgotten afterwards: an engine computes what is a column once.
    """

    columns: Mapping[str, nw.Expr]
    near: nw.Expr | None
    needs: Mapping[str, nw.Expr] = field(default_factory=dict)
    exactly: Callable[[Mapping[str, Any]], Verdict] = dict
    first: Sequence[Mapping[str, nw.Expr]] = ()

    @property
    def name(self) -> str:
        return next(iter(self.columns))


def rounded(work: Work, path: str, digits: int, column: str, only: nw.Expr | None = None) -> Asked:
    """Ask for the number of a formula, rounded half-up to a scaled integer; missing outside the rows of `only`."""
    typed = work.plan.formulas[path]
    names = typed.names
    parts, first = work.parts(path), First(f"{column}__")
    bound = parts.share if parts.bound is None else first.keep(parts.bound, 0)
    assert bound is not None
    scaled, near = guarded_round_in_steps(first.keep(parts.value, 0), bound, digits, first.keep)
    if parts.doubt is not None:
        near = near | first.keep(parts.doubt, 0).fill_null(False)
    if only is not None:
        scaled, near = nw.when(only).then(scaled), near & only

    def exactly(row: Mapping[str, Any]) -> Verdict:
        value = exact_value(typed, exact_values(names, row, read_value))
        return {column: None if value is None else to_scaled(value, digits)}  # type: ignore[arg-type]

    return Asked({column: scaled}, near, work.needs(names), exactly, first.steps)


def decided(work: Work, path: str, column: str, only: nw.Expr | None = None) -> Asked:
    """Ask for the verdict of a condition: true, false or missing; missing outside the rows of `only`."""
    typed = work.plan.formulas[path]
    names = typed.names
    reading = work.read(path)
    value, near = reading.value, reading.doubt
    if near is not None:
        near = near.fill_null(False)
    if only is not None:
        value, near = nw.when(only).then(value), None if near is None else near & only

    def exactly(row: Mapping[str, Any]) -> Verdict:
        return {column: exact_value(typed, exact_values(names, row, read_value))}

    return Asked({column: value}, near, work.needs(names), exactly)


def settle(work: Work, asked: Sequence[Asked]) -> None:
    """Add the columns asked for, computed once, with the rows in doubt decided exactly."""
    doubtful = [one for one in asked if one.near is not None]
    marks = {f"near__{index}": one.near for index, one in enumerate(doubtful) if one.near is not None}
    for steps in zip_longest(*(one.first for one in asked), fillvalue={}):
        work.add(**{name: value for step in steps for name, value in step.items()})
    work.add(**{name: value for one in asked for name, value in one.columns.items()}, **marks)
    work.drop(name for one in asked for step in one.first for name in step)
    work.settle()
    if not doubtful:
        return
    near = work.table.filter(pl.any_horizontal(*marks))
    work.drop(marks)
    if near.height:
        needs = {name: value for one in doubtful for name, value in one.needs.items()}
        found = [name for one in doubtful for name in one.columns]
        seen = work.engine.load(near).select(ROW, work.subject, *marks, *found, **needs)
        _correct(work, doubtful, work.collect(seen))


def _correct(work: Work, asked: Sequence[Asked], table: pl.DataFrame) -> None:
    """Compare with the exact verdicts; where some differ, put the right values in."""
    right: dict[str, list[Any]] = {}
    for index, one in enumerate(asked):
        doubtful = table.with_row_index("place__").filter(f"near__{index}")
        if doubtful.is_empty():
            continue
        changed = 0
        held = {name: right.get(name) or table[name].to_list() for name in one.columns}
        for row in doubtful.select("place__", work.subject, *one.columns, *one.needs).iter_rows(named=True):
            verdict = one.exactly(row)
            differing = [name for name, value in verdict.items() if row[name] != value]
            changed += bool(differing)
            work.judged += [(str(row[work.subject]), name, name in differing) for name in one.columns]
            for name in differing:
                held[name][row["place__"]] = _held(work, name, verdict[name])
        if changed:
            right |= held
        before = work.refereed.get(one.name, (0, 0))
        work.refereed[one.name] = (before[0] + doubtful.height, before[1] + changed)
    if right:
        patch(work, table[ROW], right)


def _held(work: Work, name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        raise ProblemsError(
            [problem("METHOD-040", Place(item=work.plan.method.id), name=name.partition("__")[2] or name)]
        )
    return value


def patch(work: Work, rows: pl.Series, right: Mapping[str, Sequence[Any]]) -> None:
    """Put values into columns of some rows."""
    table = work.table
    columns = {name: table[name] for name in right}
    fixed = [
        old.clone().scatter(rows, pl.Series(name, right[name], _plain(old.dtype)).cast(old.dtype))
        for name, old in columns.items()
    ]
    work.keep(table.with_columns(fixed))


def _plain(kind: pl.DataType) -> type[pl.DataType]:
    if kind == pl.Boolean:
        return pl.Boolean
    return pl.Int64 if kind.is_numeric() else pl.String
