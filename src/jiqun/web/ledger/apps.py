from __future__ import annotations

from django.apps import AppConfig


class Ledger(AppConfig):
    name = "jiqun.web.ledger"
    label = "ledger"

    def ready(self) -> None:
        from jiqun.web.ledger import expiry, work  # noqa: F401  (registers the work)
