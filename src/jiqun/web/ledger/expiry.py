"""Files that were handed in and never confirmed do not lie here for ever."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiqun.web.jobs.chores import regular
from jiqun.web.jobs.models import Job
from jiqun.web.ledger import receiving
from jiqun.web.ledger.models import Upload
from jiqun.web.people import audit

_WAITING = ("checking", "checked", "refused")
_LEFT_OVER = timedelta(hours=1)


@regular("ledger.expire", timedelta(hours=1))
def expire_uploads() -> None:
    """Remove uploads that nobody confirmed for `JIQUN_UPLOAD_DAYS`; the log tells whose they were."""
    oldest = timezone.now() - timedelta(days=settings.UPLOAD_DAYS)
    for upload in Upload.objects.select_related("owner").filter(state__in=_WAITING, at__lt=oldest):
        _expire(upload)
    _sweep()


@transaction.atomic
def _expire(upload: Upload) -> None:
    """Remove one, unless somebody confirms it at this moment."""
    if Upload.objects.filter(pk=upload.pk, state__in=_WAITING).update(state="dropped", preview={}):
        details = {"table": upload.table, "owner": upload.owner.get_username(), "days": settings.UPLOAD_DAYS}
        audit.record("jiqun", "ledger.expire", upload.file, details)
        receiving.remove(upload)


def _sweep() -> None:
    """Remove folders whose upload is done with: a worker that was killed just after its commit leaves one."""
    folders = {one.name: one for one in (Path(settings.WORKSPACE) / "uploads").glob("*")}
    needed = Upload.objects.filter(token__in=list(folders), state__in=(*_WAITING, "committing"))
    for token in folders.keys() - set(needed.values_list("token", flat=True)):
        changed = datetime.fromtimestamp(folders[token].stat().st_mtime, UTC)
        if changed < timezone.now() - _LEFT_OVER:  # a younger one may belong to a form that is just coming in
            shutil.rmtree(folders[token], ignore_errors=True)


@regular("ledger.release", timedelta(minutes=1))
def release_uploads() -> None:
    """Let people confirm again what no worker could commit: its job was given up."""
    for upload in Upload.objects.filter(state="committing"):
        work = Job.objects.filter(kind="ledger.commit", arguments__upload=upload.token).order_by("-id").first()
        if work is not None and not work.is_open:
            Upload.objects.filter(pk=upload.pk, state="committing").update(state="checked")
