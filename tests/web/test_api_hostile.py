"""The API under hostile values: whatever is asked, the answer is data of one's own or a problem with a code."""

from __future__ import annotations

import csv
import io
import itertools
import json
import zipfile

import pytest
from django.test import Client

from jiqun.ledger.snapshot import snapshots
from jiqun.web.api import service
from jiqun.web.people import tokens
from jiqun.web.people.models import AuditEntry
from jiqun.web.region import ledger, region, runs

IN_PATH = [
    "..",
    "%00",
    "0",
    "-1",
    "enterprise",
    "_imports",
    "%F0%9D%95%8F" * 80,
    "a%2Fb",
    "'%20OR%201=1--",
    "*",
    "%0d%0aX:y",
]
IN_QUERY = ["", "-1", "0", "1e9", "1001", "9" * 40, "NaN", "null", "[]", "\x00", "𝕏", "CSV", "true"]


@pytest.fixture
def bearer(people):
    secrets = {name: tokens.make(people[name], "test") for name in ("analyst", "district", "firm")}
    return lambda name: Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secrets[name]}"})


def operations(client):
    """Give path, method and parameters of every operation that the description names."""
    for path, methods in client.get("/api/openapi.json").json()["paths"].items():
        for method, one in methods.items():
            yield path, method, one.get("parameters", [])


def known(path):
    """Fill a path with what exists, so that a query reaches the work behind it."""
    run = next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))
    snapshot = snapshots(region().workspace)[-1].id
    filled = path.replace("{id_}", snapshot if "/snapshots/" in path else run.id)
    return filled.replace("{table}", "enterprise").replace("{subject}", run.trace["enterprise"][0])


def assert_clear(answer, asked):
    assert answer.status_code < 500, asked
    if answer.status_code >= 400:
        problems = json.loads(answer.content)["problems"]
        assert problems and all(one["code"] and one["text"] and one["text_en"] for one in problems), asked


def test_every_operation_answers_hostile_values_with_data_or_with_problems(bearer):
    client, seen = bearer("analyst"), 0
    for path, method, parameters in operations(client):
        assert method == "get", "a new kind of operation needs hostile bodies here"
        for one in parameters:
            for value in IN_PATH if one["in"] == "path" else IN_QUERY:
                if one["in"] == "path":
                    asked = known(path.replace(f"{{{one['name']}}}", value, 1))
                    assert_clear(client.get(asked), asked)
                else:
                    assert_clear(client.get(known(path), {one["name"]: value}), (path, one["name"], value))
                seen += 1
        assert client.get(known(path)).status_code == 200, path
    assert seen > 80


@pytest.mark.parametrize(
    "address", ["/api/", "/api/no/such", "/api/ledger/", "/api/runs/x/y/z", "/api/openapi.yaml", "/api/a%0Ab/c"]
)
def test_an_address_that_is_none_is_told_as_a_problem(bearer, address):
    answer = bearer("analyst").get(address)
    assert answer.status_code == 404 and answer.json()["problems"][0]["code"] == "API-003"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(bearer, method):
    answer = getattr(bearer("analyst"), method)("/api/runs")
    assert answer.status_code == 405 and answer.json()["problems"][0]["code"] == "API-007"


def test_nobody_without_a_token_learns_anything():
    for path, _, _ in operations(Client()):
        answer = Client().get(path)
        assert answer.status_code == 401 and answer.json()["problems"][0]["code"] == "API-001", path


def test_a_firm_of_another_district_is_answered_like_one_that_does_not_exist(bearer, people):
    run = next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))
    mine = set(
        ledger()
        .table("enterprise")
        .filter(ledger().table("enterprise")["district"] == people["district"].place)["enterprise"]
    )
    other = next(one for one in run.trace["enterprise"] if one not in mine)
    client = bearer("district")
    guessed, none = (client.get(f"/api/runs/{run.id}/firms/{one}") for one in (other, "91500000NOSUCH0001"))
    assert guessed.status_code == none.status_code == 404 and guessed.content == none.content
    pages = (
        client.get(f"/api/runs/{run.id}/results", {"offset": at, "limit": 50}).json() for at in itertools.count(0, 50)
    )
    shown = [
        one["enterprise"] for page in itertools.takewhile(lambda page: page["rows"], pages) for one in page["rows"]
    ]
    assert shown and set(shown) <= mine and len(shown) == len(set(shown))


def test_a_data_package_holds_the_own_district_only_and_taking_it_is_logged(bearer, people):
    snapshot = snapshots(region().workspace)[-1]
    address = f"/api/snapshots/{snapshot.id}/datapackage"
    assert bearer("firm").get(address).json()["problems"][0]["code"] == "API-002"
    files = zipfile.ZipFile(io.BytesIO(bearer("district").get(address).content))
    register = ledger().table("enterprise")
    others = register.filter(register["district"] != people["district"].place)["enterprise"]
    content = b"".join(files.read(name) for name in files.namelist() if name.startswith("data/enterprise"))
    assert not any(code.encode() in content for code in others)
    assert {row["district"] for row in csv.DictReader(files.read("data/parcel.csv").decode().splitlines())} == {
        people["district"].place
    }
    package = json.loads(files.read("datapackage.json"))
    assert "tax" in next(one for one in package["resources"] if one["name"] == "enterprise_year")["jiqun:omitted"]
    assert AuditEntry.objects.get(action="snapshot.export").who == "district"


def test_a_user_who_calls_too_often_is_asked_to_wait_and_others_are_not(bearer, settings):
    settings.API_PER_MINUTE = 3
    for throttle in service.api.throttle:
        throttle._calls.clear()
    answers = [bearer("analyst").get("/api/snapshots") for _ in range(5)]
    assert answers[-1].status_code == 429 and answers[-1].json()["problems"][0]["code"] == "API-005"
    assert int(answers[-1]["Retry-After"]) <= 60 and bearer("district").get("/api/snapshots").status_code == 200


def test_a_fault_of_ours_is_told_without_a_trace(bearer, monkeypatch):
    def broken(workspace):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(service, "snapshots", broken)
    answer = bearer("analyst").get("/api/snapshots")
    assert (
        answer.status_code == 500
        and answer.json()["problems"][0]["code"] == "API-006"
        and b"secret" not in answer.content
    )
