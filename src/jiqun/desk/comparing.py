"""Two runs side by side: who moved, and whether data, others, the rule or an adjustment moved them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from jiqun.desk.columns_elsewhere import with_columns_elsewhere
from jiqun.desk.context import Context
from jiqun.desk.drafts.law_changes import Changed
from jiqun.desk.evaluating import snapshot_of, tables_for
from jiqun.desk.explaining import subject_names
from jiqun.desk.printed_rule import differences, taken_apart
from jiqun.desk.running import Run
from jiqun.methods import Result
from jiqun.methods.runs.compare import MOVED, Change, Comparison, compare
from jiqun.methods.wording.rule import plan_text
from jiqun.problems import Language, ProblemsError, problem

CAUSE_TITLES: Mapping[str, tuple[str, str]] = {
    "data": ("自身数据", "own data"),
    "others": ("其他企业和基准", "others and benchmarks"),
    "rule": ("办法", "the rule"),
    "adjustment": ("排名后调整", "adjustments"),
}
DIRECTION_TITLES: Mapping[str, tuple[str, str]] = {
    "up": ("升档", "up"),
    "down": ("降档", "down"),
    "other": ("换类", "another class"),
    "same": ("不变", "same"),
    "open": ("一方未定档", "not graded in one"),
    "new": ("新进", "new"),
    "gone": ("退出", "gone"),
}


@dataclass(frozen=True)
class Compared:
    """A comparison with the names of the subjects and the grades in the order of the rule."""

    before: Run
    after: Run
    found: Comparison
    names: dict[str, str]
    grades: Sequence[str]

    def rule_changes(self, language: Language) -> list[Changed]:
        """What the rule of the second run changes of the first's, its numbers of the period included, row by row."""
        texts = [plan_text(one.plan, one.book, language) for one in (self.before, self.after)]
        return differences(*(taken_apart(text, language) for text in texts))

    @property
    def movers(self) -> list[Change]:
        """Those whose grade differs: the widest change first, then the greatest change of the total.

        Where neither rule has grades, those whose total differs.
        """
        if not self.grades:
            shifted = [one for one in self.found.changes if one.steps and one.total_before != one.total_after]
            return sorted(shifted, key=lambda one: (-self._difference(one), one.subject))
        moved = [one for one in self.found.changes if one.direction in MOVED]
        return sorted(moved, key=lambda one: (-self._classes(one), -self._difference(one), one.subject))

    def _classes(self, one: Change) -> int:
        places = [self.grades.index(grade) for grade in (one.grade_before, one.grade_after) if grade in self.grades]
        return abs(places[0] - places[1]) if len(places) == 2 else 0

    def _difference(self, one: Change) -> Fraction:
        if one.total_before is None or one.total_after is None:
            return Fraction(0)
        return abs(one.total_after - one.total_before)


def compare_runs(context: Context, before: Run, after: Run) -> Compared:
    """Compare two runs about the same kind of subject; CLI-012 where a run's snapshot is gone."""
    first = _with_tables(context, before, after)
    same = (before.snapshot, before.plan.period, before.official) == (after.snapshot, after.plan.period, after.official)
    second = _with_tables(context, after, before)
    second = replace(second, tables=first.tables) if same else second  # the same frames, so that no data differ
    found = compare(first, second)
    names = {**subject_names(context, before), **subject_names(context, after)}
    rules = (after.plan.method, before.plan.method)
    grades = dict.fromkeys(name for rule in rules for one in rule.grades.values() for name in one.classes)
    return Compared(before, after, found, names, tuple(grades))


def _with_tables(context: Context, run: Run, other: Run) -> Result:
    """A run with the tables that its own rule reads and those that the other's does: either is held to both data."""
    snapshot = snapshot_of(context, run)
    if snapshot is None:
        raise ProblemsError([problem("CLI-012", run=run.id, snapshot=run.snapshot)])
    others = replace(other.plan, period=run.plan.period)
    tables = tables_for(context, others, snapshot, official=run.official)[0]
    for name, frame in tables_for(context, run.plan, snapshot, official=run.official)[0].items():
        lacking = name in others.contracts
        tables[name] = with_columns_elsewhere(others, context.book, name, frame) if lacking else frame
    return replace(run.result, tables=tables, book=run.book)
