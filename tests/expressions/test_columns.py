"""The column reading where floats and missing values are treacherous."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from jiqun.engines import ENGINES, open_engine
from jiqun.expressions import (
    BooleanType,
    CodesType,
    DateType,
    NumberType,
    TextType,
    Typed,
    check,
    columns,
    exact_value,
    parse,
)

NAMES = {
    "a": NumberType(),
    "b": NumberType(),
    "c": NumberType(),
    "listed": BooleanType(),
    "closed": BooleanType(),
    "industry": TextType(),
    "day": DateType(),
    "codes": CodesType(frozenset({"33", "34"})),
    "none": CodesType(frozenset()),
}


def typed(text: str, given: dict[str, Any] | None = None) -> Typed:
    return check(parse(text), NAMES, given)


def read(engine: str, formula: Typed, data: dict[str, list[Any]], **mapped: nw.Expr) -> dict[str, list[Any]]:
    """Value, bound and doubt of a formula over one small frame."""
    made = columns(formula, mapped)
    parts = {"value": made.value, "bound": made.bound, "doubt": made.doubt}
    with open_engine(engine) as opened:
        frame = opened.load(pl.DataFrame(data, strict=False).with_row_index("row"))
        wanted = {name: part for name, part in parts.items() if part is not None}
        return opened.collect(frame.with_columns(**wanted)).sort("row").to_dict(as_series=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_zero_denominator_is_missing_not_infinite(engine: str) -> None:
    found = read(engine, typed("a / b"), {"a": [1.0, 0.0, -1.0, 1.0, None], "b": [0.0, 0.0, 0.0, 4.0, 1.0]})
    assert found["value"] == [None, None, None, 0.25, None]
    assert not any(found["doubt"])


@pytest.mark.parametrize("engine", ENGINES)
def test_logic_is_kleenes(engine: str) -> None:
    three = [True, False, None]
    data = {"listed": [one for one in three for _ in three], "closed": three * 3}
    assert read(engine, typed("listed and closed"), data)["value"] == [
        *(True, False, None),
        *(False, False, False),
        *(None, False, None),
    ]
    assert read(engine, typed("listed or closed"), data)["value"] == [
        *(True, True, True),
        *(True, False, None),
        *(True, None, None),
    ]
    assert read(engine, typed("not listed"), data)["value"][::3] == [False, True, None]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_condition_makes_the_choice_missing(engine: str) -> None:
    found = read(engine, typed("a if listed else b"), {"listed": [True, False, None], "a": [1.0] * 3, "b": [2.0] * 3})
    assert found["value"] == [1.0, 2.0, None]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_greatest_of_several_is_missing_if_one_is_missing(engine: str) -> None:
    data = {"a": [1.0, None, 3.0], "b": [2.0, 2.0, None], "c": [0.5, 0.5, 0.5]}
    assert read(engine, typed("max(a, b, c)"), data)["value"] == [2.0, None, None]
    assert read(engine, typed("min(a, b, c)"), data)["value"] == [0.5, None, None]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("industry in codes", [True, False, None]),
        ("industry not in codes", [False, True, None]),
        ('industry in ("35", "36")', [False, True, None]),
        ("industry in none", [False, False, None]),
        ("industry not in none", [True, True, None]),
        ("industry is missing", [False, False, True]),
        ("industry is not missing", [True, True, False]),
        ('industry != "33"', [False, True, None]),
    ],
)
def test_a_missing_code_is_in_no_set_and_out_of_none(engine: str, text: str, expected: list[bool | None]) -> None:
    assert read(engine, typed(text), {"industry": ["33", "35", None]})["value"] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_full_years_end_on_the_last_of_february_where_the_day_does_not_exist(engine: str) -> None:
    formula = typed('years_between(day, "2023-02-28")')
    days = [date(2020, 2, 29), date(2020, 2, 28), date(2020, 3, 1), date(2023, 3, 1), None]
    found = read(engine, formula, {"day": days})
    assert found["value"] == [3, 3, 2, -1, None]
    assert [exact_value(formula, {"day": one}) for one in days] == found["value"]
    leap = typed('years_between(day, "2024-02-28")')
    assert read(engine, leap, {"day": days})["value"] == [3, 4, 3, 0, None]


@pytest.mark.parametrize("engine", ENGINES)
def test_full_months_end_on_the_last_day_where_the_month_is_shorter(engine: str) -> None:
    days = [date(2025, 1, 31), date(2025, 1, 30), date(2025, 1, 28), date(2024, 12, 29), date(2025, 3, 1), None]
    for last, expected in (
        ("2025-02-28", [1, 1, 1, 2, -1, None]),
        ("2025-02-27", [0, 0, 0, 1, -1, None]),
        ("2024-02-29", [-11, -11, -11, -10, -13, None]),
        ("2025-04-30", [3, 3, 3, 4, 1, None]),
    ):
        formula = typed(f'months_between(day, "{last}")')
        assert read(engine, formula, {"day": days})["value"] == expected
        assert [exact_value(formula, {"day": one}) for one in days] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_month_is_exceeded_the_day_after_it_ends(engine: str) -> None:
    days = [date(2025, 2, 28), date(2025, 2, 27), date(2025, 1, 31), date(2025, 3, 31), date(2025, 4, 1), None]
    for last, expected in (
        ("2025-03-28", [1, 2, 2, 0, 0, None]),
        ("2025-02-28", [0, 1, 1, -1, -1, None]),
        ("2025-03-31", [2, 2, 2, 0, 0, None]),
        ("2025-04-30", [3, 3, 3, 1, 1, None]),
    ):
        formula = typed(f'months_begun(day, "{last}")')
        assert [exact_value(formula, {"day": one}) for one in days] == expected
        assert read(engine, formula, {"day": days})["value"] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_days_are_counted_over_leap_days_and_centuries(engine: str) -> None:
    days = [date(1900, 2, 28), date(2000, 2, 28), date(2023, 12, 31), date(2024, 2, 29), date(2024, 3, 2), None]
    formula = typed('days_between(day, "2024-03-01")')
    expected = [(date(2024, 3, 1) - one).days if one is not None else None for one in days]
    assert [exact_value(formula, {"day": one}) for one in days] == expected
    assert read(engine, formula, {"day": days})["value"] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sum_that_equals_its_limit_only_in_decimals_is_in_doubt(engine: str) -> None:
    data = {"a": [0.1, 0.1, 0.1], "b": [0.2, 0.2, None], "c": [0.3, 0.4, 0.3]}
    found = read(engine, typed("a + b == c"), data)
    assert found["doubt"] == [True, False, False]
    assert found["value"][1:] == [False, None]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_denominator_that_is_zero_only_in_decimals_is_in_doubt(engine: str) -> None:
    found = read(engine, typed("1 / (a + b - c)"), {"a": [0.1, 0.1], "b": [0.2, 0.2], "c": [0.3, 0.4]})
    assert found["doubt"] == [True, False]


@pytest.mark.parametrize("engine", ENGINES)
def test_decimals_are_compared_as_decimals_without_doubt(engine: str) -> None:
    numbers = [0.1, 0.3, 59.995, 1.005, 123456789.012345, 99999999999999.9]
    for number in numbers:
        found = read(engine, typed(f"a == {number!r}"), {"a": numbers})
        assert found["value"] == [other == number for other in numbers]
        assert "doubt" not in found


@pytest.mark.parametrize("engine", ENGINES)
def test_a_literal_that_no_float_can_hold_is_compared_with_doubt(engine: str) -> None:
    found = read(engine, typed("a >= 0.1000000000000000000001"), {"a": [0.1, 0.2]})
    assert found["doubt"] == [True, False]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rounding_inside_a_formula_is_in_doubt_at_a_half(engine: str) -> None:
    found = read(engine, typed("round(a, 2)"), {"a": [1.005, 1.0051, -1.005, None]})
    assert found["doubt"] == [True, False, True, False]
    assert found["value"][1] == pytest.approx(1.01, abs=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rounded_number_equals_the_decimal_it_was_rounded_to(engine: str) -> None:
    numbers = [5.26 + 0.01 * index for index in range(200)]
    decimals = [round(526 + index) / 100 for index in range(200)]
    found = read(engine, typed("round(a, 2) == b"), {"a": numbers, "b": decimals})
    assert found["value"] == [True] * 200
    assert not any(found["doubt"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_floor_of_a_quotient_is_in_doubt_at_a_whole_number(engine: str) -> None:
    found = read(engine, typed("floor(a / b)"), {"a": [0.3, 0.35, 6.0], "b": [0.1, 0.1, 0.0]})
    assert found["doubt"] == [True, False, False]
    assert found["value"][1:] == [3.0, None]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_beyond_the_range_of_doubles_is_in_doubt_and_never_infinite(engine: str) -> None:
    found = read(engine, typed("a * a - a * a"), {"a": [1e200, 2.0]})
    assert found["value"] == [None, 0.0]
    assert found["doubt"] == [True, False]


@pytest.mark.parametrize("engine", ENGINES)
def test_whole_number_columns_do_not_divide_or_wrap_as_integers(engine: str) -> None:
    data = {"a": [7, 2**40], "b": [2, 2**40]}
    assert read(engine, typed("a / b"), data)["value"] == [3.5, 1.0]
    assert read(engine, typed("a * b"), data)["value"] == [14.0, 2.0**80]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_given_value_needs_no_column_and_a_name_may_stand_for_any_expression(engine: str) -> None:
    formula = typed("a / b * c", {"b": Fraction("0.285")})
    found = read(engine, formula, {"a": [0.57], "other": [4.0]}, c=nw.col("other") / 2.0)
    assert found["value"] == [pytest.approx(4.0, abs=1e-14)]
    assert exact_value(formula, {"a": Fraction("0.57"), "c": Fraction(2)}) == 4


@pytest.mark.parametrize("engine", ENGINES)
def test_a_formula_of_constants_is_computed_exactly_before_any_float(engine: str) -> None:
    found = read(engine, typed("0.1 + 0.2"), {"a": [1.0, 2.0]})
    assert found["value"] == [0.3, 0.3]


def test_the_bound_of_a_ratio_is_a_few_units_in_the_last_place() -> None:
    found = read("polars", typed("a / b * 100"), {"a": [1472.36], "b": [64.5]})
    distance = abs(Fraction(found["value"][0]) - Fraction("1472.36") / Fraction("64.5") * 100)
    assert distance <= Fraction(found["bound"][0]) <= abs(Fraction(found["value"][0])) / 10**15
