"""Exact numbers: what a cell, a float or a rule's text stands for, as a fraction, and how a rule rounds it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from math import isfinite

Number = int | float | str | Decimal | Fraction


_SMALL, _LARGE = 1e-100, 1e100
_ADDING = Context(prec=400, traps=[Inexact])  # digits enough for any sum of floats between _SMALL and _LARGE
_PLAIN, _PARTS = 1e9, 1e6  # below a thousand millions a number of millionths has at most 15 digits


def exact_sum(values: Iterable[Number]) -> Fraction:
    """Return the exact sum of numbers, each as `exact` takes it; most are added as whole millionths, which is quicker.

    A float that is the nearest one to n/10⁶ with n of 15 digits at most has n/10⁶ as its shortest decimal form: no two
    decimals of so few digits share a float.

    >>> exact_sum([0.1, 0.2, 3]) == exact("3.3")
    True
    """
    millionths, total, rest = 0, Decimal(0), Fraction(0)
    for one in values:
        if isinstance(one, float) and -_PLAIN < one < _PLAIN and (whole := round(one * _PARTS)) / _PARTS == one:
            millionths += whole
        elif isinstance(one, float) and isfinite(one) and _SMALL < abs(one) < _LARGE:
            total = _ADDING.add(total, Decimal(repr(one)))
        else:
            rest += exact(one)
    return Fraction(millionths, int(_PARTS)) + Fraction(total) + rest


def exact(value: Number) -> Fraction:
    """Return the exact decimal a number stands for; a float stands for its shortest decimal form.

    Raises ValueError for text that is no number and for inf and nan.

    >>> exact(0.1) + exact("0.5") == Fraction(3, 5)
    True
    """
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError("inf and nan are not numbers of a ledger")
        return Fraction(*Decimal(repr(value)).as_integer_ratio())  # two integers are the quickest way in
    if isinstance(value, bool):
        raise ValueError("a truth value is not a number")
    if isinstance(value, Fraction):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("inf and nan are not numbers of a ledger")
        return Fraction(value)
    if isinstance(value, int):
        return Fraction(value)
    return _from_text(value)


def _from_text(text: str) -> Fraction:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    return Fraction(number)


def to_scaled(value: Fraction, digits: int) -> int:
    """Round half away from zero (四舍五入) to `digits` decimals and return the value in units of 10^-digits.

    >>> to_scaled(Fraction("1.005"), 2), to_scaled(Fraction("-2.5"), 0)
    (101, -3)
    """
    above, below = value.numerator, value.denominator
    magnitude = int((2 * abs(above) * 10**digits + below) // (2 * below))
    return -magnitude if above < 0 else magnitude


def from_scaled(scaled: int, digits: int) -> Fraction:
    """Return the value of a scaled integer: scaled × 10^-digits."""
    return Fraction(scaled, 10**digits)


def half_up(value: Fraction, digits: int) -> Fraction:
    """Round half away from zero to `digits` decimals.

    >>> half_up(Fraction("59.995"), 2)
    Fraction(60, 1)
    """
    return from_scaled(to_scaled(value, digits), digits)


def rescale(scaled: int, from_digits: int, to_digits: int) -> int:
    """Round a scaled integer from one number of decimals to another, half away from zero, in integers only."""
    if to_digits >= from_digits:
        return scaled * int(10 ** (to_digits - from_digits))
    step = int(10 ** (from_digits - to_digits))
    magnitude = (abs(scaled) + step // 2) // step
    return -magnitude if scaled < 0 else magnitude


def plain(scaled: int, digits: int) -> str:
    """Write a scaled integer as decimal text with exactly `digits` decimals.

    >>> plain(-5, 2), plain(805973, 4)
    ('-0.05', '80.5973')
    """
    sign = "-" if scaled < 0 else ""
    text = str(abs(scaled)).rjust(digits + 1, "0")
    return sign + text if digits == 0 else f"{sign}{text[:-digits]}.{text[-digits:]}"


def decimal_text(value: Fraction, most_digits: int = 12) -> str:
    """Write a fraction as the shortest exact decimal, or rounded to `most_digits` with a leading ≈ if it has no end.

    >>> decimal_text(Fraction(1, 8)), decimal_text(Fraction(1, 3), 4)
    ('0.125', '≈0.3333')
    """
    scaled = to_scaled(value, most_digits)
    text = plain(scaled, most_digits)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if from_scaled(scaled, most_digits) == value else f"≈{text}"
