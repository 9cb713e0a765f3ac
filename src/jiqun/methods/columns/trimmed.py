"""Statistics of cohorts without some of their values (S6): 去掉最高最低, 行业前20%平均, 剔除偏离平均值 3σ 以上的."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any

import polars as pl

from jiqun.engines import Frame
from jiqun.methods.columns.work import Work
from jiqun.packs.models.method import Deviation, Statistic
from jiqun.values import exact

Key = tuple[Any, ...]


def trimmed(work: Work, one: Statistic, members: Frame) -> dict[Key, tuple[Fraction, int]]:
    """Return k × the statistic of every cohort that is large enough, with how many values it is made of.

    ⌊n·p⌋ values are left out at each end, or those beyond the deviations of `without_beyond`; a cohort of which nothing
    remains has no statistic. The size that `smallest_cohort` asks for is that before.
    """
    column, digits = work.plan.compared(one.measure)
    keys = {f"cohort__{index}": work.value(name) for index, name in enumerate(one.over)}
    table = work.collect(members.select(column, **keys)).drop_nulls().sort(column)
    groups = table.group_by(*keys, maintain_order=True).agg(column) if keys else table.select(pl.col(column).implode())
    found: dict[Key, tuple[Fraction, int]] = {}
    for row in groups.select(*keys, column).iter_rows():
        values = _kept(row[-1], one)
        if len(row[-1]) >= max(one.smallest_cohort, 1) and values:
            found[row[:-1]] = _taken(values, one) / 10**digits * exact(one.times), len(values)
    return found


def _kept(ordered: Sequence[int], one: Statistic) -> Sequence[int]:
    if one.without_beyond is not None:
        return _near(ordered, one.without_beyond)
    low, high = (floor(len(ordered) * exact(share)) for share in (one.without_lowest, one.without_highest))
    return ordered[low : len(ordered) - high]


def _near(ordered: Sequence[int], beyond: Deviation) -> Sequence[int]:
    """The values within so many deviations; distances are compared as squares of whole numbers, without a root.

    n·x − Σx is n times the distance to the mean, and (k·s)²·n² is k²·n·Σ(n·x − Σx)² ÷ (n·(n − 1)) for a sample.
    """
    times = exact(beyond.times)
    if beyond.of == "median":
        middle = _at(ordered, Fraction(1, 2))
        distances = sorted(abs(value - middle) for value in ordered)
        reach = times * _at(distances, Fraction(1, 2))
        return [value for value in ordered if abs(value - middle) <= reach]
    size, total = len(ordered), sum(ordered)
    squares = sum((size * value - total) ** 2 for value in ordered)
    under = size if beyond.of == "population" else size - 1
    if under == 0:
        return ordered
    most = times**2 * squares / under
    return [value for value in ordered if (size * value - total) ** 2 <= most]


def _taken(ordered: Sequence[int], one: Statistic) -> Fraction:
    if one.take == "mean":
        return Fraction(sum(ordered), len(ordered))
    shares = {"min": Fraction(0), "median": Fraction(1, 2), "max": Fraction(1)}
    return _at(ordered, shares[one.take] if one.take in shares else exact(one.percentile or "0"))


def _at(ordered: Sequence[int | Fraction], share: Fraction) -> Fraction:
    """The value at position share × (n − 1), between neighbours in proportion."""
    whole, part = divmod(share * (len(ordered) - 1), 1)
    after = ordered[min(whole + 1, len(ordered) - 1)]
    return ordered[whole] * (1 - part) + after * part
