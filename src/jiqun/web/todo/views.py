"""The page of what a user must do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.web.people.rights import needs
from jiqun.web.todo.tasks import tasks_of


@needs("read")
def mine(request: HttpRequest) -> HttpResponse:
    """List what this user must do now, the most urgent first."""
    user: Any = request.user
    tasks = tasks_of(user)
    urgent = sum(one.light.colour == "red" for one in tasks)
    return render(request, "todo/mine.html", {"tasks": tasks, "urgent": urgent})
