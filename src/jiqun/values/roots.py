"""Roots to 40 decimals, half-up, by whole numbers: a root that has few decimals is given exactly."""

from __future__ import annotations

from fractions import Fraction

ROOT_DECIMALS = 40


def nth_root(value: Fraction, degree: int) -> Fraction:
    """Return the root of a number that is not negative, to 40 decimals; ValueError for a negative one.

    >>> nth_root(Fraction("1.728"), 3), float(nth_root(Fraction(2), 2))
    (Fraction(6, 5), 1.4142135623730951)
    """
    if value < 0:
        raise ValueError(f"{value} has no root of degree {degree}")
    scale = 10 ** (ROOT_DECIMALS + 1)
    whole = _floor_root(value.numerator * scale**degree // value.denominator, degree)
    return Fraction((whole + 5) // 10, 10**ROOT_DECIMALS)


def _floor_root(number: int, degree: int) -> int:
    """The greatest whole number whose power is not above `number`, by Newton's steps from above."""
    if number == 0:
        return 0
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better
