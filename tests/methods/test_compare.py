"""Comparing two results: every difference is taken apart into own data, others, rule and adjustment, and adds up."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.methods.runs.compare import compare
from jiqun.problems import ProblemsError

PARAMETERS = [
    f"huangyan.{name}"
    for name in ("tax", "value_added", "energy", "emission", "labour", "rd", "below_tax", "below_power")
]
BASES = {
    2021: ("26.01", "132.27", "2.54", "4861.08", "17.45", "0.0305", "16.601058", "0.236565"),
    2022: ("24.097", "136.16", "2.694", "4929.81", "18.14", "0.0302", "11.5932", "0.2352"),
}
ABOVE = {
    "scale": "above",
    "land": 3.0,
    "tax": 60.0,
    "value_added": 300.0,
    "energy": 150.0,
    "emission": 0.075,
    "staff": 20.0,
    "rd": 3.0,
    "main_revenue": 100.0,
    "power": 1.0,
}
BELOW = {
    "scale": "below",
    "land": 1.0,
    "tax": 10.0,
    "power": 50.0,
    "value_added": 1.0,
    "energy": 1.0,
    "emission": 1.0,
    "staff": 1.0,
    "rd": 1.0,
    "main_revenue": 1.0,
}


def huangyan(plan_of, year, rule, *rows):
    plan = plan_of("huangyan.yaml", year, parameters=dict(zip(PARAMETERS, BASES[rule], strict=True)))
    table = pl.DataFrame([{"enterprise": chr(97 + index), "year": year, **row} for index, row in enumerate(rows)])
    return evaluate(plan, {"enterprise_year": table})


def effects(steps):
    return {step.cause: step.effect for step in steps}


def test_the_same_firm_under_two_editions_is_moved_by_the_rule_alone(plan_of):
    before = huangyan(plan_of, 2022, 2021, ABOVE, BELOW)
    after = huangyan(plan_of, 2022, 2022, ABOVE, BELOW)
    above, below = compare(before, after).changes
    assert (above.total_before, above.total_after) == (Fraction("80.5973"), Fraction("80.7525"))
    assert effects(above.steps) == {"data": 0, "others": 0, "rule": Fraction("0.1552"), "adjustment": 0}
    assert below.total_after - below.total_before == Fraction("13.2555")  # the baseline cut alone adds 13 points
    assert effects(below.other_order)["rule"] == Fraction("13.2555")


def test_data_and_rule_of_two_years_add_up_in_both_orders(plan_of):
    better = {**ABOVE, "tax": 75.0, "emission": 0.05}
    before, after = huangyan(plan_of, 2021, 2021, ABOVE, BELOW), huangyan(plan_of, 2022, 2022, better, BELOW)
    change = compare(before, after).changes[0]
    for steps in (change.steps, change.other_order):
        assert sum(step.effect for step in steps) == change.total_after - change.total_before
    assert [step.cause for step in change.steps] == ["data", "others", "rule", "adjustment"]
    assert [step.cause for step in change.other_order] == ["rule", "data", "others", "adjustment"]
    assert effects(change.steps)["data"] != effects(change.other_order)["data"]


RULE = """
populations: {all_firms: {title: 全部, where: land > 0}}
measures: {m: {title: m, formula: tax / land, unit: 万元/亩, digits: 2}}
benchmarks: {base: {BASE}}
scores: {all: {m: {weight: 50, digits: 2, ratio: {to: base}}}}
totals: {all: {digits: 2}}
grades: {all: {classes: [A, B], quota: {shares: {A: "0.5", B: "0.5"}}}}
moves: {listed: {title: 降档, move: lower, listed: lower}}
"""
FIXED, MEAN = 'value: "10"', "statistic: {measure: m, take: mean}"
NO_LIST = pl.DataFrame(
    schema={
        "enterprise": pl.String,
        "year": pl.Int64,
        "kind": pl.String,
        "grade": pl.String,
        "steps": pl.Int64,
        "reason": pl.String,
        "document": pl.String,
    }
)


def run(plan_of, year, base, values, listed=(), districts=None):
    table = pl.DataFrame(
        {
            "enterprise": list(values),
            "year": year,
            "tax": list(values.values()),
            "land": 10.0,
            "district": districts or ["x"] * len(values),
        }
    )
    rows = pl.DataFrame(
        [{"enterprise": one, "year": year, "kind": "lower", "document": "文"} for one in listed], schema=NO_LIST.schema
    )
    return evaluate(plan_of(RULE.replace("BASE", base), year), {"enterprise_year": table, "adjustment": rows})


def moved(comparison):
    return {change.subject: (change.direction, change.causes) for change in comparison.changes}


def test_one_firm_rises_by_its_own_data_and_pushes_another_down(plan_of):
    before = run(plan_of, 2021, FIXED, {"a": 40.0, "b": 30.0, "c": 20.0, "d": 10.0})
    after = run(plan_of, 2022, FIXED, {"a": 40.0, "b": 30.0, "c": 35.0, "d": 10.0})
    assert moved(compare(before, after)) == {
        "a": ("same", ()),
        "b": ("down", ("others",)),
        "c": ("up", ("data",)),
        "d": ("same", ()),
    }


def test_a_mean_that_others_move_changes_a_total_without_own_data(plan_of):
    before = run(plan_of, 2021, MEAN, {"a": 40.0, "b": 30.0})
    after = run(plan_of, 2022, MEAN, {"a": 80.0, "b": 30.0})
    b = next(change for change in compare(before, after).changes if change.subject == "b")
    assert effects(b.steps)["data"] == 0 and effects(b.steps)["others"] == b.total_after - b.total_before < 0


def test_a_firm_that_moves_to_a_cohort_of_its_own_is_held_against_what_the_rule_takes_instead(plan_of):
    """Points by hand: 2 ÷ mean(4, 3, 2) × 50 = 33.33 before; alone in y 2 ÷ mean of all five, 5.4, × 50 = 18.52."""
    cohort = "statistic: {measure: m, take: mean, over: [district], smallest_cohort: 2, otherwise: city}"
    base = cohort + "}, city: {statistic: {measure: m, take: mean}"
    values = {"a": 40.0, "b": 30.0, "c": 20.0, "d": 90.0, "e": 90.0}
    before = run(plan_of, 2021, base, values, districts=["x", "x", "x", "z", "z"])
    after = run(plan_of, 2022, base, values, districts=["x", "x", "y", "z", "z"])
    c = next(change for change in compare(before, after).changes if change.subject == "c")
    assert (c.total_before, c.total_after) == (Fraction("33.33"), Fraction("18.52"))
    assert effects(c.steps) == {"data": Fraction("-14.81"), "others": 0, "rule": 0, "adjustment": 0}


def test_causes_that_cannot_be_told_apart_are_both_named_and_only_where_the_grade_moved(plan_of):
    """Alone in a cohort without anything instead, a firm has no points between the two years."""
    base = "statistic: {measure: m, take: mean, over: [district]}"
    values = {"a": 40.0, "b": 30.0, "c": 20.0, "d": 90.0}
    before = run(plan_of, 2021, base, values, districts=["x", "x", "x", "z"])
    after = run(plan_of, 2022, base, values, districts=["x", "x", "y", "z"])
    c = next(change for change in compare(before, after).changes if change.subject == "c")
    assert (c.direction, c.causes) == ("up", ("data", "others"))
    assert effects(c.steps)["data"] is None and effects(c.steps)["rule"] == 0
    d = next(change for change in compare(before, after).changes if change.subject == "d")
    assert d.causes == ()


def test_a_list_is_an_adjustment_and_nothing_else(plan_of):
    values = {"a": 40.0, "b": 30.0, "c": 20.0, "d": 10.0}
    comparison = compare(run(plan_of, 2021, FIXED, values), run(plan_of, 2022, FIXED, values, listed=["a"]))
    assert moved(comparison)["a"] == ("down", ("adjustment",))
    assert comparison.by_cause() == {"data": 0, "others": 0, "rule": 0, "adjustment": 1}


def test_new_and_gone_subjects_and_counts_by_group(plan_of):
    before = run(plan_of, 2021, FIXED, {"a": 40.0, "b": 30.0, "c": 20.0, "d": 10.0}, districts=["x", "x", "y", "y"])
    after = run(plan_of, 2022, FIXED, {"a": 5.0, "c": 20.0, "d": 10.0, "e": 50.0}, districts=["x", "y", "y", "y"])
    comparison = compare(before, after)
    assert {one: kind for one, (kind, _) in moved(comparison).items()} == {
        "a": "down",
        "b": "gone",
        "c": "up",
        "d": "same",
        "e": "new",
    }
    counts = {row["district"]: row for row in comparison.counts("district").iter_rows(named=True)}
    assert (counts["x"]["down"], counts["x"]["gone"]) == (1, 1)
    assert (counts["y"]["up"], counts["y"]["same"], counts["y"]["new"]) == (1, 1, 1)
    transitions = {
        (row["before"], row["after"]): row["firms"] for row in comparison.transitions().iter_rows(named=True)
    }
    assert transitions == {("A", "B"): 1, ("A", None): 1, ("B", "A"): 1, ("B", "B"): 1, (None, "A"): 1}


@pytest.mark.parametrize("seed", range(4))
def test_effects_always_add_up(plan_of, seed):
    random = Random(seed)
    names = [f"f{index}" for index in range(12)]
    years = [{name: float(random.randint(1, 400)) for name in names} for _ in range(2)]
    before, after = (
        run(plan_of, 2021 + index, base, years[index]) for index, base in enumerate(random.sample([FIXED, MEAN], 2))
    )
    for change in compare(before, after).changes:
        for steps in (change.steps, change.other_order):
            assert sum(step.effect for step in steps) == change.total_after - change.total_before
            assert steps[-2].grade == change.grade_after


def test_a_result_without_tables_cannot_be_compared(plan_of):
    from dataclasses import replace

    result = run(plan_of, 2021, FIXED, {"a": 40.0})
    with pytest.raises(ProblemsError) as error:
        compare(replace(result, tables={}), result)
    assert [one.code for one in error.value.problems] == ["METHOD-082"]


CUT = """
populations: {{all_firms: {{title: 企业, where: scale == "above"}}}}
measures: {{m: {{title: 税, formula: tax, unit: 万元, digits: 1}}}}
grades: {{all: {{classes: {classes}, {kind}cuts_of: m, cuts: {cuts}}}}}
"""
THREE = "[{grade: A, at_least: 50}, {grade: B, at_least: 20, less_than: 50}, {grade: C, less_than: 20}]"
TWO = "[{grade: A, at_least: 70}, {grade: B, less_than: 70}]"
SIZES = "[{grade: 大, at_least: 50}, {grade: 小, less_than: 50}]"


@pytest.mark.parametrize(
    ("second", "ways"),
    [
        (CUT.format(classes="[A, B]", cuts=TWO, kind=""), ["down", "same", "up"]),  # A→B, B→B, C→B
        (CUT.format(classes="[大, 小]", cuts=SIZES, kind=""), ["other", "other", "other"]),
        (CUT.format(classes="[A, B]", cuts=TWO, kind="classes_are: kinds, "), ["other", "same", "other"]),
    ],
)
def test_up_and_down_are_said_only_where_both_rules_have_one_order_of_grades(plan_of, second, ways):
    table = pl.DataFrame(
        {"enterprise": ["a", "b", "c"], "scale": ["above"] * 3, "tax": [60.0, 30.0, 10.0], "year": [2022] * 3}
    )
    texts = (CUT.format(classes="[A, B, C]", cuts=THREE, kind=""), second)
    before, after = (evaluate(plan_of(text, 2022), {"enterprise_year": table}) for text in texts)
    assert [one.direction for one in compare(before, after).changes] == ways
