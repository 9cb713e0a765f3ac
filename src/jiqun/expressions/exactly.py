"""The exact reading: one subject's values, computed over fractions."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import ceil, floor
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from jiqun.expressions import nodes
from jiqun.expressions.nodes import Typed, TypedNode
from jiqun.expressions.types import Exact
from jiqun.values import half_up, logarithm, nth_root, power

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def exact_value(typed: Typed, values: Mapping[str, Exact]) -> Exact:
    """Compute a formula for one subject without any rounding; None is missing.

    `values` holds every name of `typed.names`: numbers as Fraction, missing as None (KeyError for a name left out).
    """
    return evaluated(typed.root, values)


def evaluated(node: TypedNode, values: Mapping[str, Exact]) -> Exact:
    """Compute one node; see `exact_value`."""
    match node:
        case nodes.Constant(value=value):
            return value
        case nodes.Named(name=name):
            return values[name]
        case nodes.Choice(test=test, then=then, otherwise=otherwise):
            verdict = evaluated(test, values)
            return None if verdict is None else evaluated(then if verdict else otherwise, values)
        case nodes.Logic():
            return _logic(node, values)
        case nodes.IsMissing(item=item, negated=negated):
            return (evaluated(item, values) is None) != negated
    operands = [evaluated(child, values) for child in nodes.children(node)]
    return None if any(value is None for value in operands) else _strict(node, operands)


def _strict(node: TypedNode, operands: list[Any]) -> Exact:
    """Compute a node none of whose operands is missing."""
    match node:
        case nodes.Sum(terms=terms):
            return sum((sign * value for (sign, _), value in zip(terms, operands, strict=True)), Fraction(0))
        case nodes.Product():
            return Fraction(operands[0] * operands[1])
        case nodes.Quotient():
            return None if operands[1] == 0 else Fraction(operands[0]) / operands[1]
        case nodes.Converted(factor=factor):
            return Fraction(operands[0] * factor)
        case nodes.Negative():
            return Fraction(-operands[0])
        case nodes.Absolute():
            return Fraction(abs(operands[0]))
        case nodes.Extreme(which=which):
            return Fraction(min(operands) if which == "min" else max(operands))
        case nodes.Floor(up=up):
            return Fraction(ceil(operands[0]) if up else floor(operands[0]))
        case nodes.Rounded(digits=digits):
            return half_up(Fraction(operands[0]), digits)
        case nodes.Root(degree=degree):
            return None if operands[0] < 0 else nth_root(Fraction(operands[0]), degree)
        case nodes.Segments():
            return Fraction(operands[0])
        case nodes.Power():
            return power(Fraction(operands[0]), Fraction(operands[1]))
        case nodes.Logarithm():
            return logarithm(Fraction(operands[0])) if operands[0] > 0 else None
        case nodes.YearsBetween():
            return Fraction(full_years(operands[0], operands[1]))
        case nodes.MonthsBetween(begun=begun):
            return Fraction((months_begun if begun else full_months)(operands[0], operands[1]))
        case nodes.DaysBetween():
            return Fraction((operands[1] - operands[0]).days)
        case nodes.WorkingDaysBetween(calendar=calendar):
            counted = calendar.counted(operands[0], operands[1])
            return None if counted is None else Fraction(counted)
        case nodes.Comparison(operator=operator):
            return _COMPARE[operator](operands[0], operands[1])
        case nodes.Membership(codes=codes, negated=negated):
            return (operands[0] in codes) != negated
        case nodes.Not():
            return not operands[0]
    raise TypeError(f"no exact reading of {type(node).__name__}")


def _logic(node: nodes.Logic, values: Mapping[str, Exact]) -> Exact:
    """Kleene: one false settles an `and`, one true settles an `or`; otherwise missing wins."""
    settles = node.which == "or"
    verdicts = [evaluated(item, values) for item in node.items]
    if settles in verdicts:
        return settles
    return None if None in verdicts else not settles


def full_years(first: date, second: date) -> int:
    """Count full years from one day to another; negative (rounded down) where the second lies before the first.

    A year that began on 29 February ends on 28 February of a common year (民法典 第二百零二条: 没有对应日的，
    月末日为期间的最后一日).

    >>> full_years(date(2020, 2, 29), date(2021, 2, 28)), full_years(date(2020, 6, 2), date(2023, 6, 1))
    (1, 2)
    """
    start = (first.month, first.day)
    if start == (2, 29) and not _is_leap(second.year):
        start = (2, 28)
    return second.year - first.year - ((second.month, second.day) < start)


def full_months(first: date, second: date) -> int:
    """Count full months from one day to another; negative (rounded down) where the second lies before the first.

    A month that began on a day that the last month lacks ends on that month's last day (民法典 第二百零二条).

    >>> full_months(date(2025, 1, 31), date(2025, 2, 28)), full_months(date(2025, 3, 15), date(2025, 5, 14))
    (1, 1)
    """
    return _month_ends(first, second) - (second.day < _due_day(first, second))


def months_begun(first: date, second: date) -> int:
    """Count months from one day to another, a month that has begun as a whole one (不足一月按一月计).

    >>> months_begun(date(2025, 2, 28), date(2025, 3, 28)), months_begun(date(2025, 2, 28), date(2025, 3, 31))
    (1, 2)
    """
    return _month_ends(first, second) + (second.day > _due_day(first, second))


def _month_ends(first: date, second: date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month


def _due_day(first: date, second: date) -> int:
    return min(first.day, monthrange(second.year, second.month)[1])


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
