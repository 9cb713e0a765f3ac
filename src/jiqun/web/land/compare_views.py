"""Pages that hold two evaluations side by side: who moved, and why."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jiqun.desk.comparing import CAUSE_TITLES, DIRECTION_TITLES
from jiqun.desk.running import Run
from jiqun.reports.summary import grade_words
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.queue import ask
from jiqun.web.land import compared
from jiqun.web.land.queries import run_lines, standing_lines
from jiqun.web.land.turned_words import turned_words
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import evaluated
from jiqun.web.shell.language import both, spoken
from jiqun.web.told_results import run_for

_ROWS = 100


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


def _wanted(request: HttpRequest) -> compared.Wanted:
    names = ("direction", "cause", "before", "after", "district")
    told = {one: request.GET.get(one, "") for one in names}
    return compared.Wanted(**told, text=request.GET.get("q", "").strip())


@needs("read")
def choose(request: HttpRequest) -> HttpResponse:
    """Let a user pick two evaluations; the newest of a rule and the one of the year before stand first."""
    first, second = request.GET.get("from", ""), request.GET.get("to", "")
    if first and second and first != second:
        user: Any = request.user
        return redirect("land:compare", run_for(user, first).id, run_for(user, second).id)
    lines = run_lines(_scope(request), spoken())
    standing = standing_lines(lines)
    pairs = [(early, late) for late in standing for early in standing if _follows(early.run, late.run)]
    return render(request, "land/compare_choose.html", {"lines": lines, "pairs": pairs})


def _follows(early: Run, late: Run) -> bool:
    return early.method_id == late.method_id and int(early.plan.period.year) + 1 == int(late.plan.period.year)


@needs("read")
def compare(request: HttpRequest, before: str, after: str) -> HttpResponse:
    """Show who moved between two evaluations and what moved them."""
    user: Any = request.user
    scope, wanted = _scope(request), _wanted(request)
    early, late = run_for(user, before), run_for(user, after)
    called = compared.sides(early, late, spoken())
    shown: dict[str, Any] = {"early": early, "late": late, "wanted": wanted, "sides": called}
    frame = compared.rows(before, after, scope)
    if frame is not None:
        data = evaluated(late.id, spoken())
        picked = compared.chosen(frame, wanted)
        places = place_names()
        page = Paginator(range(picked.height), _ROWS).get_page(request.GET.get("page"))
        part = picked.slice(page.start_index() - 1 if picked.height else 0, _ROWS)
        grades = grade_words(data)
        shown |= {
            "rows": [_line(one, places) for one in part.iter_rows(named=True)],
            "page": page,
            "matrix": compared.matrix(frame, list(grades)),
            "directions": [(name, both(*DIRECTION_TITLES[name]), n) for name, n in compared.directions(frame).items()],
            "causes": [(name, both(*CAUSE_TITLES[name]), n) for name, n in compared.causes(frame).items()],
            "districts": [(code, places.get(code, code)) for code in sorted(frame["district"].drop_nulls().unique())],
            "can_export": user.may("export"),
            "title": data.voice.pick(data.plan.method.title, data.plan.method.title_en),
        }
    return render(request, "land/compare.html", shown)


def _line(row: dict[str, Any], places: Any) -> dict[str, Any]:
    said = {"place": places.get(row["district"], row["district"] or "—")}
    said["why"] = both("、", ", ").join(both(*CAUSE_TITLES[one]) for one in row["causes"])
    said["moved"] = both(*DIRECTION_TITLES[row["direction"]])
    said["turned"] = turned_words(row, spoken())
    for side, absent in (("before", "new"), ("after", "gone")):
        said[f"grade_{side}"] = None if row[side] == compared.NOTHING else row[side]
        said[f"there_{side}"] = row["direction"] != absent
    said["effects"] = [row["effect__data"], row["effect__others"], row["effect__rule"]]
    return {**row, **said}


@require_POST
@needs("read")
def start(request: HttpRequest, before: str, after: str) -> HttpResponse:
    """Queue a comparison; it takes both rules over both years and so is a worker's task."""
    user: Any = request.user
    early, late = run_for(user, before), run_for(user, after)
    title = f"{both('比较', 'Compare')} {early.period} → {late.period}"
    return redirect("jobs:one", ask("land.compare", title, user, before=early.id, after=late.id).pk)


@needs("export")
def export(request: HttpRequest, before: str, after: str) -> HttpResponse:
    """Hand out the picked rows as a workbook; who took what is logged."""
    user: Any = request.user
    early, late = run_for(user, before), run_for(user, after)
    frame = compared.rows(before, after, _scope(request))
    if frame is None:
        raise Http404
    picked = compared.chosen(frame, _wanted(request))
    record_request(request, "land.compare.export", f"{early.id}-{late.id}", rows=picked.height)
    told = "_".join(compared.sides(early, late, spoken())).replace(" ", "")
    name = both(f"档次比较_{told}", f"compared_{told}")
    return export_of(request, compared.workbook(picked, early, late, spoken()), f"{name}.xlsx")
