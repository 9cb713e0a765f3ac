"""`jiqun ledger review`: whose firm is open, whom it could mean, and what a person says."""

from __future__ import annotations

import click

from jiqun.cli.output import json_option, print_json, say
from jiqun.cli.speech import both
from jiqun.desk.context import Context
from jiqun.ledger import review
from jiqun.ledger.parts import additive
from jiqun.ledger.view import latest


@click.command("review", help=both("认领：哪些报来的企业对不上，是谁", "Whose firm is open, and who it is"))
@click.option("--decide", "decided", nargs=3, default=None, metavar="REPORTED same|part|different|new|aside ENTERPRISE")
@click.option("--note", default="", help=both("理由", "reason"))
@click.option("--first", default=0, help=both("从第几个开始", "start at"))
@click.option("--most", default=50, help=both("最多列几个", "at most"))
@json_option
@click.pass_obj
def review_identities(
    context: Context, decided: tuple[str, str, str] | None, note: str, first: int, most: int, as_json: bool
) -> None:
    if decided:
        reported, verdict, enterprise = decided
        review.decide(
            context.workspace,
            reported,
            verdict,
            enterprise,
            who=context.who,
            when=context.now,
            note=note,
            adds=additive(context.book.tables.values()),
        )
        say(f"已记下：{reported} → {verdict} {enterprise}", f"Noted: {reported} → {verdict} {enterprise}")
        return
    view = latest(context.workspace)
    questions = review.open_questions(view, first, most)
    if as_json:
        print_json(questions)
        return
    total = view.standing.open.height
    say(f"待认领 {total} 家。", f"{total} reports whose firm is open.")
    for one in questions:
        told = " ".join(part for part in (one.code, one.name, one.district) if part)
        click.echo(f"\n{one.reported}  {told}")
        say(
            f"  原因：{both(_WHY.get(one.why, one.why), one.why)}；{one.rows} 行，表 {'、'.join(one.tables)}",
            f"  why: {one.why}; {one.rows} rows, tables {', '.join(one.tables)}",
        )
        for candidate in one.candidates:
            click.echo(
                f"    {candidate.score:>3}  {candidate.enterprise}  {candidate.name}  {candidate.district or ''}"
                + (both(f"  （曾用名 {candidate.by}）", f"  (formerly {candidate.by})") if candidate.by else "")
            )
    if questions:
        click.echo()
        say(
            "认领：jiqun ledger review --decide '报来的' same 企业代码"
            "（part＝是它的车间或分公司，并入它；different＝不是它，new＝新企业；aside ''＝不是企业，不再问）",
            "Decide: jiqun ledger review --decide 'REPORTED' same ENTERPRISE"
            " (or part for its workshop or branch, different, new; aside '' where it is no firm)",
        )


_WHY = {
    "masked": "名称或代码被遮盖",
    "fake_code": "代码像统一社会信用代码但校验不对",
    "no_identity": "没有代码也没有名称",
    "ambiguous": "同名企业不止一家",
    "district_differs": "名称相同但区县不同",
    "other_code": "名称是一家、代码是另一家",
    "different": "已认定不是同一家",
    "not_found": "登记表里没有",
    "same_firm_twice": "同一文件里同一家出现两次",
}
