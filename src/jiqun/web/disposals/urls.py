from __future__ import annotations

from django.urls import path

from jiqun.web.disposals import views

app_name = "disposals"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("export.xlsx", views.export, name="export"),
    path("<slug:run>/<str:enterprise>/", views.one, name="one"),
    path("<slug:run>/<str:enterprise>/propose/", views.propose, name="propose"),
    path("<slug:run>/<str:enterprise>/do/<slug:what>/", views.act, name="act"),
    path("papers/<int:number>/<slug:sha256>/", views.paper, name="paper"),
]
