"""Explanations say what decided: the firm's own numbers, lines, clauses, sources, and what is unknown."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.exact import evaluate
from jiqun.methods.explanation.explain import explain, render_text
from jiqun.methods.explanation.restricted import MASKED, restricted_names
from jiqun.problems import ProblemsError
from jiqun.reports.indicators import indicator_sheets
from jiqun.reports.run import Evaluated

METHOD = """
document: rule
populations: {above_scale: {title: 规上, title_en: above scale, where: scale == "above", clause: 第三条}}
exceptions:
  utility: {title: 公用事业, where: industry == "44", effect: exempt, clause: 第四条}
  start_up: {title: 初创, where: park == "start", effect: scored_not_graded, treated_as: B}
measures:
  tax_per_mu: {title: 亩均税收, title_en: tax per mu, formula: tax / land, unit: 万元/亩, digits: 4, clause: 第八条（一）}
  emission_value: {title: 单位排放增加值, formula: value_added / emission, unit: 万元/当量吨, digits: 4}
benchmarks:
  base: {title: 基准, value: "24.097", clause: 附件二}
  mean: {title: 平均, statistic: {measure: emission_value, take: mean}, digits: 4}
scores:
  all:
    tax_per_mu: {weight: 30, digits: 4, ratio: {to: base}, cap_times: "1.5"}
    emission_value: {weight: 10, digits: 4, ratio: {to: mean}, missing: cohort_mean_score}
totals:
  all:
    digits: 2
    clause: 第十二条
    bonuses: {giant: {title: 小巨人, points: "1", where: exporter, clause: 第十四条}}
grades:
  all: {classes: [A, B, C], quota: {shares: {A: "0.34", B: "0.33", C: "0.33"}, clause: 第十二条}}
moves:
  listed: {title: 提档, move: raise, listed: raise, clause: 第十六条}
entitlements:
  relief: {title: 城镇土地使用税减征, grades: [A], amount: 'land * unit(0.5, "万元/亩")', unit: 万元, clause: 第二十条}
  open: {title: 未知项, grades: [A], amount: 'rd', unit: 万元}
"""
FIRMS = [
    {
        "enterprise": "a",
        "name": "云岭精密",
        "scale": "above",
        "tax": 1472.36,
        "land": 64.5,
        "value_added": 8936.0,
        "emission": 1.62,
        "exporter": True,
    },
    {
        "enterprise": "b",
        "name": "乙",
        "scale": "above",
        "tax": 100.0,
        "land": 50.0,
        "value_added": 500.0,
        "emission": None,
        "exporter": None,
    },
    {
        "enterprise": "c",
        "name": "丙",
        "scale": "above",
        "tax": 500.0,
        "land": 10.0,
        "value_added": 500.0,
        "emission": 1.0,
        "exporter": False,
    },
    {
        "enterprise": "d",
        "name": "丁",
        "scale": "above",
        "tax": None,
        "land": 0.0,
        "value_added": 1.0,
        "emission": 1.0,
        "exporter": False,
    },
    {
        "enterprise": "e",
        "name": "戊",
        "scale": "above",
        "industry": "44",
        "tax": 1.0,
        "land": 1.0,
        "value_added": 1.0,
        "emission": 1.0,
        "exporter": False,
    },
    {
        "enterprise": "f",
        "name": "己",
        "scale": None,
        "tax": 1.0,
        "land": 1.0,
        "value_added": 1.0,
        "emission": 1.0,
        "exporter": False,
    },
    {
        "enterprise": "g",
        "name": "庚",
        "scale": "above",
        "park": "start",
        "tax": 10.0,
        "land": 1.0,
        "value_added": 1.0,
        "emission": 1.0,
        "exporter": False,
    },
]


@pytest.fixture
def why(plan_of):
    plan = plan_of(METHOD)
    gathered = pl.DataFrame(
        FIRMS, infer_schema_length=None, schema_overrides=dict.fromkeys(("industry", "park"), pl.String)
    )
    gathered = gathered.with_columns(
        pl.col("industry").fill_null("34"), pl.col("park").fill_null("x"), rd=pl.lit(None, pl.Float64)
    )
    listed = pl.DataFrame(
        [
            {
                "enterprise": "a",
                "year": 2022,
                "kind": "raise",
                "grade": None,
                "steps": None,
                "reason": "上市公司",
                "document": "市经信〔2022〕9号",
            }
        ]
    )
    results = evaluate(plan, gathered, adjustments=listed)
    trace = pl.DataFrame([one.row for one in results.values()], infer_schema_length=None)
    log = [
        {
            "enterprise": line.subject,
            "order": line.order,
            "move": line.move,
            "from": line.from_grade,
            "to": line.to_grade,
            "reason": line.reason,
            "document": line.document,
        }
        for one in results.values()
        for line in one.moves
    ]
    moves = pl.DataFrame(log)

    def explained(subject, **more):
        return explain(plan, trace, gathered, subject, moves=moves, **more)

    return explained


def test_an_indicator_is_said_with_the_firms_own_numbers(why):
    item = why("a").items[0]
    assert item.measure_words == "tax 1,472.36 万元 ÷ land 64.5 亩 = 22.8273 万元/亩"
    assert item.points_words == "得分 = 22.8273 ÷ 24.097 × 30 = 28.4193"
    assert item.benchmarks[0].value == "24.097 万元/亩" and item.benchmarks[0].mark == "示意"
    assert item.clause.clause == "第八条（一）"
    assert why("a", language="en").items[0].points_words == "points = 22.8273 ÷ 24.097 × 30 = 28.4193"


def test_a_capped_item_says_so_instead_of_a_wrong_equation(why):
    item = why("c").items[0]
    assert (item.points, item.reason) == ("45.0000", "capped")
    assert item.points_words == "得分 = 50.00 ÷ 24.097 × 30，超过上限，按上限计 45.0000"
    assert item.bounds == ("最高为权重的 1.5 倍",)


def test_the_missing_rule_that_was_applied_is_said(why):
    item = why("b").items[1]
    assert item.reason == "cohort_mean" and item.missing == ("emission",)
    assert "取同类企业该项平均得分" in item.points_words
    assert item.measure_words.endswith("= 未知")


def test_unknown_is_said_as_unknown_and_never_as_a_grade(why):
    explanation = why("d")
    assert explanation.grade is None and explanation.total is None
    assert explanation.grade_reason == "总分未知，不定档"
    assert explanation.unknown == ("亩均税收：数据缺失，得分未知（tax）",)
    assert explanation.items[0].missing == ("tax",)
    assert "总分未知" in render_text(explanation)


def test_rank_lines_and_distances(why):
    explanation = why("b")
    assert (explanation.rank, explanation.pool_size, explanation.pool) == (3, 3, "规上")
    lines = {line.grade: (line.count, line.value, line.distance, line.own) for line in explanation.lines}
    assert set(lines) == {"A", "B", "C"}
    assert lines["C"][0] == 1 and lines["C"][3] and lines["C"][2] == "0.00"
    assert float(lines["A"][1]) > float(lines["B"][1]) and not lines["A"][2].startswith("-")


def test_a_move_is_told_with_its_document_and_the_grade_before_it(why):
    explanation = why("a")
    assert (explanation.ranked_grade, explanation.grade) == ("A", "A")
    move = explanation.moves[0]
    assert (move.title, move.reason, move.document, move.changed) == ("提档", "上市公司", "市经信〔2022〕9号", False)
    assert move.clause.clause == "第十六条"


def test_entitlements_have_amounts_and_unknown_amounts_are_said(why):
    states = {line.name: (line.state, line.amount, line.unit) for line in why("a").entitlements}
    assert states == {"relief": ("applies", "32.25", "万元"), "open": ("unknown", None, "万元")}


def test_every_input_can_name_its_cell(why):
    asked = []

    def lineage(table, key, column, year):
        asked.append((table, key, column, year))
        return f"税收{year}.xlsx!规上!H118" if column == "tax" else None

    text = render_text(why("a", lineage=lineage))
    assert ("enterprise_year", "a", "tax", 2022) in asked
    assert "来源：tax 1,472.36 万元 ← 税收2022.xlsx!规上!H118" in text


def test_a_result_that_is_not_official_says_trial(why):
    assert render_text(why("a")).splitlines()[1].startswith("【试算】")
    assert "试算" not in render_text(why("a", official=True))
    assert "[Trial]" in render_text(why("a", language="en"))


def test_exempt_unknown_population_and_scored_only_are_explained(why):
    assert why("e").status_words == "免评" and "公用事业" in why("e").status_reason
    assert why("f").unknown == ("“规上”的条件无法判断，缺：scale",)
    only_scored = render_text(why("g"))
    assert "未定档，政策上按 B 对待" in only_scored


def test_an_unknown_bonus_counts_nothing_and_is_not_silent(why):
    bonus = next(line for line in why("b").additions if line.name == "giant")
    assert (bonus.points, bonus.unknown) == ("0.0000", True)
    assert "小巨人：条件或数据未知，暂计 0" in why("b").unknown


def test_a_subject_that_is_not_there_is_a_problem(why):
    with pytest.raises(ProblemsError) as error:
        why("nobody")
    assert [one.code for one in error.value.problems] == ["METHOD-081"]


FEW = """
populations: {all_firms: {title: 全部, where: year > 0}}
measures: {tax_per_mu: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4}}
benchmarks: {peers: {title: 同区平均, digits: 4, statistic: {measure: tax_per_mu, take: mean, over: [district]}}}
scores: {all: {tax_per_mu: {weight: 100, digits: 2, ratio: {to: peers}}}}
totals: {all: {digits: 2}}
criteria: {strong: {title: 同区较强, test: peers_benchmark >= 20}}
"""


@pytest.mark.parametrize(("district", "told"), [("lonely", False), ("pair", False), ("three", True)])
def test_a_mean_of_one_or_two_firms_is_masked_for_who_may_not_see_restricted_figures(
    method_of, contracts, district, told
):
    columns = [
        one.model_copy(update={"sensitivity": "restricted"} if one.name == "tax" else {})
        for one in contracts["enterprise_year"].fields
    ]
    secret = contracts["enterprise_year"].model_copy(update={"fields": tuple(columns)})
    plan = compile_method(method_of(FEW), 2022, contracts={**contracts, "enterprise_year": secret})
    places = ["lonely", "pair", "pair", "three", "three", "three"]
    firms = [
        {"enterprise": f"f{at}", "name": "甲", "district": place, "year": 2022, "tax": 234.5 + len(place), "land": 10.0}
        for at, place in enumerate(places)
    ]
    gathered = pl.DataFrame(firms)
    trace = pl.DataFrame([one.row for one in evaluate(plan, gathered).values()], infer_schema_length=None)
    firm, mean = f"f{places.index(district)}", f"{(234.5 + len(district)) / 10:.2f}"
    seen = explain(plan, trace, gathered, firm, sees_restricted=True)
    assert seen.items[0].benchmarks[0].value == f"{mean} 万元/亩" and mean in seen.criteria[0].words
    masked = explain(plan, trace, gathered, firm, sees_restricted=False)
    told_of = (masked.items[0].benchmarks[0].value, masked.items[0].points_words, masked.criteria[0].words)
    assert [mean in one for one in told_of] == [told] * 3, told_of
    assert [MASKED in one for one in told_of] == [not told, True, not told], told_of
    kept = restricted_names(plan)
    run = Evaluated(plan, trace, gathered, pl.DataFrame(), "run", "snapshot", official=False, hidden=kept)
    row = next(row for row in next(indicator_sheets(run)).rows if row[0] == firm)
    # tax, tax per mu, its points, and the mean of few
    assert row.count(MASKED) == (3 if told else 4) and (float(mean) in row) == told
