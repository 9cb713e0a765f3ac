"""Pages for what goes wrong: no right, no such page, a form that is out of date, a request too large, our own fault."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone

from jiqun.web.shell.language import spoken

# problems that say that what was asked for is not there: 404, for pages and API alike
MISSING = frozenset({"CLI-001", "CLI-003", "PACK-040", "LEDGER-056", "LEDGER-070"})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "shell/forbidden.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "shell/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours, with the reference under which the log has it; nothing of the fault itself is shown."""
    shown = {"reference": getattr(request, "reference", ""), "at": timezone.localtime(), "language": spoken()}
    return HttpResponse(loader.render_to_string("shell/broken.html", shown), status=500)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose mark against forgery does not fit: an old page, another login, or no cookies."""
    return render(request, "shell/stale.html", status=403)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that is refused as it stands: too large a text, too many fields, a damaged upload."""
    return render(request, "shell/unreadable.html", status=400)
