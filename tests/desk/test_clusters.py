"""Clusters against targets, ratios of sums, figures in doubt: by hand."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest

from jiqun.desk.clusters import clusters, completeness, doubted, jumps, ratios
from jiqun.packs import load


@pytest.fixture(scope="module")
def book():
    from pathlib import Path

    return load(Path(__file__).resolve().parents[2] / "packs", pack_ids=("chongqing",))


def firms(*rows: dict) -> pl.DataFrame:
    base = {"enterprise": "a", "year": 2024, "scale": "above", "industry": None, "revenue": None, "output": None}
    return pl.DataFrame([{**base, **row} for row in rows], infer_schema_length=None).with_columns(
        pl.col("revenue", "output").cast(pl.Float64), pl.col("industry").cast(pl.String)
    )


def test_a_cluster_adds_up_its_certain_firms_in_the_unit_of_its_target(book):
    # 食品及农产品加工 is 13~16 by the pack, its published target 5 000 亿元 of output
    rows = firms(
        {"enterprise": "a", "industry": "1311", "output": 10_000.1},
        {"enterprise": "b", "industry": "1512", "output": 20_000.2},
        {"enterprise": "c", "industry": "1620", "output": None},
        {"enterprise": "d", "industry": "1311", "output": 5.0, "scale": "below"},
        {"enterprise": "e", "industry": "3611", "output": 7.0},
        {"enterprise": "f", "industry": "1311", "output": 7.0, "year": 2023},
    )
    food = next(one for one in clusters(book, rows, 2024) if one.code == "P2")
    assert (food.firms, food.unreported, food.measure) == (3, 1, "output")
    assert food.actual == Fraction("3.00003") and food.largest == Fraction("20000.2") / Fraction("30000.3")
    assert food.target is not None and food.target.value == 5000 and food.target.published
    assert food.share == Fraction("3.00003") / 5000


def test_growth_needed_is_the_compound_rate_to_the_horizon(book):
    rows = firms({"industry": "1311", "output": 25_000_000.0})  # 2 500 亿元, half the target, three years left
    food = next(one for one in clusters(book, rows, 2024) if one.code == "P2")
    assert food.growth_needed == pytest.approx(25.992104989487, abs=1e-9)  # the cube root of 2, less 1


def test_a_cluster_nobody_reported_for_is_unknown_and_not_zero(book):
    found = {one.code: one for one in clusters(book, firms({"industry": "1311"}), 2024)}
    assert found["P2"].actual is None and found["P2"].share is None and found["P2"].growth_needed is None
    assert len(found) == 30


def test_firms_with_an_industry_that_belongs_in_part_are_counted_beside(book):
    codes = book.codes("chongqing.33618", ["L3"], of="gbt4754", partial=True)
    partial = sorted(codes - book.codes("chongqing.33618", ["L3"], of="gbt4754"))
    leaf = next(one for one in partial if len(one) == 4)
    found = {one.code: one for one in clusters(book, firms({"industry": leaf, "output": 5.0}), 2024)}
    assert (found["L3"].firms, found["L3"].partial, found["L3"].actual) == (0, 1, None)


def test_a_ratio_is_of_sums_over_the_firms_that_have_both_parts():
    rows = pl.DataFrame(
        {
            "enterprise": ["a", "b", "c", "d"],
            "year": [2024] * 4,
            "scale": ["above", "above", "above", "below"],
            "tax": [0.1, 0.2, 9.0, 100.0],
            "land": [1.0, 2.0, None, 1.0],
        }
    )
    found = ratios(rows, 2024)
    assert found["tax_per_mu"].value == Fraction(1, 10)
    assert (found["tax_per_mu"].covered, found["tax_per_mu"].firms) == (2, 3)
    assert found["rd_intensity"].value is None and found["rd_intensity"].covered == 0
    assert completeness(rows, 2024, ["land", "nowhere"]) == {"land": (2, 3), "nowhere": (0, 3)}


def test_land_a_thousand_times_the_median_is_in_doubt_even_where_it_was_so_last_year():
    rows = firms(
        *({"enterprise": str(at), "land": 40.0, "year": year} for at in range(5) for year in (2023, 2024)),
        *({"enterprise": "slipped", "land": 40_000.0, "year": year} for year in (2023, 2024)),
        *({"enterprise": "large", "land": 39_999.0, "year": year} for year in (2023, 2024)),
    )
    (found,) = jumps(rows, 2024, ["land", "nowhere"])
    assert (found.enterprise, found.before, found.now, found.beside) == ("slipped", 40.0, 40_000.0, "peers")


def test_a_ratio_is_also_told_without_the_firms_in_doubt():
    rows = firms(
        {"enterprise": "a", "year": 2023, "tax": 2.0, "land": 1.0},
        {"enterprise": "a", "tax": 4000.0, "land": 1.0},
        {"enterprise": "b", "year": 2023, "tax": 3.0, "land": 2.0},
        {"enterprise": "b", "tax": 5.0, "land": 2.0},
    )
    told = ratios(rows, 2024, doubted(rows, 2024))["tax_per_mu"]
    assert (told.value, told.sound, told.doubtful) == (Fraction(4005, 3), Fraction(5, 2), 1)
    clean = ratios(rows, 2024)["tax_per_mu"]
    assert (clean.value, clean.sound, clean.doubtful) == (Fraction(4005, 3), Fraction(4005, 3), 0)


def test_a_thousandfold_jump_is_in_doubt_a_smaller_one_or_a_zero_is_not():
    rows = firms(
        {"enterprise": "a", "year": 2023, "revenue": 1.0},
        {"enterprise": "a", "revenue": 1000.0},
        {"enterprise": "b", "year": 2023, "revenue": 1.0},
        {"enterprise": "b", "revenue": 999.99},
        {"enterprise": "c", "year": 2023, "revenue": 5000.0},
        {"enterprise": "c", "revenue": 5.0},
        {"enterprise": "d", "year": 2023, "revenue": 0.0},
        {"enterprise": "d", "revenue": 5.0},
    )
    assert [(one.enterprise, one.before, one.now) for one in jumps(rows, 2024, ["revenue", "nowhere"])] == [
        ("a", 1.0, 1000.0),
        ("c", 5000.0, 5.0),
    ]


def test_a_figure_in_doubt_marks_its_cluster(book):
    rows = firms(
        {"enterprise": "a", "year": 2023, "industry": "1311", "output": 1.0},
        {"enterprise": "a", "industry": "1311", "output": 10_000.0},
    )
    food = next(one for one in clusters(book, rows, 2024) if one.code == "P2")
    assert (food.doubtful, food.actual) == (1, 1)
    assert food.sound is None and food.share is None, "nothing sound is left: not judged, and not zero"


def test_a_cluster_is_judged_by_what_it_adds_up_to_without_figures_in_doubt(book):
    rows = firms(
        {"enterprise": "a", "year": 2023, "industry": "1311", "output": 5.0},
        {"enterprise": "a", "industry": "1311", "output": 50_000_000.0},
        {"enterprise": "b", "year": 2023, "industry": "1311", "output": 19_000_000.0},
        {"enterprise": "b", "industry": "1311", "output": 20_000_000.0},
        {"enterprise": "c", "industry": "1311", "output": 5_000_000.0},
    )
    food = next(one for one in clusters(book, rows, 2024) if one.code == "P2")
    assert (food.actual, food.sound, food.doubtful) == (7500, 2500, 1)
    assert (food.share, food.largest) == (Fraction(1, 2), Fraction(4, 5))
