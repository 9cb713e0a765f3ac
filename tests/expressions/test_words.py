"""The reading in words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from jiqun.expressions import (
    BooleanType,
    CodesType,
    DateType,
    NumberType,
    TextType,
    check,
    parse,
    words,
)
from jiqun.problems import Language
from jiqun.values import Unit

NAMES = {
    "tax": NumberType(Unit.parse("万元")),
    "land": NumberType(Unit.parse("亩")),
    "growth": NumberType(Unit.parse("%")),
    "base": NumberType(Unit.parse("万元/亩")),
    "closed": BooleanType(),
    "industry": TextType(),
    "registered_on": DateType(),
    "manufacturing": CodesType(frozenset({"3311"})),
}
LABELS = {
    "tax": "评价税收",
    "land": "评价用地",
    "growth": "增速",
    "base": "基准值",
    "closed": "停产",
    "industry": "行业",
    "registered_on": "登记日期",
    "manufacturing": "制造业",
}


def say(text: str, values: dict[str, str] | None = None, language: Language = "zh") -> str:
    formula = check(parse(text), NAMES, {"base": Fraction("24.097")})
    return words(formula, LABELS if language == "zh" else {}, values, language)


def test_the_subjects_own_numbers_are_put_in_with_their_units() -> None:
    values = {"tax": "1,472.36", "land": "64.50"}
    assert say("tax / land", values) == "评价税收 1,472.36 万元 ÷ 评价用地 64.50 亩"
    assert say("tax / land / base", values).endswith("÷ 基准值 24.097 万元/亩")


STEPS = "0.1 if tax < 100 else 0.2 if tax < 200 else 0.3 if tax < 300 else missing"


@pytest.mark.parametrize(
    ("text", "tax", "said"),
    [
        (STEPS, 150, "0.2（因评价税收 150 万元 < 200 万元；另外 2 种情形不适用）"),
        (STEPS, 900, "未知（另有规定的 3 种情形都不符合）"),
        (STEPS, None, "3 种情形取哪一种不明，先看评价税收 缺失 < 100 万元"),
        ("2 * (tax if tax > 100 else 100)", 150, "2 × (评价税收 150 万元（因评价税收 150 万元 > 100 万元）)"),
        ("tax if tax > 100 else 100", 50, "100 万元（因不符合评价税收 50 万元 > 100 万元）"),
        ("tax if tax > 100 else 100", None, "若评价税收 缺失 > 100 万元，则评价税收 缺失，否则 100 万元"),
    ],
)
def test_of_a_choice_the_branch_taken_is_told_and_how_many_others_there_are(
    text: str, tax: int | None, said: str
) -> None:
    formula = check(parse(text), NAMES)
    known = {"tax": None if tax is None else Fraction(tax)}
    assert words(formula, LABELS, {"tax": "" if tax is None else str(tax)}, known=known) == said


def test_what_must_not_be_is_told_with_what_is() -> None:
    assert say("not closed", {"closed": "是"}) == "“停产”为否（是）"
    assert say("not closed", {"closed": ""}) == "“停产”为否（缺失）"


def test_whether_goes_where_a_label_is_said_to_hold() -> None:
    formula = check(parse("closed and land >= 5"), NAMES, {})
    assert words(formula, LABELS | {"closed": "是否停产"}) == "停产 且 评价用地 ≥ 5 亩"


def test_a_missing_value_is_called_missing() -> None:
    assert say("tax / land", {"tax": "", "land": "64.50"}) == "评价税收 缺失 ÷ 评价用地 64.50 亩"
    assert say("tax is missing", {"tax": ""}) == "评价税收为空"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tax - (tax - tax)", "评价税收 − (评价税收 − 评价税收)"),
        ("(tax - tax) - tax", "评价税收 − 评价税收 − 评价税收"),
        ("(((tax))) / ((land))", "评价税收 ÷ 评价用地"),
        ("(tax + tax) / (land * 2)", "(评价税收 + 评价税收) ÷ (评价用地 × 2)"),
        ("tax / land * 2", "评价税收 ÷ 评价用地 × 2"),
        ("tax / (land / land)", "评价税收 ÷ (评价用地 ÷ 评价用地)"),
        ("-(tax + tax)", "−(评价税收 + 评价税收)"),
        ("not (closed and land >= 5)", "并非 (停产 且 评价用地 ≥ 5 亩)"),
        ("closed or land >= 5 and tax > 3", "停产 或 (评价用地 ≥ 5 亩 且 评价税收 > 3 万元)"),
        ("(closed or land >= 5) and tax > 3", "(停产 或 评价用地 ≥ 5 亩) 且 评价税收 > 3 万元"),
        ("growth > 5", "增速 > 5%"),
        ("land < unit(1, '公顷')", "评价用地 < 1 公顷"),
        ("1 < land <= 5", "1 亩 < 评价用地 且 评价用地 ≤ 5 亩"),
        ("industry in manufacturing", "行业属于制造业"),
        ("industry not in ('34', '33')", "行业不是“34”、“33”中的任何一个"),
        ("industry == '3311'", "行业为“3311”"),
        ("tax if closed else missing", "若停产，则评价税收，否则未知"),
        ("(1 if closed else 0) + (1 if land >= 5 else 0)", "下列各项中符合的个数(停产、评价用地 ≥ 5 亩)"),
        ("(tax if closed else 0) * 2", "(若停产，则评价税收，否则 0 万元) × 2"),
        ("max(tax + tax, 0) / land", "最大值(评价税收 + 评价税收、0 万元) ÷ 评价用地"),
        ("round(abs(tax), 2)", "四舍五入(绝对值(评价税收)，2 位小数)"),
        ("floor(land)", "向下取整(评价用地)"),
        ("ceil(land)", "向上取整(评价用地)"),
        ("years_between(registered_on, '2024-12-31') >= 3", "自登记日期至 2024-12-31 满 3 年"),
        ("closed == True", "停产 = 是"),
        ("not closed", "“停产”为否"),
        ("closed if closed is not missing else False", "停产（为空的，算否）"),
        ("land >= 5 if land is not missing else True", "评价用地 ≥ 5 亩（评价用地为空的，算是）"),
        ("industry != '3311'", "行业不是“3311”"),
        ("years_between(registered_on, '2024-12-31') < 2", "自登记日期至 2024-12-31 不满 2 年"),
    ],
)
def test_brackets_stand_where_the_order_needs_them_and_around_and_within_or(text: str, said: str) -> None:
    assert say(text) == said


def test_english_reads_as_english() -> None:
    text = "tax / land if not closed and industry in manufacturing else missing"
    assert say(text, language="en") == (
        "if not closed and industry is one of manufacturing then tax ÷ land, otherwise unknown"
    )
