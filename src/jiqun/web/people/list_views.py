"""The list of accounts out as a workbook, and in again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jiqun.problems import ProblemsError
from jiqun.web.ledger.handing import attachment
from jiqun.web.ledger.receiving import received, safe_name
from jiqun.web.people import audit, lists
from jiqun.web.people.models import User
from jiqun.web.people.rights import needs
from jiqun.web.shell.language import both


@needs("people")
def export(request: HttpRequest) -> HttpResponse:
    """Hand out all accounts as a workbook; that is logged."""
    audit.record_request(request, "people.list.export", "", rows=User.objects.count())
    return attachment(lists.accounts_workbook(), both("账号名单.xlsx", "Accounts.xlsx"))


@require_POST
@needs("people")
def take(request: HttpRequest) -> HttpResponse:
    """Take a workbook of accounts in; first passwords of new ones come as a workbook, once."""
    try:
        taken = _taken(request)
    except ProblemsError as told:
        return render(request, "people/list_refused.html", {"problems": told.problems}, status=422)
    if taken.added:
        content = lists.passwords_workbook(taken.added, request.build_absolute_uri("/"))
        return attachment(content, both("新账号和初始密码.xlsx", "New accounts.xlsx"))
    messages.success(request, lists.said_of(taken))
    return redirect("people:listing")


def _taken(request: HttpRequest) -> lists.Taken:
    file, by = received(request), request.user.get_username()
    with TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(file.name or "list.xlsx")
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        taken = lists.take(path, by)
    rows = {"added": len(taken.added), "changed": len(taken.changed), "same": taken.same}
    audit.record_request(request, "people.list.take", safe_name(file.name or ""), **rows)
    return taken
