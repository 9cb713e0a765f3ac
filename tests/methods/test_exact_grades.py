"""The exact reading of grades, moves and entitlements against published class counts and rules worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest
from tests.methods.gathered_rows import ALL, adjustments, column, table

from jiqun.methods.exact import evaluate
from jiqun.methods.exact.quota import class_sizes
from jiqun.packs.models.method import Quota


@pytest.mark.parametrize(
    ("shares", "whole", "candidates", "more", "sizes"),
    [
        ("0.2 0.4 0.35 0.05", 100, 100, {}, [20, 40, 35, 5]),  # 济宁高新区 2023 规下, published
        ("0.2 0.45 0.3 0.05", 755, 755, {}, [151, 340, 226, 38]),  # 铜陵 2021 before its adjustment lists
        ("0.2 0.4 0.35 0.05", 275, 265, {"counting": "each", "rest": "B"}, [55, 100, 96, 14]),  # 济宁 规上: A 55, D 14 of N = 275
        ("0.2 0.4 0.35 0.05", 3, 3, {}, [1, 1, 1, 0]),
        ("0.5 0.3 0.1 0.1", 5, 5, {"counting": "each", "rest": "B"}, [3, 0, 1, 1]),
        ("0.5 0.3 0.1 0.1", 5, 5, {"counting": "each", "rest": "B", "class_rounding": {"A": "floor"}}, [2, 1, 1, 1]),
        ("0.4 0.3 0.2 0.1", 7, 7, {"rounding": "largest_remainder"}, [3, 2, 1, 1]),
        ("0.25 0.25 0.25 0.25", 2, 2, {"rounding": "largest_remainder"}, [1, 1, 0, 0]),
        ("0.2 0.4 0.35 0.05", 0, 0, {}, [0, 0, 0, 0]),
    ],
)  # fmt: skip
def test_class_sizes(shares, whole, candidates, more, sizes):
    quota = Quota(shares=dict(zip("ABCD", shares.split(), strict=True)), **more)
    assert list(class_sizes(quota, "ABCD", whole, candidates).values()) == sizes


GRADED = (
    ALL
    + """
measures: {m: {title: t, formula: tax, unit: 万元, digits: 1}, n: {title: t, formula: rd, unit: 万元, digits: 1}}
scores: {all: {m: {digits: 1, value: true}}}
totals: {all: {digits: 1}}
"""
)


def graded(values, **more):
    return table(
        *({"tax": value, **{name: cells[index] for name, cells in more.items()}} for index, value in enumerate(values))
    )


@pytest.mark.parametrize(("then", "grades"), [("better", "AAAB"), ("worse", "BBBB")])
def test_a_tie_over_a_class_line_moves_together(plan_of, then, grades):
    text = (
        GRADED
        + f"grades: {{all: {{classes: [A, B], quota: {{shares: {{A: '0.5', B: '0.5'}}, ties: {{then: {then}}}}}}}}}"
    )
    results = evaluate(plan_of(text), graded([20.0, 20.0, 20.0, 10.0]))
    assert "".join(column(results, "grade")) == grades
    assert column(results, "rank") == [1, 1, 1, 4]


def test_ties_are_broken_by_the_names_in_turn_and_missing_comes_last(plan_of):
    text = (
        GRADED + "grades: {all: {classes: [A, B], quota: {shares: {A: '0.5', B: '0.5'}, ties: {by: [n, -enterprise]}}}}"
    )
    results = evaluate(plan_of(text), graded([20.0] * 4, rd=[1.0, None, 2.0, 1.0]))
    assert column(results, "rank") == [2, 4, 1, 3]
    assert column(results, "grade") == ["A", "B", "A", "B"]


def test_the_scored_count_in_the_denominator_where_the_rule_says_so(plan_of):
    text = (
        GRADED
        + """
exceptions: {utility: {title: 公用事业, where: exporter, effect: scored_not_graded, treated_as: B}}
grades: {all: {classes: [A, B], quota: {shares: {A: "0.25", B: "0.75"}, denominator: %s}}}
"""
    )
    rows = graded([40.0, 30.0, 20.0, 10.0, None], exporter=[True, False, False, False, False])
    for denominator, first in (("graded", "AB"), ("scored", "AB"), ("evaluated", "AB")):
        results = evaluate(plan_of(text % denominator), rows)
        assert "".join(column(results, "grade")[1:3]) == first
        assert column(results, "grade")[0] is None and column(results, "treated_as")[0] == "B"
        assert column(results, "grade__reason")[-1] == "total_missing"
    text = text.replace('"0.25", B: "0.75"', '"0.4", B: "0.6"')
    graded_only, evaluated = (column(evaluate(plan_of(text % kind), rows), "grade") for kind in ("graded", "evaluated"))
    assert (graded_only.count("A"), evaluated.count("A")) == (1, 2)


def test_small_pools_join_wider_ones(plan_of):
    text = (
        GRADED
        + """
grades:
  all:
    classes: [A, B]
    quota: {shares: {A: "0.5", B: "0.5"}, pools: [district, industry], small_pool: {smallest: 2, wider: [district]}}
"""
    )
    rows = graded([9.0, 8.0, 7.0, 6.0, 5.0], district=["x"] * 4 + [None], industry=["1", "1", "2", "3", "1"])
    results = evaluate(plan_of(text), rows)
    assert column(results, "pool") == ["x|1", "x|1", "x", "x", None]
    assert column(results, "grade") == ["A", "B", "A", "B", None]
    assert column(results, "grade__reason")[-1] == "pool_missing"


def test_an_unknown_rung_above_leaves_the_grade_open(plan_of):
    text = (
        ALL
        + """
criteria:
  profitable: {title: 盈利, test: profit > 0}
  large: {title: 大, test: revenue >= 100}
  leader: {title: 领先, manual: true, recorded: exporter}
requirements: {best: {all: [profitable, large, leader]}}
grades: {all: {classes: [金, 银, 无], ladder: {rungs: [{grade: 金, requires: best}, {grade: 银, requires: profitable}], otherwise: 无}}}
"""
    )
    rows = [
        {"profit": 1.0, "revenue": 100.0, "exporter": True},
        {"profit": 1.0, "revenue": 100.0, "exporter": None},
        {"profit": 1.0, "revenue": 99.0, "exporter": None},
        {"profit": None, "revenue": 99.0, "exporter": True},
        {"profit": 0.0, "revenue": None, "exporter": None},
    ]
    results = evaluate(plan_of(text), table(*rows))
    assert column(results, "requirement__best") == ["met", "manual_review", "unmet", "unmet", "unmet"]
    assert column(results, "grade") == ["金", None, "银", None, "无"]
    assert column(results, "grade__reason") == [None, "could_be:金", None, "could_be:银", None]


def test_innovative_sme_fails_on_its_growth_block_with_a_total_of_70(plan_of):
    text = (
        ALL
        + """
nodes:
  innovation: {of: [ip, rd_share], digits: 0}
  growth: {of: [growth_rate, debt], digits: 0}
  focus: {of: [field, main_share], digits: 0}
scores:
  all:
    ip: {digits: 0, flag: {where: 'true', points: 15}}
    rd_share: {digits: 0, flag: {where: rd / revenue >= 0.03, points: 15}}
    growth_rate: {digits: 0, flag: {where: revenue >= output, points: 20}}
    debt: {digits: 0, flag: {where: liabilities / assets <= 0.55, points: 10}}
    field: {digits: 0, flag: {where: 'true', points: 10}}
    main_share: {digits: 0, flag: {where: main_revenue / revenue >= 0.7, points: 20}}
totals: {all: {of: [innovation, growth, focus], digits: 0}}
criteria:
  sixty: {title: 总分, test: total >= 60}
  innovation_block: {title: 创新能力, test: innovation >= 20}
  growth_block: {title: 成长性, test: growth >= 15}
  focus_block: {title: 专业化, test: focus >= 15}
  prize: {title: 直通, test: exporter}
requirements:
  score: {all: [sixty, innovation_block, growth_block, focus_block]}
  either: {any: [score, prize]}
grades: {all: {classes: [是, 否], ladder: {rungs: [{grade: 是, requires: either}], otherwise: 否}}}
"""
    )
    firm = {"rd": 3.0, "revenue": 99.0, "output": 100.0, "liabilities": 55.0, "assets": 100.0, "main_revenue": 70.0}
    results = evaluate(
        plan_of(text), table({**firm, "exporter": False}, {**firm, "exporter": None}, {**firm, "exporter": True})
    )
    assert column(results, "total") == [70, 70, 70]
    assert column(results, "criterion__growth_block")[0] == "unmet"
    assert column(results, "grade") == ["否", None, "是"]


def test_moves_run_in_order_and_a_veto_holds_against_raises(plan_of):
    text = (
        GRADED
        + """
exceptions: {protected: {title: 保护, where: park == "p", effect: protected, treated_as: B}}
grades: {all: {classes: [A, B, C, D], quota: {shares: {A: "0.25", B: "0.25", C: "0.25", D: "0.25"}}}}
moves:
  listed_raise: {title: 提档, move: raise, listed: raise}
  accident: {title: 事故, move: veto, to: D, where: exporter}
  floor: {title: 不低于, move: not_below, to: B, where: industry == "34"}
"""
    )
    rows = graded(
        [40.0, 30.0, 20.0, 10.0],
        exporter=[True, False, None, False],
        industry=["34", "34", "34", "x"],
        park=[None, None, None, "p"],
    )
    listed = adjustments(
        {"enterprise": "c", "kind": "raise", "steps": 5, "reason": "上市", "document": "市府〔2022〕1号"},
        {"enterprise": "b", "kind": "lower"},
    )
    results = evaluate(plan_of(text), rows, adjustments=listed)
    assert column(results, "grade__ranked") == ["A", "B", "C", "D"]
    assert column(results, "grade") == ["D", "B", "A", "B"]
    log = {
        (one.subject, one.move): (one.from_grade, one.to_grade, one.reason)
        for result in results.values()
        for one in result.moves
    }
    assert log == {
        ("c", "listed_raise"): ("C", "A", "上市"),
        ("a", "accident"): ("A", "D", "rule"),
        ("c", "accident"): ("A", "A", "unknown"),
        ("a", "floor"): ("D", "D", "locked"),
        ("d", "protected"): ("D", "B", "protected"),
    }
    assert results["c"].moves[0].document == "市府〔2022〕1号"


def test_a_tenant_takes_the_grade_the_landlord_had_and_parcel_mates_share_the_worst(plan_of):
    text = (
        GRADED
        + """
grades: {all: {classes: [A, B, C, D], quota: {shares: {A: "0.25", B: "0.25", C: "0.25", D: "0.25"}}}}
moves:
  tenant: {title: 承租, move: inherit, inherit: {from_subject: landlord}}
  mates: {title: 同宗地, move: share, share: {group: parcel, take: worst}}
"""
    )
    rows = graded([40.0, 30.0, 20.0, 10.0], landlord=["d", "a", None, "nobody"], parcel=["1", "2", "2", None])
    results = evaluate(plan_of(text), rows)
    assert column(results, "grade") == ["D", "C", "C", "D"]
    assert [one.reason for one in results["d"].moves] == ["unknown"]


def test_a_third_year_in_class_d_pays_150_000_yuan_for_one_million_kwh(plan_of):
    text = (
        GRADED
        + """
inputs: {years_in_d: {streak: {grade: D}}}
grades: {all: {classes: [A, D], cuts: [{grade: A, at_least: 50}, {grade: D, less_than: 50}]}}
entitlements:
  first: {title: 第一年, grades: [D], where: years_in_d == 1, amount: 'power * unit(0.05, "元/kWh")', unit: 元, digits: 0, exclusive: 电价, effect: burden}
  second: {title: 第二年, grades: [D], where: years_in_d == 2, amount: 'power * unit(0.1, "元/kWh")', unit: 元, digits: 0, exclusive: 电价, effect: burden}
  third: {title: 第三年, grades: [D], where: years_in_d >= 3, amount: 'power * unit(0.15, "元/kWh")', unit: 元, digits: 0, exclusive: 电价, effect: burden}
  other: {title: 阶梯电价, grades: [D], where: exporter, amount: 'power * unit(0.15, "元/kWh")', unit: 元, digits: 0, exclusive: 电价, effect: burden}
"""
    )
    rows = graded([10.0, 10.0, 10.0, 90.0], power=[100.0] * 4, exporter=[False, False, True, True])
    gathered = rows.with_columns(pl.Series("years_in_d", [0, 1, 2, 5]))  # years in class D before this one
    results = evaluate(plan_of(text), gathered)
    paid = [
        {name: results[firm].row[f"entitlement__{name}"] for name in ("first", "second", "third")} for firm in "abc"
    ]
    assert [max(filter(None, one.values())) for one in paid] == [50_000, 100_000, 150_000]
    assert results["c"].row["entitlement__third__state"] == "applies"
    assert results["c"].row["entitlement__other__state"] == "superseded"
    assert results["d"].row["entitlement__first__state"] == "no"
    unknown = evaluate(plan_of(text), gathered.with_columns(years_in_d=None))["a"].row
    assert unknown["entitlement__first__state"] == "unknown"
