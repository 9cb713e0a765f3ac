"""Whole evaluations: published baselines with known answers, and the same bits on every engine."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.problems import ProblemsError

BASES = {
    2021: ("26.01", "132.27", "2.54", "4861.08", "17.45", "0.0305", "16.601058", "0.236565"),
    2022: ("24.097", "136.16", "2.694", "4929.81", "18.14", "0.0302", "11.5932", "0.2352"),
}
NAMES = ("tax", "value_added", "energy", "emission", "labour", "rd", "below_tax", "below_power")


def bases(year):
    return {f"huangyan.{name}": value for name, value in zip(NAMES, BASES[year], strict=True)}


def firm(year, **more):
    """A firm whose measures are 20, 100, 2, 4000, 15, 0.03 and, below scale, 10 and 0.2 (METHODS.md §5.4)."""
    row = {
        "enterprise": "a", "year": year, "scale": "above", "land": 50.0, "tax": 1000.0, "value_added": 5000.0,
        "energy": 2500.0, "emission": 1.25, "staff": 5000 / 15, "rd": 3.0, "main_revenue": 100.0, "power": 5000.0,
    }  # fmt: skip
    return (
        row
        | {"staff": 300, "value_added": 4500.0, "land": 45.0, "energy": 2250.0, "emission": 1.125, "tax": 900.0}
        | more
    )


def small(year):
    return firm(year, enterprise="b", scale="below", land=90.0, tax=900.0, power=4500.0)


@pytest.mark.parametrize(("year", "expected"), [(2021, 805973), (2022, 807525)])
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_huangyan_firm_above_scale_gets_80_5973_and_80_7525(plan_of, year, expected, engine):
    table = pl.DataFrame([firm(year), firm(year, enterprise="c", tax=1.0)])
    result = evaluate(plan_of("huangyan.yaml", year, parameters=bases(year)), {"enterprise_year": table}, engine=engine)
    row = result.trace.row(0, named=True)
    assert row["total"] == expected
    if year == 2021:
        assert [row[f"points__{item}"] for item in result.plan.scores("above_scale")] == [
            23068051, 15120587, 15748031, 8228624, 8595989, 9836066,
        ]  # fmt: skip


@pytest.mark.parametrize(("year", "expected"), [(2021, 723902), (2022, 856457)])
def test_the_huangyan_firm_below_scale_gains_13_points_from_the_baseline_alone(plan_of, year, expected):
    result = evaluate(
        plan_of("huangyan.yaml", year, parameters=bases(year)), {"enterprise_year": pl.DataFrame([small(year)])}
    )
    assert result.trace["total"].to_list() == [expected]


def test_values_equal_to_the_baselines_give_exactly_100(plan_of):
    row = firm(
        2021,
        land=100.0,
        tax=2601.0,
        value_added=13227.0,
        energy=13227 / 2.54,
        emission=13227 / 4861.08,
        staff=13227 / 17.45,
        rd=3.05,
    )
    result = evaluate(plan_of("huangyan.yaml", 2021, parameters=bases(2021)), {"enterprise_year": pl.DataFrame([row])})
    assert result.trace["total"].to_list() == [1000000]


def test_a_missing_emission_takes_the_mean_score_of_the_population(plan_of):
    rows = [
        firm(2022),
        firm(2022, enterprise="b", emission=2.25),
        firm(2022, enterprise="c", emission=None),
        small(2022) | {"enterprise": "d"},
    ]
    trace = evaluate(plan_of("huangyan.yaml", parameters=bases(2022)), {"enterprise_year": pl.DataFrame(rows)}).trace
    points = trace["points__value_added_per_emission"].to_list()
    assert points[2] == (points[0] + points[1] + 1) // 2
    assert trace["reason__value_added_per_emission"].to_list() == ["own", "own", "cohort_mean", None]


def test_a_zero_denominator_is_missing_and_the_total_is_missing_not_zero(plan_of):
    rows = [firm(2022, land=0.0), firm(2022, enterprise="b")]
    trace = evaluate(plan_of("huangyan.yaml", parameters=bases(2022)), {"enterprise_year": pl.DataFrame(rows)}).trace
    assert trace["measure__tax_per_mu"].to_list() == [None, 200000]
    assert trace["reason__tax_per_mu"].to_list() == ["missing", "own"]
    assert trace["total"].to_list()[0] is None
    assert trace["grade"].to_list()[0] is None


def test_an_unknown_scale_leaves_the_population_open(plan_of):
    rows = [firm(2022, scale=None), firm(2022, enterprise="b", scale="else"), firm(2022, enterprise="c")]
    trace = evaluate(plan_of("huangyan.yaml", parameters=bases(2022)), {"enterprise_year": pl.DataFrame(rows)}).trace
    assert trace["status"].to_list() == ["population_unknown", "outside", "graded"]


LINHAI = """
populations: {large: {title: 大于3亩, where: land > 3}}
measures:
  tax: {title: t, formula: tax / land, unit: 万元/亩, digits: 4}
"""


def codes(error):
    return sorted({one.code for one in error.value.problems})


def test_faults_of_the_table_are_told_together(plan_of):
    plan = plan_of("huangyan.yaml", parameters=bases(2022))
    table = pl.DataFrame([firm(2022)]).drop("emission").with_columns(pl.col("tax").cast(pl.String))
    with pytest.raises(ProblemsError) as error:
        evaluate(plan, {"enterprise_year": table})
    assert codes(error) == ["METHOD-021", "METHOD-022"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([firm(2022), firm(2022)], "METHOD-025"),
        ([firm(2022, enterprise=None), firm(2022)], "METHOD-024"),
        ([firm(2022, tax=float("inf"))], "METHOD-026"),
        ([firm(2020)], "METHOD-023"),
        ([firm(2022, tax=1e14, land=0.001)], "METHOD-040"),
    ],
)
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_bad_row_is_refused_with_its_problem(plan_of, rows, code, engine):
    plan = plan_of("huangyan.yaml", parameters=bases(2022))
    with pytest.raises(ProblemsError) as error:
        evaluate(plan, {"enterprise_year": pl.DataFrame(rows)}, engine=engine)
    assert codes(error) == [code]


def test_a_table_that_was_not_given_is_named_with_the_nearest(plan_of):
    plan = plan_of("huangyan.yaml", parameters=bases(2022))
    with pytest.raises(ProblemsError) as error:
        evaluate(plan, {"enterprise_years": pl.DataFrame([firm(2022)])})
    assert "enterprise_years" in error.value.problems[0].text("zh")
