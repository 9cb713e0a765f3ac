from __future__ import annotations

from django.apps import AppConfig


class Campaigns(AppConfig):
    name = "jiqun.web.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from jiqun.web.campaigns import work  # noqa: F401  (registers the work)
