"""Nobody sees another's firm: page, filter, export, guessed address."""

from __future__ import annotations

import polars as pl
import pytest
from tests.web.campaign_events import noticed

from jiqun.packs import load
from jiqun.web.people.models import User
from jiqun.web.people.scope import MASKED, Scope
from jiqun.web.region import ledger, runs

LIMITED = ["district", "park", "firm"]


@pytest.fixture
def run() -> str:
    """An evaluation that is public, so that the firm may be told of it."""
    found = next(one.id for one in runs() if one.method_id.startswith("per-mu.chongqing"))
    noticed(found)
    return found


def own(user: User) -> set[str]:
    firms = ledger().table("enterprise")
    return set(firms.filter(pl.col(user.means.limited_by) == user.place)["enterprise"].to_list())


@pytest.mark.parametrize("username", LIMITED)
def test_the_grid_shows_only_own_firms(as_user, people, run, username):
    page = as_user(username).get(f"/land/runs/{run}/").context
    shown = {row.subject for row in page["rows"]}
    assert shown and shown <= own(people[username])


@pytest.mark.parametrize("username", LIMITED)
def test_a_filter_for_another_district_finds_nothing(as_user, people, run, username):
    other = ledger().table("enterprise").filter(~pl.col("enterprise").is_in(list(own(people[username]))))
    for row in other.head(4).iter_rows(named=True):
        found = as_user(username).get(f"/land/runs/{run}/", {"q": row["enterprise"]}).context["rows"]
        assert found == []


@pytest.mark.parametrize("username", LIMITED)
def test_a_guessed_address_is_answered_as_if_the_firm_were_not_there(as_user, people, run, username):
    client, mine = as_user(username), own(people[username])
    evaluated = {row.subject for row in as_user("admin").get(f"/land/runs/{run}/").context["rows"]}
    other = sorted(evaluated - mine)[0]
    assert client.get(f"/land/runs/{run}/firms/{other}/").status_code == 404
    assert client.get(f"/land/runs/{run}/firms/91999999NOBODY0000/").status_code == 404


@pytest.mark.parametrize("username", ["district", "park"])
def test_an_export_holds_only_own_firms_and_is_logged(as_user, people, run, username):
    answer = as_user(username).get(f"/land/runs/{run}/export.csv")
    found = pl.read_csv(answer.content, infer_schema=False)
    codes = set(found[found.columns[0]].to_list())
    assert answer.status_code == 200 and codes and codes <= own(people[username])


def test_an_enterprise_may_not_export(as_user, run):
    assert as_user("firm").get(f"/land/runs/{run}/export.csv").status_code == 403


def test_the_counts_of_a_list_of_runs_are_those_of_own_firms(as_user, people):
    lines = as_user("district").get("/land/").context["lines"]
    assert all(0 < line.graded + line.open <= len(own(people["district"])) for line in lines)


def test_a_frame_without_the_place_shows_nothing_to_a_limited_reader():
    frame = pl.DataFrame({"enterprise": ["a"], "tax": [1.0]})
    assert Scope("district", "500105").rows(frame).is_empty()
    assert Scope("district", "").rows(frame.with_columns(district=pl.lit(""))).is_empty()


def test_a_row_is_within_a_scope_as_a_frame_of_it_is():
    rows = [{"district": one, "tax": 1.0} for one in ("500105", "500107", None, "")]
    for scope in (
        Scope(),
        Scope("district", "500105"),
        Scope("district", "500105", others=("500107",)),
        Scope("district", ""),
        Scope("park", "两江新区"),
    ):
        assert [one for one in rows if scope.holds(one)] == scope.rows(pl.DataFrame(rows)).to_dicts()
    assert [one["district"] for one in rows if Scope("district", "500105").holds(one)] == ["500105"]


def test_restricted_columns_are_masked_but_missing_ones_stay_missing(packs_root):
    contract = load(packs_root, pack_ids=("national",)).table("enterprise_year")
    restricted = [one.name for one in contract.fields if one.sensitivity == "restricted"]
    assert restricted, "the contract of enterprise_year has restricted columns"
    frame = pl.DataFrame({"enterprise": ["a", "b"], restricted[0]: [1.5, None]})
    assert Scope().masked(frame, contract)[restricted[0]].to_list() == [MASKED, None]
    assert Scope(sees_restricted=True).masked(frame, contract).equals(frame)
