"""Comparisons with a text that the column can never hold: `scale == "abvoe"` where a contract lists above and below."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.expressions import parse
from jiqun.expressions.nearest import nearest
from jiqun.expressions.tree import Literal, Node, Operation, Word, walk
from jiqun.methods.compiling.compile import Where
from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.table import Column
from jiqun.problems import Problem, problem

_COMPARED = ("==", "!=", "in", "not in")


def impossible_values(plan: Plan, at: Where) -> Iterator[Problem]:
    """Return every text in a formula that is none of the values its column is limited to."""
    for path, typed in plan.formulas.items():
        for name, value in _compared(parse(typed.text).root):
            column = _column(plan, path, name)
            if column is not None and column.allowed and value not in column.allowed:
                said = {"name": name, "value": value, "allowed": "、".join(column.allowed)}
                yield problem("METHOD-131", at(path), **said, nearest=nearest(value, column.allowed))


def _compared(root: Node) -> Iterator[tuple[str, str]]:
    """The names and the texts that a formula compares with each other."""
    for node in walk(root):
        if not isinstance(node, Operation) or node.operator not in _COMPARED:
            continue
        names = [one.name for one in node.operands if isinstance(one, Word)]
        inner = (part for one in node.operands for part in (one.operands if isinstance(one, Operation) else (one,)))
        for part in inner:
            if len(names) == 1 and isinstance(part, Literal) and isinstance(part.value, str):
                yield names[0], part.value


def _column(plan: Plan, path: str, name: str) -> Column | None:
    """The column of a contract that a name in a formula stands for."""
    parts, method = path.split("."), plan.method
    table, column = method.evaluates.table, name
    if parts[0] == "inputs":
        rollup = method.inputs[parts[1]].rollup
        table = table if rollup is None else rollup.table
    elif name in method.inputs:
        written = method.inputs[name].column
        if written is None:
            return None
        table, column = split_column(written, table)
    contract = plan.contracts.get(table)
    known = contract is not None and column in contract.column_names
    return contract.column(column) if contract is not None and known else None
