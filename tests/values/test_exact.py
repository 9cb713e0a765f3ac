"""Exact numbers and 四舍五入, against the decimal module and by definition."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.values import decimal_text, exact, exact_sum, from_scaled, half_up, plain, rescale, to_scaled

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)
digits = st.integers(0, 6)


@given(decimals, digits)
def test_rounding_equals_the_decimal_modules_half_up(number: Decimal, places: int) -> None:
    expected = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert half_up(Fraction(number), places) == Fraction(expected)


@pytest.mark.parametrize(
    ("number", "places", "scaled"),
    [
        ("2.5", 0, 3),
        ("-2.5", 0, -3),
        ("1.005", 2, 101),
        ("0.5", 0, 1),
        ("-0.4", 0, 0),
        ("59.995", 2, 6000),
        ("0", 3, 0),
    ],
)
def test_a_half_goes_away_from_zero(number: str, places: int, scaled: int) -> None:
    assert to_scaled(exact(number), places) == scaled


def test_a_third_of_a_unit_in_the_last_place_is_rounded_exactly() -> None:
    just_below = Fraction(1, 2) - Fraction(1, 10**30)
    assert (to_scaled(just_below, 0), to_scaled(Fraction(1, 2), 0)) == (0, 1)


@given(st.integers(-(10**15), 10**15), digits, digits)
def test_rescaling_integers_equals_rounding_the_fraction(scaled: int, first: int, then: int) -> None:
    assert rescale(scaled, first, then) == to_scaled(from_scaled(scaled, first), then)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_stands_for_its_shortest_decimal(number: float) -> None:
    assert exact(number) == Fraction(Decimal(repr(number)))
    assert float(exact(number)) == number


def test_tenths_are_tenths() -> None:
    assert exact(0.1) + exact(0.2) == exact("0.3") == exact(Decimal("0.3")) == Fraction(3, 10)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "abc", "", "NaN", "Infinity", Decimal("NaN"), True])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        exact(wrong)  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12), digits)
def test_plain_text_reads_back_and_has_exactly_its_digits(scaled: int, places: int) -> None:
    text = plain(scaled, places)
    assert exact(text) == from_scaled(scaled, places)
    assert len(text.partition(".")[2]) == places


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(1, 8), "0.125"),
        (Fraction(-5), "-5"),
        (Fraction(100), "100"),
        (Fraction(0), "0"),
        (Fraction(2, 3), "≈0.666666666667"),
    ],
)
def test_a_fraction_without_end_is_written_as_about(number: Fraction, text: str) -> None:
    assert decimal_text(number) == text


money = st.integers(-(10**16), 10**16).map(lambda millionths: millionths / 10**6)  # around the largest added as such


@given(st.lists(st.one_of(money, st.floats(allow_nan=False, allow_infinity=False), st.integers(), decimals)))
def test_the_sum_of_decimals_is_that_of_fractions(values: list[float | int | Decimal]) -> None:
    assert exact_sum(values) == sum((exact(one) for one in values), Fraction(0))
