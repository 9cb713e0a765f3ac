"""The JSON API: the same rights as the pages, problems instead of traces."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests.web.campaign_events import noticed

from jiqun.web.people import tokens
from jiqun.web.people.models import AuditEntry, Token
from jiqun.web.people.scope import MASKED
from jiqun.web.region import ledger, runs


@pytest.fixture
def read(people):
    """Read an address as a user, with a token."""

    def get(username, address, **values):
        secret = tokens.make(people[username], "test")
        return Client().get(f"/api{address}", values, headers={"Authorization": f"Bearer {secret}"})

    return get


@pytest.fixture
def run():
    return next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))


@pytest.mark.parametrize("address", ["/runs", "/runs/x", "/runs/x/results", "/ledger/enterprise", "/runs/x/firms/y"])
def test_without_a_token_nothing_is_told(address):
    assert Client().get(f"/api{address}").status_code == 401


def test_a_revoked_token_and_a_locked_user_are_refused(people):
    secret = tokens.make(people["leader"], "x")
    asked = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert Client().get("/api/runs", **asked).status_code == 200
    people["leader"].is_active = False
    people["leader"].save()
    assert Client().get("/api/runs", **asked).status_code == 401
    people["leader"].is_active = True
    people["leader"].save()
    tokens.revoke(Token.objects.get(), "test")
    assert Client().get("/api/runs", **asked).status_code == 401


def test_a_token_is_kept_only_as_a_digest(people):
    secret = tokens.make(people["leader"], "x")
    assert secret not in str(Token.objects.values_list().get())


def test_results_are_those_of_the_run_page_by_page(read, run):
    first = read("analyst", f"/runs/{run.id}/results", limit=7).json()
    for one in first["rows"]:
        assert {name: item["points"] and Decimal(item["points"]) for name, item in one["items"].items()} == {
            name: points and Decimal(points) for name, points in one["points"].items()
        }
        assert all(item["reason"] for item in one["items"].values())
    second = read("analyst", f"/runs/{run.id}/results", limit=7, offset=7).json()
    codes = [one["enterprise"] for one in (*first["rows"], *second["rows"])]
    assert len(set(codes)) == 14 and first["count"] == run.trace["population"].drop_nulls().len()
    one = next(row for row in first["rows"] if row["total"])
    scaled = run.trace.filter(run.trace["enterprise"] == one["enterprise"])["total"][0]
    assert float(one["total"]) == pytest.approx(scaled / 100)


@pytest.mark.parametrize("username", ["district", "park", "firm"])
def test_nobody_reads_another_firm(read, people, run, username):
    noticed(run.id)
    every = {one["enterprise"] for one in read("analyst", "/ledger/enterprise", limit=1000).json()["rows"]}
    mine = {one["enterprise"] for one in read(username, "/ledger/enterprise", limit=1000).json()["rows"]}
    assert mine and mine < every
    for table in ("enterprise_year", "adjustment", "title"):
        rows = read(username, f"/ledger/{table}", limit=1000).json()["rows"]
        assert {one["enterprise"] for one in rows} <= mine
    assert {one["enterprise"] for one in read(username, f"/runs/{run.id}/results").json()["rows"]} <= mine
    assert read(username, f"/runs/{run.id}/firms/{sorted(every - mine)[0]}").status_code == 404
    parcels = read(username, "/ledger/parcel", limit=1000).json()["rows"]
    assert {one["district"] for one in parcels} == ({people["district"].place} if username == "district" else set())


def test_restricted_columns_are_masked_and_reading_them_is_logged(read):
    rows = read("leader", "/ledger/enterprise_year").json()["rows"]
    seen = read("auditor", "/ledger/enterprise_year").json()["rows"]
    masked = {name for name, value in itertools.chain(*(one.items() for one in rows)) if value == MASKED}
    assert masked and not any(value == MASKED for one in seen for value in one.values())
    assert AuditEntry.objects.get(action="api.restricted", who="auditor").address == "127.0.0.1"


def test_an_explanation_holds_clause_and_source(read, run):
    firm = run.trace.drop_nulls("grade")["enterprise"][0]
    told = read("analyst", f"/runs/{run.id}/firms/{firm}").json()
    assert told["subject"] == firm and any(line["source"] for item in told["items"] for line in item["inputs"])


HOSTILE = ["../../etc/passwd", "%00", "'; DROP TABLE people_user; --", "_imports", "𝕏" * 200, "-1", "latest"]


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_get_a_clear_answer(read, word):
    for address in (f"/runs/{word}", f"/runs/{word}/results", f"/ledger/{word}"):
        answer = read("analyst", address)
        assert answer.status_code in (200, 404, 422), address
        assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("values", [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"limit": "x"}, {"offset": 10**30}])
def test_pages_out_of_bounds_are_refused(read, values):
    assert read("analyst", "/ledger/enterprise", **values).status_code == 422


def test_the_how_to_names_every_address_and_the_limits_that_hold(as_user):
    told = (Path(__file__).parents[2] / "docs/howto/api.md").read_text("utf-8")
    described = as_user("analyst").get("/api/openapi.json").json()
    assert set(re.findall(r"^\| `(/api/[^`]+)`", told, re.M)) == set(described["paths"])
    parameters = described["paths"]["/api/ledger/{table}"]["get"]["parameters"]
    limit = next(one["schema"] for one in parameters if one["name"] == "limit")
    assert f"`limit` 最多 {limit['maximum']}" in told and f"每分钟 {settings.API_PER_MINUTE} 次" in told


def test_rows_of_snapshots_are_counted_for_who_sees_the_whole_region_only(read):
    whole = read("leader", "/snapshots").json()
    assert whole and all(count > 0 for one in whole for count in one["tables"].values())
    for username in ("district", "park", "firm"):
        told = read(username, "/snapshots").json()
        assert [one["id"] for one in told] == [one["id"] for one in whole]
        assert {count for one in told for count in one["tables"].values()} == {None}, username


def test_a_parameter_that_is_given_twice_is_refused_by_its_name(people):
    secret = tokens.make(people["analyst"], "test")
    answer = Client().get(
        "/api/ledger/enterprise?limit=1&offset=0&limit=2", headers={"Authorization": f"Bearer {secret}"}
    )
    (fault,) = answer.json()["problems"]
    assert answer.status_code == 400 and fault["code"] == "API-008" and fault["place"] == "limit"
    assert "limit" in fault["text"] and "limit" in fault["text_en"]


def test_the_description_names_what_the_server_itself_refuses(as_user):
    paths = as_user("analyst").get("/api/openapi.json").json()["paths"]
    for address, methods in paths.items():
        assert {"400", "414"} <= set(methods["get"]["responses"]), address
        assert "content" not in methods["get"]["responses"]["414"], "no problem: the request was not read"


def test_pages_put_together_are_the_table_without_doubles(read):
    rows = ledger().table("enterprise_year").height
    found = [
        read("analyst", "/ledger/enterprise_year", limit=1000, offset=at).json()["rows"] for at in range(0, rows, 1000)
    ]
    keys = [(one["enterprise"], one["year"]) for page in found for one in page]
    assert len(keys) == len(set(keys)) == rows


def test_the_description_names_every_address(as_user):
    paths = as_user("analyst").get("/api/openapi.json").json()["paths"]
    assert {"/api/runs", "/api/runs/{id_}/results", "/api/ledger/{table}"} <= set(paths)
    assert ledger().table("enterprise").height > 0
