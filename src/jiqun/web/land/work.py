"""Long work of per-mu evaluations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from jiqun.desk.evaluating import Wanted, run_method
from jiqun.values import Period
from jiqun.web.jobs.queue import Step, work
from jiqun.web.land.compared import file_of, make
from jiqun.web.people.models import User
from jiqun.web.region import region


@work("evaluate")
def evaluate(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate a method on the ledger as it stands, as a trial; the same inputs give the same run."""
    wanted = Wanted(arguments["method"], Period.parse(arguments["period"]), snapshot=arguments.get("snapshot", ""))
    run = run_method(region(), wanted, step)
    return {"run": run.id, "to": reverse("land:grid", args=[run.id])}


@work("land.compare")
def compare(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Compare two runs and keep the result; runs never change, so it is made once."""
    before, after = str(arguments["before"]), str(arguments["after"])
    if not file_of(before, after).is_file():
        step("comparing")
        make(before, after)
    return {"to": reverse("land:compare", args=[before, after])}
