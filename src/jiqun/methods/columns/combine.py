"""Sums, means and extremes over scaled integers: as a quotient of integers, or as a float with its error bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import e
from operator import add, and_

import narwhals as nw

from jiqun.engines import unscaled
from jiqun.expressions.rounding import ROUNDOFF
from jiqun.methods.columns.first import First
from jiqun.methods.columns.integers import check_room, half_up_quotient, has_room

ROOTS = ("geometric", "harmonic")
_LN_ERROR = 16 * ROUNDOFF  # engines differ in the last bits of ln and exp


@dataclass(frozen=True)
class Figure:
    """A scaled integer column with its decimals and its greatest possible size; its weight in the combination."""

    scaled: nw.Expr
    digits: int
    largest: int
    weight: Fraction = Fraction(1)


@dataclass(frozen=True)
class Quotient:
    """above ÷ (below × 10^digits), with below > 0 and the greatest possible sizes of both."""

    above: nw.Expr
    below: nw.Expr | int
    digits: int
    largest: int
    largest_below: int

    def rounded(self, digits: int, first: First) -> nw.Expr | None:
        """Round half-up to a scaled integer; None where that could leave 64 bits."""
        up = 10 ** max(digits - self.digits, 0)
        down = 10 ** max(self.digits - digits, 0)
        if not has_room(max(4 * self.largest * up, 4 * self.largest_below * down)):
            return None
        below = self.below * down if down > 1 else self.below
        above = first.keep(self.above * up if up > 1 else self.above, 2)
        return half_up_quotient(above, below if isinstance(below, int) else first.keep(below, 2))


@dataclass(frozen=True)
class Rule:
    """How figures are combined; `available` means over those that are there, if their weight share is enough."""

    take: str
    available: bool = False
    least_share: Fraction = Fraction(0)


def _present(figures: Sequence[Figure], rule: Rule) -> tuple[nw.Expr, nw.Expr | None, int]:
    """Rows that have a result, the available weight (None: always the whole), and the scale of weights as integers."""
    scale = 1
    for one in figures:
        scale = scale * one.weight.denominator // _common(scale, one.weight.denominator)
    if not rule.available:
        return reduce(and_, (~one.scaled.is_null() for one in figures)), None, scale
    there = reduce(
        add, (nw.when(~one.scaled.is_null()).then(_whole(one, scale)).otherwise(nw.lit(0)) for one in figures)
    )
    some = reduce(add, ((~one.scaled.is_null()).cast(nw.Int64) for one in figures)) > 0
    share = rule.least_share * sum((one.weight for one in figures), Fraction(0)) * scale
    return some & (there * share.denominator >= share.numerator), there, scale


def _common(left: int, right: int) -> int:
    while right:
        left, right = right, left % right
    return left


def _whole(one: Figure, scale: int) -> nw.Expr:
    return nw.lit(int(one.weight * scale), nw.Int64)


def best_of(rule: Rule, figures: Sequence[Figure], best: int) -> list[nw.Expr]:
    """The figures that are among the `best` greatest, the others missing; of equal ones those that stand first."""
    digits = max(one.digits for one in figures)
    steps = [10 ** (digits - one.digits) for one in figures]
    check_room(max(one.largest * step for one, step in zip(figures, steps, strict=True)), "best")
    present, _, _ = _present(figures, rule)
    values = [one.scaled * step for one, step in zip(figures, steps, strict=True)]
    kept: list[nw.Expr] = []
    for at, (one, value) in enumerate(zip(figures, values, strict=True)):
        ahead = [
            (other >= value if before < at else other > value).fill_null(False).cast(nw.Int64)
            for before, other in enumerate(values)
            if before != at
        ]
        kept.append(nw.when(present & (reduce(add, ahead) < best)).then(one.scaled))
    return kept


def as_integers(rule: Rule, figures: Sequence[Figure], first: First) -> Quotient | None:
    """Combine by sum Σw·x, arithmetic mean Σw·x ÷ Σw, min or max, exactly.

    All figures are said with the most decimals among them. None where roots are taken or a sum could leave 64 bits.
    """
    if rule.take in ROOTS:
        return None
    digits = max(one.digits for one in figures)
    present, available, scale = _present(figures, rule)
    steps = [10 ** (digits - one.digits) for one in figures]
    largest = [one.largest * step for one, step in zip(figures, steps, strict=True)]
    if rule.take in ("min", "max"):
        if not has_room(max(largest)):
            return None
        values = [one.scaled * step for one, step in zip(figures, steps, strict=True)]
        extreme = (nw.min_horizontal if rule.take == "min" else nw.max_horizontal)(*values)
        return Quotient(nw.when(present).then(extreme), 1, digits, max(largest), 1)
    weights = [int(one.weight * scale) for one in figures]
    total = sum(size * weight for size, weight in zip(largest, weights, strict=True))
    if not has_room(max(total, sum(weights))):
        return None
    terms = [
        one.scaled * (step * weight) if step * weight != 1 else one.scaled
        for one, step, weight in zip(figures, steps, weights, strict=True)
    ]
    above = reduce(add, (term.fill_null(0) for term in terms) if rule.available else terms)
    above = nw.when(present).then(above) if rule.available else above
    available = None if available is None else first.keep(available, 0)
    if rule.take == "sum":
        return Quotient(above, scale, digits, total, scale)
    if available is None:
        if sum(weights) == 0:
            return Quotient(nw.lit(None, nw.Int64), 1, digits, 0, 1)
        return Quotient(above, sum(weights), digits, total, sum(weights))
    return Quotient(nw.when(available > 0).then(above), available, digits, total, sum(weights))


def as_floats(rule: Rule, figures: Sequence[Figure], first: First) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Combine with an error bound: value, bound, rows in doubt.

    Geometric mean exp(Σw·ln x ÷ Σw), harmonic mean Σw ÷ Σ(w ÷ x), and what is too large for integers.
    """
    present, _, _ = _present(figures, rule)
    xs = [first.keep(unscaled(one.scaled, one.digits), 0) for one in figures]
    ws = [float(one.weight) for one in figures]
    over = reduce(
        add,
        (nw.when(~x.is_null()).then(nw.lit(w)).otherwise(nw.lit(0.0)) for x, w in zip(xs, ws, strict=True)),
    )
    steps = (len(figures) + 5) * ROUNDOFF
    if rule.take in ("min", "max"):
        extreme = (nw.min_horizontal if rule.take == "min" else nw.max_horizontal)(*xs)
        return nw.when(present).then(extreme), extreme.abs() * steps, nw.lit(False)
    if rule.take in ("sum", "arithmetic"):
        terms = [(x * w).fill_null(0.0) for x, w in zip(xs, ws, strict=True)]
        size = reduce(add, (term.abs() for term in terms)) * steps
        value = nw.when(present).then(reduce(add, terms))
        if rule.take == "sum":
            return value, size, nw.lit(False)
        value = nw.when(over > 0.0).then(value / over)
        return value, size / over + value.abs() * steps, nw.lit(False)
    if rule.take == "geometric":
        fine = reduce(and_, ((x > 0.0) | x.is_null() for x in xs), present & (over > 0.0))
        logs = [first.keep(nw.when(x > 0.0).then(x).log(base=e) * w, 1) for x, w in zip(xs, ws, strict=True)]
        size = reduce(add, (one.abs().fill_null(0.0) for one in logs)) / over
        exponent = reduce(add, (one.fill_null(0.0) for one in logs)) / over
        value = nw.when(fine).then(exponent.exp())
        bound = value * ((size + 1.0) * ((len(figures) + 4) * _LN_ERROR))
        return value, bound, nw.lit(False)
    fine = reduce(and_, ((x != 0.0) | x.is_null() for x in xs), present & (over > 0.0))
    parts = [nw.when(x != 0.0).then(w / x) for x, w in zip(xs, ws, strict=True)]
    below = first.keep(reduce(add, (one.fill_null(0.0) for one in parts)), 1)
    size = reduce(add, (one.abs().fill_null(0.0) for one in parts))
    error = first.keep(size * ((len(figures) + 4) * ROUNDOFF), 1)
    sure = below.abs() > error * 2.0
    value = nw.when(fine & sure).then(over / below)
    bound = value.abs() * (error / (below.abs() - error) + (len(figures) + 4) * ROUNDOFF)
    return value, bound, (fine & ~sure).fill_null(False)
