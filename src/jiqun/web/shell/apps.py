from __future__ import annotations

from django.apps import AppConfig


class Shell(AppConfig):
    name = "jiqun.web.shell"
    label = "shell"
