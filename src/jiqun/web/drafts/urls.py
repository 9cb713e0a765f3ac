from __future__ import annotations

from django.urls import path

from jiqun.web.drafts import steps, views

app_name = "drafts"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("copy/", steps.copy, name="copy"),
    path("law/<int:number>/", views.publication, name="publication"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/text/", views.text, name="text"),
    path("<int:number>/values/", views.sheet, name="sheet"),
    path("<int:number>/do/<slug:what>/", steps.act, name="act"),
]
