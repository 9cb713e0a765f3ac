"""Pages of campaigns: the list, one campaign, one appeal, the public notice; every step is one address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.desk.reporting import earlier
from jiqun.desk.running import Run
from jiqun.methods.wording.voice import Voice
from jiqun.reports.word.writing import report_bytes
from jiqun.web.campaigns import actions, appealing, queries
from jiqun.web.campaigns.adjustments import AdjustmentLine, adjustment_lines, adjustments_workbook, nobody_decides
from jiqun.web.campaigns.appeal_views import appeal_form
from jiqun.web.campaigns.arithmetic import arithmetic, effects
from jiqun.web.campaigns.conditions import RefusedError, doubts_to_accept, lacking_for
from jiqun.web.campaigns.coverage import Answers, answers, coverage, placing_run
from jiqun.web.campaigns.done import done_words
from jiqun.web.campaigns.lines import opened
from jiqun.web.campaigns.measures import measures_workbook
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.own_figures import own_answer, own_figures
from jiqun.web.campaigns.papers import handed
from jiqun.web.campaigns.since import imports_since
from jiqun.web.campaigns.state import ORDER, STAGES, Appeal, State, calendar, days_until, light_of_days, state_of, track
from jiqun.web.campaigns.within import found, in_scope, place_of, tell
from jiqun.web.campaigns.written import notice_report
from jiqun.web.disposals.queries import low
from jiqun.web.enterprises.register import initials
from jiqun.web.evidence import may_read_papers
from jiqun.web.jobs.models import Job
from jiqun.web.land.offered import rules_of_firms
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.models import full_names
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region, run_of
from jiqun.web.shell.language import both, counted, spoken
from jiqun.web.shell.typed import shown_again
from jiqun.web.told_results import run_of_campaign

_OFFERED = 300  # firms listed below a field; any other is found by its name or code
_NOTICE_LINES = 200
Step = Callable[[Campaign, Any, Mapping[str, str]], object]
STEPS: Mapping[str, Step] = {
    "advance": actions.advance,
    "replan": actions.replan,
    "trial": actions.ask_trial,
    "check": actions.check,
    "propose": actions.propose,
    "decide-adjustment": actions.decide_adjustment,
    "withdraw-adjustment": actions.withdraw_adjustment,
    "notice": actions.publish_notice,
    "appeal": appealing.register_appeal,
    "pause": appealing.pause,
    "decide-pause": appealing.decide_pause,
    "resume": appealing.resume,
    "recheck": appealing.ask_recheck,
    "decide-appeal": appealing.decide_appeal,
    "sign": actions.ask_sign,
}


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the campaigns with their stage and light; those who may open a new one."""
    return _listed(request, {})


def _listed(request: HttpRequest, said: Mapping[str, str], status: int = 200) -> HttpResponse:
    """Show the list, with what was said of a campaign that could not be opened."""
    user: Any = request.user
    today = timezone.localdate()
    lines = []
    for campaign in queries.visible(user):
        state = state_of(campaign)
        now = next(one for one in track(state, today) if one.stage.id == state.stage)
        lines.append({"campaign": campaign, "place": place_of(campaign.district), "now": now, "state": state})
    shown: dict[str, Any] = {"lines": lines, "may": user.may("campaign"), "today": today, "said": said}
    shown["stages"] = [(one, said.get(f"days_{one.id}", one.days), said.get(f"last_{one.id}", "")) for one in STAGES]
    if user.may("campaign"):
        shown["methods"] = rules_of_firms(graded=True)
        years = ledger().table("enterprise_year")["year"].unique().sort(descending=True).to_list()
        codes = ledger().table("enterprise")["district"].drop_nulls().unique().sort().to_list()
        shown["unknown_year"] = next(iter(calendar().unknown_years(today, today + timedelta(days=180))), None)
        shown |= {"years": years, "districts": [(code, place_of(code)) for code in codes]}
    shown["late"] = sum(line["now"].light.colour == "red" for line in lines)
    return render(request, "campaigns/listing.html", shown, status=status)


@require_POST
@needs("campaign")
def create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    try:
        campaign = actions.create(user, request.POST.dict())
    except RefusedError as told:
        tell(request, told)
        return _listed(request, request.POST.dict(), 422)
    return redirect("campaigns:one", campaign.pk)


@needs("read")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show where a campaign is: stages, trial runs, adjustments, appeals, what the signature waits for."""
    user: Any = request.user
    campaign, today = found(request, number), timezone.localdate()
    state, scope, people = state_of(campaign), scope_of(user), full_names()
    firms, stages = queries.firms_of(campaign, scope), track(state, today)
    appeals = queries.appeal_lines(state, firms, user, people, today)
    lists, answered = actions.lists_of(campaign), answers(state, firms)
    now = next(line for line in stages if line.stage.id == state.stage)
    shown = {
        "campaign": campaign,
        "state": state,
        "place": place_of(campaign.district),
        "track": stages,
        "now": now,
        "early": _early(state.stage, now.last, answered, today),
        "firms": firms,
        "offered": list(islice(firms.names.items(), _OFFERED)),
        **_adjusted(state, firms, user, people),
        "appeals": appeals,
        "due": sum(line.light.colour == "red" and not line.it.decision for line in appeals),
        "kinds": [(kind, both(*queries.KINDS[kind])) for kind in lists],
        "grades": actions.grades_of(campaign),
        "jobs": _jobs(campaign, user),
        "unknown_years": calendar().unknown_years(*_span(state)),
        "events": queries.event_lines(state, firms, people) if scope.whole else [],
        "scope": scope,
        **_steps(state, user),
        "later": imports_since(campaign, state.signed or state.run, people) if scope.whole else [],
        **_as_before(state, user),
        "corrects": _turn_of(campaign, -1),
        "corrected": _turn_of(campaign, 1),
        "needed": coverage(campaign, firms, placing_run(campaign, state)),
        "answers": answered,
        "own": own_figures(campaign, scope.place) if scope.column == "enterprise" else [],
        "papers": {firm: papers for firm, papers in state.check_papers.items() if firm in firms.names},
        "reads_papers": may_read_papers(user),
        "answer": own_answer(state, scope.place) if scope.column == "enterprise" else None,
        **_outcome(state, firms, scope, request.GET.get("pool", "")),
    }
    return render(request, "campaigns/one.html", shown)


def _turn_of(campaign: Campaign, by: int) -> Campaign | None:
    """The campaign about the same that came a turn before or after."""
    same = {"method": campaign.method, "year": campaign.year, "district": campaign.district}
    return Campaign.objects.filter(**same, turn=campaign.turn + by).first()


def _adjusted(
    state: State, firms: queries.Firms, user: Any, people: Mapping[str, str]
) -> dict[str, list[AdjustmentLine] | str]:
    """The adjustments that somebody may see; a firm is told by its result what moved it, and by nothing before."""
    scope = scope_of(user)
    if scope.told_public_only:
        return {"adjustments": []}
    told = run_of_campaign(state, scope)
    lines = adjustment_lines(state, firms, user, people, run_of(told) if told else None)
    return {"adjustments": lines, "nobody_decides": "" if state.signed else nobody_decides(lines)}


@needs("export")
def adjustments(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the list of adjustments of the reader's firms, withdrawn and refused ones too; it is logged."""
    user: Any = request.user
    campaign, scope = found(request, number), scope_of(user)
    state = state_of(campaign)
    told = run_of_campaign(state, scope)
    run = run_of(told) if told else None
    lines = adjustment_lines(state, queries.firms_of(campaign, scope), user, full_names(), run)
    if scope.told_public_only or not lines:
        raise Http404
    content, title = adjustments_workbook(lines, state, run)
    record_request(request, "campaign.adjustments", campaign.title, rows=len(lines))
    return export_of(request, content, f"{title}.xlsx")


def _early(stage: str, last: date, answered: Answers, today: date) -> str:
    """Say what firms were promised and would lose if the campaign went on before the day; empty where nothing."""
    if today > last or stage not in ("check", "appeal"):
        return ""
    until = last.isoformat()
    if stage == "appeal":
        return both(f"申诉到 {until} 截止，此前企业还可以申诉", f"firms may appeal until {until}")
    found = (
        (answered.silent, "还有 {} 家没有答复", "{} firm(s) have not answered"),
        (answered.wrong, "{} 家有异议", "{} firm(s) with an objection"),
    )
    waiting = [(zh.format(count), counted(en, count).format(count)) for count, zh, en in found if count]
    if not waiting:
        return ""
    zh, en = "，".join(one for one, _ in waiting), ", ".join(one for _, one in waiting)
    return both(f"企业自核到 {until} 截止，{zh}", f"firms may check until {until}; {en}")


def _jobs(campaign: Campaign, user: Any) -> Any:
    found = Job.objects.filter(kind__startswith="campaign.", arguments__campaign=campaign.pk)
    return (found if user.may("audit") else found.filter(owner=user))[:6]


def _span(state: State) -> tuple[Any, Any]:
    days = [day for span in state.plan.values() for day in span]
    return min(days), max(days)


def _steps(state: State, user: Any) -> dict[str, Any]:
    """What this user may do now, and what still stands against the next stage and the signature."""
    is_open = not state.signed
    tried = ORDER.index(state.stage) >= ORDER.index("trial")
    following = next((one for one in STAGES if one.id == state.next_stage), None)
    lacking = [both(zh, en) for zh, en in lacking_for(state, state.next_stage)] if is_open else []
    return {
        "next": following and both(following.title, following.title_en),
        "earlier": [(one.id, both(one.title, one.title_en)) for one in STAGES[: ORDER.index(state.stage)]],
        "lacking": lacking,
        "lacking_sign": [both(zh, en) for zh, en in lacking_for(state, "publish")] if is_open and state.run else [],
        "may_lead": is_open and user.may("campaign"),
        "may_run": is_open and user.may("evaluate"),
        "may_propose": is_open and tried and (user.may("propose") or user.may("adjust")),
        "may_check": is_open and state.stage == "check" and user.may("appeal"),
        "may_appeal": is_open and state.notice is not None and (user.may("appeal") or user.may("campaign")),
        "may_export": user.may("export"),
        "may_sign": is_open and state.stage == "sign" and user.may("sign"),
        "may_notice": is_open and state.stage == "notice" and user.may("campaign"),
    }


def _as_before(state: State, user: Any) -> dict[str, str]:
    """What stands in the forms that publish something: what was said the last time."""
    said = queries.newest_said(state.campaign, "organ", "contact")
    return said | {"organ": said["organ"] or user.unit}


def _outcome(state: State, firms: queries.Firms, scope: Scope, pool: str) -> dict[str, Any]:
    told = run_of_campaign(state, scope)
    if not told:
        return {"run": None, "lines": [], "near": []}
    run = run_of(told)
    published = run_of(state.notice["run"]) if state.notice else run
    since = queries.moved_since(published, run, firms)  # nothing for who is told the published one
    return {
        "near": queries.near_lines(run, firms, scope),
        "opened": opened(run.id, state, firms, scope, pool),
        "run": run,
        "since": since,
        "lines": queries.grade_lines(run, firms),
        "rule": run.plan.method,
        "doubts": doubts_to_accept(run),
        "quotas": arithmetic(run.id, spoken()),
        "effects": effects(run, firms, scope),
        **_own_or_after(state, run, firms, scope),
    }


def _own_or_after(state: State, run: Run, firms: queries.Firms, scope: Scope) -> dict[str, Any]:
    """A firm's own result; or what follows a signature: the year before to compare with, and how many firms are low."""
    if scope.column == "enterprise":
        before = queries.published_before(state, run, scope.place)
        return {"mine": queries.own_result(run, scope.place), "published_before": before}
    return {"earlier": earlier(region(), run), "low": len(low(run) & firms.names.keys())} if state.signed else {}


@needs("export")
def measures(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the ledger of measures of the firms within the reader's scope, by the newest result."""
    user: Any = request.user
    campaign, scope = found(request, number), scope_of(user)
    state = state_of(campaign)
    told = run_of_campaign(state, scope)
    run = run_of(told) if told else None
    if run is None or not run.plan.method.entitlements:
        raise Http404
    content, title = measures_workbook(run, queries.firms_of(campaign, scope), scope)
    record_request(request, "campaign.measures", campaign.title, run=run.id, restricted=scope.sees_restricted)
    return export_of(request, content, f"{title}.xlsx")


@require_POST
@needs("read")
def act(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Take one step; what stands against it is told on the page it came from."""
    user: Any = request.user
    campaign = found(request, number)
    if what not in STEPS:
        raise Http404
    said = request.POST.dict()
    if said.get("about") and what not in ("check", "propose", "appeal"):
        in_scope(campaign, scope_of(user), said["about"])
    try:
        came = STEPS[what](campaign, user, said)
    except RefusedError as told:
        tell(request, told)
        state = state_of(campaign)
        if what == "appeal" and state.notice is not None and not state.signed:
            return appeal_form(request, campaign, said, 422)
        return shown_again(request, _page(campaign, what, said), told.at, both("；", "; ").join(told.words()))
    else:
        if isinstance(came, Job):
            return redirect("jobs:one", came.pk)
        messages.success(request, both(*done_words(what, said, state_of(campaign))))
        if what == "check":
            handed(request, partial(actions.add_check_paper, campaign, user, str(came)))
        if isinstance(came, Appeal):
            handed(request, partial(appealing.add_paper, campaign, user, came.number))
            return redirect("campaigns:appeal", campaign.pk, came.number)
    return redirect(_page(campaign, what, said))


def _page(campaign: Campaign, what: str, said: Mapping[str, str]) -> str:
    """Return the page of a campaign that a step is taken on."""
    if what in ("pause", "decide-pause", "resume", "decide-appeal") and (about := actions.number_of(said)):
        return reverse("campaigns:appeal", args=[campaign.pk, about])
    return reverse("campaigns:one", args=[campaign.pk])


@needs("read")
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """Show the published list, which is for everybody: names and grades, nothing else."""
    campaign, today = found(request, number), timezone.localdate()
    state = state_of(campaign)
    if state.notice is None:
        raise Http404
    run = run_of(state.notice["run"])
    voice = Voice(run.plan, spoken(), run.book)
    rows = queries.notice_rows(run, queries.firms_of(campaign, Scope()))
    for at, row in enumerate(rows, 1):
        row |= {"number": at, "population": voice.label(row["population"])}
    scope, left = scope_of(request.user), light_of_days(days_until(today, state.notice["until"]))  # type: ignore[arg-type]
    text, grade = request.GET.get("q", "").strip(), request.GET.get("grade", "")
    listed = [row for row in rows if grade in ("", row["grade"]) and _means(text, row)]
    shown = {
        "campaign": campaign,
        "state": state,
        "run": run,
        "count": len(rows),
        "page": Paginator(listed, _NOTICE_LINES).get_page(request.GET.get("page")),
        "own": next((row for row in rows if scope.column == "enterprise" and row["enterprise"] == scope.place), None),
        "text": text,
        "grade": grade,
        "grades": sorted({row["grade"] for row in rows}),
        "left": left,
    }
    return render(request, "campaigns/notice.html", shown | {"place": place_of(campaign.district), "today": today})


def _means(text: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a search text is a part of a firm's name or code, or of the initials of its name."""
    letters = text.upper()
    return (
        text in row["name"] or letters in row["enterprise"] or (letters.isascii() and letters in initials(row["name"]))
    )


@needs("read")
def notice_file(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the public notice as Word; it is for everybody, as its page."""
    campaign = found(request, number)
    state = state_of(campaign)
    if state.notice is None:
        raise Http404
    report = notice_report(campaign, run_of(state.notice["run"]), queries.firms_of(campaign, Scope()), state.notice)
    record_request(request, "campaign.notice", campaign.title, run=state.notice["run"])
    return attachment(report_bytes(report, ".docx"), f"{report.full_title}.docx")
