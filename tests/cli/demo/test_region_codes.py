"""Codes check out and can belong to nobody; districts, towns and industries are the real ones."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from jiqun.cli.demo import Handover
from jiqun.cli.demo.codes import body_check, credit_code, parcel_code
from jiqun.cli.demo.region import Region, shipped_region
from jiqun.values.uscc import is_valid


def test_every_code_passes_gb_32100_and_lies_in_an_area_that_does_not_exist(handover: Handover) -> None:
    codes = pl.read_parquet(handover.truth / "enterprise.parquet")["enterprise"]
    assert all(is_valid(code) for code in codes)
    assert set(codes.str.slice(2, 3)) == {"999"}
    assert codes.n_unique() == codes.len()


def test_the_impossible_area_is_outside_the_province_codes_of_gb_t_2260() -> None:
    assert int(credit_code(1, "500101")[2:4]) > 82
    assert parcel_code(1, "500101").startswith("999101")


def test_every_name_says_that_the_firm_is_invented(handover: Handover) -> None:
    firms = pl.read_parquet(handover.truth / "enterprise.parquet")
    for column in ("name", "former_names"):
        assert firms[column].drop_nulls().str.contains("示范|虚拟").all()


@pytest.mark.shared_data
def test_the_body_check_agrees_with_real_codes(shared: Path) -> None:
    with (shared / "data/enterprise/uscc_samples.csv").open(encoding="utf-8-sig", newline="") as stream:
        real = [row["uscc"] for row in csv.DictReader(stream) if row["valid"] == "1" and len(row["uscc"]) == 18]
    right = [code for code in real if body_check(code[8:16]) == code[16]]
    assert len(real) == 59
    assert set(real) - set(right) == {"915000007094891941"}  # one code of the list has another body rule


@pytest.mark.shared_data
def test_districts_towns_and_industries_are_those_of_the_public_lists(shared: Path) -> None:
    region = Region.read(shipped_region())

    def public(name: str) -> list[dict[str, str]]:
        with (shared / "data" / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    districts = {row["adcode"]: row["name"] for row in public("geo/chongqing_districts.csv")}
    assert {code: row["name"] for code, row in region.districts.items()} == districts
    towns = {
        (row["district_code_2023"], row["town"]) for row in public("geo/chongqing_towns_2023_to_2025_districts.csv")
    }
    assert {(code, town) for code, names in region.towns.items() for town in names} == towns
    classes = {row["code"]: row["name"] for row in public("class/gbt4754_2017.csv") if row["level"] == "4"}
    with (region.folder / "industries.csv").open(encoding="utf-8", newline="") as stream:
        ours = {row["code"]: row["name"] for row in csv.DictReader(stream)}
    assert ours.items() <= classes.items()
    assert {code for code in classes if "13" <= code[:2] <= "43"} <= ours.keys()
