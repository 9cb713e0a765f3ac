from __future__ import annotations

from django.apps import AppConfig


class Rules(AppConfig):
    name = "jiqun.web.rules"
    label = "rules"
