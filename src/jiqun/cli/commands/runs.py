"""`jiqun evaluate`, `jiqun runs` and `jiqun runs sign`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import click
import polars as pl

from jiqun.cli.commands.intake import pairs, period_of
from jiqun.cli.output import (
    json_option,
    moment,
    print_json,
    print_problems,
    print_table,
    problem_record,
    progress,
    say,
    stage,
)
from jiqun.cli.speech import both, language, pick
from jiqun.desk.context import Context
from jiqun.desk.evaluating import Wanted, edition_problems, run_method
from jiqun.desk.running import Run, all_runs, find_run
from jiqun.desk.signing import sign as sign_run
from jiqun.methods.runs.sign_off import SignOff
from jiqun.methods.wording.numbers import tried
from jiqun.methods.wording.phrases import say as phrase
from jiqun.methods.wording.voice import Voice

_CLICK = Callable[[Callable[..., Any]], Callable[..., Any]]
_STATUSES = ("graded", "scored", "exempt", "outside", "population_unknown")


def _signature(required: bool) -> _CLICK:
    """The options of a signature: who, under which document, on which day (today where left out)."""
    options = (
        click.option("--by", required=required, help=both("签发人", "who signs")),
        click.option("--document", required=required, help=both("文号", "number of the document")),
        click.option("--organ", default="", help=both("发文机关，文件落款用", "authority that publishes it")),
        click.option(
            "--on", type=click.DateTime(["%Y-%m-%d"]), help=both("签发日期，默认今天", "day, today if left out")
        ),
        click.option(
            "--accept-doubts",
            is_flag=True,
            help=both("办法只读到部分原文时：已逐条核对疑义", "for a rule read in part: its doubts were gone through"),
        ),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.command(help=both("按一部办法评价一年", "Evaluate a period under a method"))
@click.argument("method")
@click.option("--period", "-p", required=True, help=both("期间，如 2023", "period, such as 2023"))
@click.option(
    "--edition",
    help=both("版本（默认期末施行的那一版）", "edition (default: the one in force at the end of the period)"),
)
@click.option("--engine", type=click.Choice(["polars", "duckdb"]), default="polars", help=both("引擎", "engine"))
@click.option("--snapshot", default="", help=both("用哪个快照（默认现在冻结）", "which snapshot (default: freeze now)"))
@click.option("--set", "parameters", multiple=True, metavar="PARAMETER=VALUE", help=both("试改参数", "try a parameter"))
@click.option("--official", is_flag=True, help=both("签发为正式结果", "sign it as the official result"))
@_signature(required=False)
@json_option
@click.pass_obj
def evaluate(
    context: Context,
    method: str,
    period: str,
    edition: str | None,
    engine: str,
    snapshot: str,
    parameters: tuple[str, ...],
    official: bool,
    by: str | None,
    document: str | None,
    organ: str,
    on: datetime | None,
    accept_doubts: bool,
    as_json: bool,
) -> None:
    when = period_of(period)
    assert when is not None
    asked_for = f"{method}@{edition}" if edition else method
    wanted = Wanted(asked_for, when, engine, snapshot, pairs("--set", parameters))
    asked = _asked_to_sign(official, by, document)
    sign_off = _sign_off(context, by, document, organ, on, accept_doubts) if asked else None
    with progress(5) as step:
        run = run_method(context, wanted, stage(step), sign_off)
    if as_json:
        print_json(run_record(run) | {"grades": counts(run), "problems": [problem_record(one) for one in run.problems]})
        return
    print_run(run)
    print_problems([*run.problems, *edition_problems(asked_for, run)])
    say(
        f"下一步：jiqun explain {run.id} 企业；jiqun export {run.id} -o 结果.xlsx",
        f"Next: jiqun explain {run.id} FIRM; jiqun export {run.id} -o results.xlsx",
    )


def _asked_to_sign(official: bool, by: str | None, document: str | None) -> bool:
    """Tell whether a signature is asked for; wrong use where only a part of it is given."""
    given = [official, by is not None, document is not None]
    if any(given) and not all(given):
        raise click.UsageError(
            both(
                "签发要同时给出 --official、--by（签发人）和 --document（文号）",
                "signing takes --official, --by (who signs) and --document (its number) together",
            )
        )
    return official


def _sign_off(
    context: Context, by: str | None, document: str | None, organ: str, on: datetime | None, accepts_doubts: bool
) -> SignOff:
    return SignOff(by or "", (on or context.now).date(), document or "", accepts_doubts, organ.strip())


def print_run(run: Run) -> None:
    """Print what came of a run: trial or official, grades by population, how often the referee was asked."""
    method = run.plan.method
    state = trial_words(run)
    title = pick(method.title, method.title_en, method.id)
    when = run.plan.period.words(language())
    named = f"{title}（{run.edition}）" if run.edition else title
    say(f"{state}{named}，{when}", f"{state}{title}{f' ({run.edition})' if run.edition else ''}, {when}")
    say(f"运行 {run.id}　数据快照 {run.snapshot}", f"run {run.id}, data snapshot {run.snapshot}")
    if run.sign_off is not None:
        click.echo(run.sign_off.words(language()))
    grades = list(dict.fromkeys(name for one in method.grades.values() for name in one.classes))
    rows = list(_count_rows(run, grades))
    counted = both("户数", "firms") if run.subject == "enterprise" else both("个数", "count")
    heads = [both("评价类别", "population"), counted, *grades, both("未能定档", "no grade")]
    heads += [phrase(f"status.{name}", language()) for name in _STATUSES[1:3]]
    if not grades:  # a rule that only gives points or amounts leaves nobody without a grade
        heads, rows = [*heads[:2], heads[-1]], [[*row[:2], row[-1]] for row in rows]
    print_table(heads, rows, right=range(1, len(heads)), indent="  ")
    outside = {name: _status_count(run, name) for name in _STATUSES[3:]}
    said = both("，", ", ").join(
        f"{phrase(f'status.{name}', language())} {number}" for name, number in outside.items() if number
    )
    if said:
        click.echo(f"  {said}")
    looked, changed = referee_counts(run)
    say(
        f"精确复核：{looked} 个数值靠近舍入线，按分数重算，改正 {changed} 个。",
        f"Referee: {looked} figures near a rounding line were computed again as fractions; {changed} changed.",
    )


def trial_words(run: Run) -> str:
    """Return 【试算】 for a run that is not official, 【正式】 for one that is."""
    if run.official:
        return both("【正式】", "[OFFICIAL] ")
    own = tried(run.inputs["parameters"], language())
    return both("【试算】", "[TRIAL] ") if not own else both(f"【试算，{own}】", f"[TRIAL, {own}] ")


def referee_counts(run: Run) -> tuple[int, int]:
    """Return how many figures the referee looked at and how many it changed."""
    found = run.outcome["referee"].values()
    return sum(one["looked_at"] for one in found), sum(one["changed"] for one in found)


def counts(run: Run) -> dict[str, dict[str, int]]:
    """Return for every population how many firms have which grade or status."""
    grades = list(dict.fromkeys(name for one in run.plan.method.grades.values() for name in one.classes))
    names = ["firms", *grades, "ungraded", *_STATUSES[1:3]]
    return {population: dict(zip(names, numbers, strict=True)) for population, numbers in _numbers(run, grades)}


def _count_rows(run: Run, grades: list[str]) -> Iterator[list[object]]:
    voice = Voice(run.plan, language(), run.book)
    for population, numbers in _numbers(run, grades):
        yield [voice.label(population), *numbers]


def _numbers(run: Run, grades: list[str]) -> Iterator[tuple[str, list[int]]]:
    texts = run.trace.select(pl.col("population", "status", "grade").cast(pl.String))
    for population in run.plan.populations:
        own = texts.filter(pl.col("population") == population)
        by_grade = [own.filter(pl.col("grade") == one).height for one in grades]
        open_ = own.filter((pl.col("status") == "graded") & pl.col("grade").is_null()).height
        yield population, [own.height, *by_grade, open_, *(_having(own, name) for name in _STATUSES[1:3])]


def _having(rows: pl.DataFrame, status: str) -> int:
    return rows.filter(pl.col("status") == status).height


def _status_count(run: Run, status: str) -> int:
    return int(run.outcome["statuses"].get(status, 0))


@click.group(help=both("列出评价结果，或签发一个", "List the runs there are, or sign one"), invoke_without_command=True)
@json_option
@click.pass_context
def runs(ctx: click.Context, as_json: bool) -> None:
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, as_json)


@runs.command(
    help=both(
        "把一次试算签发为正式结果：用同一快照再算一遍，结果相同才签发",
        "Sign a trial: evaluated again on its snapshot, it must be the same",
    )
)
@click.argument("run")
@_signature(required=True)
@json_option
@click.pass_obj
def sign(
    context: Context,
    run: str,
    by: str,
    document: str,
    organ: str,
    on: datetime | None,
    accept_doubts: bool,
    as_json: bool,
) -> None:
    trial = find_run(context, run)
    with progress(5) as step:
        signed = sign_run(context, trial, _sign_off(context, by, document, organ, on, accept_doubts), stage(step))
    if as_json:
        print_json(run_record(signed))
        return
    print_run(signed)


def _list(context: Context, as_json: bool) -> None:
    found = all_runs(context)
    if as_json:
        print_json([run_record(run) for run in found])
        return
    if not found:
        say(
            "还没有评价结果：jiqun evaluate 办法 --period 年度",
            "No run yet: jiqun evaluate METHOD --period P",
        )
        return
    print_table(
        [
            both("运行", "run"),
            both("办法", "method"),
            both("版本", "edition"),
            both("期间", "period"),
            both("快照", "snapshot"),
            both("企业", "subjects"),
            both("效力", "state"),
            both("何时", "when"),
            "",
        ],
        [
            (
                run.id,
                run.method_id,
                run.edition,
                run.period,
                run.snapshot,
                run.outcome["subjects"],
                both("正式", "official") if run.official else both("试算", "trial"),
                moment(run.when),
                tried(run.inputs["parameters"], language()) if run.sign_off is None else run.sign_off.words(language()),
            )
            for run in found
        ],
        right=[5],
    )


def run_record(run: Run) -> dict[str, object]:
    """Return a run as a record for JSON."""
    outcome = {name: value for name, value in run.outcome.items() if name != "problems"}
    standing = {"run": run.id, "official": run.official, "snapshot": run.snapshot, "when": run.when}
    standing["sign_off"] = run.sign_off
    return {**standing, **run.inputs, **outcome}
