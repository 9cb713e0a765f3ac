"""All that somebody must do, made anew only when something it rests on has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.problems import Language
from jiqun.web.campaigns.models import Event
from jiqun.web.campaigns.state import State
from jiqun.web.disposals.models import DisposalEvent
from jiqun.web.drafts.models import DraftEvent
from jiqun.web.drafts.state import State as Draft
from jiqun.web.kept import kept
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.people.eyes import own_accounts
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import Ledger, ledger, region
from jiqun.web.shell.language import spoken
from jiqun.web.todo.campaigns import campaign_tasks, open_campaigns
from jiqun.web.todo.others import disposal_tasks, draft_tasks, ledger_tasks, open_drafts, title_tasks
from jiqun.web.todo.task import Task

_EVENTS: tuple[type[Model], ...] = (Event, DisposalEvent, DraftEvent)
_Newest = tuple[Any, ...]  # of events, which are never changed or removed: the newest tells one state from another


@dataclass(frozen=True)
class _Grounds:
    """All that a list of tasks rests on: the same grounds give the same tasks."""

    who: tuple[Any, ...]
    today: date
    language: Language
    ledger: Ledger
    law: Context
    newest: _Newest
    files: tuple[tuple[int, str], ...]


def tasks_of(user: User) -> tuple[Task, ...]:
    """Return what a user must do now, the most urgent first; some small queries where nothing has changed."""
    if user.pk is None:  # a page that is made ahead, for nobody
        return ()
    return _tasks(user, _grounds(user))


def forget() -> None:
    """Drop what is kept, where a database was put back to an earlier state."""
    for one in (_tasks, _campaigns, _drafts):
        one.forget()


def _grounds(user: User) -> _Grounds:
    files = Upload.objects.filter(owner=user, state__in=("checked", "refused")).values_list("pk", "state")
    return _Grounds(
        who=(user.pk, user.role, scope_of(user), user.unit, user.full_name, user.is_active, own_accounts(user)),
        today=timezone.localdate(),
        language=spoken(),
        ledger=ledger(),
        law=region(),
        newest=newest(),
        files=tuple(files) if user.may("import") else (),
    )


def newest() -> _Newest:
    """Ask for the newest event of every kind, and for the duties, in one query: this is done for every page.

    Every change of a duty is logged, so the newest line of the log tells one state of the duties from another.
    """
    name = connection.ops.quote_name
    tables = [name(one._meta.db_table) for one in _EVENTS]
    asked = [
        f"(SELECT {name(column)} FROM {table} ORDER BY id DESC LIMIT 1)" for table in tables for column in ("id", "at")
    ]
    duty, log = (name(one._meta.db_table) for one in (Duty, AuditEntry))
    asked += [f"(SELECT {what} FROM {duty})" for what in ("COUNT(*)", "MAX(id)")]
    asked.append(f"(SELECT MAX(id) FROM {log} WHERE action = 'ledger.duty')")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)}")
        return tuple(cursor.fetchone())


@kept(512)
def _tasks(user: User, on: _Grounds) -> tuple[Task, ...]:
    found = [
        *campaign_tasks(_campaigns(on.newest, on.law), user, on.today),
        *ledger_tasks(user, on.today),
        *disposal_tasks(user, on.today),
        *(draft_tasks(_drafts(on.newest, on.law), user, on.today) if user.may("drafts") else ()),
        *title_tasks(user, on.today),
    ]
    return tuple(sorted(found, key=lambda one: one.urgency))


@kept(2)
def _campaigns(newest: _Newest, law: Context) -> tuple[State, ...]:
    return open_campaigns()


@kept(2)
def _drafts(newest: _Newest, law: Context) -> tuple[Draft, ...]:
    return open_drafts()
