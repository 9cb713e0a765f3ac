from __future__ import annotations

from django.apps import AppConfig


class Jobs(AppConfig):
    name = "jiqun.web.jobs"
    label = "jobs"

    def ready(self) -> None:
        from jiqun.web.jobs import files  # noqa: F401  (registers the work)
