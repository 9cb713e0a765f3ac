from __future__ import annotations

from django.urls import path

from jiqun.web.rules import views

app_name = "rules"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("<str:id_>/", views.rule, name="rule"),
]
