"""The list of adjustments: what the rule gave, what is asked for, what came of it, who proposed and who decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils import timezone

from jiqun.desk.running import Run
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.speech import say
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.campaigns.actions import DECIDE, grades_of
from jiqun.web.campaigns.conditions import OWN_PROPOSAL
from jiqun.web.campaigns.queries import KINDS, Firms, districts_of_firms
from jiqun.web.campaigns.state import Adjustment, Light, State
from jiqun.web.people.eyes import refusal, same_eyes
from jiqun.web.people.models import User
from jiqun.web.people.roles import ROLES
from jiqun.web.shell.language import both, counted, spoken


@dataclass(frozen=True)
class AdjustmentLine:
    """A proposal in the list.

    `ranked` is the grade that the rule gave by points, `asked` the one that follows from the proposal alone, `result`
    the one of the newest run, which `has_result` once the adjustment is in it.
    """

    it: Adjustment
    name: str
    kind: str
    to: str
    ranked: str | None
    asked: str | None
    result: str | None
    has_result: bool
    by: str
    decided_by: str
    light: Light
    may_decide: bool
    may_withdraw: bool
    why_other: str  # why somebody with the right to decide leaves it to another person


def adjustment_lines(
    state: State, firms: Firms, user: User, people: Mapping[str, str], run: Run | None
) -> list[AdjustmentLine]:
    """List the adjustments of the firms given with their grades in a run, the open ones first."""
    own = [one for one in state.adjustments.values() if one.said["enterprise"] in firms.names]
    if not own:
        return []
    grades, classes = _grades(run, [one.said["enterprise"] for one in own]), grades_of(state.campaign)
    lines = []
    for one in own:
        firm = one.said["enterprise"]
        ranked, final = grades.get(firm, (None, None))
        is_in = run is not None and one.imported is not None and one.booked_event < state.trial_event
        waits = not one.decision and not state.signed
        decides = waits and any(user.may(right) for right in DECIDE)
        same = refusal(user, [one.by], *OWN_PROPOSAL) if decides else None
        line = AdjustmentLine(
            it=one,
            name=firms.name(firm),
            kind=both(*KINDS[one.said["kind"]]),
            to=_to(one.said),
            ranked=ranked,
            asked=_asked(one.said, ranked, classes),
            result=final if is_in else None,
            has_result=is_in,
            by=people.get(one.by, one.by),
            decided_by=people.get(one.decided_by, one.decided_by),
            light=_standing(one),
            may_decide=decides and same is None,
            may_withdraw=waits and one.by == user.get_username() and (user.may("propose") or user.may("adjust")),
            why_other="" if same is None else both(*same),
        )
        lines.append(line)
    return sorted(lines, key=lambda line: (not line.it.is_open, line.it.number))


def _grades(run: Run | None, firms: list[str]) -> dict[str, tuple[str | None, str | None]]:
    """The ranked and the final grade of firms in a run."""
    if run is None or "grade" not in run.trace.columns:
        return {}
    rows = run.trace.filter(pl.col(run.subject).is_in(firms)).with_columns(pl.col(run.subject).cast(pl.String))
    ranked = pl.col("grade__ranked" if "grade__ranked" in rows.columns else "grade").cast(pl.String)
    told = rows.select(run.subject, ranked.alias("by_rule"), final=pl.col("grade").cast(pl.String))
    return {firm: (by_rule, final) for firm, by_rule, final in told.iter_rows()}


def _to(said: Mapping[str, Any]) -> str:
    if said["grade"]:
        return str(said["grade"])
    steps = said["steps"]
    return "" if steps is None else both(f"{steps} 档", counted(f"{steps} step(s)", steps))


def _asked(said: Mapping[str, Any], ranked: str | None, classes: list[str]) -> str | None:
    """The grade that a proposal asks for: named, or so many classes above or below the ranked one; None for neither."""
    if said["grade"]:
        return str(said["grade"])
    if said["steps"] is None or ranked not in classes:
        return None
    step: int = -said["steps"] if said["kind"] == "raise" else said["steps"]
    return classes[min(max(classes.index(ranked) + step, 0), len(classes) - 1)]


def _standing(one: Adjustment) -> Light:
    if not one.decision:
        return Light("yellow", both("待另一人确认", "waits for another person"))
    if one.decision == "refused":
        return Light("none", both("未通过", "refused"))
    if one.decision == "withdrawn":
        return Light("none", both("已撤回", "withdrawn"))
    if one.imported is None:
        return Light("yellow", both("已确认，正在入账", "confirmed, being booked"))
    return Light("green", both(f"已入账，第 {one.imported} 次导入", f"booked, import {one.imported}"))


def nobody_decides(lines: list[AdjustmentLine]) -> str:
    """Say that nobody but the proposer may decide an open proposal, and who can give another person the right."""
    proposers = {line.it.by for line in lines if not line.it.decision}
    if not proposers:
        return ""
    roles = [role.id for role in ROLES.values() if not role.may.isdisjoint(DECIDE)]
    deciders = list(User.objects.filter(is_active=True, role__in=roles))
    if all(any(not same_eyes(each, one) for each in deciders) for one in proposers):
        return ""
    who = [role.id for role in ROLES.values() if "people" in role.may]
    names = both("、", ", ").join(str(one) for one in User.objects.filter(is_active=True, role__in=who))
    titles = both("、", ", ").join(both(ROLES[one].title, ROLES[one].title_en) for one in roles)
    zh = f"除提出人外，现在没有人能确认：请管理员（{names}）给另一人开“{titles}”之一的账号。"
    return both(
        zh, f"Nobody but the proposer may confirm: an administrator ({names}) can make another person {titles}."
    )


_HEADS = (
    ("统一社会信用代码", "Code"),
    ("企业", "Firm"),
    ("区县", "District"),
    ("名次档", "Ranked"),
    ("调整", "Change"),
    ("要求档", "Asked"),
    ("结果档", "Result"),
    ("理由", "Reason"),
    ("文件", "Document"),
    ("条款", "Clause"),
    ("提出人", "Proposed by"),
    ("提出时间", "Proposed"),
    ("处理人", "Decided by"),
    ("处理时间", "Decided"),
    ("处理意见", "Words"),
    ("状态", "State"),
)
_CODES = frozenset({0, 3, 5, 6, 11, 13})


def adjustments_workbook(lines: list[AdjustmentLine], state: State, run: Run | None) -> tuple[bytes, str]:
    """Return the list as a workbook with its title; withdrawn and refused ones stay in it."""
    title = both(f"{state.campaign.year}年度定档提档降档名单", f"Adjustments of {state.campaign.year}")
    official = run is not None and run.official
    places = districts_of_firms()
    fields = tuple(
        Field(both(*one), kind="code" if at in _CODES else "text", widest=36) for at, one in enumerate(_HEADS)
    )
    cells = [_cells(line, places) for line in lines]
    facts = (both(f"运行 {run.id}", f"run {run.id}"),) if run is not None else ()
    standing = say("official" if official else "trial", spoken())
    head = Head(title, facts, standing, not official, spoken())
    return workbook_bytes(head, [Sheet(title[:31], title, fields, cells, frozen=2)]), title


def _cells(line: AdjustmentLine, places: Mapping[str, str]) -> list[Value]:
    said, it = line.it.said, line.it
    firm = said["enterprise"]
    return [
        firm, line.name, places.get(firm), line.ranked, f"{line.kind} {line.to}".strip(), line.asked, line.result,
        said["reason"], said["document"], said.get("clause"), line.by, _when(it.at), line.decided_by or None,
        _when(it.decided_at), it.decision_reason or None, line.light.words,
    ]  # fmt: skip


def _when(at: Any) -> str | None:
    return None if at is None else timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
