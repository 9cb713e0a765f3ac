"""How many firms of a run a benchmark was taken over, and whether it would tell one firm's figure to another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import polars as pl

from jiqun.methods.columns.work import MEMBER_STATUSES
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.explanation.restricted import FEWEST
from jiqun.packs.models.method import Statistic
from jiqun.values import exact

_LIKELY_ENOUGH = 10  # a cohort that has so many firms now did not have one or two last period
_ONE_FIRM = ("min", "max")  # however large the cohort, this is the figure of a single firm


class Cohorts:
    """The cohorts of a run's benchmarks; `trace` and `gathered` hold every subject, also those a reader may not see."""

    def __init__(self, plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame) -> None:
        self.plan, self.trace, self.gathered = plan, trace, gathered
        self._sizes: dict[str, Mapping[tuple[object, ...], int] | None] = {}
        self._folded: dict[str, Mapping[str, int]] = {}

    def size(self, name: str, subject: str) -> int | None:
        """How many firms of the run a subject's benchmark was taken over; None where the run does not tell."""
        one = self.plan.method.benchmarks[name].statistic
        return None if one is None or one.period != "this" else self._now(name, one, subject)

    def _now(self, name: str, one: Statistic, subject: str) -> int | None:
        """How many firms of this period are in the cohort, also where the statistic is of the last one."""
        if name not in self._sizes:
            self._sizes[name] = self._counted(one)
        sizes = self._sizes[name]
        own = None if sizes is None else self._own(one, subject)
        return None if sizes is None or own is None or None in own else sizes.get(own, 0)

    def _own(self, one: Statistic, subject: str) -> tuple[object, ...] | None:
        """What a subject's cohort goes by, with None for what it has no value of; None for who is not in the run."""
        at, among = self._lines
        if subject not in at or subject not in among:
            return None
        found = (
            self.trace["population"][at[subject]] if name == "population" else self.gathered[name][among[subject]]
            for name in one.over
        )
        return tuple(found)

    @cached_property
    def _lines(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Where every subject stands in the trace and among what was gathered."""
        return _lines_of(self.trace, self.plan.subject), _lines_of(self.gathered, self.plan.subject)

    def tells_one(self, name: str, subject: str, others: frozenset[str]) -> bool:
        """Tell whether a subject's benchmark would give away a figure of somebody else.

        `others` are the names whose figures the reader may not see of other firms. Given away is a minimum or maximum,
        what was taken over fewer than three firms, and a percentile beyond which fewer than three firms lie. How many
        firms last period's statistic was taken over the run does not tell: it is told where ten are in the cohort now.
        The mean of all, which the firms of small cohorts are held against, is not told either where fewer than three
        firms are: less the means of the larger cohorts it would be theirs.
        """
        one = self.plan.method.benchmarks[name].statistic
        if one is None or one.measure not in others:
            return False
        size = self.size(name, subject)
        if size is not None and size < one.smallest_cohort:
            if one.otherwise is None:
                return False
            return self._folds_few(name, one, subject) or self.tells_one(one.otherwise, subject, others)
        if one.take in _ONE_FIRM:
            return True
        if one.without_beyond is not None:  # how many were left out is not told, so ten must be there
            return (size if size is not None else self._now(name, one, subject) or 0) < _LIKELY_ENOUGH
        if size is None:
            return (self._now(name, one, subject) or 0) < _LIKELY_ENOUGH
        if one.percentile is not None:
            share = min(exact(one.percentile), 1 - exact(one.percentile))
            return share * (size - 1) + 1 < FEWEST
        return size < FEWEST

    def _folds_few(self, name: str, one: Statistic, subject: str) -> bool:
        """Tell whether fewer than three firms are in the small cohorts that a subject's mean of all takes in beside."""
        if name not in self._folded:
            self._folded[name] = self._counted_small(one)
        return 0 < self._folded[name].get(subject, 0) < FEWEST

    def _counted_small(self, one: Statistic) -> Mapping[str, int]:
        """The members of small cohorts within the larger one of every subject; none where they do not add up to it."""
        assert one.otherwise is not None
        other = self.plan.method.benchmarks[one.otherwise].statistic
        found = self._members(one)
        means = {one.take, other.take} if other is not None else set()
        if found is None or other is None or means != {"mean"} or not set(other.over) <= set(one.over):
            return {}
        rows, there = found
        small = there.group_by(list(one.over)).len("_size").filter(pl.col("_size") < one.smallest_cohort)
        if not other.over:
            return dict.fromkeys(rows[self.plan.subject].cast(pl.String), int(small["_size"].sum()))
        inside = small.group_by(list(other.over)).agg(pl.col("_size").sum())
        counted = rows.join(inside, on=list(other.over), how="left")
        return dict(counted.select(pl.col(self.plan.subject).cast(pl.String), pl.col("_size").fill_null(0)).iter_rows())

    def _members(self, one: Statistic) -> tuple[pl.DataFrame, pl.DataFrame] | None:
        """The subjects that are in a cohort at all, and those of them whose figure is in its statistic."""
        subject, column = self.plan.subject, self.plan.compared(one.measure)[0]
        known = {"population", *self.gathered.columns}
        if column not in self.trace.columns or not set(one.over) <= known:
            return None
        keys = list(one.over)
        own = self.gathered.select(subject, *(name for name in keys if name != "population"))
        rows = self.trace.select(subject, pl.col("population", "status").cast(pl.String), column)
        rows = rows.join(own, on=subject).drop_nulls(keys)
        members = MEMBER_STATUSES if one.members == "scored" else ("graded",)
        return rows, rows.filter(pl.col("status").is_in(members) & pl.col(column).is_not_null())

    def _counted(self, one: Statistic) -> Mapping[tuple[object, ...], int] | None:
        """The size of every cohort that somebody's figure is in; None where the run does not tell."""
        found, keys = self._members(one), list(one.over)
        if found is None:
            return None
        _, there = found
        if not keys:
            return {(): there.height}
        return {tuple(row[:-1]): row[-1] for row in there.group_by(keys).len("_size").iter_rows()}


def _lines_of(frame: pl.DataFrame, subject: str) -> Mapping[str, int]:
    return {one: line for line, one in enumerate(frame[subject].cast(pl.String).to_list())}
