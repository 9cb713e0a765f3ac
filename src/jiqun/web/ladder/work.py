"""Long work of the ladder: screening every firm."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from jiqun.desk.screened import keep
from jiqun.desk.screening import evaluated_ladder
from jiqun.ledger.snapshot import freeze
from jiqun.methods.ladder import screen
from jiqun.problems import ProblemsError, problem
from jiqun.web.jobs.files import makes
from jiqun.web.jobs.queue import Step, work
from jiqun.web.ladder.queries import calendar, within
from jiqun.web.ladder.workbook import screening_workbook
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import region
from jiqun.web.shell.language import both, spoken
from jiqun.web.told_results import told_screening


@work("screen")
def screen_firms(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Screen all firms on a day with the ledger as it stands; always a self-assessment."""
    context = region()
    step("freezing")
    frozen = freeze(context.workspace, when=context.now)
    step("evaluating")
    evaluated = evaluated_ladder(context, frozen, date.fromisoformat(arguments["on"]), arguments["year"])
    standings = screen(evaluated)
    step("saving")
    made = keep(context, evaluated, standings, frozen.id)
    return {"screening": made, "firms": len(standings), "to": reverse("ladder:boards")}


@makes("ladder.screening")
def screening_file(user: User, said: dict[str, Any], step: Step) -> tuple[str, bytes]:
    """Write the newest screening with the firms and figures that a user may see."""
    scope = scope_of(user)
    screened = told_screening(scope)
    if screened is None:
        raise ProblemsError([problem("REPORT-002")])
    dues = calendar(scope, timezone.localdate(), spoken())
    content = screening_workbook(screened, within(screened, scope), dues, scope, spoken())
    return f"{both('梯度筛查', 'ladder')}_{screened.on}.xlsx", content
