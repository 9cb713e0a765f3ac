"""Compare two results: who moved, and whether its own data, the others, the rule or an adjustment moved it.

From result A to result B the difference of every subject is taken apart in this order, each step with everything before
it already changed:

    data        the subject's own new figures under the old rule, everybody else as in A
    others      everybody's new figures under the old rule (benchmarks of the cohort, places in the quota)
    rule        the new rule and its numbers
    adjustment  moves after the ranking (lists, vetoes) of B instead of those of A

The steps add up to the whole difference. Which step gets how much depends on the order, so the order rule → data →
others is reported beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.criteria import judge
from jiqun.methods.exact.member import read_members
from jiqun.methods.exact.subjects import find_members
from jiqun.methods.explanation.others import Others
from jiqun.methods.result import Result
from jiqun.methods.runs.mixed import mixed
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import from_scaled

CAUSES = ("data", "others", "rule", "adjustment")
GROUPS = ("district", "industry", "scale")
DIRECTIONS = ("up", "down", "other", "same", "open", "new", "gone")
MOVED = ("up", "down", "other", "open")  # those whose grade differs


@dataclass(frozen=True)
class Step:
    """What one cause did: total and ranked grade after it, and the change of the total it made (None: unknown)."""

    cause: str
    total: Fraction | None
    grade: str | None
    effect: Fraction | None
    changed: bool


@dataclass(frozen=True)
class Change:
    """One subject in both results, or in one of them."""

    subject: str
    direction: str
    grade_before: str | None
    grade_after: str | None
    total_before: Fraction | None
    total_after: Fraction | None
    steps: tuple[Step, ...]
    other_order: tuple[Step, ...]
    groups: Mapping[str, str]

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes that changed the grade, in the order of the steps."""
        return tuple(step.cause for step in self.steps if step.changed)


@dataclass(frozen=True)
class Comparison:
    """All changes, and how many went up and down by group."""

    changes: tuple[Change, ...]
    columns: tuple[str, ...]

    def counts(self, column: str) -> pl.DataFrame:
        """How many went up, down, stayed, are open, new and gone, by the values of a column."""
        found: dict[str, dict[str, int]] = {}
        for change in self.changes:
            row = found.setdefault(change.groups.get(column, ""), dict.fromkeys(DIRECTIONS, 0))
            row[change.direction] += 1
        rows = [{column: value, **row} for value, row in sorted(found.items())]
        return pl.DataFrame(rows, schema={column: pl.String, **dict.fromkeys(DIRECTIONS, pl.Int64)})

    def transitions(self) -> pl.DataFrame:
        """How many went from which grade to which."""
        frame = pl.DataFrame(
            [(change.grade_before, change.grade_after) for change in self.changes],
            schema={"before": pl.String, "after": pl.String},
            orient="row",
        )
        return frame.group_by("before", "after").len("firms").sort("before", "after", nulls_last=True)

    def by_cause(self) -> dict[str, int]:
        """How many grades each cause changed; a subject moved by two causes counts with both."""
        return {cause: sum(cause in change.causes for change in self.changes) for cause in CAUSES}


def compare(before: Result, after: Result, *, by: Sequence[str] = GROUPS) -> Comparison:
    """Take apart the difference between two results: two years, two methods, or two sets of parameters.

    Both results need their tables; the old rule is evaluated on the new data and the new rule on the old data. `by` are
    columns of the evaluated table by which winners and losers are counted. Raises ProblemsError METHOD-080 where the
    subjects differ, METHOD-082 where a result has no tables.
    """
    _check(before, after)
    middle, other = mixed(before, after), mixed(after, before)
    main = _Path(before, middle, after, rule_first=False)
    turned = _Path(before, other, after, rule_first=True)
    groups = _groups(before, by) | _groups(after, by)
    subjects = sorted({*before.trace[before.plan.subject], *after.trace[after.plan.subject]})
    return Comparison(tuple(_change(one, main, turned, groups) for one in subjects), tuple(by))


def _check(before: Result, after: Result) -> None:
    first, second = before.plan.subject, after.plan.subject
    if first != second:
        raise ProblemsError([problem("METHOD-080", Place(item=after.plan.method.id), first=first, second=second)])
    without = [one for one in (before, after) if not one.tables]
    if without:
        raise ProblemsError(
            [
                problem("METHOD-082", Place(item=one.plan.method.id), method=one.plan.method.id, period=one.plan.period)
                for one in without
            ]
        )


def _groups(result: Result, by: Sequence[str]) -> dict[str, dict[str, str]]:
    """The values of the grouping columns by subject; a column that the rule does not read comes from the table."""
    subject = result.plan.subject
    found: dict[str, dict[str, str]] = {}
    source = result.tables.get(result.plan.method.evaluates.table)
    table = source if isinstance(source, pl.DataFrame) else None
    for column in by:
        frame = result.gathered if column in result.gathered.columns else table
        if frame is None or column not in frame.columns:
            continue
        if frame is table and "year" in frame.columns:
            frame = frame.filter(pl.col("year") == result.plan.period.year)
        for one, value in frame.select(pl.col(subject).cast(pl.String), pl.col(column).cast(pl.String)).iter_rows():
            found.setdefault(one, {})[column] = value or ""
    return found


def _change(subject: str, main: _Path, turned: _Path, groups: Mapping[str, Mapping[str, str]]) -> Change:
    here, there = main.before.row(subject) is not None, main.after.row(subject) is not None
    both = here and there
    return Change(
        subject=subject,
        direction=_direction(main, subject) if both else ("gone" if here else "new"),
        grade_before=main.before.final(subject),
        grade_after=main.after.final(subject),
        total_before=main.before.total(subject),
        total_after=main.after.total(subject),
        steps=main.steps(subject) if both else (),
        other_order=turned.steps(subject) if both else (),
        groups=groups.get(subject, {}),
    )


def _direction(path: _Path, subject: str) -> str:
    """Up or down where both rules have one order of grades; between kinds, or grades of other names, another class."""
    first, second = path.before.final(subject), path.after.final(subject)
    if first == second:
        return "same"
    if first is None or second is None:
        return "open"
    scales = [side.scale(subject) for side in (path.before, path.after)]
    longer = max(scales, key=len)
    if not all(one == tuple(name for name in longer if name in one) and one for one in scales):
        return "other"
    return "up" if longer.index(second) < longer.index(first) else "down"


class _Side:
    """One result, asked by subject."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.plan: Plan = result.plan
        self._rows = {row[self.plan.subject]: row for row in result.trace.iter_rows(named=True)}

    def row(self, subject: str) -> Mapping[str, Any] | None:
        return self._rows.get(subject)

    def _cell(self, subject: str, name: str) -> Any:
        row = self.row(subject)
        return None if row is None else row[name]

    def total(self, subject: str) -> Fraction | None:
        cell, population = self._cell(subject, "total"), self._cell(subject, "population")
        total = None if population is None else self.plan.total(str(population))
        return None if cell is None or total is None else from_scaled(int(cell), total.digits)

    def ranked(self, subject: str) -> str | None:
        found = self._cell(subject, "grade__ranked")
        return None if found is None else str(found)

    def final(self, subject: str) -> str | None:
        found = self._cell(subject, "grade")
        return None if found is None else str(found)

    def scale(self, subject: str) -> tuple[str, ...]:
        """The grades of its population, best first; none where they are kinds without an order."""
        grade = self.plan.grade(str(self._cell(subject, "population") or ""))
        return () if grade is None or grade.classes_are == "kinds" else tuple(grade.classes)


class _Path:
    """From one result to another over a mixed one: the old rule on the new data, or the new rule on the old data."""

    def __init__(self, before: Result, middle: Result, after: Result, rule_first: bool) -> None:
        self.before, self.middle, self.after = _Side(before), _Side(middle), _Side(after)
        self.rule_first = rule_first
        self.data_from, self.data_to = (self.middle, self.after) if rule_first else (self.before, self.middle)
        self.others = Others(self.data_to.plan, self.data_from.result.trace, self.data_from.result.gathered)
        self._old, self._cells = (
            {row[before.plan.subject]: row for row in side.result.gathered.iter_rows(named=True)}
            for side in (self.data_from, self.data_to)
        )

    def steps(self, subject: str) -> tuple[Step, ...]:
        """The causes in their order; the effects add up to the whole difference where all totals are known."""
        total, grade = self.data_from.total(subject), self.data_from.ranked(subject)
        own_total, own_grade = self._own(subject, total, grade)
        end = self._state(self.data_to, subject)
        data = [
            _step("data", (total, grade), (own_total, own_grade)),
            _step("others", (own_total, own_grade), end),
        ]
        if own_total is None and total is not None and end[0] is not None:  # the two cannot be told apart
            data = [replace(one, changed=grade != end[1]) for one in data]
        if self.rule_first:
            rule = _step("rule", self._state(self.before, subject), self._state(self.middle, subject))
            found = [rule, *data]
        else:
            rule = _step("rule", self._state(self.middle, subject), self._state(self.after, subject))
            found = [*data, rule]
        return (*found, self._adjustment(subject))

    @staticmethod
    def _state(side: _Side, subject: str) -> tuple[Fraction | None, str | None]:
        return side.total(subject), side.ranked(subject)

    def _own(self, subject: str, total: Fraction | None, grade: str | None) -> tuple[Fraction | None, str | None]:
        """Total and grade with the subject's own new figures among the others as they were."""
        plan = self.data_to.plan
        if plan.method.prepared:
            return self._state(self.data_to, subject)  # treatments over the cohort cannot be told apart from own data
        cells = self._cells.get(subject)
        if cells is None:
            return total, grade
        member = read_members(plan, [cells])[0]
        find_members(plan, [member])
        if not member.is_member:
            return None, None
        if self._same_figures(subject, cells):
            return total, grade
        self.others.score(member)
        judge(plan, [member])
        return member.total, self.others.grade(member)

    def _same_figures(self, subject: str, cells: Mapping[str, Any]) -> bool:
        old = self._old.get(subject, {})
        return all(old.get(name) == value for name, value in cells.items() if name != "year")

    def _adjustment(self, subject: str) -> Step:
        """What the moves of B do beyond those of A: both after the same ranking would leave the grade as it is."""
        first = (self.before.ranked(subject), self.before.final(subject))
        second = (self.after.ranked(subject), self.after.final(subject))
        moved = first[0] != first[1] or second[0] != second[1]
        changed = moved and self._shift(self.before, subject) != self._shift(self.after, subject)
        return Step("adjustment", self.after.total(subject), second[1], Fraction(0), changed)

    @staticmethod
    def _shift(side: _Side, subject: str) -> int | None:
        row = side.row(subject)
        grade = None if row is None else side.plan.grade(str(row["population"] or ""))
        ranked, final = side.ranked(subject), side.final(subject)
        if grade is None or final is None:
            return None
        classes = list(grade.classes)
        return classes.index(final) - (len(classes) if ranked is None else classes.index(ranked))


def _step(cause: str, before: tuple[Fraction | None, str | None], after: tuple[Fraction | None, str | None]) -> Step:
    effect = None if before[0] is None or after[0] is None else after[0] - before[0]
    return Step(cause, after[0], after[1], effect, before[1] != after[1])
