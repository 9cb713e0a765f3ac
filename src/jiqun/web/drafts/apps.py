from __future__ import annotations

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "jiqun.web.drafts"
    label = "drafts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jiqun.web.drafts import work  # noqa: F401  (registers the work)
