from __future__ import annotations

from django.apps import AppConfig


class DisposalsConfig(AppConfig):
    name = "jiqun.web.disposals"
    label = "disposals"
    default_auto_field = "django.db.models.BigAutoField"
