"""Classes where only so many of one group may get one: class by class, what a group may not take goes on to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Literal

import polars as pl

from jiqun.methods.columns.work import ROW

POOL, ORDER, CLASS = "pool_number", "order__", "class__"
GROUP = "group__"  # + place in per_group

How = Literal["min", "max"]


def classes_by_group(
    candidates: pl.DataFrame,
    reached: pl.DataFrame,
    classes: Sequence[int],
    limits: Sequence[Mapping[int, int]],
    by_first: bool,
) -> pl.DataFrame:
    """Return `candidates` (ROW, POOL, ORDER and a GROUP for each of `limits`) with their class as a number.

    `reached` says for POOL and class (in the column CLASS) how many places there are up to its end; `classes` are those
    handed out, best first, and `limits` how many of one group may have one. A place is counted from the first of a tie
    where `by_first`, else from its last, among those who are still without class and within the numbers of their
    groups.
    """
    how: How = "min" if by_first else "max"
    found = candidates.with_columns(pl.lit(None, pl.Int64).alias(CLASS))
    for one in classes:
        most = {f"{GROUP}{at}": limit[one] for at, limit in enumerate(limits) if one in limit}
        left = _within(found.filter(pl.col(CLASS).is_null()), most, how)
        given = found.filter(pl.col(CLASS).is_not_null()).group_by(POOL).agg(pl.len().alias("given__"))
        ends = reached.filter(pl.col(CLASS) == one).select(POOL, "reached__")
        place = pl.col(ORDER).rank(how).over(POOL).cast(pl.Int64) + pl.col("given__").fill_null(0).cast(pl.Int64)
        left = left.join(given, on=POOL, how="left").join(ends, on=POOL, how="left")
        taken = left.filter(place <= pl.col("reached__"))[ROW]
        own = pl.when(pl.col(ROW).is_in(taken.implode())).then(pl.lit(one, pl.Int64))
        found = found.with_columns(own.otherwise(pl.col(CLASS)).alias(CLASS))
    return found


def _within(left: pl.DataFrame, most: Mapping[str, int], how: How) -> pl.DataFrame:
    """Keep those within the number of each of their groups; those without a group stand alone."""
    if len(most) > 1:
        return left.filter(pl.col(ROW).is_in(_in_turn(left, most, how)))
    for group, number in most.items():
        within = pl.col(ORDER).rank(how).over(POOL, group) <= number
        left = left.filter(within | pl.col(group).is_null())
    return left


def _in_turn(left: pl.DataFrame, most: Mapping[str, int], how: How) -> list[int]:
    """Who is within several numbers at once: of a group those count whom no other group's number passes over."""
    rows = left.sort(POOL, ORDER).select(POOL, ORDER, ROW, *most).iter_rows()
    taken, counts, limits = [], Counter[tuple[object, ...]](), list(most.values())
    for (pool, _), level in groupby(rows, key=lambda row: row[:2]):
        tie = [(row[2], [(pool, at, group) for at, group in enumerate(row[3:])]) for row in level]
        together = Counter(key for _, keys in tie for key in keys) if how == "max" else Counter[tuple[object, ...]]()
        counted = []
        for row, keys in tie:
            over = [
                key[2] is not None and counts[key] + (together[key] or 1) > limits[at] for at, key in enumerate(keys)
            ]
            taken += [] if any(over) else [row]
            counted += [key for at, key in enumerate(keys) if not any(over[:at] + over[at + 1 :])]
        counts.update(counted)
    return taken
