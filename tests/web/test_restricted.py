"""Restricted figures stay hidden wherever a result is explained: page, ways up, API and export."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import openpyxl
import polars as pl
import pytest
from django.test import Client

from jiqun.methods.explanation.restricted import MASKED, restricted_names
from jiqun.web.enterprises import dossier
from jiqun.web.land.queries import items_of
from jiqun.web.people import tokens
from jiqun.web.region import evaluated, ledger, region, runs

MASKED_ROLES = ["tax", "district", "leader"]


@pytest.fixture
def run():
    return next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))


@pytest.fixture
def firm(run, people) -> str:
    """A firm of the district user's district that is no A, so that there are ways up."""
    firms = ledger().table("enterprise").filter(pl.col("district") == people["district"].place)["enterprise"].to_list()
    low = run.trace.filter(pl.col("grade").is_in(["C", "D"]) & pl.col("enterprise").is_in(firms))
    return str(low["enterprise"].sort()[0])


def secrets(run, firm) -> set[str]:
    """The firm's restricted figures of that year as people write them, from the ledger and not from the run."""
    contract = region().contract("enterprise_year")
    rows = ledger().table("enterprise_year")
    row = rows.filter((pl.col("enterprise") == firm) & (pl.col("year") == run.plan.period.year)).row(0, named=True)
    hidden = [one.name for one in contract.fields if one.sensitivity == "restricted"]
    used = {name for name in run.plan.formulas["measures.tax_per_mu.formula"].names if name in hidden}
    used |= {name for name in run.plan.formulas["measures.value_added_per_mu.formula"].names if name in hidden}
    assert used == {"tax", "value_added"}
    return {f"{Decimal(repr(row[name])):,}" for name in used}


def told(page: str) -> set[str]:
    """The numbers in a page, without the zeros behind the last digit."""
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", re.sub(r"<[^>]+>", " ", page))
    return {one.rstrip("0").rstrip(".") if "." in one else one for one in numbers}


def test_the_restricted_names_are_the_columns_and_what_is_made_of_them(run):
    names = restricted_names(run.plan)
    assert {"tax", "tax_per_mu", "value_added", "energy"} <= names
    assert not {"land", "name", "industry", "district"} & names


@pytest.mark.parametrize("username", MASKED_ROLES)
def test_pages_and_ways_up_hide_them_from_roles_without_the_right(as_user, run, firm, username):
    hidden = secrets(run, firm)
    for part in ("", "ways/"):
        page = as_user(username).get(f"/land/runs/{run.id}/firms/{firm}/{part}").content.decode()
        assert MASKED in page and not hidden & told(page), hidden & told(page)
    assert hidden & told(as_user("analyst").get(f"/land/runs/{run.id}/firms/{firm}/").content.decode()) == hidden


def test_the_api_hides_them_too(people, run, firm):
    def read(username: str) -> str:
        secret = tokens.make(people[username], "test")
        address = f"/api/runs/{run.id}/firms/{firm}"
        return str(Client().get(address, headers={"Authorization": f"Bearer {secret}"}).json())

    hidden = secrets(run, firm)
    assert hidden <= told(read("analyst"))
    for username in MASKED_ROLES:
        assert MASKED in (said := read(username)) and not hidden & told(said)


def test_an_export_hides_them_and_keeps_the_total_of_several_and_the_size_of_the_pool(as_user, run, firm):
    def rows(username: str) -> dict[str, list[object]]:
        book = openpyxl.load_workbook(BytesIO(as_user(username).get(f"/land/runs/{run.id}/export.xlsx").content))
        return {
            sheet.title: list(row)
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
            if row and row[0] == firm
        }

    open_, masked = rows("analyst"), rows("district")
    first, names = next(iter(open_)), run.plan.items()
    untold = [(told, shown) for told, shown in zip(open_[first], masked[first], strict=True) if told != shown]
    assert untold == [("全员劳动生产率：超过上限，按上限计", None)], "total, rank and grade are published figures"
    assert len(open_) > len(names) / 2
    for title, row in list(open_.items())[1:]:
        differing = [(a, b) for a, b in zip(row, masked[title], strict=True) if a != b]
        assert {shown for _, shown in differing} <= {MASKED, "按本企业数据计分"}, differing
    assert any(MASKED in row for row in masked.values()) and not any(MASKED in row for row in open_.values())


def api(people, username: str, address: str) -> dict:
    secret = tokens.make(people[username], "test")
    return dict(Client().get(f"/api/runs/{address}", headers={"Authorization": f"Bearer {secret}"}).json())


def of_one_item(run, people) -> str:
    """A firm of the district whose population is graded by tax per mu alone."""
    own = ledger().table("enterprise").filter(pl.col("district") == people["district"].place)["enterprise"].to_list()
    rows = run.trace.filter(
        (pl.col("population").cast(pl.String) == "below_scale") & pl.col("enterprise").is_in(own)
    ).drop_nulls("points__tax_per_mu")
    return str(rows.sort("points__tax_per_mu", "enterprise")["enterprise"][0])


@pytest.mark.parametrize("username", MASKED_ROLES)
def test_the_tax_cannot_be_worked_out_from_points_on_any_face(as_user, people, run, firm, username):
    """points ÷ weight × benchmark × land is the tax, and all but the points are public."""
    client = as_user(username)
    single = of_one_item(run, people)
    rows = {one["enterprise"]: one for one in api(people, "analyst", f"{run.id}/results?limit=1000")["rows"]}
    points = {name: value for name, value in rows[firm]["points"].items() if value}
    assert len(points) >= 4 and float(rows[single]["total"]) == round(float(rows[single]["points"]["tax_per_mu"]), 2)
    hidden = {value.rstrip("0").rstrip(".") for value in [*points.values(), rows[single]["total"]]} - {"0"}
    hidden -= {item.weight for item in queries_items(run)} | {"150"}  # full marks and the cap stand in the rule

    pages = [
        f"/land/runs/{run.id}/?q={firm}",
        f"/land/runs/{run.id}/?population=below_scale&q={single}",
        *(f"/land/runs/{run.id}/firms/{one}/{part}" for one in (firm, single) for part in ("", "ways/")),
        *(f"/enterprises/{one}/?tab=grades" for one in (firm, single)),
        f"/land/runs/{run.id}/export.csv",
    ]
    for page in pages:
        found = hidden & told(lines_about(client.get(page).content.decode(), (firm, single)))
        assert not found, (page, found)
    mine = {one["enterprise"]: one for one in api(people, username, f"{run.id}/results?limit=1000")["rows"]}
    assert {value for one in (firm, single) for value in mine[one]["points"].values()} <= {MASKED, None}
    assert mine[single]["total"] == MASKED and mine[firm]["total"] == rows[firm]["total"]
    for one in (firm, single):
        assert not hidden & told(str(api(people, username, f"{run.id}/firms/{one}")))


def queries_items(run):
    return [item for one in run.plan.populations for item in items_of(evaluated(run.id, "zh"), one)]


def lines_about(text: str, firms) -> str:
    """A table file's lines of the firms; a page as it is."""
    if "<html" in text or "<section" in text:
        return text
    return "\n".join(line for line in text.splitlines() if any(one in line for one in firms))


@pytest.mark.parametrize("username", MASKED_ROLES)
def test_rows_cannot_be_put_in_the_order_of_hidden_points(as_user, run, username):
    def order(client, address):
        return re.findall(r"/firms/([0-9A-Z]{18})/", client.get(address).content.decode())

    client, to = as_user(username), f"/land/runs/{run.id}/?population="
    for population, sort in (("above_scale", "tax_per_mu"), ("below_scale", "total"), ("below_scale", "tax_per_mu")):
        by_rank = order(client, f"{to}{population}&sort=rank&down=1")
        assert order(client, f"{to}{population}&sort={sort}&down=1") == by_rank
    assert "sort=tax_per_mu" not in client.get(f"{to}above_scale").content.decode()
    assert "sort=tax_per_mu" in as_user("analyst").get(f"{to}above_scale").content.decode()


def test_scores_that_others_certified_are_masked_on_the_page_of_a_firm(as_user, monkeypatch, firm):
    rows = pl.DataFrame(
        [{"enterprise": firm, "scheme": "甲", "year": 2025, "score": 71.25, "issuer": "乙", "date": None}]
    )
    real = dossier.of_firm
    monkeypatch.setattr(
        dossier, "of_firm", lambda table, code, *more: rows if table == "certified_score" else real(table, code, *more)
    )
    monkeypatch.setattr(dossier, "row_address", lambda *_: "/")
    for username in ("analyst", *MASKED_ROLES):
        page = as_user(username).get(f"/enterprises/{firm}/?tab=grades").content.decode()
        assert ("71.3" in page) == (username == "analyst") and "甲" in page


def test_neither_value_added_nor_energy_is_told_by_the_carbon_figures_of_a_firm(as_user):
    rows = ledger().table("carbon_year").drop_nulls(["co2", "income_value_added"])
    firm = rows.filter(pl.col("income_value_added") > 0)["enterprise"][0]
    lines = {
        who: as_user(who).get(f"/enterprises/{firm}/?tab=energy").context["carbon_years"]
        for who in ("analyst", "leader")
    }
    assert all(isinstance(one["intensity"], float) for one in lines["analyst"] if one["income_value_added"])
    hidden = ("co2", "co2_zero_power", "income_value_added", "intensity")
    assert {one[name] for one in lines["leader"] for name in hidden} <= {MASKED, None}
    told = f"{rows.filter(pl.col('enterprise') == firm)['co2'][0]:g}"
    for to in ("/ledger/tables/carbon_year/", f"/api/ledger/carbon_year?enterprise={firm}"):
        assert told not in as_user("leader").get(to, {"q": firm}).content.decode().replace(",", "")
    assert MASKED in as_user("leader").get(f"/enterprises/{firm}/?tab=energy").content.decode()
