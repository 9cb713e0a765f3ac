from __future__ import annotations

from django.urls import path

from jiqun.web.ladder import views

app_name = "ladder"
urlpatterns = [
    path("", views.boards, name="boards"),
    path("screen/", views.screen, name="screen"),
    path("release/", views.release, name="release"),
    path("firms/", views.firms, name="firms"),
    path("firms/<str:code>/", views.advice, name="advice"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/export.xlsx", views.export_calendar, name="export_calendar"),
    path("export.xlsx", views.export, name="export"),
]
