"""Who owes the rows of a table, as its contract says: a rate is only told where the ledger can count them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from jiqun.desk.owed import above_scale, owing_firms
from jiqun.packs import LawBook, load
from jiqun.packs.models.table import Owers

REGISTER = pl.DataFrame(
    {"enterprise": ["a", "b", "c", "d"], "status": ["正常", None, "注销", "正常"], "district": ["1", "1", "1", "2"]}
)
LEDGER = {
    "enterprise_year": pl.DataFrame(
        {"enterprise": ["a", "b", "a", "d"], "year": [2023, 2023, 2024, 2024], "scale": ["above", "above", None, None]}
    ),
    "title": pl.DataFrame(
        {
            "enterprise": ["a", "b", "d"],
            "title": ["创新型中小企业", "创新型中小企业", "高新技术企业"],
            "action": ["recognised"] * 3,
            "date": [date(2023, 5, 1), date(2018, 5, 1), date(2023, 5, 1)],
        }
    ),
}


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load(Path(__file__).resolve().parents[2] / "packs", pack_ids=("national",))


def owing(book: LawBook, **said: object) -> list[str] | None:
    owers = Owers.model_validate({"words": "x", "words_en": "x", **said})
    found = owing_firms(book, owers, lambda name: LEDGER.get(name, pl.DataFrame()), REGISTER, 2024)
    return None if found is None else sorted(found)


def test_the_firms_that_owe_a_table_are_those_in_operation_above_scale_or_with_a_title_in_a_place(
    book: LawBook,
) -> None:
    assert owing(book, who="every_firm") == ["a", "b", "d"]
    assert owing(book, who="every_firm", where={"district": ["2"]}) == ["d"]
    assert owing(book, who="above_scale") == ["a", "b"], "no scale was told for 2024, so the year before stands"
    assert owing(book, who="holders", titles=["innovative"]) == ["a"], "a title of 2018 is over"


def test_a_list_of_a_year_that_is_still_coming_in_does_not_stand_for_all() -> None:
    rows = {
        "enterprise": list("abcd") + ["a"],
        "year": [2023] * 4 + [2024],
        "scale": ["above"] * 3 + ["below", "above"],
    }
    assert sorted(above_scale(pl.DataFrame(rows), 2024)) == ["a", "b", "c"]
    more = {name: [*values, *new] for (name, values), new in zip(rows.items(), (["d"], [2024], ["above"]), strict=True)}
    assert sorted(above_scale(pl.DataFrame(more), 2024)) == ["a", "d"]


def test_of_whoever_applies_and_of_a_contract_that_says_nothing_there_is_no_list(book: LawBook) -> None:
    assert owing(book, who="applicants") is None and owing(book, who="listed") is None
    assert owing_firms(book, None, LEDGER.__getitem__, REGISTER, 2024) is None
    without = Owers(who="holders", titles=("innovative",), words="x", words_en="x")
    assert owing_firms(book, without, lambda name: pl.DataFrame(), REGISTER, 2024) is None
