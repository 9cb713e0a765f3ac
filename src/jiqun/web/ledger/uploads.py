"""Pages of a file on its way in: hand it in, see what the check found, say what it means, commit or drop it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.problems import ProblemsError
from jiqun.values import Period, Unit
from jiqun.web.jobs.models import Job
from jiqun.web.ledger import actions, queries, receiving
from jiqun.web.ledger.handing import attachment
from jiqun.web.ledger.models import Upload
from jiqun.web.ledger.preview import by_kind
from jiqun.web.ledger.rechecked import moment
from jiqun.web.people.audit import record_request
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import scope_of
from jiqun.web.region import region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both
from jiqun.web.shell.typed import shown_again


def visible(user: Any) -> QuerySet[Upload]:
    """Return the uploads that a user may open: the own ones, and all for who may undo imports."""
    found = Upload.objects.select_related("owner")
    return found if user.may("undo") else found.filter(owner=user)


def _upload(request: HttpRequest, token: str) -> Upload:
    return get_object_or_404(visible(request.user), token=token)


def _own(request: HttpRequest, token: str) -> Upload:
    return get_object_or_404(Upload, token=token, owner=request.user)


@needs("import")
def new(request: HttpRequest) -> HttpResponse:
    """Take a file for a table and a period; what is wrong with the form is told beside it."""
    said: dict[str, Any] = {name: request.GET.get(name, "") for name in ("table", "period", "corrects")}
    problems: tuple[Any, ...] = ()
    if request.method == "POST":
        said = {name: request.POST.get(name, "").strip() for name in ("table", "period", "note", "corrects", "nothing")}
        try:
            file = receiving.received(request)
            wrong = _wrong(said) or _wrong_nothing(said, request) or _wrong_correction(said, request)
            if wrong:
                messages.error(request, wrong)
            else:
                user: Any = request.user
                corrects = whole_number(said["corrects"])
                told: dict[str, Any] = {} if corrects is None else {"corrects": corrects}
                told |= {"nothing": True} if said["nothing"] else {}
                job = actions.receive(user, file, said["table"], said["period"], said["note"][:300], told)
                return redirect("jobs:one", job.pk)
        except ProblemsError as refused:
            problems = refused.problems
    shown = {
        "groups": queries.grouped_tables(),
        "said": said,
        "problems": problems,
        "limit": _limit(),
        "may_say_nothing": scope_of(request.user).whole,  # type: ignore[arg-type]
        "most": settings.UPLOAD_BYTES,
        "years": range(timezone.localdate().year, timezone.localdate().year - 4, -1),
    }
    return render(request, "ledger/new.html", shown, status=422 if problems else 200)


def _limit() -> str:
    return f"{settings.UPLOAD_BYTES / 2**20:,.0f} MB"


def _wrong(said: dict[str, Any]) -> str:
    """Return what is wrong with the form, or nothing."""
    if said["table"] not in {one.id for one in queries.fillable()}:
        return both("请选择台账表。", "Choose a table.")
    if not said["period"]:
        needs_one = region().contract(said["table"]).period != "none"
        return both("这张表要写期间，如 2024。", "This table needs a period, such as 2024.") if needs_one else ""
    try:
        Period.parse(said["period"])
    except ValueError:
        return both("期间写成 2024、2024-Q1、2024-03 或 2024-03-31。", "Write 2024, 2024-Q1, 2024-03 or 2024-03-31.")
    return ""


def _wrong_nothing(said: dict[str, Any], request: HttpRequest) -> str:
    """Return why a statement that there is nothing cannot be taken: it is of a period, and of the whole region."""
    if not said["nothing"]:
        return ""
    user: Any = request.user
    if not scope_of(user).whole:
        return both("零报告说的是全区域本期无，请由市级作出。", "It is the city that says so, of the whole region.")
    return "" if said["period"] else both("零报告要写明期间。", "Say of which period there is nothing.")


def _wrong_correction(said: dict[str, Any], request: HttpRequest) -> str:
    """Return why a file cannot correct the import that it names: it must be one of the table, and in sight."""
    number = whole_number(said["corrects"])
    if number is None:
        return ""
    user: Any = request.user
    line = queries.find_import(user, number)
    if line is not None and line.one.table == said["table"]:
        return ""
    return both(f"这张表没有第 {number} 次导入可更正。", f"The table has no import {number} to correct.")


@needs("import")
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the check found; nothing is committed yet."""
    found = _upload(request, token)
    job = Job.objects.filter(kind__startswith="ledger.", arguments__upload=token).order_by("-id").first()
    busy = job is not None and job.is_open
    if found.state in ("committing", "checking") and busy:
        return redirect("jobs:one", job.pk) if job and job.owner == request.user else _shown(request, found, busy)
    if found.state == "committed":
        return redirect("ledger:one", found.number)
    return _shown(request, found, busy)


def _brings_something(found: Upload) -> bool:
    """Whether there are good rows, or the word that there are none."""
    return bool(found.preview.get("counts", {}).get("good")) or bool(found.told.get("nothing"))


def _shown(request: HttpRequest, found: Upload, busy: bool) -> HttpResponse:
    seen = found.preview
    firms = queries.named_keys(queries.contract_of(found.table), (one["key"] for one in seen.get("changes", ())))
    seen |= {"changes": [{**one, "name": firms.get(one["key"], "")} for one in seen.get("changes", ())]}
    shown = {
        "upload": found,
        "seen": seen,
        "checked_at": moment(seen["basis"]["at"]) if "basis" in seen else None,
        "before_at": moment(seen["again"]["at"]) if seen.get("again") else None,
        "busy": busy,
        "title": queries.title_of(found.table),
        "mine": found.owner == request.user,
        "can_commit": found.state == "checked" and not busy and _brings_something(found),
        "has_return": receiving.return_path(found).is_file(),
        "problems": by_kind(seen.get("problems", [])),
        "notices": by_kind(seen.get("notices", [])),
        "more": max(0, seen.get("problem_count", 0) - len(seen.get("problems", []))),
    }
    return render(request, "ledger/upload.html", shown)


@require_POST
@needs("import")
def tell(request: HttpRequest, token: str) -> HttpResponse:
    """Say what columns and units mean, and check again."""
    user: Any = request.user
    found = _own(request, token)
    told, wrong = _told(request, found)
    if wrong or found.state not in ("checked", "refused", "checking"):
        messages.error(request, wrong or both("这份文件已经处理完。", "This file is done with."))
        return shown_again(request, reverse("ledger:upload", args=[token]))
    return redirect("jobs:one", actions.tell(user, found, told).pk)


def _told(request: HttpRequest, found: Upload) -> tuple[dict[str, Any], str]:
    """Read the form: `map-<letter>` → field, `unit-<field>` → unit, sheet, header row, order of dates, midnight."""
    fields = set(region().contract(found.table).column_names)
    mapping, units = dict(found.told.get("mapping", {})), dict(found.told.get("units", {}))
    wrong = ""
    for name, raw in request.POST.items():
        value = str(raw).strip()
        kind, _, rest = name.partition("-")
        if kind == "map" and value in fields:
            mapping[value] = rest
        elif kind == "unit" and rest in fields and value:
            try:
                Unit.parse(value)
                units[rest] = value
            except (ProblemsError, ValueError):
                wrong = both(f"不认识单位“{value}”。", f"No unit “{value}” is known.")
    row = whole_number(request.POST.get("header_row", "").strip())
    told = {
        "mapping": mapping,
        "units": units,
        "sheet": request.POST.get("sheet", "").strip(),
        "header_row": row if row is not None and 0 < row < 10_000 else None,
        "dates": request.POST.get("dates") if request.POST.get("dates") in ("dmy", "mdy") else None,
        "midnight": request.POST.get("midnight") if request.POST.get("midnight") in ("closes", "opens") else None,
    }
    return (told if request.POST.get("forget") != "1" else {}), wrong


@require_POST
@needs("import")
def commit(request: HttpRequest, token: str) -> HttpResponse:
    """Commit what the preview shows."""
    user: Any = request.user
    job = actions.commit(user, _own(request, token))
    if job is None:
        messages.error(request, both("这份文件不在待入库状态。", "This file does not wait to be committed."))
        return redirect("ledger:upload", token)
    return redirect("jobs:one", job.pk)


@require_POST
@needs("import")
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """Take the file back; it is removed from the disk."""
    user: Any = request.user
    actions.drop(user, _own(request, token))
    messages.success(request, both("文件已删除，没有入库。", "The file is removed; nothing was committed."))
    return redirect("ledger:imports")


@needs("import")
def return_file(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the rows that did not pass, each with its fault."""
    found = _upload(request, token)
    path = receiving.return_path(found)
    if not path.is_file():
        raise Http404
    record_request(request, "ledger.return", found.file)
    name = f"{both('退回', 'return')}_{found.file.rpartition('.')[0]}.xlsx"
    return attachment(path.read_bytes(), name)
