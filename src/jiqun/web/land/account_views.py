"""Pages of 亩均账: accounts by district, park, industry and cluster."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.web.land import accounting
from jiqun.web.people.audit import record_request
from jiqun.web.people.exports import export_of
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both, spoken


def _asked(request: HttpRequest) -> tuple[Scope, int | None, str, str, bool, list[int]]:
    user: Any = request.user
    years = sorted({int(one) for one in ledger().table("enterprise_year")["year"].drop_nulls()}, reverse=True)
    told = whole_number(request.GET.get("year", ""))
    year = told if told in years else next(iter(years), None)
    by = request.GET.get("by", "district")
    if by not in accounting.BY:
        raise Http404
    return scope_of(user), year, by, request.GET.get("sort", "tax_per_mu"), request.GET.get("down", "1") == "1", years


@needs("read")
def accounts(request: HttpRequest) -> HttpResponse:
    """Show what every group yields from its land beside the region."""
    user: Any = request.user
    scope, year, by, sort, down, years = _asked(request)
    shown: dict[str, Any] = {"year": year, "years": years, "by": by, "sort": sort, "down": down}
    shown["groupings"] = [(name, both(*titles)) for name, titles in accounting.BY.items()]
    if year is not None:
        top, rows = accounting.lines(scope, year, by, spoken(), sort, down)
        behind = sum(one.cells[0].above is False for one in rows if not one.few)
        shown |= {"top": top, "rows": rows, "columns": accounting.COLUMNS, "behind": behind}
        shown["can_export"] = user.may("export")
        shown["group_title"] = both(*accounting.BY[by])
    return render(request, "land/accounts.html", shown)


@needs("export")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the accounts as a workbook, within the scope; who took what is logged."""
    scope, year, by, sort, down, _ = _asked(request)
    if year is None:
        raise Http404
    top, rows = accounting.lines(scope, year, by, spoken(), sort, down)
    content = accounting.workbook(top, rows, year, by, spoken())
    record_request(request, "land.accounts", str(year), by=by, rows=len(rows))
    name = both(f"亩均账_{accounting.BY[by][0]}_{year}", f"accounts_{by}_{year}")
    return export_of(request, content, f"{name}.xlsx")
