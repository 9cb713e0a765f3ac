"""The log as people read it: every action by its name, every detail with its label, firms and people by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from jiqun.reports.word.making import KINDS as REPORTS
from jiqun.web.campaigns.queries import DECISIONS
from jiqun.web.campaigns.queries import EVENTS as IN_CAMPAIGNS
from jiqun.web.campaigns.queries import KINDS as ADJUSTMENTS
from jiqun.web.campaigns.state import STAGES
from jiqun.web.disposals.queries import ways
from jiqun.web.disposals.state import EVENTS as IN_DISPOSALS
from jiqun.web.drafts.state import EVENTS as IN_DRAFTS
from jiqun.web.enterprises.views import TABS
from jiqun.web.land.ranked import MEASURES
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.roles import ROLES
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import both, spoken

Words = tuple[str, str]

ACTIONS: Final[Mapping[str, Words]] = {
    "login": ("登录", "logged in"),
    "people.password": ("改自己的密码", "own password changed"),
    "people.add": ("新增人员", "person added"),
    "people.list.export": ("导出账号名单", "list of accounts exported"),
    "people.list.take": ("按名单改账号", "accounts changed by a list"),
    "people.firms": ("批量开企业账号", "accounts of firms handed out"),
    "people.audit.export": ("导出操作日志", "log exported"),
    "people.ended": ("退出登录、停用令牌", "sessions and tokens ended"),
    "people.change": ("改人员和权限", "person or rights changed"),
    "people.reset_password": ("重置密码", "password reset"),
    "tokens.make": ("新建接口令牌", "token made"),
    "tokens.revoke": ("停用接口令牌", "token revoked"),
    "ledger.upload": ("上传文件", "file uploaded"),
    "ledger.drop": ("撤回上传", "upload dropped"),
    "ledger.expire": ("上传过期清除", "upload expired"),
    "ledger.commit": ("导入入库", "import committed"),
    "ledger.undo": ("撤销导入", "import undone"),
    "ledger.decide": ("认领企业", "firm decided"),
    "ledger.duty": ("设定报送责任", "duty set"),
    "ledger.return": ("下载待更正表", "return file taken"),
    "ledger.original": ("下载原始文件", "original file taken"),
    "ledger.search": ("查台账", "ledger searched"),
    "ledger.row": ("看台账一行", "ledger row read"),
    "enterprises.read": ("看一企一档", "firm read"),
    "enterprises.source": ("看数的来处", "source of a figure read"),
    "land.explain": ("看亩均档次解释", "per-mu explanation read"),
    "ledger.export": ("导出台账的表", "table of the ledger exported"),
    "enterprises.export": ("导出企业名单", "list of firms exported"),
    "land.export": ("导出评价结果", "evaluation exported"),
    "land.compare.export": ("导出两次对照", "comparison exported"),
    "land.accounts": ("导出亩均账", "accounts exported"),
    "land.ranking": ("看排行榜", "ranking read"),
    "land.ranking.export": ("导出排行榜", "ranking exported"),
    "ladder.advice": ("看梯度建议", "advice read"),
    "ladder.release": ("把自评发布给企业", "screening released to firms"),
    "ladder.export": ("导出梯度筛查", "screening exported"),
    "ladder.export_calendar": ("导出期限日历", "calendar exported"),
    "grades.explain": ("看等级解释", "grade explanation read"),
    "grades.export": ("导出等级", "grades exported"),
    "briefs.make": ("生成报告", "report made"),
    "briefs.download": ("下载报告", "report taken"),
    "briefs.firm": ("导出一企一档", "firm file taken"),
    "briefs.plan": ("设定定期报告", "report scheduled"),
    "briefs.pause": ("停定期报告", "schedule paused"),
    "briefs.resume": ("恢复定期报告", "schedule resumed"),
    "briefs.skipped": ("定期报告未出", "scheduled report skipped"),
    "disposal.export": ("导出低效处置台账", "disposals exported"),
    "campaign.paper": ("看申诉材料", "paper of an appeal read"),
    "campaign.measures": ("导出差别化政策台账", "ledger of measures taken"),
    "campaign.adjustments": ("导出定档提档降档名单", "list of adjustments taken"),
    "campaign.notice": ("导出公示稿", "public notice taken"),
    "campaign.letter": ("导出申诉答复书", "decision on an appeal taken"),
    "api.explain": ("接口：看解释", "API: explanation read"),
    "api.restricted": ("接口：读受限数据", "API: restricted data read"),
    "snapshot.export": ("接口：导出快照", "API: snapshot exported"),
    "jobs.fetch": ("下载任务文件", "file of a job taken"),
    "jobs.file": ("交办：导出", "asked: export"),
    "jobs.evaluate": ("交办：评价", "asked: evaluation"),
    "jobs.evaluate_grades": ("交办：评等级", "asked: grades"),
    "jobs.screen": ("交办：梯度筛查", "asked: screening"),
    "jobs.land.compare": ("交办：两次对照", "asked: comparison"),
    "jobs.report": ("交办：报告", "asked: report"),
    "jobs.ledger.check": ("交办：核对文件", "asked: check of a file"),
    "jobs.ledger.commit": ("交办：入库", "asked: commit"),
    "jobs.campaign.trial": ("交办：批次试算", "asked: trial run"),
    "jobs.campaign.book": ("交办：调整入账", "asked: booking"),
    "jobs.campaign.recheck": ("交办：申诉复核", "asked: re-check"),
    "jobs.campaign.correct": ("交办：申诉更正", "asked: correction"),
    "jobs.campaign.sign": ("交办：签发", "asked: signature"),
    "jobs.drafts.check": ("交办：检查草稿", "asked: check of a draft"),
    "jobs.drafts.try": ("交办：试算草稿", "asked: try of a draft"),
    "jobs.drafts.publish": ("交办：发布草稿", "asked: publication"),
    **{f"campaign.{kind}": (f"批次：{zh}", en) for kind, (zh, en) in IN_CAMPAIGNS.items()},
    **{f"disposal.{kind}": (f"处置：{zh}", f"disposal: {en}") for kind, (zh, en) in IN_DISPOSALS.items()},
    **{f"rule.{kind}": (f"草稿：{zh}", f"draft: {en}") for kind, (zh, en) in IN_DRAFTS.items()},
}

_LABELS: Final[Mapping[str, Words]] = {
    "about": ("事项", "matter"),
    "accepts_doubts": ("认可疑义", "doubts accepted"),
    "after": ("后一次", "later"),
    "before": ("前一次", "earlier"),
    "from": ("自", "from"),
    "others": ("别家换档", "others moved"),
    "q": ("对象", "about"),
    "right": ("凭", "by the right"),
    "said": ("所选", "chosen"),
    "referee": ("精确复算一致", "exact re-check agrees"),
    "shifted": ("名次变动家数", "places shifted"),
    "was": ("原为", "was"),
    "who": ("用户", "user"),
    "again": ("以前已入库", "was there already"),
    "answer": ("答复", "answer"),
    "asked_by": ("申请人", "asked by"),
    "by": ("按", "by"),
    "campaign": ("批次", "campaign"),
    "clause": ("条款", "clause"),
    "column": ("列", "column"),
    "day": ("日", "day"),
    "days": ("天数", "days"),
    "decision": ("决定", "decision"),
    "district": ("区县", "district"),
    "districts": ("区县", "districts"),
    "document": ("文件", "document"),
    "draft": ("草稿", "draft"),
    "due": ("期限", "due"),
    "ending": ("格式", "format"),
    "enterprise": ("企业", "firm"),
    "every": ("周期", "every"),
    "evidence": ("证据", "evidence"),
    "field": ("更正的数", "figure"),
    "file": ("文件", "file"),
    "firm": ("企业", "firm"),
    "for": ("范围", "rows"),
    "format": ("格式", "format"),
    "full_name": ("姓名", "name"),
    "grade": ("档次", "grade"),
    "import": ("第几次导入", "import"),
    "is_active": ("在用", "in use"),
    "job": ("任务", "job"),
    "key": ("主键", "key"),
    "kind": ("种类", "kind"),
    "language": ("语言", "language"),
    "line": ("业务", "line"),
    "method": ("办法", "rule"),
    "moved": ("变动家数", "firms moved"),
    "name": ("姓名", "name"),
    "number": ("序号", "number"),
    "numbers": ("用数", "numbers"),
    "on": ("日期", "day"),
    "organ": ("发文机关", "authority"),
    "contact": ("异议受理", "objections to"),
    "owner": ("上传人", "uploaded by"),
    "park": ("园区", "park"),
    "period": ("年度", "year"),
    "place": ("范围", "rows"),
    "places": ("范围", "rows"),
    "added": ("新增", "added"),
    "changed": ("改动", "changed"),
    "same": ("没有变化", "as before"),
    "other_places": ("其他范围", "further rows"),
    "person": ("人员编号", "number of the person"),
    "acting_for": ("代表企业", "acting for"),
    "reader": ("读者", "reader"),
    "reason": ("理由", "reason"),
    "report": ("报告", "report"),
    "request": ("请求", "request"),
    "restricted": ("含受限数据", "restricted figures"),
    "role": ("角色", "role"),
    "rows": ("行数", "rows"),
    "run": ("运行", "run"),
    "scale": ("规模", "scale"),
    "screening": ("筛查", "screening"),
    "sha256": ("文件指纹", "SHA-256"),
    "size": ("字节", "bytes"),
    "snapshot": ("快照", "snapshot"),
    "stage": ("阶段", "stage"),
    "steps": ("档数", "steps"),
    "tab": ("页", "tab"),
    "table": ("表", "table"),
    "text": ("内容", "text"),
    "to": ("改到", "to"),
    "unit": ("单位", "unit"),
    "until": ("截止", "until"),
    "upload": ("上传", "upload"),
    "value": ("应为", "value"),
    "verdict": ("认定", "verdict"),
    "way": ("处置方式", "way"),
    "what": ("文件种类", "file"),
    "words": ("内容", "text"),
    "year": ("年度", "year"),
}
_FILES: Final[Mapping[str, Words]] = {
    "ladder.screening": ("梯度筛查", "screening"),
    "land.run": ("评价结果", "evaluation"),
    "ledger.table": ("台账的表", "table of the ledger"),
}
_DECIDING: Final[Mapping[str, Words]] = {
    "decide": ("确认调整的权限", "to confirm adjustments"),
    "approve": ("签发的权限", "to sign"),
}
_GROUPS: Final[Mapping[str, Words]] = {
    "district": ("区县", "district"),
    "industry": ("行业", "industry"),
    "cluster": ("集群", "cluster"),
    "park": ("园区", "park"),
}
_SHORTENED: Final = {"run", "snapshot", "sha256", "digest", "law", "before", "after", "upload"}
_PARTS_SHOWN: Final = 8


@dataclass(frozen=True)
class Line:
    """A line of the log: the action in words, what it is about and its details, each with its label."""

    at: datetime
    who: str
    name: str
    action: str
    words: str
    about: str
    details: tuple[tuple[str, str], ...]
    address: str


def action_words(action: str) -> str:
    """Name an action in the language of the page; its code where a newer version wrote it."""
    if action in ACTIONS:
        return both(*ACTIONS[action])
    asked = action.removesuffix(".refused")
    return both("{}，没有办成", "{}: refused").format(both(*ACTIONS[asked])) if asked in ACTIONS else action


def lines(entries: list[AuditEntry]) -> list[Line]:
    """Say what stands in the log, with the names of the firms and people in it."""
    named = _Names(entries)
    return [
        Line(
            one.at,
            one.who,
            named.people.get(one.who, ""),
            one.action,
            action_words(one.action),
            named.firms.get(one.about) or _about(one),
            tuple(_details(one.details, named)),
            one.address or "",
        )
        for one in entries
    ]


_FIRMS = ("enterprise", "firm", "acting_for")


class _Names:
    """The firms and people that some lines name, read once for all of them."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        codes = {one.about for one in entries}
        codes |= {str(one.details[key]) for one in entries for key in _FIRMS if key in one.details}
        firms = ledger().table("enterprise").select("enterprise", "name").drop_nulls()
        self.firms = dict(firms.filter(pl.col("enterprise").is_in(sorted(codes))).iter_rows())
        self.people = {one.username: one.full_name for one in User.objects.all()}


def _about(entry: AuditEntry) -> str:
    """Name what a line is about: the measure of a ranking, a table of the ledger; all else is said as it stands."""
    measures = {one.name: (one.title, one.title_en) for one in MEASURES}
    if entry.action.startswith("land.ranking") and entry.about in measures:
        return both(*measures[entry.about])
    return _table(entry.about)


def _table(about: str) -> str:
    """Name a table of the ledger; everything else is said as it stands."""
    book = region().book
    return region().contract(about).title if spoken() == "zh" and book.has("table", about) else about


def _details(details: Mapping[str, Any], named: _Names) -> Iterator[tuple[str, str]]:
    """Label what a line keeps; of a change only what changed, of long lists only how long they are."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for key in after:
            if before.get(key) != after[key]:
                was, now = _value(key, before.get(key), named), _value(key, after[key], named)
                yield _label(key), f"{was or '—'} → {now or '—'}"
        return
    for key, value in list(details.items())[: _PARTS_SHOWN * 2]:
        if (said := _value(key, value, named)) and key != "reason_en":
            yield _label(key), said


def _label(key: str) -> str:
    return both(*_LABELS[key]) if key in _LABELS else key


def _value(key: str, value: Any, named: _Names) -> str:
    if value is None or value in ("", [], {}, False):
        return both("否", "no") if value is False and key == "is_active" else ""
    if value is True:
        return both("是", "yes")
    if isinstance(value, dict):
        pairs = ((_label(part), _value(part, inner, named)) for part, inner in list(value.items())[:_PARTS_SHOWN])
        return both("，", ", ").join(f"{label} {said}" for label, said in pairs if said)
    if isinstance(value, list):
        return str(len(value)) if len(value) > _PARTS_SHOWN or isinstance(value[0], dict) else _joined(value)
    text = str(value)
    return text[:8] if key in _SHORTENED else _named(key, text, named)


def _joined(values: list[Any]) -> str:
    return both("、", ", ").join(str(one) for one in values)


def _named(key: str, text: str, named: _Names) -> str:
    """Say a code that has words; anything else as it stands."""
    stages = {one.id: (one.title, one.title_en) for one in STAGES}
    roles = {one.id: (one.title, one.title_en) for one in ROLES.values()}
    tabs = {id_: (zh, en) for id_, zh, en in TABS}
    reports = {one.id: (one.title, one.title_en) for one in REPORTS.values()}
    chosen = {"tab": tabs, "by": _GROUPS, "what": _FILES, "right": _DECIDING, "report": reports}
    kinds = {**reports, **ADJUSTMENTS}
    words = {**chosen, "decision": DECISIONS, "answer": DECISIONS, "kind": kinds, "stage": stages, "role": roles}
    if key in _FIRMS:
        return f"{named.firms[text]} {text}" if text in named.firms else text
    if key == "way":
        return ways(spoken()).get(text, text)
    if key == "action":
        return action_words(text)
    if key == "table":
        return _table(text)
    return both(*words[key][text]) if key in words and text in words[key] else text
