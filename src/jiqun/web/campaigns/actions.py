"""What people do in a campaign: right → condition → event and log, in one transaction. Nothing is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from jiqun.desk.evaluating import find_method
from jiqun.desk.subjects import find_subject
from jiqun.packs import Method
from jiqun.problems import ProblemsError
from jiqun.values import Period
from jiqun.web.campaigns.conditions import ACTED, OWN_PROPOSAL, RefusedError, doubts_to_accept, lacking_for
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.planning import YEARS, a_day, planned
from jiqun.web.campaigns.state import ORDER, STAGES, Adjustment, State, state_of
from jiqun.web.evidence import kept_paper
from jiqun.web.jobs.models import OPEN, Job
from jiqun.web.jobs.queue import ask
from jiqun.web.people import audit
from jiqun.web.people.eyes import refusal
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger, region, run_of
from jiqun.web.shell.asked import whole_number

Said = Mapping[str, str]
_LONGEST = 60
_THERE: Final = (
    "这个办法、年度和范围已有批次，还没有签发：请在那个批次里办。签发以后要更正，才另开一次。",
    "There is such a campaign already, not signed yet: go on in it. Only what is signed is corrected by another one.",
)
MOST_PAPERS = 20  # of an appeal, and of a firm in its self-check
DECIDE = ("decide", "approve")  # rights of which one is needed to decide an adjustment


def allow(user: User, *rights: str) -> None:
    if not any(user.may(one) for one in rights):
        raise PermissionDenied(rights[0])


def word(said: Said, name: str, zh: str, en: str) -> str:
    text = said.get(name, "").strip()
    if not text:
        raise RefusedError(f"请填{zh}。", f"Please give the {en}.", at=(name,))
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
        audit.record(who, f"campaign.{kind}", f"{campaign.title} {campaign.year} #{about or event.pk}", details)
        return event


def locked(campaign: Campaign) -> State:
    """Return the state while nobody else can write events of the campaign.

    What is agreed while the official result is being made would stand beside a signed result that does not hold it.
    """
    state = state_of(Campaign.objects.select_for_update().get(pk=campaign.pk))
    if state.signed:
        raise RefusedError("批次已经签发，不能再改。", "The campaign is signed; nothing changes any more.")
    if Job.objects.filter(kind="campaign.sign", arguments__campaign=campaign.pk, state__in=OPEN).exists():
        raise RefusedError(
            "正在签发，请等它做完再看：做完以前什么都不能改。",
            "The signature is being made: nothing changes until it is done.",
        )
    return state


@transaction.atomic
def create(user: User, said: Said) -> Campaign:
    """Open a campaign with planned dates counted in working days from its first day."""
    allow(user, "campaign")
    asked = word(said, "method", "办法", "rule")
    try:
        year, start = int(said.get("year", "")), a_day(said.get("start", ""))
        days = {one.id: int(said.get(f"days_{one.id}") or one.days) for one in STAGES}
        answer = int(said.get("answer_days") or 2)
    except ValueError as wrong:
        text = "年度、开始日期或工作日数不对。", "Year, first day or number of days is wrong."
        raise RefusedError(*text) from wrong
    if not all(1 <= one <= _LONGEST for one in (*days.values(), answer)) or year not in YEARS:
        raise RefusedError(f"工作日数要在 1~{_LONGEST} 之间。", f"Working days must be 1 to {_LONGEST}.")
    rule = find_method(region(), asked, Period.parse(str(year))).method
    district = said.get("district", "").strip()
    if district and district not in set(ledger().table("enterprise")["district"].to_list()):
        raise RefusedError("台账里没有这个区县的企业。", "No firm of this district is in the ledger.")
    plan = planned(said, start, days)
    same = {"method": asked if "@" in asked else rule.id, "year": year, "district": district}
    turn = _turn(same)
    title = rule.title[:100] + (f"（第 {turn} 次，更正）" if turn > 1 else "")
    campaign, made = Campaign.objects.get_or_create(**same, turn=turn, defaults={"title": title, "answer_days": answer})
    if not made:
        raise RefusedError(*_THERE)
    note(campaign, user.get_username(), "campaign.created", {"plan": plan}, once="created")
    return campaign


def _turn(same: Mapping[str, Any]) -> int:
    """Return the turn of a new campaign about something: the next one once the last was signed, to correct it."""
    last = Campaign.objects.filter(**same).order_by("-turn").first()
    if last is None:
        return 1
    if not state_of(last).signed:
        raise RefusedError(*_THERE)
    return last.turn + 1


@transaction.atomic
def advance(campaign: Campaign, user: User, said: Said) -> None:
    """Go to the next stage where its conditions are met, or back to an earlier one with a reason."""
    allow(user, "campaign")
    state, to = locked(campaign), said.get("stage", "")
    if to not in ORDER:
        raise RefusedError("没有这个阶段。", "There is no such stage.")
    reason = said.get("reason", "").strip()
    if ORDER.index(to) > ORDER.index(state.stage):
        if to != state.next_stage:
            raise RefusedError("只能一个阶段一个阶段往前走。", "One stage after the other.")
        if to == "publish":  # entered by hand it would be published without a signature, and not be signed any more
            raise RefusedError("审定领导签发以后自动进入发布应用。", "The head’s signature itself leads there.")
        faults = lacking_for(state, to)
        if faults:
            raise RefusedError(*faults[0], *faults[1:])
    elif to == state.stage:
        raise RefusedError(
            "已经在这个阶段：可能是在别的页面或由别人刚刚进入的。",
            "The campaign is in this stage already: somebody entered it, or you did on another page.",
        )
    elif not reason:
        raise RefusedError("退回以前的阶段要写理由。", "Going back needs a reason.", at=("reason",))
    note(campaign, user.get_username(), "stage.entered", {"stage": to, "reason": reason})


@transaction.atomic
def replan(campaign: Campaign, user: User, said: Said) -> None:
    """Move the planned end of a stage, with a reason."""
    allow(user, "campaign")
    state, stage = locked(campaign), said.get("stage", "")
    reason = word(said, "reason", "理由", "reason")
    try:
        to = a_day(said.get("to", ""))
    except ValueError as wrong:
        raise RefusedError("日期不对。", "The date is wrong.", at=("to",)) from wrong
    begun = state.entered.get(stage, date.max)
    if stage not in state.plan or to < min(state.plan[stage][0], begun):
        raise RefusedError("截止日期不能早于这个阶段的开始日期。", "A stage cannot end before it begins.", at=("to",))
    said_now = {"stage": stage, "to": to.isoformat(), "reason": reason}
    note(campaign, user.get_username(), "stage.planned", said_now)


def ask_trial(campaign: Campaign, user: User, said: Said) -> Job:
    """Queue a trial run on the ledger as it stands."""
    allow(user, "evaluate")
    locked_check(campaign)
    return ask("campaign.trial", f"试算 {campaign.title} {campaign.year}", user, campaign=campaign.pk)


def locked_check(campaign: Campaign) -> State:
    with transaction.atomic():
        return locked(campaign)


def firm_meant(campaign: Campaign, user: User, asked: str) -> str:
    """Return the firm that is meant, where it is in the campaign's district and in the user's scope."""
    firms = scope_of(user).rows(ledger().table("enterprise"))
    if campaign.district:
        firms = firms.filter(firms["district"] == campaign.district)
    names = {one: name or "" for one, name in firms.select("enterprise", "name").iter_rows()}
    try:
        return find_subject(asked, names)
    except ProblemsError as told:
        raise RefusedError(told.problems[0].text("zh"), told.problems[0].text("en"), at=("enterprise",)) from told


@transaction.atomic
def check(campaign: Campaign, user: User, said: Said) -> str:
    """Say for a firm that its figures are right, or that they are not and what it objects to; returns the firm."""
    allow(user, "appeal")
    state = locked(campaign)
    if state.stage != "check":
        raise RefusedError("现在不是企业自核阶段。", "Firms check their figures in another stage.")
    answer = "right" if said.get("answer") == "right" else "wrong"
    words = said.get("words", "").strip()
    if answer == "wrong" and not words:
        raise RefusedError(
            "请写明哪个数不对、应为多少。", "Say which figure is wrong and what it should be.", at=("words",)
        )
    firm = firm_meant(campaign, user, said.get("enterprise", ""))
    note(campaign, user.get_username(), "firm.checked", {"enterprise": firm, "answer": answer, "words": words})
    return firm


@transaction.atomic
def add_check_paper(campaign: Campaign, user: User, firm: str, name: str, content: bytes) -> None:
    """Keep a paper that a firm shows with its self-check; the same paper again is the one that is there."""
    allow(user, "appeal")
    state = locked(campaign)
    if state.stage != "check":
        raise RefusedError("现在不是企业自核阶段。", "Firms check their figures in another stage.")
    there = {one["sha256"] for one in state.check_papers.get(firm, ())}
    if len(there) >= MOST_PAPERS:
        raise RefusedError(f"一家企业自核最多 {MOST_PAPERS} 份材料。", f"A firm hands in {MOST_PAPERS} papers at most.")
    details = kept_paper(name, content, there)
    if details is not None:
        once = f"paper:check:{firm}:{details['sha256']}"
        note(campaign, user.get_username(), "firm.evidence", {"enterprise": firm, **details}, once=once)


@transaction.atomic
def propose(campaign: Campaign, user: User, said: Said) -> Adjustment:
    """Propose to fix, raise, lower or veto a grade, with reason, document and clause."""
    allow(user, "propose", "adjust")
    state = locked(campaign)
    if ORDER.index(state.stage) < ORDER.index("trial"):
        raise RefusedError("试算之后才能提调整。", "Adjustments come after the trial run.")
    kind = said.get("kind", "")
    lists = lists_of(campaign)
    if kind not in lists:
        raise RefusedError("这个办法没有这种名单。", "This rule has no such list.")
    firm = firm_meant(campaign, user, said.get("enterprise", ""))
    details: dict[str, Any] = {"enterprise": firm, "kind": kind, "grade": "", "steps": None}
    if kind == "fix" or (kind != "veto" and said.get("grade")):
        details["grade"] = said.get("grade", "")
        if details["grade"] not in grades_of(campaign):
            raise RefusedError("请选定到哪一档。", "Say which grade.", at=("grade",))
    elif kind != "veto":
        steps = whole_number(said.get("steps", "1")) or 0
        if not 1 <= steps <= 3:  # noqa: PLR2004
            raise RefusedError("档数应为 1~3。", "Steps are 1 to 3.", at=("steps",))
        details["steps"] = steps
    details["reason"] = word(said, "reason", "理由", "reason")
    details["document"] = word(said, "document", "依据文件", "document")
    details["clause"] = said.get("clause", "").strip() or lists[kind]
    twins = [one for one in state.adjustments.values() if one.said["enterprise"] == firm and one.said["kind"] == kind]
    if any(one.stands for one in twins):
        raise RefusedError(
            "这家企业已有同类调整。", "The firm has such an adjustment already.", at=("enterprise", "kind")
        )
    event = note(campaign, user.get_username(), "adjustment.proposed", details)
    return Adjustment(event.pk, event.by, event.at, details)


def _rule(campaign: Campaign) -> Method:
    return find_method(region(), campaign.method, Period.parse(str(campaign.year))).method


def lists_of(campaign: Campaign) -> dict[str, str]:
    """Return the kinds of lists that the campaign's rule applies, with their clauses."""
    moves = _rule(campaign).moves.values()
    return {one.listed: one.clause or "" for one in moves if one.listed is not None}


def grades_of(campaign: Campaign) -> list[str]:
    """Return the grades of the campaign's rule, the best first."""
    grades = _rule(campaign).grades.values()
    return list(dict.fromkeys(name for one in grades for name in one.classes))


@transaction.atomic
def decide_adjustment(campaign: Campaign, user: User, said: Said) -> None:
    """Confirm or refuse a proposal, as an analyst or as the signer; never the proposer's own.

    A confirmed one goes into the ledger by a job.
    """
    allow(user, *DECIDE)
    state = locked(campaign)
    one = state.adjustments.get(number_of(said))
    if one is None or one.decision:
        raise RefusedError("这件调整已经处理过。", "This adjustment is decided already.")
    if (same := refusal(user, [one.by], *OWN_PROPOSAL)) is not None:
        raise RefusedError(*same)
    decision = "confirmed" if said.get("decision") == "confirmed" else "refused"
    reason = said.get("reason", "").strip() if decision == "confirmed" else word(said, "reason", "理由", "reason")
    details = {"decision": decision, "reason": reason, "right": next(right for right in DECIDE if user.may(right))}
    note(campaign, user.get_username(), "adjustment.decided", details, one.number, f"decided:{one.number}")
    if decision == "confirmed":
        ask("campaign.book", f"调整入账 #{one.number}", user, campaign=campaign.pk, about=one.number)


@transaction.atomic
def withdraw_adjustment(campaign: Campaign, user: User, said: Said) -> None:
    """Take the own proposal back with a reason, as long as nobody has decided it; it stays in the list."""
    allow(user, "propose", "adjust")
    one = locked(campaign).adjustments.get(number_of(said))
    if one is None or one.decision:
        raise RefusedError("这件调整已经处理过，不能撤回。", "This adjustment is decided already.")
    if one.by != user.get_username():
        raise RefusedError("只有提出人能撤回自己提的调整。", "Only who proposed an adjustment withdraws it.")
    details = {"reason": word(said, "reason", "撤回理由", "reason")}
    note(campaign, user.get_username(), "adjustment.withdrawn", details, one.number, f"decided:{one.number}")


def number_of(said: Said) -> int:
    return whole_number(said.get("about", "")) or 0


@transaction.atomic
def publish_notice(campaign: Campaign, user: User, said: Said) -> None:
    """Publish the newest trial run for objections, in an authority's name, until the planned end of the stage."""
    allow(user, "campaign")
    state = locked(campaign)
    organ = word(said, "organ", "公示机关", "authority that publishes the notice")
    if state.stage != "notice":
        raise RefusedError("现在不是公示阶段。", "This is not the stage of the public notice.")
    faults = lacking_for(state, "notice")
    if faults:
        raise RefusedError(*faults[0], *faults[1:])
    until = state.plan["notice"][1].isoformat()
    details = {"run": state.run, "until": until, "organ": organ, "contact": said.get("contact", "").strip()}
    note(campaign, user.get_username(), "notice.published", details)


@transaction.atomic
def ask_sign(campaign: Campaign, user: User, said: Said) -> Job:
    """Ask for the official run; refused with everything that stands against it."""
    allow(user, "sign")
    state = locked(campaign)
    document = word(said, "document", "文号", "number of the document")
    organ = word(said, "organ", "发文机关", "authority that publishes the result")
    if (same := refusal(user, state.actors, *ACTED)) is not None:
        raise RefusedError(*same)
    if state.stage != "sign":
        raise RefusedError("还没有到审定签发阶段。", "This is not the stage of the signature.")
    faults = lacking_for(state, "publish")
    if faults:
        raise RefusedError(*faults[0], *faults[1:])
    details: dict[str, Any] = {
        "run": state.run,
        "document": document,
        "organ": organ,
        "on": timezone.localdate().isoformat(),
        "name": str(user),
    }
    if (doubts := doubts_to_accept(run_of(state.run))) is not None:
        if not said.get("accepts_doubts"):
            raise RefusedError(
                f"这份办法只读到一部分，有 {len(doubts)} 处疑义。请逐条看过、打勾认可后再签发。",
                f"Read only in part, with {len(doubts)} doubts: go through them and tick before signing.",
                at=("accepts_doubts",),
            )
        details["accepts_doubts"] = True
    if state.sign_asked is None or {**state.sign_asked, "by": ""} != {**details, "by": ""}:
        note(campaign, user.get_username(), "sign.asked", details)
    return ask("campaign.sign", f"签发 {campaign.title} {campaign.year}", user, campaign=campaign.pk, **details)
