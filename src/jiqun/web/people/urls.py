from __future__ import annotations

from django.urls import path

from jiqun.web.people import list_views, views

app_name = "people"
urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("password/", views.Password.as_view(), name="password"),
    path("language/", views.language, name="language"),
    path("", views.listing, name="listing"),
    path("add/", views.add, name="add"),
    path("firms/", views.firms, name="firms"),
    path("<int:number>/", views.edit, name="edit"),
    path("list.xlsx", list_views.export, name="list"),
    path("list/", list_views.take, name="take"),
    path("firm/", views.firm, name="firm"),
    path("tokens/", views.own_tokens, name="tokens"),
    path("audit/", views.audit_log, name="audit"),
    path("audit.xlsx", views.audit_export, name="audit_export"),
]
