from __future__ import annotations

from django.urls import path

from jiqun.web.drafts import views

app_name = "drafts"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("copy/", views.copy, name="copy"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/text/", views.text, name="text"),
    path("<int:number>/do/<slug:what>/", views.act, name="act"),
]
