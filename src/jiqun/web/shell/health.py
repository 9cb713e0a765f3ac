"""Whether the server can do its work: database and ledger answer, somebody does the long work, the disk has room."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from jiqun.ledger.log import LOG
from jiqun.ledger.store import Store
from jiqun.ledger.workspace import SETTINGS, Workspace
from jiqun.problems import ProblemsError
from jiqun.web.jobs.queue import is_served

_LEAST_FREE = 2**30


def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 where pages can be served, 503 with the part that is not there.

    Without a worker or with less than 1 GiB of disk the pages still work: this is told as not `fine`, with 200.
    """
    needed = {
        "database": _database(),
        "workspace": (settings.WORKSPACE / SETTINGS).is_file(),
        "ledger": _ledger(),
    }
    wanted = {"worker": needed["database"] and is_served(), "disk": _disk()}
    fine = all((*needed.values(), *wanted.values()))
    return JsonResponse({"fine": fine, **needed, **wanted}, status=200 if all(needed.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM people_user")
    except DatabaseError:
        return False
    return True


def _ledger() -> bool:
    """Tell whether the log of imports can be opened, wherever the ledger lies; one that is still empty is fine."""
    try:
        Store(Workspace.open(settings.WORKSPACE)).version(LOG)
    except (ProblemsError, OSError):
        return False
    return True


def _disk() -> bool:
    return shutil.disk_usage(settings.WORKSPACE).free > _LEAST_FREE
