"""The nearest way up: the smallest change of one figure, checked by evaluating the whole population again."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate as columnar
from jiqun.methods.exact import evaluate
from jiqun.methods.explanation.movable import digits_of, movable
from jiqun.methods.explanation.nearest import nearest

FORM = dict.fromkeys(("enterprise", "scale", "industry", "district", "park"), pl.String) | dict.fromkeys(("tax", "land", "value_added", "energy", "emission", "staff", "rd", "main_revenue", "power", "revenue", "profit"), pl.Float64)  # fmt: skip


def firms(*rows):
    full = [{"enterprise": chr(97 + index), "scale": "above", **row} for index, row in enumerate(rows)]
    return pl.DataFrame(full, schema=FORM)


def traced(plan, gathered):
    return pl.DataFrame([one.row for one in evaluate(plan, gathered).values()], infer_schema_length=None)


QUOTA = """
populations: {above: {title: 规上, where: scale == "above"}}
measures:
  tax_per_mu: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4}
  labour: {title: 劳产率, formula: value_added / staff, unit: 万元/人, digits: 4}
benchmarks: {a: {value: "24.097"}, b: {value: "18.14"}}
scores:
  all:
    tax_per_mu: {weight: 60, digits: 4, ratio: {to: a}, cap_times: "1.5"}
    labour: {weight: 40, digits: 4, ratio: {to: b}, cap_times: "2"}
totals:
  all: {digits: 2, deductions: {fine: {title: 处罚, points: "2", where: park == "fined"}}}
grades: {all: {classes: [A, B, C], quota: {shares: {A: "0.34", B: "0.33", C: "0.33"}, ties: {then: THEN}}}}
"""
POPULATION = firms(
    {"tax": 1472.36, "land": 64.5, "value_added": 8936.0, "staff": 412.0, "park": "fined"},
    {"tax": 1900.0, "land": 70.0, "value_added": 9000.0, "staff": 400.0, "park": "x"},
    {"tax": 1000.0, "land": 60.0, "value_added": 5000.0, "staff": 300.0, "park": "x"},
)


@pytest.mark.parametrize("then", ["better", "worse"])
def test_the_change_reaches_and_one_unit_less_does_not(plan_of, then):
    plan = plan_of(QUOTA.replace("THEN", then))
    trace = traced(plan, POPULATION)
    assert trace["grade"].to_list() == ["B", "A", "C"]
    result = nearest(plan, trace, POPULATION, "a")
    assert result.trial and result.wanted == "A" and result.not_advised == ("staff",)
    ways = {way.input: way for way in result.ways}
    assert set(ways) == {"tax", "land", "value_added"}
    for way in ways.values():
        assert grade_with(plan, "a", way.input, way.needed) == "A" == way.grade
        unit = Fraction(1, 10**way.digits) * (1 if way.change > 0 else -1)
        assert grade_with(plan, "a", way.input, way.needed - unit) == "B"
    assert ways["land"].change < 0 < ways["tax"].change
    assert ways["land"].figures == ("tax_per_mu",)


@pytest.mark.parametrize("then", ["better", "worse"])
def test_where_a_group_has_one_place_the_change_passes_the_other_of_the_group(plan_of, then):
    """Two places, one for each park at most: a and b are of one park and b is ahead, so the second goes to c."""
    limit = '{A: "0.67", B: "0.17", C: "0.16"}, per_group: {by: park, most: {A: 1}}'
    plan = plan_of(QUOTA.replace('{A: "0.34", B: "0.33", C: "0.33"}', limit).replace("THEN", then))
    parks = POPULATION.with_columns(park=pl.Series(["x", "x", "y"]))
    trace = traced(plan, parks)
    assert trace["grade"].to_list() == ["B", "A", "A"]
    assert trace["grade__reason"].to_list() == ["group_full", None, None]
    result = nearest(plan, trace, parks, "a")
    assert {way.input for way in result.ways} == {"tax", "land", "value_added"}
    for way in result.ways:
        assert grade_with(plan, "a", way.input, way.needed, parks) == "A" == way.grade
        unit = Fraction(1, 10**way.digits) * (1 if way.change > 0 else -1)
        assert grade_with(plan, "a", way.input, way.needed - unit, parks) == "B"


def grade_with(plan, subject, column, value, everybody=POPULATION):
    changed = everybody.with_columns(
        pl.when(pl.col("enterprise") == subject).then(float(value)).otherwise(pl.col(column)).alias(column)
    )
    return evaluate(plan, changed)[subject].grade


def test_withdrawing_a_deduction_is_a_way_where_it_is_enough(plan_of):
    plan = plan_of(QUOTA.replace("THEN", "better"))
    close = POPULATION.with_columns(
        tax=pl.when(pl.col("enterprise") == "b").then(1520.0).otherwise(pl.col("tax")),
        value_added=pl.when(pl.col("enterprise") == "b").then(8950.0).otherwise(pl.col("value_added")),
    )
    trace = traced(plan, close)
    way = next(way for way in nearest(plan, trace, close, "a").ways if way.kind == "deduction")
    own = trace.filter(pl.col("enterprise") == "a")["total"][0]
    assert (way.input, way.now, way.needed) == ("fine", 2, 0)
    assert way.total * 100 == own + 200 and way.rank == 1


def test_kinds_that_are_no_better_or_worse_give_no_advice_up_or_down(plan_of):
    cuts = "cuts_of: labour, cuts: [{grade: 国家, at_least: 20}, {grade: 省级, less_than: 20}]"
    kinds = QUOTA[: QUOTA.index("grades:")] + f"grades: {{all: {{classes: [国家, 省级], classes_are: kinds, {cuts}}}}}"
    plan = plan_of(kinds)
    result = nearest(plan, traced(plan, POPULATION), POPULATION, "c")
    assert (result.grade, result.reason, result.wanted, result.ways) == ("省级", "kinds", None, ())


def test_nobody_is_advised_to_rise_while_it_is_open_whether_he_may_be_graded(plan_of):
    unless = "exceptions: {out: {title: 出, unless: sound, effect: scored_not_graded}}\ncriteria: {sound: {title: 有研发, test: rd > 0}}\n"
    plan = plan_of(QUOTA.replace("THEN", "better") + unless)
    everybody = POPULATION.with_columns(rd=pl.Series([None, 1.0, 0.0]))
    trace = traced(plan, everybody)
    assert trace["grade__reason"].to_list() == ["could_be:C", None, "scored"]  # two are ranked: half-up 0.68 and 1.34
    assert nearest(plan, trace, everybody, "a").reason == "grade_unknown"
    assert nearest(plan, trace, everybody, "c").reason == "not_graded"


def test_a_capped_figure_is_out_of_reach(plan_of):
    plan = plan_of(QUOTA.replace("THEN", "better").replace('cap_times: "1.5"}', "cap: 41}"))
    trace = traced(plan, POPULATION)
    result = nearest(plan, trace, POPULATION, "c")
    assert result.wanted == "B"
    assert set(result.out_of_reach) | {way.input for way in result.ways} == {"tax", "land", "value_added"}
    assert result.out_of_reach


def test_the_best_grade_has_no_better_one(plan_of):
    plan = plan_of(QUOTA.replace("THEN", "better"))
    result = nearest(plan, traced(plan, POPULATION), POPULATION, "b")
    assert (result.reason, result.ways) == ("best", ())


def test_a_cut_needs_exactly_the_cut(plan_of):
    plan = plan_of(
        "populations: {all_firms: {title: 全部, where: scale == 'above'}}\n"
        "measures: {m: {title: t, formula: tax, unit: 万元, digits: 2}}\n"
        "scores: {all: {m: {digits: 2, value: true}}}\ntotals: {all: {digits: 1}}\n"
        "grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 60}, {grade: B, less_than: 60}]}}"
    )
    gathered = firms({"tax": 59.9})
    way = nearest(plan, traced(plan, gathered), gathered, "a").ways[0]
    assert way.needed == Fraction("59.95") and way.total == 60  # 59.95 → 60.0 by half-up; 59.94 → 59.9


def test_a_figure_that_the_grade_is_cut_by_without_points_can_be_changed_too(plan_of):
    """Carbon intensity: 2000 t over 10 million yuan is 2; low carbon is 0.6 or less, so 600 t, or 3333.34."""
    plan = plan_of(
        "populations: {all_firms: {title: 全部, where: scale == 'above'}}\n"
        "measures: {intensity: {title: 强度, formula: emission / value_added, unit: 当量吨/万元, digits: 6}}\n"
        "grades: {all: {classes: [低, 中], cuts_of: intensity, "
        'cuts: [{grade: 低, at_most: "0.6"}, {grade: 中, more_than: "0.6"}]}}'
    )
    gathered = firms({"emission": 2000.0, "value_added": 1000.0})
    ways = {way.input: way for way in nearest(plan, traced(plan, gathered), gathered, "a").ways}
    assert {name: way.needed for name, way in ways.items()} == {"emission": 600, "value_added": Fraction("3333.34")}
    assert {way.grade for way in ways.values()} == {"低"}


def test_one_criterion_short_of_a_rung_is_one_change_away(plan_of):
    plan = plan_of(
        """
populations: {all_firms: {title: 全部, where: scale == "above"}}
criteria:
  size: {title: 收入, test: revenue >= 2000}
  profit: {title: 盈利, test: profit > 0}
requirements: {fit: {all: [size, profit]}}
grades: {all: {classes: [是, 否], ladder: {rungs: [{grade: 是, requires: fit}], otherwise: 否}}}
"""
    )
    gathered = firms({"revenue": 1999.99, "profit": 5.0}, {"revenue": 1999.99, "profit": -5.0})
    trace = traced(plan, gathered)
    assert [(way.input, way.needed, way.grade) for way in nearest(plan, trace, gathered, "a").ways] == [
        ("revenue", 2000, "是")
    ]
    assert nearest(plan, trace, gathered, "b").ways == ()  # two short: no single change is enough


def test_of_several_rungs_the_next_one_is_advised_and_not_the_highest(plan_of):
    plan = plan_of(
        """
populations: {all_firms: {title: 全部, where: scale == "above"}}
criteria: {basic: {title: 基础, test: revenue >= 100}, best: {title: 最好, test: revenue >= 9000}}
grades:
  all:
    classes: [优, 良, 无]
    ladder: {rungs: [{grade: 优, requires: best}, {grade: 良, requires: basic}], otherwise: 无}
"""
    )
    gathered = firms({"revenue": 50.0})
    result = nearest(plan, traced(plan, gathered), gathered, "a")
    assert result.wanted == "良" and [one.criterion for one in result.lacking] == ["basic"]
    assert [(way.needed, way.grade) for way in result.ways] == [(100, "良")]


def test_what_is_lacking_on_a_ladder_and_how_to_get_there(plan_of):
    plan = plan_of(
        """
populations: {all_firms: {title: 全部, where: scale == "above"}}
measures: {intensity: {title: 强度, formula: rd / revenue, unit: "%", digits: 2}}
criteria:
  rd_share: {title: 研发强度, test: 'intensity >= 3'}
  size: {title: 收入, test: revenue >= 10000}
  profit: {title: 盈利, test: profit > 0}
requirements: {giant: {all: [rd_share, size, profit]}}
grades: {all: {classes: [是, 否], ladder: {rungs: [{grade: 是, requires: giant}], otherwise: 否}}}
"""
    )
    gathered = firms({"rd": 239.0, "revenue": 8000.0, "profit": None})
    result = nearest(plan, traced(plan, gathered), gathered, "a")
    assert result.wanted == "是"
    lacking = {one.criterion: one for one in result.lacking}
    assert lacking["size"].ways[0].change == 2000
    assert {way.input: way.change for way in lacking["rd_share"].ways} == {
        "rd": Fraction("0.6"),
        "revenue": Fraction("-20.04"),
    }
    assert lacking["profit"].verdict == "unknown" and lacking["profit"].missing == ("profit",)


def test_staff_is_never_advised_unless_asked(plan_of):
    plan = plan_of(QUOTA.replace("THEN", "better"))
    assert "staff" in movable(plan, "above") and digits_of(plan, "staff") == 2
    trace = traced(plan, POPULATION)
    assert "staff" in {way.input for way in nearest(plan, trace, POPULATION, "a", not_advised=()).ways}


def test_one_that_is_not_graded_gets_no_advice(plan_of):
    plan = plan_of(QUOTA.replace("THEN", "better"))
    gathered = POPULATION.with_columns(scale=pl.lit("below"))
    assert nearest(plan, traced(plan, gathered), gathered, "a").reason == "not_graded"


LADDERS = """
populations: {above: {title: 规上, where: scale == "above"}}
criteria:
  heat_1: {title: 能耗1级, test: energy <= 100}
  heat_2: {title: 能耗2级, test: energy <= 107}
  power_1: {title: 电耗1级, test: power <= 48}
  power_2: {title: 电耗2级, test: power <= 57}
grades:
  all:
    classes: [一级, 二级, 超限]
    lowest_of:
      - {title: 能耗, classes: [一级, 二级, 超限], ladder: {rungs: [{grade: 一级, requires: heat_1}, {grade: 二级, requires: heat_2}], otherwise: 超限}}
      - {title: 电耗, classes: [一级, 二级, 超限], ladder: {rungs: [{grade: 一级, requires: power_1}, {grade: 二级, requires: power_2}], otherwise: 超限}}
"""


def test_of_several_ladders_the_one_that_holds_the_grade_down_is_advised(plan_of):
    plan, one = plan_of(LADDERS), firms({"energy": 100.0, "power": 48.5})
    found = nearest(plan, traced(plan, one), one, "a")
    assert [(way.input, way.needed, way.grade) for way in found.ways] == [("power", Fraction(48), "一级")]
    assert [line.criterion for line in found.lacking] == ["power_1"]


def test_where_a_ladder_is_open_it_says_which_figure_is_missing(plan_of):
    plan, one = plan_of(LADDERS), firms({"energy": 100.0, "power": None})
    found = nearest(plan, traced(plan, one), one, "a")
    assert [(line.criterion, line.verdict, line.missing) for line in found.lacking] == [
        ("power_2", "unknown", ("power",))
    ]


def test_what_nobody_can_change_is_never_advised(method_of, contracts):
    table = contracts["enterprise_year"]
    fields = tuple(one.model_copy(update={"changeable": one.name != "power"}) for one in table.fields)
    fixed = {**contracts, "enterprise_year": table.model_copy(update={"fields": fields})}
    plan, one = compile_method(method_of(LADDERS), 2022, contracts=fixed), firms({"energy": 101.0, "power": 48.5})
    found = nearest(plan, traced(plan, one), one, "a")
    assert not found.ways and {way.input for line in found.lacking for way in line.ways} == {"energy"}


SHARE = """
populations: {above: {title: 规上, where: scale == "above"}}
measures: {rate: {title: 研发占比, formula: rd / revenue, unit: "%", digits: 2}}
scores: {all: {rate: {weight: 100, digits: 2, value: true}}}
totals: {all: {digits: 2}}
grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 5}, {grade: B, less_than: 5}]}}
"""


def test_nobody_is_advised_to_make_a_size_of_its_own_smaller(method_of, contracts):
    table = contracts["enterprise_year"]
    fields = [one.model_copy(update={"size": one.name == "revenue"}) for one in table.fields]
    known = {**contracts, "enterprise_year": table.model_copy(update={"fields": tuple(fields)})}
    plan = compile_method(method_of(SHARE), 2022, contracts=known)
    rows = firms({"rd": 3.0, "revenue": 100.0})
    result = nearest(plan, traced(plan, rows), rows, "a")
    assert [(way.input, way.needed) for way in result.ways] == [("rd", 5)]
    assert result.not_advised == ("revenue",) and result.out_of_reach == ()


LAST_YEAR = """
populations: {above: {title: 规上, where: scale == "above"}}
measures: {m: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 2}}
benchmarks: {b: {title: 上年平均, digits: 2, statistic: {measure: m, take: mean, period: last}}}
scores: {all: {m: {weight: 100, digits: 2, ratio: {to: b}}}}
totals: {all: {digits: 2}}
grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 50}, {grade: B, less_than: 50}]}}
"""


def test_where_the_total_is_unknown_that_is_said_with_what_is_missing_and_no_way_is_called_too_short(plan_of):
    rows = firms({"tax": 30.0, "land": 10.0}).with_columns(year=2022)
    run = columnar(plan_of(LAST_YEAR), {"enterprise_year": rows})
    told = run.next("a")
    assert (told.reason, told.unknown, told.out_of_reach, told.ways) == ("total_unknown", ("m",), (), ())
    assert run.explain("a").unknown == (
        "亩均税收：没有可用的基准值，得分未知（缺 2021 年的数据：enterprise_year里没有这一期的行，或这一期没有亩均税收）",
    )
    run = columnar(plan_of(LAST_YEAR), {"enterprise_year": rows.with_columns(tax=pl.lit(None, pl.Float64))})
    assert run.explain("a").unknown == ("亩均税收：数据缺失，得分未知（tax）",)


def test_figures_of_earlier_years_are_past_and_nobody_is_told_to_change_them(plan_of):
    """Growth of 10 % is reached by more tax this year; less of it last year would do in the formula only."""
    plan = plan_of(
        "populations: {every: {title: 全部, where: enterprise is not missing}}\n"
        "inputs: {tax_before: {column: tax, earlier: 1}}\n"
        'measures: {growth: {title: 增长, formula: tax / tax_before - 1, unit: "%", digits: 2}}\n'
        "grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 10}, {grade: B, less_than: 10}], cuts_of: growth}}\n"
    )
    firms = pl.DataFrame({"enterprise": ["a", "a"], "year": [2022, 2021], "tax": [105.0, 100.0]})
    result = columnar(plan, {"enterprise_year": firms})
    told = nearest(plan, result.trace, result.gathered, "a")
    assert [(way.input, way.needed) for way in told.ways] == [("tax", 110)]
    assert "tax_before" in told.not_advised


WORSE_OF_TWO = """
populations: {all_firms: {title: 企业, where: scale == "above"}}
measures: {gas: {title: 废气, formula: tax, unit: 万元, digits: 2}, sewage: {title: 废水, formula: profit, unit: 万元, digits: 2}}
grades:
  all:
    classes: [绿, 黄, 红]
    lowest_of:
      - {title: 气, classes: [绿, 黄, 红], cuts_of: gas, cuts: [{grade: 绿, at_most: 50}, {grade: 黄, more_than: 50, at_most: 100}, {grade: 红, more_than: 100}]}
      - {title: 水, classes: [绿, 黄, 红], cuts_of: sewage, cuts: [{grade: 绿, at_most: 50}, {grade: 黄, more_than: 50, at_most: 100}, {grade: 红, more_than: 100}]}
"""


def test_who_has_no_grade_yet_is_never_advised_to_spoil_a_figure(plan_of):
    """With the air unknown, foul water alone would settle the grade as the worst: that is a grade, but no advice."""
    plan = plan_of(WORSE_OF_TWO)
    gathered = firms({"profit": 30.0}, {"tax": 60.0, "profit": 30.0})
    trace = traced(plan, gathered)
    result = nearest(plan, trace, gathered, "a")
    assert (result.grade, result.ways, result.out_of_reach, result.reason) == (None, (), (), "grade_unknown")
    (way,) = nearest(plan, trace, gathered, "b").ways
    assert (way.input, way.needed, way.grade) == ("tax", 50, "绿")


ALTERNATIVES = """
populations: {all_firms: {title: 企业, where: scale == "above"}}
criteria:
  taxed: {title: 税收, test: tax >= 10}
  earning: {title: 利润, test: profit >= 10}
  awarded: {title: 奖, test: rd >= 10}
requirements: {either: {any: [earning, awarded]}, fit: {all: [taxed, either]}}
grades: {all: {classes: [是, 否], ladder: {rungs: [{grade: 是, requires: fit}], otherwise: 否}}}
"""


def test_an_alternative_that_is_met_asks_for_none_of_its_other_parts(plan_of):
    plan = plan_of(ALTERNATIVES)
    gathered = firms({"tax": 9.0, "profit": 10.0, "rd": 0.0}, {"tax": 10.0, "profit": 9.0, "rd": 0.0})
    trace = traced(plan, gathered)
    assert [one.criterion for one in nearest(plan, trace, gathered, "a").lacking] == ["taxed"]
    assert [one.criterion for one in nearest(plan, trace, gathered, "b").lacking] == ["earning", "awarded"]
