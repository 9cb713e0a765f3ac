"""总览: what a director sees first."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jiqun.methods.explanation.restricted import FEWEST
from jiqun.web.enterprises.register import register
from jiqun.web.land.queries import run_lines, standing_lines
from jiqun.web.overview import districts, queries
from jiqun.web.overview.due import due
from jiqun.web.people.models import User
from jiqun.web.people.places import successor
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import spoken
from jiqun.web.told_results import told_screening, under_way


@needs("read")
def home(request: HttpRequest) -> HttpResponse:
    """Show clusters against targets, key figures, districts, what is in doubt, grades and coverage."""
    user: Any = request.user
    scope, of = scope_of(user), ledger()
    year = queries.newest_year(of)
    today = timezone.localdate()
    soon = due(scope, today, spoken())
    shown: dict[str, Any] = {
        "whole": scope.whole,
        "lines": standing_lines(run_lines(scope, spoken())),
        "year": year,
        "due": soon,
    }
    shown["no_packs"] = not region().workspace.packs
    shown["late"] = sum(one.late for one in soon)
    if year is not None:
        tiers = queries.tiers(of, scope, year, spoken())
        shown |= {
            "tiers": tiers,
            **_standings(tiers),
            "figures": queries.figures(of, scope, year),
            "sketch": districts.sketch(of, scope, year),
            "leading": districts.district_grades(scope, spoken()),
            "doubts": queries.doubtful(of, scope, year, spoken()),
            "half": Fraction(1, 2),
            "few": _few(scope),
            "coverage": queries.coverage(of, scope, year, spoken()),
        }
    if scope.column == "enterprise":
        expected = any(of for _, _, _, of, _ in shown.get("coverage", ()))  # these are kept of firms above scale alone
        own = {"own": _own(scope), "expected": expected}
        return render(request, "overview/own.html", {"doubts": (), **shown, **own})
    return render(request, "overview/home.html", shown)


def _few(scope: Scope) -> int:
    return 0 if scope.sees_restricted else FEWEST


def _standings(tiers: list[queries.Tier]) -> dict[str, Any]:
    """Count how the clusters stand beside their targets and the steady path to them, and say where each path starts."""
    every = [one for tier in tiers for one in tier.clusters]
    compared = [one for one in every if one.share is not None and not one.withheld]
    found = Counter("reached" if one.share and one.share >= 1 else one.standing or "baseless" for one in compared)
    return {
        "count": len(every),
        "with_target": len(compared),
        "without_data": sum(one.actual is None for one in every),
        "unjudged": sum(one.actual is not None and one not in compared for one in every),
        "standings": {name: found[name] for name in ("reached", "kept", "slow", "behind", "baseless")},
        "paced": [(one, queries.basis(one, spoken())) for one in every if one.target is not None],
    }


def _own(scope: Scope) -> dict[str, Any]:
    """Return what a firm is first told of itself: its name, and its grade in the evaluation that leads the region."""
    code = scope.place
    rows, run = register(scope)
    screened = told_screening(scope)
    found = rows.filter(rows["enterprise"] == code).to_dicts()
    row = found[0] if found else {}
    evaluated = run is not None and code in set(run.trace["enterprise"])
    return {
        "code": code,
        "known": bool(row),
        "successor": None if row else successor(code),
        "administrators": [str(one) for one in User.objects.filter(is_active=True, role="administrator")],
        "former": [one for one in re.split("[;；]", row.get("former_names") or "") if one],
        "name": row.get("name") or code,
        "grade": row.get("grade"),
        "run": run,
        "evaluated": evaluated,
        "under_way": under_way(scope),
        "advised": screened is not None and code in set(screened.rows["enterprise"]),
    }
