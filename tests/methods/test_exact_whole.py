"""The exact reading of benchmarks, totals and prepared measures against numbers worked out by hand or printed elsewhere."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from tests.methods.gathered_rows import ALL, column, table

from jiqun.methods.exact import evaluate
from jiqun.methods.exact.prepared import average_ranks, normalise, skew_and_kurtosis, winsorise_points, winsorise_share


def test_a_benchmark_of_twice_last_years_county_mean(plan_of):
    text = """
populations: {all_firms: {title: 全部, where: land >= 3}}
exceptions: {utility: {title: 公用, where: exporter, effect: exempt}}
measures: {m: {title: t, formula: tax / land, unit: 万元/亩, digits: 2}}
benchmarks:
  county: {statistic: {measure: m, take: mean, over: [district], period: last, times: 2, smallest_cohort: 2, otherwise: city}, digits: 2}
  city: {value: "7.005", digits: 3}
scores: {all: {m: {weight: 45, digits: 4, ratio: {to: county}}}}
"""
    last = table(
        {"tax": 30.0, "land": 10.0, "district": "x"},
        {"tax": 60.0, "land": 10.0, "district": "x"},
        {"tax": 900.0, "land": 10.0, "district": "x", "exporter": True},
        {"tax": 90.0, "land": 2.0, "district": "x"},
        {"tax": 90.0, "land": 10.0, "district": "y"},
        year=2021,
    )
    this = table(
        *({"tax": 90.0, "land": 10.0, "district": district, "exporter": False} for district in ("x", "y", None))
    )
    results = evaluate(plan_of(text), this, previous=last.with_columns(pl.col("exporter").fill_null(False)))
    assert column(results, "benchmark__county") == [900, 701, None]
    assert column(results, "points__m") == [450_000, 577_746, None]
    assert column(results, "reason__m")[-1] == "no_benchmark"


def test_unknown_population_is_neither_member_nor_outside(plan_of):
    text = 'populations: {big: {title: 大, where: land >= 5}, above: {title: 规上, where: scale == "above"}}'
    rows = [
        {"land": 6.0},
        {"land": None, "scale": "above"},
        {"land": 4.0, "scale": "above"},
        {"land": 4.0, "scale": "below"},
    ]
    assert column(evaluate(plan_of(text), table(*rows)), "status") == [
        "graded",
        "population_unknown",
        "graded",
        "outside",
    ]


def test_a_factor_on_the_sum_then_bonus_less_deduction_within_their_caps(plan_of):
    text = (
        ALL
        + """
measures: {m: {title: t, formula: tax, unit: 万元, digits: 1}}
scores: {all: {m: {digits: 1, value: true}}}
totals:
  all:
    digits: 2
    factor: 1.1 if exporter else 1
    bonuses:
      growth: {title: 增长, points: '3', where: profit > 0, cap: 2}
      brand: {title: 品牌, points: '4', where: rd > 0}
    bonus_cap: 5
    deductions: {fine: {title: 处罚, points: 'staff / unit(3, "人")', digits: 2}}
    cap: 100
"""
    )
    rows = [
        {"tax": 50.0, "exporter": True, "profit": 1.0, "rd": 1.0, "staff": 2.0},
        {"tax": 50.0, "exporter": False, "profit": None, "rd": 1.0, "staff": None},
        {"tax": 98.0, "exporter": False, "profit": 1.0, "rd": 1.0, "staff": 0.0},
        {"tax": 98.0, "exporter": None, "profit": 1.0, "rd": 1.0, "staff": 0.0},
    ]
    results = evaluate(plan_of(text), table(*rows))
    assert column(results, "total") == [5933, 5400, 10000, None]


def test_a_geometric_mean_that_is_a_decimal_is_exactly_that_decimal(plan_of):
    text = (
        ALL
        + """
measures: {m: {title: t, formula: tax, unit: 万元, digits: 3}, n: {title: t, formula: rd, unit: 万元, digits: 3}}
scores: {all: {m: {digits: 3, value: true}, n: {digits: 3, value: true}}}
nodes:
  geometric: {of: [m, n], take: geometric, digits: 2}
  harmonic: {of: [m, n], take: harmonic, weights: {m: 2, n: 1}, digits: 2}
  available: {of: [m, n], take: arithmetic, weights: {m: 2, n: 1}, missing: available, least_share: "0.6", digits: 2}
"""
    )
    results = evaluate(
        plan_of(text),
        table({"tax": 0.225, "rd": 0.001}, {"tax": 2.0, "rd": None}, {"tax": None, "rd": 2.0}, {"tax": 0.0, "rd": 2.0}),
    )
    assert column(results, "node__geometric") == [2, None, None, None]  # √(0.225 × 0.001) = 0.015 exactly, half-up
    assert column(results, "node__available") == [15, 200, None, 67]
    assert column(results, "node__harmonic")[3] is None


def decimals(*values):
    return [Fraction(value) for value in values]


def test_winsorising_points_as_coinr_does():
    ten = [*range(1, 11)]
    limits = (5, Fraction(2), Fraction("3.5"))
    assert winsorise_points(decimals(*ten, 100), *limits) == [*ten, 10]  # COINr, tests/testthat/test-treat.R
    assert winsorise_points(decimals(*ten, 30, 100), *limits) == [*ten, 30, 30]  # COINr, example of winsorise()
    assert winsorise_points(decimals(*ten, -100), *limits) == [*ten, 1]
    skew, kurtosis = skew_and_kurtosis(winsorise_points(decimals(*range(1, 21), 100, 200), 1, *limits[1:]))
    assert skew > 2 and kurtosis > Fraction("3.5")  # COINr: one point is not enough
    assert winsorise_points(decimals(5, 5, 5, 5), *limits) == [5, 5, 5, 5]


def test_skewness_and_kurtosis_are_those_of_excel():
    skew, kurtosis = skew_and_kurtosis(decimals(3, 4, 5, 2, 3, 4, 5, 6, 4, 7))  # the example of Excel's SKEW and KURT
    assert round(float(skew), 6) == 0.359543
    assert round(float(kurtosis), 6) == -0.1518


def test_winsorising_a_share_takes_half_at_each_end():
    assert winsorise_share(decimals(*range(1, 11)), Fraction("0.2")) == [2, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert winsorise_share(decimals(1, 2, 3), Fraction("0.2")) == [1, 2, 3]


def test_normalising():
    assert average_ranks(decimals(10, 30, 20, 20)) == decimals(1, 4, "2.5", "2.5")
    assert normalise(decimals(10, 30, 20, 20), "percentile_rank", Fraction(0), Fraction(1)) == decimals(
        0, 1, "1/2", "1/2"
    )
    assert normalise(decimals(10, 30, 20), "min_max", Fraction(0), Fraction(100)) == decimals(0, 100, 50)
    assert normalise(decimals(7, 7), "min_max", Fraction(0), Fraction(1)) == [None, None]
    assert normalise(decimals(1, 2, 3), "z_score", Fraction(0), Fraction(1)) == decimals(-1, 0, 1)
    assert normalise(decimals(1, 4), "distance_to_best", Fraction(0), Fraction(1)) == decimals("1/4", 1)


def test_prepared_measures_treat_the_members_of_their_cohort_only(plan_of):
    text = (
        ALL
        + """
exceptions: {out: {title: 免评, where: exporter, effect: exempt}}
measures: {m: {title: t, formula: cod, unit: t, digits: 2}}
prepared:
  p: {measure: m, over: [district], direction: lower, digits: 3, steps: [{impute: median}, {normalise: min_max, high: 100}]}
scores: {all: {p: {digits: 3, value: true}}}
"""
    )
    rows = [
        {"cod": 1.0, "district": "x", "exporter": False},
        {"cod": 2.0, "district": "x", "exporter": False},
        {"cod": 4.0, "district": "x", "exporter": False},
        {"cod": None, "district": "x", "exporter": False},
        {"cod": 99.0, "district": "x", "exporter": True},
        {"cod": 5.0, "district": None, "exporter": False},
    ]
    results = evaluate(plan_of(text), table(*rows))
    assert column(results, "measure__p") == [100_000, 66_667, 0, 66_667, None, None]
