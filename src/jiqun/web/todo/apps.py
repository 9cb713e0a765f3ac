"""我的待办."""

from __future__ import annotations

from django.apps import AppConfig


class Todo(AppConfig):
    name = "jiqun.web.todo"
    label = "todo"
