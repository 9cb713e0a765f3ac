"""Long work of per-mu evaluations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from jiqun.desk.evaluating import Wanted, run_method
from jiqun.values import Period
from jiqun.web.jobs.queue import Step, work
from jiqun.web.people.models import User
from jiqun.web.region import region


@work("evaluate")
def evaluate(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate a method on the ledger as it stands, as a trial; the same inputs give the same run."""
    wanted = Wanted(arguments["method"], Period.parse(arguments["period"]), snapshot=arguments.get("snapshot", ""))
    run = run_method(region(), wanted, step)
    return {"run": run.id, "to": reverse("land:grid", args=[run.id])}
