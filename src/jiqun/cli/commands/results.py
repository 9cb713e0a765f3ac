"""`jiqun explain`, `next`, `compare`, `export`: what a run says."""

from __future__ import annotations

from pathlib import Path

import click

from jiqun.cli.commands.runs import trial_words
from jiqun.cli.comparing import comparison_record, print_comparison
from jiqun.cli.output import json_option, print_json, print_problems, print_table, progress, say
from jiqun.cli.speech import both, language
from jiqun.desk.advice import nearest_lines
from jiqun.desk.comparing import compare_runs
from jiqun.desk.context import Context
from jiqun.desk.evaluating import Step
from jiqun.desk.explaining import explain_subject, subject_facts, subject_names
from jiqun.desk.running import Run, find_run
from jiqun.desk.subjects import find_subject
from jiqun.methods.explanation.explain import render_text
from jiqun.methods.explanation.nearest import nearest
from jiqun.methods.wording.phrases import say as phrase
from jiqun.methods.wording.rule import plan_text
from jiqun.problems import ProblemsError, problem
from jiqun.reports import Evaluated
from jiqun.reports import export as export_report
from jiqun.reports.export import ENDINGS

_OTHER_SHEETS = 6  # beside those of the indicators: results, summary, moves, rule, problems, and what comes first


@click.command(help=both("一家企业为什么是这个档次，直到条款和单元格", "Why a firm has its grade, to clause and cell"))
@click.argument("run")
@click.argument("subject")
@json_option
@click.pass_obj
def explain(context: Context, run: str, subject: str, as_json: bool) -> None:
    found = find_run(context, run)
    told = explain_subject(context, found, find_subject(subject, subject_names(context, found)), language())
    if as_json:
        print_json(told)
        return
    click.echo(render_text(told, language()), nl=False)
    click.echo()
    _print_grounds(found)
    print_problems(found.changes)


def _print_grounds(run: Run) -> None:
    say(
        f"运行 {run.id}　数据快照 {run.snapshot}　办法 {run.method_id}{f'（{run.edition}）' if run.edition else ''}",
        f"run {run.id}, data snapshot {run.snapshot}, method {run.method_id} {run.edition}".rstrip(),
    )


@click.command(
    "next", help=both("怎样才能到上一档：每次只改一项", "The nearest ways to the next grade, one change each")
)
@click.argument("run")
@click.argument("subject")
@json_option
@click.pass_obj
def next_grade(context: Context, run: str, subject: str, as_json: bool) -> None:
    found = find_run(context, run)
    names = subject_names(context, found)
    who = find_subject(subject, names)
    told = nearest(found.plan, found.trace, found.gathered, who)
    if as_json:
        print_json(told)
        return
    named = phrase("why.who", language(), name=names[who], subject=who) if names[who] else who
    say(
        f"【试算】{named}怎样才能到上一档，假定其他对象不变",
        f"[TRIAL] How {named} would reach the next grade, everybody else unchanged",
    )
    advice = nearest_lines(found, told, language())
    rows = advice.rows
    for note in advice.before:
        click.echo(note)
    if rows:
        heads = [
            both("只改一项", "change one"),
            both("现在", "now"),
            both("改到", "to"),
            both("要改多少", "change"),
            both("总分", "total"),
            both("名次", "rank"),
            both("档次", "grade"),
        ]
        filled = [at for at in range(len(heads)) if any(row[at] not in ("", None) for row in rows)]
        shown = [[row[at] for at in filled] for row in rows]
        right = [place for place, at in enumerate(filled) if 1 <= at <= 5]  # noqa: PLR2004
        print_table([heads[at] for at in filled], shown, right=right, indent="  ")
    for note in advice.notes:
        click.echo(note)


@click.command(help=both("比较两次评价：谁升谁降，为什么", "Compare two runs: who moved, and why"))
@click.argument("before")
@click.argument("after")
@click.option("--most", default=20, help=both("最多列几家", "at most"))
@json_option
@click.pass_obj
def compare(context: Context, before: str, after: str, most: int, as_json: bool) -> None:
    first, second = find_run(context, before), find_run(context, after)
    with progress(1) as step:
        step(both("比较", "comparing"))
        found = compare_runs(context, first, second)
    if as_json:
        print_json(comparison_record(found))
    else:
        click.echo(f"{trial_words(second)}{_run_words(first)} → {_run_words(second)}")
        print_comparison(found, most)


def _run_words(run: Run) -> str:
    """A run with its rule, the rule's edition, and the period."""
    method, period = run.plan.method, run.period
    edition = both(f"，{method.edition} 版", f", edition {method.edition}") if method.edition else ""
    return both(f"{run.id}（{method.id}{edition}，{period}）", f"{run.id} ({method.id}{edition}, {period})")


@click.command(help=both("导出结果：Excel、CSV 或 Parquet", "Export results: Excel, CSV or Parquet"))
@click.argument("run")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help=both("写到哪里", "where to"))
@click.pass_obj
def export(context: Context, run: str, output: Path) -> None:
    if output.suffix.lower() not in ENDINGS:
        raise click.BadParameter(
            both(f"结尾应是 {'、'.join(ENDINGS)} 之一", f"the ending must be one of {', '.join(ENDINGS)}"),
            param_hint="-o",
        )
    found = find_run(context, run)
    with progress(len(found.plan.items()) + _OTHER_SHEETS) as step:
        step(both("写文件", "writing"))
        write_export(context, found, output, step)
    state = trial_words(found)
    say(f"{state}结果已写入 {output}", f"{state}Results written to {output}")


def write_export(context: Context, run: Run, path: Path, step: Step = lambda title: None) -> None:
    """Write a run as Excel, CSV or Parquet; CLI-007 where the file cannot be written."""
    evaluated = Evaluated(
        plan=run.plan,
        trace=run.trace,
        gathered=run.gathered,
        moves=run.moves,
        run=run.id,
        snapshot=run.snapshot,
        official=run.official,
        sign_off=run.sign_off,
        rule=plan_text(run.plan, run.book, language()),
        notices=(*run.problems, *run.changes),
        facts=subject_facts(context, run),
        book=run.book,
        language=language(),
    )
    try:
        export_report(evaluated, path, step)
    except OSError as refused:
        raise ProblemsError([problem("CLI-007", file=path, detail=refused.strerror or refused)]) from None
