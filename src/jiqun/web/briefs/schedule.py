"""Reports made by the calendar: one file for each due day, however many workers look."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from jiqun.reports.word.making import KINDS
from jiqun.web.briefs.models import WEEKLY, Schedule
from jiqun.web.jobs.chores import regular
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import ask
from jiqun.web.people import audit


def next_after(every: str, day: int, after: date) -> date:
    """Return the next day that is due after a day; a month too short for its day is due on its last.

    >>> next_after("weekly", 1, date(2026, 3, 2)), next_after("monthly", 31, date(2026, 1, 31))
    (datetime.date(2026, 3, 9), datetime.date(2026, 2, 28))
    """
    if every == WEEKLY:
        return after + timedelta(days=(day - after.isoweekday() - 1) % 7 + 1)
    this = _in_month(after.year, after.month, day)
    if this > after:
        return this
    return _in_month(after.year + after.month // 12, after.month % 12 + 1, day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def ask_due(today: date) -> list[Job]:
    """Ask for what is due; days missed while nobody worked are made up for once, and of several workers one asks."""
    asked = []
    for one in Schedule.objects.filter(is_active=True, next_due__lte=today).select_related("reader"):
        with transaction.atomic():
            following = next_after(one.every, one.day, today)
            claimed = Schedule.objects.filter(pk=one.pk, next_due=one.next_due, is_active=True)
            if not claimed.update(next_due=following):
                continue
            title = f"{KINDS[one.kind].title} {today.isoformat()}"
            if not one.reader.is_active:
                audit.record("schedule", "briefs.skipped", title, {"reader": one.reader.get_username()})
                continue
            asked.append(ask("report", title, one.reader, **one.arguments, schedule=one.pk, due=today.isoformat()))
    return asked


@regular("briefs.due", timedelta(minutes=5))
def make_due() -> None:
    """Ask for the reports of the day."""
    ask_due(timezone.localdate())
