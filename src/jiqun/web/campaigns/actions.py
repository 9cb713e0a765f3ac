"""What people do in a campaign: right → condition → event and log, in one transaction. Nothing is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from jiqun.desk.evaluating import find_method
from jiqun.desk.subjects import find_subject
from jiqun.problems import ProblemsError
from jiqun.values import exact
from jiqun.web.campaigns.conditions import RefusedError, lacking_for
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.state import ORDER, STAGES, Adjustment, Appeal, State, state_of
from jiqun.web.campaigns.workdays import after
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import ask
from jiqun.web.people import audit
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger, region

Said = Mapping[str, str]
_LONGEST = 60


def _allow(user: User, *rights: str) -> None:
    if not any(user.may(one) for one in rights):
        raise PermissionDenied(rights[0])


def _word(said: Said, name: str, zh: str, en: str) -> str:
    text = said.get(name, "").strip()
    if not text:
        raise RefusedError(f"请填{zh}。", f"Please give the {en}.")
    return text


def note(
    campaign: Campaign, who: str, kind: str, details: dict[str, Any], about: int = 0, once: str | None = None
) -> Event:
    """Write an event and a line of the log; what has happened once already is the event that stands."""
    with transaction.atomic():
        if once is not None:
            once = f"{campaign.pk}:{once}"
            there = Event.objects.filter(once=once).first()
            if there is not None:
                return there
        event = Event.objects.create(
            campaign=campaign, at=timezone.now(), by=who, kind=kind, about=about, details=details, once=once
        )
        audit.record(who, f"campaign.{kind}", f"{campaign.title} #{about or event.pk}", details)
        return event


def _locked(campaign: Campaign) -> State:
    """Return the state while nobody else can write events of the campaign."""
    state = state_of(Campaign.objects.select_for_update().get(pk=campaign.pk))
    if state.signed:
        raise RefusedError("批次已经签发，不能再改。", "The campaign is signed; nothing changes any more.")
    return state


@transaction.atomic
def create(user: User, said: Said) -> Campaign:
    """Open a campaign with planned dates counted in working days from its first day."""
    _allow(user, "campaign")
    rule = find_method(region(), _word(said, "method", "办法", "rule")).method
    try:
        year, start = int(said.get("year", "")), date.fromisoformat(said.get("start", ""))
        days = {one.id: int(said.get(f"days_{one.id}") or one.days) for one in STAGES}
        answer = int(said.get("answer_days") or 2)
    except ValueError as wrong:
        text = "年度、开始日期或工作日数不对。", "Year, first day or number of days is wrong."
        raise RefusedError(*text) from wrong
    if not all(1 <= one <= _LONGEST for one in (*days.values(), answer)) or not 1990 <= year <= 2100:  # noqa: PLR2004
        raise RefusedError(f"工作日数要在 1~{_LONGEST} 之间。", f"Working days must be 1 to {_LONGEST}.")
    district = said.get("district", "").strip()
    if district and district not in set(ledger().table("enterprise")["district"].to_list()):
        raise RefusedError("台账里没有这个区县的企业。", "No firm of this district is in the ledger.")
    plan, first = {}, start
    for one in STAGES:
        last = after(first - timedelta(days=1), days[one.id])
        plan[one.id] = (first.isoformat(), last.isoformat())
        first = after(last, 1)
    campaign, made = Campaign.objects.get_or_create(
        method=rule.id, year=year, district=district, defaults={"title": rule.title[:120], "answer_days": answer}
    )
    if not made:
        raise RefusedError("这个办法、年度和范围已有批次。", "There is such a campaign already.")
    note(campaign, user.get_username(), "campaign.created", {"plan": plan}, once="created")
    return campaign


@transaction.atomic
def advance(campaign: Campaign, user: User, said: Said) -> None:
    """Go to the next stage where its conditions are met, or back to an earlier one with a reason."""
    _allow(user, "campaign")
    state, to = _locked(campaign), said.get("stage", "")
    if to not in ORDER:
        raise RefusedError("没有这个阶段。", "There is no such stage.")
    reason = said.get("reason", "").strip()
    if ORDER.index(to) > ORDER.index(state.stage):
        if to != state.next_stage:
            raise RefusedError("只能一个阶段一个阶段往前走。", "One stage after the other.")
        faults = lacking_for(state, to)
        if faults:
            raise RefusedError(*faults[0], *faults[1:])
    elif not reason or to == state.stage:
        raise RefusedError("退回以前的阶段要写理由。", "Going back needs a reason.")
    note(campaign, user.get_username(), "stage.entered", {"stage": to, "reason": reason})


@transaction.atomic
def replan(campaign: Campaign, user: User, said: Said) -> None:
    """Move the planned end of a stage, with a reason."""
    _allow(user, "campaign")
    state, stage = _locked(campaign), said.get("stage", "")
    reason = _word(said, "reason", "理由", "reason")
    try:
        to = date.fromisoformat(said.get("to", ""))
    except ValueError as wrong:
        raise RefusedError("日期不对。", "The date is wrong.") from wrong
    if stage not in state.plan or to < state.plan[stage][0]:
        raise RefusedError("截止日期不能早于这个阶段的开始日期。", "A stage cannot end before it begins.")
    said_now = {"stage": stage, "to": to.isoformat(), "reason": reason}
    note(campaign, user.get_username(), "stage.planned", said_now)


def ask_trial(campaign: Campaign, user: User, said: Said) -> Job:
    """Queue a trial run on the ledger as it stands."""
    _allow(user, "evaluate")
    _locked_check(campaign)
    return ask("campaign.trial", f"试算 {campaign.title} {campaign.year}", user, campaign=campaign.pk)


def _locked_check(campaign: Campaign) -> State:
    with transaction.atomic():
        return _locked(campaign)


def _firm(campaign: Campaign, user: User, asked: str) -> str:
    """Return the firm that is meant, where it is in the campaign's district and in the user's scope."""
    firms = scope_of(user).rows(ledger().table("enterprise"))
    if campaign.district:
        firms = firms.filter(firms["district"] == campaign.district)
    names = {one: name or "" for one, name in firms.select("enterprise", "name").iter_rows()}
    try:
        return find_subject(asked, names)
    except ProblemsError as told:
        raise RefusedError(told.problems[0].text("zh"), told.problems[0].text("en")) from told


@transaction.atomic
def check(campaign: Campaign, user: User, said: Said) -> None:
    """Say for a firm that its figures are right, or that they are not and what it objects to."""
    _allow(user, "appeal")
    state = _locked(campaign)
    if state.stage != "check":
        raise RefusedError("现在不是企业自核阶段。", "Firms check their figures in another stage.")
    answer = "right" if said.get("answer") == "right" else "wrong"
    words = said.get("words", "").strip()
    if answer == "wrong" and not words:
        raise RefusedError("请写明哪个数不对、应为多少。", "Say which figure is wrong and what it should be.")
    firm = _firm(campaign, user, said.get("enterprise", ""))
    note(campaign, user.get_username(), "firm.checked", {"enterprise": firm, "answer": answer, "words": words})


@transaction.atomic
def propose(campaign: Campaign, user: User, said: Said) -> Adjustment:
    """Propose to fix, raise, lower or veto a grade, with reason, document and clause."""
    _allow(user, "propose", "adjust")
    state = _locked(campaign)
    if ORDER.index(state.stage) < ORDER.index("trial"):
        raise RefusedError("试算之后才能提调整。", "Adjustments come after the trial run.")
    kind = said.get("kind", "")
    lists = lists_of(campaign)
    if kind not in lists:
        raise RefusedError("这个办法没有这种名单。", "This rule has no such list.")
    firm = _firm(campaign, user, said.get("enterprise", ""))
    details: dict[str, Any] = {"enterprise": firm, "kind": kind, "grade": "", "steps": None}
    if kind == "fix" or (kind != "veto" and said.get("grade")):
        details["grade"] = said.get("grade", "")
        if details["grade"] not in grades_of(campaign):
            raise RefusedError("请选定到哪一档。", "Say which grade.")
    elif kind != "veto":
        if not said.get("steps", "1").isdigit() or not 1 <= int(said.get("steps", "1")) <= 3:  # noqa: PLR2004
            raise RefusedError("档数应为 1~3。", "Steps are 1 to 3.")
        details["steps"] = int(said.get("steps", "1"))
    details["reason"] = _word(said, "reason", "理由", "reason")
    details["document"] = _word(said, "document", "依据文件", "document")
    details["clause"] = said.get("clause", "").strip() or lists[kind]
    twins = [one for one in state.adjustments.values() if one.said["enterprise"] == firm and one.said["kind"] == kind]
    if any(one.decision != "refused" for one in twins):
        raise RefusedError("这家企业已有同类调整。", "The firm has such an adjustment already.")
    event = note(campaign, user.get_username(), "adjustment.proposed", details)
    return Adjustment(event.pk, event.by, event.at, details)


def lists_of(campaign: Campaign) -> dict[str, str]:
    """Return the kinds of lists that the campaign's rule applies, with their clauses."""
    moves = find_method(region(), campaign.method).method.moves.values()
    return {one.listed: one.clause or "" for one in moves if one.listed is not None}


def grades_of(campaign: Campaign) -> list[str]:
    """Return the grades of the campaign's rule, the best first."""
    grades = find_method(region(), campaign.method).method.grades.values()
    return list(dict.fromkeys(name for one in grades for name in one.classes))


@transaction.atomic
def decide_adjustment(campaign: Campaign, user: User, said: Said) -> None:
    """Confirm or refuse a proposal; never the proposer's own. A confirmed one goes into the ledger by a job."""
    _allow(user, "decide")
    state = _locked(campaign)
    one = state.adjustments.get(_number(said))
    if one is None or one.decision:
        raise RefusedError("这件调整已经处理过。", "This adjustment is decided already.")
    if one.by == user.get_username():
        raise RefusedError(
            "提出人不能确认自己提的调整，请另一人确认。", "Not by the one who proposed it: another person decides."
        )
    decision = "confirmed" if said.get("decision") == "confirmed" else "refused"
    reason = said.get("reason", "").strip() if decision == "confirmed" else _word(said, "reason", "理由", "reason")
    details = {"decision": decision, "reason": reason}
    note(campaign, user.get_username(), "adjustment.decided", details, one.number, f"decided:{one.number}")
    if decision == "confirmed":
        ask("campaign.book", f"调整入账 #{one.number}", user, campaign=campaign.pk, about=one.number)


def _number(said: Said) -> int:
    text = said.get("about", "")
    return int(text) if text.isdigit() else 0


@transaction.atomic
def publish_notice(campaign: Campaign, user: User, said: Said) -> None:
    """Publish the newest trial run for objections, until the planned end of the stage."""
    _allow(user, "campaign")
    state = _locked(campaign)
    if state.stage != "notice":
        raise RefusedError("现在不是公示阶段。", "This is not the stage of the public notice.")
    faults = lacking_for(state, "notice")
    if faults:
        raise RefusedError(*faults[0], *faults[1:])
    until = state.plan["notice"][1].isoformat()
    note(campaign, user.get_username(), "notice.published", {"run": state.run, "until": until})


@transaction.atomic
def register_appeal(campaign: Campaign, user: User, said: Said) -> Appeal:
    """Register what a firm objects to: by itself, or by the district that received it."""
    _allow(user, "appeal", "campaign")
    state = _locked(campaign)
    if state.notice is None:
        raise RefusedError("公示以后才能申诉。", "Appeals follow the public notice.")
    firm = _firm(campaign, user, said.get("enterprise", "") or user.place)
    details: dict[str, Any] = {"enterprise": firm, "request": _word(said, "request", "申诉请求", "request")}
    details["evidence"] = _word(said, "evidence", "证据（文件名、文号）", "evidence")
    details["field"], details["value"] = _corrected(said)
    twins = [one for one in state.appeals.values() if one.said["enterprise"] == firm and one.is_open]
    if any((one.said["request"], one.said["field"]) == (details["request"], details["field"]) for one in twins):
        raise RefusedError("同样的申诉正在办理。", "The same appeal is being dealt with.")
    event = note(campaign, user.get_username(), "appeal.registered", details)
    if details["field"] and state.run:
        ask("campaign.recheck", f"申诉复核 #{event.pk}", user, campaign=campaign.pk, about=event.pk, run=state.run)
    return Appeal(event.pk, event.by, event.at, details, campaign.answer_days)


def _corrected(said: Said) -> tuple[str, str]:
    field, value = said.get("field", ""), said.get("value", "").strip().replace(",", "")
    if not field:
        return "", ""
    if field not in {one.name for one in correctable()}:
        raise RefusedError("这个数不能在申诉里更正。", "This figure cannot be corrected by an appeal.")
    try:
        exact(value)
    except ValueError as wrong:
        raise RefusedError("应为多少：请写一个数。", "What it should be: please write a number.") from wrong
    return field, value


def correctable() -> list[Any]:
    """Return the figures of a firm's year that an appeal may correct."""
    contract = region().contract("enterprise_year")
    return [one for one in contract.fields if one.type in ("number", "integer") and one.name != "year"]


def _appeal(state: State, said: Said) -> Appeal:
    one = state.appeals.get(_number(said))
    if one is None or one.decision:
        raise RefusedError("这件申诉已经办结。", "This appeal is decided already.")
    return one


@transaction.atomic
def pause(campaign: Campaign, user: User, said: Said) -> None:
    """Stop the clock of an appeal while the firm brings papers, with the reason."""
    _allow(user, "campaign", "decide")
    one = _appeal(_locked(campaign), said)
    if one.is_paused:
        raise RefusedError("已经停钟。", "The clock stands already.")
    reason = _word(said, "reason", "停钟理由", "reason")
    note(campaign, user.get_username(), "appeal.paused", {"reason": reason}, one.number)


@transaction.atomic
def resume(campaign: Campaign, user: User, said: Said) -> None:
    """Let the clock of an appeal run again."""
    _allow(user, "campaign", "decide")
    one = _appeal(_locked(campaign), said)
    if not one.is_paused:
        raise RefusedError("没有停钟。", "The clock is not standing.")
    note(campaign, user.get_username(), "appeal.resumed", {}, one.number)


def ask_recheck(campaign: Campaign, user: User, said: Said) -> Job:
    """Queue the trial run with the corrected figure once more."""
    _allow(user, "evaluate")
    state = _locked_check(campaign)
    one = _appeal(state, said)
    if not one.corrects or not state.run:
        raise RefusedError("没有要更正的数，或者还没有试算。", "No figure to correct, or no trial run yet.")
    return ask(
        "campaign.recheck", f"申诉复核 #{one.number}", user, campaign=campaign.pk, about=one.number, run=state.run
    )


@transaction.atomic
def decide_appeal(campaign: Campaign, user: User, said: Said) -> None:
    """Grant or refuse an appeal with a reason; one that corrects a figure is granted after its re-check."""
    _allow(user, "decide")
    one = _appeal(_locked(campaign), said)
    if one.by == user.get_username():
        raise RefusedError(
            "登记人不能决定自己登记的申诉，请另一人决定。", "Not by the one who registered it: another decides."
        )
    decision = "granted" if said.get("decision") == "granted" else "refused"
    if decision == "granted" and one.corrects and one.recheck is None:
        raise RefusedError("先复核，看谁会换档，再决定。", "First the re-check: who else would move.")
    details = {"decision": decision, "reason": _word(said, "reason", "理由", "reason")}
    note(campaign, user.get_username(), "appeal.decided", details, one.number, f"decided:{one.number}")
    if decision == "granted" and one.corrects:
        ask("campaign.correct", f"申诉更正入账 #{one.number}", user, campaign=campaign.pk, about=one.number)


@transaction.atomic
def ask_sign(campaign: Campaign, user: User, said: Said) -> Job:
    """Ask for the official run; refused with everything that stands against it."""
    _allow(user, "sign")
    state = _locked(campaign)
    document = _word(said, "document", "文号", "number of the document")
    if user.get_username() in state.actors:
        raise RefusedError(
            "提出或决定过调整、申诉的人不能签发。", "Not by somebody who proposed or decided in the campaign."
        )
    if state.stage != "sign":
        raise RefusedError("还没有到审定签发阶段。", "This is not the stage of the signature.")
    faults = lacking_for(state, "publish")
    if faults:
        raise RefusedError(*faults[0], *faults[1:])
    details = {"run": state.run, "document": document, "on": timezone.localdate().isoformat(), "name": str(user)}
    if state.sign_asked is None or {**state.sign_asked, "by": ""} != {**details, "by": ""}:
        note(campaign, user.get_username(), "sign.asked", details)
    return ask("campaign.sign", f"签发 {campaign.title} {campaign.year}", user, campaign=campaign.pk, **details)
