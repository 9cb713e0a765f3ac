"""Long work of the ledger: holding a file against its contract, and committing what a person has seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from jiqun.desk.bounds import Bounds, firms_to_claim
from jiqun.desk.importing import Asked, bring_in, check, to_reported
from jiqun.desk.reader import Reader
from jiqun.desk.would_change import changes
from jiqun.ledger.intake import Checked, HeaderReport, likelier, look, open_book, write_return_file
from jiqun.ledger.view import latest
from jiqun.problems import Problem, ProblemsError, problem
from jiqun.values import Period
from jiqun.web.jobs.files import makes
from jiqun.web.jobs.queue import Step, work
from jiqun.web.ledger import receiving
from jiqun.web.ledger.models import Upload
from jiqun.web.ledger.preview import preview_of, refusal_of
from jiqun.web.ledger.queries import contract_of, fillable, restricted_columns, rows_of, title_of
from jiqun.web.ledger.rechecked import checked_against, compared
from jiqun.web.ledger.table_sheet import table_workbook
from jiqun.web.people import audit
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import district_names, region


@makes("ledger.table")
def table_file(user: User, said: dict[str, Any], step: Step) -> tuple[str, bytes]:
    """Write the rows of a table that a user may see, as searched on its page."""
    asked = (said["text"], said["year"], said.get("district", ""))
    title, frame = title_of(said["table"]), rows_of(said["table"], scope_of(user), *asked)
    district = district_names(timezone.localdate()).get(asked[2], asked[2])
    told = [one for one in (said["year"], district, said["text"]) if one]
    contract = contract_of(said["table"])
    known = {} if contract is None else {one.name: one for one in contract.fields}
    return f"{title}.xlsx", table_workbook(title, frame, known, told)


@work("ledger.check")
def check_upload(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Check an upload and keep what its page shows; a file that cannot be read is told there too."""
    upload = Upload.objects.get(token=arguments["upload"])
    outcome = {"to": reverse("ledger:upload", args=[upload.token])}
    if upload.state != "checking":
        return outcome
    before, basis = upload.preview.get("before"), checked_against(region(), upload)
    try:
        found = _checked(upload)
    except ProblemsError as told:
        refusal = {**_refusal(upload, told.problems), "basis": basis}
        _settle(upload, state="refused", preview=refusal | {"again": compared(before, refusal)})
        return outcome
    if found.goes_back:
        target = receiving.return_path(upload)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_return_file(found, target)
    view = latest(region().workspace)
    log = view.log
    said = (upload.table, found.source.sha256, found.source.sheet or "", upload.period)
    twin = log.same_file(*said, found.good.height, to_reported(found).columns)
    shown = preview_of(found, twin, changes(region(), found, _reader(upload)), log.valid())
    shown |= {"sheets": list(found.source.sheets), "likelier": _likelier(found.header, upload.table), "basis": basis}
    shown["to_claim"] = firms_to_claim(view, found)
    _settle(upload, state="checked", preview=shown | {"again": compared(before, shown)}, sha256=found.source.sha256)
    return outcome


def _settle(upload: Upload, **values: Any) -> None:
    """Keep what the check found, unless the upload was dropped or told anew meanwhile."""
    Upload.objects.filter(pk=upload.pk, state="checking", told=upload.told).update(**values)


def _refusal(upload: Upload, problems: tuple[Problem, ...]) -> dict[str, Any]:
    asked = asked_of(upload)
    contract = region().contract(upload.table)
    try:
        head = look(asked.file, contract, period=asked.period, sheet=asked.sheet, header_row=asked.header_row)
    except ProblemsError:
        head = None
    try:
        sheets = list(open_book(asked.file).names)
    except ProblemsError:
        sheets = []
    likely = None if head is None else _likelier(head, upload.table)
    midnight = any(one.code == "LEDGER-029" for one in problems)
    earlier = latest(region().workspace).log.valid()
    return {**refusal_of(problems, head, contract, earlier), "sheets": sheets, "likelier": likely, "midnight": midnight}


def _likelier(head: HeaderReport, table: str) -> dict[str, Any] | None:
    """Say which other table the file looks like, so that nobody hands a register in for yearly figures."""
    headers = [*(one.header for one in head.columns), *(one.header for one in head.ignored)]
    found = likelier(headers, region().contract(table), fillable())
    if found is None:
        return None
    title, title_en = found.table.title, found.table.title_en or found.table.title
    return {"table": found.table.id, "title": title, "title_en": title_en, "known": found.known, "here": found.here}


def asked_of(upload: Upload) -> Asked:
    """Return what a person said with an upload."""
    told = upload.told
    return Asked(
        file=receiving.path_of(upload),
        table=upload.table,
        period=Period.parse(upload.period) if upload.period else None,
        sheet=told.get("sheet") or None,
        units=told.get("units", {}),
        mapping=told.get("mapping", {}),
        header_row=told.get("header_row"),
        dates=told.get("dates"),
        midnight=told.get("midnight"),
        note=upload.note,
        corrects=told.get("corrects"),
        nothing=bool(told.get("nothing")),
    )


def _checked(upload: Upload) -> Checked:
    return check(region(), asked_of(upload), _reader(upload))


def _reader(upload: Upload) -> Reader:
    """Return what of the ledger the check may tell to who handed the file in."""
    scope, bounds = scope_of(upload.owner), None
    if not scope.whole:
        day = date(int(upload.period[:4]), 12, 31) if upload.period else region().now.date()
        named = district_names(day) if scope.column == "district" else {}
        bounds = Bounds(scope.column, scope.places, tuple(named.items()))
    hidden = () if scope.sees_restricted else restricted_columns(upload.table)
    return Reader(upload.owner.get_username(), bounds, frozenset(hidden))


@work("ledger.commit")
def commit_upload(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Commit the good rows of an upload that was seen; once done, doing it again changes nothing."""
    upload = Upload.objects.select_related("owner").get(token=arguments["upload"])
    if upload.state == "committing":
        try:
            _commit(upload)
        except OperationalError:  # the job is taken up again, and finds the upload as it was
            raise
        except Exception:
            Upload.objects.filter(pk=upload.pk, state="committing").update(state="checked")
            raise
    return {"to": reverse("ledger:one", args=[upload.number]) if upload.number else reverse("ledger:imports")}


def _commit(upload: Upload) -> None:
    found = _checked(upload)
    if found.source.sha256 != upload.sha256 or found.counts.good != upload.preview["counts"]["good"]:
        raise ProblemsError([problem("LEDGER-058", file=upload.file)])
    committed = bring_in(region(), asked_of(upload), found, upload.owner.get_username()).committed
    with transaction.atomic():
        upload.state, upload.number = "committed", committed.number
        upload.save(update_fields=["state", "number"])
        details = {"table": upload.table, "period": upload.period, "rows": committed.rows, "again": committed.already}
        audit.record(upload.owner.get_username(), "ledger.commit", str(committed.number), details)
    receiving.remove(upload)
