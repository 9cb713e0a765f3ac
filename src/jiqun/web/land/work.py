"""Long work of per-mu evaluations."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.urls import reverse

from jiqun.desk.evaluating import Wanted, run_method
from jiqun.methods.wording.rule import plan_text
from jiqun.reports.export import export
from jiqun.values import Period
from jiqun.web.jobs.files import makes
from jiqun.web.jobs.queue import Step, work
from jiqun.web.land.compared import file_of, make
from jiqun.web.land.queries import narrowed
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import evaluated, region
from jiqun.web.shell.language import both, spoken


@work("evaluate")
def evaluate(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate a method on the ledger as it stands, as a trial; the same inputs give the same run."""
    wanted = Wanted(arguments["method"], Period.parse(arguments["period"]), snapshot=arguments.get("snapshot", ""))
    run = run_method(region(), wanted, step)
    return {"run": run.id, "to": reverse("land:grid", args=[run.id])}


@makes("land.run")
def run_file(user: User, said: dict[str, Any], step: Step) -> tuple[str, bytes]:
    """Write a run with the rows and figures that a user may see, as Excel or CSV."""
    data = narrowed(evaluated(said["run"], spoken()), scope_of(user))
    data = replace(data, rule=plan_text(data.plan, data.book, spoken()))
    plan, trial = data.plan, "" if data.official else f"_{both('试算', 'trial')}"
    title = data.voice.pick(plan.method.title, plan.method.title_en)
    name = f"{title}_{plan.period}{trial}_{data.run[:8]}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out.{said['kind']}"
        export(data, path, lambda sheet: step(both(f"写工作表 {sheet}", f"writing the sheet {sheet}")))
        return f"{name}.{said['kind']}", path.read_bytes()


@work("land.compare")
def compare(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Compare two runs and keep the result; runs never change, so it is made once."""
    before, after = str(arguments["before"]), str(arguments["after"])
    if not file_of(before, after).is_file():
        step("comparing")
        make(before, after)
    return {"to": reverse("land:compare", args=[before, after])}
