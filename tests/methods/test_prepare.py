"""Steps of composite indices (OECD/JRC handbook, COINr), with numbers from spreadsheets' functions."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate


def prepared(plan_of, steps, values, direction="higher", engine="polars"):
    text = f"""
populations: {{every: {{title: 全部, where: enterprise is not missing}}}}
measures: {{m: {{title: m, formula: tax, unit: 万元, digits: 2}}}}
prepared: {{p: {{measure: m, steps: [{steps}], direction: {direction}, digits: 4}}}}
"""
    table = pl.DataFrame(
        {"enterprise": [f"{index:02}" for index in range(len(values))], "tax": pl.Series(values, dtype=pl.Float64)}
    )
    trace = evaluate(plan_of(text), {"enterprise_year": table}, engine=engine).trace
    return [None if one is None else one / 10**4 for one in trace["measure__p"]]


TAIL = [*range(1, 11), 100]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    ("steps", "values", "expected"),
    [
        ("{impute: mean}", [1, None, 4], [1, 2.5, 4]),
        ("{impute: median}", [1, 2, None, 9], [1, 2, 2, 9]),
        ("{winsorise: '0.4'}", [1, 2, 3, 4, 100], [2, 2, 3, 4, 4]),
        ("{points: 5}", TAIL, [*range(1, 11), 10]),
        ("{points: 5}", list(range(1, 12)), list(range(1, 12))),
        ("{logarithm: true}", [0, 100], [0, 4.6151]),  # ln 1, ln 101
        ("{normalise: min_max, high: 100}", [2, 3, 6, None], [0, 25, 100, None]),
        ("{normalise: z_score}", [1, 2, 3], [-1, 0, 1]),  # STDEV.S = 1
        ("{normalise: rank}", [5, 1, 5, 9], [2.5, 1, 2.5, 4]),  # RANK.AVG
        ("{normalise: percentile_rank}", [5, 1, 9], [0.5, 0, 1]),  # PERCENTRANK.INC
        ("{normalise: distance_to_best}", [5, 10], [0.5, 1]),
        ("{normalise: min_max}", [4, 4], [None, None]),
        ("{impute: mean}, {normalise: min_max}", [0, None, 10], [0, 0.5, 1]),
    ],
)
def test_a_step_gives_the_number_of_the_handbook(plan_of, steps, values, expected, engine):
    assert prepared(plan_of, steps, values, engine=engine) == expected


def test_lower_is_better_is_turned_round_before_normalising(plan_of):
    assert prepared(plan_of, "{normalise: min_max}", [2, 3, 6], "lower") == [1, 0.75, 0]
