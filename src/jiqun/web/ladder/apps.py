from __future__ import annotations

from django.apps import AppConfig


class LadderPages(AppConfig):
    name = "jiqun.web.ladder"
    label = "ladder_pages"

    def ready(self) -> None:
        from jiqun.web.ladder import work  # noqa: F401  (registers the work)
