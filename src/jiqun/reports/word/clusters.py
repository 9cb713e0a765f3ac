"""The monthly of the clusters (集群月报): 30 clusters in their tiers against the targets."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date

from jiqun.desk.clusters import Cluster
from jiqun.desk.reporting import ClusterFigures
from jiqun.methods.explanation.restricted import MASKED
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.word.common import WITHHELD, account_words
from jiqun.reports.word.model import Heading, Paragraph, Part, Report, cell_number, day_words, number_text
from jiqun.values import exact

_MEASURES = {"output": "产值", "revenue": "营业收入"}


def clusters_report(told: ClusterFigures, today: date, *, place: str = "") -> Report:
    """Make the monthly; figures of the ledger are monitoring, not published statistics, and marked so."""
    return Report(
        title=f"{place}产业集群运行月报（{today.year}年{today.month}月）",
        trial=True,
        facts=(
            f"数据快照 {told.snapshot}（冻结于 {told.frozen_on}）",
            f"数据年度 {told.year} 年，规模以上工业企业",
            "集群范围按 33618 分类（国民经济行业代码），目标按其公布文件",
            f"成文日期 {day_words(today)}",
        ),
        parts=tuple(_parts(told)),
        source=f"数据快照 {told.snapshot}，冻结于 {told.frozen_on}",
    )


def _parts(told: ClusterFigures) -> Iterator[Part]:
    if not told.found:
        yield Paragraph("本工作区的规则包没有产业集群分类，不能编制集群月报。")
        return
    hidden = told.withheld
    known = [one for one in told.found if one.share is not None and one.code not in hidden]
    cleaned = [one for one in known if one.doubtful]
    reached = [one for one in known if one.share is not None and one.share >= 1]
    silent = sum(one.actual is None for one in told.found)
    yield Heading("总体情况")
    yield Paragraph(
        f"{len(told.found)} 个集群中，{len(known)} 个可与 {told.found[0].horizon} 年目标比较，"
        f"其中 {len(reached)} 个已达到目标；{len(told.found) - len(known) - silent} 个有数据、没有可比的目标，"
        f"{silent} 个没有企业填报。{len(cleaned)} 个含存疑数值，剔除后再比。"
        f"集群之间企业有交叉，各集群数值不能相加。"
    )
    yield Paragraph(f"{told.whole.firms} 户规上工业企业：{account_words(told.whole)}。")
    unreported, partial = sum(one.unreported for one in told.found), sum(one.partial for one in told.found)
    yield Paragraph(
        f"未填报：各集群合计 {unreported} 户次没有填报口径指标，按未知处理、不作零计；"
        f"另有 {partial} 户次的行业只部分属于集群，要有产品证据才计入，本期未计。"
    )
    yield Heading("各层级集群")
    for tier, title in told.tiers.items():
        own = [one for one in told.found if one.tier == tier]
        yield Heading(title, 2)
        yield Paragraph(_tier_words(own, hidden))
        yield _sheet(title, own, hidden)


def _tier_words(own: list[Cluster], hidden: Set[str]) -> str:
    compared = (one for one in own if one.share is not None and one.code not in hidden)
    known = sorted(compared, key=lambda one: (-(one.share or 0), one.code))
    doubtful = "、".join(one.name for one in own if one.doubtful)
    said = f"含存疑数值、已剔除后比较：{doubtful}。" if doubtful else ""
    if not known:
        return f"没有可比的数据。{said}"
    first, last = known[0], known[-1]
    if len(known) == 1:
        return f"{len(own)} 个集群中，可比的只有{first.name}，完成目标的 {_percent(first)}。{said}"
    return (
        f"{len(own)} 个集群中 {len(known)} 个可比，完成目标比例最高的是{first.name}（{_percent(first)}），"
        f"最低的是{last.name}（{_percent(last)}）。{said}"
    )


def _percent(one: Cluster) -> str:
    return "未知" if one.share is None else f"{number_text(one.share * 100, 1)}%"


def _pace_words(one: Cluster) -> str:
    """Say how a cluster stands beside the steady path from its base to its target; “behind” needs no minus."""
    if one.target is None:
        return "无目标"
    if one.sound is None:
        return "无数据"
    if one.standing is None or one.gap is None:
        return "无基数"
    said = {"kept": "达到", "slow": "略慢", "behind": "落后"}[one.standing]
    return said if one.standing == "kept" else f"{said} {number_text(abs(exact(one.gap)), 1)}%"


def _sheet(title: str, own: list[Cluster], hidden: Set[str]) -> Sheet:
    fields = (
        Field("集群", widest=24),
        Field("口径", widest=10),
        Field("现值", "亿元", "number", 2),
        Field("目标", "亿元", "number", 0),
        Field("目标来源", widest=10),
        Field("完成目标", kind="share", digits=1),
        Field("年均需增长", kind="share", digits=1),
        Field("对序时", widest=12),
        Field("企业", "户", "number"),
        Field("未填报", "户", "number"),
        Field("部分属于", "户", "number"),
        Field("存疑", "户", "number"),
    )
    notes = [
        "对序时：与从基数按每年同一增速走到目标的路径相比，低于 5% 以内为略慢，更低为落后",
        "现值为台账合计，已剔除存疑数值，不是统计公报数；“存疑”为比上年相差千倍以上、尚未更正的数值",
    ]
    if any(one.code in hidden for one in own):
        notes.append(WITHHELD)
    return Sheet(title, title, fields, [_row(one, one.code in hidden) for one in own], tuple(notes), 1)


def _row(one: Cluster, is_hidden: bool) -> list[Value]:
    """Lay a cluster out; share and growth needed would tell what it adds up to, as the target is public."""
    target = one.target
    growth = one.growth_needed
    masked: Value = MASKED if is_hidden else None
    return [
        one.name,
        _MEASURES.get(one.measure, one.measure),
        masked or cell_number(one.sound),
        None if target is None else float(target.value),
        "" if target is None else ("公布目标" if target.published else "按层级规模"),
        None if one.share is None else masked or float(one.share),
        None if growth is None else masked or growth / 100,
        masked or _pace_words(one),
        one.firms,
        one.unreported,
        one.partial,
        one.doubtful,
    ]
