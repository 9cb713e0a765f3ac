from __future__ import annotations

from django.urls import path

from jiqun.web.overview import views

app_name = "overview"
urlpatterns = [path("", views.home, name="home")]
