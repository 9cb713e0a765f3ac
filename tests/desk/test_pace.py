"""The steady path to a target: by hand, and against growth rates that were published with the targets."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from jiqun.desk.clusters import clusters
from jiqun.desk.pace import Base, Pace, pace, published_base
from jiqun.packs import load


@pytest.fixture(scope="module")
def book():
    return load(Path(__file__).resolve().parents[2] / "packs", pack_ids=("chongqing",))


def path(base: str, target: int, gone: int, span: int = 5) -> Pace:
    found = pace(Base(Fraction(base), 2022), Fraction(target), 2022 + gone, 2022 + span)
    assert found is not None
    return found


def test_the_path_grows_by_one_rate_and_ends_at_the_target():
    assert path("100", 400, 2, 4).due == pytest.approx(200)
    assert path("100", 400, 0, 4).due == 100 and path("100", 400, 4, 4).due == pytest.approx(400)


@pytest.mark.parametrize(("base", "target", "span", "rate"), [("7356", 10000, 5, 6.3), ("2581.42", 5000, 4, 18.0), ("2705", 7000, 5, 20.9)])  # fmt: skip
def test_a_year_on_the_path_is_the_growth_that_was_published_with_the_target(base, target, span, rate):
    # electronics, food and software: the plans and the press name 6.3 %, 18.0 % and 20.9 % a year
    assert round((path(base, target, 1, span).due / float(base) - 1) * 100, 1) == rate


def test_who_is_exactly_on_the_path_keeps_up_and_five_per_cent_below_is_still_slow():
    on = path("100", 400, 2, 4)
    assert [on.standing(Fraction(one)) for one in ("200", "199.999", "190", "189.999")] == [
        "kept", "slow", "slow", "behind",
    ]  # fmt: skip
    assert on.gap(Fraction(150)) == pytest.approx(-25)


def test_a_base_that_is_at_the_target_already_stays_there():
    over = path("1200", 1000, 2)
    assert (over.due, over.share, over.standing(Fraction(1000)), over.standing(Fraction(940))) == (1000, 1, "kept", "behind")  # fmt: skip


@pytest.mark.parametrize("base", [None, Base(Fraction(0), 2022), Base(Fraction(5), 2025), Base(Fraction(5), 2027)])
def test_without_a_base_before_the_year_and_the_horizon_there_is_no_path(base):
    assert pace(base, Fraction(10), 2024, 2027) is None


def test_only_a_whole_year_that_counts_as_the_target_does_is_a_published_base(book):
    food = published_base(book, "33618.actual.output.P2", "产值", "all")
    assert food is not None and (food.value, food.year, food.document) == (Fraction("2581.42"), 2023, "cq-plan-food")
    assert published_base(book, "33618.actual.output.P2", "产值", "above_scale") is None, "half a year only"
    assert published_base(book, "33618.actual.output.L1", "产值", None) is None, "ten months of 2023"
    assert published_base(book, "33618.actual.output.F1", "产值", None) is None, "more than 700 is no point"
    software = published_base(book, "33618.actual.revenue.P3", "软件业务收入", None)
    assert software is not None and software.value == 2705, "the later vintage, not the estimate of 2750"


def row(enterprise: str, year: int, revenue: float, industry: str = "3611") -> dict:
    told = {"enterprise": enterprise, "year": year, "scale": "above", "industry": industry}
    return {**told, "revenue": revenue, "output": revenue}


def test_without_a_published_figure_the_ledger_s_own_of_2022_is_the_base_and_wrong_units_are_left_out(book):
    rows = pl.DataFrame(
        [
            row("a", 2022, 8_000_000.0), row("a", 2023, 9_000_000.0), row("a", 2024, 9_000_000.0),
            row("b", 2022, 2_000_000_000.0), row("b", 2023, 200_000.0), row("b", 2024, 1_000_000.0),
        ]
    )  # fmt: skip
    cars = next(one for one in clusters(book, rows, 2024) if one.code == "L1")
    assert cars.pace is not None and cars.pace.base == Base(Fraction(800), 2022, firms=1, of=frozenset("a"))
    assert cars.pace.due == pytest.approx(800 * 12.5**0.4) and cars.standing == "behind"
    assert cars.gap == pytest.approx((1000 / (800 * 12.5**0.4) - 1) * 100)


def test_a_published_target_is_reached_from_a_published_base_even_where_the_ledger_has_one(book):
    rows = pl.DataFrame([row("a", 2022, 5.0, "1311"), row("a", 2024, 35_000_000.0, "1311")])
    food = next(one for one in clusters(book, rows, 2024) if one.code == "P2")
    assert food.pace is not None and food.pace.base.published and food.standing == "kept"


def test_a_cluster_without_a_base_is_not_judged_by_a_path(book):
    found = {one.code: one for one in clusters(book, pl.DataFrame([row("a", 2024, 5.0)]), 2024)}
    assert found["L1"].share is not None and found["L1"].pace is None and found["L1"].standing is None
    assert found["G01"].target is None and found["G01"].pace is None
