"""总览: what a director sees first."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jiqun.web.enterprises.register import register
from jiqun.web.land.queries import run_lines
from jiqun.web.overview import districts, queries
from jiqun.web.overview.due import due
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger
from jiqun.web.shell.language import spoken


@needs("read")
def home(request: HttpRequest) -> HttpResponse:
    """Show clusters against targets, key figures, districts, what is in doubt, grades and coverage."""
    user: Any = request.user
    scope, of = scope_of(user), ledger()
    year = queries.newest_year(of)
    today = timezone.localdate()
    soon = due(scope, today, spoken())
    shown: dict[str, Any] = {"whole": scope.whole, "lines": run_lines(scope, spoken()), "year": year, "due": soon}
    shown["late"] = sum(one.late for one in soon)
    if year is not None:
        tiers = queries.tiers(of, scope, year, spoken())
        every = [one for tier in tiers for one in tier.clusters]
        shown |= {
            "tiers": tiers,
            "count": len(every),
            "with_target": sum(one.share is not None for one in every),
            "reached": sum(one.share is not None and one.share >= 1 for one in every),
            "without_data": sum(one.actual is None for one in every),
            "figures": queries.figures(of, scope, year),
            "sketch": districts.sketch(of, scope, year),
            "leading": districts.district_grades(scope, spoken()),
            "doubts": queries.doubtful(of, scope, year, spoken()),
            "half": Fraction(1, 2),
            "few": 0 if scope.sees_restricted else queries.FEWEST,
            "coverage": queries.coverage(of, scope, year, spoken()),
        }
    if scope.column == "enterprise":
        return render(request, "overview/own.html", {"doubts": (), **shown, "own": _own(scope.place)})
    return render(request, "overview/home.html", shown)


def _own(code: str) -> dict[str, Any]:
    """Return what a firm is first told of itself: its name, and its grade in the evaluation that leads the region."""
    rows, run = register()
    found = rows.filter(rows["enterprise"] == code).to_dicts()
    row = found[0] if found else {}
    evaluated = run is not None and code in set(run.trace["enterprise"])
    return {
        "code": code,
        "name": row.get("name") or code,
        "grade": row.get("grade"),
        "run": run,
        "evaluated": evaluated,
    }
