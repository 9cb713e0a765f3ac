from __future__ import annotations

from django.urls import path

from jiqun.web.api.service import api

urlpatterns = [path("", api.urls)]
