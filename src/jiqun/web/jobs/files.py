"""Large files made beside the requests: a worker makes one under its owner's rights, and its owner alone fetches it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jiqun.ledger.whole_files import whole_file
from jiqun.web.jobs.chores import regular
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import Step, ask, work
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.exports import export_of, named_for
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import region
from jiqun.web.shell.language import speak, spoken

FOLDER = "exports"
_KEPT = timedelta(days=7)

Maker = Callable[[User, dict[str, Any], Step], tuple[str, bytes]]
MAKERS: dict[str, Maker] = {}


def makes(what: str) -> Callable[[Maker], Maker]:
    """Register what makes a kind of file: from a user and what was said to its name and content, telling its steps."""

    def register(function: Maker) -> Maker:
        MAKERS[what] = function
        return function

    return register


def hand_out(request: HttpRequest, what: str, title: str, *, at_once: bool, **said: Any) -> HttpResponse:
    """Return a file, or the page of the job that makes it where that would keep the request too long."""
    user: Any = request.user
    if at_once:
        name, content = MAKERS[what](user, said, lambda stage: None)
        return export_of(request, content, name)
    return redirect("jobs:one", ask("file", title, user, what=what, language=spoken(), said=said).pk)


@work("file")
def make_file(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Make a file and keep it under its hash; made twice it is the same file."""
    step("saving")
    before = spoken()
    speak(arguments["language"])
    try:
        name, content = MAKERS[arguments["what"]](owner, arguments["said"], step)
    finally:
        speak(before)
    kept = hashlib.sha256(content).hexdigest()
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    with whole_file(folder / kept) as draft:
        draft.write_bytes(content)
    return {"file": kept, "name": named_for(owner, name), "size": len(content), "rights": _rights(owner)}


def fetched(job: Job, user: User) -> HttpResponse | None:
    """Return a job's file to its owner, as long as it is kept and the owner's rights are those it was made under."""
    told = job.outcome
    if job.owner_id != user.pk or "file" not in told or told["rights"] != _rights(user):
        return None
    path = _folder() / Path(str(told["file"])).name
    return attachment(path.read_bytes(), str(told["name"])) if path.is_file() else None


def _rights(user: User) -> list[Any]:
    scope = scope_of(user)
    return [scope.column, scope.whose, scope.sees_restricted]


def _folder() -> Path:
    return region().workspace.root / FOLDER


@regular("jobs.files", timedelta(hours=1))
def expire_files() -> None:
    """Remove files that were made a week ago; whoever needs one again asks again."""
    oldest = time.time() - _KEPT.total_seconds()
    for file in _folder().glob("*"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
