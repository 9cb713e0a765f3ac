"""Pages of the ladder: boards per rung, the screening list, the calendar, export."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.words import phrase
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.files import hand_out
from jiqun.web.jobs.queue import ask
from jiqun.web.ladder import actions, queries
from jiqun.web.ladder.models import Release
from jiqun.web.ladder.workbook import calendar_workbook
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both, spoken
from jiqun.web.told_results import told_screening

_ROWS, _AT_ONCE = 50, 1_000


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


@needs("read")
def boards(request: HttpRequest) -> HttpResponse:
    """Show a board per rung, the targets, and what falls due next; a firm that is told of one its own next rung."""
    user: Any = request.user
    scope, today = _scope(request), timezone.localdate()
    screened = told_screening(scope)
    rows = None if screened is None else queries.within(screened, scope)
    if scope.told_public_only and rows is not None and rows.height == 1:
        return redirect("ladder:advice", rows["enterprise"][0])
    dues = queries.calendar(scope, today, spoken())
    titles, districts = queries.by_title(scope, today, spoken(), place_names())
    years = ledger().table("enterprise_year")["year"].unique().sort(descending=True).to_list()
    shown = {
        "screened": screened,
        "boards": []
        if screened is None or rows is None
        else queries.boards(rows, spoken(), date.fromisoformat(screened.on)),
        "firms": 0 if rows is None else rows.height,
        "ready": 0 if rows is None else rows.filter(rows["advice"] == "ready").height,
        "dues": sorted(sorted(dues, key=lambda one: abs(one.left))[:8], key=lambda one: one.day),
        "late": sum(one.left < 0 for one in dues),
        "soon": sum(0 <= one.left <= 90 for one in dues),
        "targets": queries.targets(scope, today, spoken()),
        "titles": titles,
        "districts": districts,
        "may_screen": user.may("evaluate"),
        "may_release": screened is not None and user.may("campaign"),
        "released": None if screened is None else Release.objects.filter(screening=screened.id).first(),
        "for_firm": scope.told_public_only,
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
    except ValueError:
        raise Http404 from None
    year = whole_number(request.POST.get("year", ""))
    if year is None:
        raise Http404
    title = f"{both('梯度筛查', 'Ladder screening')} {on}（{year}）"
    return redirect("jobs:one", ask("screen", title, user, on=str(on), year=year).pk)


@require_POST
@needs("campaign")
def release(request: HttpRequest) -> HttpResponse:
    """Have the firms told what the newest screening says of each; 404 where another one has come since."""
    user: Any = request.user
    screened = told_screening(scope_of(user))
    if screened is None or request.POST.get("screening") != screened.id:
        raise Http404
    actions.release(user, screened.id)
    messages.success(
        request, both("已发布，企业可以看各自的自评结果。", "Released: every firm is told its own result.")
    )
    return redirect("ladder:boards")


@needs("read")
def firms(request: HttpRequest) -> HttpResponse:
    """List firms by their next rung, those nearest to it first."""
    user: Any = request.user
    screened, ladder = told_screening(_scope(request)), ladder_of(region().book)
    if screened is None:
        return redirect("ladder:boards")
    said = {name: request.GET.get(name, "").strip() for name in ("rung", "advice", "q", "district", "sort")}
    down = request.GET.get("down") == "1"
    mine = queries.within(screened, _scope(request))
    rows = queries.of_rung(mine, said["rung"], said["advice"], said["q"], said["district"], said["sort"], down)
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
        "wanted": {"sort": said["sort"], "down": down},
        "districts": [(one, districts.get(one, one)) for one in mine["district"].drop_nulls().unique().sort()],
        "can_export": user.may("export"),
    }
    return render(request, "ladder/firms.html", shown)


@needs("read")
def advice(request: HttpRequest, code: str) -> HttpResponse:
    """Advise one firm: the next rung, what is missing, what to do first; 404 outside the scope or the screening."""
    scope = _scope(request)
    screened = told_screening(scope)
    rows = scope.rows(ledger().table("enterprise")).filter(pl.col("enterprise") == code)
    if screened is None or rows.is_empty():
        raise Http404
    standing = queries.standing_of(code, spoken(), scope)[1]
    if standing is None:
        raise Http404
    following = standing["record"]["next"]
    criteria = following["criteria"] if following else []
    today = timezone.localdate()
    shown = {
        "firm": rows.row(0, named=True),
        "screened": screened,
        "standing": standing,
        "next": following,
        "review": standing["record"]["review"],
        "sides": standing["record"]["sides"],
        "to_do": sorted((one for one in criteria if one["lacking"]), key=lambda one: _TO_DO.index(one["result"])),
        "met": sum(one["result"] == "met" for one in criteria),
        "all": len(criteria),
        "dues": [one for one in queries.calendar(scope, today, spoken()) if one.enterprise == code],
    }
    if scope.sees_restricted:
        record_request(request, "ladder.advice", code, screening=screened.id)
    return render(request, "ladder/advice.html", shown)


_TO_DO = ("unmet", "unknown", "manual_review", "not_applicable", "met")  # what blocks, the surest first


def _picked(request: HttpRequest) -> tuple[dict[str, str], list[queries.Due], list[queries.Due]]:
    """What was asked of the calendar, all deadlines of the kind, and those that fit."""
    said = {name: request.GET.get(name, "").strip() for name in ("kind", "district", "span", "month")}
    every = queries.calendar(_scope(request), timezone.localdate(), spoken(), said["kind"])
    found = [
        one
        for one in every
        if said["district"] in ("", one.district)
        and (said["span"] in ("", one.span) or (said["span"] == "7" and 0 <= one.left <= 7))
        and said["month"] in ("", f"{one.day:%Y-%m}")
    ]
    found.sort(key=lambda one: (one.left < 0, abs(one.left), one.enterprise))  # what can still be kept comes first
    return said, every, found


@needs("read")
def calendar(request: HttpRequest) -> HttpResponse:
    """List what falls due for titles, by day, with the days left, counted by month and by district."""
    user: Any = request.user
    said, every, found = _picked(request)
    districts = queries.by_district(every, place_names())
    shown = {
        "page": Paginator(found, _ROWS).get_page(request.GET.get("page")),
        "said": said,
        "late": sum(one.left < 0 for one in every),
        "month": sum(0 <= one.left <= 30 for one in every),
        "soon": sum(0 <= one.left <= 90 for one in every),
        "all": len(every),
        "found": len(found),
        "months": queries.by_month([one for one in every if one.left >= 0]),
        "districts": districts,
        "today": timezone.localdate(),
        "can_export": user.may("export"),
    }
    return render(request, "ladder/calendar.html", shown)


@needs("export")
def export_calendar(request: HttpRequest) -> HttpResponse:
    """Hand out the deadlines as picked, of the user's scope only; who took them is logged."""
    said, _, found = _picked(request)
    today = timezone.localdate()
    record_request(request, "ladder.export_calendar", str(today), rows=len(found))
    return export_of(
        request, calendar_workbook(found, today, spoken()), f"{both('称号期限', 'deadlines')}_{today}.xlsx"
    )


@needs("export")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the screening as a workbook, with the firms of the user's scope only; who took it is logged."""
    screened = told_screening(_scope(request))
    if screened is None:
        raise Http404
    rows = queries.within(screened, _scope(request)).height
    record_request(request, "ladder.export", screened.id, rows=rows)
    title = f"{both('导出梯度筛查', 'Export the screening')} {screened.on}"
    return hand_out(request, "ladder.screening", title, at_once=rows <= _AT_ONCE)
