"""Half-up rounding in columns: the same few IEEE operations on every engine, and the rows they cannot vouch for."""

from __future__ import annotations

import narwhals as nw

ROUNDOFF = 2.0**-53  # u: the largest relative error of one correctly rounded double operation
DIVISION_STEPS = 2  # Polars divides a column by one number through its rounded reciprocal: two roundings, not one
LARGEST_SURE = 2.0**49  # 5.6e14: up to here a double tells neighbouring 15-digit decimals apart


def half_up_columns(value: nw.Expr, bound: nw.Expr, digits: int) -> tuple[nw.Expr, nw.Expr]:
    """Return value × 10^digits rounded half away from zero (a whole float64), and where that is unsure.

    t = value × 10^digits; rounded = sign(t) · floor(|t| + 0.5). Where `near_half` is false the result is that of exact
    arithmetic. Missing stays missing; from 2^49 up, where a double no longer tells neighbouring decimals of 15 digits
    apart, the result is null and near.
    """
    scaled = value * float(10**digits)
    return half_up_scaled(scaled, scaled.abs(), bound * float(10**digits))


def half_up_scaled(scaled: nw.Expr, size: nw.Expr, bound: nw.Expr | float) -> tuple[nw.Expr, nw.Expr]:
    """Round t = `scaled`, whose size |t| is at hand, half away from zero; see `half_up_columns` and `near_half`."""
    whole = (size + 0.5).floor()
    rounded = nw.when(size < LARGEST_SURE).then(nw.when(scaled < 0.0).then(-whole).otherwise(whole))
    return rounded, near_half(size, bound)


def near_half(size: nw.Expr, bound: nw.Expr | float) -> nw.Expr:
    """Tell where a scaled value t of a size |t| lies so near to a half that rounding it is unsure.

    near = | |t| − floor(|t|) − 0.5 | ≤ bound + 4u·|t|, or |t| ≥ 2^49, or t is not finite; never where it is missing.
    `bound` is a column, or a number to be multiplied by |t|.
    """
    distance = (size - size.floor() - 0.5).abs()
    nearest = 4 * ROUNDOFF
    guard = size * (bound + nearest) if isinstance(bound, float) else bound + size * nearest
    return ((distance <= guard) | (size >= LARGEST_SURE)).fill_null(False)


def unscaled(scaled: nw.Expr, digits: int) -> nw.Expr:
    """Return a scaled integer as the float64 nearest to its decimal, scaled × 10^-digits, on every engine.

    Polars would divide a column by one number through its reciprocal and miss the nearest float in three of ten cases
    (52600 ÷ 10000 = 5.260000000000001), so that 5.26 would no longer equal 5.26. Dividing by a column does not. Exact
    for |scaled| ≤ 2^53 and digits ≤ 22.
    """
    value = scaled.cast(nw.Float64)
    return value / (value * 0.0 + float(10**digits)) if digits else value
