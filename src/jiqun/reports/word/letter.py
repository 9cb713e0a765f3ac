"""The letter to an enterprise (致企业告知书): its grade, why, how to rise, how to appeal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from jiqun.desk.reporting import Grounds
from jiqun.methods.explanation.model import Explanation
from jiqun.methods.wording.voice import ClauseText
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.word.common import evaluation_words, facts_of, source_of
from jiqun.reports.word.model import UNKNOWN, Attachment, Heading, Paragraph, Part, Report, day_words
from jiqun.values import cited

_NUMBERED = ("第", "附", "（", "(", *"一二三四五六七八九十0123456789")


@dataclass(frozen=True)
class Ways:
    """The ways to a better grade as rows; `before`: what was done after the ranking, `notes`: what else to say."""

    rows: Sequence[Sequence[object]] = ()
    notes: Sequence[str] = ()
    before: Sequence[str] = ()


@dataclass(frozen=True)
class AppealTerms:
    """Until when a firm may object, and within how many working days it is answered."""

    campaign: str
    until: date
    answer_days: int


def letter_report(
    told: Explanation, base: Grounds, ways: Ways, terms: AppealTerms | None, today: date, signed: tuple[str, ...] = ()
) -> Report:
    """Make the letter; figures that the explanation masks stay masked."""
    name = told.name or told.subject
    return Report(
        title=f"{base.year}年度{evaluation_words(base).removeprefix('工业企业')}结果告知书",
        trial=not told.official,
        facts=(*facts_of(base), f"企业代码 {told.subject}", f"成文日期 {day_words(today)}"),
        parts=tuple(_parts(told, base, ways, terms)),
        recipient=name,
        attachments=(Attachment("所用数据和出处", (_sources(told),), wide=True),),
        signature=signed,
        source=source_of(base),
    )


def _parts(told: Explanation, base: Grounds, ways: Ways, terms: AppealTerms | None) -> Iterator[Part]:
    yield Paragraph(f"按照{cited(told.method)}，你单位 {base.year} 年度评价结果如下。")
    yield Heading("评价结果")
    yield Paragraph(_result(told))
    if told.signed:
        yield Paragraph(told.signed + "。")
    if told.status == "graded":
        yield Heading("定档依据")
        yield Paragraph(f"{told.grade_words}。{_clause(told.grade_clause)}" if told.grade_words else "按总分定档。")
        if told.lines:
            yield _lines(told)
    if told.status in ("graded", "scored"):
        yield Heading("各项得分")
        if told.total_words:
            yield Paragraph(f"总分：{told.total_words}。{_clause(told.total_clause)}")
        yield _points(told)
        yield from _more(told)
    if told.unknown:
        yield Paragraph(f"没有数据的项目：{'、'.join(told.unknown)}。没有数据不等于零，也不等于不合格。")
    yield from _ways(ways)
    yield from _appeal(terms, told.official)


def _result(told: Explanation) -> str:
    said = [told.status_words + (f"，评价类别为{told.population}" if told.population else "")]
    if told.status_reason:
        said.append(told.status_reason)
    if told.grade is not None:
        said.append(f"{told.grade_title or '档次'}为 {told.grade} 档")
    elif told.treated_as is not None:
        said.append(f"视同 {told.treated_as} 档")
    elif told.status == "graded":
        said.append(f"未能定档：{told.grade_reason}")
    if told.total is not None:
        said.append(f"总分 {told.total} 分")
    if told.rank is not None and told.pool_size is not None:
        said.append(f"在{told.pool}的 {told.pool_size} 户中列第 {told.rank} 名")
    if told.grade is not None and told.grade_reason:
        said.append(told.grade_reason)
    if told.grade is not None and told.ranked_grade not in (None, told.grade):
        said.append(f"按排名为 {told.ranked_grade} 档，经调整为 {told.grade} 档")
    return "；".join(said) + "。"


def _clause(clause: ClauseText | None) -> str:
    """Cite a clause as official documents do: the document in the marks of titles, a named part of it in quotes."""
    if clause is None:
        return ""
    where = clause.clause if not clause.clause or clause.clause.startswith(_NUMBERED) else f"“{clause.clause}”"
    number = clause.name.removeprefix(clause.document)
    return f"依据：{cited(clause.document) if clause.document else ''}{number}{where}。"


def _lines(told: Explanation) -> Sheet:
    is_cut = any(one.is_cut for one in told.lines)
    fields = (
        Field("档次", kind="code"),
        Field("户数", "户", "number"),
        Field("线", widest=18) if is_cut else Field("末位值", "分", "number"),
        Field("与你单位的差距", widest=26),
    )
    rows: list[list[Value]] = []
    for one in told.lines:
        gap = UNKNOWN if one.distance is None else f"还差 {one.distance}"
        if one.distance is not None and one.distance.startswith("-"):
            gap = f"{'优于' if one.is_cut else '高出'} {one.distance[1:]}"
        rows.append([one.grade, one.count, one.said, "你单位所在档" if one.own else gap])
    return Sheet("划档线", f"划档线（{told.pool}）", fields, rows)


def _points(told: Explanation) -> Sheet:
    fields = (
        Field("指标", widest=18),
        Field("你单位的值", kind="number", widest=18),
        Field("对照值", widest=28),
        Field("权重", "分", "number"),
        Field("得分", "分", "number"),
        Field("说明", widest=26),
        Field("条款", widest=24),
    )
    rows: list[list[Value]] = [
        [
            one.title,
            f"{one.value} {one.unit}".strip() if one.value is not None else "未知",
            "；".join(
                f"{each.label} {each.value or '未知'}" + (f"（{each.mark}）" if each.mark else "")
                for each in one.benchmarks
            ),
            one.weight,
            one.points,
            one.reason_words,
            "" if one.clause is None else one.clause.clause,
        ]
        for one in told.items
    ]
    notes = ("标“示意”的对照值不是办法原文中的数，不能作为正式依据",) if _illustrative(told) else ()
    return Sheet("各项得分", "各项得分", fields, rows, notes)


def _illustrative(told: Explanation) -> bool:
    return any(each.completeness == "illustrative" for one in told.items for each in one.benchmarks)


def _more(told: Explanation) -> Iterator[Part]:
    if told.additions:
        fields = (Field("加减分项", widest=30), Field("分数", "分", "number"), Field("说明", widest=50))
        rows: list[list[Value]] = [[one.title, one.points, one.words] for one in told.additions]
        yield Sheet("加减分", "加减分", fields, rows)
    if told.moves:
        yield Heading("排名后的调整")
        steps = (
            Field("事项", widest=22),
            Field("调整前档次", kind="code"),
            Field("调整后档次", kind="code"),
            Field("理由", widest=30),
            Field("文件", widest=26),
        )
        rows = [[one.title, one.from_grade, one.to_grade, one.reason, one.document] for one in told.moves]
        yield Sheet("调整", "档次调整", steps, rows)
    if told.entitlements:
        yield Heading("适用的措施")
        fields = (
            Field("措施", widest=30),
            Field("状态", kind="code", widest=14),
            Field("数额", kind="number", widest=20),
        )
        rows = [
            [one.title, one.state_words, f"{one.amount} {one.unit}".strip() if one.amount is not None else None]
            for one in told.entitlements
        ]
        yield Sheet("措施", "随档次适用的措施", fields, rows)


def _ways(ways: Ways) -> Iterator[Part]:
    if not ways.rows and not ways.notes and not ways.before:
        return
    yield Heading("怎样升档")
    for text in ways.before:
        yield Paragraph(text)
    if ways.rows:
        held = "上面的调整、其他企业和基准不变" if ways.before else "其他企业和基准不变"
        yield Paragraph(f"{held}，只改下列一项即可升档（试算，不是承诺）：")
        heads = (("只改一项", 24), ("现在", 16), ("改到", 20), ("要改多少", 22), ("总分", 10), ("名次", 8), ("档次", 8))
        fields = tuple(
            Field(title, kind="text" if at == 0 else "code" if title == "档次" else "number", widest=widest)
            for at, (title, widest) in enumerate(heads)
        )
        rows: list[list[Value]] = [["" if one is None else str(one) for one in row] for row in ways.rows]
        yield Sheet("怎样升档", "升到上一档的途径", fields, rows)
    for text in ways.notes:
        yield Paragraph(text)


def _appeal(terms: AppealTerms | None, official: bool) -> Iterator[Part]:
    yield Heading("申诉")
    if terms is not None:
        yield Paragraph(
            f"如认为数据或档次有误，请于 {day_words(terms.until)} 前在“评价批次”（{terms.campaign}）登记调档申诉，"
            f"写明有误的数据、正确的数和证据；登记后 {terms.answer_days} 个工作日内答复。"
        )
    elif official:
        yield Paragraph("本结果已签发。如认为数据有误，请向属地经信部门书面提出，附证据材料。")
    else:
        yield Paragraph("本件为试算，不具行政效力，没有申诉期限；如认为数据有误，请向属地经信部门提出，附证据材料。")


def _sources(told: Explanation) -> Sheet:
    fields = (
        Field("指标", widest=18),
        Field("数据", widest=22),
        Field("数值", kind="number", widest=18),
        Field("单位", kind="code"),
        Field("出处（文件!工作表!单元格）", wrap=True, widest=70),
    )
    rows: list[list[Value]] = []
    for item in told.items:
        for one in item.inputs:
            source = "办法规定的假定值" if one.assumed else (one.source or "没有出处")
            rows.append([item.title, one.label, one.value or "未知", one.unit if one.unit != "1" else "", source])
    return Sheet("数据出处", "你单位各项数据的出处", fields, rows, ("数值有误的，请按出处找到原表核对",))
