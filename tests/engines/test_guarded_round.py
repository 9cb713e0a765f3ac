"""Rounding from floats to scaled integers, against exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction

import narwhals as nw
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jiqun.engines import ENGINES, Engine, guarded_round, open_engine, unscaled
from jiqun.expressions import NumberType, check, columns, exact_value, parse
from jiqun.values import exact, to_scaled

NAMES = {"a": NumberType(), "b": NumberType()}


def rounded(engine: Engine, text: str, digits: int, data: dict[str, list[float | None]]) -> pl.DataFrame:
    """Round a formula over a frame: columns row, scaled, near."""
    made = columns(check(parse(text), NAMES))
    assert made.bound is not None
    scaled, near = guarded_round(made.value, made.bound, digits)
    frame = engine.load(pl.DataFrame(data, schema=dict.fromkeys(data, pl.Float64)).with_row_index("row"))
    return engine.collect(frame.with_columns(scaled=scaled, near=near)).sort("row")


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    ("text", "digits", "a", "truth"),
    [
        ("a", 0, 2.5, 3),
        ("a", 0, -2.5, -3),
        ("a", 2, 1.005, 101),
        ("a", 2, -1.005, -101),
        ("a", 2, 59.995, 6000),
        ("a * 100", 1, 0.285, 285),
        ("a * 100", 0, 0.285, 29),
        ("a / 3 * 3", 2, 0.015, 2),
        ("a", 1, 0.05, 1),
    ],
)
def test_where_engines_round_halves_each_in_its_own_way_the_row_goes_to_the_referee(
    name: str, text: str, digits: int, a: float, truth: int
) -> None:
    with open_engine(name) as engine:
        found = rounded(engine, text, digits, {"a": [a]})
    assert to_scaled(exact_value(check(parse(text), NAMES), {"a": exact(a)}), digits) == truth  # type: ignore[arg-type]
    assert found["near"][0] or found["scaled"][0] == truth


@pytest.mark.parametrize("name", ENGINES)
def test_a_value_away_from_a_half_is_rounded_without_the_referee(name: str) -> None:
    values = [2.4, 2.6, -2.4, -2.6, 0.0, 1.004999, 1.005001, 80.59734]
    with open_engine(name) as engine:
        found = rounded(engine, "a", 2, {"a": values})
    assert not found["near"].any()
    assert found["scaled"].to_list() == [240, 260, -240, -260, 0, 100, 101, 8060]
    assert found["scaled"].dtype == pl.Int64


@pytest.mark.parametrize("name", ENGINES)
def test_a_missing_value_stays_missing_and_is_nothing_for_the_referee(name: str) -> None:
    with open_engine(name) as engine:
        found = rounded(engine, "a / b", 2, {"a": [None, 1.0], "b": [1.0, 0.0]})
    assert found["scaled"].to_list() == [None, None]
    assert found["near"].to_list() == [False, False]


@pytest.mark.parametrize("name", ENGINES)
def test_a_number_too_large_for_a_float_to_tell_its_digits_goes_to_the_referee(name: str) -> None:
    values = [5e12, 6e12, 9e15, 1e30, -1e300]
    with open_engine(name) as engine:
        found = rounded(engine, "a", 2, {"a": values})
    assert found["near"].to_list() == [False, True, True, True, True]
    assert found["scaled"].to_list() == [500_000_000_000_000, None, None, None, None]


@pytest.mark.parametrize("name", ENGINES)
def test_a_scaled_integer_comes_back_as_the_float_nearest_to_its_decimal(name: str) -> None:
    integers = [None, 52600, 0, -1, 2**53, *(7_919 * index * index - 10**9 for index in range(5_000))]
    wanted = {f"v{digits}": unscaled(nw.col("scaled"), digits) for digits in (0, 1, 2, 4, 6, 12)}
    with open_engine(name) as engine:
        frame = engine.load(pl.DataFrame({"scaled": integers}, schema={"scaled": pl.Int64}).with_row_index("row"))
        found = engine.collect(frame.with_columns(**wanted)).sort("row")
    for column in wanted:
        nearest = [None if one is None else float(Fraction(one, 10 ** int(column[1:]))) for one in integers]
        assert found[column].to_list() == nearest, column


def test_more_digits_than_a_float_has_are_refused() -> None:
    with pytest.raises(ValueError, match="0..15"):
        guarded_round(nw.col("a"), nw.col("b"), 16)


tidy = st.one_of(
    st.decimals(min_value=-(10**6), max_value=10**6, places=3).map(float),
    st.sampled_from([0.285, 0.57, 1.005, 2.675, 59.995, 0.015, 64.5, 1472.36, 3.0, 0.1, 0.2]),
    st.integers(-1000, 1000).map(float),
)


CASES = [("a", 2), ("a * b", 4), ("a * b", 2), ("a / b", 4), ("a / b * 100", 2), ("a + b", 2), ("(a - b) / b", 3)]


@pytest.fixture(scope="module")
def engines() -> Iterator[list[Engine]]:
    with ExitStack() as stack:
        yield [stack.enter_context(open_engine(name)) for name in ENGINES]


@settings(max_examples=15, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(rows=st.lists(st.tuples(tidy, tidy), min_size=30, max_size=60))
def test_every_rounding_is_exact_or_goes_to_the_referee(engines: list[Engine], rows: list[tuple[float, float]]) -> None:
    formulas = [check(parse(text), NAMES) for text, _ in CASES]
    wanted: dict[str, nw.Expr] = {}
    for index, (formula, (_, digits)) in enumerate(zip(formulas, CASES, strict=True)):
        made = columns(formula)
        assert made.bound is not None
        wanted[f"scaled_{index}"], wanted[f"near_{index}"] = guarded_round(made.value, made.bound, digits)
    frame = pl.DataFrame(rows, schema=["a", "b"], orient="row").with_row_index("row")
    tables = [engine.collect(engine.load(frame).with_columns(**wanted)).sort("row") for engine in engines]
    for index, (formula, (_, digits)) in enumerate(zip(formulas, CASES, strict=True)):
        for row, (a, b) in enumerate(rows):
            truth = exact_value(formula, {"a": exact(a), "b": exact(b)})
            assert truth is None or isinstance(truth, Fraction)
            rounded_truth = None if truth is None else to_scaled(truth, digits)
            for table in tables:
                scaled, near = table[f"scaled_{index}"][row], table[f"near_{index}"][row]
                assert near or scaled == rounded_truth, (formula.text, a, b)


def test_only_the_halves_among_the_ratios_of_an_ordinary_ledger_go_to_the_referee() -> None:
    data: dict[str, list[float | None]] = {
        "a": [round(1000 + 7.31 * index, 2) for index in range(20_000)] + [1.0],
        "b": [round(5 + 0.37 * (index % 997), 2) for index in range(20_000)] + [20_000.0],
    }
    with open_engine("polars") as engine:
        found = rounded(engine, "a / b", 4, data)
    halves = [
        to_scaled(exact(a) / exact(b), 4) * 2 - 1 == exact(a) / exact(b) * 20_000  # type: ignore[arg-type]
        for a, b in zip(data["a"], data["b"], strict=True)
    ]
    assert found["near"].to_list() == halves
    assert halves[-1]
