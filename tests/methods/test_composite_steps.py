"""Winsorise-or-logarithm, plain logarithm, and the human development index with its published values."""

from __future__ import annotations

import math

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate


def prepared(plan_of, steps, values, engine):
    text = f"""
populations: {{every: {{title: 全部, where: enterprise is not missing}}}}
measures: {{m: {{title: m, formula: tax, unit: 万元, digits: 2}}}}
prepared: {{p: {{measure: m, steps: [{steps}], digits: 6}}}}
"""
    table = pl.DataFrame(
        {"enterprise": [f"{index:02}" for index in range(len(values))], "tax": pl.Series(values, dtype=pl.Float64)}
    )
    trace = evaluate(plan_of(text), {"enterprise_year": table}, engine=engine).trace
    return [None if one is None else one / 10**6 for one in trace["measure__p"]]


SKEWED = [*range(1, 21), 100, 1000]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_what_stays_skewed_after_winsorising_takes_the_logarithm_of_the_values_before(plan_of, engine):
    """COINr Treat: winsorise up to so many points, and where that is not enough, log_CT of the values as they were."""
    logs = [round(math.log(x - 1 + 9.99), 6) for x in SKEWED]
    assert prepared(plan_of, "{points: 1, otherwise: logarithm}", SKEWED, engine) == logs
    assert prepared(plan_of, "{points: 2, otherwise: logarithm}", SKEWED, engine) == [*range(1, 21), 20, 20]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_natural_logarithm_of_what_is_not_positive_is_missing(plan_of, engine):
    assert prepared(plan_of, "{natural_logarithm: true}", [0, 1, 100, -3, None], engine) == [
        None,
        0,
        4.60517,
        None,
        None,
    ]


# Human Development Report 2021/22, table 1, with the digits of its data file: life expectancy, expected years of schooling,
# mean years of schooling, GNI per capita (2017 PPP $) and the index. Some rows stand above a goalpost and are capped.
PUBLISHED = [
    ("United Kingdom", 80.7422, 17.30971909, 13.4061203, 45224.76564, "0.929"),
    ("Türkiye", 76.0324, 18.3382206, 8.63313961, 31032.80106, "0.838"),
    ("United States", 77.1982, 16.28097916, 13.68342972, 64765.21509, "0.921"),
    ("Iran", 73.8749, 14.61524963, 10.63645314, 13000.7117, "0.774"),
    ("Hong Kong, China (SAR)", 85.4734, 17.27816963, 12.22620964, 62606.8454, "0.952"),
    ("Bolivia", 63.6304, 14.94697094, 9.827750206, 8111.190194, "0.692"),
    ("Czechia", 77.7283, 16.21968079, 12.86931038, 38745.21386, "0.889"),
    ("North Macedonia", 73.8415, 13.62443234, 10.22815037, 15917.75283, "0.770"),
    ("Venezuela", 70.5536, 12.81608, 11.10727736, 4810.882621, "0.691"),
    ("China", 78.2107, 14.2361149, 7.600118446, 17504.39969, "0.768"),
    ("Moldova", 68.8459, 14.43299961, 11.82159042, 14875.33189, "0.767"),
    ("Congo", 63.5187, 12.33081527, 6.166, 2889.283521, "0.571"),
    ("Tanzania", 66.2007, 9.221489906, 6.37289871, 2664.329096, "0.549"),
    ("Eswatini", 57.0657, 13.74434586, 5.596, 7678.591873, "0.597"),
    ("Libya", 71.9112, 12.85428, 7.599985, 15335.712, "0.718"),
    ("State of Palestine", 73.4727, 13.35801029, 9.938480377, 6582.899416, "0.715"),
]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_human_development_index_of_sixteen_countries_is_the_published_one(plan_of, engine):
    """Technical note 1: goalposts 20–85, 0–18, 0–15, ln 100–ln 75,000; mean of the two of schooling; geometric mean."""
    columns = ("revenue", "output", "tax", "assets")
    table = pl.DataFrame(
        {"enterprise": [row[0] for row in PUBLISHED]}
        | {name: [row[1 + at] for row in PUBLISHED] for at, name in enumerate(columns)}
    )
    trace = evaluate(plan_of("hdi.yaml"), {"enterprise_year": table}, engine=engine).trace
    found = {row["enterprise"]: f"{row['total'] / 1000:.3f}" for row in trace.iter_rows(named=True)}
    assert found == {row[0]: row[5] for row in PUBLISHED}
