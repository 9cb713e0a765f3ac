"""Two runs side by side: who moved, and whether data, others, the rule or an adjustment moved them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import click

from jiqun.cli.output import print_table, say
from jiqun.cli.speech import both
from jiqun.desk.context import Context
from jiqun.desk.evaluating import snapshot_of, tables_for
from jiqun.desk.explaining import subject_names
from jiqun.desk.running import Run
from jiqun.methods import Result
from jiqun.methods.compare import CAUSES, DIRECTIONS, Change, Comparison, compare
from jiqun.methods.wording.numbers import number_text
from jiqun.problems import ProblemsError, problem

_CAUSES = {
    "data": ("自身数据", "own data"),
    "others": ("其他企业和基准", "others and benchmarks"),
    "rule": ("办法", "the rule"),
    "adjustment": ("排名后调整", "adjustments"),
}
_DIRECTIONS = {
    "up": ("升档", "up"),
    "down": ("降档", "down"),
    "same": ("不变", "same"),
    "open": ("一方未定档", "not graded in one"),
    "new": ("新进", "new"),
    "gone": ("退出", "gone"),
}
_NOTHING = "—"


@dataclass(frozen=True)
class Compared:
    """A comparison with the names of the subjects and the grades in the order of the rule."""

    before: Run
    after: Run
    found: Comparison
    names: dict[str, str]
    grades: Sequence[str]

    @property
    def movers(self) -> list[Change]:
        """Those whose grade differs: the widest change first, then the greatest change of the total."""
        moved = [one for one in self.found.changes if one.direction in ("up", "down", "open")]
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
    found = compare(_with_tables(context, before), _with_tables(context, after))
    names = {**subject_names(context, before), **subject_names(context, after)}
    grades = dict.fromkeys(name for one in after.plan.method.grades.values() for name in one.classes)
    return Compared(before, after, found, names, tuple(grades))


def _with_tables(context: Context, run: Run) -> Result:
    snapshot = snapshot_of(context, run)
    if snapshot is None:
        raise ProblemsError([problem("CLI-012", run=run.id, snapshot=run.snapshot)])
    return replace(run.result, tables=tables_for(context, run.plan, snapshot, official=run.official)[0], book=run.book)


def comparison_record(told: Compared) -> dict[str, object]:
    """Return a comparison as a record for JSON."""
    return {
        "before": told.before.id,
        "after": told.after.id,
        "directions": Counter(one.direction for one in told.found.changes),
        "transitions": {f"{one} → {two}": count for (one, two), count in sorted(_pairs(told).items())},
        "changes": [
            {"name": told.names.get(one.subject, ""), **{name: getattr(one, name) for name in one.__dataclass_fields__}}
            for one in told.found.changes
        ],
    }


def _pairs(told: Compared) -> Counter[tuple[str, str]]:
    return Counter(
        (one.grade_before or _NOTHING, one.grade_after or _NOTHING)
        for one in told.found.changes
        if one.direction not in ("new", "gone")
    )


def print_comparison(told: Compared, most: int) -> None:
    """Print a comparison: directions, the table of pairs, causes, and the largest movers."""
    counts = Counter(one.direction for one in told.found.changes)
    said = [f"{both(*_DIRECTIONS[name])} {counts[name]}" for name in DIRECTIONS]
    click.echo("  " + both("，", ", ").join(said))
    pairs = _pairs(told)
    sides = [one for one in (*told.grades, _NOTHING) if any(one in pair for pair in pairs)]
    print_table(
        [both("从＼到", "from \\ to"), *sides],
        [[one, *(pairs.get((one, two), "") for two in sides)] for one in sides],
        right=range(1, len(sides) + 1),
        indent="  ",
    )
    _print_causes(told)
    _print_movers(told, most)


def _print_causes(told: Compared) -> None:
    """Say which cause changed how many grades; one firm may have several."""
    causes = Counter(step.cause for one in told.movers for step in one.steps if step.changed)
    said = [f"{both(*_CAUSES[name])} {causes[name]}" for name in CAUSES]
    say(
        f"  改变档次的原因（按此次序逐步换算，一家可有几项）：{'，'.join(said)}",
        f"  Causes of changed grades (taken in this order; one firm may have several): {', '.join(said)}",
    )


def _print_movers(told: Compared, most: int) -> None:
    movers = told.movers
    if not movers:
        return
    rows = [
        (
            one.subject,
            told.names.get(one.subject, ""),
            f"{one.grade_before or _NOTHING} → {one.grade_after or _NOTHING}",
            _number(one.total_before),
            *(_effect(one, name) for name in CAUSES[:3]),
            _number(one.total_after),
        )
        for one in movers[:most]
    ]
    heads = [both("代码", "code"), both("名称", "name"), both("档次", "grade"), both("前总分", "total before")]
    heads += [both(*_CAUSES[name]) for name in CAUSES[:3]]
    print_table([*heads, both("后总分", "after")], rows, right=[3, 4, 5, 6, 7], indent="  ")
    if len(movers) > most:
        left = len(movers) - most
        click.echo(both(f"  …另有 {left} 家", f"  … {left} more"))


def _effect(one: Change, cause: str) -> str:
    effect = next((step.effect for step in one.steps if step.cause == cause), None)
    if effect is None:
        return ""
    return ("+" if effect > 0 else "") + number_text(effect, 2)


def _number(value: Fraction | None) -> str:
    return "" if value is None else number_text(value, 2)
