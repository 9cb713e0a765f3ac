"""What the API answers where it has no data to give: problems with code, place and text in both languages."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, Throttled, ValidationError

from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.web.shell.faults import MISSING

_LOG = logging.getLogger("jiqun.api")
_SAID = 200  # how much of a wrong value is repeated


def told(problems: tuple[Problem, ...], status: int) -> JsonResponse:
    """Return problems as JSON."""
    lines = [
        {"code": one.code, "place": str(one.place), "text": one.text("zh"), "text_en": one.text("en")}
        for one in problems
    ]
    return JsonResponse({"problems": lines}, status=status, json_dumps_params={"ensure_ascii": False})


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer any other address below /api/."""
    return told((problem("API-003"),), 404)


def without_traces(api: NinjaAPI) -> None:
    """Have an API tell everything that goes wrong as problems."""
    api.add_exception_handler(ProblemsError, _problems)
    api.add_exception_handler(AuthenticationError, lambda request, wrong: told((problem("API-001"),), 401))
    api.add_exception_handler(PermissionDenied, _denied)
    api.add_exception_handler(Http404, lambda request, wrong: nothing_here(request))
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Throttled, _throttled)
    api.add_exception_handler(Exception, _broken)


def _problems(request: HttpRequest, wrong: Any) -> HttpResponse:
    missing = any(one.code in MISSING for one in wrong.problems)
    return told(wrong.problems, 404 if missing else 422)


def _denied(request: HttpRequest, wrong: Any) -> HttpResponse:
    who = request.auth.get_username()  # type: ignore[attr-defined]
    return told((problem("API-002", who=who, right=str(wrong)),), 403)


def _invalid(request: HttpRequest, wrong: Any) -> HttpResponse:
    found = []
    for one in wrong.errors:
        name = str(one["loc"][-1])[:_SAID]
        found.append(problem("API-004", Place(item=name), name=name, detail=str(one["msg"])[:_SAID]))
    return told(tuple(found), 422)


def _throttled(request: HttpRequest, wrong: Any) -> HttpResponse:
    return told((problem("API-005", limit=settings.API_PER_MINUTE, seconds=int(wrong.wait or 60)),), 429)


def _broken(request: HttpRequest, wrong: Any) -> HttpResponse:
    _LOG.error("%s %s broke", request.method, request.path, exc_info=wrong)
    return told((problem("API-006"),), 500)


class OneOfEach:
    """Refuses a query parameter that is given twice: taking the last one would answer half of what was asked."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            twice = [name[:_SAID] for name, values in request.GET.lists() if len(values) > 1]
            if twice:
                return told(tuple(problem("API-008", Place(item=name), name=name) for name in twice), 400)
        answer: HttpResponse = self.get_response(request)
        return answer


class AllowedMethods:
    """Tells a method that an address does not take as a problem too; the framework answers it in plain text."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        if answer.status_code != 405 or not request.path.startswith("/api/"):
            return answer
        said = told((problem("API-007", method=(request.method or "")[:20]),), 405)
        said["Allow"] = answer["Allow"]
        return said
