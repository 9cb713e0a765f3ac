"""All that somebody must do, made anew only when something it rests on has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.problems import Language
from jiqun.web.campaigns.models import Event
from jiqun.web.campaigns.state import State
from jiqun.web.disposals.actions import DECIDE, PROPOSE
from jiqun.web.disposals.models import DisposalEvent
from jiqun.web.drafts.models import DraftEvent
from jiqun.web.drafts.state import State as Draft
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.region import Ledger, ledger, region
from jiqun.web.shell.language import spoken
from jiqun.web.todo.campaigns import campaign_tasks, open_campaigns
from jiqun.web.todo.others import disposal_tasks, draft_tasks, ledger_tasks, open_drafts, title_tasks
from jiqun.web.todo.task import Task

_Last = tuple[int, Any] | None  # the newest event: nothing is ever changed or removed below it


@dataclass(frozen=True)
class _Grounds:
    """All that a list of tasks rests on: the same grounds give the same tasks."""

    who: tuple[Any, ...]
    today: date
    language: Language
    ledger: Ledger
    law: Context
    campaigns: _Last
    disposals: _Last
    drafts: _Last
    files: tuple[tuple[int, str], ...]
    duties: tuple[Any, ...]


def tasks_of(user: User) -> tuple[Task, ...]:
    """Return what a user must do now, the most urgent first; some small queries where nothing has changed."""
    if user.pk is None:  # a page that is made ahead, for nobody
        return ()
    return _tasks(user, _grounds(user))


def forget() -> None:
    """Drop what is kept, where a database was put back to an earlier state."""
    for kept in (_tasks, _campaigns, _drafts):
        kept.cache_clear()


def _grounds(user: User) -> _Grounds:
    imports = user.may("import")
    files = Upload.objects.filter(owner=user, state__in=("checked", "refused")).values_list("pk", "state")
    return _Grounds(
        who=(user.pk, user.role, user.place, user.unit, user.full_name, user.is_active),
        today=timezone.localdate(),
        language=spoken(),
        ledger=ledger(),
        law=region(),
        campaigns=_newest(Event),
        disposals=_newest(DisposalEvent) if any(user.may(one) for one in (*DECIDE, *PROPOSE)) else None,
        drafts=_newest(DraftEvent) if user.may("drafts") else None,
        files=tuple(files) if imports else (),
        duties=_duties() if imports else (),
    )


def _newest(events: Any) -> _Last:
    found: _Last = events.objects.order_by("-id").values_list("id", "at").first()
    return found


def _duties() -> tuple[Any, ...]:
    """Every change of a duty is logged, so the newest line of the log tells one state of them from another."""
    counted = Duty.objects.aggregate(n=Count("id"), newest=Max("id"))
    logged = AuditEntry.objects.filter(action="ledger.duty").values_list("id", flat=True).first()
    return counted["n"], counted["newest"], logged


@lru_cache(maxsize=512)
def _tasks(user: User, on: _Grounds) -> tuple[Task, ...]:
    found = [
        *campaign_tasks(_campaigns(on.campaigns, on.law), user, on.today),
        *ledger_tasks(user, on.today),
        *disposal_tasks(user, on.today),
        *(draft_tasks(_drafts(on.drafts, on.law), user, on.today) if user.may("drafts") else ()),
        *title_tasks(user, on.today),
    ]
    return tuple(sorted(found, key=lambda one: one.urgency))


@lru_cache(maxsize=2)
def _campaigns(newest: _Last, law: Context) -> tuple[State, ...]:
    return open_campaigns()


@lru_cache(maxsize=2)
def _drafts(newest: _Last, law: Context) -> tuple[Draft, ...]:
    return open_drafts()
