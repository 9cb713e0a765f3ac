"""Pages of reports: what can be made, what was made, what is made by the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.problems import ProblemsError
from jiqun.reports.word.making import KINDS, Kind
from jiqun.reports.word.writing import report_bytes
from jiqun.web.briefs import actions, queries
from jiqun.web.briefs.firm_file import firm_report
from jiqun.web.briefs.models import MONTHLY, WEEKLY, MadeReport, Schedule
from jiqun.web.briefs.queries import Asked
from jiqun.web.campaigns.queries import visible
from jiqun.web.enterprises.register import Wanted as FirmsWanted
from jiqun.web.enterprises.register import chosen, readable_runs, register
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.audit import record_request
from jiqun.web.people.models import User
from jiqun.web.people.rights import needs, require
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both
from jiqun.web.shell.typed import shown_again


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """Show the kinds of reports with their forms, and the finished files that the user may have."""
    user: Any = request.user
    found = queries.readable(user)
    lines = [(one, _title(KINDS[one.kind])) for one in found]
    return render(request, "briefs/listing.html", {"lines": lines, **_choices(user)})


def _choices(user: User) -> dict[str, Any]:
    scope = scope_of(user)
    return {
        "kinds": [KINDS[one] for one in queries.kinds_of(user)],
        "runs": readable_runs(scope),
        "campaigns": visible(user),
        "districts": queries.districts(scope),
        "has_firms": bool(scope.firms(ledger().table("enterprise"))),
        "own_firm": scope.place if scope.column == "enterprise" else "",
    }


def _title(kind: Kind) -> str:
    return both(kind.title, kind.title_en)


def _asked(request: HttpRequest) -> Asked:
    """Read a form; a firm may be named as in the search, and must then be one."""
    said = request.POST
    campaign = whole_number(said.get("campaign", "")) or 0
    kind = said.get("kind", "")
    if kind not in KINDS:
        raise Http404
    of = KINDS[kind].of
    return Asked(
        kind,
        said.get("run", "") if KINDS[kind].needs_run else "",
        campaign if KINDS[kind].needs_run else 0,
        said.get("district", "") if of == "district" else "",
        _firm(request, said) if of == "enterprise" else "",
        said.get("ending", "docx"),
    )


def _firm(request: HttpRequest, said: Mapping[str, str]) -> str:
    user: Any = request.user
    text = said.get("firm", "").strip()[:100]
    scope = scope_of(user)
    if text in ledger().firms(scope):
        return text
    found = chosen(register(scope)[0], scope, FirmsWanted(text)) if text else ledger().table("enterprise").clear()
    return str(found["enterprise"][0]) if found.height == 1 else text


@require_POST
@needs("read")
def make(request: HttpRequest) -> HttpResponse:
    """Queue a report."""
    user: Any = request.user
    return redirect("jobs:one", actions.ask_report(user, _asked(request)).pk)


def _made(request: HttpRequest, number: int) -> MadeReport:
    user: Any = request.user
    found = MadeReport.objects.select_related("owner").filter(pk=number).first()
    if found is None or not queries.may_read(user, found):
        raise Http404
    return found


@needs("read")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a finished file rests on, with the way to it."""
    made = _made(request, number)
    return render(request, "briefs/one.html", {"made": made, "kind": _title(KINDS[made.kind])})


@needs("read")
def download(request: HttpRequest, number: int) -> HttpResponse:
    """Hand a finished file out under the rights of now; who took it is logged."""
    made = _made(request, number)
    path = queries.folder() / made.file
    if not path.is_file():
        raise Http404
    record_request(request, "briefs.download", made.title, report=made.pk, run=made.run, restricted=made.restricted)
    return attachment(path.read_bytes(), f"{made.title}.{made.ending}")


@needs("export")
def firm_file(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the file of one firm as Word, with the parts and figures that the user may see."""
    user: Any = request.user
    scope = scope_of(user)
    if code not in ledger().firms(scope):
        raise Http404
    report = firm_report(code, scope, timezone.localdate())
    record_request(request, "briefs.firm", code, restricted=scope.sees_restricted)
    return attachment(report_bytes(report, ".docx"), f"{report.full_title}.docx")


@needs("export")
def schedules(request: HttpRequest) -> HttpResponse:
    """Show what is made by the calendar; a POST plans a report."""
    user: Any = request.user
    if request.method == "POST":
        return _plan(request, user)
    found = Schedule.objects.select_related("reader")
    mine = found if user.may("people") else found.filter(reader=user)
    readers = User.objects.filter(is_active=True).order_by("username") if user.may("people") else [user]
    lines = [(one, _title(KINDS[one.kind]), _when(one), one.reports.first()) for one in mine]
    return render(request, "briefs/schedules.html", {"lines": lines, "readers": readers, **_choices(user)})


def _when(one: Schedule) -> str:
    if one.every == WEEKLY:
        days = "一二三四五六日"[one.day - 1], ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[one.day - 1]
        return both(f"每周{days[0]}", f"weekly, {days[1]}")
    return (
        both(f"每月 {one.day} 日", f"monthly, day {one.day}")
        if one.day < 29
        else both(f"每月 {one.day} 日（不足则月末）", f"monthly, day {one.day} or the last")
    )


def _plan(request: HttpRequest, user: User) -> HttpResponse:
    require(request, "export")
    reader = User.objects.filter(username=request.POST.get("reader") or user.get_username()).first()
    day = whole_number(request.POST.get("day", ""))
    every = request.POST.get("every", MONTHLY)
    try:
        if reader is None or day is None:
            raise ValueError(day)
        actions.plan(user, reader, _asked(request), every, day, timezone.localdate())
    except ValueError:
        told = both("每周填 1 至 7（周一至周日），每月填 1 至 31。", "Weekly 1 to 7, monthly 1 to 31.")
        messages.error(request, told)
        return shown_again(request, reverse("briefs:schedules"), ("day",), told)
    except ProblemsError as told:
        for fault in told.problems:
            messages.error(request, both(fault.text("zh"), fault.text("en")))
        return shown_again(request, reverse("briefs:schedules"))
    return redirect("briefs:schedules")


@require_POST
@needs("export")
def switch(request: HttpRequest, number: int) -> HttpResponse:
    """Pause a schedule or take it up again."""
    user: Any = request.user
    found = Schedule.objects.filter(pk=number).first()
    if found is None or not (found.reader_id == user.pk or user.may("people")):
        raise Http404
    actions.switch(user, found, request.POST.get("to") == "on", timezone.localdate())
    return redirect("briefs:schedules")
