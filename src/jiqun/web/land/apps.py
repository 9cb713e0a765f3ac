from __future__ import annotations

from django.apps import AppConfig


class Land(AppConfig):
    name = "jiqun.web.land"
    label = "land"

    def ready(self) -> None:
        from jiqun.web.land import work  # noqa: F401  (registers the work)
