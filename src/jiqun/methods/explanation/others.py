"""The others of a run: their ranked pools, benchmarks and mean points, against which one subject is tried exactly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key, partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.compiling.plan import BENCHMARK, Plan, all_scores, statistics
from jiqun.methods.exact.benchmarks import look_up
from jiqun.methods.exact.grades import by_cuts, by_ladder, is_candidate, pools_of, whole_of
from jiqun.methods.exact.member import Member, Points, groups, read_members
from jiqun.methods.exact.quota import class_sizes, classes_by_group, comparison, groups_of, with_minimum
from jiqun.methods.exact.scores import OWN, points_of
from jiqun.methods.exact.subjects import may_be_graded, measure
from jiqun.methods.exact.totals import add_up
from jiqun.methods.linting.uses import names_by_results
from jiqun.packs.models.method import Benchmark, Grade, Quota
from jiqun.values import from_scaled, half_up

Key = tuple[Exact, ...]


@dataclass(frozen=True)
class Line:
    """A ranked pool, and the classes by place."""

    quota: Quota
    classes: Sequence[str]
    ordered: Sequence[Any]
    class_at: Sequence[str]
    key: Callable[[Member], Any]
    small: bool
    members: Sequence[tuple[str, tuple[Exact, ...]]] = ()  # in the same order: subject and groups that have limits

    def place(self, member: Member, leaving: Member | None, find: Callable[[Any, Any], int]) -> int:
        """How many others come before a member, who leaves the place it has now."""
        mine = self.key(member)
        before = find(self.ordered, mine)
        if leaving is None or not is_candidate(self.quota, leaving):
            return before
        old = self.key(leaving)
        return before - (old < mine or (find is bisect_right and not mine < old))

    def rank(self, member: Member, leaving: Member | None) -> int | None:
        """1 + the number of others before it."""
        return None if member.names[self.quota.of] is None else self.place(member, leaving, bisect_left) + 1

    def grade(self, member: Member, leaving: Member | None) -> str | None:
        """The class of the place it would take, by the tie rule and the minima."""
        if member.names[self.quota.of] is None or not self.class_at:
            return None
        if self.small:
            rule = self.quota.small_pool
            assert rule is not None
            return rule.grade if rule.cuts is None else by_cuts(rule.cuts, self.quota.of, member).grade
        if self.quota.per_group:
            return with_minimum(self.quota, self.classes, self._by_group(member, leaving), member)
        find = bisect_left if self.quota.ties.then == "better" else bisect_right
        place = min(self.place(member, leaving, find), len(self.class_at) - 1)
        return with_minimum(self.quota, self.classes, self.class_at[place], member)

    def _by_group(self, member: Member, leaving: Member | None) -> str:
        """The class of the place it would take, where a group may have only so many of one."""
        away = {member.subject} | ({leaving.subject} if leaving is not None else set())
        ranked = [(key, one) for key, one in zip(self.ordered, self.members, strict=True) if one[0] not in away]
        insort(ranked, (self.key(member), (member.subject, groups_of(self.quota, member))), key=itemgetter(0))
        ties = [[one for _, one in tie] for _, tie in groupby(ranked, key=itemgetter(0))]
        return classes_by_group(self.quota, Counter(self.class_at), ties).get(member.subject, self.class_at[-1])


class Others:
    """Everybody of a run as it was; a member tried against them changes nobody else."""

    def __init__(self, plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame) -> None:
        self.plan = plan
        self.trace = trace
        self.gathered = gathered
        self._members: dict[str, dict[str, Member]] = {}
        self._lines: dict[tuple[str, int], dict[Key, Line]] = {}
        self._benchmarks: dict[str, dict[Key, Fraction | None]] = {}
        self._means: dict[tuple[str, str], Fraction | None] = {}

    def members(self, population: str) -> Mapping[str, Member]:
        """The members of a population with their figures, by subject."""
        if population not in self._members:
            found = recalled(self.plan, self.trace, self.gathered, population)
            self._members[population] = {member.subject: member for member in found}
        return self._members[population]

    # --- points and total of one subject, benchmarks held

    def score(self, member: Member, held: Mapping[str, Fraction | None] | None = None) -> None:
        """Compute measures, points and total of a member; `held` are prepared measures as they were."""
        population = member.population
        assert population is not None
        measure(self.plan, member)
        for name in self.plan.method.prepared:
            member.measures[name] = (held or {}).get(name)
            member.know(name, member.measures[name])
        member.benchmarks = {name: self._benchmark(name, member) for name in self.plan.method.benchmarks}
        for name in statistics(self.plan.method):
            member.know(f"{name}{BENCHMARK}", member.benchmarks[name])
        scores = self.plan.scores(population)
        ranked = any(score.rank is not None or score.choice is not None for score in scores.values())
        others = (
            [other for other in self._scored() if other.subject != member.subject] if ranked else self.peers(member)
        )
        cohort = [*others, member]
        for item, score in scores.items():
            made = points_of(self.plan, self.plan.score_path(population, item), item, score, member, cohort)
            waiting = made.reason == "cohort_mean"
            member.points[item] = self._mean(population, item) if waiting else made
            member.know(f"{item}_points", member.points[item].value)
        add_up(self.plan, [member], others)

    def peers(self, member: Member) -> list[Member]:
        """The other scored members, where a node compares with them; otherwise nobody."""
        if not any(node.of_cohort for node in self.plan.method.nodes.values()):
            return []
        return [other for other in self._scored() if other.subject != member.subject]

    def _scored(self) -> list[Member]:
        return [
            one for population in self.plan.populations for one in self.members(population).values() if one.is_member
        ]

    def _benchmark(self, name: str, member: Member) -> Fraction | None:
        """The value that members of the same cohort were held against in the run.

        Where nobody else is in the cohort, as for one that changes its trade or its population, the member alone is too
        small a cohort: it is held against what the rule takes instead (`otherwise`).
        """
        if name in self.plan.fixed:
            return self.plan.fixed[name].value
        one = self.plan.method.benchmarks[name]
        if one.lookup is not None:
            return look_up(self.plan, name, one.lookup, member)
        assert one.statistic is not None
        key = member.key(one.statistic.over)
        if name not in self._benchmarks:
            over = one.statistic.over
            cells = dict(self.trace.select(self.plan.subject, f"benchmark__{name}").iter_rows())
            self._benchmarks[name] = {
                at: _unscaled(cells[cohort[0].subject], one.digits)
                for at, cohort in groups(self._scored(), lambda other: other.key(over))
            }
        if key is None or key in self._benchmarks[name]:
            return None if key is None else self._benchmarks[name][key]
        return self._instead(one, member)

    def _instead(self, one: Benchmark, member: Member) -> Fraction | None:
        statistic = one.statistic
        if statistic is None or statistic.otherwise is None or statistic.period == "last":
            return None  # of an earlier cohort without a member today the run does not tell how large it was
        if statistic.smallest_cohort <= 1:
            return None
        value = self._benchmark(statistic.otherwise, member)
        return None if value is None else half_up(value, one.digits)

    def _mean(self, population: str, item: str) -> Points:
        """The mean of the points that the population's members have from their own data."""
        if (population, item) not in self._means:
            digits = self.plan.score(population, item).digits
            rows = self.trace.filter(
                (pl.col("population").cast(pl.String) == population)
                & pl.col(f"reason__{item}").cast(pl.String).is_in(sorted(OWN))
            )[f"points__{item}"].drop_nulls()
            mean = half_up(Fraction(int(rows.sum()), rows.len() * 10**digits), digits) if rows.len() else None
            self._means[population, item] = mean
        found = self._means[population, item]
        return Points(found, "missing" if found is None else "cohort_mean")

    # --- grade and rank among the others

    def grade(self, member: Member) -> str | None:
        """The grade that a member would get by the ranking; None for one that gets none."""
        grading = self.plan.grade(member.population or "")
        if grading is None or member.status != "graded" or not may_be_graded(self.plan, member):
            return None
        return self._grade(grading, member)

    def _grade(self, grading: Grade, member: Member) -> str | None:
        if grading.quota is not None:
            line = self._line(grading.quota, grading.classes, member)
            return None if line is None else line.grade(member, self._leaving(grading.quota, member))
        if grading.cuts is not None:
            return by_cuts(grading.cuts, grading.cuts_of, member).grade
        if grading.ladder is not None:
            return by_ladder(grading.ladder, member).grade
        grades = [self._grade(part, member) for part in grading.lowest_of or ()]
        if None in grades and grading.classes[-1] not in grades:
            return None
        return max((name for name in grades if name is not None), key=grading.classes.index)

    def rank(self, member: Member) -> int | None:
        """The rank that a member would have in the first ranking of its grade."""
        grading = self.plan.grade(member.population or "")
        for part in () if grading is None else (grading, *(grading.lowest_of or ())):
            if part.quota is not None:
                line = self._line(part.quota, part.classes, member)
                return None if line is None else line.rank(member, self._leaving(part.quota, member))
        return None

    def _leaving(self, quota: Quota, member: Member) -> Member | None:
        """The member as it was, where it stood in the pool it would stand in."""
        before = self.members(member.population or "").get(member.subject)
        if before is None or self._pool_key(quota, before) != self._pool_key(quota, member):
            return None
        return before

    def _pool_key(self, quota: Quota, member: Member) -> Key | None:
        known = self._lines.get((member.population or "", id(quota)), {})
        narrow = member.key(quota.pools)
        wider = quota.small_pool.wider if quota.small_pool is not None else None
        return narrow if narrow in known or wider is None else member.key(wider)

    def _line(self, quota: Quota, classes: Sequence[str], member: Member) -> Line | None:
        at = (member.population or "", id(quota))
        if at not in self._lines:
            by_order = cmp_to_key(partial(comparison, quota))
            self._lines[at] = {
                pool.key: _line(quota, classes, pool.members, pool.small, by_order)
                for pool in pools_of(quota, list(self.members(at[0]).values()))
            }
        key = self._pool_key(quota, member)
        return None if key is None else self._lines[at].get(key)


def _line(
    quota: Quota, classes: Sequence[str], pool: Sequence[Member], small: bool, by_order: Callable[[Member], Any]
) -> Line:
    candidates = [member for member in pool if is_candidate(quota, member)]
    sizes = class_sizes(quota, classes, whole_of(quota, pool), len(candidates))
    class_at = [name for name, size in sizes.items() for _ in range(size)]
    ordered = sorted(candidates, key=by_order)
    members = [(member.subject, groups_of(quota, member)) for member in ordered] if quota.per_group else ()
    return Line(quota, classes, [by_order(member) for member in ordered], class_at, by_order, small, members)


def recalled(plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame, population: str) -> list[Member]:
    """Read the members of a population with their figures back from a run."""
    own = trace.filter(pl.col("population").cast(pl.String) == population)
    cells = gathered.join(own.select(plan.subject), on=plan.subject, how="semi").select(_columns(plan, gathered))
    rows = {row[plan.subject]: row for row in own.iter_rows(named=True)}
    found = []
    for member in read_members(plan, cells.iter_rows(named=True)):
        row = rows[member.subject]
        member.status, member.population = str(row["status"]), population
        member.know("population", population)
        for name, column, digits in _figures(plan, population):
            member.know(name, _unscaled(row[column], digits))
        found.append(member)
    return found


def _columns(plan: Plan, gathered: pl.DataFrame) -> list[str]:
    """The gathered columns by which members are put together or in order; their other inputs stay unread."""
    used = {plan.subject, *names_by_results(plan.method)}
    for benchmark in plan.method.benchmarks.values():
        used |= set(benchmark.statistic.over if benchmark.statistic is not None else ())
    for _, _, score in all_scores(plan.method):
        used |= set(score.rank.over if score.rank is not None else ())
    for node in plan.method.nodes.values():
        used |= set(node.over)
    return [name for name in gathered.columns if name in used]


def _unscaled(cell: Any, digits: int) -> Fraction | None:
    return None if cell is None else from_scaled(int(cell), digits)


def _figures(plan: Plan, population: str) -> list[tuple[str, str, int]]:
    names = [(name, f"measure__{name}") for name in (*plan.method.measures, *plan.method.prepared)]
    names += [(name, f"node__{name}") for name in plan.method.nodes]
    names += [(f"{item}_points", f"points__{item}") for item in plan.scores(population)]
    names += [("total", "total")] if plan.total(population) is not None else []
    held = plan.method.benchmarks
    cohorts = [(f"{name}{BENCHMARK}", f"benchmark__{name}", held[name].digits) for name in statistics(plan.method)]
    return [*((name, column, plan.digits(population, name)) for name, column in names), *cohorts]
