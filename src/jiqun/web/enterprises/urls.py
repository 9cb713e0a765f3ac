from __future__ import annotations

from django.urls import path

from jiqun.web.enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("export.xlsx", views.export, name="export"),
    path("<str:code>/", views.firm, name="firm"),
    path("<str:code>/source/", views.source, name="source"),
]
