"""Two runs side by side: who moved, and whether data, rule, adjustments or other firms moved them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import polars as pl

from jiqun.cli.context import Context
from jiqun.cli.output import print_table, say
from jiqun.cli.running import Run
from jiqun.cli.speech import both
from jiqun.cli.telling import subject_names
from jiqun.problems import ProblemsError, problem

_WHY = {
    "data": ("自身数据变了", "its own data"),
    "rule": ("办法或参数变了", "the rule"),
    "adjustment": ("排名之后的调整", "adjustments after the ranking"),
    "others": ("自身未变，其他企业或基准变了", "other firms or benchmarks"),
    "scope": ("进出评价范围", "in or out of scope"),
}


@dataclass(frozen=True)
class Mover:
    """A subject whose grade differs: why is data, rule, adjustment, others or scope."""

    subject: str
    name: str
    before: str | None
    after: str | None
    total_before: float | None
    total_after: float | None
    why: str


@dataclass(frozen=True)
class Comparison:
    """Two runs: how many have which pair of grades, and everybody who moved, the largest changes of grade first."""

    before: str
    after: str
    same_method: bool
    same_data: bool
    transitions: Mapping[str, int]
    only_before: int
    only_after: int
    movers: tuple[Mover, ...]


def compare_runs(context: Context, before: Run, after: Run) -> Comparison:
    """Compare two runs about the same kind of subject; CLI-012 where the subjects are of another table."""
    if before.plan.method.evaluates != after.plan.method.evaluates:
        kinds = f"{before.plan.method.evaluates.table} ≠ {after.plan.method.evaluates.table}"
        raise ProblemsError([problem("CLI-012", detail=kinds)])
    same_rule = before.manifest["method"] == after.manifest["method"] and (
        before.manifest["parameters"] == after.manifest["parameters"]
    )
    rows = _joined(before, after)
    names = {**subject_names(context, before), **subject_names(context, after)}
    shared = rows.filter(pl.col("status").is_not_null() & pl.col("status_right").is_not_null())
    pairs = Counter((row["grade"] or "—", row["grade_right"] or "—") for row in shared.iter_rows(named=True))
    moved = shared.filter(~pl.col("grade").eq_missing(pl.col("grade_right")))
    movers = [_mover(row, before.subject, names, same_rule) for row in moved.iter_rows(named=True)]
    order = {name: at for at, name in enumerate(_grades(after))}
    movers.sort(key=lambda one: (-_distance(order, one), one.subject))
    return Comparison(
        before=before.id,
        after=after.id,
        same_method=same_rule,
        same_data=before.snapshot == after.snapshot and before.period == after.period,
        transitions={f"{one} → {two}": count for (one, two), count in sorted(pairs.items())},
        only_before=rows["status_right"].null_count(),
        only_after=rows["status"].null_count(),
        movers=tuple(movers),
    )


def _joined(before: Run, after: Run) -> pl.DataFrame:
    return _figures(before).join(_figures(after), on=before.subject, how="full", coalesce=True).sort(before.subject)


def _figures(run: Run) -> pl.DataFrame:
    """What is compared of a run: status, grades, the total as a number, and the measures as one list."""
    measures = [pl.col(f"measure__{name}") for name in sorted(run.plan.method.measures)]
    totals = run.result.grades.select(run.subject, pl.col("total").alias("number"))
    texts = [pl.col(name).cast(pl.String) for name in ("status", "grade", "grade__ranked")]
    figures = pl.concat_list(measures) if measures else pl.lit(None)
    return run.trace.select(run.subject, *texts, figures.alias("figures")).join(totals, on=run.subject)


def _mover(row: Mapping[str, Any], subject: str, names: Mapping[str, str], same_rule: bool) -> Mover:
    return Mover(
        row[subject],
        names.get(row[subject], ""),
        row["grade"],
        row["grade_right"],
        row["number"],
        row["number_right"],
        _why(row, same_rule),
    )


def _why(row: Mapping[str, Any], same_rule: bool) -> str:
    if row["status"] != row["status_right"]:
        return "scope"
    if row["grade__ranked"] == row["grade__ranked_right"]:
        return "adjustment"
    if not same_rule:
        return "rule"
    return "others" if row["figures"] == row["figures_right"] else "data"


def _grades(run: Run) -> Sequence[str]:
    return list(dict.fromkeys(name for one in run.plan.method.grades.values() for name in one.classes))


def _distance(order: Mapping[str, int], one: Mover) -> int:
    """How many classes lie between before and after; a grade that came or went counts least."""
    places = [order[grade] for grade in (one.before, one.after) if grade is not None and grade in order]
    return abs(places[0] - places[1]) if len(places) == 2 else 0


def print_comparison(found: Comparison, most: int) -> None:
    """Print a comparison: the table of pairs, the reasons, and the largest movers."""
    grades = sorted({side for pair in found.transitions for side in pair.split(" → ")} - {"—"}) + ["—"]
    print_table(
        [both("从＼到", "from \\ to"), *grades],
        [[one, *(found.transitions.get(f"{one} → {two}", "") for two in grades)] for one in grades],
        right=range(1, len(grades) + 1),
        indent="  ",
    )
    say(
        f"只在前一次：{found.only_before} 家；只在后一次：{found.only_after} 家。",
        f"Only in the first: {found.only_before}; only in the second: {found.only_after}.",
    )
    reasons = Counter(one.why for one in found.movers)
    listed = [f"{both(*_WHY[why])} {count}" for why, count in reasons.most_common()]
    said = both("、", ", ").join(listed) or both("没有", "none")
    say(f"档次变动 {len(found.movers)} 家：{said}", f"{len(found.movers)} changed grade: {said}")
    rows = [
        (
            one.subject,
            one.name,
            f"{one.before or '—'} → {one.after or '—'}",
            _number(one.total_before),
            _number(one.total_after),
            both(*_WHY[one.why]),
        )
        for one in found.movers[:most]
    ]
    if rows:
        heads = [
            both("代码", "code"),
            both("名称", "name"),
            both("档次", "grade"),
            both("前总分", "total before"),
            both("后总分", "after"),
            both("原因", "because of"),
        ]
        print_table(heads, rows, right=[3, 4], indent="  ")
    if len(found.movers) > most:
        click.echo(
            both(f"  …另有 {len(found.movers) - most} 家（--most）", f"  … {len(found.movers) - most} more (--most)")
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
