"""`jiqun ladder`: where every firm stands on the ladder of titles, what is next and what exactly is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click

from jiqun.cli.commands.ladder_editions import print_editions, print_firm_editions
from jiqun.cli.commands.ladder_records import standing_record, target_record
from jiqun.cli.output import json_option, print_json, print_problems, print_table, progress, say
from jiqun.cli.speech import both, language
from jiqun.desk.context import Context
from jiqun.desk.screening import evaluated_ladder, ladder_in_use, misspelt_titles
from jiqun.desk.subjects import find_subject
from jiqun.ledger.snapshot import Snapshot, freeze, open_snapshot
from jiqun.methods.ladder import (
    Assessment,
    CultivationRow,
    Evaluated,
    Standing,
    cultivation,
    screen,
    side_by_side,
)
from jiqun.methods.ladder.titles import title_names
from jiqun.methods.ladder.words import (
    count_words,
    criterion_title,
    deadline_words,
    edition_words,
    lacking_words,
    nearest_deadline_words,
    phrase,
    rung_title,
    title_words,
)
from jiqun.packs.models import Ladder
from jiqun.problems import Place, ProblemsError, problem
from jiqun.reports import write_workbook
from jiqun.reports.ladder import Screened, ladder_sheets
from jiqun.values import comparable

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(help=both("梯度培育筛查：在哪一级、下一级差什么、何时到期", "Screen firms on the ladder of titles"))
@click.argument("firm", required=False)
@click.option(
    "--on", type=_DAY, metavar="YYYY-MM-DD", help=both("筛查日（默认今天）", "day of the screening (default today)")
)
@click.option("--year", type=int, help=both("数据年度（默认上年）", "data year (default the year before)"))
@click.option("--snapshot", default="", help=both("用哪个快照（默认现在冻结）", "which snapshot (default: freeze now)"))
@click.option(
    "--ladder", "ladder_id", help=both("梯度编号（默认本地区的）", "id of the ladder (default: the region's)")
)
@click.option("--rung", help=both("只看下一级是它的企业", "only firms whose next rung it is"))
@click.option(
    "--editions",
    is_flag=True,
    help=both("同一企业按各版本并排比较（须有 --rung）", "every edition side by side (with --rung)"),
)
@click.option("--targets", is_flag=True, help=both("培育目标与完成", "targets and what is done"))
@click.option("--most", default=30, help=both("最多列几家", "at most"))
@click.option("--output", "-o", type=click.Path(path_type=Path), help=both("写成 Excel", "write an Excel workbook"))
@json_option
@click.pass_obj
def ladder(
    context: Context,
    firm: str | None,
    on: datetime | None,
    year: int | None,
    snapshot: str,
    ladder_id: str | None,
    rung: str | None,
    editions: bool,
    targets: bool,
    most: int,
    output: Path | None,
    as_json: bool,
) -> None:
    wanted = _wanted(ladder_in_use(context, ladder_id)[1], rung, editions)
    frozen = open_snapshot(context.workspace, snapshot) if snapshot else freeze(context.workspace, when=context.now)
    day = on.date() if on is not None else context.now.date()
    with progress(2) as step:
        step(both("评价", "evaluating"))
        evaluated = _evaluated(context, frozen, day, year, ladder_id, wanted if editions else None)
        step(both("筛查", "screening"))
        chosen = None if firm is None else [find_subject(firm, _names(evaluated))]
        if wanted is not None and editions:
            _print_editions(evaluated, chosen, wanted, most)
            return
        found = _of_rung(screen(evaluated, chosen), wanted)
    print_problems(tuple(misspelt_titles(evaluated.ladder, frozen)))
    rows = cultivation(context.book, evaluated.holdings, day, evaluated.districts)
    if output is not None:
        _write(context, evaluated, found, rows, frozen, output)
    elif as_json:
        print_json([target_record(one) for one in rows] if targets else [standing_record(one) for one in found])
    elif targets:
        _print_targets(evaluated, rows, _district_names(context, evaluated))
    elif firm is not None:
        _print_firm(evaluated, found[0], _district_names(context, evaluated))
    else:
        _print_list(evaluated, found, most)


def _wanted(ladder: Ladder, rung: str | None, editions: bool) -> str | None:
    """Return the rung asked for by id or title, before anything is computed; METHOD-112 where there is none."""
    name = None if rung is None else _rung(ladder, rung)
    if editions and name is None:
        raise click.UsageError(both("--editions 须同时给出 --rung", "--editions needs --rung"))
    if editions and name is not None and ladder.rungs[name].rule is None:
        raise click.UsageError(both(f"{rung} 没有可比较的办法", f"{rung} has no rule to compare"))
    return name


def _print_editions(evaluated: Evaluated, chosen: list[str] | None, rung: str, most: int) -> None:
    found = side_by_side(evaluated, rung, chosen)
    _print_head(evaluated)
    if chosen is not None and found:
        print_firm_editions(evaluated, found[0])
    else:
        print_editions(evaluated, found, rung, most)


def _evaluated(
    context: Context, frozen: Snapshot, on: date, year: int | None, ladder_id: str | None, every: str | None
) -> Evaluated:
    found = evaluated_ladder(context, frozen, on, year, ladder_id, every)
    if year is None and found.year != on.year - 1:
        click.echo(
            both(
                f"! {on.year - 1} 年没有企业年度数据，按 {found.year} 年的数据筛查（--year）。",
                f"! No firm reported for {on.year - 1}; screened on the data of {found.year} (--year).",
            ),
            err=True,
        )
    return found


def _names(evaluated: Evaluated) -> dict[str, str]:
    firms = {firm for result in evaluated.results.values() for firm in result.trace[result.plan.subject]}
    return {firm: evaluated.names.get(firm, "") for firm in sorted(firms | set(evaluated.names))}


def _of_rung(found: tuple[Standing, ...], rung: str | None) -> tuple[Standing, ...]:
    if rung is None:
        return found
    return tuple(one for one in found if one.next is not None and one.next.rung == rung)


def _rung(ladder: Ladder, rung: str) -> str:
    """Return the rung that a person named: by id, by title, or by any name of the title it gives (小巨人)."""
    names = title_names(ladder)
    of_title = {one.holds: name for name, one in ladder.rungs.items() if one.holds is not None}
    found = (name for name, one in ladder.rungs.items() if rung in (name, one.title, one.title_en))
    wanted = next(found, of_title.get(names.get(comparable(rung), "")))
    if wanted is None:
        at, listed = Place(item=ladder.id), "、".join(f"{one.title}（{name}）" for name, one in ladder.rungs.items())
        raise ProblemsError([problem("METHOD-112", at, ladder=ladder.id, rung=rung, known=listed)])
    return wanted


# --- for a person


def _print_head(evaluated: Evaluated) -> None:
    ladder = evaluated.ladder
    click.echo(
        both(
            f"【试算】{ladder.title}　筛查日 {evaluated.on}　数据年度 {evaluated.year}",
            f"[TRIAL] {ladder.title_en}, {evaluated.on}, data of {evaluated.year}",
        )
        + f"　{phrase('recognition', language())}"
    )


def _print_list(evaluated: Evaluated, found: tuple[Standing, ...], most: int) -> None:
    _print_head(evaluated)
    spoken, ladder = language(), evaluated.ladder
    counted = Counter((one.next.rung, one.next.advice) for one in found if one.next is not None)
    heads = [both("下一层级", "next rung"), both("结论", "advice"), both("户数", "firms")]
    order = list(ladder.rungs)
    print_table(
        heads,
        [
            (rung_title(ladder, rung, spoken), phrase(f"advice.{advice}", spoken), number)
            for (rung, advice), number in sorted(counted.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
        ],
        right=[2],
        indent="  ",
    )
    click.echo()
    ranked = sorted(found, key=lambda one: _nearness(one))
    heads = [
        both("企业", "firm"),
        both("名称", "name"),
        both("现有", "held"),
        both("下一层级", "next rung"),
        both("结论", "advice"),
        both("满足", "met"),
        both("不满足", "unmet"),
        both("未知", "unknown"),
        both("人工", "manual"),
        both("称号期限", "deadline of a title"),
    ]
    print_table(heads, [_list_row(evaluated, one) for one in ranked[:most]], right=[5, 6, 7, 8], indent="  ")
    if len(found) > most:
        say(f"  …另有 {len(found) - most} 家（--most）", f"  … and {len(found) - most} more (--most)")


_ADVICE_ORDER = ("ready", "for_review", "not_yet", "unclear", "barred", "no_recommendation", "outside", "not_covered")


def _nearness(one: Standing) -> tuple[int, int, str]:
    """Those nearest to their next rung come first."""
    if one.next is None:
        return len(_ADVICE_ORDER), 0, one.enterprise
    return _ADVICE_ORDER.index(one.next.advice), len(one.next.lacking), one.enterprise


def _list_row(evaluated: Evaluated, one: Standing) -> tuple[object, ...]:
    spoken, ladder = language(), evaluated.ladder
    due = nearest_deadline_words(ladder, one.deadlines, spoken)
    held = rung_title(ladder, one.held or one.pool, spoken)
    if one.next is None:
        return one.enterprise, one.name, held, "", "", "", "", "", "", due
    counts = [one.next.count(result) for result in ("met", "unmet", "unknown", "manual_review")]
    advice = phrase(f"advice.{one.next.advice}", spoken)
    return one.enterprise, one.name, held, rung_title(ladder, one.next.rung, spoken), advice, *counts, due


def _print_firm(evaluated: Evaluated, one: Standing, districts: Mapping[str, str]) -> None:
    spoken, ladder = language(), evaluated.ladder
    _print_head(evaluated)
    place = districts.get(one.district, one.district)
    click.echo(f"{one.name or one.enterprise}　{one.enterprise}　{place}".rstrip("　"))
    held = rung_title(ladder, one.held, spoken) or both("没有有效称号", "no valid title")
    say(f"现有层级：{held}", f"Rung held: {held}")
    for holding in one.holdings:
        term = f"{holding.granted} – {holding.valid_to or '…'}"
        state = phrase(f"state.{holding.state}", spoken)
        click.echo(f"  {title_words(ladder, holding.title, spoken)}　{term}　{state}　{holding.document}".rstrip("　"))
    for deadline in one.deadlines:
        click.echo(f"  ⏰ {deadline_words(ladder, deadline, spoken)}")
    if one.next is not None:
        _print_assessment(evaluated, both("下一层级", "Next rung"), one.next)
    else:
        say("上面没有层级了。", "There is no rung above.")
    if one.review is not None:
        _print_assessment(evaluated, both("到期复核", "Re-verification due"), one.review)
    for side in one.sides:
        said = phrase(f"advice.{side.advice}", spoken)
        say(
            f"旁支　{rung_title(ladder, side.rung, spoken)}：{said}",
            f"Beside: {rung_title(ladder, side.rung, spoken)}: {said}",
        )


def _print_assessment(evaluated: Evaluated, head: str, one: Assessment) -> None:
    spoken = language()
    title, why = rung_title(evaluated.ladder, one.rung, spoken), edition_words(one.edition, spoken)
    click.echo(f"\n{head}{phrase('colon', spoken)}{title}　{phrase(f'advice.{one.advice}', spoken)}　（{why}）")
    if one.plan is None:
        return
    known = f"{float(one.coverage):.0%}"
    say(f"  可判断条件已知 {known}", f"  known: {known} of the criteria")
    rows = []
    for state in one.criteria:
        lacking = lacking_words(one, state, spoken) if state.blocks else ""
        rows.append((phrase(f"result.{state.standing}", spoken), criterion_title(one, state.name, spoken), lacking))
    heads = [both("结果", "result"), both("条件", "criterion"), both("还差什么", "missing")]
    print_table(heads, rows, indent="  ")


def _print_targets(evaluated: Evaluated, rows: tuple[CultivationRow, ...], districts: Mapping[str, str]) -> None:
    spoken = language()
    _print_head(evaluated)
    heads = [
        both("称号", "title"),
        both("口径", "count"),
        both("区县", "district"),
        both("目标数", "target"),
        both("完成数", "done"),
        both("完成率", "share"),
        both("截止", "by"),
    ]
    unknown = both("未公布", "not published")
    print_table(
        heads,
        [
            (
                title_words(evaluated.ladder, one.title, spoken),
                count_words(one, spoken),
                both("全部", "all") if one.district is None else districts.get(one.district, one.district),
                unknown if one.target is None else f"{float(one.target):g}",
                both("未登记", "not recorded") if one.done is None else one.done,
                "" if one.share is None else f"{float(one.share):.1%}",
                one.by or "",
            )
            for one in rows
        ],
        right=[3, 4, 5],
        indent="  ",
    )


# --- for a machine, and as a file


def _write(
    context: Context,
    evaluated: Evaluated,
    found: tuple[Standing, ...],
    rows: tuple[CultivationRow, ...],
    frozen: Snapshot,
    path: Path,
) -> None:
    if path.suffix.lower() != ".xlsx":
        raise click.BadParameter(both("结尾应是 .xlsx", "the ending must be .xlsx"), param_hint="-o")
    screened = Screened(evaluated, found, rows, frozen.id, _district_names(context, evaluated), language())
    try:
        write_workbook(path, *ladder_sheets(screened))
    except OSError as refused:
        raise ProblemsError([problem("CLI-007", file=path, detail=refused.strerror or refused)]) from None
    say(f"【试算】已写入 {path}", f"[TRIAL] written to {path}")


def _district_names(context: Context, evaluated: Evaluated) -> dict[str, str]:
    """The names of the firms' districts (`chongqing.districts`); one that is no more has the name it had."""
    regional = next((one.id for one in context.book.objects("taxonomy") if one.id.endswith(".districts")), None)
    if regional is None:
        return {}
    places = context.book.taxonomy(regional)
    codes = {**places.on(None).codes, **places.on(evaluated.on).codes}
    return {code: codes[code].name for code in sorted(set(evaluated.districts.values())) if code in codes}
