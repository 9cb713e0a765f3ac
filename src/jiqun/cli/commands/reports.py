"""`jiqun report`: official reports in Word or Excel."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from jiqun.cli.output import progress, say
from jiqun.cli.speech import both
from jiqun.desk import reporting
from jiqun.desk.context import Context
from jiqun.desk.explaining import subject_names
from jiqun.desk.leading import leading
from jiqun.desk.reporting import Reach
from jiqun.desk.running import find_run
from jiqun.desk.subjects import find_subject
from jiqun.ledger.snapshot import freeze
from jiqun.problems import Place, ProblemsError, problem
from jiqun.reports.word import making
from jiqun.reports.word.model import Report
from jiqun.reports.word.writing import ENDINGS, write_report
from jiqun.values import cited


@click.command(
    help=both("出报告：通报、区县简报、企业告知书、集群月报", "Reports: bulletin, district, letter, clusters")
)
@click.argument("kind", type=click.Choice(list(making.KINDS)))
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help=both("写到哪里", "where to"))
@click.option(
    "--run",
    help=both("哪次评价，默认最近的亩均评价（正式优先）", "which run, by default the newest by the mu, official first"),
)
@click.option("--before", help=both("与哪次评价比较，默认上一年的", "compared with, the year before by default"))
@click.option("--district", help=both("区县代码", "code of the district"))
@click.option("--firm", help=both("企业代码或名称", "code or name of the firm"))
@click.option("--year", type=int, help=both("集群月报的数据年度，默认最近一年", "data year of the monthly"))
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help=both("成文日期，默认今天", "day of the report, today by default")
)
@click.pass_obj
def report(
    context: Context,
    kind: str,
    output: Path,
    run: str | None,
    before: str | None,
    district: str | None,
    firm: str | None,
    year: int | None,
    on: datetime | None,
) -> None:
    if output.suffix.lower() not in ENDINGS:
        raise click.BadParameter(
            both(f"结尾应是 {'、'.join(ENDINGS)} 之一", f"the ending must be one of {', '.join(ENDINGS)}"),
            param_hint="-o",
        )
    for name, value in (("district", district), ("enterprise", firm)):
        if making.KINDS[kind].of == name and not value:
            option = "--firm" if name == "enterprise" else "--district"
            raise click.BadParameter(both(f"这种报告要用 {option} 指明", f"name it by {option}"), param_hint=option)
    day = on.date() if on is not None else context.now.date()
    with progress(1) as step:
        step(both("编制", "writing"))
        made = _made(context, kind, run, before, district or "", firm or "", year, day)
        try:
            write_report(output, made)
        except OSError as refused:
            detail = refused.strerror or refused
            raise ProblemsError([problem("CLI-007", file=output, detail=detail)]) from None
    state = both("【试算】", "[TRIAL] ") if made.trial else ""
    say(f"{state}{cited(made.title)}已写入 {output}", f"{state}Report written to {output}")


def _made(
    context: Context,
    kind: str,
    run: str | None,
    before: str | None,
    district: str,
    firm: str,
    year: int | None,
    day: date,
) -> Report:
    if kind == "clusters":
        frozen = freeze(context.workspace, when=context.now)
        asked = year if year is not None else making.newest_year(frozen)
        if asked is None:
            raise ProblemsError([problem("LEDGER-056", Place(item=reporting.YEARLY), table=reporting.YEARLY)])
        return making.clusters(context, frozen, asked, Reach(), day)
    found = find_run(context, run) if run else leading(context)
    if found is None:
        raise ProblemsError([problem("REPORT-002")])
    if kind == "letter":
        who = find_subject(firm, subject_names(context, found))
        return making.letter(context, found, who, Reach(), day)
    earlier = find_run(context, before) if before else reporting.earlier(context, found)
    if kind == "bulletin":
        return making.bulletin(context, found, Reach(), day, before=earlier)
    reach = Reach(reporting.firms_of_district(context, found, district))
    return making.district(context, found, district, reach, day, before=earlier)
