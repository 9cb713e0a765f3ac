from __future__ import annotations

from django.urls import path

from jiqun.web.rules import law_pages, views

app_name = "rules"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("numbers/", law_pages.numbers_listing, name="numbers"),
    path("numbers/<str:id_>/", law_pages.number, name="number"),
    path("numbers/<str:id_>/values/", law_pages.number_sheet, name="number_sheet"),
    path("objects/", law_pages.objects, name="objects"),
    path("objects/<slug:kind>/<str:id_>/", law_pages.object_page, name="object"),
    path("<str:id_>/", views.rule, name="rule"),
]
