"""What every page has."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from fractions import Fraction

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.checks import run_checks
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from jiqun.problems import ProblemsError, problem
from jiqun.web.addresses import hsts
from jiqun.web.jobs.models import Worker
from jiqun.web.people.models import User
from jiqun.web.shell.calls import graded
from jiqun.web.shell.filters import number
from jiqun.web.shell.logs import JsonLines
from jiqun.web.shell.middleware import ToldProblems


def test_health_tells_database_ledger_worker_and_disk(settings, tmp_path):
    there = dict.fromkeys(("database", "workspace", "ledger", "disk"), True)
    assert Client().get("/health/").json() == {**there, "fine": False, "worker": False}
    Worker.objects.create(name="one", seen_at=timezone.now())
    assert Client().get("/health/").json() == {**there, "fine": True, "worker": True}
    settings.WORKSPACE = tmp_path
    answer = Client().get("/health/")
    assert answer.status_code == 503 and answer.json()["ledger"] is False


def test_every_page_that_is_asked_for_by_its_name_alone_has_the_whole_navigation(as_user):
    client, seen = as_user("analyst"), []
    alone = [one for one in _addresses(get_resolver()) if not one.startswith(("/api/", "/people/password", "/health"))]
    for address in alone:
        answer = client.get(address)
        page = answer.content.decode() if answer["Content-Type"].startswith("text/html") else ""
        if answer.status_code == 200 and '<aside class="navbar-vertical"' in page:
            seen.append(address)
            assert all(f'href="{to}"' in page.partition("</aside>")[0] for to in ("/todo/", "/land/", "/jobs/")), (
                address
            )
    assert len(seen) > 25 and "/ledger/imports/new/" in seen


def _addresses(resolver, before="/"):
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _addresses(one, path)
        elif "<" not in path and "^" not in path:
            yield path


def test_the_headers_forbid_foreign_scripts_and_frames(as_user):
    answer = as_user("leader").get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe-eval" not in policy and "script-src" not in policy
    assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"


def test_the_navigation_shows_only_what_one_may(as_user):
    assert "人员权限" in as_user("admin").get("/").content.decode()
    assert "人员权限" not in as_user("leader").get("/").content.decode()


@pytest.mark.parametrize(("value", "shown"), [(1234.5, "1,234.50"), (Fraction(1, 8), "0.13"), (0, "0.00"), (None, "")])
def test_numbers_have_separators_and_the_decimals_of_their_column(value, shown):
    assert number(value) == shown


def test_a_grade_is_a_letter_too_and_none_is_a_word():
    assert ">A<" in graded("A") and "未评" in graded(None) and "<" not in graded("<b>")[20:-7]


def test_a_log_line_is_one_json_object():
    record = logging.LogRecord("jiqun.x", logging.ERROR, "f", 1, "坏了 %s", ("一",), None)
    assert json.loads(JsonLines().format(record))["message"] == "坏了 一"


def test_the_deployment_check_is_clean_under_production_settings(demo):
    settings = {"JIQUN_WORKSPACE": str(demo.folder), "JIQUN_HTTPS": "1", "JIQUN_HOSTS": "brain.example.cn"}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command,
        env={**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "jiqun.web.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("said", "header"),
    [
        ("host", "max-age=31536000"),
        ("subdomains", "max-age=31536000; includeSubDomains"),
        ("preload", "max-age=31536000; includeSubDomains; preload"),
        ("off", None),
    ],
)
def test_how_far_browsers_remember_tls_is_for_the_place_to_choose(said, header, settings):
    chosen = hsts(said)
    settings.SECURE_HSTS_SECONDS = chosen.seconds
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD = chosen.subdomains, chosen.preload
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECRET_KEY = "0123456789" * 5 + "abcdefghij"
    found = {one.id for one in run_checks(tags=["security"], include_deployment_checks=True)}
    assert {one for one in found if one in {"security.W004", "security.W005", "security.W021"}} == set(chosen.silenced)
    answered = SecurityMiddleware(lambda request: HttpResponse())(RequestFactory().get("/", secure=True))
    assert answered.headers.get("Strict-Transport-Security") == header


def test_an_unknown_reach_of_hsts_is_refused_at_the_start():
    with pytest.raises(ValueError, match="host, subdomains"):
        hsts("yes")


def test_a_form_without_its_mark_is_told_in_the_language_of_the_page_and_saves_nothing(as_user, people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["analyst"], "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/people/tokens/", {"title": "x"})
    assert answer.status_code == 403 and "页面已过期，没有保存" in answer.content.decode()
    assert not people["analyst"].tokens.exists()


def test_a_request_with_too_many_fields_is_told(as_user):
    said = {f"field{at}": "x" for at in range(2001)}
    answer = as_user("analyst").post("/people/tokens/", said)
    assert answer.status_code == 400 and "没有受理" in answer.content.decode()


def test_a_table_to_which_nobody_reported_says_how_to_begin(as_user):
    answer = as_user("analyst").get("/ledger/tables/district_year/")
    assert answer.status_code == 200 and "填报模板" in answer.content.decode()
    assert as_user("analyst").get("/ledger/tables/land_use/").status_code == 404


def test_the_page_of_jobs_counts_them(as_user):
    assert "共 <b>0</b> 件" in as_user("analyst").get("/jobs/").content.decode()


def test_a_ledger_that_could_not_be_written_is_no_page_that_is_not_there(rf):
    refused = ProblemsError([problem("LEDGER-054", table="event", detail="disk full")])
    nobody = ProblemsError([problem("CLI-003", asked="x")])
    told = ToldProblems(lambda request: HttpResponse())
    request = rf.get("/")
    request.user = AnonymousUser()
    assert [told.process_exception(request, one).status_code for one in (refused, nobody)] == [422, 404]


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_fault_of_ours_names_a_reference_that_the_log_has_and_shows_nothing_of_itself(
    as_user, people, monkeypatch, caplog, tongue
):
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail of the program")

    monkeypatch.setattr("jiqun.web.jobs.views.Paginator", broken)
    User.objects.filter(username="analyst").update(language=tongue)
    people["analyst"].refresh_from_db()
    client = as_user("analyst")
    client.raise_request_exception = False
    with caplog.at_level("INFO"):
        answer = client.get("/jobs/")
    page = answer.content.decode()
    reference = re.search(r"<code>([0-9a-f]{8})</code>", page)[1]
    lines = [json.loads(JsonLines().format(one)) for one in caplog.records]
    told = [one for one in lines if one.get("reference") == reference]
    assert answer.status_code == 500 and "secret" not in page and "Traceback" not in page
    assert ("系统出错了" if tongue == "zh" else "A fault of ours") in page
    assert any("secret detail" in one.get("exception", "") for one in told)
    assert any(one.get("status") == 500 and one["who"] == "analyst" for one in told)


def test_what_waits_for_somebody_is_counted_at_the_entry_where_it_is_done(as_user):
    answer = as_user("analyst").get("/rules/")
    tasks = answer.context["todo"]
    lines = {line["to"]: line["waiting"] for group in answer.context["frame"]["groups"] for line in group["links"]}
    for to, count in lines.items():
        assert count == sum(one.count for one in tasks if to not in ("/", "/todo/") and one.to.startswith(to)), to
    shown = as_user("analyst").get("/ledger/review/").context["count"]
    assert lines["/ledger/review/"] == shown > 1 == sum(one.to == "/ledger/review/" for one in tasks)
    assert sum(lines.values()) == sum(one.count for one in tasks)


def test_a_form_that_is_too_late_is_shown_to_be_copied_but_nobody_else_s_words(client, as_user):
    typed = {"reason": "写了很久的理由", "old_password": "geheim-123", "about": "12"}
    late = client.post("/campaigns/1/do/propose/", typed, headers={"referer": "http://testserver/campaigns/1/?a=1"})
    page = late.content.decode()
    assert (
        late.status_code == 403 and "写了很久的理由</textarea>" in page and "geheim" not in page and ">12<" not in page
    )
    assert "/people/login/?next=%2Fcampaigns%2F1%2F%3Fa%3D1" in page
    assert client.post("/campaigns/1/do/propose/", typed, headers={"referer": "http://evil/"}).status_code == 302


@pytest.mark.parametrize(("address", "status", "words"), [
    ("/people/audit/", 403, "您没有权限看这一页"), ("/nothing/", 404, "没有这一页"), ("/drafts/copy/", 405, "只接收表单"),
])  # fmt: skip
def test_what_is_not_answered_is_a_page_in_the_shell_with_what_to_do(as_user, address, status, words):
    answer = as_user("district").get(address)
    page = answer.content.decode()
    assert answer.status_code == status and f'<h1 class="page-title">{words}' in page.replace("这个地址", "")
    assert "可以这样办" in page and 'id="nav"' in page and 'href="/"' in page
