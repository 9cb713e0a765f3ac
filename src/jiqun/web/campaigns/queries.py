"""What the pages of campaigns read; firms, adjustments and appeals only within a user's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from itertools import islice
from typing import Any

import polars as pl
from django.utils import timezone

from jiqun.desk.owed import working
from jiqun.desk.reporting import NearLine, Reach, near
from jiqun.desk.running import Run
from jiqun.methods.explanation.restricted import MASKED
from jiqun.values import decimal_text, exact, plain, to_scaled
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.corrections import Target, find_target
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.state import STAGES, Appeal, Light, State, light_of_days
from jiqun.web.enterprises.register import place_names
from jiqun.web.kept import kept
from jiqun.web.people.models import User
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, run_of, totals_restricted
from jiqun.web.shell.language import both
from jiqun.web.told_results import is_told

KINDS: Mapping[str, tuple[str, str]] = {
    "fix": ("定档", "fix"),
    "raise": ("提档", "raise"),
    "lower": ("降档", "lower"),
    "veto": ("一票否决", "veto"),
    "exempt": ("免评", "exempt"),
}


_LOOKED_BACK = 20  # how many notices and signatures before
EVENTS: Mapping[str, tuple[str, str]] = {
    "campaign.created": ("建批次", "campaign opened"),
    "stage.entered": ("进入阶段", "stage entered"),
    "stage.planned": ("改期", "date moved"),
    "firm.checked": ("企业自核", "firm checked"),
    "firm.evidence": ("自核交材料", "paper of a self-check"),
    "trial.done": ("试算完成", "trial run done"),
    "adjustment.proposed": ("提出调整", "adjustment proposed"),
    "adjustment.decided": ("决定调整", "adjustment decided"),
    "adjustment.withdrawn": ("撤回调整", "adjustment withdrawn"),
    "adjustment.booked": ("调整入账", "adjustment booked"),
    "appeal.registered": ("登记申诉", "appeal registered"),
    "appeal.evidence": ("收到证据", "evidence received"),
    "appeal.pause_asked": ("申请停钟", "stop of the clock asked"),
    "appeal.pause_refused": ("不同意停钟", "stop of the clock refused"),
    "appeal.paused": ("同意停钟", "clock stopped"),
    "appeal.resumed": ("恢复计时", "clock started"),
    "appeal.rechecked": ("申诉复核", "appeal re-checked"),
    "appeal.decided": ("决定申诉", "appeal decided"),
    "appeal.booked": ("申诉更正入账", "correction booked"),
    "notice.published": ("发布公示", "notice published"),
    "sign.asked": ("请签发", "signature asked"),
    "sign.refused": ("没有签成", "not signed"),
    "sign.done": ("审定签发", "signed"),
}
DECISIONS: Mapping[str, tuple[str, str]] = {
    "confirmed": ("同意", "confirmed"),
    "granted": ("支持", "granted"),
    "refused": ("不同意", "refused"),
    "right": ("数据无误", "all right"),
    "wrong": ("有误", "wrong"),
}


@dataclass(frozen=True)
class EventLine:
    """A line of what happened."""

    at: datetime
    words: str
    who: str


def event_lines(state: State, firms: Firms, people: Mapping[str, str]) -> list[EventLine]:
    """Say what happened, the newest first."""
    lines = []
    for event in reversed(state.events):
        said = event.details
        opened = next((one.details for one in state.events if one.pk == event.about), said)
        firm = firms.name(opened["enterprise"]) if "enterprise" in opened else ""
        stage = next((both(one.title, one.title_en) for one in STAGES if one.id == said.get("stage")), "")
        decision = DECISIONS.get(said.get("decision") or said.get("answer") or "")
        parts = [both(*EVENTS[event.kind]), stage, firm, both(*decision) if decision else "", said.get("reason") or ""]
        words = both("：", ": ").join([parts[0], both("，", ", ").join(one for one in parts[1:] if one)])
        lines.append(EventLine(event.at, words.rstrip("： :"), people.get(event.by, event.by)))
    return lines


def visible(user: User) -> Any:
    """Return the campaigns a user may see: a district does not see those of other districts."""
    scope = scope_of(user)
    found = Campaign.objects.all()
    if scope.whole:
        return found
    return found.filter(district__in=["", *ledger().districts(scope)])


def newest_said(campaign: Campaign, *names: str) -> dict[str, str]:
    """Return in whose name, and with which contact, a notice or result of the same part of the region came out last."""
    kinds = ("notice.published", "sign.done")
    some = Event.objects.filter(kind__in=kinds, campaign__district=campaign.district).order_by("-id")[:_LOOKED_BACK]
    return {name: next((str(one.details[name]) for one in some if one.details.get(name)), "") for name in names}


@dataclass(frozen=True)
class Firms:
    """The firms of a campaign that a user may see, with their names."""

    names: Mapping[str, str]

    def name(self, firm: str) -> str:
        return self.names.get(firm) or firm


def firms_of(campaign: Campaign, scope: Scope) -> Firms:
    """Return the firms of the campaign's district within the scope that are still at work or reported for its year.

    Once it is signed they are those of its result, whatever a later register says: a firm founded since has not left
    anything unanswered, and one that has ended is in the result still.
    """
    rows = scope.rows(ledger().table("enterprise"))
    signed = campaign.events.filter(kind="sign.done").first()
    if signed is not None:
        run = run_of(signed.details["run"])
        return _named(rows.filter(pl.col("enterprise").is_in(run.trace[run.subject].cast(pl.String).implode())))
    reported = ledger().table("enterprise_year").filter(pl.col("year") == campaign.year)["enterprise"]
    rows = rows.filter(working() | pl.col("enterprise").is_in(reported.implode()))
    return _named(rows.filter(pl.col("district") == campaign.district) if campaign.district else rows)


def _named(rows: pl.DataFrame) -> Firms:
    return Firms({one: name or one for one, name in rows.select("enterprise", "name").iter_rows()})


def districts_of_firms() -> dict[str, str]:
    """Return the name of every firm's district, by the register as it stands."""
    firms, names = ledger().table("enterprise").select("enterprise", "district").drop_nulls(), place_names()
    return {firm: names.get(code, code) for firm, code in firms.iter_rows()}


@dataclass(frozen=True)
class OwnResult:
    """What a firm is told of itself: grade, total and place among how many in its pool."""

    grade: str | None
    ranked: str | None
    total: str | None
    rank: int | None
    pool_size: int | None


def own_result(run: Run, firm: str) -> OwnResult | None:
    """Return a firm's result of a run; None where the run does not have it."""
    rows = run.trace.filter(pl.col(run.subject) == firm)
    if rows.is_empty() or "grade" not in rows.columns:
        return None
    row, total = rows.row(0, named=True), run.plan.total(str(rows["population"][0]))
    points = None if total is None or row["total"] is None else plain(row["total"], total.digits)
    pool = run.trace.filter(pl.col("pool") == row["pool"])["rank"].drop_nulls() if row["rank"] is not None else None
    return OwnResult(row["grade"], row["grade__ranked"], points, row["rank"], None if pool is None else len(pool))


def published_before(state: State, run: Run, firm: str) -> tuple[date, str] | None:
    """Return when another grade of the firm than the run's was last in the public notice, and which; None if never.

    What another firm's appeal moved is told to whom it moved, who may appeal in turn.
    """
    now = own_result(run, firm)
    for event in reversed(state.events):
        if now is None or event.kind != "notice.published" or event.details["run"] == run.id:
            continue
        then = own_result(run_of(event.details["run"]), firm)
        if then is not None and then.grade is not None and then.grade != now.grade:
            return timezone.localdate(event.at), then.grade
    return None


@kept(4)
def _near_the_lines(id_: str) -> tuple[NearLine, ...]:
    return near(run_of(id_), Reach(), ledger().table("enterprise").height)


def near_lines(run: Run, firms: Firms, scope: Scope, most: int = 8) -> list[tuple[NearLine, str, str, str]]:
    """Return the firms that lack fewest points to the next better grade, with name, total and what is lacking.

    Those whose total the reader may not see are left out.
    """
    told = firms.names.keys() - (frozenset[str]() if scope.sees_restricted else totals_restricted(run.id))
    inside = (one for one in _near_the_lines(run.id) if one.enterprise in told)
    return [
        (one, firms.name(one.enterprise), _scaled(one.total, one.digits), _scaled(one.lacks, one.digits))
        for one in islice(inside, most)
    ]


def _scaled(points: Fraction, digits: int) -> str:
    return plain(to_scaled(points, digits), digits)


@dataclass(frozen=True)
class GradeLine:
    """How many firms have a grade by rank, how many were moved to and from it, and how many have it in the end."""

    grade: str
    ranked: int
    gained: int
    lost: int
    final: int


def grade_lines(run: Run, firms: Firms) -> list[GradeLine]:
    """Count grades before and after the moves, among the firms given."""
    rows = run.trace.filter(pl.col(run.subject).is_in(list(firms.names)))
    if "grade" not in rows.columns:
        return []
    pairs = [(str(a or ""), str(b or "")) for a, b in rows.select("grade__ranked", "grade").cast(pl.String).iter_rows()]
    names = list(dict.fromkeys(name for one in run.plan.method.grades.values() for name in one.classes))
    return [
        GradeLine(
            name,
            sum(a == name for a, _ in pairs),
            sum(b == name != a for a, b in pairs),
            sum(a == name != b for a, b in pairs),
            sum(b == name for _, b in pairs),
        )
        for name in [*names, ""]
    ]


@dataclass(frozen=True)
class AppealLine:
    """An appeal in the list; `tried`: its value was tried out on a result that the reader is told."""

    it: Appeal
    name: str
    by: str
    due: date | None
    light: Light
    field: str
    value: str
    was: str
    own: Mapping[str, Any] | None
    others: int | None
    hidden: bool = False
    tried: bool = False


def appeal_lines(state: State, firms: Firms, user: User, people: Mapping[str, str], today: date) -> list[AppealLine]:
    """List the appeals of the firms given, the open ones first, then by what is left of their clocks."""
    lines = [_appeal(state, one, firms, user, people, today) for one in state.appeals.values() if _own(one, firms)]
    return sorted(lines, key=lambda line: (not line.it.is_open, line.it.left(today) or 0, line.it.number))


def _target(campaign: Campaign, one: Appeal) -> Target | None:
    if not one.corrects:
        return None
    try:
        return find_target(campaign, one.said["enterprise"], one.said["field"])
    except RefusedError:
        return None


def written(value: Any) -> str:
    """Write a value of the ledger as it would be typed."""
    return decimal_text(exact(value)) if isinstance(value, (int, float)) else str(value)


def _own(one: Appeal, firms: Firms) -> bool:
    return one.said["enterprise"] in firms.names


def _appeal(state: State, one: Appeal, firms: Firms, user: User, people: Mapping[str, str], today: date) -> AppealLine:
    target = _target(state.campaign, one)
    hidden = target is not None and target.restricted and not user.means.sees_restricted
    tried, told = one.recheck, _told_recheck(one, scope_of(user))
    was = target.now if tried is None and target is not None else tried["was"] if tried is not None else None
    return AppealLine(
        it=one,
        name=firms.name(one.said["enterprise"]),
        by=people.get(one.by, one.by),
        due=one.due(today),
        light=_clock(one, today),
        field="" if target is None else target.title,
        value=MASKED if hidden and one.by != user.get_username() else one.said["value"],
        was=MASKED if hidden else "" if was is None else written(was),
        own=next(iter(rechecked_rows(one, user, hidden)), None),
        others=None if told is None else told["others"],
        hidden=hidden,
        tried=told is not None,
    )


def _told_recheck(one: Appeal, scope: Scope) -> dict[str, Any] | None:
    """What came of trying a value, where the run that it was tried on is told: a later trial is not public."""
    tried = one.recheck
    return tried if tried is not None and is_told(run_of(str(tried["run"])), scope) else None


def as_the_firm_is_told(line: AppealLine) -> AppealLine:
    """Return an appeal as its decision in writing tells it, whoever prints it: without what is not public."""
    firm = Scope("enterprise", str(line.it.said["enterprise"]))
    return line if _told_recheck(line.it, firm) is not None else replace(line, own=None, others=None, tried=False)


def rechecked_rows(one: Appeal, user: User, hidden: bool) -> list[dict[str, Any]]:
    """Return who moves by a re-check, the appellant first; without totals where these would tell a hidden figure.

    Who knows the value that an appeal asks for could work out the value of now from the two totals.
    """
    tried = _told_recheck(one, scope_of(user))
    if tried is None:
        return []
    untold = frozenset[str]() if user.means.sees_restricted else totals_restricted(str(tried["run"]))
    return [_without_totals(row) if hidden or row["enterprise"] in untold else row for row in tried["rows"]]


def _without_totals(row: Mapping[str, Any]) -> dict[str, Any]:
    sides = {side: {**row[side], "total": row[side]["total"] and MASKED} for side in ("before", "after")}
    return {**row, **sides}


def _clock(one: Appeal, today: date) -> Light:
    if one.decision:
        granted = one.decision == "granted"
        if granted and one.is_open:
            return Light("yellow", both("支持，正在入账", "granted, being booked"))
        late = (one.left(today) or 0) < 0
        words = both("支持", "granted") if granted else both("不支持", "refused")
        return Light("yellow" if late else "green", words + (both("（超期办结）", " (late)") if late else ""))
    if one.is_paused:
        return Light("none", both("停钟", "clock stopped"))
    return light_of_days(one.left(today))


def moved_since(notice: Run, run: Run, firms: Firms) -> list[str]:
    """Name the firms given whose grade is no longer the published one: they may know and object."""
    first, second = (
        dict(one.trace.select(one.subject, pl.col("grade").cast(pl.String)).iter_rows()) for one in (notice, run)
    )
    return sorted(firms.name(firm) for firm in firms.names if first.get(firm) != second.get(firm))


def notice_rows(run: Run, firms: Firms) -> list[dict[str, Any]]:
    """Return what is made public of every firm with a grade: name and grade, by population, grade and name."""
    columns = [run.subject, "population", "grade"]
    rows = run.trace.filter(pl.col(run.subject).is_in(list(firms.names)) & pl.col("grade").is_not_null())
    told = [
        {"enterprise": firm, "name": firms.name(firm), "population": population, "grade": grade}
        for firm, population, grade in rows.select(columns).cast(pl.String).iter_rows()
    ]
    return sorted(told, key=lambda one: (str(one["population"]), one["grade"], one["name"]))
