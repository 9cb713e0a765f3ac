"""One subject tried with other figures, exactly, against the pool of a run."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cmp_to_key, partial
from typing import Any

import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.exact.criteria import judge
from jiqun.methods.exact.grades import by_cuts, by_ladder, is_candidate, pools_of, whole_of
from jiqun.methods.exact.member import Added, Member, Points, as_number, read_members
from jiqun.methods.exact.quota import class_sizes, comparison, with_minimum
from jiqun.methods.exact.scores import points_of
from jiqun.methods.exact.subjects import measure
from jiqun.methods.exact.totals import add_up
from jiqun.methods.plan import Plan
from jiqun.packs.models.method import Grade, Ladder, Quota
from jiqun.values import from_scaled


@dataclass
class Trial:
    """A subject with its pool: what it would get with other figures, everybody else as in the run."""

    plan: Plan
    subject: str
    population: str
    grade: str | None
    row: Mapping[str, Any]
    gathered: Mapping[str, Any]
    everybody: Sequence[Member]
    lines: dict[int, Line] = field(default_factory=dict)
    _own: Member | None = None

    @property
    def grading(self) -> Grade:
        found = self.plan.grade(self.population)
        assert found is not None
        return found

    @property
    def classes(self) -> Sequence[str]:
        return self.grading.classes

    @property
    def ladder(self) -> Ladder | None:
        return next((part.ladder for part in (self.grading, *(self.grading.lowest_of or ())) if part.ladder), None)

    @property
    def verdicts(self) -> Mapping[str, str]:
        return self.member().verdicts

    def value(self, name: str) -> Fraction | None:
        """The subject's present value of an input."""
        return as_number(self.member().names.get(name))

    def member(self, changes: Mapping[str, Exact] | None = None, without: str | None = None) -> Member:
        """Evaluate the subject up to total and criteria, with some figures changed or one deduction left out."""
        if not changes and without is None and self._own is not None:
            return self._own
        member = read_members(self.plan, [self.gathered])[0]
        member.names |= {"population": self.population, **(changes or {})}
        member.status, member.population = "graded", self.population
        self._score(member)
        if without is not None:
            total = self.plan.total(self.population)
            assert total is not None
            member = self._without(member, without)
        judge(self.plan, [member])
        if not changes and without is None:
            self._own = member
        return member

    def _score(self, member: Member) -> None:
        measure(self.plan, member)
        for name, prepared in self.plan.method.prepared.items():
            cell = self.row.get(f"measure__{name}")
            member.know(name, None if cell is None else from_scaled(int(cell), prepared.digits))
        member.benchmarks = {name: fixed.value for name, fixed in self.plan.fixed.items()}
        for name, one in self.plan.method.benchmarks.items():
            if name not in self.plan.fixed:
                cell = self.row.get(f"benchmark__{name}")
                member.benchmarks[name] = None if cell is None else from_scaled(int(cell), one.digits)
        scores = self.plan.scores(self.population)
        ranked = any(score.rank is not None or score.choice is not None for score in scores.values())
        others = [other for other in self.everybody if other.subject != self.subject] if ranked else []
        cohort = [*others, member]
        for item, score in scores.items():
            made = points_of(self.plan, self.plan.score_path(self.population, item), item, score, member, cohort)
            member.points[item] = self._held(item, score.digits) if made.reason == "cohort_mean" else made
            member.know(f"{item}_points", member.points[item].value)
        add_up(self.plan, [member])

    def _held(self, item: str, digits: int) -> Points:
        """The mean score that stood in for the subject's own points in the run."""
        cell = self.row.get(f"points__{item}")
        return Points(None if cell is None else from_scaled(int(cell), digits), "cohort_mean")

    def _without(self, member: Member, name: str) -> Member:
        """Leave one deduction out of the total: within a common cap the others may count more then."""
        others = {key: value for key, value in member.additions.items() if key != name}
        total = self.plan.total(self.population)
        assert total is not None
        trimmed = total.model_copy(update={"deductions": {k: v for k, v in total.deductions.items() if k != name}})
        key = self.plan.total_path(self.population).partition(".")[2]
        method = self.plan.method.model_copy(update={"totals": {**self.plan.method.totals, key: trimmed}})
        plan = Plan(**{**vars(self.plan), "method": method})
        again = Member(member.subject, dict(member.names), "graded", self.population)
        again.points, again.measures, again.benchmarks = member.points, member.measures, member.benchmarks
        add_up(plan, [again])
        again.additions = {**others, name: Added(Fraction(0))}
        return again

    # --- grade and rank among the others

    def place(self, member: Member) -> int | None:
        """The place of the grade that a member would get, 0 for the best; None where it would get none."""
        grade = self.graded(member)
        return None if grade is None else self.classes.index(grade)

    def graded(self, member: Member) -> str | None:
        """The grade that a member would get by the ranking."""
        return self._grade(self.grading, member)

    def _grade(self, grading: Grade, member: Member) -> str | None:
        if grading.quota is not None:
            line = self._line(grading.quota, grading.classes)
            return None if line is None else line.grade(member)
        if grading.cuts is not None:
            return by_cuts(grading.cuts, grading.cuts_of, member).grade
        if grading.ladder is not None:
            return by_ladder(grading.ladder, member).grade
        grades = [self._grade(part, member) for part in grading.lowest_of or ()]
        if None in grades and grading.classes[-1] not in grades:
            return None
        return max((name for name in grades if name is not None), key=grading.classes.index)

    def rank(self, member: Member) -> int | None:
        """The rank that a member would have."""
        for part in (self.grading, *(self.grading.lowest_of or ())):
            line = self._line(part.quota, part.classes) if part.quota is not None else None
            if line is not None:
                return line.rank(member)
        return None

    def _line(self, quota: Quota, classes: Sequence[str]) -> Line | None:
        if id(quota) not in self.lines:
            for pool in pools_of(quota, self.everybody):
                if any(member.subject == self.subject for member in pool.members):
                    self.lines[id(quota)] = _line(quota, classes, pool.members, self.subject, pool.small)
        return self.lines.get(id(quota))


@dataclass(frozen=True)
class Line:
    """A ranked pool without one subject, and the classes by place."""

    quota: Quota
    classes: Sequence[str]
    others: Sequence[Any]
    class_at: Sequence[str]
    key: Callable[[Member], Any]
    small: bool

    def rank(self, member: Member) -> int | None:
        """1 + the number of those before it."""
        value = member.names[self.quota.of]
        return None if value is None else bisect_left(self.others, self.key(member)) + 1

    def grade(self, member: Member) -> str | None:
        """The class of the place it would take, by the tie rule and the minima."""
        if member.names[self.quota.of] is None:
            return None
        if self.small:
            rule = self.quota.small_pool
            assert rule is not None
            return rule.grade if rule.cuts is None else by_cuts(rule.cuts, self.quota.of, member).grade
        find = bisect_left if self.quota.ties.then == "better" else bisect_right
        place = min(find(self.others, self.key(member)), len(self.class_at) - 1)
        return with_minimum(self.quota, self.classes, self.class_at[place], member) if self.class_at else None


def _line(quota: Quota, classes: Sequence[str], pool: Sequence[Member], subject: str, small: bool) -> Line:
    by_order = cmp_to_key(partial(comparison, quota))
    candidates = [member for member in pool if is_candidate(quota, member)]
    sizes = class_sizes(quota, classes, whole_of(quota, pool), len(candidates))
    others = sorted(by_order(member) for member in candidates if member.subject != subject)
    return Line(quota, classes, others, [name for name, size in sizes.items() for _ in range(size)], by_order, small)


def try_of(plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame, subject: str) -> Trial | None:
    """Make a trial of a subject; None for one that is not graded by the method."""
    row = trace.filter(pl.col(plan.subject) == subject).row(0, named=True)
    population = row["population"]
    if row["status"] != "graded" or population is None or plan.grade(str(population)) is None:
        return None
    mine = gathered.filter(pl.col(plan.subject) == subject).row(0, named=True)
    everybody = recalled(plan, trace, gathered, str(population))
    return Trial(plan, subject, str(population), row["grade__ranked"], row, mine, everybody)


def recalled(plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame, population: str) -> list[Member]:
    """Read the members of a population with their figures back from a run."""
    own = trace.filter(pl.col("population").cast(pl.String) == population)
    cells = gathered.filter(pl.col(plan.subject).is_in(own[plan.subject].implode()))
    rows = {row[plan.subject]: row for row in own.iter_rows(named=True)}
    found = []
    for member in read_members(plan, cells.iter_rows(named=True)):
        row = rows[member.subject]
        member.status, member.population = str(row["status"]), population
        member.know("population", population)
        for name, column, digits in _figures(plan, population):
            cell = row[column]
            member.know(name, None if cell is None else from_scaled(int(cell), digits))
        found.append(member)
    return found


def _figures(plan: Plan, population: str) -> list[tuple[str, str, int]]:
    names = [(name, f"measure__{name}") for name in (*plan.method.measures, *plan.method.prepared)]
    names += [(name, f"node__{name}") for name in plan.method.nodes]
    names += [(f"{item}_points", f"points__{item}") for item in plan.scores(population)]
    names += [("total", "total")] if plan.total(population) is not None else []
    return [(name, column, plan.digits(population, name)) for name, column in names]
