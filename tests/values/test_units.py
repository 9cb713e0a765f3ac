"""Units convert exactly, multiply as types do, and refuse what does not fit."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.values import Unit, known_units, unit_said

SYMBOLS = ("元", "万元", "亿元", "㎡", "亩", "公顷", "kWh", "万kWh", "tce", "kg", "t", "人", "当量吨", "%", "1", "m³")
units = st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=3).map(
    lambda parts: Unit.parse(parts[0]) if len(parts) == 1 else Unit.parse(f"{'·'.join(parts[:-1])}/{parts[-1]}")
)


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("亿元", "万元", Fraction(10_000)),
        ("元", "万元", Fraction(1, 10_000)),
        ("公顷", "亩", Fraction(15)),
        ("亩", "平方米", Fraction(2000, 3)),
        ("k㎡", "亩", Fraction(1500)),
        ("元/平方米", "万元/亩", Fraction(1, 15)),
        ("kWh", "万kWh", Fraction(1, 10_000)),
        ("MWh", "万千瓦时", Fraction(1, 10)),
        ("GJ", "kWh", Fraction(2500, 9)),
        ("kgce", "tce", Fraction(1, 1000)),
        ("万元/吨标准煤", "元/kgce", Fraction(10)),
        ("%", "1", Fraction(1, 100)),
        ("万人", "人", Fraction(10_000)),
    ],
)
def test_conversion_is_exact(one: str, other: str, factor: Fraction) -> None:
    assert Unit.parse(one).factor_to(Unit.parse(other)) == factor


@pytest.mark.parametrize(
    ("spelling", "symbol"),
    [
        ("m2", "㎡"),
        ("平方米", "㎡"),
        ("万 千瓦时", "万kWh"),
        ("万元／亩", "万元/亩"),
        ("度", "kWh"),
        ("吨标煤", "tce"),
        ("", "1"),
        ("人民币万元", "万元"),
    ],
)
def test_spellings_of_departments_are_understood(spelling: str, symbol: str) -> None:
    assert Unit.parse(spelling).symbol == symbol


@pytest.mark.parametrize(
    ("one", "other"),
    [("万元", "亩"), ("kWh", "tce"), ("t", "tce"), ("t", "当量吨"), ("万元/亩", "亩/万元"), ("kg", "kgCO2")],
)
def test_what_does_not_fit_cannot_be_converted(one: str, other: str) -> None:
    assert not Unit.parse(one).fits(Unit.parse(other))
    with pytest.raises(ValueError, match="cannot be said in"):
        Unit.parse(one).factor_to(Unit.parse(other))


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(ValueError, match="光年"):
        Unit.parse("万元/光年")


@given(units, units)
def test_dividing_and_multiplying_come_back(one: Unit, other: Unit) -> None:
    assert (one / other) * other == one
    assert (one * other).factor == one.factor * other.factor
    assert (one / one).symbol == "1" and (one / one).dimension == ()


@given(units)
def test_a_units_symbol_reads_back(unit: Unit) -> None:
    assert Unit.parse(unit.symbol) == unit


def test_every_known_spelling_is_readable_and_has_a_positive_factor() -> None:
    assert all(Unit.parse(word).factor > 0 for word in known_units())


def test_every_unit_is_said_in_english_letters_and_read_again_as_the_same_unit() -> None:
    for symbol in {Unit.parse(one).symbol for one in known_units()}:
        unit = Unit.parse(symbol)
        for one in (unit, Unit.parse("t") / unit):
            said = one.said("en")
            assert not re.search("[\u3400-\u9fff]", said)
            assert Unit.parse(said).factor_to(one) == 1  # 件 and 台 are both items, one unit


def test_what_is_counted_keeps_its_measure_word_and_stays_one_unit_with_all_others() -> None:
    assert Unit.parse("项").behind("2", "zh") == "2 项" and Unit.parse("户").behind("3", "zh") == "3 户"
    assert Unit.parse("项").fits(Unit.parse("个")) and Unit.parse("件").factor_to(Unit.parse("家")) == 1


def test_a_figure_with_a_multiple_reads_as_a_product() -> None:
    assert Unit.parse("万元/人").behind("44.42", "en") == "44.42 × 10k CNY/person"
    assert Unit.parse("万元/人").behind("44.42", "zh") == "44.42 万元/人"
    assert Unit.none().behind("3", "en") == "3" and unit_said("1", "en") == ""
