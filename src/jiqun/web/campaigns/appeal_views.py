"""Pages of one appeal: register it, see what would follow, add papers and hand them out, the decision in writing."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import partial
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.methods.explanation.restricted import MASKED
from jiqun.reports.word.writing import report_bytes
from jiqun.web.campaigns import queries
from jiqun.web.campaigns.actions import firm_meant
from jiqun.web.campaigns.appealing import add_paper
from jiqun.web.campaigns.conditions import RefusedError, plan_of
from jiqun.web.campaigns.corrections import Target, targets
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.papers import handed
from jiqun.web.campaigns.reads import columns_read
from jiqun.web.campaigns.state import State, state_of
from jiqun.web.campaigns.within import found, place_of, tell
from jiqun.web.campaigns.written import decision_report
from jiqun.web.enterprises.dossier import coded
from jiqun.web.evidence import handed_out, may_read_papers
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.audit import record_request
from jiqun.web.people.eyes import same_eyes, why_same
from jiqun.web.people.models import full_names
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import scope_of
from jiqun.web.region import region, run_of
from jiqun.web.shell.language import both, speak, spoken


@needs("read")
def new(request: HttpRequest, number: int) -> HttpResponse:
    """Take an appeal of a firm: what it asks for, its papers, and which value should be another."""
    return appeal_form(request, found(request, number), {})


def appeal_form(request: HttpRequest, campaign: Campaign, said: Mapping[str, str], status: int = 200) -> HttpResponse:
    """Show the form of an appeal, with what was said in one that could not be taken."""
    user: Any = request.user
    state, scope = state_of(campaign), scope_of(user)
    if state.notice is None or state.signed or not (user.may("appeal") or user.may("campaign")):
        raise Http404
    asked = said.get("enterprise", "") or request.GET.get("enterprise", "").strip()
    asked = asked or (scope.place if scope.column == "enterprise" else "")
    shown: dict[str, Any] = {"campaign": campaign, "state": state, "place": place_of(campaign.district), "said": said}
    try:
        firm = firm_meant(campaign, user, asked) if asked else ""
    except RefusedError as told:
        if not said:  # else it is told already
            tell(request, told)
        firm = ""
    firms = queries.firms_of(campaign, scope)
    shown |= {
        "firms": firms,
        "firm": firm,
        "offered": list(islice(firms.names.items(), 300)),
        "name": firms.name(firm) if firm else "",
    }
    read = columns_read(plan_of(region(), campaign.method, campaign.year))
    shown["choices"] = _grouped(targets(campaign, firm), scope.sees_restricted, read) if firm else {}
    return render(request, "campaigns/new_appeal.html", shown, status=status)


def _grouped(values: list[Target], sees: bool, read: Mapping[str, Container[str]]) -> dict[str, list[tuple[str, str]]]:
    """Table and row → the values of it, each with what stands now; those that the rule does not read come last.

    Land records and events are read as a whole: `read` has no columns of them.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    looked_at = {one.id: read.get(one.contract.id) or (one.column.name,) for one in values}
    is_idle = {one.id: one.column.name not in looked_at[one.id] for one in values}
    idle = both("（这份办法不看，改了不影响这次结果）", " (not read by this rule: the result stays)")
    for one in sorted(values, key=lambda each: is_idle[each.id]):
        head, _, column = one.title.partition(both("：", ": "))
        head += idle if is_idle[one.id] else ""
        groups.setdefault(head, []).append((one.id, f"{column}{both('，现为 ', ', now ')}{_now(one, sees)}"))
    return groups


def _now(one: Target, sees: bool) -> str:
    if one.now is None:
        return both("没有报", "not reported")
    if one.restricted and not sees:
        return MASKED
    return queries.written(coded(one.column, one.now, spoken()))


def _line(request: HttpRequest, number: int, about: int) -> tuple[Campaign, State, queries.Firms, queries.AppealLine]:
    user: Any = request.user
    campaign, today = found(request, number), timezone.localdate()
    state, firms = state_of(campaign), queries.firms_of(campaign, scope_of(user))
    lines = queries.appeal_lines(state, firms, user, full_names(), today)
    line = next((one for one in lines if one.it.number == about), None)
    if line is None:
        raise Http404
    return campaign, state, firms, line


@needs("read")
def one(request: HttpRequest, number: int, about: int) -> HttpResponse:
    """Show one appeal: clock, request, papers, what would follow for whom, and the decision."""
    user: Any = request.user
    campaign, state, firms, line = _line(request, number, about)
    rows = queries.rechecked_rows(line.it, user, line.hidden)
    own = [one | {"name": firms.name(one["enterprise"])} for one in rows if one["enterprise"] in firms.names]
    is_open = not line.it.decision and not state.signed
    names, asked = full_names(), line.it.pause_asked
    shown = {
        "campaign": campaign,
        "state": state,
        "line": line,
        "rows": own,
        "decided_by": names.get(line.it.decided_by, line.it.decided_by),
        "whole": scope_of(user).whole,
        "own_firm": scope_of(user).column == "enterprise",
        "reads_papers": may_read_papers(user),
        "papers": [one | {"who": names.get(one["by"], one["by"])} for one in line.it.papers],
        "hidden": len(rows) - len(own),
        "asked": asked and {**asked, "who": names.get(asked["by"], asked["by"])},
        "is_old": is_open and line.it.recheck is not None and line.it.recheck["run"] != state.run,
        "may_decide": is_open and user.may("decide") and not same_eyes(user, line.it.by),
        "may_agree": is_open and asked and user.may("decide") and not same_eyes(user, asked["by"]),
        "same": both(*why_same(user, line.it.by)) if is_open and user.may("decide") else "",
        "may_stop": is_open and (user.may("campaign") or user.may("decide")),
        "may_run": is_open and user.may("evaluate") and line.it.corrects,
        "may_add": is_open and (user.may("appeal") or user.may("campaign") or user.may("decide")),
    }
    return render(request, "campaigns/appeal.html", shown)


@require_POST
@needs("read")
def add(request: HttpRequest, number: int, about: int) -> HttpResponse:
    """Take papers for an appeal."""
    campaign, _, _, line = _line(request, number, about)
    if not request.FILES.getlist("paper"):
        messages.error(request, both("请选择文件。", "Choose a file."))
    user: Any = request.user
    handed(request, partial(add_paper, campaign, user, line.it.number))
    return redirect("campaigns:appeal", number, about)


@needs("read")
def paper(request: HttpRequest, number: int, about: int, paper: int) -> HttpResponse:
    """Hand out a paper to who may see the firm, as it came, to be saved and not shown; it is logged."""
    _, _, _, line = _line(request, number, about)
    user: Any = request.user
    if not may_read_papers(user):
        raise PermissionDenied("papers")
    kept = next((one for one in line.it.papers if one["number"] == paper), None)
    if kept is None:
        raise Http404
    return handed_out(request, kept, "campaign.paper")


@needs("read")
def check_paper(request: HttpRequest, number: int, paper: int) -> HttpResponse:
    """Hand out a paper of a firm's self-check to who may see the firm and papers about it."""
    user: Any = request.user
    campaign = found(request, number)
    firms, state = queries.firms_of(campaign, scope_of(user)), state_of(campaign)
    own = (one for firm, papers in state.check_papers.items() if firm in firms.names for one in papers)
    kept = next((one for one in own if one["number"] == paper), None)
    if kept is None:
        raise Http404
    if not may_read_papers(user):
        raise PermissionDenied("papers")
    return handed_out(request, kept, "campaign.paper")


@needs("read")
def letter(request: HttpRequest, number: int, about: int) -> HttpResponse:
    """Show the decision in writing: what was asked and shown, what was decided and why, what follows."""
    campaign, state, _, line = _line(request, number, about)
    if not line.it.decision:
        raise Http404
    line = queries.as_the_firm_is_told(line)
    deciders = full_names()
    shown = {
        "campaign": campaign,
        "state": state,
        "line": line,
        "place": place_of(campaign.district),
        "decided_by": deciders.get(line.it.decided_by, line.it.decided_by),
        "official": bool(state.signed),
    }
    return render(request, "campaigns/letter.html", shown)


@needs("read")
def letter_file(request: HttpRequest, number: int, about: int) -> HttpResponse:
    """Hand out the decision as Word, in Chinese as every official document, to who may see its page."""
    shown_in = spoken()
    speak("zh")
    try:
        campaign, state, _, line = _line(request, number, about)
    finally:
        speak(shown_in)
    if not line.it.decision:
        raise Http404
    run = run_of(state.signed or state.run)
    decided_by = full_names().get(line.it.decided_by, line.it.decided_by)
    report = decision_report(campaign, run, queries.as_the_firm_is_told(line), decided_by)
    record_request(request, "campaign.letter", line.it.said["enterprise"], run=run.id)
    return attachment(report_bytes(report, ".docx"), f"{report.full_title} {line.name}.docx")
