"""The newest events of every kind: events are never changed or removed, so these tell one state of them from another.

What is made from events is kept by them. They are asked for once for a request that only reads.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model

from jiqun.web.campaigns.models import Event
from jiqun.web.disposals.models import DisposalEvent
from jiqun.web.drafts.models import DraftEvent
from jiqun.web.ledger.models import Duty
from jiqun.web.people.models import AuditEntry
from jiqun.web.region import once_in_a_state

Newest = tuple[Any, ...]
_EVENTS: tuple[type[Model], ...] = (Event, DisposalEvent, DraftEvent)


@once_in_a_state
def newest() -> Newest:
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


def newest_of_campaigns() -> Newest:
    """Return the newest event of campaigns: number and time."""
    return newest()[:2]
