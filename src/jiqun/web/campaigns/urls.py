from __future__ import annotations

from django.urls import path

from jiqun.web.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("create/", views.create, name="create"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/do/<slug:what>/", views.act, name="act"),
    path("<int:number>/appeals/<int:about>/", views.appeal, name="appeal"),
    path("<int:number>/notice/", views.notice, name="notice"),
]
