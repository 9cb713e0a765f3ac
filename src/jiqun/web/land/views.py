"""Pages of per-mu evaluations: the runs, the grid of one, one firm explained, export."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.desk.advice import nearest_lines
from jiqun.desk.evaluating import find_method
from jiqun.methods.explanation.restricted import total_hidden
from jiqun.reports.summary import grade_words
from jiqun.values import Period
from jiqun.web.campaigns.objection import objection
from jiqun.web.jobs.files import hand_out
from jiqun.web.jobs.queue import ask
from jiqun.web.land import counts, queries, standing
from jiqun.web.land.histogram import histogram_for
from jiqun.web.land.offered import rules_of_firms
from jiqun.web.people.audit import record_request
from jiqun.web.people.rights import needs, require
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import evaluated, ledger, region, ways_up
from jiqun.web.shell.language import both, spoken
from jiqun.web.told_results import explained_to, run_for

_ROWS = 100
_AT_ONCE = {"xlsx": 1_000, "csv": 20_000}  # as many rows are written in half a second or so


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the runs, and let those who may start an evaluation."""
    lines = queries.run_lines(_scope(request), spoken())
    reported = ledger().table("enterprise_year")["year"].unique().sort(descending=True).to_list()
    user: Any = request.user
    shown = {"lines": lines, "methods": rules_of_firms(), "years": reported, "may_evaluate": user.may("evaluate")}
    return render(request, "land/listing.html", shown)


@require_POST
@needs("evaluate")
def evaluate(request: HttpRequest) -> HttpResponse:
    """Queue an evaluation; METHOD-033 where no pack has the rule."""
    user: Any = request.user
    method, year = request.POST.get("method", ""), request.POST.get("period", "")
    try:
        when = Period.parse(year)
    except ValueError as wrong:
        raise Http404 from wrong  # the form offers periods only
    rule = find_method(region(), method, when).method
    title = f"{both('评价', 'Evaluate')} {rule.title} {when}"
    return redirect("jobs:one", ask("evaluate", title, user, method=method, period=year).pk)


@needs("read")
def grid(request: HttpRequest, id_: str) -> HttpResponse:
    """Show the rows of a run: filtered, sorted, with the cut lines where rows stand in the order of the ranking."""
    user: Any = request.user
    run = run_for(user, id_)
    data, scope = evaluated(run.id, spoken()), _scope(request)
    populations = list(data.plan.populations)
    picked = request.GET.get("population", "") or populations[0]
    if picked not in populations:
        raise Http404
    wanted = queries.Wanted(
        picked,
        request.GET.get("district", ""),
        request.GET.get("grade", ""),
        request.GET.get("moved") == "1",
        request.GET.get("q", "").strip(),
        request.GET.get("sort", "rank"),
        request.GET.get("down") == "1",
    )
    rows = queries.chosen(data, scope, wanted)
    page = Paginator(range(rows.height), _ROWS).get_page(request.GET.get("page"))
    hidden = queries.hidden_from(data, scope)
    items = queries.items_of(data, picked, hidden)
    part = rows.slice(page.start_index() - 1 if rows.height else 0, _ROWS)
    ranked = wanted.sort == "rank" and not wanted.down
    return render(
        request,
        "land/grid.html",
        {
            "run": run,
            "data": data,
            "title": data.voice.pick(data.plan.method.title, data.plan.method.title_en),
            "populations": [
                (one, data.voice.label(one), counts.grades_of(data, scope, one, wanted.district).total())
                for one in populations
            ],
            "districts": counts.districts_of(data, scope),
            "grades": grade_words(data),
            "wanted": wanted,
            "items": items,
            "rows": queries.grid_rows(data, part, items, ranked, hidden),
            "total_hidden": total_hidden(hidden, picked),
            "masked": bool(hidden),
            "page": page,
            "counts": counts.letters_of(data, scope, picked, wanted.district),
            "span": 8 + len(items),
            "can_export": user.may("export"),
        },
    )


def subject_in(id_: str, subject: str, scope: Scope) -> str:
    """Return the subject where it is in the run and in the scope; 404 either way, so that guessing tells nothing."""
    if subject not in queries.subjects(ledger(), id_, scope):
        raise Http404
    return subject


@needs("read")
def firm(request: HttpRequest, id_: str, subject: str) -> HttpResponse:
    """Explain one firm: grade and lines, every item to clause and cell, moves, the nearest ways up."""
    user: Any = request.user
    run, scope = run_for(user, id_), scope_of(user)
    who = subject_in(run.id, subject, scope)
    told = explained_to(scope, run, who, spoken())
    row = run.trace.filter(run.trace[run.subject] == who).row(0, named=True)
    totals = histogram_for(scope, run.id, row)
    found = standing.peers_of(run.id, who)
    record_request(request, "land.explain", who, run=run.id)
    return render(
        request,
        "land/firm.html",
        {
            "run": run,
            "told": told,
            "totals": totals,
            "masked": not scope.sees_restricted,
            "place": totals.place(row.get("total")),
            "bands": standing.bands(told.lines, totals),
            "above": standing.above(told),
            "items": standing.beside(told.items, found, run.id, scope),
            "peers": found,
            "objection": objection(run, who, told.name or who, user, timezone.localdate()),
            "division": evaluated(run.id, spoken()).division(found.division) if found else "",
        },
    )


@needs("read")
def ways(request: HttpRequest, id_: str, subject: str) -> HttpResponse:
    """Show the nearest ways up; apart from the page, because trying them takes a second."""
    user: Any = request.user
    run, scope = run_for(user, id_), scope_of(user)
    who = subject_in(run.id, subject, scope)
    seen = scope.sees_restricted
    advice = nearest_lines(run, ways_up(run.id, who), spoken(), sees_restricted=seen)
    template = "land/ways_part.html" if request.headers.get("HX-Request") else "land/ways.html"
    return render(request, template, {"run": run, "advice": advice})


@needs("export")
def export(request: HttpRequest, id_: str, kind: str) -> HttpResponse:
    """Hand out a run as a file, with the rows of the user's scope only; who took what is logged."""
    require(request, "read")
    if kind not in _AT_ONCE:
        raise Http404
    user: Any = request.user
    run = run_for(user, id_)
    rows = queries.within(evaluated(run.id, spoken()), _scope(request)).height
    record_request(request, "land.export", run.id, kind=kind, rows=rows)
    title = f"{both('导出', 'Export')} {run.plan.method.title} {run.period}.{kind}"
    return hand_out(request, "land.run", title, at_once=rows <= _AT_ONCE[kind], run=run.id, kind=kind)
