"""Square roots and geometric means to 40 decimals: what a rule that takes them is rounded from.

A geometric mean of whole decimals is either irrational or has few decimals, so 40 decimals (half-up) tell on which side
of a rounding half it lies, and give an exact 0.5 where the mean is 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from jiqun.values import nth_root
from jiqun.values.powers import CONTEXT, as_decimal, settled


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
        total = CONTEXT.add(total, CONTEXT.multiply(as_decimal(weight), CONTEXT.ln(as_decimal(value))))
    return settled(CONTEXT.exp(CONTEXT.divide(total, as_decimal(sum(weights, Fraction(0))))))
