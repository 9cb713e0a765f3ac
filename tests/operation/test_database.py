"""What the workbench relies on in its database; run on SQLite by itself, on PostgreSQL by `test_postgres`."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.jobs.models import Chore, Job
from jiqun.web.jobs.queue import SILENT, TRIES, ask, claim
from jiqun.web.ledger.actions import Owed, set_duty
from jiqun.web.newest import newest
from jiqun.web.people import audit
from jiqun.web.people.actions import Person, add
from jiqun.web.people.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return add(Person("周敏", "analyst"), "three-words-long", "test", must_change=False)


def refuses(statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_is_the_database_that_was_asked_for():
    assert connection.vendor == ("postgresql" if os.environ.get("JIQUN_DATABASE") else "sqlite")


def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_log_and_the_events_of_campaigns_only_grow(analyst):
    audit.record("a", "b", "c", {"名": "值"}, "10.0.0.1")
    Event.objects.create(
        campaign=Campaign.objects.create(method="m", year=2024, answer_days=5), at=timezone.now(), by="a", kind="k"
    )
    for table, column in (("people_auditentry", "who"), ("campaigns_event", "kind")):
        refuses(f"UPDATE {table} SET {column} = 'x'")
        refuses(f"DELETE FROM {table}")
        if connection.vendor == "postgresql":
            connection.check_constraints()  # settles the deferred ones, which would stop TRUNCATE before the trigger
            refuses(f"TRUNCATE {table} CASCADE")
    assert AuditEntry.objects.get(who="a").details == {"名": "值"} and Event.objects.get().kind == "k"


def test_the_same_work_is_queued_once_and_taken_once(analyst):
    first, again = (ask("evaluate", "评价", analyst, method="甲", period="2024") for _ in range(2))
    other = ask("evaluate", "评价", analyst, method="乙", period="2024")
    assert first == again and Job.objects.count() == 2
    assert [claim("one"), claim("two"), claim("three")] == [first, other, None]


def test_silent_work_is_taken_up_again_until_it_failed_too_often(analyst):
    job = ask("evaluate", "评价", analyst)
    for attempt in range(TRIES):
        assert claim(f"worker {attempt}") == job and claim("other") is None
        Job.objects.update(beat_at=timezone.now() - 2 * SILENT)
    assert claim("last") is None and Job.objects.get().problems[0]["text"]


def test_a_login_is_logged_with_its_address_and_guessing_is_locked_out(analyst):
    def log_in(password):
        return Client().post("/people/login/", {"username": "周敏", "password": password}, REMOTE_ADDR="10.1.2.3")

    assert log_in("three-words-long").status_code == 302
    assert AuditEntry.objects.get(action="login").address == "10.1.2.3"
    assert [log_in("wrong").status_code for _ in range(5)][-1] == 429
    assert log_in("three-words-long").status_code == 429


def test_chores_come_round_in_their_time_and_a_fault_of_one_keeps_no_other(monkeypatch):
    from jiqun.web.jobs import chores

    done: list[str] = []

    def broken() -> None:
        raise ZeroDivisionError

    hourly = {
        name: chores.Regular(timedelta(hours=1), work)
        for name, work in (("a", broken), ("b", lambda: done.append("b")))
    }
    monkeypatch.setattr(chores, "REGULAR", hourly)
    assert chores.do_due() == ["a", "b"] and chores.do_due() == [] and done == ["b"]
    Chore.objects.filter(name="b").update(begun_at=timezone.now() - timedelta(hours=2))
    assert chores.do_due() == ["b"] and done == ["b", "b"]


def test_an_event_a_duty_and_its_change_each_tell_that_lists_of_tasks_are_out_of_date(analyst):
    campaign = Campaign.objects.create(method="m", year=2025, title="评价", answer_days=2)
    found = [newest()]
    Event.objects.create(campaign=campaign, at=timezone.now(), by="x", kind="trial.done", details={})
    found.append(newest())
    for unit in ("税务局", "统计局"):
        set_duty(analyst, "enterprise_year", 2025, ["500101"], Owed(unit, timezone.localdate()))
        found.append(newest())
    assert newest() == found[-1] and len(set(found)) == len(found)
