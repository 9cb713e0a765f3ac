"""Means of cohorts without their lowest and highest values (S6): 去掉最高最低, 行业前20%平均."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import polars as pl

from jiqun.engines import Frame
from jiqun.methods.columns.work import Work
from jiqun.packs.models.method import Statistic
from jiqun.values import exact

Key = tuple[Any, ...]


def trimmed_means(work: Work, one: Statistic, members: Frame) -> dict[Key, tuple[Fraction, int]]:
    """Return k × the mean of every cohort that is large enough, with how many values it is made of.

    ⌊n·p⌋ values are left out at each end; a cohort of which nothing remains has no mean.
    """
    figure = work.plan.figure(one.measure)
    assert figure is not None
    keys = {f"cohort__{index}": work.value(name) for index, name in enumerate(one.over)}
    column = f"measure__{one.measure}"
    table = work.collect(members.select(column, **keys)).drop_nulls().sort(column)
    groups = table.group_by(*keys, maintain_order=True).agg(column) if keys else table.select(pl.col(column).implode())
    found: dict[Key, tuple[Fraction, int]] = {}
    for row in groups.select(*keys, column).iter_rows():
        values = _kept(row[-1], exact(one.without_lowest), exact(one.without_highest))
        if len(row[-1]) >= max(one.smallest_cohort, 1) and values:
            mean = Fraction(sum(values), len(values) * 10**figure.digits)
            found[row[:-1]] = mean * exact(one.times), len(values)
    return found


def _kept(ordered: list[int], low: Fraction, high: Fraction) -> list[int]:
    return ordered[floor(len(ordered) * low) : len(ordered) - floor(len(ordered) * high)]
