"""Worked examples of packs: the rows go in, and every expected figure must come out, digit for digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.methods.columns.tables import POLARS
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.result import Result
from jiqun.packs import LawBook, TableContract
from jiqun.packs.editions import USUAL_PERIOD, rule_of
from jiqun.packs.models.example import Example
from jiqun.packs.models.method import Method
from jiqun.values import Period, exact, half_up, plain

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """One expected figure of an example beside the one that came out; both as text, None for unknown."""

    example: str
    figure: str
    expected: str | None
    got: str | None

    @property
    def agrees(self) -> bool:
        return _same(self.expected, self.got)


def run_example(book: LawBook, example: Example, engine: str = "polars") -> tuple[Outcome, ...]:
    """Evaluate an example's rows under its method and set every expected figure beside the one found.

    Figures are named as in formulas: `total`, `grade`, `status`, a measure, `<item>_points`, a node, a criterion, a
    requirement, an entitlement. Raises ProblemsError where the rows do not fit the tables.
    """
    return outcomes(evaluate_rows(book, example, example.tables, engine), example, example.subject)


def evaluate_rows(book: LawBook, example: Example, rows: Mapping[str, tuple[Row, ...]], engine: str) -> Result:
    """Evaluate rows by table name under an example's rule, edition and period."""
    plan = compile_method(
        rule_of(book, example), Period.parse(example.period or USUAL_PERIOD), book=book, contracts=book.tables
    )
    return evaluate(plan, {name: frame_of(book.table(name), one) for name, one in rows.items()}, engine=engine)


def outcomes(result: Result, example: Example, subject: str | None) -> tuple[Outcome, ...]:
    """Set an example's figures beside those of one subject of a result, the only one where none is named."""
    row = _row_of(result, subject)
    return tuple(
        Outcome(example.id, name, _text(value), figure_text(result, row, name))
        for name, value in example.expected.items()
    )


def frame_of(contract: TableContract, rows: tuple[Row, ...]) -> pl.DataFrame:
    """Make a frame with all the contract's columns from rows whose numbers are text; what a row leaves out is missing.

    Raises KeyError for a column that the contract does not have.
    """
    kinds = {one.name: one.type for one in contract.fields}
    for name in {name for row in rows for name in row}:
        kinds[name]
    columns = {name: [_cell(row.get(name), kind) for row in rows] for name, kind in kinds.items()}
    return pl.DataFrame(columns, schema={name: POLARS[kind] for name, kind in kinds.items()})


def _cell(value: Any, kind: str) -> Any:
    if value is None or kind in ("string", "boolean"):
        return value
    if kind == "number":
        return float(exact(str(value)))
    if kind == "integer":
        return int(value)
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _row_of(result: Result, subject: str | None) -> dict[str, Any]:
    key = result.plan.subject
    rows = result.trace if subject is None else result.trace.filter(pl.col(key) == subject)
    if rows.height != 1:
        raise ValueError(f"an example looks at one subject, and {subject!r} stands {rows.height} times in the result")
    return rows.row(0, named=True)


def figure_text(result: Result, row: Mapping[str, Any], name: str) -> str | None:
    """Return a figure of a trace row as exact text, by the name it has in formulas; KeyError for an unknown name."""
    plan, method = result.plan, result.plan.method
    if name in row and plan.figure(name) is None:  # a measure may have the name of a figure of the trace
        return (
            plain(row[name], plan.digits(row["population"], "total"))
            if name == "total" and row[name] is not None
            else _text(row[name])
        )
    for kind in ("criterion", "requirement"):
        if f"{kind}__{name}" in row:
            return _text(row[f"{kind}__{name}"])
    if name in method.entitlements:
        return _plain(row[f"entitlement__{name}"], method.entitlements[name].digits)
    item = name.removesuffix("_points")
    prefix = "points" if item != name else "node" if name in method.nodes else "measure"
    found = row[f"{prefix}__{item}"]
    return None if found is None else plain(found, plan.digits(row["population"], name))


def _plain(scaled: int | None, digits: int) -> str | None:
    return None if scaled is None else plain(scaled, digits)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _same(expected: str | None, got: str | None) -> bool:
    """Equal as text, or as numbers at the digits that came out."""
    if expected is None or got is None or expected == got:
        return expected == got
    try:
        digits = len(got.partition(".")[2])
        return half_up(exact(expected), digits) == exact(expected) == exact(got)
    except ValueError:
        return False


def examples_of(book: LawBook, method: Method | None = None) -> tuple[Example, ...]:
    """List the examples of a book, or those of one method."""
    found = [one.model for one in book.objects("example") if isinstance(one.model, Example)]
    return tuple(one for one in found if method is None or one.method == method.id)
