from __future__ import annotations

from django.apps import AppConfig


class People(AppConfig):
    name = "jiqun.web.people"
    label = "people"

    def ready(self) -> None:
        from jiqun.web.people import audit_sheet, expiry  # noqa: F401  (registers the work)
