"""Rules that have no single meaning are refused when they are compiled, all of them at once, each at its place."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.compiling.grading import grading_warnings
from jiqun.methods.evaluate import evaluate
from jiqun.problems import Place, ProblemsError, catalogue

HEAD = """
kind: method
populations: {above: {title: 规上, where: scale == "above"}, below: {title: 规下, where: scale == "below"}}
measures: {tax_figure: {title: 税收, formula: tax, unit: 万元, digits: 2}}
scores: {all: {tax_figure: {value: true, digits: 2}}}
totals: {all: {digits: 2}}
criteria: {big: {title: 大, test: tax > 1}}
"""
ABCD = 'A: "0.2", B: "0.4", C: "0.35", D: "0.05"'


def quota(more, shares=ABCD):
    return f"grades: {{all: {{classes: [A, B, C, D], quota: {{shares: {{{shares}}}{more}}}}}}}"


def codes(plan_of, text):
    with pytest.raises(ProblemsError) as caught:
        plan_of(HEAD + text)
    return [(one.code, one.place.item.removeprefix("test ")) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (quota("", 'A: "0.2", B: "0.4"'), "METHOD-050"),
        (quota("", 'A: "0.9", B: "0.4"'), "METHOD-050"),
        (quota("", 'A: "1.2", B: "-0.2"'), "METHOD-051"),
        (quota(", rest: B"), "METHOD-052"),
        (quota(", class_rounding: {A: floor}"), "METHOD-052"),
        (quota(", rounding: largest_remainder, counting: each"), "METHOD-052"),
        (quota(", counting: each"), "METHOD-053"),
        (quota(", minimum: {D: 10}"), "METHOD-054"),
        (quota(", minimum: {A: 10}, order: ascending"), "METHOD-054"),
        ("grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 60}, {grade: B, at_most: 60}]}}", "METHOD-055"),
        (
            "requirements: {r: {all: [big]}}\n"
            "grades: {all: {classes: [A, B], ladder: {rungs: [{grade: B, requires: r}, {grade: A, requires: big}]}}}",
            "METHOD-056",
        ),
        (quota("") + "\nexceptions: {e: {title: 保, where: tax > 5, effect: protected, treated_as: X}}", "METHOD-007"),
        (quota("") + "\nentitlements: {one: {title: 一, exclusive: g}}", "METHOD-058"),
        (
            quota("")
            + "\nentitlements: {one: {title: 一, exclusive: g, amount: tax, unit: 元}, two: {title: 二, exclusive: g, amount: tax, unit: 万元}}",
            "METHOD-058",
        ),
        (quota("") + '\nentitlements: {one: {title: 一, amount: tax, unit: 元, digits: 0, cap: "0.5"}}', "METHOD-059"),
        ("requirements: {r: {at_least: 2, of: [big]}}", "METHOD-060"),
        (
            quota("")
            + "\nentitlements: {one: {title: 一, amount: tax, unit: 元}, two: {title: 二, amount: tax, unit: 万元}}"
            + '\nceilings: {both: {title: 合计, of: [one, two], at_most: "100"}}',
            "METHOD-069",
        ),
        (
            quota("")
            + "\nentitlements: {one: {title: 一, amount: tax, unit: 元}}"
            + '\nceilings: {both: {title: 合计, of: [one, gone], at_most: "100"}}',
            "METHOD-007",
        ),
    ],
)
def test_a_rule_without_a_single_meaning_is_refused(plan_of, text, code):
    assert code in {found for found, _ in codes(plan_of, text)}


TWO = """
grades:
  above: {classes: [A, B], cuts: [{grade: A, at_least: 1}, {grade: B, less_than: 1}]}
  below: {classes: [良, 差], cuts: [{grade: 良, at_least: 1}, {grade: 差, less_than: 1}]}
"""


def test_a_move_to_a_class_that_one_population_lacks_must_name_its_populations(plan_of):
    move = "moves: {up: {title: 定, move: fix, to: A, where: tax > 1%s}}"
    assert codes(plan_of, TWO + move % "") == [("METHOD-057", "moves.up")]
    assert plan_of(HEAD + TWO + move % ", populations: [above]").method.moves["up"].to == "A"


def test_parcel_mates_with_different_classes_are_not_compared(plan_of):
    move = "moves: {mates: {title: 同, move: share, share: {group: parcel, take: worst}}}"
    assert codes(plan_of, TWO + move) == [("METHOD-061", "moves.mates")]


def test_all_faults_of_a_rule_are_told_at_once(plan_of):
    text = quota(", rest: B, minimum: {D: 1}", 'A: "0.2", B: "0.4"') + "\nrequirements: {r: {at_least: 9, of: [big]}}"
    assert {code for code, _ in codes(plan_of, text)} == {"METHOD-050", "METHOD-052", "METHOD-054", "METHOD-060"}


def test_cuts_that_leave_a_gap_are_a_warning_because_it_may_be_meant(method_of):
    method = method_of(
        HEAD + "grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 80}, {grade: B, less_than: 60}]}}"
    )
    found = grading_warnings(method, lambda path: Place(item=path))
    assert [(one.code, one.place.item, one.values["value"]) for one in found] == [
        ("METHOD-068", "grades.all.cuts", "[60, 80)")
    ]
    assert catalogue()["METHOD-068"].severity == "warning"


FIT = """
populations: {all_firms: {title: 全部, where: enterprise is not missing}}
measures: {m: {title: 亩均税收, formula: tax, unit: 万元, digits: 2}}
exceptions: {unfit: {title: 不符合条件, where: not (rd >= 10), effect: scored_not_graded, treated_as: 未入选}}
grades: {all: {classes: [入选, 未入选], quota: {of: m, places: {入选: 1}, rest: 未入选, counting: each}}}
"""
MEDIAN = """
populations: {all_firms: {title: 全部, where: enterprise is not missing}}
measures: {m: {title: 亩均税收, formula: tax, unit: 万元, digits: 2}}
benchmarks: {median: {title: 中位数, digits: 2, statistic: {measure: m, take: median}}}
criteria: {upper: {title: 中位数以上, test: m >= median_benchmark}}
requirements: {high: {all: [upper]}}
grades: {all: {classes: [B, C], ladder: {rungs: [{grade: B, requires: high}], otherwise: C}}}
"""


def test_two_clauses_of_the_how_to_come_out_only_the_fit_take_places_and_the_upper_half_is_b(plan_of):
    firms = pl.DataFrame({"enterprise": ["a", "b", "c"], "tax": [30.0, 20.0, 5.0], "rd": [1.0, 10.0, 10.0]})
    trace = evaluate(plan_of(FIT), {"enterprise_year": firms}).trace
    assert trace.select("grade", "treated_as").rows() == [(None, "未入选"), ("入选", None), ("未入选", None)]
    assert evaluate(plan_of(MEDIAN), {"enterprise_year": firms}).trace["grade"].to_list() == ["B", "B", "C"]
