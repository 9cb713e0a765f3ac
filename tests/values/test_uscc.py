"""统一社会信用代码: published codes and their check sums (GB 32100-2015)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.values import uscc

WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def weighted(code: str) -> int:
    """The sum with the weights as the standard prints them."""
    return sum(LETTERS.index(letter) * weight for letter, weight in zip(code[:17], WEIGHTS, strict=True))


@pytest.mark.parametrize(
    ("code", "total"),
    [
        ("91350100M000100Y43", 1640),
        ("11320000MB151840XJ", 1966),
        ("11370881004339597L", 1468),
        ("11341622003178357Q", 1092),
        ("1150010700927688XM", 1777),
        ("115000005567784755", 1173),
        ("11370800004234373R", 998),
    ],
)
def test_published_codes_are_valid_and_have_the_published_sum(code: str, total: int) -> None:
    assert weighted(code) == total
    assert uscc.is_valid(code) and uscc.check_character(code[:17]) == code[17]


def test_the_standards_example_has_remainder_28_and_check_3() -> None:
    assert weighted("91350100M000100Y43") % 31 == 28
    assert uscc.check_character("91350100M000100Y4") == "3"


def test_a_code_with_a_letter_outside_the_alphabet_is_invalid() -> None:
    assert uscc.fault("91350100M000100Y4Z") == "character"
    assert all(uscc.fault(f"91350100M000100{letter}43") == "character" for letter in "IOSVZ")


def test_a_published_wrong_sample_fails_its_check_which_should_be_7() -> None:
    assert uscc.fault("91310115MA1H8R7C6D") == "check"
    assert uscc.check_character("91310115MA1H8R7C6") == "7"


def test_remainder_0_gives_check_0() -> None:
    assert uscc.check_character("0" * 17) == "0"


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y433", "91350100m000100y43", "９1350100M000100Y43"]
)
def test_other_lengths_and_spellings_are_faults(code: str) -> None:
    assert uscc.fault(code) in ("length", "character") and not uscc.is_valid(code)


@pytest.mark.parametrize("first", ["", "123", "91350100M000100Y43", "91350100M000100YI"])
def test_the_check_character_of_anything_but_17_letters_of_the_alphabet_is_refused(first: str) -> None:
    with pytest.raises(ValueError):
        uscc.check_character(first)


@given(st.text(LETTERS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(LETTERS))
def test_any_single_wrong_letter_is_found(first: str, place: int, letter: str) -> None:
    code = first + uscc.check_character(first)
    wrong = code[:place] + letter + code[place + 1 :]
    assert uscc.is_valid(code) and uscc.is_valid(wrong) == (wrong == code)


@pytest.mark.shared_data
def test_all_61_sample_codes_are_judged_as_published(shared: Path) -> None:
    with (shared / "data/enterprise/uscc_samples.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 61
    assert {row["uscc"]: uscc.is_valid(row["uscc"]) for row in rows} == {
        row["uscc"]: row["valid"] == "1" for row in rows
    }
