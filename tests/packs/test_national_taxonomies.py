"""The national classifications against the published counts and the raw public files."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from jiqun.packs import LawBook, load
from jiqun.problems import ProblemsError

DAY = date(2024, 1, 1)
SCHEMES = {
    "strategic_emerging_2018": (9, 469),
    "high_tech_manufacturing_2017": (6, 85),
    "high_tech_services_2018": (8, 97),
    "digital_core_2021": (5, 130),
    "ip_intensive_2019": (7, 188),
}


@pytest.fixture(scope="module")
def book(request: pytest.FixtureRequest) -> LawBook:
    return load(Path(__file__).parents[2] / "packs", pack_ids=["national"])


def test_gbt4754_has_the_published_20_97_473_1382_codes(book: LawBook) -> None:
    view = book.taxonomy("gbt4754").on(DAY)
    levels = [view.level(code) for code in view.codes]
    assert [levels.count(level) for level in (1, 2, 3, 4)] == [20, 97, 473, 1382]


def test_manufacturing_is_section_c_with_divisions_13_to_43(book: LawBook) -> None:
    under_c = book.codes("gbt4754", ["C"], DAY)
    assert {code for code in under_c if len(code) == 2} == {str(number) for number in range(13, 44)}
    assert "3670" in under_c and "4411" not in under_c and "1200" not in under_c


def test_codes_keep_their_leading_zeros_and_all_of_more_than_255_and_1400(book: LawBook) -> None:
    view = book.taxonomy("gbt4754").on(DAY)
    assert len(view.codes) == 1972 and all(isinstance(code, str) for code in view.codes)
    assert view.codes["0111"].name == "稻谷种植" and "0113" in view.codes and "113" not in view.codes
    assert len(book.codes("gbt4754", [one for one in view.codes if len(one) == 1], DAY)) == 1972


def test_a_code_without_its_leading_zero_is_refused_and_the_full_code_named(book: LawBook) -> None:
    with pytest.raises(ProblemsError) as error:
        book.codes("gbt4754", ["113"], DAY)
    (found,) = error.value.problems
    assert found.code == "PACK-042" and "0113" in found.what("zh")


@pytest.mark.shared_data
def test_every_code_name_and_parent_equals_the_raw_file(book: LawBook, shared: Path) -> None:
    view = book.taxonomy("gbt4754").on(DAY)
    with (shared / "data/class/gbt4754_2017.csv").open(encoding="utf-8") as stream:
        raw = {row["code"]: (row["name"], row["parent"] or None) for row in csv.DictReader(stream)}
    assert {code: (one.name, one.parent) for code, one in view.codes.items()} == raw


@pytest.mark.shared_data
def test_all_1439_tag_rows_stand_in_the_schemes_with_their_coverage(book: LawBook, shared: Path) -> None:
    with (shared / "data/class/gbt4754_tags.csv").open(encoding="utf-8") as stream:
        raw = [
            (row["scheme"], row["code"], row["coverage"], row["category_path"].split(" > ")[0])
            for row in csv.DictReader(stream)
        ]
    held = [
        (scheme, rule.codes[0], rule.coverage, code.name)
        for scheme in SCHEMES
        for code in book.taxonomy(scheme).model.codes
        for rule in code.includes
    ]
    assert len(held) == 1439
    assert sorted(held) == sorted(raw)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_reaches_as_many_classes_as_its_source_counts(book: LawBook, scheme: str) -> None:
    divisions, classes = SCHEMES[scheme]
    view = book.taxonomy(scheme).on(DAY)
    assert len(view.codes) == divisions
    assert len(book.codes(scheme, view.codes, DAY, of="gbt4754", partial=True)) == classes


def test_a_starred_class_is_partial_and_asks_for_product_evidence(book: LawBook) -> None:
    found = {one.name: one for one in book.memberships("strategic_emerging_2018", "0519", DAY)}
    assert set(found) == {"生物产业", "节能环保产业"}
    assert all(one.coverage == "partial" and one.needs and not one.counted for one in found.values())
    assert "0519" not in book.codes("strategic_emerging_2018", ["4", "7"], DAY, of="gbt4754")


def test_integrated_circuits_are_fully_high_tech_manufacturing(book: LawBook) -> None:
    (found,) = book.memberships("high_tech_manufacturing_2017", "3973", DAY)
    assert (found.code, found.coverage) == ("03", "full")
