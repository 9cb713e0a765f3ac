"""Pages of low-efficiency firms: the list of a year, one firm's case, its papers, the workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.desk.running import Run
from jiqun.problems import ProblemsError
from jiqun.web.disposals import actions, queries
from jiqun.web.disposals.models import Disposal
from jiqun.web.disposals.state import EVENTS, TITLES, state_of
from jiqun.web.evidence import handed_out, may_read_papers
from jiqun.web.ledger.receiving import safe_name
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.eyes import same_eyes, why_same
from jiqun.web.people.models import User
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.shell.language import both, spoken
from jiqun.web.shell.refused import RefusedError
from jiqun.web.shell.typed import shown_again
from jiqun.web.told_results import run_for

_ROWS = 100


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


def _picked(request: HttpRequest, found: list[queries.Line]) -> list[queries.Line]:
    said = {name: request.GET.get(name, "") for name in ("stage", "district", "q")}
    late = request.GET.get("late") == "1"
    return [
        one
        for one in found
        if said["stage"] in ("", one.stage)
        and said["district"] in ("", one.district)
        and (not said["q"] or said["q"] in one.name or said["q"].upper() in one.enterprise)
        and (not late or (one.left is not None and one.left < 0))
    ]


def _run(request: HttpRequest, found: list[Run]) -> Run | None:
    asked = request.GET.get("run", "")
    user: Any = request.user
    return run_for(user, asked) if asked else next(iter(found), None)


def _every(request: HttpRequest, run: Run) -> tuple[list[queries.Line], list[queries.Line]]:
    """Return the firms of a run's list, and the cases under way that it does not show."""
    asked = run, _scope(request), spoken(), timezone.localdate()
    return queries.lines(*asked), queries.carried(*asked)


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the low-efficiency firms of a run with what is done about each."""
    user: Any = request.user
    found = queries.graded_runs(_scope(request))
    run = _run(request, found)
    shown: dict[str, Any] = {"run": run, "runs": found, "asked": request.GET}
    if run is not None:
        listed, over = _every(request, run)
        every = [*over, *listed]
        rows = _picked(request, every)
        shown |= {
            "became": queries.became(run, _scope(request)),
            "carried": len(over),
            "page": Paginator(rows, _ROWS).get_page(request.GET.get("page")),
            "count": len(listed),
            "again": sum(one.again for one in every),
            "late": sum(one.left is not None and one.left < 0 for one in every),
            "stages": [(name, both(*title), sum(one.stage == name for one in every)) for name, title in TITLES.items()],
            "districts": sorted({(one.district, one.place) for one in every}),
            "can_export": user.may("export"),
        }
    return render(request, "disposals/listing.html", shown)


@needs("export")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the picked rows as a workbook; who took what is logged."""
    run = _run(request, queries.graded_runs(_scope(request)))
    if run is None:
        raise Http404
    listed, over = _every(request, run)
    rows = _picked(request, [*over, *listed])
    record_request(request, "disposal.export", run.id, rows=len(rows))
    name = both(f"低效企业处置台账_{run.period}", f"disposals_{run.period}")
    return export_of(request, queries.workbook(rows, run.id, spoken()), f"{name}.xlsx")


def _line(request: HttpRequest, run: str, enterprise: str) -> tuple[Run, queries.Line]:
    """Return a firm of the list; 404 outside of it or of the scope, so that guessing tells nothing."""
    user: Any = request.user
    found = run_for(user, run)
    line = queries.line_of(found, enterprise, _scope(request), spoken(), timezone.localdate())
    if line is None:
        raise Http404
    return found, line


@needs("read")
def one(request: HttpRequest, run: str, enterprise: str) -> HttpResponse:
    """Show a firm's case: way, who is responsible, papers, what happened."""
    user: Any = request.user
    found, line = _line(request, run, enterprise)
    names = {one.username: one.full_name or one.username for one in User.objects.all()}
    titles = queries.ways(spoken())
    events = [
        (each.at, both(*EVENTS[each.kind]), _words(each.details, titles), names.get(each.by, each.by))
        for each in reversed(line.state.events if line.state else [])
    ]
    may_propose = any(user.may(each) for each in actions.PROPOSE)
    own = line.state is not None and same_eyes(user, line.state.asked_by)
    left = (line.state.days_left(timezone.localdate()) if line.state else None) or 0
    shown = {
        "run": found, "line": line, "events": events, "ways": titles.items(), "may_propose": may_propose,
        "may_decide": any(user.may(each) for each in actions.DECIDE) and not own, "own": own,
        "late": max(0, -left), "reads_papers": may_read_papers(user),
        "same": both(*why_same(user, line.state.asked_by if line.state else "")),
    }  # fmt: skip
    return render(request, "disposals/one.html", shown)


def _words(said: dict[str, Any], titles: Any) -> str:
    parts = [titles.get(said.get("way"), ""), said.get("unit", ""), said.get("due", "")]
    parts += [said.get("text", ""), said.get("reason", ""), said.get("file", "")]
    return both("，", ", ").join(one for one in parts if one)


def _done(request: HttpRequest, run: str, enterprise: str, act: Any) -> HttpResponse:
    page = reverse("disposals:one", args=[run, enterprise])
    try:
        act()
        messages.success(request, both("已记录。", "Recorded."))
    except RefusedError as refused:
        messages.error(request, both(*refused.words))
        return shown_again(request, page, refused.at, both(*refused.words))
    except ProblemsError as told:
        for each in told.problems:
            messages.error(request, each.text(spoken()))
        return shown_again(request, page)
    return redirect(page)


@require_POST
@needs("read")
def propose(request: HttpRequest, run: str, enterprise: str) -> HttpResponse:
    """Propose a way of disposal."""
    user: Any = request.user
    found, _ = _line(request, run, enterprise)
    year = int(found.plan.period.year)
    said = {name: request.POST.get(name, "") for name in ("way", "unit", "due")}
    return _done(request, run, enterprise, lambda: actions.propose(enterprise, year, found.id, user, **said))


@require_POST
@needs("read")
def act(request: HttpRequest, run: str, enterprise: str, what: str) -> HttpResponse:
    """Take a step of a case."""
    user: Any = request.user
    _, line = _line(request, run, enterprise)
    if line.state is None:
        raise Http404
    case, text, file = line.state.disposal, request.POST.get("text", ""), request.FILES.get("paper")
    steps: dict[str, Any] = {
        "agree": lambda: actions.decide(case, user, True, text),
        "refuse": lambda: actions.decide(case, user, False, text),
        "progress": lambda: actions.progress(case, user, text),
        "close": lambda: actions.ask_to_close(case, user),
    }
    if what == "paper" and file is not None:
        steps["paper"] = lambda: actions.add_paper(case, user, safe_name(file.name or ""), file.read())
    if what not in steps:
        raise Http404
    return _done(request, run, enterprise, steps[what])


@needs("read")
def paper(request: HttpRequest, number: int, sha256: str) -> HttpResponse:
    """Hand out a paper to who may see the case and papers about the firm, to be saved and not shown; it is logged."""
    user: Any = request.user
    case = get_object_or_404(Disposal, pk=number)
    papers = state_of(case).papers
    if not queries.case_of(case, _scope(request)) or sha256 not in papers:
        raise Http404
    run_for(user, case.run)
    if not may_read_papers(user):
        raise PermissionDenied("papers")
    return handed_out(request, {"file": papers[sha256], "sha256": sha256}, "disposal.paper")
