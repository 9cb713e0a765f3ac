from __future__ import annotations

from django.urls import path

from jiqun.web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/file/", views.file, name="file"),
]
