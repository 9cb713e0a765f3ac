"""What measures are held against: this year's or last year's cohort, by group, by key, exact at the declared digits."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.problems import ProblemsError

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])
FIRMS = pl.DataFrame(
    {
        "enterprise": ["a", "b", "c", "d", "a", "b"],
        "year": [2024, 2024, 2024, 2024, 2023, 2023],
        "district": ["x", "x", "y", None, "x", "x"],
        "industry": ["3411", "3420", "44", "99", "3411", "3411"],
        "tax": [10.0, 20.0, 30.0, None, 1.0, 2.0],
        "land": [3.0, 3.0, 3.0, 3.0, 1.0, 3.0],
    }
)
METHOD = """
populations: {every: {title: 全部, where: enterprise is not missing}}
measures: {m: {title: m, formula: tax / land, unit: 万元/亩, digits: 4}}
scores: {all: {m: {digits: 4, weight: 10, ratio: {to: b}}}}
"""


def benchmarks(plan_of, text, engine="polars", more="", **given):
    plan = plan_of(METHOD + f"benchmarks:\n  b: {text}\n{more}", 2024, **given)
    result = evaluate(plan, {"enterprise_year": FIRMS}, engine=engine)
    return result.trace["benchmark__b"].to_list(), result


@ENGINES
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{digits: 4, statistic: {measure: m, take: mean}}", [66667] * 4),  # (3.3333 + 6.6667 + 10) ÷ 3 = 6.666666…
        ("{digits: 4, statistic: {measure: m, take: mean, times: 2}}", [133333] * 4),  # times before rounding
        ("{digits: 4, statistic: {measure: m, take: median}}", [66667] * 4),
        (
            "{digits: 5, statistic: {measure: m, take: percentile, percentile: '0.75'}}",
            [833335] * 4,
        ),  # type 7 of Hyndman and Fan
        ("{digits: 4, statistic: {measure: m, take: sum, over: [district]}}", [100000, 100000, 100000, None]),
        ("{digits: 4, statistic: {measure: m, take: max, over: []}}", [100000] * 4),
        ("{digits: 4, statistic: {measure: m, take: mean, period: last}}", [8334] * 4),  # (1 + 0.6667) ÷ 2 = 0.83335
        (
            "{digits: 4, statistic: {measure: m, take: aggregate, numerator: tax, denominator: land, period: last}}",
            [7500] * 4,
        ),
        (
            "{digits: 4, statistic: {measure: m, take: aggregate, numerator: tax, denominator: land, over: [district]}}",
            [50000, 50000, 100000, None],
        ),
    ],
)
def test_a_statistic_of_the_cohort_is_exact_at_its_digits(plan_of, text, expected, engine):
    assert benchmarks(plan_of, text, engine)[0] == expected


@pytest.mark.parametrize(("of", "times"), [("standard", "1"), ("population", "1.5"), ("median", "2"), ("median", "3")])
def test_what_lies_beyond_deviations_is_left_out_as_numpy_leaves_it_out(plan_of, of, times):
    tax = np.round(np.random.default_rng(7).standard_t(2, 400) * 5 + 50, 2)
    firms = pl.DataFrame({"enterprise": [f"e{at:03}" for at in range(400)], "tax": tax, "land": 1.0}).with_columns(
        year=2024
    )
    beyond = f"without_beyond: {{of: {of}, times: '{times}'}}"
    plan = plan_of(METHOD + f"benchmarks:\n  b: {{digits: 6, statistic: {{measure: m, take: mean, {beyond}}}}}\n", 2024)
    found = evaluate(plan, {"enterprise_year": firms}).trace["benchmark__b"].unique().to_list()
    middle = np.median(tax) if of == "median" else tax.mean()
    spread = np.median(np.abs(tax - middle)) if of == "median" else tax.std(ddof=int(of == "standard"))
    kept = tax[np.abs(tax - middle) <= float(times) * spread]
    assert 0 < len(kept) < 400 and found == [round(kept.mean() * 10**6)]


@ENGINES
def test_huaian_holds_firms_against_twice_the_mean_of_last_year(plan_of, engine):
    """淮安 2024: benchmark ≈ 2 × the county's mean of last year (METHODS.md M2, O2)."""
    found, result = benchmarks(
        plan_of, "{digits: 4, statistic: {measure: m, take: mean, period: last, times: 2}}", engine
    )
    assert found == [16667] * 4
    assert result.trace["points__m"].to_list()[0] == 199994  # 10 × 3.3333 ÷ 1.6667 = 19.99940…


@ENGINES
def test_a_cohort_that_is_too_small_takes_the_benchmark_named_instead(plan_of, engine):
    text = "{digits: 2, statistic: {measure: m, take: mean, over: [district], smallest_cohort: 2, otherwise: c}}"
    found, _ = benchmarks(plan_of, text, engine, "  c: {value: '1.005', digits: 4}")
    assert found == [500, 500, 101, None]


@ENGINES
def test_the_longest_beginning_of_a_code_decides_which_standard_value_is_taken(plan_of, engine):
    given = {"parameters": {"std.34": "5", "std.3420": "7.5", "std.4": "1"}}
    assert benchmarks(plan_of, "{digits: 1, lookup: {parameter: std, key: industry}}", engine, **given)[0] == [
        50,
        75,
        10,
        None,
    ]


def test_the_table_of_benchmarks_names_cohorts_values_and_members(plan_of):
    _, result = benchmarks(plan_of, "{digits: 4, statistic: {measure: m, take: mean, over: [district]}}")
    rows = result.benchmarks.select("benchmark", "cohort", "value", "members").rows()
    assert rows == [("b", "district=x", "5.0000", 2), ("b", "district=y", "10.0000", 1)]


def test_without_rows_of_last_year_there_is_no_benchmark_and_that_is_told(plan_of):
    plan = plan_of(METHOD + "benchmarks: {b: {statistic: {measure: m, take: mean, period: last}}}", 2024)
    table = FIRMS.filter(pl.col("year") == 2024).drop("year")
    result = evaluate(plan, {"enterprise_year": table})
    assert result.trace["reason__m"].to_list() == ["no_benchmark"] * 3 + ["missing"]
    assert [one.code for one in result.problems] == ["METHOD-029"]


def test_a_parameter_given_by_hand_makes_the_run_a_trial(plan_of):
    plan = plan_of(METHOD + "benchmarks: {b: {parameter: base}}", 2024, parameters={"base": "24.1"})
    manifest = evaluate(plan, {"enterprise_year": FIRMS}).manifest
    assert (manifest["trial"], manifest["parameters"]) == (True, {"base": "24.1"})


def test_a_quotient_of_sums_that_cannot_be_said_in_the_measures_unit_is_told(plan_of):
    """It stopped the evaluation before, after everything had been read."""
    wrong = "{digits: 4, statistic: {measure: m, take: aggregate, numerator: tax, denominator: tax}}"
    with pytest.raises(ProblemsError) as told:
        benchmarks(plan_of, wrong)
    assert [(one.code, str(one.values["wanted"])) for one in told.value.problems] == [("METHOD-005", "万元/亩")]
