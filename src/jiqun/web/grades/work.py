"""Long work of the boards: evaluating one rule on the ledger as it stands."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from jiqun.desk.evaluating import Wanted, run_method
from jiqun.values import Period
from jiqun.web.jobs.queue import Step, work
from jiqun.web.people.models import User
from jiqun.web.region import region


@work("evaluate_grades")
def evaluate_grades(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate as a trial; the same inputs give the same run."""
    method = arguments["method"]
    run = run_method(region(), Wanted(method, Period.parse(arguments["period"])), step)
    return {"run": run.id, "to": reverse("grades:rule", args=[arguments["line"], method])}
