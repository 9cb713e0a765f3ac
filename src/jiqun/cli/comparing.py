"""Two runs side by side: who moved, and whether data, others, the rule or an adjustment moved them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import click

from jiqun.cli.output import print_table, say
from jiqun.cli.speech import both, language
from jiqun.desk.comparing import CAUSE_TITLES, DIRECTION_TITLES, Compared
from jiqun.methods.runs.compare import CAUSES, DIRECTIONS, Change
from jiqun.methods.wording.numbers import number_text

_NOTHING = "—"
_TOTALS = {
    "up": ("总分上升", "total up"),
    "down": ("下降", "down"),
    "same": ("不变", "same"),
    "unknown": ("一方未知", "unknown in one"),
    "new": ("新进", "new"),
    "gone": ("退出", "gone"),
}


def comparison_record(told: Compared) -> dict[str, object]:
    """Return a comparison as a record for JSON."""
    return {
        "before": told.before.id,
        "after": told.after.id,
        "directions": Counter(one.direction for one in told.found.changes),
        "transitions": {f"{one} → {two}": count for (one, two), count in sorted(_pairs(told).items())},
        "rule_changes": [vars(one) for one in told.rule_changes(language())],
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
    """Print a comparison: directions, the table of pairs, causes, the largest movers, and what the rule changed."""
    if told.grades:
        _print_grades(told)
    else:
        _print_totals(told)
    _print_movers(told, most)
    _print_rule(told, most)


def _print_totals(told: Compared) -> None:
    """Of rules without grades: whose total went which way."""
    counts: Counter[str] = Counter()
    for one in told.found.changes:
        if one.direction in ("new", "gone"):
            counts[one.direction] += 1
        elif one.total_before is None or one.total_after is None:
            counts["unknown"] += one.total_before != one.total_after
            counts["same"] += one.total_before == one.total_after
        else:
            difference = one.total_after - one.total_before
            counts["same" if difference == 0 else "up" if difference > 0 else "down"] += 1
    said = [f"{both(*_TOTALS[name])} {counts[name]}" for name in _TOTALS]
    click.echo("  " + both("（办法不定档）", "(no grades in the rule) ") + both("，", ", ").join(said))


def _print_rule(told: Compared, most: int) -> None:
    """Say once what differs between the two rules as printed for their periods."""
    changed = told.rule_changes(language())
    if not changed:
        say("  两次的办法和数值相同。", "  Rule and numbers are the same in both.")
        return
    say(f"  办法和数值的变化 {len(changed)} 处：", f"  {len(changed)} changes of the rule and its numbers:")
    for one in changed[:most]:
        click.echo(f"    {one.section} {one.name}{both('：', ': ')}{one.before or _NOTHING} → {one.after or _NOTHING}")
    if len(changed) > most:
        click.echo(both(f"    …另有 {len(changed) - most} 处", f"    … {len(changed) - most} more"))


def _print_grades(told: Compared) -> None:
    counts = Counter(one.direction for one in told.found.changes)
    asked = [name for name in DIRECTIONS if name != "other" or counts[name]]  # rare: between rules of other grades
    said = [f"{both(*DIRECTION_TITLES[name])} {counts[name]}" for name in asked]
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


def _print_causes(told: Compared) -> None:
    """Say which cause changed how many grades; one firm may have several."""
    causes = Counter(step.cause for one in told.movers for step in one.steps if step.changed)
    said = [f"{both(*CAUSE_TITLES[name])} {causes[name]}" for name in CAUSES]
    say(
        f"  改变档次的原因（按此次序逐步换算，一家可有几项）：{'，'.join(said)}",
        f"  Causes of changed grades (taken in this order; one firm may have several): {', '.join(said)}",
    )


def _print_movers(told: Compared, most: int) -> None:
    movers = told.movers
    if not movers:
        return
    scored = any(one.total_before is not None or one.total_after is not None for one in told.found.changes)
    rows = [
        (
            one.subject,
            told.names.get(one.subject, ""),
            *(_graded(one) if told.grades else ()),
            *(_scored(one) if scored else ()),
        )
        for one in movers[:most]
    ]
    heads = [both("代码", "code"), both("名称", "name")]
    heads += [both("档次", "grade"), both("原因", "cause")] if told.grades else []
    numbers = [
        both("前总分", "total before"),
        *(both(*CAUSE_TITLES[name]) for name in CAUSES[:3]),
        both("后总分", "after"),
    ]
    shown = [*heads, *(numbers if scored else ())]
    print_table(shown, rows, right=range(len(heads), len(shown)), indent="  ")
    if len(movers) > most:
        left = len(movers) - most
        click.echo(both(f"  …另有 {left} 家", f"  … {left} more"))


def _graded(one: Change) -> tuple[str, str]:
    """From which grade to which, and what moved it."""
    causes = both("、", ", ").join(both(*CAUSE_TITLES[name]) for name in one.causes)
    return f"{one.grade_before or _NOTHING} → {one.grade_after or _NOTHING}", causes


def _scored(one: Change) -> tuple[str, ...]:
    """The total before and after, and what each cause made of it."""
    return _number(one.total_before), *(_effect(one, name) for name in CAUSES[:3]), _number(one.total_after)


def _effect(one: Change, cause: str) -> str:
    effect = next((step.effect for step in one.steps if step.cause == cause), None)
    if effect is None:
        return ""
    return ("+" if effect > 0 else "") + number_text(effect, 2).replace("-", "−")


def _number(value: Fraction | None) -> str:
    return "" if value is None else number_text(value, 2)
