from __future__ import annotations

from django.urls import path, re_path

from jiqun.web.api.answers import nothing_here
from jiqun.web.api.service import api

urlpatterns = [path("", nothing_here), path("", api.urls), re_path("^", nothing_here)]
