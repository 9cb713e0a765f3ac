"""Exact statistics of groups of scaled integers: counts, sums, extremes and order statistics as Python integers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import narwhals as nw
import polars as pl

from jiqun.engines.engine import Engine, Frame

Key = tuple[Hashable, ...]
Row = Mapping[str, Any]
_WORD = 2**32
_FINEST = 10**6  # so that rank × denominator stays within int64


@dataclass(frozen=True)
class Quantile:
    """A point of the ordered values: 0 is the least, 1/2 the median, 1 the greatest."""

    fraction: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.fraction <= 1:
            raise ValueError(f"a quantile lies between 0 and 1, not at {self.fraction}")
        if self.fraction.denominator > _FINEST:
            raise ValueError(f"a quantile is told to one part in {_FINEST} at the finest, not {self.fraction}")


MEDIAN = Quantile(Fraction(1, 2))
Wanted = Literal["count", "sum", "min", "max"] | Quantile


@dataclass(frozen=True)
class Neighbours:
    """The two values between which a quantile lies, and how far towards the higher one (0 ≤ weight < 1)."""

    lower: int
    higher: int
    weight: Fraction

    @property
    def value(self) -> Fraction:
        """The quantile by linear interpolation (Hyndman and Fan's type 7, as Excel's PERCENTILE.INC)."""
        return self.lower + (self.higher - self.lower) * self.weight


@dataclass(frozen=True)
class GroupStatistics:
    """What was wanted of one group's values that are not missing; None where it was not wanted or there are none."""

    count: int
    sum: int | None = None
    min: int | None = None
    max: int | None = None
    quantiles: Mapping[Quantile, Neighbours] = field(default_factory=dict)

    @property
    def mean(self) -> Fraction | None:
        """Sum ÷ count, exactly; None for a group without values."""
        return Fraction(self.sum, self.count) if self.count and self.sum is not None else None


def group_statistics(
    engine: Engine, frame: Frame, by: Sequence[str], value: str, wanted: Sequence[Wanted]
) -> dict[Key, GroupStatistics]:
    """Compute exact statistics of one int64 column for every group; the same on every engine.

    Missing values are left out; a group whose values are all missing is there with count 0. `by` may be empty: one
    group with the key (). Sums cannot overflow: they are taken over the high and low 32 bits apart (fewer than 2^31
    rows to a group).
    """
    return many_group_statistics(engine, frame, by, {value: wanted})[value]


def many_group_statistics(
    engine: Engine, frame: Frame, by: Sequence[str], wanted: Mapping[str, Sequence[Wanted]]
) -> dict[str, dict[Key, GroupStatistics]]:
    """Compute `group_statistics` of several columns in one pass; quantiles take one more pass for each column."""
    columns = [f"value_{index}" for index in range(len(wanted))]
    keys = [f"key_{index}" for index in range(max(len(by), 1))]
    named_keys = dict(zip(keys, (nw.col(name) for name in by), strict=False)) or {keys[0]: nw.lit(0)}
    narrow = frame.select(
        **named_keys, **{short: nw.col(name).cast(nw.Int64) for short, name in zip(columns, wanted, strict=True)}
    )
    quantiles = [[one for one in parts if isinstance(one, Quantile)] for parts in wanted.values()]
    totals = narrow.group_by(keys).agg(
        *(part for short, parts in zip(columns, wanted.values(), strict=True) for part in _totals(short, parts))
    )
    ordered = [
        _ordered(narrow, keys, short, points) for short, points in zip(columns, quantiles, strict=True) if points
    ]
    collected = [_by_key(table, keys, len(by)) for table in engine.collect_many([totals, *ordered])]
    with_points = iter(collected[1:])
    result = {}
    for short, name, points in zip(columns, wanted, quantiles, strict=True):
        found = next(with_points) if points else {}
        result[name] = {
            key: _statistics(row, short, wanted[name], found.get(key, {})) for key, row in collected[0].items()
        }
    return result


def _totals(column: str, wanted: Sequence[Wanted]) -> list[nw.Expr]:
    """Aggregate one column; its sum as high and low words, because a sum of int64 wraps in Polars without a word."""
    value = nw.col(column)
    parts = [value.count().alias(f"{column}_count")]
    if "sum" in wanted:
        low = value % _WORD
        parts.append(low.sum().cast(nw.Int64).alias(f"{column}_low"))
        parts.append(((value - low) // _WORD).sum().cast(nw.Int64).alias(f"{column}_high"))
    if "min" in wanted:
        parts.append(value.min().alias(f"{column}_min"))
    if "max" in wanted:
        parts.append(value.max().alias(f"{column}_max"))
    return parts


def _ordered(frame: Frame, keys: list[str], column: str, points: Sequence[Quantile]) -> Frame:
    """Pick each quantile's two neighbours: with n values and rank r from 1, position (n − 1)·a/b lies between them.

    r − 1 = ⌊(n − 1)a/b⌋ ⟺ (r − 1)b ≤ (n − 1)a < r·b, and r − 1 = ⌈(n − 1)a/b⌉ ⟺ (r − 2)b < (n − 1)a ≤ (r − 1)b.
    """
    value = nw.col(column)
    present = frame.filter(~value.is_null())
    ranked = present.with_columns(
        rank=value.rank("ordinal").over(keys).cast(nw.Int64), size=value.count().over(keys).cast(nw.Int64)
    )
    rank = nw.col("rank")
    picks = []
    for index, point in enumerate(points):
        over, under = point.fraction.numerator, point.fraction.denominator
        position = (nw.col("size") - 1) * over
        lower = ((rank - 1) * under <= position) & (position < rank * under)
        higher = ((rank - 2) * under < position) & (position <= (rank - 1) * under)
        picks.append(nw.when(lower).then(value).max().alias(f"lower_{index}"))
        picks.append(nw.when(higher).then(value).max().alias(f"higher_{index}"))
    return ranked.group_by(keys).agg(*picks)


def _by_key(table: pl.DataFrame, keys: list[str], depth: int) -> dict[Key, dict[str, Any]]:
    """Index rows by key; the key that stands for "no key" is cut off."""
    return {tuple(row[name] for name in keys)[:depth]: row for row in table.iter_rows(named=True)}


def _statistics(row: Row, column: str, wanted: Sequence[Wanted], found: Row) -> GroupStatistics:
    count = int(row[f"{column}_count"])
    if count == 0:
        return GroupStatistics(0, sum=0 if "sum" in wanted else None)
    points = [one for one in wanted if isinstance(one, Quantile)]
    neighbours = {
        point: Neighbours(found[f"lower_{index}"], found[f"higher_{index}"], (count - 1) * point.fraction % 1)
        for index, point in enumerate(points)
    }
    total = row[f"{column}_high"] * _WORD + row[f"{column}_low"] if "sum" in wanted else None
    return GroupStatistics(count, total, row.get(f"{column}_min"), row.get(f"{column}_max"), neighbours)
