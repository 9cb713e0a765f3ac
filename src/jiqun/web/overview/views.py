"""总览: what a leader sees first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.web.land.queries import run_lines
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import scope_of
from jiqun.web.shell.language import spoken


@needs("read")
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return render(request, "overview/home.html", {"lines": run_lines(scope_of(user), spoken())})
