"""Checking a whole column of 统一社会信用代码 at once, as GB 32100-2015 does one of them."""

from __future__ import annotations

import polars as pl

from jiqun.values.uscc import ALPHABET

_SHAPE = f"^[{ALPHABET}]{{18}}$"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def valid(codes: pl.Series) -> pl.Series:
    """Tell for every text whether it is a valid code: C18 = 31 − (Σ C_i·3^(i−1) mod 31) mod 31.

    >>> valid(pl.Series(["91350100M000100Y43", "91350100M000100Y44"])).to_list()
    [True, False]
    """
    shaped = codes.str.contains(_SHAPE).fill_null(False)
    kept = codes.filter(shaped)
    characters = pl.DataFrame({"code": kept}).select(
        pl.col("code").str.slice(at, 1).replace_strict(_VALUES, return_dtype=pl.Int32).alias(str(at))
        for at in range(18)
    )
    weighted = sum((pl.col(str(at)) * (3**at % 31) for at in range(17)), pl.lit(0))
    right = characters.select(((31 - weighted % 31) % 31 == pl.col("17")).alias("right")).to_series()
    return shaped.clone().scatter(shaped.arg_true(), right) if len(right) else shaped
