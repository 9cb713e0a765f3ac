"""Points by every kind of score, with numbers from rules."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.methods.explanation.explain import render_text

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])


def points(plan_of, score, values, engine="polars", benchmarks="", digits=4, more=""):
    text = "populations: {every: {title: 全部, where: enterprise is not missing}}\n"
    text += f"measures: {{m: {{title: m, formula: tax, unit: 万元, digits: {digits}}}}}\n"
    text += f"benchmarks: {{{benchmarks}}}\nscores: {{all: {{m: {{digits: 4, {score}}}}}}}\n{more}"
    table = pl.DataFrame(
        {"enterprise": [f"{index:02}" for index in range(len(values))], "tax": pl.Series(values, dtype=pl.Float64)}
    )
    trace = evaluate(plan_of(text), {"enterprise_year": table}, engine=engine).trace
    return [None if one is None else one / 10**4 for one in trace["points__m"]], trace["reason__m"].to_list()


@ENGINES
def test_jingde_gives_8_24_and_40_at_least_middle_and_most(plan_of, engine):
    """旌德 2022: w × [20 + 80 × (x − min) ÷ (max − min)] ÷ 100 with w = 40 (METHODS.md §5.4)."""
    low = "low: {statistic: {measure: m, take: min}}, high: {statistic: {measure: m, take: max}}"
    found, _ = points(plan_of, "weight: 40, between: {low: low, high: high, start: 20}", [10, 15, 20], engine, low)
    assert found == [8.0, 24.0, 40.0]


@ENGINES
def test_a_cohort_without_width_has_no_benchmark_unless_the_rule_names_points(plan_of, engine):
    low = "low: {statistic: {measure: m, take: min}}, high: {statistic: {measure: m, take: max}}"
    assert points(plan_of, "between: {low: low, high: high}", [3, 3], engine, low) == (
        [None, None],
        ["no_benchmark"] * 2,
    )
    assert points(plan_of, "between: {low: low, high: high, flat: 60}", [3, 3], engine, low)[0] == [60.0, 60.0]


@ENGINES
def test_lower_is_better_around_the_mean_and_zero_beyond_twice_the_mean(plan_of, engine):
    """(2 − x ÷ mean) × w ÷ 2, and 0 from 2 × mean on (METHODS.md M10, O5)."""
    found, _ = points(plan_of, "weight: 4, around: {benchmark: b}", [0, 50, 100, 200, 250], engine, "b: {value: 100}")
    assert found == [4.0, 3.0, 2.0, 0.0, 0.0]


@ENGINES
def test_the_efficacy_coefficient_is_linear_between_standard_values(plan_of, engine):
    """企业绩效评价标准值 2003 交通运输设备制造: 109.6/107.6/104.7/98.9/92.8, k = 1/.8/.6/.4/.2 (METHODS.md O18)."""
    standards = ", ".join(
        f"s{i}: {{value: '{value}'}}" for i, value in enumerate(("109.6", "107.6", "104.7", "98.9", "92.8"))
    )
    values = [120, 109.6, 108.6, 107.6, 98.9, 92.8, 92.7, None]
    found, reasons = points(
        plan_of, "weight: 100, efficacy: {standards: [s0, s1, s2, s3, s4]}", values, engine, standards
    )
    assert found == [100.0, 100.0, 90.0, 80.0, 40.0, 20.0, 0.0, None]
    assert reasons == ["own"] * 7 + ["missing"]


@ENGINES
def test_a_band_holds_exactly_the_ends_it_names(plan_of, engine):
    """63号: R&D share 10 % 以上 …; open and closed ends are told apart at the rounded measure."""
    bands = "bands: [{at_least: 10, points: 25}, {at_least: 8, less_than: 10, points: 20}, {more_than: 5, less_than: 8, points: 15}]"
    found, reasons = points(plan_of, bands, [10, 9.99995, 9.99994, 8, 5.0001, 5], engine)
    assert found == [25.0, 25.0, 20.0, 20.0, 15.0, None]
    assert reasons[-1] == "no_band"


@ENGINES
def test_points_are_counted_per_full_step_up_to_the_cap(plan_of, engine):
    """63号: one point for every full two years, at most five."""
    found, reasons = points(plan_of, "count: {each: 1, every: 2, cap: 5}", [0, 1.9999, 2, 9.99, 10, 50, -0.5], engine)
    assert found == [0.0, 0.0, 1.0, 4.0, 5.0, 5.0, -1.0]
    assert reasons == ["own"] * 7


@ENGINES
def test_ties_share_the_better_rank(plan_of, engine):
    found, _ = points(plan_of, "weight: 10, rank: {}", [5, 9, 5, 1, None], engine)
    assert found == [6.6667, 10.0, 6.6667, 0.0, None]
    assert points(plan_of, "weight: 10, rank: {}", [5], engine)[0] == [10.0]


@ENGINES
def test_cap_and_floor_come_after_rounding_and_are_told(plan_of, engine):
    score = "weight: 10, ratio: {to: b}, cap_times: '1.5', floor: 0"
    found, reasons = points(plan_of, score, [15.00001, 15.1, -3, 7], engine, "b: {value: 10}", digits=5)
    assert found == [15.0, 15.0, 0.0, 7.0]
    assert reasons == ["own", "capped", "floored", "own"]


@ENGINES
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("unknown", ([5.0, 15.0, None], "missing")),
        ("cohort_mean_score", ([5.0, 15.0, 10.0], "cohort_mean")),
        ("'-3'", ([5.0, 15.0, -3.0], "penalty")),
    ],
)
def test_a_missing_value_counts_as_the_rule_says(plan_of, rule, expected, engine):
    """METHODS.md O9: mean score of the cohort (黄岩), a penalty of three points (M10), or unknown."""
    found, reasons = points(
        plan_of, f"weight: 10, missing: {rule}, ratio: {{to: b}}", [5, 15, None], engine, "b: {value: 10}"
    )
    assert (found, reasons[-1]) == expected


@ENGINES
def test_a_value_that_is_not_positive_gets_the_points_that_the_rule_names(plan_of, engine):
    found, reasons = points(
        plan_of, "weight: 10, not_positive: 0, ratio: {to: b, reversed: true}", [5, 0, -2], engine, "b: {value: 10}"
    )
    assert found == [20.0, 0.0, 0.0]
    assert reasons == ["own", "not_positive", "not_positive"]
    found, reasons = points(plan_of, "weight: 10, ratio: {to: b, reversed: true}", [0], engine, "b: {value: 10}")
    assert (found, reasons) == ([None], ["no_benchmark"])


@ENGINES
def test_a_half_of_points_is_rounded_up_where_floats_would_round_it_down(plan_of, engine):
    """1.005 × 100 ÷ 100 = 1.005 → 1.01 at two decimals, while the float lies below the half."""
    found, _ = points(
        plan_of,
        "weight: 100, value: true, digits: 2".replace("digits: 2", "").rstrip(", "),
        [1.00005, 2.00015],
        engine,
        digits=5,
    )
    assert found == [1.0001, 2.0002]


def test_the_referee_says_how_many_rows_it_looked_at_and_changed(plan_of):
    text = "populations: {every: {title: 全部, where: tax is not missing}}\nmeasures: {m: {title: m, formula: tax / land, unit: 万元/亩, digits: 2}}"
    table = pl.DataFrame({"enterprise": ["a", "b", "c"], "tax": [1.005, 2.01, 3.0], "land": [1.0, 2.0, 7.0]})
    result = evaluate(plan_of(text), {"enterprise_year": table})
    assert result.trace["measure__m"].to_list() == [101, 101, 43]
    assert result.manifest["referee"] == {"measure__m": {"looked_at": 2, "changed": 2}}
    assert result.refereed.rows() == [("a", "measure__m", True), ("b", "measure__m", True)]
    assert result.explain("a").refereed == ("m（已改正）",) and result.explain("c").refereed == ()
    assert "精确复核（靠近舍入线，按分数重算）：m（已改正）" in render_text(result.explain("a"))


def test_linhai_2014_gives_90_3333_because_its_items_are_not_capped(plan_of):
    """临海 2014, more than three mu: (12, 250, 2.4, 600, 0.08, 18) → 32 + 8.3333 + 16 + 18 + 4 + 12 (METHODS.md §5.4)."""
    items = {
        "tax": (40, 15),
        "output": (10, 300),
        "energy": (20, 3),
        "cod": (15, 500),
        "water": (5, "0.1"),
        "staff": (10, 15),
    }
    units = {"tax": "万元", "output": "万元", "energy": "tce", "cod": "t", "water": "t", "staff": "人"}
    text = "populations: {large: {title: 大于3亩, where: tax is not missing}}\nmeasures:\n"
    text += "".join(
        f"  m_{name}: {{title: {name}, formula: {name}, unit: {units[name]}, digits: 4}}\n" for name in items
    )
    text += "benchmarks:\n" + "".join(f"  b_{name}: {{value: '{base}'}}\n" for name, (_, base) in items.items())
    text += "scores:\n  all:\n" + "".join(
        f"    m_{name}: {{weight: {weight}, digits: 6, ratio: {{to: b_{name}}}}}\n"
        for name, (weight, _) in items.items()
    )
    text += "totals: {all: {digits: 4}}\n"
    row = {"enterprise": "a", "tax": 12.0, "output": 250.0, "energy": 2.4, "cod": 600.0, "water": 0.08, "staff": 18}
    assert evaluate(plan_of(text), {"enterprise_year": pl.DataFrame([row])}).trace["total"].to_list() == [903333]


def test_four_digit_points_would_make_80_5974_of_the_huangyan_firm(plan_of):
    """23.0681 + 15.1206 + 15.7480 + 8.2286 + 8.5960 + 9.8361 = 80.5974, while six digits give 80.5973 (METHODS.md §5.4)."""
    values = {
        "a": (30, "20", "26.01"),
        "b": (20, "100", "132.27"),
        "c": (20, "2", "2.54"),
        "d": (10, "4000", "4861.08"),
        "e": (10, "15", "17.45"),
        "f": (10, "0.03", "0.0305"),
    }
    for digits, expected in ((4, 805974), (6, 805973)):
        text = "populations: {every: {title: 全部, where: enterprise is not missing}}\nmeasures:\n"
        text += "".join(
            f"  {name}: {{title: {name}, formula: '{value}', digits: 6}}\n" for name, (_, value, _) in values.items()
        )
        text += "benchmarks:\n" + "".join(f"  b{name}: {{value: '{base}'}}\n" for name, (_, _, base) in values.items())
        text += "scores:\n  all:\n" + "".join(
            f"    {name}: {{weight: {weight}, digits: {digits}, ratio: {{to: b{name}}}}}\n"
            for name, (weight, _, _) in values.items()
        )
        text += "totals: {all: {digits: 4}}\n"
        trace = evaluate(plan_of(text), {"enterprise_year": pl.DataFrame({"enterprise": ["a"]})}).trace
        assert trace["total"].to_list() == [expected]
