from __future__ import annotations

from django.apps import AppConfig


class Enterprises(AppConfig):
    name = "jiqun.web.enterprises"
    label = "enterprises"
