"""Making a report as a job, under the rights that its reader has when it is made."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from jiqun.desk import reporting
from jiqun.desk.reporting import YEARLY
from jiqun.ledger.snapshot import freeze
from jiqun.ledger.whole_files import whole_file
from jiqun.problems import Place, ProblemsError, problem
from jiqun.reports.word import making
from jiqun.reports.word.model import Report
from jiqun.reports.word.writing import report_bytes
from jiqun.web.briefs import queries
from jiqun.web.briefs.models import MadeReport
from jiqun.web.briefs.queries import Asked
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.queue import Step, work
from jiqun.web.people import audit
from jiqun.web.people.models import User
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import region, run_of
from jiqun.web.told_results import is_told


@work("report")
def make(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Make a report and keep its file; the same report again is the same file."""
    asked = Asked.of(arguments)
    day = date.fromisoformat(arguments["due"]) if "due" in arguments else timezone.localdate()
    queries.check(owner, asked)
    step("reading")
    report, run = laid_out(owner, asked, day)
    step("saving")
    made = keep(owner, asked, report, run, arguments.get("schedule"))
    return {"report": made.pk, "run": run, "to": reverse("briefs:one", args=[made.pk])}


def laid_out(owner: User, asked: Asked, day: date) -> tuple[Report, str]:
    """Return the report as its reader may see it, and the run it is about."""
    context, scope = region(), scope_of(owner)
    reach = queries.reach(scope, asked)
    if asked.kind == "clusters":
        frozen = freeze(context.workspace, when=context.now)
        year = making.newest_year(frozen)
        if year is None:
            raise ProblemsError([problem("LEDGER-056", Place(item=YEARLY), table=YEARLY)])
        return making.clusters(context, frozen, year, reach, day, place=place_words(scope)), ""
    run = run_of(queries.run_for(owner, asked))
    if asked.kind == "letter":
        terms = queries.terms_of(owner, asked, run.id)
        firm = Scope("enterprise", asked.firm)
        made = making.letter(context, run, asked.firm, reach, day, terms=terms, told=lambda one: is_told(one, firm))
        return made, run.id
    before = reporting.earlier(context, run)
    if asked.kind == "bulletin":
        place = place_words(scope)
        return making.bulletin(context, run, reach, day, before=before, place=place), run.id
    return making.district(context, run, asked.district, reach, day, before=before), run.id


def place_words(scope: Scope) -> str:
    """Name the part of the region that a reader's report is about; nothing for the whole."""
    if scope.whole:
        return ""
    return "、".join(place_names().get(one, one) for one in scope.places)


@transaction.atomic
def keep(owner: User, asked: Asked, report: Report, run: str, schedule: int | None) -> MadeReport:
    """Write the file under its hash and the line that lists it; who had restricted figures put in it is logged."""
    content = report_bytes(report, f".{asked.ending}")
    name = f"{hashlib.sha256(content).hexdigest()}.{asked.ending}"
    with whole_file(queries.folder() / name) as draft:
        draft.write_bytes(content)
    scope = scope_of(owner)
    column, place = queries.extent(scope, asked)
    made, is_new = MadeReport.objects.get_or_create(
        owner=owner,
        file=name,
        column=column,
        place=place,
        restricted=scope.sees_restricted,
        defaults={
            "kind": asked.kind,
            "title": f"{report.full_title}　{report.recipient}".strip()[:200],
            "size": len(content),
            "run": run,
            "is_trial": report.trial,
            "made_at": timezone.now(),
            "schedule_id": schedule,
        },
    )
    if is_new:
        details = {"kind": asked.kind, "run": run, "place": place, "restricted": scope.sees_restricted, "file": name}
        audit.record(owner.get_username(), "briefs.make", report.full_title, details)
    return made
