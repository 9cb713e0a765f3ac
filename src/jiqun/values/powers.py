"""Powers and logarithms to 40 decimals, half-up; a power with a whole exponent is exact."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from jiqun.values.exact import half_up
from jiqun.values.roots import ROOT_DECIMALS

LARGEST_EXPONENT = 100
CONTEXT = Context(prec=80, Emax=10**9, Emin=-(10**9))


def as_decimal(value: Fraction) -> Decimal:
    """Return a number to 80 figures."""
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def settled(value: Decimal) -> Fraction:
    """Return a number of 80 figures to 40 decimals."""
    return half_up(Fraction(value), ROOT_DECIMALS)


def logarithm(value: Fraction) -> Fraction:
    """Return ln(value) to 40 decimals, for a positive value."""
    return settled(CONTEXT.ln(as_decimal(value)))


def power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """Return base to a power; None where there is none: a negative base, 0 to 0 or less, an exponent beyond ±100.

    >>> power(Fraction("1.2"), Fraction(3)), power(Fraction("1.728"), Fraction(1, 3)), power(Fraction(-2), Fraction(2))
    (Fraction(216, 125), Fraction(6, 5), None)
    """
    if base < 0 or abs(exponent) > LARGEST_EXPONENT or (base == 0 and exponent <= 0):
        return None
    if exponent.denominator == 1 or base == 0:
        return Fraction(0) if base == 0 else base**exponent.numerator
    return settled(CONTEXT.exp(CONTEXT.multiply(as_decimal(exponent), CONTEXT.ln(as_decimal(base)))))
