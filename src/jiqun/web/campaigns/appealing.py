"""What people do about an appeal: register it, add papers, stop its clock, re-check, decide — each by who may."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from jiqun.problems import ProblemsError
from jiqun.web.campaigns.actions import (
    MOST_PAPERS,
    Said,
    allow,
    firm_meant,
    locked,
    locked_check,
    note,
    number_of,
    word,
)
from jiqun.web.campaigns.booking import would_fit
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.corrections import find_target
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.state import Appeal, State
from jiqun.web.evidence import kept_paper
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import ask
from jiqun.web.people.eyes import refusal
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of

MOST_OPEN = 5


@transaction.atomic
def register_appeal(campaign: Campaign, user: User, said: Said) -> Appeal:
    """Register what a firm objects to: by itself, or by the district that received it."""
    allow(user, "appeal", "campaign")
    state = locked(campaign)
    if state.notice is None:
        raise RefusedError("公示以后才能申诉。", "Appeals follow the public notice.")
    firm = firm_meant(campaign, user, said.get("enterprise", "") or scope_of(user).place)
    details: dict[str, Any] = {"enterprise": firm, "request": word(said, "request", "申诉请求", "request")}
    details["evidence"] = word(said, "evidence", "证据（文件名、文号）", "evidence")
    details["field"], details["value"] = _corrected(campaign, firm, said)
    twins = [one for one in state.appeals.values() if one.said["enterprise"] == firm and one.is_open]
    _check_twins(twins, details)
    event = note(campaign, user.get_username(), "appeal.registered", details)
    if details["field"] and state.run:
        ask("campaign.recheck", f"申诉复核 #{event.pk}", user, campaign=campaign.pk, about=event.pk, run=state.run)
    return Appeal(event.pk, event.by, event.at, details, campaign.answer_days)


def _check_twins(others: list[Appeal], details: dict[str, Any]) -> None:
    """Refuse what is being dealt with already: every trial of another value tells where others stand."""
    same = "field" if details["field"] else "request"
    if any(one.said[same] == details[same] and bool(one.said["field"]) == bool(details["field"]) for one in others):
        raise RefusedError("同样的申诉正在办理。", "The same appeal is being dealt with.")
    if len(others) >= MOST_OPEN:
        raise RefusedError(
            f"一家企业最多 {MOST_OPEN} 件申诉同时办理，请等前面的办结。",
            f"At most {MOST_OPEN} appeals of a firm are dealt with at a time; wait for the earlier ones.",
        )


def _corrected(campaign: Campaign, firm: str, said: Said) -> tuple[str, str]:
    """Return which value should be another, and which; it is held against the ledger's checks at once."""
    field, value = said.get("field", ""), said.get("value", "").strip().replace(",", "")
    if not field:
        return "", ""
    target = find_target(campaign, firm, field)
    target.value(value)
    try:
        would_fit(target.row("申诉", campaign.year, value, ""))
    except ProblemsError as told:
        raise RefusedError(told.problems[0].text("zh"), told.problems[0].text("en")) from told
    return field, value


@transaction.atomic
def add_paper(campaign: Campaign, user: User, about: int, name: str, content: bytes) -> None:
    """Keep a paper of an appeal under its hash; the same paper again is the one that is there."""
    allow(user, "appeal", "campaign", "decide")
    one = open_appeal(locked(campaign), {"about": str(about)})
    there = {each["sha256"] for each in one.papers}
    if len(there) >= MOST_PAPERS:
        raise RefusedError(f"一件申诉最多 {MOST_PAPERS} 份材料。", f"An appeal takes {MOST_PAPERS} papers.")
    details = kept_paper(name, content, there)
    if details is not None:
        note(campaign, user.get_username(), "appeal.evidence", details, about, f"paper:{about}:{details['sha256']}")


def open_appeal(state: State, said: Said) -> Appeal:
    one = state.appeals.get(number_of(said))
    if one is None or one.decision:
        raise RefusedError("这件申诉已经办结。", "This appeal is decided already.")
    return one


@transaction.atomic
def pause(campaign: Campaign, user: User, said: Said) -> None:
    """Ask for the clock of an appeal to stand while the firm brings papers; another person agrees."""
    allow(user, "campaign", "decide")
    one = open_appeal(locked(campaign), said)
    if one.is_paused:
        raise RefusedError("已经停钟。", "The clock stands already.")
    if one.pause_asked:
        raise RefusedError("停钟申请正等另一人同意。", "A stop of the clock waits for another person already.")
    reason = word(said, "reason", "停钟理由", "reason")
    note(campaign, user.get_username(), "appeal.pause_asked", {"reason": reason}, one.number)


@transaction.atomic
def decide_pause(campaign: Campaign, user: User, said: Said) -> None:
    """Agree that a clock stands, from the day it was asked for, or not; never who asked."""
    allow(user, "decide")
    one = open_appeal(locked(campaign), said)
    asked = one.pause_asked
    if asked is None:
        raise RefusedError("没有待同意的停钟。", "No stop of the clock waits for an answer.")
    words = "申请停钟的人不能自己同意。", "Not by the one who asked: another person agrees."
    if (same := refusal(user, [asked["by"]], *words)) is not None:
        raise RefusedError(*same)
    agreed = said.get("decision") == "agreed"
    kind = "appeal.paused" if agreed else "appeal.pause_refused"
    reason = asked["reason"] if agreed else word(said, "reason", "理由", "reason")
    note(campaign, user.get_username(), kind, {"reason": reason, "asked_by": asked["by"]}, one.number)


@transaction.atomic
def resume(campaign: Campaign, user: User, said: Said) -> None:
    """Let the clock of an appeal run again."""
    allow(user, "campaign", "decide")
    one = open_appeal(locked(campaign), said)
    if not one.is_paused:
        raise RefusedError("没有停钟。", "The clock is not standing.")
    note(campaign, user.get_username(), "appeal.resumed", {}, one.number)


def ask_recheck(campaign: Campaign, user: User, said: Said) -> Job:
    """Queue the trial run with the corrected figure once more."""
    allow(user, "evaluate")
    state = locked_check(campaign)
    one = open_appeal(state, said)
    if not one.corrects or not state.run:
        raise RefusedError("没有要更正的数，或者还没有试算。", "No figure to correct, or no trial run yet.")
    return ask(
        "campaign.recheck", f"申诉复核 #{one.number}", user, campaign=campaign.pk, about=one.number, run=state.run
    )


@transaction.atomic
def decide_appeal(campaign: Campaign, user: User, said: Said) -> None:
    """Grant or refuse an appeal with a reason; one that corrects a figure is granted after its re-check."""
    allow(user, "decide")
    state = locked(campaign)
    one = open_appeal(state, said)
    words = "登记人不能决定自己登记的申诉，请另一人决定。", "Not by the one who registered it: another decides."
    if (same := refusal(user, [one.by], *words)) is not None:
        raise RefusedError(*same)
    decision = "granted" if said.get("decision") == "granted" else "refused"
    if decision == "granted" and one.corrects and not one.is_rechecked(state.run):
        zh, en = "先按最近一次试算复核，看谁会换档，再决定。", "First the re-check on the newest trial run."
        raise RefusedError(zh, en)
    details = {"decision": decision, "reason": word(said, "reason", "理由", "reason")}
    note(campaign, user.get_username(), "appeal.decided", details, one.number, f"decided:{one.number}")
    if decision == "granted" and one.corrects:
        ask("campaign.correct", f"申诉更正入账 #{one.number}", user, campaign=campaign.pk, about=one.number)
