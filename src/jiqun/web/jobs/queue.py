"""The queue of long work: jobs are claimed by compare-and-set, so any number of workers may look at it.

A worker that dies leaves a job whose beat grows old; it is taken up again, at most `TRIES` times. Work is made so that
doing it twice is doing it once (a run's id follows from its inputs; a file is recognised by its hash).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from jiqun.problems import ProblemsError, disk_refused
from jiqun.web.jobs import chores
from jiqun.web.jobs.models import OPEN, Job, Worker
from jiqun.web.people import audit
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of

TRIES = 3
SILENT = timedelta(seconds=30)
_BEAT_SECONDS = 5
_SEEN = timedelta(seconds=10)
_PAUSE_SECONDS = 1.0
_LOG = logging.getLogger("jiqun.jobs")

Step = Callable[[str], None]
_LONGEST_STAGE = 40
_LOOKED_AT = "acting_for"
Work = Callable[[dict[str, Any], User, Step], dict[str, Any]]
WORKS: dict[str, Work] = {}


def work(kind: str) -> Callable[[Work], Work]:
    """Register what is done for a kind of job."""

    def register(function: Work) -> Work:
        WORKS[kind] = function
        return function

    return register


@transaction.atomic
def ask(kind: str, title: str, owner: User, **arguments: Any) -> Job:
    """Queue a piece of work and log who asked for it; the same open work is not queued twice."""
    if owner.chooses:  # the worker looks at the same firm, whatever its owner looks at by then
        arguments[_LOOKED_AT] = scope_of(owner).place
    for job in Job.objects.filter(kind=kind, owner=owner, state__in=OPEN):
        if job.arguments == arguments:
            return job
    job = Job.objects.create(kind=kind, title=title[:200], owner=owner, arguments=arguments, asked_at=timezone.now())
    audit.record(owner.get_username(), f"jobs.{kind}", title, arguments)
    return job


def claim(worker: str) -> Job | None:
    """Take the oldest waiting job, or one whose worker fell silent; None where there is none."""
    now = timezone.now()
    waiting = Q(state="queued") | Q(state="running", beat_at__lt=now - SILENT)
    for job in Job.objects.filter(waiting).order_by("id")[:10]:
        if job.tries >= TRIES:
            fault = {
                "code": "", "text": "三次都没有做完，已停止。请管理员查看日志。",
                "text_en": "Given up after three tries; an administrator finds why in the log.",
            }  # fmt: skip
            Job.objects.filter(pk=job.pk, tries=job.tries).update(state="failed", ended_at=now, problems=[fault])
            continue
        taken = Job.objects.filter(pk=job.pk, state=job.state, tries=job.tries).update(
            state="running", worker=worker, started_at=now, beat_at=now, tries=job.tries + 1, stage=""
        )
        if taken:
            return Job.objects.get(pk=job.pk)
    return None


def do(job: Job, *, alone: bool = False) -> None:
    """Do a claimed job; problems are kept with it as they are told elsewhere.

    A worker that is `alone` gives no sign of life meanwhile: nobody is there to take the job from it.
    """
    ended = threading.Event()
    beat = threading.Thread(target=_beat, args=(job, ended), daemon=True)
    if not alone:
        beat.start()
    changes: dict[str, Any]
    job.owner.look_at(job.arguments.get(_LOOKED_AT, ""))
    acting = audit.FIRM.set(job.owner.looking_at)
    try:
        outcome = WORKS[job.kind](job.arguments, job.owner, lambda stage: _step(job, stage))
        changes = {"state": "done", "outcome": outcome}
    except ProblemsError as told:
        problems = [{"code": one.code, "text": one.text("zh"), "text_en": one.text("en")} for one in told.problems]
        changes = {"state": "failed", "problems": problems}
    except OperationalError:  # the database is away or locked, not the work at fault: it is taken up again
        raise
    except Exception as broken:
        _LOG.exception("job %s (%s) broke", job.pk, job.kind)
        changes = {"state": "failed", "problems": [_fault(broken)]}
    finally:
        audit.FIRM.reset(acting)
        ended.set()
        if not alone:
            beat.join()
    Job.objects.filter(pk=job.pk, worker=job.worker, tries=job.tries).update(ended_at=timezone.now(), **changes)


def _fault(broken: Exception) -> dict[str, str]:
    """Say what broke a job: a disk that refuses, else a fault of ours."""
    told = disk_refused(broken)
    if told is not None:
        return {"code": told.code, "text": told.text("zh"), "text_en": told.text("en")}
    text = "系统出错，已写入日志。请再试一次，仍不行请联系管理员。"
    return {"code": "", "text": text, "text_en": "A fault of ours; it is in the log."}


def _step(job: Job, stage: str) -> None:
    Job.objects.filter(pk=job.pk, tries=job.tries).update(stage=stage[:_LONGEST_STAGE], beat_at=timezone.now())


def _beat(job: Job, ended: threading.Event) -> None:
    """Give signs of life until the job ended; a database that is busy for a while must not silence a worker."""
    while not ended.wait(_BEAT_SECONDS):
        try:
            now = timezone.now()
            Job.objects.filter(pk=job.pk, tries=job.tries).update(beat_at=now)
            Worker.objects.filter(name=job.worker).update(seen_at=now)
        except DatabaseError:
            _LOG.warning("job %s: no sign of life could be given", job.pk, exc_info=True)
    connection.close()


def name_of_worker() -> str:
    """Name this worker by host, process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:80]


def run_worker(stop: threading.Event) -> None:
    """Do jobs and what comes round by itself until told to stop."""
    name = name_of_worker()
    while not stop.is_set():
        close_old_connections()
        try:
            _seen(name)
            job = claim(name)
            if job is not None:
                do(job)
                continue
            chores.do_due()
        except Exception:  # a database that is away or locked must not end the worker
            _LOG.exception("the queue cannot be read or written")
        stop.wait(_PAUSE_SECONDS)
    Worker.objects.filter(name=name).delete()


def _seen(name: str) -> None:
    """Write that a worker is there, at most every few seconds, and forget those that went without a word."""
    now = timezone.now()
    known = Worker.objects.filter(name=name).first()
    if known is None or now - known.seen_at > _SEEN:
        Worker.objects.update_or_create(name=name, defaults={"seen_at": now})
        Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()


def is_served() -> bool:
    """Tell whether any worker gave a sign of life lately."""
    return Worker.objects.filter(seen_at__gt=timezone.now() - SILENT).exists()


def do_all() -> int:
    """Do what waits and return how many jobs were done; for tests and for a command that ends."""
    done = 0
    while job := claim(name_of_worker()):
        do(job, alone=True)
        done += 1
    return done
