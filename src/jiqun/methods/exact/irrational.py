"""Logarithms, roots and powers to 40 decimals: what a rule that takes them is rounded from.

A geometric mean of whole decimals is either irrational or has few decimals, so 40 decimals (half-up) tell on which side
of a rounding half it lies, and give an exact 0.5 where the mean is 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction

from jiqun.values import half_up, nth_root
from jiqun.values.roots import ROOT_DECIMALS

_CONTEXT = Context(prec=80, Emax=10**9, Emin=-(10**9))


def _decimal(value: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _settled(value: Decimal) -> Fraction:
    return half_up(Fraction(value), ROOT_DECIMALS)


def logarithm(value: Fraction) -> Fraction:
    """Return ln(value) to 40 decimals."""
    return _settled(_CONTEXT.ln(_decimal(value)))


def square_root(value: Fraction) -> Fraction:
    """Return √value to 40 decimals."""
    return nth_root(value, 2)


def geometric_mean(values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """Return exp(Σ w·ln x ÷ Σ w) to 40 decimals, for positive values.

    >>> geometric_mean([Fraction(4), Fraction(9)], [Fraction(1), Fraction(1)])
    Fraction(6, 1)
    """
    total = Decimal(0)
    for value, weight in zip(values, weights, strict=True):
        total = _CONTEXT.add(total, _CONTEXT.multiply(_decimal(weight), _CONTEXT.ln(_decimal(value))))
    return _settled(_CONTEXT.exp(_CONTEXT.divide(total, _decimal(sum(weights, Fraction(0))))))
