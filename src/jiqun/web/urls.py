"""Addresses of the workbench, one line per business line."""

from __future__ import annotations

from django.urls import include, path

from jiqun.web.shell.health import health

urlpatterns = [
    path("", include("jiqun.web.overview.urls")),
    path("todo/", include("jiqun.web.todo.urls")),
    path("people/", include("jiqun.web.people.urls")),
    path("jobs/", include("jiqun.web.jobs.urls")),
    path("enterprises/", include("jiqun.web.enterprises.urls")),
    path("ladder/", include("jiqun.web.ladder.urls")),
    path("grades/", include("jiqun.web.grades.urls")),
    path("reports/", include("jiqun.web.briefs.urls")),
    path("rules/", include("jiqun.web.rules.urls")),
    path("drafts/", include("jiqun.web.drafts.urls")),
    path("land/", include("jiqun.web.land.urls")),
    path("disposals/", include("jiqun.web.disposals.urls")),
    path("campaigns/", include("jiqun.web.campaigns.urls")),
    path("api/", include("jiqun.web.api.urls")),
    path("ledger/", include("jiqun.web.ledger.urls")),
    path("health/", health, name="health"),
]
handler400 = "jiqun.web.shell.faults.unreadable"
handler403 = "jiqun.web.shell.faults.forbidden"
handler404 = "jiqun.web.shell.faults.not_found"
handler500 = "jiqun.web.shell.faults.broken"
