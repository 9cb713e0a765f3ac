"""All that somebody must do, made anew only when something it rests on has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.problems import Language
from jiqun.web.campaigns.state import State
from jiqun.web.drafts.state import State as Draft
from jiqun.web.kept import kept
from jiqun.web.ledger.models import Upload
from jiqun.web.newest import Newest, newest
from jiqun.web.people.eyes import own_accounts
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import Ledger, ledger, region
from jiqun.web.shell.language import spoken
from jiqun.web.todo.campaigns import campaign_tasks, open_campaigns
from jiqun.web.todo.others import disposal_tasks, draft_tasks, ledger_tasks, open_drafts, title_tasks
from jiqun.web.todo.task import Task

_WAITING = (
    f"SELECT id, state FROM {Upload._meta.db_table}"
    " WHERE owner_id = %s AND state IN ('checked', 'refused') ORDER BY id DESC"
)


@dataclass(frozen=True)
class _Grounds:
    """All that a list of tasks rests on: the same grounds give the same tasks."""

    who: tuple[Any, ...]
    today: date
    language: Language
    ledger: Ledger
    law: Context
    newest: Newest
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
    return _Grounds(
        who=(user.pk, user.role, scope_of(user), user.unit, user.full_name, user.is_active, own_accounts(user)),
        today=timezone.localdate(),
        language=spoken(),
        ledger=ledger(),
        law=region(),
        newest=newest(),
        files=_files(user) if user.may("import") else (),
    )


def _files(user: User) -> tuple[tuple[int, str], ...]:
    """Ask for the files of a user that wait for a word; without what Django does to put a query together."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [user.pk])
        return tuple(cursor.fetchall())


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
def _campaigns(newest: Newest, law: Context) -> tuple[State, ...]:
    return open_campaigns()


@kept(2)
def _drafts(newest: Newest, law: Context) -> tuple[Draft, ...]:
    return open_drafts()
