"""Criteria and requirements: five results, Kleene's logic, bypass, and words that only a person may say."""

from __future__ import annotations

import itertools

import polars as pl
import pytest

from jiqun.methods import exact
from jiqun.methods.evaluate import evaluate

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])
RULE = """
kind: method
populations: {all_firms: {title: 全部, where: staff >= 0}}
exceptions: {young: {title: 新, where: staff == 99, effect: exempt}}
criteria:
  revenue: {title: 营收, test: revenue >= 100}
  growth: {title: 增长, test: revenue / output - 1 >= 0.05, applies: output > 0}
  seen: {title: 现场核查, manual: true, recorded: exporter}
requirements:
  every: {all: [revenue, growth, seen]}
  some: {any: [revenue, growth, seen]}
  two: {at_least: 2, of: [revenue, growth, seen]}
  bypass: {any: [every, two]}
"""
FIGURES = {"met": 100.0, "unmet": 99.99, "unknown": None}
GROWTH = {"met": 50.0, "unmet": 1000.0, "unknown": None, "not_applicable": 0.0}
SEEN = {"met": True, "unmet": False, "manual_review": None}


def firms(*rows):
    kinds = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "staff": pl.Float64,
        "revenue": pl.Float64,
        "output": pl.Float64,
        "exporter": pl.Boolean,
    }
    return pl.DataFrame(
        [{"enterprise": f"{place:03}", "year": 2022, "staff": 1.0} | row for place, row in enumerate(rows)],
        schema=kinds,
    )


def expected(name, results):
    """The meaning written out once more, from the sentences of the rule."""
    left = [one for one in results if one != "not_applicable"]
    met, unknown, manual = (left.count(one) for one in ("met", "unknown", "manual_review"))
    if name == "every":
        return "unmet" if "unmet" in left else "unknown" if unknown else "manual_review" if manual else "met"
    if name == "some":
        return "met" if met else "unknown" if unknown else "manual_review" if manual else "unmet"
    if met >= 2:
        return "met"
    if met + unknown + manual < 2:
        return "unmet"
    return "unknown" if met + unknown >= 2 else "manual_review"


@ENGINES
def test_every_combination_of_results_is_combined_as_the_rule_says(plan_of, engine):
    cases = list(itertools.product(FIGURES, GROWTH, SEEN))
    table = firms(*({"revenue": FIGURES[a], "output": GROWTH[b], "exporter": SEEN[c]} for a, b, c in cases))
    trace = evaluate(plan_of(RULE), {"enterprise_year": table}, engine=engine).trace
    for (revenue, growth, seen), row in zip(cases, trace.iter_rows(named=True), strict=True):
        if revenue == "unknown" and growth in ("met", "unmet"):
            growth = "unknown"
        assert (row["criterion__revenue"], row["criterion__growth"], row["criterion__seen"]) == (revenue, growth, seen)
        for name in ("every", "some", "two"):
            assert row[f"requirement__{name}"] == expected(name, (revenue, growth, seen)), (name, revenue, growth, seen)


@ENGINES
def test_a_comparison_on_the_very_edge_is_decided_exactly(plan_of, engine):
    """105/100 − 1 is 0.05 exactly and meets ≥ 5 %; in floats 1.05 − 1 is 0.050000000000000044, 2.1/2 − 1 is the same, and 10.5/10."""
    edges = [(one * 1.05, float(one)) for one in (100, 200, 300, 700, 1100)]
    table = firms(
        *({"revenue": round(revenue, 2), "output": output} for revenue, output in edges),
        {"revenue": 104.99, "output": 100.0},
    )
    result = evaluate(plan_of(RULE), {"enterprise_year": table}, engine=engine)
    assert result.trace["criterion__growth"].cast(pl.String).to_list() == ["met"] * 5 + ["unmet"]


@ENGINES
def test_those_who_are_not_members_have_no_results(plan_of, engine):
    table = firms({"revenue": 100.0, "staff": 99.0}, {"revenue": 100.0, "staff": None})
    trace = evaluate(plan_of(RULE), {"enterprise_year": table}, engine=engine).trace
    assert trace["criterion__revenue"].to_list() == [None, None]
    assert trace["requirement__bypass"].to_list() == [None, None]


@ENGINES
def test_a_requirement_none_of_whose_parts_applies_does_not_apply(plan_of, engine):
    rule = (
        RULE[: RULE.index("requirements:")]
        + "requirements: {outer: {all: [inner, revenue]}, inner: {at_least: 1, of: [growth]}}"
    )
    trace = evaluate(plan_of(rule), {"enterprise_year": firms({"revenue": 100.0, "output": 0.0})}, engine=engine).trace
    assert trace.select("requirement__inner", "requirement__outer").row(0) == ("not_applicable", "met")


def test_the_exact_evaluator_agrees_on_all_of_it(plan_of):
    plan = plan_of(RULE)
    cases = itertools.product(FIGURES, GROWTH, SEEN)
    table = firms(*({"revenue": FIGURES[a], "output": GROWTH[b], "exporter": SEEN[c]} for a, b, c in cases))
    result = evaluate(plan, {"enterprise_year": table})
    other = exact.evaluate(plan, result.gathered)
    for row in result.trace.iter_rows(named=True):
        names = [name for name in row if name.startswith(("criterion__", "requirement__"))]
        assert {name: row[name] for name in names} == {name: other[row["enterprise"]].row[name] for name in names}
