"""What people do with files, imports, duties and open firms: each change is checked, made and logged together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from jiqun.ledger.imports import undo as undo_import
from jiqun.ledger.parts import additive
from jiqun.ledger.review import decide as decide_report
from jiqun.problems import ProblemsError
from jiqun.web.jobs.models import OPEN, Job
from jiqun.web.jobs.queue import ask
from jiqun.web.ledger import receiving
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.ledger.rechecked import carried_on
from jiqun.web.people import audit
from jiqun.web.people.models import User
from jiqun.web.region import region
from jiqun.web.shell.language import both


def _must(user: User, right: str) -> None:
    if not user.may(right):
        raise PermissionDenied(right)


@transaction.atomic
def receive(user: User, file: UploadedFile[Any], table: str, period: str, note: str, told: dict[str, Any]) -> Job:
    """Keep a file that was handed in, with what was told of it, and queue its check."""
    _must(user, "import")
    upload = Upload(
        token=receiving.new_token(),
        table=table,
        period=period,
        file=receiving.safe_name(file.name or ""),
        size=file.size or 0,
        owner=user,
        at=timezone.now(),
        note=note,
        told=told,
    )
    upload.save()
    receiving.keep(file, upload)
    audit.record(user.get_username(), "ledger.upload", upload.file, {"table": table, "period": period})
    return _check(user, upload)


def _check(user: User, upload: Upload) -> Job:
    return ask("ledger.check", f"{both('核对', 'Check')} {upload.file}", user, upload=upload.token, told=upload.told)


@transaction.atomic
def tell(user: User, upload: Upload, told: dict[str, Any]) -> Job:
    """Say what columns and units of a file mean and have it checked again."""
    _must(user, "import")
    kept = {name: upload.told[name] for name in ("corrects", "nothing") if name in upload.told}
    upload.told, upload.state, upload.preview = {**told, **kept}, "checking", carried_on(upload)
    upload.save(update_fields=["told", "state", "preview"])
    return _check(user, upload)


@transaction.atomic
def commit(user: User, upload: Upload) -> Job | None:
    """Queue the commit of an upload whose preview stands; None where it does not (any more)."""
    _must(user, "import")
    if not Upload.objects.filter(pk=upload.pk, state="checked").update(state="committing"):
        return None
    return ask("ledger.commit", f"{both('入库', 'Commit')} {upload.file}", user, upload=upload.token)


@transaction.atomic
def drop(user: User, upload: Upload) -> None:
    """Take a file back before it is committed; nothing of it stays."""
    work = Job.objects.filter(kind="ledger.commit", arguments__upload=upload.token, state__in=OPEN)
    states = ("checking", "checked", "refused") if work.exists() else ("checking", "checked", "refused", "committing")
    if Upload.objects.filter(pk=upload.pk, state__in=states).update(state="dropped", preview={}):
        audit.record(user.get_username(), "ledger.drop", upload.file, {"table": upload.table})
        receiving.remove(upload)


def undo(user: User, number: int, reason: str) -> None:
    """Take an import back; LEDGER-061 where it is not there or was undone, ValueError without a reason."""
    _must(user, "undo")
    if not reason:
        raise ValueError(both("请写撤销的理由。", "Give the reason."))
    who = user.get_username()
    with _logged_first(user, "ledger.undo", str(number), {"reason": reason}):
        undo_import(region().workspace, number, who=who, when=region().now, note=reason)


@contextmanager
def _logged_first(user: User, action: str, about: str, details: dict[str, Any]) -> Iterator[None]:
    """Log what is about to be done to the ledger, and that it was refused where it was.

    Ledger and log are two stores: whoever is killed between them leaves a line of what was asked for and not done,
    never something done that stands in no line.
    """
    audit.record(user.get_username(), action, about, details)
    try:
        yield
    except ProblemsError as told:
        codes = [one.code for one in told.problems]
        audit.record(user.get_username(), f"{action}.refused", about, {"problems": codes})
        raise


@dataclass(frozen=True)
class Verdict:
    """A person's word on one report: `same` firm, `part` of a firm, `different` firm, or a `new` one."""

    reported: str
    verdict: str
    enterprise: str
    reason: str


def decide(user: User, said: Verdict) -> None:
    """Decide whom a report means; ValueError without a reason, LEDGER-069 for what is no decision."""
    _must(user, "review")
    if not said.reason:
        raise ValueError(both("请写认定的理由。", "Give the reason."))
    details = {"verdict": said.verdict, "enterprise": said.enterprise, "reason": said.reason}
    with _logged_first(user, "ledger.decide", said.reported, details):
        decide_report(
            region().workspace,
            said.reported,
            said.verdict,
            said.enterprise,
            who=user.get_username(),
            when=region().now,
            note=said.reason,
            adds=additive(region().book.tables.values()),
        )


@dataclass(frozen=True)
class Owed:
    """Who owes rows, and by when."""

    unit: str
    due: date
    person: str = ""
    note: str = ""


@transaction.atomic
def set_duty(user: User, table: str, year: int, districts: list[str], owed: Owed) -> None:
    """Say who owes the rows of a table and year for some districts; ValueError without a unit."""
    _must(user, "campaign")
    if not owed.unit:
        raise ValueError(both("请写责任单位。", "Name the unit."))
    values = {"unit": owed.unit, "person": owed.person, "due": owed.due, "note": owed.note}
    for district in districts:
        Duty.objects.update_or_create(table=table, district=district, year=year, defaults=values)
    details = {"year": year, "districts": districts, "unit": owed.unit, "due": owed.due.isoformat()}
    audit.record(user.get_username(), "ledger.duty", table, details)
