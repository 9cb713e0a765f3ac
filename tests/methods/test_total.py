"""Sums, means, factors, bonuses and deductions, rounded once at the end."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])
METHOD = """
populations: {every: {title: 全部, where: enterprise is not missing}}
measures:
  a: {title: a, formula: tax, unit: 万元, digits: 2}
  b: {title: b, formula: profit, unit: 万元, digits: 4}
scores:
  all:
    a: {digits: 2, value: true}
    b: {digits: 4, value: true}
"""


def totals(plan_of, total, rows, engine="polars", more=""):
    table = pl.DataFrame(
        [
            {"enterprise": f"{index:02}", "tax": a, "profit": b, "exporter": flag}
            for index, (a, b, flag) in enumerate(rows)
        ],
        schema={"enterprise": pl.String, "tax": pl.Float64, "profit": pl.Float64, "exporter": pl.Boolean},
    )
    plan = plan_of(METHOD + more + f"totals: {{all: {{{total}}}}}")
    return evaluate(plan, {"enterprise_year": table}, engine=engine).trace


@ENGINES
@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("digits: 2", [501, -501, None]),  # 2.5 + 2.505 = 5.005, half away from zero
        ("digits: 3, take: arithmetic", [2503, -2503, None]),  # 2.5025 → 2.503
        ("digits: 4, take: geometric", [25025, None, None]),  # √(2.5 × 2.505) = 2.502498…
        ("digits: 4, take: harmonic", [25025, -25025, None]),  # 2 ÷ (0.4 + 1 ÷ 2.505) = 2.502497…
        ("digits: 1, take: min", [25, -25, None]),
        ("digits: 2, take: max", [251, -250, None]),
        ("digits: 2, cap: 5", [500, -501, None]),
        ("digits: 2, floor: 0", [501, 0, None]),
    ],
)
def test_points_are_taken_together_exactly(plan_of, total, expected, engine):
    rows = [(2.5, 2.505, True), (-2.5, -2.505, True), (1.0, None, True)]
    assert totals(plan_of, total, rows, engine)["total"].to_list() == expected


@ENGINES
def test_longyou_multiplies_the_sum_by_a_factor_and_then_adds(plan_of, engine):
    """龙游 龙政发〔2021〕52号: (Σ) × 修正系数 + 加分 (METHODS.md M7, O8)."""
    total = "digits: 2, factor: '1.1 if exporter else 1', bonuses: {x: {title: x, points: 3}}"
    trace = totals(plan_of, total, [(50.0, 40.0, True), (50.0, 40.0, False), (50.0, 40.0, None)], engine)
    assert trace["total"].to_list() == [10200, 9300, None]
    assert trace["factor"].to_list() == [1100000, 1000000, None]


@ENGINES
def test_an_unknown_condition_gives_no_bonus_and_that_is_said(plan_of, engine):
    total = "digits: 1, bonuses: {x: {title: x, points: 3, where: exporter}}, deductions: {y: {title: y, points: 1, where: not exporter}}"
    trace = totals(plan_of, total, [(5.0, 5.0, True), (5.0, 5.0, False), (5.0, 5.0, None)], engine)
    assert trace["total"].to_list() == [130, 90, 100]
    assert trace["bonus__x__unknown"].to_list() == [False, False, True]


@ENGINES
def test_caps_hold_each_addition_and_then_all_of_them(plan_of, engine):
    total = "digits: 1, bonus_cap: '4.5', bonuses: {x: {title: x, points: 3, cap: 2}, y: {title: y, points: 3}}"
    trace = totals(plan_of, total, [(0.0, 0.0, True)], engine)
    assert (trace["bonus__x"].to_list(), trace["bonus__y"].to_list(), trace["total"].to_list()) == (
        [20000],
        [30000],
        [45],
    )


@ENGINES
def test_a_mean_over_what_is_there_needs_its_share_of_weight(plan_of, engine):
    """COINr and the handbook divide by the weights of available indicators (METHODS.md §4)."""
    nodes = "nodes: {n: {take: arithmetic, of: [a, b], weights: {a: 3, b: 1}, missing: available, least_share: '0.5', digits: 2}}\n"
    trace = totals(
        plan_of, "of: [n], digits: 2", [(8.0, 4.0, True), (8.0, None, True), (None, 4.0, True)], engine, nodes
    )
    assert trace["node__n"].to_list() == [700, 800, None]


@ENGINES
def test_numbers_too_large_for_integers_are_still_exact(plan_of, engine):
    """10¹² points × a factor of 10⁶ with six decimals leave 64 bits; the referee decides what floats cannot."""
    total = "digits: 0, take: sum, factor: '1000000.000001', factor_digits: 6, cap: 9000000000000"
    trace = totals(plan_of, total, [(8999999.5, 0.0, True), (1e12, 0.0, True)], engine)
    assert trace["total"].to_list() == [8999999500009, 9000000000000]
