"""The column reading: narwhals expressions for every engine, with a rigorous error bound and a mark of doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from operator import and_, or_

import narwhals as nw

from jiqun.expressions import nodes
from jiqun.expressions.days import chosen, day_number, months_between, working_days_between, years_between
from jiqun.expressions.exactly import evaluated
from jiqun.expressions.nodes import Typed, TypedNode
from jiqun.expressions.rounding import DIVISION_STEPS, ROUNDOFF, near_half, unscaled
from jiqun.expressions.types import BooleanType, DateType, Exact, NumberType, Type
from jiqun.values import exact
from jiqun.values.powers import LARGEST_EXPONENT

# Covers the second-order terms and the rounding of the bound itself: at most ~1000 operations, each 1.1e-16.
SAFETY = 1.000001
# engines differ in the last bits of a power, and 1/n is itself rounded: |ln x| ≤ 576 within the range of doubles
_POWER_STEPS = 640
_MOST_LOGARITHM = 600.0
_SMALL_PART = 1000.0  # an error is at most this part of the number, so that
_SECOND_ORDER = 1.1  # what is left out of a first-order error is less than a tenth of it
_SETTLED = 1e-40  # the exact readings of powers and logarithms have 40 decimals


@dataclass(frozen=True)
class Columns:
    """A formula as columns.

    `value` is float64, bool, text or date. `bound` (numbers only) is a rigorous bound of |value − exact value|.
    `doubt` marks the rows in which a comparison or rounding inside the formula lay within its bound, or a number left
    the range of doubles: there value and bound say nothing, and the exact reading must be used. None: never in doubt.
    """

    value: nw.Expr
    bound: nw.Expr | None
    doubt: nw.Expr | None


@dataclass(frozen=True)
class Parts:
    """What the columns of a formula are put together from.

    Value, bound and doubt are each used several times over in what follows; whoever keeps them as columns first spares
    every engine the repetition. `bound` is None where it follows from the value: then `share` is the greatest error
    relative to it. A value that left the range of floats is still there; `whole` takes it out, and so does rounding.
    """

    value: nw.Expr
    bound: nw.Expr | None
    doubt: nw.Expr | None
    relative: int | None
    computed: bool

    @property
    def share(self) -> float | None:
        """The greatest error relative to the value, where there is no other bound."""
        return None if self.relative is None else _share(self.relative)

    def whole(self) -> Columns:
        """Put the columns together."""
        if self.relative is None and self.bound is None:
            return Columns(self.value, None, self.doubt)
        error = _Reading(self.value, self.relative, self.bound).error()
        if not self.computed:
            return Columns(self.value, error, self.doubt)
        finite = self.value.is_finite()
        return Columns(nw.when(finite).then(self.value), error, _either(self.doubt, (~finite).fill_null(False)))


@dataclass(frozen=True)
class _Reading:
    """One node as a column.

    A number has either `relative` (error ≤ relative·u·|value|) or `bound`. `faithful`: the float is the one nearest to
    the exact decimal of at most 15 digits, so that comparing two of them is comparing the decimals.
    """

    value: nw.Expr
    relative: int | None = None
    bound: nw.Expr | None = None
    doubt: nw.Expr | None = None
    faithful: bool = False

    def error(self) -> nw.Expr:
        if self.relative is None:
            assert self.bound is not None
            return self.bound
        return self.value.abs() * _share(self.relative)


def _share(relative: int) -> float:
    return relative * ROUNDOFF * SAFETY


def columns(typed: Typed, columns: Mapping[str, nw.Expr] | None = None) -> Columns:
    """Read a formula as columns that run unchanged on every engine.

    `columns` gives the expression of a name; a name left out is the column of that name. Missing is null, a zero
    denominator makes null, NaN never appears. With u = 2^-53 and e the error of an operand, the bounds are those of
    Higham, Accuracy and Stability of Numerical Algorithms, ch. 2–4: a ledger decimal |x|u; a sum of n terms
    Σe + (n−1)u·Σ|x|; a·b: |a|e_b + |b|e_a + e_a·e_b + u|ab|; a/b: (e_a + |a/b|e_b)/(|b| − e_b) + 2u|a/b|
    (two roundings, because Polars divides by a scalar through its reciprocal).
    They hold while every intermediate result is 0 or between 1e-250 and 1e250 in size.
    """
    return parts(typed, columns).whole()


def parts(typed: Typed, columns: Mapping[str, nw.Expr] | None = None) -> Parts:
    """Read a formula as the parts of its columns."""
    reading = _Reader(columns or {}).read(typed.root)
    if not isinstance(typed.type, NumberType):
        return Parts(reading.value, None, reading.doubt, None, computed=False)
    computed = not isinstance(typed.root, nodes.Named | nodes.Constant)
    return Parts(reading.value, reading.bound, reading.doubt, reading.relative, computed)


def _either(*doubts: nw.Expr | None) -> nw.Expr | None:
    present = [doubt for doubt in doubts if doubt is not None]
    return reduce(or_, present) if present else None


class _Reader:
    def __init__(self, columns: Mapping[str, nw.Expr]) -> None:
        self.columns = columns

    def read(self, node: TypedNode) -> _Reading:
        if not any(isinstance(part, nodes.Named) for part in nodes.typed_walk(node)):
            return constant(evaluated(node, {}), node.type)
        match node:
            case nodes.Named(name=name, type=kind):
                return self._named(name, kind)
            case nodes.Sum():
                return _sum([(sign, self.read(term)) for sign, term in node.terms])
            case nodes.Product(left=left, right=right):
                return _product(self.read(left), self.read(right))
            case nodes.Quotient(left=left, right=right):
                return _quotient(self.read(left), self.read(right))
            case nodes.Converted(item=item, factor=factor):
                return _converted(self.read(item), factor)
            case nodes.Negative(item=item):
                inner = self.read(item)
                return replace(inner, value=-inner.value)
            case nodes.Absolute(item=item):
                inner = self.read(item)
                return replace(inner, value=inner.value.abs())
            case nodes.Extreme(which=which, items=items):
                return _extreme(which, [self.read(item) for item in items])
            case nodes.Floor(item=item, up=up):
                return _floor(self.read(item), up)
            case nodes.Rounded(item=item, digits=digits):
                return _rounded(self.read(item), digits)
            case nodes.Root(item=item, degree=degree):
                return _root(self.read(item), degree)
            case nodes.Power(item=item, exponent=exponent):
                return _power(self.read(item), self.read(exponent))
            case nodes.Segments(made=made):
                return self.read(made)
            case nodes.Logarithm(item=item):
                return _logarithm(self.read(item))
            case nodes.YearsBetween() | nodes.MonthsBetween() | nodes.DaysBetween() | nodes.WorkingDaysBetween():
                return _Reading(self._span(node), relative=0, faithful=True)
            case nodes.Choice(test=test, then=then, otherwise=otherwise, type=kind):
                return self._choice(self.read(test), then, otherwise, kind)
            case _:
                return self._verdict(node)

    def _span(
        self, node: nodes.YearsBetween | nodes.MonthsBetween | nodes.DaysBetween | nodes.WorkingDaysBetween
    ) -> nw.Expr:
        first, second = self.read(node.first).value, self.read(node.second).value
        if isinstance(node, nodes.YearsBetween):
            return years_between(first, second)
        if isinstance(node, nodes.MonthsBetween):
            return months_between(first, second, node.begun)
        if isinstance(node, nodes.WorkingDaysBetween):
            return working_days_between(first, second, node.calendar)
        return (day_number(second) - day_number(first)).cast(nw.Float64)

    def _verdict(self, node: TypedNode) -> _Reading:
        match node:
            case nodes.Comparison(operator=operator, left=left, right=right):
                numeric = isinstance(left.type, NumberType)
                return _comparison(operator, self.read(left), self.read(right), numeric)
            case nodes.Membership(item=item, codes=codes, negated=negated):
                return _membership(self.read(item), codes, negated)
            case nodes.IsMissing(item=item, negated=negated):
                inner = self.read(item)
                absent = inner.value.is_null()
                return _Reading(~absent if negated else absent, doubt=inner.doubt)
            case nodes.Not(item=item):
                inner = self.read(item)
                return _Reading(~inner.value, doubt=inner.doubt)
            case nodes.Logic(which=which, items=items):
                parts = [self.read(item) for item in items]
                verdict = reduce(and_ if which == "and" else or_, (part.value for part in parts))
                return _Reading(verdict, doubt=_either(*(part.doubt for part in parts)))
        raise TypeError(f"no column reading of {type(node).__name__}")

    def _named(self, name: str, kind: Type | None) -> _Reading:
        column = self.columns.get(name, nw.col(name))
        if isinstance(kind, NumberType):
            return _Reading(column.cast(nw.Float64), relative=1, faithful=True)
        return _Reading(column)

    def _choice(self, test: _Reading, then: TypedNode, otherwise: TypedNode, kind: Type | None) -> _Reading:
        first = absent(kind) if then.type is None else self.read(then)
        second = absent(kind) if otherwise.type is None else self.read(otherwise)
        value = chosen(test.value, first.value, second.value)
        doubt = test.doubt
        if first.doubt is not None or second.doubt is not None:
            never = nw.lit(False)
            of_branch = chosen(test.value, _or_else(first.doubt, never), _or_else(second.doubt, never))
            doubt = _either(doubt, of_branch.fill_null(False))
        if not isinstance(kind, NumberType):
            return _Reading(value, doubt=doubt)
        faithful = first.faithful and second.faithful
        if first.relative is not None and second.relative is not None:
            return _Reading(value, max(first.relative, second.relative), doubt=doubt, faithful=faithful)
        return _Reading(value, bound=chosen(test.value, first.error(), second.error()), doubt=doubt)


def _or_else(doubt: nw.Expr | None, never: nw.Expr) -> nw.Expr:
    return never if doubt is None else doubt


def constant(value: Exact, kind: Type | None) -> _Reading:
    """Read a constant; a number whose float is not the one its decimal stands for is not faithful."""
    if isinstance(value, Fraction):
        nearest = float(value)
        return _Reading(nw.lit(nearest), relative=int(Fraction(nearest) != value), faithful=exact(nearest) == value)
    if value is None:
        return absent(kind)
    return _Reading(nw.lit(value))


def absent(kind: Type | None) -> _Reading:
    """Read a missing value of a type."""
    if isinstance(kind, NumberType):
        return _Reading(nw.lit(None, nw.Float64), relative=0, faithful=True)
    if isinstance(kind, BooleanType):
        return _Reading(nw.lit(None, nw.Boolean))
    return _Reading(nw.lit(None, nw.Date if isinstance(kind, DateType) else nw.String))


def _sum(terms: list[tuple[int, _Reading]]) -> _Reading:
    value = terms[0][1].value
    for sign, term in terms[1:]:
        value = value + term.value if sign > 0 else value - term.value
    doubt = _either(*(term.doubt for _, term in terms))
    sizes = reduce(lambda left, right: left + right, (term.value.abs() for _, term in terms))
    relatives = [term.relative for _, term in terms if term.relative is not None]
    if len(relatives) == len(terms):
        return _Reading(value, bound=sizes * ((max(relatives) + len(terms) - 1) * ROUNDOFF * SAFETY), doubt=doubt)
    errors = reduce(lambda left, right: left + right, (term.error() for _, term in terms))
    return _Reading(value, bound=(errors + sizes * ((len(terms) - 1) * ROUNDOFF)) * SAFETY, doubt=doubt)


def _product(left: _Reading, right: _Reading) -> _Reading:
    value = left.value * right.value
    doubt = _either(left.doubt, right.doubt)
    if left.relative is not None and right.relative is not None:
        return _Reading(value, relative=left.relative + right.relative + 1, doubt=doubt)
    if left.relative is None and right.relative is None:
        carried = left.value.abs() * right.error() + right.value.abs() * left.error() + left.error() * right.error()
        return _Reading(value, bound=(carried + value.abs() * ROUNDOFF) * SAFETY, doubt=doubt)
    rough, fine = (left, right) if left.relative is None else (right, left)
    assert fine.relative is not None
    bound = (rough.error() * fine.value.abs() + value.abs() * ((fine.relative + 1) * ROUNDOFF)) * SAFETY
    return _Reading(value, bound=bound, doubt=doubt)


def _quotient(left: _Reading, right: _Reading) -> _Reading:
    doubt = _either(left.doubt, right.doubt)
    if right.relative is not None:
        value = nw.when(right.value != 0.0).then(left.value / right.value)
        if left.relative is not None:
            return _Reading(value, relative=left.relative + right.relative + DIVISION_STEPS, doubt=doubt)
        carried = left.error() / right.value.abs() + value.abs() * ((right.relative + DIVISION_STEPS) * ROUNDOFF)
        return _Reading(value, bound=nw.when(right.value != 0.0).then(carried * SAFETY), doubt=doubt)
    size, error = right.value.abs(), right.error() * SAFETY
    sure = size > error
    value = nw.when(sure).then(left.value / right.value)
    carried = (left.error() + value.abs() * error) / (size - error) + value.abs() * (DIVISION_STEPS * ROUNDOFF)
    zero_or_not = (~sure).fill_null(False)
    return _Reading(value, bound=nw.when(sure).then(carried * SAFETY), doubt=_either(doubt, zero_or_not))


def _converted(item: _Reading, factor: Fraction) -> _Reading:
    nearest = float(factor)
    value, steps = item.value * nearest, 1 + int(Fraction(nearest) != factor)
    if item.relative is not None:
        return _Reading(value, relative=item.relative + steps, doubt=item.doubt)
    bound = (item.error() * nearest + value.abs() * (steps * ROUNDOFF)) * SAFETY
    return _Reading(value, bound=bound, doubt=item.doubt)


def _extreme(which: str, items: list[_Reading]) -> _Reading:
    """`greatest` and max_horizontal skip nulls; a rule must not, so any missing item makes the result missing."""
    horizontal = nw.min_horizontal if which == "min" else nw.max_horizontal
    complete = reduce(and_, (~item.value.is_null() for item in items))
    value = nw.when(complete).then(horizontal(*(item.value for item in items)))
    doubt = _either(*(item.doubt for item in items))
    relatives = [item.relative for item in items if item.relative is not None]
    if len(relatives) == len(items):
        faithful = all(item.faithful for item in items)
        return _Reading(value, relative=max(relatives), doubt=doubt, faithful=faithful)
    return _Reading(value, bound=nw.max_horizontal(*(item.error() for item in items)), doubt=doubt)


def _root(item: _Reading, degree: int) -> _Reading:
    """x^(1/n), with 1 − (1 − t)^(1/n) ≤ t for an error t·x of x; what may lie on either side of 0 is in doubt."""
    size, error = item.value, item.error() * SAFETY
    power = nw.when(item.value > 0.0).then(item.value ** (1.0 / degree))
    value = nw.when(item.value == 0.0).then(nw.lit(0.0)).otherwise(power)
    if item.relative is not None:
        return _Reading(value, relative=item.relative + _POWER_STEPS, doubt=item.doubt)
    unsure = (size.abs() <= error).fill_null(False)
    bound = (value * (error / size) + value * (_POWER_STEPS * ROUNDOFF)) * SAFETY
    return _Reading(
        value, bound=nw.when(size > 0.0).then(bound).otherwise(nw.lit(0.0)), doubt=_either(item.doubt, unsure)
    )


def _power(base: _Reading, exponent: _Reading) -> _Reading:
    """x^y: an error e of x gives |y|·e/x of the result, one of y |ln x| of it; what may be 0 or beyond is in doubt."""
    x, y, sign = base.value, exponent.value, exponent.value.abs()
    ex, ey = base.error(), exponent.error()
    raised = nw.when((x > 0.0) & (sign <= float(LARGEST_EXPONENT))).then(x**y)
    value = nw.when((x == 0.0) & (y > 0.0)).then(nw.lit(0.0)).otherwise(raised)
    relative = sign * ex / x + ey * _MOST_LOGARITHM + _POWER_STEPS * ROUNDOFF
    bound = nw.when(x > 0.0).then(value * relative * _SECOND_ORDER).otherwise(nw.lit(0.0)) + _SETTLED
    doubt = _either(base.doubt, exponent.doubt, _near_nothing(base))
    if not exponent.faithful:
        at_a_line = ((sign - float(LARGEST_EXPONENT)).abs() <= ey) | (sign <= ey)
        doubt = _either(doubt, at_a_line.fill_null(False))
    return _Reading(value, bound=bound, doubt=doubt)


def _logarithm(item: _Reading) -> _Reading:
    """ln x, whose error is e/x and a few roundings."""
    x = item.value
    value = nw.when(x > 0.0).then(x).log()
    bound = (item.error() / x) * _SECOND_ORDER + (value.abs() * 8.0 + 4.0) * ROUNDOFF + _SETTLED
    bound = nw.when(x > 0.0).then(bound).otherwise(nw.lit(0.0))
    return _Reading(value, bound=bound, doubt=_either(item.doubt, _near_nothing(item)))


def _near_nothing(item: _Reading) -> nw.Expr | None:
    """Where a number is so near to 0 that its error is no small part of it; never for one with a relative error."""
    if item.relative is not None:
        return None
    return (item.value.abs() <= item.error() * _SMALL_PART).fill_null(False)


def _floor(item: _Reading, up: bool) -> _Reading:
    value = item.value.ceil() if up else item.value.floor()
    if item.faithful:
        return _Reading(value, relative=1, doubt=item.doubt, faithful=True)
    gap = (item.value - (item.value + 0.5).floor()).abs()
    near = (gap <= item.error() * SAFETY + item.value.abs() * ROUNDOFF).fill_null(False)
    return _Reading(value, relative=1, doubt=_either(item.doubt, near), faithful=True)


def _rounded(item: _Reading, digits: int) -> _Reading:
    """A half, which would round away from zero, is always in doubt, so the shorter floor(t + 0.5) serves."""
    scaled = item.value * float(10**digits)
    near = near_half(scaled.abs(), item.error() * float(10**digits))
    value = unscaled((scaled + 0.5).floor(), digits)
    return _Reading(value, relative=1, doubt=_either(item.doubt, near), faithful=True)


_COMPARE = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _comparison(operator: str, left: _Reading, right: _Reading, numeric: bool) -> _Reading:
    verdict = _COMPARE[operator](left.value, right.value)
    doubt = _either(left.doubt, right.doubt)
    if not numeric or (left.faithful and right.faithful):
        return _Reading(verdict, doubt=doubt)
    gap = (left.value - right.value).abs()
    near = (gap <= (left.error() + right.error()) * SAFETY).fill_null(False)
    return _Reading(verdict, doubt=_either(doubt, near))


def _membership(item: _Reading, codes: frozenset[str], negated: bool) -> _Reading:
    found = item.value.is_in(sorted(codes)) if codes else nw.lit(False)
    known = nw.when(~item.value.is_null()).then(~found if negated else found)
    return _Reading(known, doubt=item.doubt)
