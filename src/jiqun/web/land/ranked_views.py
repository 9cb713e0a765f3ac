"""Pages of 龙头榜 and 后进榜: who leads and who trails by a figure of the ledger."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.values import unit_said
from jiqun.web.land import ranked
from jiqun.web.land.ranked_sheet import title_of, workbook
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both, spoken


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


def _years() -> list[int]:
    return sorted(ledger().table("enterprise_year")["year"].drop_nulls().unique().to_list(), reverse=True)


def _asked(request: HttpRequest, scope: Scope) -> ranked.Asked | None:
    """Read the query; None where there is no year or nothing the user may rank by, 404 where a name is unknown."""
    offered, years = {one.name: one for one in ranked.measures(scope)}, _years()
    if not offered or not years:
        return None
    get = request.GET
    told, size = whole_number(get.get("year", "")), whole_number(get.get("size", str(ranked.SIZES[1])))
    name = get.get("measure", next(iter(offered)))
    if name not in offered or size is None:
        raise Http404
    year = told if told is not None and told in years else years[0]
    places = {one: get.get(one, "") for one in ("district", "division", "cluster")}
    known = ranked.choices(scope, year, spoken())
    if any(code and code not in dict(known[one]) for one, code in places.items()):
        raise Http404
    return ranked.Asked(year, offered[name], get.get("last") == "1", size, **places)


def _within(asked: ranked.Asked, choices: dict[str, Any]) -> str:
    return "".join(dict(choices[one]).get(getattr(asked, one), "") for one in ("district", "division", "cluster"))


def _columns() -> dict[str, tuple[str, str]]:
    contract = region().contract("enterprise_year")
    told = {
        one.name: (both(one.title, one.title_en or one.title), unit_said(one.unit, spoken())) for one in contract.fields
    }
    return told | {"land": (both("用地", "Land"), unit_said("亩", spoken()))}


@needs("read")
def rankings(request: HttpRequest) -> HttpResponse:
    """Show the first or last firms by a figure, within the scope."""
    user: Any = request.user
    scope = _scope(request)
    asked = _asked(request, scope)
    if asked is None:
        return render(request, "land/rankings.html", {"asked": None, "years": _years()})
    choices, columns = dict(ranked.choices(scope, asked.year, spoken())), _columns()
    shown = ranked.found(ledger(), scope, asked)
    record_request(request, "land.ranking", asked.measure.name, year=asked.year, rows=len(shown.rows))
    parts = [columns[one] for one in asked.measure.columns] if asked.measure.whole else []
    titles = [title for title, _ in parts]
    return render(
        request,
        "land/rankings.html",
        {
            "asked": asked,
            "found": shown,
            "rows": [(one, list(zip(titles, one.parts, strict=False))) for one in shown.rows],
            "title": title_of(asked, spoken(), _within(asked, choices)),
            "years": _years(),
            "measures": ranked.measures(scope),
            "sizes": ranked.SIZES,
            "choices": choices,
            "parts": parts,
            "span": 5 + len(parts),
            "can_export": user.may("export"),
        },
    )


@needs("export")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the list as a workbook; who took what is logged."""
    scope = _scope(request)
    asked = _asked(request, scope)
    if asked is None:
        raise Http404
    shown = ranked.found(ledger(), scope, asked)
    title = title_of(asked, spoken(), _within(asked, dict(ranked.choices(scope, asked.year, spoken()))))
    content = workbook(asked, shown, title, spoken(), _columns())
    record_request(request, "land.ranking.export", asked.measure.name, year=asked.year, rows=len(shown.rows))
    return export_of(request, content, f"{title}.xlsx")
