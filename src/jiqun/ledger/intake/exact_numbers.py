"""Keeping numbers exact by the column: floats that stand for decimals of at most 15 significant digits.

Excel shows and stores 15 digits; a float is taken as the decimal of its first 15 digits. A column is split into
integers and powers of ten (value = scaled / 10^decimals) without leaving the column engine; what does not split goes
through Python. Polars divides by a scalar (also by a column of one row) through its reciprocal, which is not correctly
rounded; so every divisor here is a column of at least two rows. `Series.scatter` writes in place, so it gets a clone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from jiqun.values import exact

MOST_DIGITS = 15
_MOST_DECIMALS = 9
_LARGEST = 10**MOST_DIGITS


@dataclass(frozen=True)
class Split:
    """value = scaled / 10^decimals where both are known; null where the value is null or did not split."""

    scaled: pl.Series
    decimals: pl.Series


def split(values: pl.Series) -> Split:
    """Split floats into the least number of decimals (0–9) that gives the float back from an integer below 10^15."""
    x = pl.col("x")
    found = pl.lit(None, dtype=pl.Int8)
    scaled = pl.lit(None, dtype=pl.Int64)
    for decimals in range(_MOST_DECIMALS, -1, -1):
        power = float(10**decimals)
        whole = (x * power).round(0)
        fits = x.is_finite() & (whole.abs() < _LARGEST) & (whole / (x.is_null().cast(pl.Float64) * 0.0 + power) == x)
        found = pl.when(fits).then(pl.lit(decimals, dtype=pl.Int8)).otherwise(found)
        scaled = pl.when(fits).then(whole.cast(pl.Int64, strict=False)).otherwise(scaled)
    frame = _with_spare_row({"x": values}).select(scaled=scaled, decimals=found).head(len(values))
    return Split(frame["scaled"], frame["decimals"])


def _with_spare_row(columns: dict[str, pl.Series]) -> pl.DataFrame:
    frame = pl.DataFrame(columns)
    return pl.concat([frame, frame.clear(1)])


def as_excel(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the column with every float taken to 15 significant digits, and where that changed something.

    >>> as_excel(pl.Series([0.1 + 0.2, 60.0]))[0].to_list()
    [0.3, 60.0]
    """
    parts = split(values)
    rows = (values.is_finite() & parts.scaled.is_null()).fill_null(False).arg_true()
    kept = values
    if len(rows):
        kept = values.clone().scatter(rows, [float(f"{value:.15g}") for value in values.gather(rows)])
    return kept, (kept != values).fill_null(False)


def to_15_digits(value: Fraction) -> tuple[float, bool]:
    """Return the float of a fraction rounded half away from zero to 15 significant digits, and whether it was rounded.

    >>> to_15_digits(Fraction(1, 3)), to_15_digits(Fraction(3, 20))
    ((0.333333333333333, True), (0.15, False))
    """
    if value == 0:
        return 0.0, False
    magnitude, exponent = abs(value), 0
    while magnitude >= _LARGEST:
        magnitude, exponent = magnitude / 10, exponent + 1
    while magnitude < _LARGEST // 10:
        magnitude, exponent = magnitude * 10, exponent - 1
    whole = (2 * magnitude.numerator + magnitude.denominator) // (2 * magnitude.denominator)
    rounded = Fraction(whole) * Fraction(10) ** exponent
    return float(rounded if value > 0 else -rounded), rounded != abs(value)


def times(values: pl.Series, factor: Fraction) -> tuple[pl.Series, pl.Series]:
    """Multiply a column by an exact factor; return it, and where the result had to be rounded to 15 digits."""
    none_rounded = pl.repeat(False, len(values), eager=True)
    if factor == 1:
        return values, none_rounded
    shift = _decimal_shift(factor)
    parts = split(values)
    fast = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(values))
    if shift is not None:
        multiplier, zeros = shift
        frame = _with_spare_row({"scaled": parts.scaled, "decimals": parts.decimals}).select(
            pl.when(pl.col("scaled").abs() * 1.0 * multiplier < _LARGEST).then(
                (pl.col("scaled") * multiplier).cast(pl.Float64)
                / pl.lit(10.0).pow(pl.col("decimals").cast(pl.Int64) + zeros)
            )
        )
        fast = frame.to_series().head(len(values))
    rows = (values.is_not_null() & fast.is_null()).arg_true()
    if not len(rows):
        return fast, none_rounded
    slow = [to_15_digits(exact(value) * factor) for value in values.gather(rows)]
    done = fast.clone().scatter(rows, [value for value, _ in slow])
    return done, none_rounded.clone().scatter(rows, [rounded for _, rounded in slow])


def _decimal_shift(factor: Fraction) -> tuple[int, int] | None:
    """Return (m, z) with factor = m / 10^z where both are small enough for one correctly rounded division."""
    for zeros in range(13):
        shifted = factor * 10**zeros
        if shifted.denominator == 1:
            return (int(shifted), zeros) if shifted.numerator < 10**9 else None
    return None


def total(values: pl.Series) -> Fraction:
    """Return the exact sum of the decimals that the floats of a column stand for; nulls do not count.

    >>> total(pl.Series([0.1, 0.2, None]))
    Fraction(3, 10)
    """
    parts = split(values)
    frame = pl.DataFrame({"scaled": parts.scaled, "decimals": parts.decimals}).drop_nulls()
    grouped = frame.group_by("decimals").agg(pl.col("scaled").cast(pl.Int128).sum())
    result = sum((Fraction(int(scaled), 10 ** int(decimals)) for decimals, scaled in grouped.iter_rows()), Fraction(0))
    rest = values.filter(values.is_not_null() & parts.scaled.is_null())
    return result + sum((exact(value) for value in rest), Fraction(0))
