"""Pages of firms: the list with its search, one firm's file, the source of one figure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.ledger import lineage
from jiqun.web.enterprises import activity, dossier
from jiqun.web.enterprises.charts import chart
from jiqun.web.enterprises.joined import joined
from jiqun.web.enterprises.register import Wanted, chosen, leading_run, named, place_names, register, registered
from jiqun.web.enterprises.sites import land_by_year, sites
from jiqun.web.enterprises.splits import splits
from jiqun.web.grades.queries import grades_of
from jiqun.web.kept import kept
from jiqun.web.ladder.queries import standing_of
from jiqun.web.ledger.table_sheet import table_workbook
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.models import full_names
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import Ledger, ledger, names_of, region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both, spoken

_ROWS = 50
TABS = (
    ("identity", "概况", "Overview"),
    ("figures", "历年数据", "Figures"),
    ("land", "用地", "Land"),
    ("grades", "档次与等级", "Grades"),
    ("titles", "称号与梯度", "Titles and ladder"),
    ("chain", "产业链", "Chain"),
    ("projects", "项目", "Projects"),
    ("energy", "能源", "Energy"),
    ("events", "事件", "Events"),
    ("sources", "数据与来源", "Data and sources"),
)
_FACTS = ("enterprise", "name", "industry", "district", "town", "park", "registered_on", "status", "listed_code")
_DRAWN = ("revenue", "output", "tax", "profit", "rd", "energy")
_FILTERS = ("district", "industry", "park", "scale", "grade", "year")


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the firms of the scope; a search that means one firm opens it."""
    wanted = _wanted(request)
    text, said = wanted.text, {name: getattr(wanted, name) for name in _FILTERS}
    rows, run = register(_scope(request))
    found = chosen(rows, _scope(request), wanted)
    if text and found.height == 1 and not any(said.values()):
        return redirect("enterprises:firm", found["enterprise"][0])
    page = Paginator(range(found.height), _ROWS).get_page(request.GET.get("page"))
    part = found.slice(page.start_index() - 1 if found.height else 0, _ROWS)
    shown = {
        "rows": _shown(part.iter_rows(named=True)),
        "page": page,
        "wanted": wanted,
        "run": run,
        "found": found.height,
        **_choices(ledger(), "" if run is None else run.id, region(), _scope(request), timezone.localdate()),
        "picked": any(said.values()) or bool(text),
        "can_export": request.user.may("export"),  # type: ignore[union-attr]
    }
    return render(request, "enterprises/listing.html", shown)


def _wanted(request: HttpRequest) -> Wanted:
    said = {name: request.GET.get(name, "").strip() for name in _FILTERS}
    text, down = request.GET.get("q", "").strip()[:100], request.GET.get("down") == "1"
    return Wanted(text, **said, sort=request.GET.get("sort", "name"), down=down)


@needs("export")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the firms that were picked in the list, in its order, as Excel."""
    rows, run = register(_scope(request))
    found = chosen(rows, _scope(request), _wanted(request))
    trades = names_of("gbt4754", timezone.localdate())
    named = found.select(
        "enterprise", "name",
        pl.col("district").replace(dict(place_names())).alias(both("区县", "District")),
        "park", "industry",
        pl.col("industry").replace_strict(trades, default=None, return_dtype=pl.String).alias(both("行业", "Industry")),
        "scale", "status",
        pl.col("grade").alias(both("档次", "Grade")),
    )  # fmt: skip
    record_request(request, "enterprises.export", "", rows=found.height)
    title = both("企业名单", "List of firms")
    rule = None if run is None else run.plan.method
    of = "" if rule is None else both(rule.title, rule.title_en or rule.title)
    told = [] if run is None else [f"{both('档次取自', 'grades of')} {of} {run.period}"]
    known = {one.name: one for table in (dossier.YEARLY, "enterprise") for one in region().contract(table).fields}
    return export_of(request, table_workbook(title, named, known, told), f"{title}.xlsx")


@kept(64)
def _choices(of: Ledger, run: str, law: Context, scope: Scope, today: date) -> dict[str, Any]:
    """Return how many firms a scope has, and what its list can be narrowed by."""
    mine = scope.rows(register(scope)[0])
    return {
        "all": mine.height,
        "districts": _options(mine, "district", place_names()),
        "divisions": _divisions(mine),
        "parks": [one for one, _ in _options(mine, "park", {})],
        "grades": mine["grade"].drop_nulls().unique().sort().to_list(),
    }


def _options(rows: pl.DataFrame, column: str, names: Any) -> list[tuple[str, str]]:
    return [(one, names.get(one, one)) for one in rows[column].drop_nulls().unique().sort().to_list()]


def _divisions(rows: pl.DataFrame) -> list[tuple[str, str]]:
    names = names_of("gbt4754", timezone.localdate())
    codes = rows["industry"].drop_nulls().str.slice(0, 2).unique().sort().to_list()
    return [(one, names.get(one, one)) for one in codes]


def _shown(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the names of district and industry to rows of the register."""
    places, trades = place_names(), names_of("gbt4754", timezone.localdate())
    return [
        row
        | {
            "district_name": places.get(row["district"] or "", row["district"] or ""),
            "industry_name": trades.get(row["industry"] or "", row["industry"] or ""),
        }
        for row in rows
    ]


@needs("read")
def firm(request: HttpRequest, code: str) -> HttpResponse:
    """Show a firm's file, one tab or (to print) all; reading restricted columns is logged."""
    scope, row = _scope(request), _row(request, code)
    asked = request.GET.get("tab", "identity")
    parts = [one for one, _, _ in TABS] if asked == "all" else [asked]
    if asked != "all" and asked not in _PARTS:
        raise Http404
    shown: dict[str, Any] = {"firm": _shown([row])[0], "tab": asked, "run": leading_run(scope)}
    shown["tabs"] = [(key, both(zh, en)) for key, zh, en in TABS]
    shown["years"] = sorted(dossier.of_firm(dossier.YEARLY, code)["year"].to_list())
    for part in parts:
        shown |= _PARTS[part](code, row, scope)
    if scope.sees_restricted and {"figures", "energy", "events"} & set(parts):
        record_request(request, "enterprises.read", code, tab=asked)
    return render(request, "enterprises/firm.html", shown | {"parts": parts})


def _row(request: HttpRequest, code: str) -> dict[str, Any]:
    """Return the firm where it is in the scope; 404 either way, so that guessing tells nothing."""
    row = registered(code, _scope(request))
    if row is None:
        raise Http404
    return row


def _identity(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    fields = {one.name: one for one in region().contract("enterprise").fields}
    cells = dossier.cells_of("enterprise", code)
    facts = [
        (name, dossier.heading(fields[name], spoken()), named(name, row[name]), cells.get(name))
        for name in _FACTS
        if name in row
    ]
    return {"facts": facts, "names": dossier.names(code, row, spoken()), **splits(code)}


def _figures(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    years, lines = dossier.figure_lines(code, scope, spoken())
    charts = [chart(one) for one in lines if one.name in _DRAWN]
    drawn = [one for one in charts if one is not None]
    added = joined(code, scope, spoken())
    return {
        "figure_years": years,
        "lines": lines,
        "charts": drawn,
        "masked": dossier.MASKED,
        "joined": added,
        "people": full_names(),
    }


def _land(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {"sites": sites(code, spoken()), "land": land_by_year(code)}


def _grades(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {
        "grades": dossier.grades(code, scope, spoken()),
        "others": grades_of(code, scope, spoken()),
        "scores": dossier.scores(code, scope, spoken()),
        "adjustments": dossier.adjustments(code, scope, spoken()),
    }


def _titles(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    titles = dossier.held_titles(code, timezone.localdate(), spoken())
    screened, standing = standing_of(code, spoken(), scope)
    return {"titles": titles, "screened": screened, "standing": standing}


def _chain(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {
        "places": activity.places(row["industry"] or "", timezone.localdate(), spoken()),
        "chain_profile": activity.chain_profile(code, spoken()),
    }


def _projects(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {"projects": activity.projects(code, spoken())}


def _energy(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {
        "energy_years": activity.energy_years(code, scope),
        "meter_months": activity.meter_months(code, scope, spoken()),
        "carbon_years": activity.carbon_years(code, scope),
        "masked": dossier.MASKED,
    }


def _events(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {"events": dossier.events(code, scope, spoken())}


def _sources(code: str, row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    return {"origins": dossier.origins(code, scope, spoken())}


_PARTS = {
    "identity": _identity,
    "figures": _figures,
    "land": _land,
    "grades": _grades,
    "titles": _titles,
    "chain": _chain,
    "projects": _projects,
    "energy": _energy,
    "events": _events,
    "sources": _sources,
}


@needs("read")
def source(request: HttpRequest, code: str) -> HttpResponse:
    """Show the cell that a yearly figure was read from, and everything that was ever reported for it."""
    row, contract = _row(request, code), region().contract(dossier.YEARLY)
    column, year = request.GET.get("column", ""), request.GET.get("year", "")
    if column not in contract.column_names or whole_number(year) is None or len(year) > 4:
        raise Http404
    if column in dossier.restricted(contract):
        if not _scope(request).sees_restricted:
            raise PermissionDenied(column)
        record_request(request, "enterprises.source", code, column=column, year=year)
    key: dict[str, Any] = {"enterprise": code, "year": int(year)}
    cell = lineage.lineage(ledger().view, dossier.YEARLY, key, column)
    told = lineage.history(ledger().view, dossier.YEARLY, key, column).to_dicts()
    history = [one | {"when": dossier.moment(one["when"])} for one in told]
    field = contract.column(column)
    shown: dict[str, Any] = {
        "firm": row,
        "year": year,
        "title": dossier.heading(field, spoken()),
        "unit": field.unit or "",
    }
    shown["value"] = dossier.coded(field, cell.value, spoken())
    shown["read"] = [
        vars(one) | {"moment": dossier.moment(one.when), "part_name": one.part_name} for one in cell.adds or (cell,)
    ]
    shown["lacks"] = [row["name"] if one == code else lineage.called(one) for one in cell.lacks]
    return render(request, "enterprises/source.html", shown | {"cell": cell, "history": history})
