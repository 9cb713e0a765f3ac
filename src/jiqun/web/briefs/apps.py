from __future__ import annotations

from django.apps import AppConfig


class Briefs(AppConfig):
    name = "jiqun.web.briefs"
    label = "briefs"

    def ready(self) -> None:
        from jiqun.web.briefs import schedule, work  # noqa: F401  (registers the work)
