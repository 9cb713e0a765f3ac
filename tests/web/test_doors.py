"""The doors of the workbench: forms, names of the host, sessions, tokens, passwords, and where a login leads."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.test_every_address import ADDRESSES, addresses, foreign  # noqa: F401  (a fixture)

from jiqun.web.people import tokens
from jiqun.web.people.actions import Person, add

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
    as_user("admin").post(f"/people/{people['leader'].pk}/", {"role": "leader", "full_name": "x"})
    assert first.get("/").status_code == 302


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
