"""Chongqing's districts and clusters against published counts and figures."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jiqun.packs import LawBook, load
from jiqun.packs.districts import district_of
from jiqun.values import Unit

BEFORE, AFTER = date(2025, 10, 31), date(2025, 11, 1)


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load(Path(__file__).parents[2] / "packs", pack_ids=["chongqing"])


def test_there_are_38_districts_until_october_2025_and_37_from_november(book: LawBook) -> None:
    places = book.taxonomy("chongqing.districts")
    counts = [sum(places.on(day).level(code) == 2 for code in places.on(day).codes) for day in (BEFORE, AFTER)]
    assert counts == [38, 37]


def test_liangjiang_has_31_subdistricts_and_11_towns_and_beibei_6_and_11(book: LawBook) -> None:
    view = book.taxonomy("chongqing.districts").on(AFTER)
    found = {}
    for district in ("两江新区", "北碚区"):
        names = [view.codes[code].name for code in view.children(view.code(district))]
        found[district] = Counter("街道" if name.endswith("街道") else "镇" for name in names)
    assert found == {"两江新区": {"街道": 31, "镇": 11}, "北碚区": {"街道": 6, "镇": 11}}


def test_no_town_is_lost_by_the_change_of_districts(book: LawBook) -> None:
    places = book.taxonomy("chongqing.districts")
    assert [sum(places.on(day).level(code) == 3 for code in places.on(day).codes) for day in (BEFORE, AFTER)] == [
        1031,
        1031,
    ]


def test_the_new_code_is_marked_provisional_and_is_no_adcode(book: LawBook) -> None:
    code = book.taxonomy("chongqing.districts").on(AFTER).codes["5001LJ"]
    assert code.provisional and not code.code.isdigit() and "临时" in (code.note or "")


@pytest.mark.parametrize(
    ("town", "district", "before", "after"),
    [
        ("鱼嘴镇", "江北区", "江北区", "两江新区"),
        ("统景镇", "渝北区", "渝北区", "北碚区"),
        ("水土街道", "北碚区", "北碚区", "两江新区"),
        ("天生街道", "北碚区", "北碚区", "北碚区"),
    ],
)
def test_a_town_lies_in_its_district_of_the_day(
    book: LawBook, town: str, district: str, before: str, after: str
) -> None:
    places = book.taxonomy("chongqing.districts")
    assert district_of(places, town=town, district=district, on=BEFORE).name == before
    assert district_of(places, town=town, district=district, on=AFTER).name == after


@pytest.mark.parametrize("district", ["江北区", "渝北区", "北碚区", "500105", "500112", "500109"])
def test_a_recut_district_without_town_is_unknown_and_names_the_candidates(book: LawBook, district: str) -> None:
    found = district_of(book.taxonomy("chongqing.districts"), district=district, on=AFTER)
    assert found.code is None and found.reason == "recut" and "5001LJ" in found.candidates


def test_a_district_recorded_after_the_change_stands(book: LawBook) -> None:
    places = book.taxonomy("chongqing.districts")
    assert district_of(places, district="500109", on=AFTER, recorded_on=AFTER).name == "北碚区"
    assert district_of(places, district="两江新区", on=AFTER).code == "5001LJ"
    assert district_of(places, district="万州", on=AFTER).code == "500101"


def test_a_town_name_of_several_districts_needs_its_district(book: LawBook) -> None:
    places = book.taxonomy("chongqing.districts")
    found = district_of(places, town="兴隆镇", on=AFTER)
    assert found.reason == "town_not_unique" and len(found.candidates) > 1
    assert district_of(places, town="兴隆镇", district="渝北区", on=AFTER).name == "北碚区"


def test_a_town_that_is_not_in_the_named_district_is_said(book: LawBook) -> None:
    found = district_of(book.taxonomy("chongqing.districts"), town="鱼嘴镇", district="万州区", on=AFTER)
    assert found.code is None and found.reason == "town_not_in_district" and found.candidates == ("5001LJ",)


def test_the_former_code_of_liangping_is_understood(book: LawBook) -> None:
    assert district_of(book.taxonomy("chongqing.districts"), district="500228", on=AFTER).name == "梁平区"


def test_33618_has_3_3_6_and_18_clusters(book: LawBook) -> None:
    view = book.taxonomy("33618").on(AFTER)
    assert [len(view.children(tier)) for tier in ("leading", "pillar", "feature", "rising")] == [3, 3, 6, 18]


def test_the_33618_scope_is_illustrative_because_it_was_not_published(book: LawBook) -> None:
    model = book.taxonomy("33618").model
    assert (model.completeness, model.status) == ("illustrative", "trial")
    assert all(one.provisional_scope for one in book.memberships("33618", "3611", AFTER))


def test_every_manufacturing_class_is_counted_at_most_once(book: LawBook) -> None:
    view = book.taxonomy("gbt4754").on(AFTER)
    for code in (one for one in book.codes("gbt4754", ["C"], AFTER) if view.level(one) == 4):
        assert sum(one.counted for one in book.memberships("33618", code, AFTER)) <= 1


def test_aluminium_rolling_is_light_alloy_but_counted_in_advanced_materials(book: LawBook) -> None:
    found = {one.code: one.counted for one in book.memberships("33618", "3252", AFTER)}
    assert found == {"L3": True, "F4": False}


def test_a_partial_class_counts_only_with_product_evidence(book: LawBook) -> None:
    def owner(*confirmed: str) -> list[str]:
        return [one.code for one in book.memberships("33618", "3962", AFTER, confirmed=confirmed) if one.counted]

    assert owner() == ["L2"]
    assert owner("L1") == ["L1"]


def test_an_industry_code_that_is_too_short_belongs_only_partly(book: LawBook) -> None:
    found = {one.code: one for one in book.memberships("33618", "397", AFTER)}
    assert found["L2"].coverage == "full" and found["F1"].coverage == "partial" and not found["F1"].counted


def test_the_future_list_is_six_until_september_2024_and_nine_after(book: LawBook) -> None:
    future = book.taxonomy("chongqing.future")
    assert len(future.on(date(2024, 9, 26)).codes) == 6
    assert len(future.on(date(2024, 9, 27)).codes) == 9
    assert future.on(date(2024, 9, 26)).find("低空经济") is None


def test_the_software_estimate_of_2750_stays_beside_the_later_2705(book: LawBook) -> None:
    day = date(2022, 12, 31)
    assert book.parameter("33618.actual.revenue.P3", day).value == 2705
    assert book.parameter("33618.actual.revenue.P3", day, known=date(2023, 6, 1)).value == 2750
    assert [one.value for one in book.parameter_series("33618.actual.revenue.P3")] == [2750, 2705]


@pytest.mark.parametrize(
    ("base", "target", "years", "growth"),
    [
        ("33618.actual.revenue.L2", "33618.target.revenue.L2", 5, "6.3"),
        ("33618.actual.revenue.P3", "33618.target.revenue.P3", 5, "20.9"),
        ("33618.actual.output.P2", "33618.target.output.P2", 4, "18.0"),
    ],
)
def test_the_growth_that_the_plans_print_follows_from_base_and_target(
    book: LawBook, base: str, target: str, years: int, growth: str
) -> None:
    start = book.parameter(base, date(2027 - years, 12, 31)).value
    end = book.parameter(target, date(2027, 12, 31)).value
    yearly = (float(end) / float(start)) ** (1 / years) - 1
    assert f"{100 * yearly:.1f}" == growth


def test_food_is_measured_in_full_scope_in_2023_and_above_scale_in_2024(book: LawBook) -> None:
    name = "33618.actual.output.P2"
    assert book.parameter(name, date(2023, 6, 1)).scope == "all"
    assert book.parameter(name, date(2024, 6, 1)).scope == "above_scale"


def test_a_target_carries_its_unit_sense_and_clause(book: LawBook) -> None:
    found = book.parameter("chongqing.per-mu.target.value_added_per_energy", date(2027, 1, 1))
    assert (found.value, found.unit, found.sense) == (Fraction("2.24"), Unit.parse("万元/tce"), "at_least")
    assert book.clause(found.document or "", found.clause or "").text
