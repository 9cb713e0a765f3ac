"""Two explanations of a firm taken apart: by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from jiqun.methods.explanation.changed import changed
from jiqun.methods.explanation.model import AdditionLine, Explanation, ItemLine, LineOfClass
from jiqun.methods.explanation.restricted import MASKED

ITEM = ItemLine("tax", "亩均税收", "", "1", "", (), "0", "30", (), "", "", "", (), (), None)
NOTHING: dict[str, Any] = dict.fromkeys(
    ("subject", "name", "status", "status_words", "status_reason", "grade_title", "grade_reason", "grade_words", "total_words", "pool", "signed", "tried", "completeness", "method"), "",
)  # fmt: skip


def item(name: str, points: str | None, weight: str = "30") -> ItemLine:
    return replace(ITEM, item=name, title=name, points=points, weight=weight)


def told(total: str | None, *items: ItemLine, **more: Any) -> Explanation:
    said: dict[str, Any] = {
        **NOTHING, "language": "zh", "edition": "1", "period": "2024", "official": False, "population": "all",
        "grade": None, "ranked_grade": None, "treated_as": None, "grade_clause": None, "total_clause": None,
        "factor": None, "rank": None, "pool_size": None, "total": total, "items": items,
        **dict.fromkeys(("lines", "figures", "additions", "criteria", "moves", "entitlements", "refereed", "unknown"), ()),
    }  # fmt: skip
    return Explanation(**{**said, **more})


def bonus(kind: str, points: str) -> AdditionLine:
    return AdditionLine(kind, kind, kind, points, "", False, None)


def effects(before: Explanation, after: Explanation) -> list[tuple[str, Decimal | None]]:
    found = changed(before, after)
    assert found is not None
    assert found.totals[0] + sum((one.effect or 0) for one in found.parts) in (found.totals[1], found.parts[-1].reached)
    return [(one.title or one.kind, one.effect) for one in found.parts]


def test_the_parts_add_up_to_the_difference_and_a_deduction_counts_against_it():
    # the numbers of the mockup: 104.87 last year, 2.00 deducted this year
    before = told("104.87", item("tax", "70.00"), item("land", "34.87"))
    after = told("101.56", item("tax", "69.69"), item("land", "33.87"), additions=(bonus("deduction", "2.00"),))
    assert effects(before, after) == [("tax", Decimal("-0.31")), ("land", Decimal("-1.00")), ("deduction", Decimal("-2.00"))]  # fmt: skip


def test_what_rounding_leaves_over_is_a_part_of_its_own():
    assert effects(told("1.01", item("a", "1.0051")), told("2.00", item("a", "2.0049"))) == [
        ("a", Decimal("0.9998")), ("rest", Decimal("-0.0098")),
    ]  # fmt: skip
    little, much = (changed(told("1", item("a", "1")), told(one, item("a", "2"))) for one in ("2.01", "3"))
    assert little is not None and much is not None
    assert (little.parts[-1].is_rounding, much.parts[-1].is_rounding) == (True, False), "a factor is no rounding"


def test_an_item_that_came_or_went_counts_whole_and_one_without_points_is_unknown():
    before, after = told("5", item("old", "5")), told("7", item("new", "7"))
    assert effects(before, after) == [("new", Decimal(7)), ("old", Decimal(-5))]
    assert effects(told("5", item("a", "5")), told("0", item("a", None))) == [("a", None), ("rest", Decimal(-5))]


def test_a_bonus_that_is_not_known_is_no_bonus_of_0():
    unknown = AdditionLine("bonus", "bonus", "bonus", None, "", True, None)
    before, after = told("60", additions=(unknown,)), told("63", additions=(bonus("bonus", "3"),))
    assert effects(before, after) == [("bonus", None), ("rest", Decimal(3))]


def test_hidden_points_are_told_together_only_and_one_alone_not_at_all():
    before = told("60", item("a", MASKED), item("b", MASKED), item("c", "10"))
    after = told("64", item("a", MASKED), item("b", MASKED), item("c", "11"))
    assert effects(before, after) == [("a", None), ("b", None), ("c", Decimal(1)), ("hidden", Decimal(3))]
    alone = changed(told("60", item("a", MASKED)), told("64", item("a", MASKED)))
    assert alone is not None and [one.effect for one in alone.parts] == [None, None]


def test_a_hidden_or_missing_total_is_not_taken_apart():
    assert changed(told(MASKED), told("5")) is None and changed(told("5"), told(None)) is None


def line(grade: str, value: str) -> LineOfClass:
    return LineOfClass(grade, 5, value, None, False)


def test_the_lines_of_both_years_and_what_the_total_would_have_been_at_the_old_ones():
    before = told("104.87", lines=(line("A", "101.00"), line("B", "84.00"), line("C", "10.00")))
    after = told("101.56", lines=(line("A", "102.31"), line("B", "84.27"), line("C", "9.00")))
    found = changed(before, after)
    assert found is not None and found.at_old_lines == "A"
    assert [(one.grade, one.moved) for one in found.lines] == [("A", Decimal("1.31")), ("B", Decimal("0.27"))]
    low = changed(before, replace(after, total="3.00"))
    assert low is not None and low.at_old_lines == "C"
