"""The line between floats and scaled integers."""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw

from jiqun.expressions.rounding import half_up_columns, half_up_scaled

MOST_SCALE_DIGITS = 15


def guarded_round(value: nw.Expr, bound: nw.Expr, digits: int) -> tuple[nw.Expr, nw.Expr]:
    """Round half away from zero to a scaled integer, and mark the rows that a referee must look at.

    With t = value × 10^digits: scaled = sign(t)·floor(|t| + 0.5) as int64; near where |t| lies within
    bound × 10^digits + 4u|t| (u = 2^-53) of a half. `bound` must be a bound of |value − exact value|. Where near is
    false, scaled is the exact half-up rounding (四舍五入). A float cannot hold every integer beyond 2^53; to be safe
    near is forced from |t| = 2^49 (5.6e14) up, and scaled is null there. A missing value is null and never near.

    Errors: ValueError for digits outside 0..15.
    """
    _check(digits)
    rounded, near = half_up_columns(value, bound, digits)
    return rounded.cast(nw.Int64), near


def guarded_round_in_steps(
    value: nw.Expr, bound: nw.Expr | float, digits: int, keep: Callable[[nw.Expr, int], nw.Expr]
) -> tuple[nw.Expr, nw.Expr]:
    """Round as `guarded_round` does; `keep` has a part computed as a column in step 1 or 2, where `value` is of step 0.

    Where it is known, `bound` is a number: the greatest error of |value| relative to it.
    """
    _check(digits)
    scaled = keep(value * float(10**digits), 1)
    size = keep(scaled.abs(), 2)
    rounded, near = half_up_scaled(scaled, size, bound if isinstance(bound, float) else bound * float(10**digits))
    return rounded.cast(nw.Int64), near


def _check(digits: int) -> None:
    if not 0 <= digits <= MOST_SCALE_DIGITS:
        raise ValueError(f"digits must be 0..{MOST_SCALE_DIGITS}, not {digits}")
