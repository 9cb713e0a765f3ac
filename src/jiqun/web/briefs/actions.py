"""Asking for reports and planning them: each is checked, made and logged in one transaction."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from django.core.exceptions import PermissionDenied
from django.db import transaction

from jiqun.reports.word.making import KINDS
from jiqun.web.briefs import queries
from jiqun.web.briefs.models import MONTHLY, WEEKLY, Schedule
from jiqun.web.briefs.queries import Asked
from jiqun.web.briefs.schedule import next_after
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import ask
from jiqun.web.people import audit
from jiqun.web.people.models import User
from jiqun.web.region import ledger

_LAST_DAY = {WEEKLY: 7, MONTHLY: 31}


def ask_report(user: User, asked: Asked) -> Job:
    """Queue a report; REPORT-001 where the user may not have it, REPORT-002 where nothing was evaluated."""
    queries.check(user, asked)
    if KINDS[asked.kind].needs_run:
        queries.run_for(user, asked)
    return ask("report", f"{KINDS[asked.kind].title} {_about(asked)}".strip(), user, **asked.arguments)


def _about(asked: Asked) -> str:
    """Name the firm or district of a report as people call it; its code where the register has no name."""
    if not asked.firm:
        return place_names().get(asked.district, asked.district)
    rows = ledger().table("enterprise").filter(pl.col("enterprise") == asked.firm)
    return next(iter(rows["name"].drop_nulls()), asked.firm)


@transaction.atomic
def plan(by: User, reader: User, asked: Asked, every: str, day: int, today: date) -> Schedule:
    """Plan a report for its reader, from today on; for others only with the right `people`.

    REPORT-001 where the reader may not have it, ValueError for a day that no week or month has.
    """
    if reader != by and not by.may("people"):
        raise PermissionDenied("people")
    queries.check(reader, asked)
    if every not in _LAST_DAY or not 1 <= day <= _LAST_DAY[every]:
        raise ValueError(f"{every} {day}")
    first = next_after(every, day, today - timedelta(days=1))
    made = Schedule.objects.create(
        kind=asked.kind,
        arguments=asked.arguments,
        every=every,
        day=day,
        reader=reader,
        made_by=by.get_username(),
        next_due=first,
    )
    details = {"every": every, "day": day, "reader": reader.get_username(), **asked.arguments}
    audit.record(by.get_username(), "briefs.plan", KINDS[asked.kind].title, details)
    return made


@transaction.atomic
def switch(user: User, schedule: Schedule, is_active: bool, today: date) -> None:
    """Pause a schedule or take it up again, from today on: days of the pause are not made up for."""
    schedule.is_active = is_active
    if is_active:
        schedule.next_due = next_after(schedule.every, schedule.day, today - timedelta(days=1))
    schedule.save(update_fields=["is_active", "next_due"])
    audit.record(user.get_username(), "briefs.resume" if is_active else "briefs.pause", str(schedule.pk))
