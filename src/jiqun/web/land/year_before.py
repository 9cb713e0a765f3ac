"""Why a firm was another grade a year before: its points of both years, as a waterfall with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.desk.running import Run
from jiqun.methods.explanation.changed import Changed, Part, changed, figure
from jiqun.methods.explanation.restricted import MASKED
from jiqun.problems import ProblemsError
from jiqun.web.land import compared
from jiqun.web.land.views import subject_in
from jiqun.web.people.audit import record_request
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import run_of
from jiqun.web.shell.language import spoken
from jiqun.web.told_results import explained_to, run_for, runs_for


def run_before(run: Run, scope: Scope) -> Run | None:
    """Return the told run of the same rule a year before, an official one first, else the newest; None without one.

    The rule may have another edition then.
    """
    year = str(int(run.plan.period.year) - 1)
    same = [one for one in runs_for(scope) if one.method_id == run.method_id and str(one.period) == year]
    for one in sorted(same, key=lambda one: not one.official):
        try:
            return run_of(one.id)
        except ProblemsError:  # its rule was changed since: it cannot be read any more
            continue
    return None


@dataclass(frozen=True)
class Step:
    """A row of the waterfall: its bar from left over width, in a field of 100, and whether it goes up or down."""

    part: Part
    left: float
    width: float
    way: str


@dataclass(frozen=True)
class Waterfall:
    """The bars of both totals (their width), the steps between them, and where the line of a grade stands."""

    first: float
    last: float
    steps: tuple[Step, ...]
    grade: str
    line: float | None


_ROOM = Decimal("0.25")  # of the span, left free on both sides


def waterfall(told: Changed) -> Waterfall:
    """Place the parts in a field of 100 that shows the span of all totals on the way, not from 0."""
    grade, line = _line(told)
    ends = [*told.totals, *(one.reached for one in told.parts), *([] if line is None else [line])]
    room = max((max(ends) - min(ends)) * _ROOM, Decimal(1))
    low, high = min(ends) - room, max(ends) + room

    def place(value: Decimal) -> float:
        return round(float(100 * (value - low) / (high - low)), 2)

    steps, at = [], told.totals[0]
    for one in told.parts:
        left, right = sorted((place(at), place(one.reached)))
        way = "" if one.effect is None or not one.effect else "up" if one.effect > 0 else "down"
        steps.append(Step(one, left, round(max(right - left, 0.4), 2), way))
        at = one.reached
    first, last = (place(one) for one in told.totals)
    return Waterfall(first, last, tuple(steps), grade, None if line is None else place(line))


def _decimals(told: Changed) -> int:
    """As many decimals as the parts need, the same for all of them."""
    return max(2, *(-int(one.effect.as_tuple().exponent) for one in told.parts if one.effect is not None), 2)


def _line(told: Changed) -> tuple[str, Decimal | None]:
    """The line of this year that the move went over: that of the better of both grades; of the next one where equal."""
    order = [one.grade for one in told.after.lines]
    sides = [order.index(str(one)) for one in (told.before.grade, told.after.grade) if one in order]
    if not sides or not told.lines:
        return "", None
    at = min(sides) if len(set(sides)) > 1 else max(0, min(sides) - 1)
    line = told.lines[min(at, len(told.lines) - 1)]
    return line.grade, figure(line.values.after)


def _causes(before: Run, after: Run, subject: str, scope: Scope) -> dict[str, Any] | None:
    """What own data, the others and the rule did to the total, where the two runs were compared already."""
    found = compared.rows(before.id, after.id, scope)
    rows: Sequence[dict[str, Any]] = [] if found is None else found.filter(found["enterprise"] == subject).to_dicts()
    return rows[0] if rows and rows[0]["effect__data"] is not None else None


@needs("read")
def changes(request: HttpRequest, id_: str, subject: str) -> HttpResponse:
    """Show why the grade differs from a year before; apart from the page, as it reads a second run."""
    user: Any = request.user
    run, scope = run_for(user, id_), scope_of(user)
    who = subject_in(run.id, subject, scope)
    before = run_before(run, scope)
    shown: dict[str, Any] = {"run": run, "before": before, "subject": who}
    if before is not None and who in set(before.trace[before.subject]):
        sides = [explained_to(scope, one, who, spoken()) for one in (before, run)]
        told = changed(*sides)
        record_request(request, "land.explain", who, run=before.id)
        shown |= {"sides": sides, "told": told, "masked": not scope.sees_restricted, "mask": MASKED}
        shown["fall"] = None if told is None else waterfall(told)
        shown["digits"] = 2 if told is None else _decimals(told)
        shown["finals"] = [(one, [move for move in one.moves if move.changed]) for one in sides]
        shown["causes"] = _causes(before, run, who, scope)
    template = "land/changes_part.html" if request.headers.get("HX-Request") else "land/changes.html"
    return render(request, template, shown)
