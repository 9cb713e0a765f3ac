from __future__ import annotations

from django.urls import path

from jiqun.web.land import views

app_name = "land"
urlpatterns = [
    path("", views.listing, name="runs"),
    path("evaluate/", views.evaluate, name="evaluate"),
    path("runs/<slug:id_>/", views.grid, name="grid"),
    path("runs/<slug:id_>/firms/<str:subject>/ways/", views.ways, name="ways"),
    path("runs/<slug:id_>/export.<slug:kind>", views.export, name="export"),
    path("runs/<slug:id_>/firms/<str:subject>/", views.firm, name="firm"),
]
