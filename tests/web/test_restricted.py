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
from jiqun.web.people import tokens
from jiqun.web.region import ledger, region, runs

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


def test_an_export_hides_them_and_keeps_points_and_the_size_of_the_pool(as_user, run, firm):
    def rows(username: str) -> dict[str, list[object]]:
        book = openpyxl.load_workbook(BytesIO(as_user(username).get(f"/land/runs/{run.id}/export.xlsx").content))
        return {
            sheet.title: list(row)
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
            if row and row[0] == firm
        }

    open_, masked = rows("analyst"), rows("district")
    first = next(iter(open_))
    assert masked[first] == open_[first], "results are published figures"
    names = run.plan.items()
    assert len(open_) > len(names) / 2
    for title, row in open_.items():
        differing = [(a, b) for a, b in zip(row, masked[title], strict=True) if a != b]
        assert all(shown == MASKED for _, shown in differing)
    assert any(MASKED in row for row in masked.values()) and not any(MASKED in row for row in open_.values())
