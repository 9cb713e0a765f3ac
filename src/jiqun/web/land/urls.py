from __future__ import annotations

from django.urls import path

from jiqun.web.land import account_views, compare_views, ranked_views, views, year_before

app_name = "land"
urlpatterns = [
    path("", views.listing, name="runs"),
    path("accounts/", account_views.accounts, name="accounts"),
    path("accounts.xlsx", account_views.export, name="accounts_export"),
    path("rankings/", ranked_views.rankings, name="rankings"),
    path("rankings.xlsx", ranked_views.export, name="rankings_export"),
    path("compare/", compare_views.choose, name="compare_choose"),
    path("compare/<slug:before>/<slug:after>/", compare_views.compare, name="compare"),
    path("compare/<slug:before>/<slug:after>/start/", compare_views.start, name="compare_start"),
    path("compare/<slug:before>/<slug:after>/export.xlsx", compare_views.export, name="compare_export"),
    path("evaluate/", views.evaluate, name="evaluate"),
    path("runs/<slug:id_>/", views.grid, name="grid"),
    path("runs/<slug:id_>/firms/<str:subject>/ways/", views.ways, name="ways"),
    path("runs/<slug:id_>/firms/<str:subject>/changes/", year_before.changes, name="changes"),
    path("runs/<slug:id_>/export.<slug:kind>", views.export, name="export"),
    path("runs/<slug:id_>/firms/<str:subject>/", views.firm, name="firm"),
]
