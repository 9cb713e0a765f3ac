from __future__ import annotations

from django.apps import AppConfig


class Grades(AppConfig):
    name = "jiqun.web.grades"
    label = "grades"

    def ready(self) -> None:
        from jiqun.web.grades import work  # noqa: F401  (registers the work)
