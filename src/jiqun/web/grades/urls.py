from __future__ import annotations

from django.urls import path

from jiqun.web.grades import views

app_name = "grades"
urlpatterns = [
    path("green/", views.board, {"line": "green"}, name="green"),
    path("digital/", views.board, {"line": "digital"}, name="digital"),
    path("<str:line>/", views.board, name="board"),
    path("<str:line>/<str:method>/", views.rule, name="rule"),
    path("<str:line>/<str:method>/evaluate/", views.evaluate, name="evaluate"),
    path("<str:line>/<str:method>/export.xlsx", views.export, name="export"),
    path("<str:line>/<str:method>/<str:run>/<path:subject>/", views.firm, name="firm"),
]
