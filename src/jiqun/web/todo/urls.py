from __future__ import annotations

from django.urls import path

from jiqun.web.todo import views

app_name = "todo"
urlpatterns = [path("", views.mine, name="mine")]
