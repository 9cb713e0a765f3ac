"""What goes on while nobody looks: files expire, addresses are those of visitors, lines of the log hold together."""

from __future__ import annotations

import errno
import json
import logging
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError
from django.test import Client
from django.utils import timezone

from jiqun.web import region, warming
from jiqun.web.addresses import networks
from jiqun.web.jobs import queue
from jiqun.web.jobs.models import Job, Worker
from jiqun.web.ledger import actions, receiving
from jiqun.web.ledger.expiry import expire_uploads, release_uploads
from jiqun.web.ledger.models import Upload
from jiqun.web.people.middleware import visitor
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.shell.logs import JsonLines


@pytest.fixture
def upload(people, settings, tmp_path):
    settings.WORKSPACE = tmp_path
    actions.receive(people["tax"], SimpleUploadedFile("税收.csv", b"a,b\n1,2\n"), "enterprise_year", "2024", "", {})
    return Upload.objects.get()


def test_a_file_that_nobody_confirms_is_removed_in_time_and_the_log_tells_whose_it_was(upload, settings):
    Upload.objects.update(state="checked", at=timezone.now() - timedelta(days=settings.UPLOAD_DAYS - 1))
    expire_uploads()
    assert receiving.path_of(upload).is_file()
    Upload.objects.update(at=timezone.now() - timedelta(days=settings.UPLOAD_DAYS + 1))
    expire_uploads()
    upload.refresh_from_db()
    assert upload.state == "dropped" and not receiving.folder_of(upload).exists()
    assert AuditEntry.objects.get(action="ledger.expire").details["owner"] == "tax"


def test_a_folder_that_a_killed_worker_left_is_swept_and_one_that_just_comes_in_is_not(upload, tmp_path):
    Upload.objects.update(state="committed")
    expire_uploads()
    assert receiving.folder_of(upload).is_dir()
    os.utime(receiving.folder_of(upload), (0, 0))
    expire_uploads()
    assert not receiving.folder_of(upload).exists()


def test_what_no_worker_could_commit_can_be_confirmed_again(upload, people):
    Upload.objects.update(state="checked")
    actions.commit(people["tax"], upload)
    release_uploads()
    assert Upload.objects.get().state == "committing"
    Job.objects.filter(kind="ledger.commit").update(tries=queue.TRIES)
    while queue.claim("one"):
        pass
    release_uploads()
    assert Upload.objects.get().state == "checked"


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "found"),
    [
        ("", "127.0.0.1", "6.6.6.6", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", "127.0.0.1", "6.6.6.6, 8.8.8.8", "8.8.8.8"),
        ("127.0.0.1,10.0.0.0/8", "127.0.0.1", "6.6.6.6, 8.8.8.8, 10.1.1.1", "8.8.8.8"),
        ("127.0.0.1", "9.9.9.9", "6.6.6.6", "9.9.9.9"),
        ("127.0.0.1", "127.0.0.1", "<script>", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "", "127.0.0.1"),
        ("::1", "::1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "", "6.6.6.6", ""),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_trusted_proxies_wrote_it(settings, trusted, peer, forwarded, found):
    settings.TRUSTED_PROXIES = networks(trusted)
    assert visitor(peer, forwarded) == found


def test_the_log_of_logins_holds_the_visitors_address(people, settings):
    settings.TRUSTED_PROXIES = networks("127.0.0.1")
    people["leader"].set_password("three-words-long")
    people["leader"].save()
    said = {"username": "leader", "password": "three-words-long"}
    Client(headers={"X-Forwarded-For": "6.6.6.6, 8.8.8.8"}).post("/people/login/", said)
    assert AuditEntry.objects.get(action="login").address == "8.8.8.8"


def test_every_request_is_one_line_of_json_without_what_was_searched_for(as_user, caplog):
    with caplog.at_level(logging.INFO, "jiqun.access"):
        as_user("leader").get("/enterprises/?q=秘密")
        Client().get("/health/")
    lines = [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == "jiqun.access"]
    assert [(one["path"], one["status"], one["who"]) for one in lines] == [("/enterprises/", 200, "leader")]
    assert isinstance(lines[0]["ms"], int) and "秘密" not in json.dumps(lines, ensure_ascii=False)


def test_a_database_that_is_busy_does_not_silence_a_worker(people, monkeypatch, caplog):
    calls: list[int] = []

    class Busy:
        @staticmethod
        def filter(**said: object) -> Busy:
            return Busy()

        @staticmethod
        def update(**said: object) -> None:
            calls.append(1)
            if len(calls) == 1:
                raise DatabaseError("database is locked")
            ended.set()

    ended = threading.Event()
    monkeypatch.setattr(queue, "_BEAT_SECONDS", 0.01)
    monkeypatch.setattr(Job, "objects", Busy())
    monkeypatch.setattr(Worker, "objects", Busy())
    queue._beat(Job(pk=1), ended)
    assert len(calls) >= 2 and "no sign of life" in caplog.text


def test_a_database_that_is_locked_ends_neither_the_worker_nor_the_job(people, monkeypatch, caplog):
    """The job stays as it is and is taken up again; it is not told as failed, and who comes next is served."""
    stop, tries = threading.Event(), []

    def locked_once(said: dict[str, Any], owner: User, step: queue.Step) -> dict[str, Any]:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("database is locked")
        stop.set()
        return {}

    monkeypatch.setitem(queue.WORKS, "test.locked", locked_once)
    monkeypatch.setattr(queue, "SILENT", timedelta(0))
    monkeypatch.setattr(queue, "_PAUSE_SECONDS", 0.01)
    job = queue.ask("test.locked", "x", people["analyst"])
    queue.run_worker(stop)
    job.refresh_from_db()
    assert (job.state, job.tries) == ("done", 2) and "cannot be read or written" in caplog.text


def test_a_worker_gives_a_sign_of_life_and_leaves_none_when_it_stops(monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(queue.chores, "do_due", lambda: stop.set() if queue.is_served() else None)
    queue.run_worker(stop)
    assert stop.is_set() and not Worker.objects.exists()


def test_reading_ahead_makes_the_first_pages_and_writes_nothing(caplog):
    warming.read_ahead()
    assert "failed" not in caplog.text and len(region.evaluated) and len(region.explained)
    assert not AuditEntry.objects.exists() and not Job.objects.exists()


def test_it_is_read_ahead_again_only_after_a_change(monkeypatch):
    stop, read, states = threading.Event(), [], iter(["a", "a", "b", "b"])

    def state() -> str:
        found = next(states, None)
        if found is None:
            stop.set()
        return found or "b"

    monkeypatch.setattr(warming, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(warming, "ledger_stamp", state)
    monkeypatch.setattr(warming, "read_ahead", lambda: read.append(1))
    warming.keep_warm(stop)
    assert len(read) == 2


def test_a_full_disk_is_told_on_the_page_and_by_the_job_and_is_in_the_log(as_user, people, monkeypatch, caplog):
    def full(*words, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jiqun.web.people.views.tokens.make", full)
    answer = as_user("admin").post("/people/tokens/", {"title": "x"})
    assert answer.status_code == 507 and "CLI-044" in answer.content.decode() and "No space left" in caplog.text
    monkeypatch.setitem(queue.WORKS, "test.full", full)
    job = queue.ask("test.full", "x", people["admin"])
    queue.do_all()
    job.refresh_from_db()
    assert job.state == "failed" and job.problems[0]["code"] == "CLI-044"
