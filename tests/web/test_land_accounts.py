"""亩均账 and the comparison of two evaluations, as the pages show them."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pandas as pd
import polars as pl
import pytest

from jiqun.methods.explanation.restricted import MASKED
from jiqun.web.jobs.queue import do_all
from jiqun.web.region import ledger, runs


@pytest.fixture
def pair():
    found = [one for one in runs() if one.method_id.startswith("per-mu.chongqing")]
    early, late = sorted(found, key=lambda one: one.period)
    return early, late


def test_district_accounts_are_those_that_pandas_finds(as_user):
    page = as_user("analyst").get("/land/accounts/", {"year": 2024, "by": "district"}).context
    rows = ledger().table("enterprise_year").filter((pl.col("year") == 2024) & (pl.col("scale") == "above"))
    joined = rows.join(ledger().land_use(2024).select("enterprise", land="used"), on="enterprise", how="left")
    frame = pd.DataFrame(joined.select("district", "tax", "land").to_dicts()).dropna()
    sums = frame.groupby("district")[["tax", "land"]].sum()
    shown = {line.key: line.cells[0].value for line in page["rows"] if line.cells[0].value is not None}
    assert set(shown) == set(sums.index) and len(shown) > 20
    for code, value in shown.items():
        assert float(value) == pytest.approx(sums.tax[code] / sums.land[code], rel=1e-12)


def test_a_line_of_the_accounts_opens_the_firms_that_it_counts(as_user):
    client = as_user("analyst")
    lines = [one for one in client.get("/land/accounts/", {"year": 2024}).context["rows"] if one.to]
    assert [client.get(one.to).context["found"] for one in lines[:3]] == [one.firms for one in lines[:3]]


def test_the_whole_without_doubts_is_near_the_published_figures_of_2023(as_user):
    """Chongqing 2023: 18.98 tax, 166.87 value added, 734.17 output, 万元/亩; the demo is calibrated to them."""
    top = as_user("analyst").get("/land/accounts/", {"year": 2023}).context["top"]
    for cell, published in zip(top.cells, (18.98, 166.87, 734.17), strict=False):
        assert float(cell.sound) == pytest.approx(published, rel=0.15), "200 firms, some of them in quarantine"


@pytest.mark.parametrize("by", ["park", "division", "cluster"])
def test_every_grouping_has_rows_and_sorts_both_ways(as_user, by):
    for down in ("1", "0"):
        page = as_user("analyst").get("/land/accounts/", {"by": by, "sort": "value_added_per_mu", "down": down})
        known = [line.cells[1].sound for line in page.context["rows"] if line.cells[1].sound is not None]
        assert known and known == sorted(known, reverse=down == "1")


def test_small_groups_are_kept_back_from_who_may_not_see_one_firm(as_user):
    city, leader = (as_user(who).get("/land/accounts/", {"by": "park"}) for who in ("analyst", "leader"))
    assert not any(line.few for line in city.context["rows"])
    small = {line.key for line in city.context["rows"] if line.firms < 3}
    kept_back = {line.key for line in leader.context["rows"] if line.few}
    assert small and small <= kept_back < {line.key for line in leader.context["rows"]}
    told = sum(line.firms for line in leader.context["rows"] if not line.few)
    assert leader.context["top"].firms - told == 0 or leader.context["top"].firms - told >= 3, "the whole less the told"
    assert not any(0 < cell.covered < 3 and cell.sound for line in leader.context["rows"] for cell in line.cells)
    book = openpyxl.load_workbook(BytesIO(as_user("leader").get("/land/accounts.xlsx", {"by": "park"}).content))
    told = {row[0]: row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] in small}
    assert told and all(set(row[2:]) == {MASKED} for row in told.values())


def test_what_is_held_back_of_a_growth_is_masked_in_the_file_and_what_is_unknown_is_blank(as_user):
    """Growth leaves out the firms in doubt now, whom the account of the year before tells."""
    lines = as_user("leader").get("/land/accounts/", {"year": 2024}).context["rows"]
    held = {line.key for line in lines if not line.few and "growth" in line.cells[0].held}
    told = {
        line.key: line.cells[0] for line in as_user("analyst").get("/land/accounts/", {"year": 2024}).context["rows"]
    }
    assert held and all(told[one].growth is not None for one in held)
    names = {line.name for line in lines if line.key in held}
    book = openpyxl.load_workbook(BytesIO(as_user("leader").get("/land/accounts.xlsx", {"year": 2024}).content))
    rows = {row[0]: row for row in book.worksheets[0].iter_rows(values_only=True)}
    assert {rows[one][6] for one in names} == {MASKED}


def test_a_district_accounts_for_its_own_firms_only(as_user, people):
    page = as_user("district").get("/land/accounts/").context
    assert {line.key for line in page["rows"]} == {people["district"].place}
    assert as_user("firm").get("/land/accounts.xlsx").status_code == 403


def test_two_years_are_compared_by_a_worker_and_told_with_their_causes(as_user, people, pair):
    early, late = pair
    client, address = as_user("analyst"), f"/land/compare/{early.id}/{late.id}/"
    client.post(f"{address}start/")
    assert do_all() == 1
    page = client.get(address).context
    before, after = (one.trace.select("enterprise", "grade") for one in pair)
    both = before.join(after, on="enterprise", suffix="_after").drop_nulls()
    moved = both.filter(pl.col("grade").cast(pl.String) != pl.col("grade_after").cast(pl.String)).height
    counts = {name: number for name, _, number in page["directions"]}
    assert counts["up"] + counts["down"] == moved > 0
    assert sum(number for one, cells in page["matrix"] for two, number in cells if "—" not in (one, two)) == both.height
    assert sum(number for _, _, number in page["causes"]) >= moved
    own = as_user("district").get(address, {"direction": "same"}).context["rows"]
    assert own and {row["district"] for row in own} == {people["district"].place}
    book = openpyxl.load_workbook(BytesIO(client.get(f"{address}export.xlsx", {"direction": "up"}).content))
    ups = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[3] == "升档"]
    assert len(ups) == counts["up"]
    rows = [one for way in ("new", "gone") for one in client.get(address, {"direction": way}).context["rows"]]
    assert {one["direction"] for one in rows} == {"new", "gone"}
    assert all(one["turned"] and one["there_before"] == (one["direction"] == "gone") for one in rows)


def test_a_comparison_with_a_run_that_is_not_there_is_told(as_user, pair):
    assert as_user("analyst").get(f"/land/compare/{pair[0].id}/ffffffff/").status_code == 404


def test_a_ranking_is_the_order_that_pandas_finds_with_ties_and_without_doubts(as_user):
    page = (
        as_user("analyst").get("/land/rankings/", {"year": 2024, "measure": "labour_productivity", "size": 0}).context
    )
    rows = ledger().table("enterprise_year").filter((pl.col("year") == 2024) & (pl.col("scale") == "above"))
    frame = pd.DataFrame(rows.select("enterprise", "value_added", "staff").to_dicts()).dropna()
    frame = frame[frame.staff > 0].assign(value=lambda one: one.value_added / one.staff)
    shown = {one.enterprise: one for one in page["found"].rows}
    kept = frame[frame.enterprise.isin(shown)]
    assert len(frame) - len(kept) <= page["found"].doubtful and len(kept) > 100
    places = kept.value.rank(method="min", ascending=False).astype(int)
    assert dict(zip(kept.enterprise, places, strict=True)) == {one.enterprise: one.rank for one in shown.values()}


def test_the_last_ten_are_the_other_end_of_the_list_and_leave_as_excel(as_user):
    asked = {"year": 2024, "measure": "tax", "last": 1, "size": 10}
    page = as_user("analyst").get("/land/rankings/", asked)
    values = [one.value for one in page.context["found"].rows]
    assert len(values) == 10 and values == sorted(values)
    book = openpyxl.load_workbook(BytesIO(as_user("analyst").get("/land/rankings.xlsx", asked).content))
    names = [row[2] for row in book.worksheets[0].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert names == [one.name for one in page.context["found"].rows]


@pytest.mark.parametrize("who", ["leader", "district", "park"])
def test_no_ranking_tells_restricted_figures(as_user, who):
    client = as_user(who)
    assert client.get("/land/rankings/", {"measure": "tax"}).context["asked"] is None
    assert client.get("/land/rankings.xlsx").status_code in (403, 404)


def test_a_firm_ranks_only_itself_and_unknown_places_are_not_found(as_user, people):
    page = as_user("firm").get("/land/rankings/", {"size": 0}).context
    assert {one.enterprise for one in page["found"].rows} <= {people["firm"].place}
    for asked in ({"cluster": "nowhere"}, {"district": "110101"}, {"measure": "name"}, {"size": "x"}):
        assert as_user("analyst").get("/land/rankings/", asked).status_code == 404
