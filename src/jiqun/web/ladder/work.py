"""Long work of the ladder: screening every firm."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from jiqun.desk.screened import keep
from jiqun.desk.screening import evaluated_ladder
from jiqun.ledger.snapshot import freeze
from jiqun.methods.ladder import screen
from jiqun.web.jobs.queue import Step, work
from jiqun.web.people.models import User
from jiqun.web.region import region


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
