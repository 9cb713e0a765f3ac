from __future__ import annotations

from django.urls import path

from jiqun.web.campaigns import appeal_views, views

app_name = "campaigns"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("create/", views.create, name="create"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/do/<slug:what>/", views.act, name="act"),
    path("<int:number>/appeals/new/", appeal_views.new, name="new_appeal"),
    path("<int:number>/appeals/<int:about>/", appeal_views.one, name="appeal"),
    path("<int:number>/appeals/<int:about>/papers/", appeal_views.add, name="add_paper"),
    path("<int:number>/appeals/<int:about>/papers/<int:paper>/", appeal_views.paper, name="paper"),
    path("<int:number>/appeals/<int:about>/letter/", appeal_views.letter, name="letter"),
    path("<int:number>/appeals/<int:about>/letter.docx", appeal_views.letter_file, name="letter_file"),
    path("<int:number>/checks/papers/<int:paper>/", appeal_views.check_paper, name="check_paper"),
    path("<int:number>/measures.xlsx", views.measures, name="measures"),
    path("<int:number>/adjustments.xlsx", views.adjustments, name="adjustments"),
    path("<int:number>/notice/", views.notice, name="notice"),
    path("<int:number>/notice.docx", views.notice_file, name="notice_file"),
]
