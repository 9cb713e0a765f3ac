"""Classes where only so many of one group may get one: class by class, what a group may not take goes on to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

from jiqun.methods.columns.work import ROW

POOL, ORDER, GROUP, CLASS = "pool_number", "order__", "group__", "class__"


def classes_by_group(
    candidates: pl.DataFrame, reached: pl.DataFrame, classes: Sequence[int], limits: Mapping[int, int], by_first: bool
) -> pl.DataFrame:
    """Return `candidates` (ROW, POOL, ORDER, GROUP) with their class as a number.

    `reached` says for POOL and class (in the column CLASS) how many places there are up to its end; `classes` are those
    handed out, best first, and `limits` how many of one group may have one. A place is counted from the first of a tie
    where `by_first`, else from its last, among those who are still without class and within the number of their group.
    """
    how: Literal["min", "max"] = "min" if by_first else "max"
    found = candidates.with_columns(pl.lit(None, pl.Int64).alias(CLASS))
    for one in classes:
        left = found.filter(pl.col(CLASS).is_null())
        if one in limits:
            within = pl.col(ORDER).rank(how).over(POOL, GROUP) <= limits[one]
            left = left.filter(within | pl.col(GROUP).is_null())
        given = found.filter(pl.col(CLASS).is_not_null()).group_by(POOL).agg(pl.len().alias("given__"))
        ends = reached.filter(pl.col(CLASS) == one).select(POOL, "reached__")
        place = pl.col(ORDER).rank(how).over(POOL).cast(pl.Int64) + pl.col("given__").fill_null(0).cast(pl.Int64)
        left = left.join(given, on=POOL, how="left").join(ends, on=POOL, how="left")
        taken = left.filter(place <= pl.col("reached__"))[ROW]
        own = pl.when(pl.col(ROW).is_in(taken.implode())).then(pl.lit(one, pl.Int64))
        found = found.with_columns(own.otherwise(pl.col(CLASS)).alias(CLASS))
    return found
