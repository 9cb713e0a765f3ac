"""Real public files through the same door: nothing of them is lost or changed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from jiqun.ledger.intake import check_file
from jiqun.ledger.intake.code_columns import valid
from jiqun.packs.models.table import TableContract

Tables = Callable[[str], TableContract]


@pytest.mark.shared_data
def test_5448_listed_companies_come_in_as_target_firms(shared: Path, tables: Tables) -> None:
    path = shared / "data/enterprise/a_share_listed.csv"
    checked = check_file(path, tables("target_firm"))
    assert checked.problems == () and checked.good.height == 5_448
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert checked.good["symbol"].to_list() == [row["symbol"] for row in rows]
    assert checked.good["name"].to_list() == [row["short_name"] for row in rows]
    assert [one.isoformat() for one in checked.good["listed_on"]] == [row["list_date"] for row in rows]
    assert checked.good["full_name"].drop_nulls().len() == 4_241
    assert checked.good["area"].eq("重庆").sum() == 78


@pytest.mark.shared_data
def test_a_steel_works_35040_readings_add_up_to_the_published_sums(shared: Path, tables: Tables) -> None:
    path = shared / "data/energy/steel_industry_15min_2018_uci851.csv"
    checked = check_file(path, tables("reading"), constants={"meter": "steel"}, dates="dmy", midnight="closes")
    assert checked.problems == () and checked.good.height == 35_040
    totals = {one.field: one.converted for one in checked.summary().totals}
    assert totals["usage_kwh"] == Fraction("959636.71") and totals["co2"] == Fraction("403.81")
    at = checked.good["at"]
    assert (at.min(), at.max()) == (datetime(2018, 1, 1, 0, 15), datetime(2019, 1, 1))
    assert at.n_unique() == 35_040 and at.is_sorted()


@pytest.mark.shared_data
def test_the_steel_works_dates_are_not_guessed(shared: Path, tables: Tables) -> None:
    path = shared / "data/energy/steel_industry_15min_2018_uci851.csv"
    untold = check_file(path, tables("reading"), constants={"meter": "steel"})
    assert [(one.code, one.place.cell, one.values["rows"]) for one in untold.problems] == [
        ("LEDGER-029", "A2", "35040")
    ]
    half = check_file(path, tables("reading"), constants={"meter": "steel"}, dates="dmy")
    assert [(one.code, one.place.cell, one.values["rows"]) for one in half.problems] == [("LEDGER-029", "A97", "365")]


@pytest.mark.shared_data
def test_a_column_of_real_social_credit_codes_is_judged_as_published(shared: Path) -> None:
    frame = pl.read_csv(shared / "data/enterprise/uscc_samples.csv", infer_schema=False)
    assert valid(frame["uscc"]).to_list() == [one == "1" for one in frame["valid"]]
