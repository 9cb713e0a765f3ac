"""Arithmetic on scaled integer columns that no engine may do differently: half-up division, and room in 64 bits."""

from __future__ import annotations

import narwhals as nw

from jiqun.problems import Place, ProblemsError, problem

ROOM = 2**62  # products and sums are kept below this, so that doubling them in a rounding still fits


def half_up_quotient(above: nw.Expr, below: nw.Expr | int) -> nw.Expr:
    """Return above ÷ below rounded half away from zero, for below > 0, in integers only.

    Engines differ on dividing negative integers, so the size is divided: ⌊(2|a| + b) ÷ 2b⌋ with the sign of a.
    """
    size = (above.abs() * 2 + below) // (below * 2)
    return nw.when(above < 0).then(-size).otherwise(size)


def rescaled(value: nw.Expr, from_digits: int, to_digits: int) -> nw.Expr:
    """Round a scaled integer column from one number of decimals to another, half away from zero."""
    if to_digits >= from_digits:
        return value if to_digits == from_digits else value * 10 ** (to_digits - from_digits)
    return half_up_quotient(value, 10 ** (from_digits - to_digits))


def has_room(largest: int) -> bool:
    """Tell whether a computation whose largest possible intermediate value is known fits into 64 bits."""
    return largest < ROOM


def check_room(largest: int, name: str) -> None:
    """Refuse a computation whose largest possible intermediate value would not fit (METHOD-041)."""
    if largest >= ROOM:
        raise ProblemsError([problem("METHOD-041", Place(item=name), name=name)])
