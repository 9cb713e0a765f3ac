"""The language of a request; problems told as a page instead of a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from jiqun.problems import ProblemsError, disk_refused
from jiqun.web.region import one_state
from jiqun.web.shell.faults import MISSING, came_from, fault, unreadable
from jiqun.web.shell.language import of_request, speak, spoken

Answer = Callable[[HttpRequest], HttpResponse]
_LOG = logging.getLogger("jiqun.web")


class Language:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = of_request(request)
        speak(language)
        with translation.override("en" if language == "en" else "zh-hans"):  # what Django itself says of a form
            return self.get_response(request)


class OneState:
    """Has a request that only reads go by one state of law and ledger."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_state():
            return self.get_response(request)


class NotKept:
    """Has neither browser nor proxy keep an answer: it holds what one person may see, and rights may change.

    The files of `/static/` are the same for everybody and say themselves how long they hold.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not request.path.startswith("/static/"):
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


class WithoutNul:
    """Refuses a NUL in an address, a query or a form: no text has one, and PostgreSQL takes none.

    The API tells it itself, as a problem.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = [request.path, *(one for _, each in request.GET.lists() for one in each)]
        if any("\x00" in one for one in said) and not request.path.startswith("/api/"):
            return unreadable(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        fields = request.POST.lists() if request.method == "POST" else ()  # read for its mark against forgery anyway
        return unreadable(request) if any("\x00" in one for _, each in fields for one in each) else None


class ToldProblems:
    """Shows the problems that a view raised, with code, place, what, why and what to do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ProblemsError):
            return _disk(request, exception)
        missing = [one for one in exception.problems if one.code in MISSING]
        if missing:  # what to do about it is said for the command line
            told = [(one.code, one.what(spoken())) for one in missing]
            return fault(request, 404, told)
        shown = {"problems": exception.problems, "back": came_from(request)}
        return render(request, "shell/problems.html", shown, status=422)


def _disk(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Tell a disk that refuses, and log it as the fault that it is; None for anything else."""
    refused = disk_refused(exception)
    if refused is None:
        return None
    _LOG.error("%s %s broke", request.method, request.path, exc_info=exception)
    return render(request, "shell/problems.html", {"problems": [refused], "back": came_from(request)}, status=507)
