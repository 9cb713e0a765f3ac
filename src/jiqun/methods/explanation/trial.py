"""One subject tried with other figures, exactly, everybody else as in the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.criteria import judge
from jiqun.methods.exact.member import Added, Member, as_number, read_members
from jiqun.methods.exact.totals import add_up
from jiqun.methods.explanation.others import Others
from jiqun.packs.models.method import Grade, Ladder
from jiqun.values import from_scaled


@dataclass
class Trial:
    """A graded subject: what it would get with other figures."""

    plan: Plan
    subject: str
    population: str
    grade: str | None
    row: Mapping[str, Any]
    gathered: Mapping[str, Any]
    others: Others
    _own: list[Member] = field(default_factory=list)

    @property
    def grading(self) -> Grade:
        found = self.plan.grade(self.population)
        assert found is not None
        return found

    @property
    def classes(self) -> Sequence[str]:
        return self.grading.classes

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        """The ladder of the grade, or those of the parts of which the lowest counts."""
        return tuple(part.ladder for part in (self.grading, *(self.grading.lowest_of or ())) if part.ladder)

    @property
    def verdicts(self) -> Mapping[str, str]:
        return self.own().verdicts

    def value(self, name: str) -> Fraction | None:
        """The subject's present value of an input."""
        return as_number(self.own().names.get(name))

    def own(self) -> Member:
        """The subject as it is."""
        if not self._own:
            self._own.append(self.member({}))
        return self._own[0]

    def member(self, changes: Mapping[str, Exact]) -> Member:
        """Evaluate the subject up to total and criteria with some figures changed; prepared measures are held."""
        member = read_members(self.plan, [self.gathered])[0]
        member.names |= {"population": self.population, **changes}
        member.status, member.population = "graded", self.population
        held = {
            name: None
            if self.row.get(f"measure__{name}") is None
            else from_scaled(self.row[f"measure__{name}"], one.digits)
            for name, one in self.plan.method.prepared.items()
        }
        self.others.score(member, held)
        judge(self.plan, [member])
        return member

    def without(self, deduction: str) -> Member:
        """Leave one deduction out of the total; within a common cap the others may count more then."""
        total = self.plan.total(self.population)
        assert total is not None
        left = {name: one for name, one in total.deductions.items() if name != deduction}
        key = self.plan.total_path(self.population).partition(".")[2]
        totals = {**self.plan.method.totals, key: total.model_copy(update={"deductions": left})}
        plan = Plan(**{**vars(self.plan), "method": self.plan.method.model_copy(update={"totals": totals})})
        own = self.own()
        again = Member(self.subject, dict(own.names), "graded", self.population)
        again.points, again.measures, again.benchmarks = own.points, own.measures, own.benchmarks
        add_up(plan, [again], self.others.peers(again))
        again.additions[deduction] = Added(Fraction(0))
        judge(plan, [again])
        return again

    def place(self, member: Member) -> int | None:
        """The place of the grade that a member would get, 0 for the best; None where it would get none."""
        grade = self.others.grade(member)
        return None if grade is None else self.classes.index(grade)


def try_of(plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame, subject: str) -> Trial | None:
    """Make a trial of a subject; None for one that is not graded by the method."""
    row = trace.filter(pl.col(plan.subject) == subject).row(0, named=True)
    population = row["population"]
    if row["status"] != "graded" or population is None or plan.grade(str(population)) is None:
        return None
    mine = gathered.filter(pl.col(plan.subject) == subject).row(0, named=True)
    others = Others(plan, trace, gathered)
    return Trial(plan, subject, str(population), row["grade__ranked"], row, mine, others)
