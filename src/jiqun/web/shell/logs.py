"""Log lines as JSON, one event a line; one line for every request."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

_ACCESS = logging.getLogger("jiqun.access")
_QUIET = ("/static/", "/health/")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object: time, level, logger, message, its fields, and the exception if any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        reference = getattr(getattr(record, "request", None), "reference", "")
        if reference:  # what the page of a fault names, so that its line is found
            line["reference"] = reference
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Accesses:
    """Logs who asked for what and how long it took; without the words of a search, which may name people.

    Every request has a reference of its own, under which its lines are found.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_QUIET):
            return self.get_response(request)
        request.reference = secrets.token_hex(4)  # type: ignore[attr-defined]
        begun = time.perf_counter()
        answer = self.get_response(request)
        # only a user who was read anyway: logging asks the database nothing
        user = getattr(request, "auth", None) or getattr(request, "_cached_user", None)
        fields = {
            "method": request.method,
            "path": request.path,
            "status": answer.status_code,
            "ms": round((time.perf_counter() - begun) * 1000),
            "who": user.get_username() if user else "",
            "address": request.META.get("REMOTE_ADDR", ""),
            "reference": request.reference,  # type: ignore[attr-defined]
        }
        _ACCESS.info("%s %s", request.method, request.path, extra={"fields": fields})
        return answer
