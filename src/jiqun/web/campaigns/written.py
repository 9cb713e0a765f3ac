"""What a campaign hands out in writing, as official documents: the public notice and the decision on an appeal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from jiqun.desk.reporting import grounds
from jiqun.desk.running import Run
from jiqun.methods.wording.voice import Voice
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.word.common import counted, evaluation_words, facts_of, source_of
from jiqun.reports.word.model import Attachment, Heading, Paragraph, Part, Report, day_words, signature_of
from jiqun.values import cited
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.queries import AppealLine, Firms, districts_of_firms, notice_rows
from jiqun.web.enterprises.register import place_names
from jiqun.web.region import region

_FIELDS = (
    Field("序号", kind="number"),
    Field("统一社会信用代码", kind="code", widest=20),
    Field("企业名称", widest=40),
    Field("区县", widest=16),
    Field("评价类别", widest=24),
    Field("公示档次", kind="code"),
)


def notice_report(campaign: Campaign, run: Run, firms: Firms, notice: Mapping[str, Any]) -> Report:
    """Make the public notice: what is public until when, how to object, and the list of firms with their grades."""
    base, rows = grounds(region(), run), notice_rows(run, firms)
    place = place_names().get(campaign.district, campaign.district)
    voice, districts = Voice(run.plan, "zh", run.book), districts_of_firms()
    order = {name: at for at, name in enumerate(place_names().values())}
    rows = sorted(rows, key=lambda one: order.get(districts.get(one["enterprise"], ""), len(order)))
    cells: list[list[Value]] = [
        [at, firm, one["name"], districts.get(firm), voice.label(one["population"]), one["grade"]]
        for at, one in enumerate(rows, start=1)
        for firm in (one["enterprise"],)
    ]
    by_grade = Counter(str(one["grade"]) for one in rows)
    grades = [name for one in run.plan.method.grades.values() for name in one.classes]
    return Report(
        title=f"关于{place}{campaign.year}年度{evaluation_words(base)}结果的公示",
        trial=not run.official,
        facts=facts_of(base),
        parts=(
            Paragraph(f"按照{cited(base.method)}，{place}{campaign.year}年度评价结果已经形成，现予公示。"),
            Paragraph(f"公示企业 {len(rows)} 户：{counted(by_grade, list(dict.fromkeys(grades)))}。名单见附件。"),
            Paragraph(f"公示期为{day_words(notice['on'])}至{day_words(notice['until'])}。"),
            Paragraph(
                f"对公示档次有异议的企业，请在公示期内书面提出申诉，并附证据材料；"
                f"收到申诉后 {campaign.answer_days} 个工作日内答复。"
                + (f"异议受理：{_stopped(notice['contact'])}" if notice.get("contact") else "")
            ),
        ),
        signature=tuple(one for one in (notice.get("organ"), day_words(notice["on"])) if one),
        source=source_of(base),
        attachments=(Attachment("公示名单", (Sheet("公示名单", "公示名单", _FIELDS, cells, (), 3, by=3),)),),
    )


def decision_report(campaign: Campaign, run: Run, line: AppealLine, decided_by: str) -> Report:
    """Make the decision on an appeal: what was asked and shown, what was decided and why, what follows.

    The line is one in Chinese; grades stay a trial until the campaign is signed, and until then nobody signs it either.
    """
    decided_on = line.it.decided_on
    return Report(
        title="申诉答复书",
        subtitle=f"编号 {campaign.pk}-{line.it.number}",
        recipient=line.name,
        trial=not run.official,
        facts=facts_of(grounds(region(), run)),
        parts=tuple(_decision(line, decided_by, official=run.official)),
        signature=_signature(run, decided_on),
    )


def _signature(run: Run, on: date | None) -> tuple[str, ...]:
    """The authority that published the result answers, on the day of the decision; nobody does while it is a trial."""
    signed = run.sign_off
    return () if signed is None or on is None else signature_of(replace(signed, on=on))


def _decision(line: AppealLine, decided_by: str, *, official: bool) -> Iterator[Part]:
    it = line.it
    yield Paragraph(f"你单位（{it.said['enterprise']}）{day_words(it.received)}提出的申诉收悉，现答复如下。")
    yield Heading("申诉请求和证据")
    yield Paragraph(_stopped(f"申诉请求：{it.said['request']}"))
    yield Paragraph(_stopped(f"证据：{it.said['evidence']}"))
    for one in it.papers:
        yield Paragraph(f"证据文件：{one['file']}（SHA-256 {one['sha256'][:16]}…）")
    yield Heading("决定和理由")
    yield Paragraph(_stopped(f"{line.light.words}。理由：{it.decision_reason}"))
    if line.field:
        granted = it.decision == "granted"
        imported = f"，已入账（台账第 {it.imported} 次导入）" if it.imported else ""
        yield Paragraph(
            f"更正：{line.field}，原为 {line.was or '未知'}，更正为 {line.value}{imported}。"
            if granted
            else f"{line.field}仍为 {line.was or '未知'}，不更正。"
        )
    if line.own and it.recheck:
        before, after = line.own["before"], line.own["after"]
        said = "、".join(
            _became(title, before[name], after[name])
            for name, title in (("total", "总分"), ("rank", "名次"), ("grade", "档次"))
        )
        others = f"另有 {line.others} 户企业换档" if line.others else "没有其他企业因此换档"
        yield Heading("复核结果")
        yield Paragraph(f"按试算 {it.recheck['run'][:8]} 复核：{said}；{others}。")
    if not official:
        yield Paragraph("档次仍为试算，以审定签发的结果为准。")
    if it.decided_on is not None:
        yield Paragraph(f"决定人：{decided_by}　{day_words(it.decided_on)}")


def _became(title: str, before: object, after: object) -> str:
    told = (one or "未知" for one in (before, after))
    return f"{title}仍为 {before or '未知'}" if before == after else "{}由 {} 变为 {}".format(title, *told)


def _stopped(text: str) -> str:
    """End what somebody wrote into a form as a sentence.

    >>> _stopped("理由：属实"), _stopped("理由：属实。")
    ('理由：属实。', '理由：属实。')
    """
    return text if text.endswith(("。", "！", "？", "；", ".")) else f"{text}。"
