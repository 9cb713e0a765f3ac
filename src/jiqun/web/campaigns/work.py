"""Long work of a campaign; every piece may be done twice with the outcome of once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from jiqun.desk.evaluating import Wanted, run_method
from jiqun.desk.running import find_run
from jiqun.desk.signing import sign
from jiqun.methods.runs.sign_off import SignOff
from jiqun.problems import ProblemsError
from jiqun.values import Period
from jiqun.web.campaigns.actions import note
from jiqun.web.campaigns.booking import Row, bring
from jiqun.web.campaigns.conditions import lacking_for
from jiqun.web.campaigns.corrections import find_target
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.recheck import recheck
from jiqun.web.campaigns.state import state_of
from jiqun.web.jobs.queue import Step, work
from jiqun.web.people.models import User
from jiqun.web.region import region, run_of

_LISTS = {"fix": "定档", "raise": "提档", "lower": "降档", "veto": "一票否决", "exempt": "免评"}


def _campaign(arguments: dict[str, Any]) -> Campaign:
    return Campaign.objects.get(pk=arguments["campaign"])


def _page(campaign: Campaign) -> str:
    return reverse("campaigns:one", args=[campaign.pk])


@work("campaign.trial")
def trial(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate the campaign's rule on the ledger of now and attach the run."""
    campaign = _campaign(arguments)
    state = state_of(campaign)
    if state.signed:
        return {"to": _page(campaign)}
    run = run_method(region(), Wanted(campaign.method, Period.parse(str(campaign.year))), step)
    once = f"trial:{run.id}:{state.changed_event}"
    note(campaign, owner.get_username(), "trial.done", {"run": run.id, "snapshot": run.snapshot}, once=once)
    return {"run": run.id, "to": _page(campaign)}


@work("campaign.book")
def book(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Bring a confirmed adjustment into the ledger's list."""
    campaign, number = _campaign(arguments), int(arguments["about"])
    one = state_of(campaign).adjustments[number]
    said = one.said
    row = {
        "统一社会信用代码": said["enterprise"],
        "评价年度": campaign.year,
        "调整类型": _LISTS[said["kind"]],
        "档次": said["grade"],
        "档数": "" if said["steps"] is None else said["steps"],
        "理由": said["reason"],
        "文件": said["document"],
    }
    why = f"批次 {campaign.pk} 调整 #{number}，{one.by} 提出，{one.decided_by} 确认，{said['clause']}"
    step("saving")
    name = f"批次{campaign.pk}-调整{number}"
    imported = bring(Row(name, "adjustment", campaign.year, row, why), owner.get_username())
    note(campaign, owner.get_username(), "adjustment.booked", {"import": imported}, number, f"booked:{number}")
    return {"import": imported, "to": _page(campaign)}


@work("campaign.recheck")
def try_appeal(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Try an appeal's figure on the data of the newest trial run."""
    campaign, number = _campaign(arguments), int(arguments["about"])
    said, run = state_of(campaign).appeals[number].said, str(arguments["run"])
    step("evaluating")
    target = find_target(campaign, said["enterprise"], said["field"])
    found = recheck(run_of(run), said["enterprise"], target, said["value"])
    note(campaign, owner.get_username(), "appeal.rechecked", found, number, f"rechecked:{number}:{run}")
    return {"to": reverse("campaigns:appeal", args=[campaign.pk, number])}


@work("campaign.correct")
def correct(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Bring the figure of a granted appeal into the ledger as an import of its own."""
    campaign, number = _campaign(arguments), int(arguments["about"])
    one = state_of(campaign).appeals[number]
    papers = "、".join([one.said["evidence"], *(f"{each['file']}（{each['sha256'][:8]}）" for each in one.papers)])
    why = f"批次 {campaign.pk} 申诉 #{number}，{one.decided_by} 同意：{one.decision_reason}；证据 {papers}"
    step("saving")
    target = find_target(campaign, one.said["enterprise"], one.said["field"])
    row = target.row(f"批次{campaign.pk}-申诉{number}", campaign.year, one.said["value"], why)
    imported = bring(row, owner.get_username())
    note(campaign, owner.get_username(), "appeal.booked", {"import": imported}, number, f"booked:{number}")
    return {"import": imported, "to": _page(campaign)}


@work("campaign.sign")
def sign_off(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate the trial again and keep it as official; what speaks against it is kept with the campaign."""
    campaign = _campaign(arguments)
    state = state_of(campaign)
    if not state.signed:
        accepts = bool(arguments.get("accepts_doubts"))
        day, organ = date.fromisoformat(arguments["on"]), arguments.get("organ", "")
        signature = SignOff(arguments["name"], day, arguments["document"], accepts, organ)
        if faults := lacking_for(state, "publish"):
            said = {"problems": [{"code": "", "zh": zh, "en": en} for zh, en in faults]}
            note(campaign, owner.get_username(), "sign.refused", said)
            return {"to": _page(campaign)}
        try:
            run = sign(region(), find_run(region(), arguments["run"]), signature, step)
        except ProblemsError as told:
            said = {
                "problems": [{"code": one.code, "zh": one.text("zh"), "en": one.text("en")} for one in told.problems]
            }
            note(campaign, owner.get_username(), "sign.refused", said)
            raise
        details = {"run": run.id, "document": arguments["document"], "organ": organ, "by": arguments["name"]}
        if accepts:
            details["accepts_doubts"] = True
        note(campaign, owner.get_username(), "sign.done", details, once="signed")
    return {"run": state_of(campaign).signed, "to": _page(campaign)}
