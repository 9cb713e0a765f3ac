"""What a formula may say, and what its author is told where it may not."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from jiqun.expressions import (
    BooleanType,
    CodesType,
    DateType,
    NumberType,
    TextType,
    Typed,
    check,
    exact_value,
    in_unit,
    parse,
)
from jiqun.problems import Place, Problem, ProblemsError
from jiqun.values import Unit


def _in(unit: str) -> NumberType:
    return NumberType(Unit.parse(unit))


NAMES = {
    "tax": _in("万元"),
    "cash": _in("元"),
    "land": _in("亩"),
    "rate": _in("%"),
    "亩均税收": _in("万元/亩"),
    "listed": BooleanType(),
    "industry": TextType(),
    "registered_on": DateType(),
    "manufacturing": CodesType(frozenset({"3311"})),
}


def typed(text: str) -> Typed:
    return check(parse(text), NAMES)


def problems_of(text: str, at: Place | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsError) as refused:
        check(parse(text, at), NAMES)
    return refused.value.problems


def unit_of(text: str) -> str:
    kind = typed(text).type
    assert isinstance(kind, NumberType)
    return kind.unit.symbol


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("tax / land", "万元/亩"),
        ("tax * 10000 / land", "万元/亩"),
        ("tax - cash", "万元"),
        ("cash - tax", "元"),
        ("tax * rate", "万元"),
        ("tax / cash", "1"),
        ("1 - rate", "1"),
        ("rate * 2", "%"),
        ("亩均税收 * land", "万元"),
        ("unit(3, '公顷')", "公顷"),
        ("max(tax, 0)", "万元"),
        ("tax if listed else 0", "万元"),
        ("years_between(registered_on, '2024-12-31')", "年"),
        ("1 / land", "1/亩"),
    ],
)
def test_a_formula_has_the_unit_that_its_parts_make(text: str, unit: str) -> None:
    assert unit_of(text) == unit


@pytest.mark.parametrize(
    ("text", "values", "value"),
    [
        ("tax + cash", {"tax": Fraction(1), "cash": Fraction(5000)}, Fraction("1.5")),
        ("cash + tax", {"tax": Fraction(1), "cash": Fraction(5000)}, Fraction(15000)),
        ("tax / cash", {"tax": Fraction(1), "cash": Fraction(5000)}, Fraction(2)),
        ("tax * rate", {"tax": Fraction(200), "rate": Fraction(15)}, Fraction(30)),
        ("1 - rate", {"rate": Fraction(15)}, Fraction("0.85")),
        ("land + unit(1000, '平方米')", {"land": Fraction(1)}, Fraction("2.5")),
    ],
)
def test_units_of_one_dimension_are_converted_exactly(text: str, values: dict[str, Fraction], value: Fraction) -> None:
    assert exact_value(typed(text), values) == value


@pytest.mark.parametrize("text", ["land >= 5", "5 <= land", "land >= unit(5, '亩')", "land >= 2 + 3"])
def test_a_bare_number_takes_the_unit_of_what_it_is_compared_with(text: str) -> None:
    assert exact_value(typed(text), {"land": Fraction(5)}) is True
    assert exact_value(typed(text), {"land": Fraction("4.99")}) is False


@pytest.mark.parametrize(
    "text", ["rate >= (5 if land > 9 else 3 if land > 1 else 2)", "rate >= (3 if land > 1 else missing)"]
)
def test_a_choice_between_bare_numbers_takes_that_unit_too(text: str) -> None:
    assert exact_value(typed(text), {"rate": Fraction(3), "land": Fraction(5)}) is True
    assert exact_value(typed(text), {"rate": Fraction("2.99"), "land": Fraction(5)}) is False


def test_a_decimal_is_taken_from_the_text_and_not_from_a_float() -> None:
    assert exact_value(typed("0.1 + 0.2 == 0.3"), {}) is True
    assert exact_value(typed("1.000000000000000000000000001 > 1"), {}) is True


def test_a_name_may_be_chinese_and_a_formula_may_run_over_lines() -> None:
    formula = parse("\n  亩均税收\n    * land  ")
    assert formula.names == {"亩均税收", "land"}
    assert formula.text == "亩均税收     * land"


def test_names_leave_out_sets_of_codes_and_given_values() -> None:
    formula = check(
        parse("tax > rate and industry in manufacturing"), NAMES | {"rate": _in("万元")}, {"rate": Fraction(3)}
    )
    assert formula.names == {"tax", "industry"}


@pytest.mark.parametrize(
    ("text", "code", "column", "says"),
    [
        ("tax + land", "EXPR-011", 7, "亩"),
        ("tax < 亩均税收", "EXPR-011", 7, "万元/亩"),
        ("亩均税收 + lnd", "EXPR-010", 8, "land"),
        ("亩均税 / 2", "EXPR-010", 1, "亩均税收"),
        ("tax + 3", "EXPR-013", 7, 'unit(3, "万元")'),
        ("3 + tax", "EXPR-013", 1, "万元"),
        ("tax and listed", "EXPR-012", 1, "万元"),
        ("industry + tax", "EXPR-012", 1, "文字"),
        ("not tax", "EXPR-012", 5, "是非"),
        ("tax if industry else 0", "EXPR-012", 8, "文字"),
        ("industry < '34'", "EXPR-018", 1, "<"),
        ("tax == industry", "EXPR-018", 1, "文字"),
        ("registered_on < '2022-02-30'", "EXPR-014", 17, "2022-02-30"),
        ("registered_on < 20220101", "EXPR-012", 17, "日期"),
        ("unit(3, '畮')", "EXPR-015", 9, "畮"),
        ("unit('3', '亩')", "EXPR-023", 6, "'3'"),
        ("unit(3, 亩)", "EXPR-023", 9, "亩"),
        ("unit(tax, '万元')", "EXPR-023", 6, "tax"),
        ("unit(3, '万千瓦时时')", "EXPR-015", 9, "万千瓦时。"),
        ("round(tax, 2.5)", "EXPR-016", 12, "12"),
        ("round(tax, 13)", "EXPR-016", 12, "12"),
        ("round(tax, -1)", "EXPR-016", 12, "12"),
        ("missing", "EXPR-017", 1, "缺失"),
        ("manufacturing", "EXPR-017", 1, "代码集"),
        ("missing is missing", "EXPR-017", 1, "缺失"),
        ("tax + missing", "EXPR-012", 7, "缺失"),
        ("tax / 0", "EXPR-019", 7, "零"),
        ("tax / (1 - 1)", "EXPR-019", 8, "零"),
        ("industry in ('33', 34)", "EXPR-021", 13, "代码集"),
        ("industry in land", "EXPR-021", 13, "代码集"),
        ("industry in ('33')", "EXPR-021", 14, "代码集"),
        ("tax if listed else industry", "EXPR-022", 1, "文字"),
        ("missing if listed else missing", "EXPR-022", 1, "缺失"),
        ("maximum(tax, 1)", "EXPR-006", 1, "max"),
        ("min(tax)", "EXPR-007", 1, "min"),
        ("min", "EXPR-007", 1, "min"),
        ("round(tax, digits=2)", "EXPR-004", 1, "round"),
        ("tax is None", "EXPR-008", 8, "None"),
        ("1e4 * tax", "EXPR-005", 1, "1e4"),
        ("1_000 * tax", "EXPR-005", 1, "1_000"),
        ("0x10", "EXPR-005", 1, "0x10"),
        ("1j", "EXPR-005", 1, "1j"),
        ("tax ／ land", "EXPR-003", 5, "/"),
        ("（tax）", "EXPR-003", 1, "("),
        ("tax # land", "EXPR-004", 5, "#"),
        ("tax + (land", "EXPR-001", 7, "括号没有闭合"),
        ("tax +", "EXPR-001", 6, "没有写完"),
        ("亩均税收 + 'a", "EXPR-001", 8, "引号"),
        ("", "EXPR-001", 1, "空"),
        ("tax land", "EXPR-001", 5, "写法不通"),
    ],
)
def test_a_faulty_formula_says_what_is_wrong_at_which_character(text: str, code: str, column: int, says: str) -> None:
    first = problems_of(text)[0]
    assert (first.code, first.place.column) == (code, column)
    assert says in first.text("zh")


@pytest.mark.parametrize(
    "text",
    [
        "tax.real",
        "tax[0]",
        "tax ** 2",
        "tax // 2",
        "tax % 2",
        "lambda: 1",
        "[x for x in tax]",
        "{1: 2}",
        "(x := 3)",
        "f'{tax}'",
        "b'tax'",
        "'a' 'b'",
        "'\\x41'",
        "None",
        "...",
        "~tax",
        "tax | land",
        "min(*tax)",
        "__import__('os').system('true')",
        "(1, 2)",
        "tax if listed",
        "await tax",
        "yield",
        "tax; land",
        "tax = 1",
        "import os",
        "industry in {'a'}",
        "'''a'''",
    ],
)
def test_nothing_of_python_beyond_the_language_is_let_in(text: str) -> None:
    assert {one.code for one in problems_of(text)} <= {"EXPR-001", "EXPR-004"}


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "(" * 900 + "1" + ")" * 900,
        "-" * 1900 + "1",
        "not " * 480 + "listed",
        "1" + "+1" * 990,
        "9" * 1999,
        "0." + "3" * 500,
        "tax if listed else " * 100 + "tax",
        "min(" * 480 + "1",
        "1 < " * 450 + "2",
        "(" + "1 < (" * 30 + "tax" + " < 2) < 3" * 30 + ")",
        "x" * 100_000,
        "rate / (rate + " * 12 + "rate" + ")" * 12,
        "max(tax, " * 30 + "tax" + ")" * 30,
        "[" * 1000,
        "\0",
        "tax\n" * 400,
    ],
)
def test_a_hostile_formula_is_refused_quickly_and_in_words(text: str) -> None:
    started = time.perf_counter()
    found = problems_of(text)
    assert time.perf_counter() - started < 2
    assert {one.code for one in found} <= {"EXPR-001", "EXPR-002", "EXPR-004", "EXPR-010"}
    assert all(one.text("zh") and one.text("en") for one in found)


def test_all_faults_of_a_formula_are_told_at_once_in_order() -> None:
    found = problems_of("taxx / 0 + (land + cash) * (industry + 1)")
    assert [(one.code, one.place.column) for one in found] == [
        ("EXPR-010", 1),
        ("EXPR-019", 8),
        ("EXPR-011", 20),
        ("EXPR-012", 29),
    ]


def test_a_fault_inside_a_chained_comparison_is_told_once() -> None:
    assert len(problems_of("1 < taxx < 5")) == 1


def test_a_place_in_a_file_moves_on_by_the_character_of_the_fault() -> None:
    at = Place(file="per-mu.yaml", line=12, column=14, item="tax_per_mu")
    assert str(problems_of("tax / lnd", at)[0].place) == "per-mu.yaml:12:20 [tax_per_mu]"
    assert str(problems_of("tax / lnd", Place(file="per-mu.yaml", line=12))[0].place) == "per-mu.yaml:12"


def test_a_measure_is_said_in_its_declared_unit_exactly() -> None:
    per_square_metre = in_unit(typed("tax / land"), Unit.parse("元/㎡"))
    assert exact_value(per_square_metre, {"tax": Fraction(1), "land": Fraction(1)}) == 15


def test_a_measure_in_a_unit_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ProblemsError) as refused:
        in_unit(typed("tax / land"), Unit.parse("万元"), Place(file="m.yaml", line=3))
    assert [one.code for one in refused.value.problems] == ["EXPR-020"]
    assert "万元/亩" in str(refused.value)


def test_a_constant_takes_the_declared_unit() -> None:
    assert in_unit(typed("3.5"), Unit.parse("万元/亩")).type == _in("万元/亩")
