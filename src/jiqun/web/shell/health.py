"""Whether the server can do its work: database answers, workspace is there, work does not pile up."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from jiqun.ledger.workspace import SETTINGS


def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 where everything needed is there, 503 with the part that is not."""
    parts = {"database": _database(), "workspace": (settings.WORKSPACE / SETTINGS).is_file()}
    fine = all(parts.values())
    return JsonResponse({"fine": fine, **parts}, status=200 if fine else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
