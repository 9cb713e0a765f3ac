"""Places in a pool: rank and class of every distinct value, from counts alone.

A pool is ranked from its distinct values and how often each occurs, so the work grows with the number of different
values and not with the number of subjects, and subjects with equal values cannot be told apart by the order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

import narwhals as nw
import polars as pl

from jiqun.methods.columns.cuts import grade_by_cuts
from jiqun.methods.columns.group_places import CLASS, ORDER, POOL, classes_by_group
from jiqun.methods.columns.quota import class_sizes, quota_classes
from jiqun.methods.columns.work import ROW
from jiqun.packs.models.method import Quota
from jiqun.values import exact

PART = "pool__"  # + name of a column that makes pools
LABEL, SMALL = "pool_label", "pool_small"
CANDIDATES, NUMBER = "pool_candidates", "pool_counted"
VALUE, COUNT = "key__value", "key__count"
KEY = "key__"  # pool and value in one whole number that grows with the place; such keys sort and join fastest
TIE, NO_TIE = "key__tie__", "key__no_tie__"  # + place in ties.by: the value, and whether it is missing


@dataclass(frozen=True)
class Places:
    """How a quota ranks one population: `digits` are the value's decimals (None: a ledger number as it is)."""

    quota: Quota
    classes: tuple[str, ...]
    digits: int | None

    def pools(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Number the pools.

        `parts` has the pool columns and those of wider pools (PART), with the candidates and N of each distinct
        combination. Returned with the pool's number and label (null where a pool column is missing), whether it is
        small, and the candidates and N of the whole pool. Members of small pools may share a wider one.
        """
        found = _numbered(parts, self.quota.pools)
        small = self.quota.small_pool
        is_small = pl.lit(False)
        if small is not None:
            is_small = (pl.col(CANDIDATES).sum().over(POOL) < small.smallest) & pl.col(POOL).is_not_null()
        found = found.with_columns(is_small.alias(SMALL))
        if small is not None and small.wider is not None:
            lifted = _numbered(found.filter(SMALL).drop(POOL, LABEL), small.wider)
            lifted = lifted.with_columns(pl.col(POOL) + found.height, pl.lit(False).alias(SMALL))
            found = pl.concat([found.filter(~pl.col(SMALL)), lifted], how="diagonal")
        found = found.with_columns(pl.col(CANDIDATES, NUMBER).sum().over(POOL))
        return found.with_columns(pl.col(POOL).rank("dense").cast(pl.Int64) - 1)

    def of(self, keys: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
        """Return `keys` (pool number, value, ties and count of candidates) with `grade` and `rank`.

        Without counts each row of `keys` is one subject, in the order of keys, and the key is enough unless the quota
        `looks_again`. All pools are laid behind each other. A cell is one class of one pool; its last place in that row
        tells which cell any other place falls into.
        """
        cells = self._cells(pools)
        by_first = self.quota.ties.then == "better"
        if COUNT in keys.columns:
            placed = self.in_order(keys).with_columns(last__=pl.col(COUNT).cum_sum())
            placed = placed.with_columns(first__=pl.col("last__") - pl.col(COUNT) + 1)
        else:
            place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
            begins, ends = ((pl.col(KEY) != pl.col(KEY).shift(step)).fill_null(True) for step in (1, -1))
            placed = keys.with_columns(first__=pl.when(begins).then(place).forward_fill())
            if not by_first:
                placed = placed.with_columns(last__=pl.when(ends).then(place).backward_fill())
        deciding = placed["first__" if by_first else "last__"]
        at = cells["last"].search_sorted(deciding, side="left")
        placed = placed.with_columns(cells["grade"].gather(at), rank=pl.col("first__") - cells["before"].gather(at))
        if not self.looks_again:
            return placed
        placed = placed.with_columns(cells["small"].gather(at))
        return self._small_graded(self._lowered(placed, cells["class"].gather(at)))

    def by_group(self, candidates: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
        """Return ROW, `grade`, `rank` of candidates (ROW, pool number, value, ORDER, groups), and `full`: whether one
        behind them has a better class, because that was full for their group."""
        cells = self._cells(pools)
        ends = cells.select(POOL, pl.col("class").alias(CLASS), (pl.col("last") - pl.col("before")).alias("reached__"))
        limits = [
            {self.classes.index(name): most for name, most in limit.most.items()} for limit in self.quota.per_group
        ]
        handed = [self.classes.index(name) for name in quota_classes(self.quota, self.classes)]
        placed = classes_by_group(candidates, ends, handed, limits, self.quota.ties.then == "better")
        placed = self._graded(placed.join(cells.select(POOL, "small").unique(), on=POOL, how="left"))
        own = pl.col("grade").to_physical().cast(pl.Int64)
        behind = [
            (pl.col(ORDER).filter(own == one).max().over(POOL) > pl.col(ORDER)) & (own > one)
            for one in range(len(self.classes))
        ]
        full = pl.any_horizontal(behind).fill_null(False) & ~pl.col("small")
        rank = pl.col(ORDER).rank("min").over(POOL).cast(pl.Int64)
        return placed.select(ROW, "grade", rank.alias("rank"), full.alias("full"))

    def _graded(self, placed: pl.DataFrame) -> pl.DataFrame:
        """Give the class whose number stands in CLASS, or what a small pool gives instead."""
        words = dict(enumerate(self.classes))
        own = pl.col(CLASS).replace_strict(words, return_dtype=pl.Enum(self.classes))
        small = self.quota.small_pool
        if small is not None and small.grade is not None:
            own = pl.when("small").then(pl.lit(small.grade, pl.Enum(self.classes))).otherwise(own)
        placed = placed.with_columns(own.alias("grade"))
        return self._small_graded(self._lowered(placed, placed[CLASS]))

    @property
    def looks_again(self) -> bool:
        """Whether a grade depends on more than the place: on a minimum, or on the cuts of small pools."""
        small = self.quota.small_pool
        return bool(self.quota.minimum) or (small is not None and small.cuts is not None)

    def _cells(self, pools: pl.DataFrame) -> pl.DataFrame:
        """Return one row per pool and class of the quota, in the order of places."""
        ranked = quota_classes(self.quota, self.classes)
        small = self.quota.small_pool
        alone = small.grade if small is not None else None
        rows: list[tuple[int, int, int, int, str, bool]] = []
        before = 0
        each = pools.filter(pl.col(POOL).is_not_null()).unique(POOL).sort(POOL)
        for pool, number, candidates, is_small in each.select(POOL, NUMBER, CANDIDATES, SMALL).iter_rows():
            sizes = class_sizes(self.quota, self.classes, number, candidates)
            for one, last in zip(ranked, accumulate(sizes), strict=True):
                grade = alone if is_small and alone is not None else one
                rows.append((pool, before + last, before, self.classes.index(one), grade, is_small))
            before += candidates
        schema: dict[str, pl.DataType | type[pl.DataType]] = {
            POOL: pl.Int64, "last": pl.Int64, "before": pl.Int64, "class": pl.Int64, "grade": pl.Enum(self.classes),
            "small": pl.Boolean,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def in_order(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Bring keys into the order of places."""
        if KEY in keys.columns:
            return keys.sort(KEY)
        order = [pl.col(POOL), pl.col(VALUE)]
        descending = [False, self.quota.order == "descending"]
        for place, name in enumerate(self.quota.ties.by):
            order.append(pl.when(~pl.col(f"{NO_TIE}{place}")).then(pl.col(f"{TIE}{place}")))
            descending.append(not name.startswith("-"))
        return keys.sort(order, descending=descending, nulls_last=True)

    def _lowered(self, keys: pl.DataFrame, classes: pl.Series) -> pl.DataFrame:
        """Give the next class to those who do not reach a class's minimum."""
        if not self.quota.minimum:
            return keys
        keys = keys.with_columns(at__=classes)
        at = pl.col("at__")
        for place, one in enumerate(self.classes[:-1]):
            if one in self.quota.minimum:
                least = exact(self.quota.minimum[one])
                below = pl.col(VALUE) < (float(least) if self.digits is None else ceil(least * 10**self.digits))
                at = pl.when((at == place) & below).then(place + 1).otherwise(at)
        grade = at.replace_strict(dict(enumerate(self.classes)), return_dtype=pl.Enum(self.classes))
        return keys.with_columns(grade=pl.when("small").then(pl.col("grade")).otherwise(grade))

    def _small_graded(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Grade the members of small pools by their own cuts, where the rule has such."""
        small = self.quota.small_pool
        if small is None or small.cuts is None:
            return keys
        cut = grade_by_cuts(nw.col(VALUE), small.cuts, self.digits, self.classes)
        keys = nw.from_native(keys).with_columns(cut__=cut).to_native()
        return keys.with_columns(grade=pl.when("small").then(pl.col("cut__")).otherwise(pl.col("grade")))


def _numbered(parts: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Add the number and the label of the pool that the named columns make; null where one of them is missing."""
    columns = [f"{PART}{name}" for name in names]
    if not columns:
        return parts.with_columns(pl.lit(0, pl.Int64).alias(POOL), pl.lit("").alias(LABEL))
    label = pl.concat_str([pl.col(column).cast(pl.String) for column in columns], separator="|")
    pools = parts.select(columns).drop_nulls().unique().sort(columns).with_row_index(POOL)
    pools = pools.with_columns(pl.col(POOL).cast(pl.Int64), label.alias(LABEL))
    return parts.join(pools, on=columns, how="left")
