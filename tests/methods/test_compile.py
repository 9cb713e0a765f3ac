"""A method is compiled before anything is computed; every fault is told at once."""

from __future__ import annotations

from fractions import Fraction

import pytest

from jiqun.problems import ProblemsError

BASES_2022 = {
    "huangyan.tax": "24.097",
    "huangyan.value_added": "136.16",
    "huangyan.energy": "2.694",
    "huangyan.emission": "4929.81",
    "huangyan.labour": "18.14",
    "huangyan.rd": "0.0302",
    "huangyan.below_tax": "11.5932",
    "huangyan.below_power": "0.2352",
}


def codes(error: ProblemsError) -> list[str]:
    return [one.code for one in error.problems]


def test_the_huangyan_method_compiles_with_its_2022_baselines(plan_of):
    plan = plan_of("huangyan.yaml", parameters=BASES_2022)
    assert plan.fixed["tax"].value == Fraction("24.097")
    assert plan.formulas["measures.tax_per_mu.formula"].type.unit.symbol == "万元/亩"
    assert plan.total_of("below_scale") == ("tax_per_mu", "tax_per_power")
    assert plan.digits("above_scale", "rd_share") == 6 and plan.digits("above_scale", "total") == 4
    assert plan.items()[:2] == ("tax_per_mu", "value_added_per_mu")


def test_every_missing_parameter_is_told_at_once(plan_of):
    with pytest.raises(ProblemsError) as error:
        plan_of("huangyan.yaml")
    assert codes(error.value) == ["METHOD-004"] * 8


BASE = """
populations: {all_firms: {title: 全部, where: tax is not missing}}
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("measures: {tax: {title: t, formula: revenue, unit: 万元, digits: 2}}", "METHOD-001"),
        ("measures: {m: {title: t, formula: tax / land, unit: 万元, digits: 2}}", "EXPR-020"),
        ("measures: {m: {title: t, formula: scale, digits: 2}}", "METHOD-006"),
        ("measures: {m: {title: t, formula: taxx / land, unit: 万元/亩, digits: 2}}", "EXPR-010"),
        ("inputs: {n: {rollup: {table: evnt, take: count}}}", "METHOD-002"),
        ("inputs: {n: {column: enterprise.nme}}", "METHOD-003"),
        ("inputs: {n: {rollup: {table: event, take: count, rows: same_period}}}", "METHOD-013"),
        ("inputs: {n: {rollup: {table: event, take: sum}}}", "METHOD-014"),
        ("inputs: {n: {column: tax, unit: 银元}}", "METHOD-015"),
        ("scores: {all: {m: {digits: 2, value: true}}}", "METHOD-007"),
        ("scores: {others: {}}", "METHOD-007"),
        ("nodes: {a: {of: [b], digits: 2}, b: {of: [a], digits: 2}}", "METHOD-010"),
        ("classes: {c: {taxonomy: gbt4754, under: ['13']}}", "METHOD-008"),
        (
            "measures: {m: {title: t, formula: tax, unit: 万元, digits: 2}}\n"
            "scores: {all: {m: {digits: 1, value: true, cap: '0.25'}}}",
            "METHOD-009",
        ),
        (
            "measures: {m: {title: t, formula: tax, unit: 万元, digits: 2}}\nbenchmarks: {b: {value: 3}}\n"
            "scores: {all: {m: {digits: 1, around: {benchmark: b, zero_at: 0}}}}",
            "METHOD-011",
        ),
        ("grades: {all: {classes: [A, B], cuts: [{grade: E, at_least: 1}]}}", "METHOD-007"),
    ],
)
def test_a_wrong_method_is_refused_with_its_problem(plan_of, text, code):
    with pytest.raises(ProblemsError) as error:
        plan_of(BASE + text)
    assert code in codes(error.value)


def test_a_message_names_the_nearest_column_and_the_place(plan_of):
    with pytest.raises(ProblemsError) as error:
        plan_of(BASE + "inputs: {n: {column: enterprise.nme}}")
    message = error.value.problems[0].text("en")
    assert "nearest: name" in message and "test inputs.n.column" in message


def test_a_parameter_input_becomes_a_constant_of_the_formula(plan_of):
    plan = plan_of(
        BASE + "inputs: {rate: {parameter: p.rate, unit: '1'}}\n"
        "measures: {m: {title: t, formula: tax * rate, unit: 万元, digits: 2}}",
        parameters={"p.rate": "0.1"},
    )
    assert plan.formulas["measures.m.formula"].names == {"tax"}
    assert plan.parameters["rate"][0] == Fraction(1, 10)
    assert plan.overrides == {"p.rate": Fraction(1, 10)}


def test_a_benchmark_of_last_year_brings_the_plan_of_last_year(plan_of):
    plan = plan_of(
        BASE + "measures: {m: {title: t, formula: tax, unit: 万元, digits: 2}}\n"
        "benchmarks: {b: {statistic: {measure: m, take: mean, period: last}}}"
    )
    assert plan.previous is not None and str(plan.previous.period) == "2021"
    assert plan.previous.formulas["measures.m.formula"].names == {"tax"}
