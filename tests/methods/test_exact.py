"""The exact reading of methods against numbers published in rules and numbers computed by hand from them."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest

from jiqun.methods.exact import evaluate
from jiqun.methods.exact.prepared import average_ranks, normalise, skew_and_kurtosis, winsorise_points, winsorise_share
from jiqun.methods.exact.quota import class_sizes
from jiqun.packs.models.method import Quota
from jiqun.values import plain

NUMBERS = [
    "revenue",
    "main_revenue",
    "output",
    "value_added",
    "tax",
    "profit",
    "assets",
    "liabilities",
    "rd",
    "staff",
    "land",
    "power",
    "energy",
    "water",
    "emission",
    "cod",
]
TEXTS = ["enterprise", "name", "scale", "industry", "district", "park", "landlord", "parcel", "products", "basis"]
SCHEMA = (
    dict.fromkeys(TEXTS, pl.String)
    | dict.fromkeys(NUMBERS, pl.Float64)
    | {"year": pl.Int64, "exporter": pl.Boolean, "production_started_on": pl.Date}
)
ALL = "populations: {all_firms: {title: 全部, where: year == 2022}}\n"


def table(*rows, year=2022):
    """A gathered table: one row per firm, named a, b, c … unless it says otherwise."""
    full = [{"enterprise": chr(97 + index), "year": year, **row} for index, row in enumerate(rows)]
    return pl.DataFrame(full, schema_overrides=SCHEMA, infer_schema_length=None).with_columns(
        [pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items() if all(name not in row for row in full)]
    )


def adjustments(*rows):
    form = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "kind": pl.String,
        "grade": pl.String,
        "steps": pl.Int64,
        "reason": pl.String,
        "document": pl.String,
    }
    return pl.DataFrame([{"year": 2022, **row} for row in rows], schema=form)


def column(results, name):
    return [one.row[name] for one in results.values()]


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
}
BELOW = {"scale": "below", "land": 1.0, "tax": 10.0, "power": 50.0}
BASES = {
    2021: ("26.01", "132.27", "2.54", "4861.08", "17.45", "0.0305", "16.601058", "0.236565"),
    2022: ("24.097", "136.16", "2.694", "4929.81", "18.14", "0.0302", "11.5932", "0.2352"),
}
PARAMETERS = [
    f"huangyan.{name}"
    for name in ("tax", "value_added", "energy", "emission", "labour", "rd", "below_tax", "below_power")
]
ITEMS = (
    "tax_per_mu",
    "value_added_per_mu",
    "value_added_per_energy",
    "value_added_per_emission",
    "labour_productivity",
    "rd_share",
)


def huangyan(plan_of, year):
    return plan_of("huangyan.yaml", parameters=dict(zip(PARAMETERS, BASES[year], strict=True)))


@pytest.mark.parametrize(
    ("year", "points", "total", "below"),
    [
        (2021, (23.0681, 15.1206, 15.7480, 8.2286, 8.5960, 9.8361), "80.5973", "72.3902"),
        (2022, (24.8994, 14.6886, 14.8478, 8.1139, 8.2690, 9.9338), "80.7525", "85.6457"),
    ],
)
def test_one_firm_under_two_editions_of_the_huangyan_rule(plan_of, year, points, total, below):
    results = evaluate(huangyan(plan_of, year), table(ABOVE, BELOW))
    firm = results["a"].row
    assert [round(firm[f"points__{item}"] / 10**6, 4) for item in ITEMS] == list(points)
    assert plain(firm["total"], 4) == total
    assert plain(results["b"].row["total"], 4) == below


def test_points_rounded_to_four_decimals_would_change_the_huangyan_total(plan_of, method_of):
    text = (method_of("huangyan.yaml")).model_dump_json()
    import yaml

    data = yaml.safe_load(text)
    for scores in data["scores"].values():
        for score in scores.values():
            score["digits"] = 4
    plan = plan_of(yaml.safe_dump(_without_none(data)), parameters=dict(zip(PARAMETERS, BASES[2021], strict=True)))
    assert plain(evaluate(plan, table(ABOVE))["a"].row["total"], 4) == "80.5974"


def _without_none(data):
    if isinstance(data, dict):
        return {key: _without_none(value) for key, value in data.items() if value is not None}
    return [_without_none(value) for value in data] if isinstance(data, list) else data


def test_values_equal_to_the_baselines_give_exactly_100(plan_of):
    firm = {"scale": "above", "land": 1.0, "tax": 26.01, "value_added": 132.27, "rd": 0.0305, "main_revenue": 1.0}
    text = """
populations: {above_scale: {title: 规上, where: scale == "above"}}
measures:
  tax_per_mu: {title: t, formula: tax / land, unit: 万元/亩, digits: 4}
  value_added_per_mu: {title: v, formula: value_added / land, unit: 万元/亩, digits: 4}
  rd_share: {title: r, formula: rd / main_revenue, digits: 6}
benchmarks: {a: {value: "26.01"}, b: {value: "132.27"}, c: {value: "0.0305"}}
scores:
  all:
    tax_per_mu: {weight: 50, digits: 6, ratio: {to: a}}
    value_added_per_mu: {weight: 30, digits: 6, ratio: {to: b}}
    rd_share: {weight: 20, digits: 6, ratio: {to: c}}
totals: {all: {digits: 4}}
"""
    assert evaluate(plan_of(text), table(firm))["a"].row["total"] == 1_000_000


def test_a_missing_emission_counts_the_mean_score_of_the_population(plan_of):
    rows = [ABOVE, {**ABOVE, "emission": 0.15}, {**ABOVE, "emission": None}, {**ABOVE, "emission": 0.0}, BELOW]
    results = evaluate(huangyan(plan_of, 2022), table(*rows))
    points = column(results, "points__value_added_per_emission")
    assert points[:2] == [8_113_903, 4_056_951]
    assert points[2] == points[3] == 6_085_427  # (8.113903 + 4.056951) / 2, half-up at six decimals
    assert column(results, "reason__value_added_per_emission") == ["own", "own", "cohort_mean", "cohort_mean", None]


def test_linhai_has_no_cap_and_gives_90_point_3333(plan_of):
    values = {
        "x1": (12, 15, 40),
        "x2": (250, 300, 10),
        "x3": ("2.4", 3, 20),
        "x4": (600, 500, 15),
        "x5": ("0.08", "0.1", 5),
        "x6": (18, 15, 10),
    }
    text = (
        ALL + "measures:\n" + "".join(f"  {k}: {{title: t, formula: '{v[0]}', digits: 4}}\n" for k, v in values.items())
    )
    text += "benchmarks:\n" + "".join(f"  b_{k}: {{value: '{v[1]}'}}\n" for k, v in values.items())
    text += "scores:\n  all:\n" + "".join(
        f"    {k}: {{weight: {v[2]}, digits: 4, ratio: {{to: b_{k}}}}}\n" for k, v in values.items()
    )
    row = evaluate(plan_of(text + "totals: {all: {digits: 4}}"), table({}))["a"].row
    assert [row[f"points__{name}"] for name in values] == [320000, 83333, 160000, 180000, 40000, 120000]
    assert row["total"] == 903_333


def test_jingde_minimum_middle_and_maximum_give_8_24_40(plan_of):
    text = (
        ALL
        + """
measures: {m: {title: t, formula: tax, unit: 万元, digits: 2}}
benchmarks:
  low: {statistic: {measure: m, take: min}}
  high: {statistic: {measure: m, take: max}}
scores: {all: {m: {weight: 40, digits: 2, between: {low: low, high: high, start: 20, end: 100}}}}
"""
    )
    results = evaluate(plan_of(text), table({"tax": 10.0}, {"tax": 20.0}, {"tax": 30.0}))
    assert column(results, "points__m") == [800, 2400, 4000]


def test_lower_is_better_around_the_mean_and_nothing_from_twice_the_mean(plan_of):
    text = (
        ALL
        + """
measures: {m: {title: t, formula: cod, unit: t, digits: 2}}
benchmarks: {mean: {statistic: {measure: m, take: mean}}}
scores: {all: {m: {weight: 4, digits: 2, around: {benchmark: mean}, missing: -3}}}
"""
    )
    results = evaluate(plan_of(text), table({"cod": 0.0}, {"cod": 2.0}, {"cod": 6.0}, {"cod": 8.0}, {"cod": None}))
    assert column(results, "benchmark__mean")[0] == 4_000_000
    assert column(results, "points__m") == [400, 300, 100, 0, -300]
    assert column(results, "reason__m")[-1] == "penalty"


def test_five_level_efficacy_of_the_2003_standard_values(plan_of):
    values = ("109.6", "107.6", "104.7", "98.9", "92.8")
    text = ALL + "measures: {m: {title: t, formula: tax, unit: 万元, digits: 1}}\nbenchmarks:\n"
    text += "".join(f"  s{index}: {{value: '{value}'}}\n" for index, value in enumerate(values))
    text += "scores: {all: {m: {weight: 100, digits: 2, efficacy: {standards: [s0, s1, s2, s3, s4]}}}}"
    asked = (120.0, 109.6, 108.6, 107.6, 104.7, 98.9, 95.9, 92.8, 92.7)
    points = column(evaluate(plan_of(text), table(*({"tax": value} for value in asked))), "points__m")
    assert points == [10000, 10000, 9000, 8000, 6000, 4000, 3016, 2000, 0]


def test_a_boundary_value_takes_the_band_that_says_it_includes_it(plan_of):
    text = (
        ALL
        + """
measures: {debt: {title: 资产负债率, formula: liabilities / assets, unit: "%", digits: 2}}
scores:
  all:
    debt: {digits: 0, bands: [{at_most: 55, points: 10}, {more_than: 55, at_most: 75, points: 5}, {more_than: 75, points: 0}]}
"""
    )
    rows = [{"liabilities": share, "assets": 100.0} for share in (55.0, 55.01, 75.0, 75.004, 75.005, 90.0)]
    assert column(evaluate(plan_of(text), table(*rows)), "points__debt") == [10, 5, 5, 5, 0, 0]


def test_full_years_counted_one_point_per_two_years_up_to_five(plan_of):
    text = (
        ALL
        + """
measures: {niche: {title: 年限, formula: 'years_between(production_started_on, period_end)', unit: 年, digits: 0}}
scores: {all: {niche: {digits: 0, count: {each: 1, every: 2, cap: 5}}}}
"""
    )
    from datetime import date

    days = (date(2021, 1, 1), date(2020, 12, 31), date(2016, 5, 1), date(2000, 1, 1))
    results = evaluate(plan_of(text), table(*({"production_started_on": day} for day in days)))
    assert column(results, "points__niche") == [0, 1, 3, 5]


def test_a_choice_that_is_not_declared_is_unknown_and_never_the_higher(plan_of):
    text = (
        ALL
        + """
measures:
  by_revenue: {title: r, formula: rd / revenue, unit: "%", digits: 2}
  by_cost: {title: c, formula: rd / output, unit: "%", digits: 2}
scores:
  all:
    rd_item:
      digits: 0
      choice:
        by: basis
        options:
          by_revenue: {measure: by_revenue, digits: 0, bands: [{at_least: 6, points: 50}, {at_least: 5, less_than: 6, points: 40}, {less_than: 5, points: 0}]}
          by_cost: {measure: by_cost, digits: 0, bands: [{at_least: 30, points: 50}, {less_than: 30, points: 10}]}
"""
    )
    firm = {"rd": 6.0, "revenue": 100.0, "output": 100.0}
    results = evaluate(
        plan_of(text), table(*({**firm, "basis": basis} for basis in ("by_revenue", "by_cost", None, "other")))
    )
    assert column(results, "points__rd_item") == [50, 10, None, None]
    assert column(results, "reason__rd_item")[2:] == ["undeclared", "undeclared"]


def test_options_add_up_within_their_cap_and_an_unknown_option_is_undeclared(plan_of):
    text = (
        ALL
        + """
scores:
  all:
    quality: {measure: products, digits: 0, options: {points: {奖: 3, 体系: 3, 品牌: 3}, cap: 5, zeroing: [造假]}}
"""
    )
    written = ("奖;体系", "奖", " 体系 、 体系", "", None, "奖;其他", "奖；造假")
    results = evaluate(plan_of(text), table(*({"products": one} for one in written)))
    assert column(results, "points__quality") == [5, 3, 3, 0, None, None, 0]
    assert column(results, "reason__quality")[4:6] == ["undeclared", "undeclared"]


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
