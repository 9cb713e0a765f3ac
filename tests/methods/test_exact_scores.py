"""The exact reading of scores against numbers published in rules and numbers computed by hand from them."""

from __future__ import annotations

import pytest
from tests.methods.gathered_rows import ALL, column, table

from jiqun.methods.exact import evaluate
from jiqun.values import plain

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

    data = yaml.load(text, yaml.CSafeLoader)
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
