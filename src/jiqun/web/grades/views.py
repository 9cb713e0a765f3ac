"""Pages of green and digital grades: the board of a line, a rule with its firms, one firm explained, export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.desk.evaluating import find_method
from jiqun.desk.running import Run
from jiqun.methods.explanation.explain import Explanation
from jiqun.methods.explanation.model import LineOfClass
from jiqun.packs import Method
from jiqun.reports.summary import grade_words
from jiqun.values import Period, from_scaled
from jiqun.web.enterprises.register import place_names
from jiqun.web.grades import queries
from jiqun.web.grades.lines import LINES, Line, line_of, own_table
from jiqun.web.grades.workbook import grades_workbook
from jiqun.web.jobs.queue import ask
from jiqun.web.land import standing
from jiqun.web.land.histogram import histogram_for
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import evaluated, ledger, names_of, region, run_of
from jiqun.web.shell.language import both, spoken
from jiqun.web.told_results import explained_to, is_told

_ROWS = 50


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


def _line(id_: str) -> Line:
    if id_ not in LINES:
        raise Http404
    return LINES[id_]


def _method(line: Line, id_: str) -> Method:
    """Return a rule of the line; 404 where no pack has it or it is another line's."""
    book = region().book if region().book.has("method", id_) else region().everything
    if not book.has("method", id_):
        raise Http404
    found = find_method(region(), id_).method
    if line_of(found) != line.id or found.evaluates.per != "year":
        raise Http404
    return found


@needs("read")
def board(request: HttpRequest, line: str) -> HttpResponse:
    """Show a line's rules: who has which grade, and what the others need."""
    of, user = _line(line), request.user
    found = queries.boards(of.id, _scope(request), spoken())
    shown = {
        "line": of,
        "boards": found,
        "made": sum(one.run is not None for one in found),
        "possible": sum(one.run is None and bool(one.rows) for one in found),
        "may_evaluate": user.may("evaluate"),  # type: ignore[union-attr]
    }
    return render(request, "grades/board.html", shown)


@needs("read")
def rule(request: HttpRequest, line: str, method: str) -> HttpResponse:
    """Show a rule's newest run with its firms, or what it needs before it can be evaluated."""
    of, user = _line(line), request.user
    model, scope = _method(of, method), _scope(request)
    run = queries.newest_run(method, _scope(request), request.GET.get("year", ""))
    table = own_table(model)
    has_table = table in region().book.tables
    reported = ledger().table(table) if has_table else pl.DataFrame()
    shown: dict[str, Any] = {
        "line": of,
        "method": model,
        "title": both(model.title, model.title_en or model.title),
        "run": run,
        "needs": queries.needs(model, scope, spoken()),
        "table": table,
        "table_title": queries.table_title(model, spoken()),
        "has_table": has_table,
        "reported": reported.height,
        "years": sorted(reported["year"].unique().to_list(), reverse=True) if "year" in reported.columns else [],
        "years_run": queries.years_run(method, scope),
        "may_evaluate": user.may("evaluate"),  # type: ignore[union-attr]
        "can_export": user.may("export"),  # type: ignore[union-attr]
    }
    if run is not None:
        shown |= _listed(request, run, scope)
    return render(request, "grades/rule.html", shown)


def _listed(request: HttpRequest, run: Run, scope: Scope) -> dict[str, Any]:
    """The firms of a run as picked, and the grades by district and industry."""
    data, letters = evaluated(run.id, spoken()), grade_words(evaluated(run.id, spoken()))
    mine = queries.within(run.id, scope)
    wanted = _wanted(request)
    found = queries.chosen(mine, wanted, letters)
    page = Paginator(range(found.height), _ROWS).get_page(request.GET.get("page"))
    part = found.slice(page.start_index() - 1 if found.height else 0, _ROWS)
    counted = dict(mine.group_by("grade").len().iter_rows())
    digits = queries.total_digits(data)
    return {
        "letters": letters,
        "counts": [(one, counted.get(one, 0)) for one in letters],
        "open": counted.get(None, 0),
        "all": mine.height,
        "wanted": wanted,
        "page": page,
        "rows": [_row(row, digits) for row in part.iter_rows(named=True)],
        "has_total": digits is not None,
        "by_district": queries.cross(mine, "district", letters),
        "by_industry": queries.cross(mine, "industry", letters)[:12],
        "districts": [(one.code, one.name) for one in queries.cross(mine, "district", letters) if one.code],
        "divisions": sorted((one.code, one.name) for one in queries.cross(mine, "industry", letters) if one.code),
        "of_firms": run.subject == "enterprise",
    }


def _wanted(request: HttpRequest) -> queries.Wanted:
    said = {name: request.GET.get(name, "").strip()[:100] for name in ("grade", "district", "industry")}
    sort, down = request.GET.get("sort", "grade"), request.GET.get("down") == "1"
    return queries.Wanted(**said, text=request.GET.get("q", "").strip()[:100], sort=sort, down=down)


def _row(row: dict[str, Any], digits: int | None) -> dict[str, Any]:
    district, industry = row["district"] or "", row["industry"] or ""
    total = None if row["total"] is None or digits is None else from_scaled(row["total"], digits)
    return row | {
        "district_name": place_names().get(district, district),
        "industry_name": _industry(industry),
        "points": total,
        "digits": min(digits or 0, 4),
    }


def _industry(code: str) -> str:
    return names_of("gbt4754", timezone.localdate()).get(code, code)


@require_POST
@needs("evaluate")
def evaluate(request: HttpRequest, line: str, method: str) -> HttpResponse:
    """Queue an evaluation of a rule for a year; 404 for a year that is none."""
    user: Any = request.user
    of = _line(line)
    model = _method(of, method)
    try:
        period = Period.parse(request.POST.get("period", ""))
    except ValueError:
        raise Http404 from None
    title = f"{both('评价', 'Evaluate')} {both(model.title, model.title_en or model.title)} {period}"
    return redirect("jobs:one", ask("evaluate_grades", title, user, line=of.id, method=method, period=str(period)).pk)


@needs("read")
def firm(request: HttpRequest, line: str, method: str, run: str, subject: str) -> HttpResponse:
    """Explain one subject's grade; 404 where it is no firm of the scope, so that guessing tells nothing."""
    of, scope = _line(line), _scope(request)
    model, made = _method(of, method), queries.readable(run)
    if made is None or made.method_id != method or not is_told(made, scope):
        raise Http404
    rows = queries.within(made.id, scope).filter(pl.col("subject") == subject)
    if rows.is_empty():
        raise Http404
    row = rows.row(0, named=True)
    told = explained_to(scope, made, subject, spoken())
    trace = made.trace.filter(pl.col(made.subject).cast(pl.String) == subject).row(0, named=True)
    totals = histogram_for(scope, made.id, trace)
    record_request(request, "grades.explain", subject, run=made.id)
    shown = {
        "line": of,
        "method": model,
        "run": made,
        "told": replace(told, name=told.name or row["name"] or "", lines=_lines(told)),
        "owner": row["enterprise"],
        "totals": totals,
        "masked": not scope.sees_restricted,
        "place": totals.place(trace.get("total")),
        "bands": standing.bands(told.lines, totals),
        "above": standing.above(told),
        "items": standing.beside(told.items, None, made.id, scope),
    }
    return render(request, "grades/firm.html", shown)


def _lines(told: Explanation) -> tuple[LineOfClass, ...]:
    """The lines between classes where more is better; where less is better the rule's words alone say it right."""
    return () if told.lines and told.lines[0].value is None else told.lines


@needs("export")
def export(request: HttpRequest, line: str, method: str) -> HttpResponse:
    """Hand out the newest run as a workbook, with the firms of the user's scope only; who took it is logged."""
    _method(_line(line), method)
    run = queries.newest_run(method, _scope(request), request.GET.get("year", ""))
    if run is None:
        raise Http404
    data = evaluated(run.id, spoken())
    letters = grade_words(data)
    rows = queries.chosen(queries.within(run_of(run.id).id, _scope(request)), _wanted(request), letters)
    content = grades_workbook(data, rows, letters, spoken())
    record_request(request, "grades.export", run.id, method=method, rows=rows.height)
    mark = "" if run.official else both("_试算", "_trial")
    title = data.voice.pick(data.plan.method.title, data.plan.method.title_en)
    return export_of(request, content, f"{title}_{run.period}{mark}.xlsx")
