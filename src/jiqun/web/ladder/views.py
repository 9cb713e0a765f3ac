"""Pages of the ladder: boards per rung, the screening list, the calendar, export."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.words import phrase
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.queue import ask
from jiqun.web.ladder import queries
from jiqun.web.ladder.keeping import newest
from jiqun.web.ladder.workbook import screening_workbook
from jiqun.web.people.audit import record_request
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import both, spoken

_ROWS = 50
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


@needs("read")
def boards(request: HttpRequest) -> HttpResponse:
    """Show a board per rung, the targets, and what falls due next."""
    user: Any = request.user
    scope, screened, today = _scope(request), newest(), timezone.localdate()
    rows = None if screened is None else queries.within(screened, scope)
    dues = queries.calendar(scope, today, spoken())
    years = ledger().table("enterprise_year")["year"].unique().sort(descending=True).to_list()
    shown = {
        "screened": screened,
        "boards": [] if rows is None else queries.boards(rows, spoken()),
        "firms": 0 if rows is None else rows.height,
        "ready": 0 if rows is None else rows.filter(rows["advice"] == "ready").height,
        "dues": sorted(sorted(dues, key=lambda one: abs(one.left))[:8], key=lambda one: one.day),
        "late": sum(one.left < 0 for one in dues),
        "soon": sum(0 <= one.left <= 90 for one in dues),
        "targets": queries.targets(scope, today, spoken()),
        "may_screen": user.may("evaluate"),
        "can_export": user.may("export"),
        "today": today,
        "years": years,
    }
    return render(request, "ladder/boards.html", shown)


@require_POST
@needs("evaluate")
def screen(request: HttpRequest) -> HttpResponse:
    """Queue a screening of all firms; 404 for a day or year that is none."""
    user: Any = request.user
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        year = int(request.POST.get("year", ""))
    except ValueError:
        raise Http404 from None
    title = f"{both('梯度筛查', 'Ladder screening')} {on}（{year}）"
    return redirect("jobs:one", ask("screen", title, user, on=str(on), year=year).pk)


@needs("read")
def firms(request: HttpRequest) -> HttpResponse:
    """List firms by their next rung, those nearest to it first."""
    user: Any = request.user
    screened, ladder = newest(), ladder_of(region().book)
    if screened is None:
        return redirect("ladder:boards")
    said = {name: request.GET.get(name, "").strip() for name in ("rung", "advice", "q")}
    rows = queries.of_rung(queries.within(screened, _scope(request)), said["rung"], said["advice"], said["q"])
    page = Paginator(range(rows.height), _ROWS).get_page(request.GET.get("page"))
    part = rows.slice(page.start_index() - 1 if rows.height else 0, _ROWS)
    districts = place_names()
    told = [queries.told(row, spoken(), _scope(request)) for row in part.iter_rows(named=True)]
    shown = {
        "screened": screened,
        "page": page,
        "found": rows.height,
        "ready": rows.filter(rows["advice"] == "ready").height,
        "rows": [one | {"district_name": districts.get(one["district"] or "", one["district"] or "")} for one in told],
        "rungs": [(id_, rung.title if spoken() == "zh" else rung.title_en) for id_, rung in ladder.rungs.items()],
        "advices": [(one, phrase(f"advice.{one}", spoken())) for one in queries.ADVICE],
        "said": said,
        "can_export": user.may("export"),
    }
    return render(request, "ladder/firms.html", shown)


@needs("read")
def calendar(request: HttpRequest) -> HttpResponse:
    """List what falls due for titles, by day, with the days left."""
    kind = request.GET.get("kind", "")
    dues = queries.calendar(_scope(request), timezone.localdate(), spoken(), kind)
    page = Paginator(dues, 2 * _ROWS).get_page(request.GET.get("page"))
    late, soon = sum(one.left < 0 for one in dues), sum(0 <= one.left <= 90 for one in dues)
    shown = {"page": page, "kind": kind, "late": late, "soon": soon, "all": len(dues), "today": timezone.localdate()}
    return render(request, "ladder/calendar.html", shown)


@needs("export")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the screening as a workbook, with the firms of the user's scope only; who took it is logged."""
    screened = newest()
    if screened is None:
        raise Http404
    rows = queries.within(screened, _scope(request))
    dues = queries.calendar(_scope(request), timezone.localdate(), spoken())
    content = screening_workbook(screened, rows, dues, _scope(request), spoken())
    record_request(request, "ladder.export", screened.id, rows=rows.height)
    answer = HttpResponse(content, content_type=_EXCEL)
    name = quote(f"{both('梯度筛查', 'ladder')}_{screened.on}")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.xlsx"
    return answer
