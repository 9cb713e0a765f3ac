"""How large a formula's column reading becomes, counted before it is built."""

from __future__ import annotations

from dataclasses import dataclass

from jiqun.expressions import nodes
from jiqun.expressions.nodes import TypedNode


@dataclass(frozen=True)
class _Work:
    """Column operations of a node's value, of its error bound (None: relative to the value) and of its doubt."""

    value: int
    bound: int | None
    doubt: int

    @property
    def error(self) -> int:
        return self.value + 2 if self.bound is None else self.bound


def column_work(node: TypedNode) -> int:
    """Count the column operations of a formula as `columns` writes them; what it repeats counts again."""
    work = _work(node)
    return work.value + work.error + work.doubt


def _work(node: TypedNode) -> _Work:
    parts = [_work(child) for child in nodes.children(node)]
    count = len(parts)
    values, errors, doubts = (sum(getattr(part, name) for part in parts) for name in ("value", "error", "doubt"))
    relative = all(part.bound is None for part in parts)
    match node:
        case nodes.Constant() | nodes.Named():
            return _Work(1, None, 0)
        case nodes.Sum():
            return _Work(values + count, values + 3 * count + (0 if relative else errors), doubts)
        case nodes.Product():
            bound = None if relative else 2 * values + 2 * errors + 8
            return _Work(values + 1, bound, doubts)
        case nodes.Quotient():
            return _quotient(*parts)
        case nodes.Converted() | nodes.Negative() | nodes.Absolute():
            return _Work(values + 1, None if relative else values + errors + 5, doubts)
        case nodes.Extreme():
            return _Work(2 * values + 3 * count, None if relative else errors + count, doubts)
        case nodes.Floor() | nodes.Rounded():
            return _Work(2 * values + 8, None, doubts + 4 * values + errors + 12)
        case nodes.Root():
            return _Work(3 * values + 6, None if relative else 5 * values + errors + 16, doubts + values + errors + 4)
        case nodes.Segments():
            return parts[0]
        case nodes.Power():
            value = 3 * values + 10
            return _Work(value, value + 4 * values + errors + 20, doubts + 3 * values + 2 * errors + 16)
        case nodes.Logarithm():
            return _Work(2 * values + 3, 4 * values + errors + 12, doubts + 2 * values + errors + 8)
        case nodes.Choice():
            test, then, otherwise = parts
            bound = None if then.bound is None and otherwise.bound is None else 2 * test.value + errors + 4
            return _Work(values + test.value + 4, bound, doubts + 2 * test.value + 6)
        case nodes.WorkingDaysBetween():
            return _Work(2 * values + 80, None, doubts)
        case nodes.Comparison():
            return _Work(values + 1, 0, doubts + values + errors + 6)
        case nodes.YearsBetween() | nodes.MonthsBetween() | nodes.DaysBetween():
            return _Work(6 * values + 40, None, doubts)
        case _:
            return _Work(values + 2 * count, 0, doubts)


def _quotient(left: _Work, right: _Work) -> _Work:
    doubts = left.doubt + right.doubt
    if right.bound is None:
        value = left.value + 2 * right.value + 3
        bound = None if left.bound is None else left.error + 2 * right.value + value + 8
        return _Work(value, bound, doubts)
    sure = right.value + right.error + 3
    value = sure + left.value + right.value + 2
    bound = sure + left.error + 2 * value + right.value + 2 * right.error + 12
    return _Work(value, bound, doubts + sure + 2)
