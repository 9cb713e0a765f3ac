from __future__ import annotations

from django.urls import path

from jiqun.web.briefs import views

app_name = "briefs"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("make/", views.make, name="make"),
    path("schedules/", views.schedules, name="schedules"),
    path("schedules/<int:number>/", views.switch, name="switch"),
    path("firms/<str:code>.docx", views.firm_file, name="firm"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/file/", views.download, name="file"),
]
