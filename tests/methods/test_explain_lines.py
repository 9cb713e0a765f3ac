"""Explanations of rules without points: the lines of cuts, what the grade is drawn over, criteria to their cells."""

from __future__ import annotations

import polars as pl

from jiqun.methods.exact import evaluate
from jiqun.methods.explanation.explain import explain, render_text

INTENSITY = """
document: rule
populations: {all_firms: {title: 企业, where: scale == "above"}}
measures:
  intensity: {title: 碳强度, formula: emission / value_added, unit: 当量吨/万元, digits: 4, clause: 第三条}
grades:
  all:
    title: 等级
    classes: [低, 中, 高]
    cuts_of: intensity
    cuts: [{grade: 低, at_most: "0.6"}, {grade: 中, more_than: "0.6", at_most: 2}, {grade: 高, more_than: 2}]
"""
TWO_PARTS = """
populations: {all_firms: {title: 企业, where: scale == "above"}}
measures:
  air: {title: 废气占限值, formula: emission, unit: 当量吨, digits: 2}
  rate: {title: 研发占比, formula: rd / revenue, unit: "%", digits: 2}
grades:
  all:
    classes: [好, 差]
    lowest_of:
      - {title: 废气, classes: [好, 差], cuts_of: air, cuts: [{grade: 好, at_most: 50}, {grade: 差, more_than: 50}]}
      - {title: 研发, classes: [好, 差], cuts_of: rate, cuts: [{grade: 好, at_least: 3}, {grade: 差, less_than: 3}]}
"""
CRITERIA = """
document: rule
populations: {all_firms: {title: 企业, where: scale == "above"}}
measures: {rate: {title: 研发占比, formula: rd / revenue, unit: "%", digits: 2}}
criteria:
  enough: {title: 研发占比3%以上, test: rate >= 3, clause: 第五条}
  at_home: {title: 不出口, test: not exporter, clause: 第五条}
requirements: {fit: {all: [enough, at_home]}}
grades: {all: {classes: [是, 否], ladder: {rungs: [{grade: 是, requires: fit}], otherwise: 否}}}
"""
ONLY_POINTS = """
populations: {all_firms: {title: 企业, where: scale == "above"}}
measures: {rate: {title: 研发占比, formula: rd / revenue, unit: "%", digits: 2}}
benchmarks: {base: {title: 基准值, value: 1}, lead: {title: 引领值, value: 5}}
scores: {all: {rate: {weight: 20, digits: 2, between: {low: base, high: lead, start: 0, end: 100, clamp: true}}}}
totals: {all: {digits: 2}}
"""
FIGURES = ("emission", "value_added", "rd", "revenue")


def told(plan, rows, subject="a", **more):
    full = [{"enterprise": chr(97 + place), "scale": "above"} | row for place, row in enumerate(rows)]
    gathered = pl.DataFrame(full, schema_overrides=dict.fromkeys(FIGURES, pl.Float64))
    trace = pl.DataFrame([one.row for one in evaluate(plan, gathered).values()], infer_schema_length=None)
    return explain(plan, trace, gathered, subject, **more)


def test_where_less_is_better_a_grade_ends_at_its_upper_line(plan_of):
    rows = [{"emission": 2.0, "value_added": 1.0}, {"emission": 0.6, "value_added": 1.0}]
    said = told(plan_of(INTENSITY), rows)
    assert [(one.grade, one.count, one.value, one.distance, one.own) for one in said.lines] == [
        ("低", 1, "0.6000", "1.4000", False),
        ("中", 1, "2.0000", "0.0000", True),
        ("高", 0, None, None, False),
    ]
    text = render_text(said)
    assert "低 1 家，线 0.6 当量吨/万元（差 1.4000）" in text and "中 1 家，线 2 当量吨/万元（所在档）" in text


MEAN_LINES = """
populations: {all_firms: {title: 企业, where: scale == "above"}}
measures: {rate: {title: 研发占比, formula: rd / revenue, unit: "%", digits: 2}}
benchmarks: {mean: {title: 平均水平, digits: 4, statistic: {measure: rate, take: mean, over: []}}}
grades: {all: {classes: [A, B], cuts_of: rate, cuts: [{grade: A, at_least: mean}, {grade: B, less_than: mean}]}}
"""


def test_a_line_that_is_a_cohorts_mean_is_told_with_its_name(plan_of):
    rows = [{"rd": rd, "revenue": 100.0} for rd in (2.0, 3.0, 4.0)]
    said = told(plan_of(MEAN_LINES), rows)
    assert [(one.grade, one.count, one.value, one.distance, one.own) for one in said.lines] == [
        ("A", 2, "3.00", "1.00", False),
        ("B", 1, None, None, True),
    ]
    assert "A 2 家，线 3.00%（平均水平）（差 1.00）" in render_text(said)


def test_what_a_grade_is_cut_by_is_told_with_its_figures_and_their_cells(plan_of):
    said = told(
        plan_of(INTENSITY),
        [{"emission": 2.0, "value_added": 1.0}],
        lineage=lambda table, key, column, year: f"碳.xlsx!{column}",
    )
    assert said.figures[0].words == "碳强度：emission 2 当量吨 ÷ value_added 1 万元 = 2.00 当量吨/万元"
    assert "来源：value_added 1 万元 ← 碳.xlsx!value_added" in render_text(said)


def test_the_lines_of_a_lowest_of_grade_are_told_part_by_part(plan_of):
    said = told(plan_of(TWO_PARTS), [{"emission": 40.0, "rd": 2.0, "revenue": 100.0}])
    assert [(one.part, one.grade, one.count, one.value, one.distance) for one in said.lines] == [
        ("废气", "好", 1, "50.00", "-10.00"),
        ("废气", "差", 0, None, None),
        ("研发", "好", 0, "3.00", "1.00"),
        ("研发", "差", 1, None, None),
    ]


def test_a_criterion_says_how_its_measure_was_made_and_what_a_clause_says_once(plan_of):
    rows = [{"rd": 2.0, "revenue": 100.0, "exporter": False}]
    said = told(plan_of(CRITERIA), rows, lineage=lambda table, key, column, year: f"甲.xlsx!{column}")
    text = render_text(said)
    assert "研发占比 = rd 2 万元 ÷ revenue 100 万元 = 2.00%" in text
    assert "来源：rd 2 万元 ← 甲.xlsx!rd" in text
    assert "不出口：满足（“exporter”为否（否））" in text


def test_a_rule_without_grades_does_not_say_that_it_graded(plan_of):
    said = told(plan_of(ONLY_POINTS), [{"rd": 3.0, "revenue": 100.0}])
    text = render_text(said)
    assert "参评（本办法不定档）" in text and "总分 10.00" in text
    assert "引领值：5%（示意）" in text  # the number once, the benchmark by its name


GUARDED = INTENSITY.replace("emission / value_added,", "emission / value_added if value_added >= 0 else missing,")


def test_a_figure_without_value_says_whether_it_divides_by_zero_or_is_not_computed(plan_of):
    plan = plan_of(GUARDED)
    rows = [{"emission": 5.0, "value_added": each} for each in (0.0, -5.0, None, 9.0)]
    assert [told(plan, rows, one).unknown for one in "abc"] == [
        ("碳强度：未知；分母为零",),
        ("碳强度：未知；所需的数都有，按公式这种情形不计算",),
        ("碳强度：未知；缺：value_added",),
    ]


def test_a_criterion_that_cannot_be_judged_over_zero_says_so(plan_of):
    line = told(plan_of(CRITERIA), [{"rd": 5.0, "revenue": 0.0, "exporter": False}])
    assert line.unknown == ("研发占比3%以上：未知；分母为零",)
    assert "  研发占比3%以上：未知（研发占比 缺失 ≥ 3%）；分母为零" in render_text(line)


def test_points_over_zero_are_not_told_as_missing_data(plan_of):
    plan = plan_of(ONLY_POINTS)
    said = told(plan, [{"rd": 3.0, "revenue": 0.0}])
    assert said.items[0].points_words.endswith("得分未知（算不出，得分未知）") and said.items[0].undefined == "分母为零"
    assert "数据缺失" not in render_text(said)
