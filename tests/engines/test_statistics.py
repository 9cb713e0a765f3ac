"""Exact statistics of groups, against Python's integers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from statistics import quantiles

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jiqun.engines import (
    ENGINES,
    MEDIAN,
    Engine,
    GroupStatistics,
    Neighbours,
    Quantile,
    group_statistics,
    many_group_statistics,
    open_engine,
)

LARGEST = 2**63 - 1
POINTS = [Quantile(Fraction(point)) for point in ("0", "1/4", "1/2", "0.8", "0.95", "1")]


def by_hand(values: list[int]) -> GroupStatistics:
    """The same statistics with Python's own integers and sorting."""
    if not values:
        return GroupStatistics(0, sum=0)
    ordered = sorted(values)
    neighbours = {}
    for point in POINTS:
        position = (len(ordered) - 1) * point.fraction
        lower = position.numerator // position.denominator
        weight = position - lower
        neighbours[point] = Neighbours(ordered[lower], ordered[lower + (weight > 0)], weight)
    return GroupStatistics(len(ordered), sum(ordered), ordered[0], ordered[-1], neighbours)


integers = st.one_of(
    st.integers(-5, 5), st.integers(-LARGEST - 1, LARGEST), st.sampled_from([LARGEST, -LARGEST - 1, 2**32, -(2**32)])
)
rows = st.lists(
    st.tuples(st.sampled_from(["甲", "乙", None]), st.integers(1, 2), st.one_of(st.none(), integers)), max_size=40
)


@pytest.fixture(scope="module")
def engines() -> Iterator[list[Engine]]:
    with ExitStack() as stack:
        yield [stack.enter_context(open_engine(name)) for name in ENGINES]


@settings(max_examples=15, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(rows=rows)
def test_counts_sums_extremes_and_quantiles_are_those_of_exact_integers(
    engines: list[Engine], rows: list[tuple[str | None, int, int | None]]
) -> None:
    schema = {"district": pl.String, "size": pl.Int64, "points": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    groups: dict[tuple[str | None, int], list[int]] = {}
    for district, size, points in rows:
        groups.setdefault((district, size), []).extend([] if points is None else [points])
    expected = {key: by_hand(values) for key, values in groups.items()}
    for engine in engines:
        loaded = engine.load(frame)
        found = group_statistics(engine, loaded, ["district", "size"], "points", ["sum", "min", "max", *POINTS])
        assert found == expected, engine.name


@pytest.mark.parametrize("name", ENGINES)
def test_a_sum_beyond_64_bits_does_not_wrap(name: str) -> None:
    with open_engine(name) as engine:
        frame = engine.load(pl.DataFrame({"points": [LARGEST, LARGEST, LARGEST, -1]}))
        assert group_statistics(engine, frame, [], "points", ["sum"])[()].sum == 3 * LARGEST - 1


@pytest.mark.parametrize("name", ENGINES)
def test_quantiles_agree_with_pythons_inclusive_method(name: str) -> None:
    values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 35]
    quarters = [Quantile(Fraction(index, 4)) for index in (1, 2, 3)]
    with open_engine(name) as engine:
        frame = engine.load(pl.DataFrame({"points": values}))
        found = group_statistics(engine, frame, [], "points", quarters)[()]
    assert [float(found.quantiles[one].value) for one in quarters] == quantiles(values, n=4, method="inclusive")


@pytest.mark.parametrize("name", ENGINES)
def test_several_columns_are_counted_together_and_a_mean_is_exact(name: str) -> None:
    data = {"kind": ["x", "x", "y"], "size": [1, 2, None], "points": [10, None, 7]}
    with open_engine(name) as engine:
        frame = engine.load(pl.DataFrame(data))
        found = many_group_statistics(engine, frame, ["kind"], {"size": ["sum", MEDIAN], "points": ["sum"]})
    assert found["size"][("x",)].mean == Fraction(3, 2)
    assert found["size"][("x",)].quantiles[MEDIAN].value == Fraction(3, 2)
    assert found["size"][("y",)] == GroupStatistics(0, sum=0)
    assert found["size"][("y",)].mean is None
    assert found["points"][("x",)] == GroupStatistics(1, sum=10)


def test_a_quantile_outside_the_values_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Quantile(Fraction(3, 2))
