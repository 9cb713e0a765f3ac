from __future__ import annotations

from django.urls import path

from jiqun.web.ladder import views

app_name = "ladder"
urlpatterns = [
    path("", views.boards, name="boards"),
    path("screen/", views.screen, name="screen"),
    path("firms/", views.firms, name="firms"),
    path("calendar/", views.calendar, name="calendar"),
    path("export.xlsx", views.export, name="export"),
]
