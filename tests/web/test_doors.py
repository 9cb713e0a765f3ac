"""The doors of the workbench: forms, names of the host, sessions, tokens, passwords, and where a login leads."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.test_every_address import ADDRESSES, addresses, foreign  # noqa: F401  (a fixture)

from jiqun.web.ledger.handing import attachment
from jiqun.web.people import tokens
from jiqun.web.people.actions import Person, add, reset_password
from jiqun.web.people.models import Token, User
from jiqun.web.region import run_of, runs

PASSWORD = "three-words-long-7"


@pytest.fixture
def leader(people):
    people["leader"].set_password(PASSWORD)
    people["leader"].save()
    return {"username": "leader", "password": PASSWORD}


def test_no_form_is_taken_without_its_token(as_user, people, foreign):  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people["admin"], "django.contrib.auth.backends.ModelBackend")
    for name, _, to in addresses(foreign):
        if not name.startswith(("api:", "health")):
            assert strict.post(to).status_code == 403, to
    assert strict.post("/people/login/", {"username": "x", "password": "y"}).status_code == 403


def test_every_answer_forbids_frames_and_guessed_types(as_user, foreign):  # noqa: F811
    client = as_user("leader")
    for _, one, to in addresses(foreign):
        if not one.posts:
            answer = client.get(to)
            assert answer["X-Frame-Options"] == "DENY", to
            assert (
                answer["X-Content-Type-Options"] == "nosniff"
                and "frame-ancestors 'none'" in answer["Content-Security-Policy"]
            )


@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:///evil.example"],
)
def test_a_login_never_leads_elsewhere(leader, there):
    answer = Client().post(f"/people/login/?next={there}", {**leader, "next": there})
    assert answer.status_code == 302 and answer["Location"] == "/"
    again = Client().post("/people/language/", {"language": "en", "next": there})
    assert again["Location"] == "/"


@pytest.mark.parametrize(("there", "leads"), [("²", "/"), ("nowhere", "/"), ("-1", "/"), ("/land/?a=1", "/land/?a=1")])
def test_a_change_of_language_leads_back_to_an_address_or_home(there, leads):
    assert Client().post("/people/language/", {"language": "en", "next": there})["Location"] == leads


def test_a_foreign_name_of_the_host_is_refused(settings):
    settings.ALLOWED_HOSTS = ["brain.example.cn"]
    assert Client().get("/people/login/", headers={"Host": "evil.example"}).status_code == 400
    assert Client().get("/people/login/", headers={"Host": "brain.example.cn"}).status_code == 200


def test_a_login_begins_a_new_session_and_a_logout_ends_it(leader):
    client = Client()
    client.get("/people/login/")
    client.cookies["sessionid"] = "fixed-by-somebody-else"
    client.post("/people/login/", leader)
    begun = client.cookies["sessionid"].value
    assert begun != "fixed-by-somebody-else" and client.get("/").status_code == 200
    client.post("/people/logout/")
    stolen = Client()
    stolen.cookies["sessionid"] = begun
    assert stolen.get("/").status_code == 302


def test_a_new_password_and_an_account_out_of_use_end_every_session(leader, people, as_user):
    first, second = Client(), Client()
    for one in (first, second):
        one.post("/people/login/", leader)
    own = {"old_password": PASSWORD, "new_password1": "another-three-8", "new_password2": "another-three-8"}
    assert first.post("/people/password/", own).status_code == 302
    assert first.get("/").status_code == 200 and second.get("/").status_code == 302
    for in_use in ({}, {"is_active": "on"}):  # out of use, and in use again: who was there has to log in
        as_user("admin").post(f"/people/{people['leader'].pk}/", {"role": "leader", "full_name": "x", **in_use})
        assert first.get("/").status_code == 302
    first.post("/people/login/", {**leader, "password": "another-three-8"})
    assert first.get("/").status_code == 200


def test_a_token_is_dead_at_once_when_revoked_and_when_its_owner_is_out_of_use(people):
    secret = tokens.make(people["analyst"], "a program")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/runs").status_code == 200
    people["analyst"].is_active = False
    people["analyst"].save()
    assert client.get("/api/runs").status_code == 401
    people["analyst"].is_active = True
    people["analyst"].save()
    tokens.revoke(people["analyst"].tokens.get(), "analyst")
    assert client.get("/api/runs").status_code == 401


def test_a_token_is_dead_while_its_owner_must_change_the_password_and_after_its_days(people, settings):
    """An administrator resets the password of an account that somebody else got into: the tokens they made stop too."""
    secret = tokens.make(people["analyst"], "a program")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    reset_password(people["analyst"], "admin")
    assert client.get("/api/runs").status_code == 401
    User.objects.filter(pk=people["analyst"].pk).update(must_change_password=False)
    assert client.get("/api/runs").status_code == 200
    settings.TOKEN_DAYS = 30
    Token.objects.update(made_at=timezone.now() - timedelta(days=31))
    assert client.get("/api/runs").status_code == 401
    client.force_login(people["analyst"], "django.contrib.auth.backends.ModelBackend")
    assert "已到期" in client.get("/people/tokens/").content.decode()


def test_one_password_tried_on_everybody_and_one_account_tried_from_everywhere_are_locked(leader, settings):
    settings.AXES_ENABLED = True
    settings.FAILURES_OF_ACCOUNT, settings.FAILURES_OF_ADDRESS = 3, 4

    def tried(username: str, address: str, password: str = "wrong") -> int:
        said = {"username": username, "password": password}
        return Client(REMOTE_ADDR=address).post("/people/login/", said).status_code

    assert [tried("leader", f"10.0.0.{at}") for at in range(4)] == [200, 200, 200, 429]
    assert [tried(one, "10.9.9.9", PASSWORD) for one in ("leader", " leader ", "ｌｅａｄｅｒ")] == [429] * 3
    assert [tried(f"nobody{at}", "10.1.1.1") for at in range(5)] == [200] * 4 + [429]
    assert tried("analyst", "10.2.2.2") == 200, "others at other addresses go on"


def test_no_answer_is_kept_by_browser_or_proxy_and_a_logout_clears_what_was(as_user, foreign):  # noqa: F811
    client = as_user("leader")
    for to in ("/", "/land/accounts.xlsx", "/api/runs", "/people/login/", "/nowhere/", "/people/"):
        assert {"private", "no-store"} <= set(client.get(to)["Cache-Control"].split(", ")), to
    assert client.post("/people/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert Client().get("/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("weak", ["short1", "1234567890123", "password1234", "leader1234"])
def test_weak_passwords_are_refused(leader, weak):
    client = Client()
    client.post("/people/login/", leader)
    said = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    assert client.post("/people/password/", said).status_code == 200
    assert Client().post("/people/login/", {"username": "leader", "password": weak}).status_code == 200


def test_an_account_that_must_change_its_password_may_do_nothing_else_not_by_token_either():
    made = add(Person("fresh", "leader"), PASSWORD, "test")
    client = Client()
    client.force_login(made, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/land/").url == reverse("people:password") and client.get("/api/runs").status_code == 401
    assert set(ADDRESSES) > {"people:password"}


def test_the_health_page_is_asked_beside_the_proxy_under_tls(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/health/").status_code == 200
    assert Client().get("/people/login/").status_code == 301


@pytest.mark.parametrize("nasty", ["²", "2024²", "9" * 40, "9" * 5000, "-1", "١", "NaN"])
def test_what_is_no_year_no_size_and_no_number_is_never_a_fault_of_ours(as_user, nasty):
    client = as_user("analyst")
    years = ("/land/accounts/", "/land/rankings/", "/enterprises/", "/ledger/board/", "/ledger/tables/enterprise_year/")
    for to, key in (*((one, "year") for one in years), ("/land/rankings/", "size")):
        assert client.get(to, {key: nasty}).status_code in (200, 404), (to, key)
    assert client.get("/ledger/tables/enterprise_year/row/", {"enterprise": "x", "year": nasty}).status_code == 404
    assert client.post("/ladder/screen/", {"on": "2025-06-30", "year": nasty}).status_code == 404
    assert client.post("/reports/schedules/", {"kind": "clusters", "day": nasty}).status_code < 500
    assert client.post("/reports/make/", {"kind": "bulletin", "campaign": nasty, "run": "x"}).status_code < 500


def test_a_nul_is_refused_in_address_query_and_form(as_user):
    client = as_user("admin")
    assert client.get("/enterprises/", {"q": "a\x00"}).status_code == 400
    assert client.get("/enterprises/a%00/").status_code == 400
    assert client.post("/people/add/", {"username": "a\x00", "role": "leader"}).status_code == 400
    assert Client().post("/people/login/", {"username": "a\x00", "password": "x"}).status_code == 400


def test_a_number_larger_than_any_row_s_is_not_found(as_user):
    client = as_user("admin")
    for to in ("/reports/{}/", "/people/{}/", "/jobs/{}/", "/campaigns/{}/", "/disposals/{}/", "/ledger/imports/{}/"):
        assert client.get(to.format("9" * 25)).status_code == 404, to


def test_a_file_is_handed_out_under_a_name_that_any_system_bears():
    answer = attachment(b"x", "一企一档\u3000甲/乙\r\nX: y\u202e.xlsx")
    assert answer["Content-Disposition"].isascii() and "%2F" not in answer["Content-Disposition"]
    assert unquote(answer["Content-Disposition"].partition("''")[2]) == "一企一档 甲_乙  X_ y_.xlsx"
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_a_run_is_handed_out_under_the_name_of_its_rule_and_year(as_user):
    run = next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))
    named = as_user("district").get(f"/land/runs/{run.id}/export.csv")["Content-Disposition"]
    assert unquote(named.partition("''")[2]) == f"{run_of(run.id).plan.method.title}_{run.period}_试算_{run.id[:8]}.csv"
