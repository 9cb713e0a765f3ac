"""The shortest way in: a method by id or file, evaluated, explained."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from jiqun import methods
from jiqun.problems import ProblemsError

PACK = "id: small\ntitle: 小\ntitle_en: small\njurisdiction: '331003'\nversion: '1'\n"
TABLE = """
kind: table
id: enterprise_year
title: 年度
title_en: year
fields:
  - {name: enterprise, title: 企业, title_en: enterprise, type: string}
  - {name: name, title: 名称, title_en: name, type: string}
  - {name: year, title: 年, title_en: year, type: integer}
  - {name: tax, title: 税收, title_en: tax, type: number, unit: 万元}
  - {name: land, title: 用地, title_en: land, type: number, unit: 亩}
"""
PARAMETER = """
kind: parameter
id: base.tax
title: 基准
title_en: base
unit: 元/平方米
values:
  - {value: "361.455", from: 2022-01-01, to: 2022-12-31, clause: 附件2}
"""
METHOD = """
kind: method
id: per-mu
title: 亩均
title_en: per mu
populations: {every: {title: 全部, where: enterprise is not missing}}
measures: {m: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4}}
benchmarks: {b: {parameter: base.tax, digits: 4}}
scores: {all: {m: {weight: 30, digits: 4, ratio: {to: b}}}}
totals: {all: {digits: 2}}
grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 20}, {grade: B, less_than: 20}]}}
"""
FIRMS = pl.DataFrame({"enterprise": ["a", "b"], "name": ["甲", "乙"], "tax": [1000.0, 100.0], "land": [50.0, 50.0]})


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    for name, text in (("pack", PACK), ("table", TABLE), ("parameter", PARAMETER), ("method", METHOD)):
        (tmp_path / "small" / f"{name}.yaml").parent.mkdir(exist_ok=True)
        (tmp_path / "small" / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_a_method_is_loaded_by_id_evaluated_and_explained(pack):
    result = methods.load("per-mu", packs=pack).evaluate({"enterprise_year": FIRMS}, period=2022)
    assert result.plan.fixed["b"].scaled == 240970  # 361.455 元/㎡ = 24.097 万元/亩
    assert result.grades.select("enterprise", "total", "grade").rows() == [("a", 24.9, "A"), ("b", 2.49, "B")]
    assert result.explain("a").name == "甲"
    assert result.next("b").ways


def test_an_explanation_from_a_notebook_counts_the_whole_cohort_and_says_what_stood_in_for_a_small_one(pack):
    own = """  b: {title: 行业平均, digits: 4, statistic: {measure: m, take: mean, over: [name], smallest_cohort: 3, otherwise: c}}
  c: {title: 全市平均, digits: 4, statistic: {measure: m, take: mean}}
"""
    text = METHOD.replace("benchmarks: {b: {parameter: base.tax, digits: 4}}", "benchmarks:\n" + own.rstrip("\n"))
    (pack / "small" / "method.yaml").write_text(text, "utf-8")
    firms = pl.DataFrame({"enterprise": list("abcde"), "name": list("甲甲甲乙乙"), "tax": [300.0] * 3 + [100.0] * 2})
    result = methods.load("per-mu", packs=pack).evaluate(
        {"enterprise_year": firms.with_columns(land=50.0)}, period=2022
    )
    said = [result.explain(one).items[0].benchmarks[0].cohort for one in "ad"]
    assert said == ["甲，3 家", "乙，2 家，不足 3 家，改用全市平均（5 家）"]
    assert result.explain("d").items[0].benchmarks[0].value == "4.40 万元/亩"  # (3 × 6 + 2 × 2) ÷ 5


def test_a_method_file_outside_the_packs_is_loaded_by_its_path(pack, tmp_path):
    file = tmp_path / "draft.yaml"
    file.write_text(METHOD.replace("id: per-mu", "id: draft"), "utf-8")
    assert (
        methods.load(file, packs=pack).evaluate({"enterprise_year": FIRMS}, period=2022).manifest["method"]["id"]
        == "draft"
    )


def test_a_fault_of_a_method_is_told_at_file_and_line(pack):
    (pack / "small" / "method.yaml").write_text(METHOD.replace("tax / land", "tax / lnd"), "utf-8")
    with pytest.raises(ProblemsError) as error:
        methods.load("per-mu", packs=pack).plan(2022)
    place = error.value.problems[0].place
    assert (place.file, place.line) == ("small/method.yaml", 7)


@pytest.mark.parametrize(
    ("method", "period", "code"),
    [
        ("per-muu", 2022, "METHOD-033"),
        ("nowhere.yaml", 2022, "METHOD-033"),
        ("per-mu", "2022-03", "METHOD-032"),
        ("per-mu", 2023, "METHOD-016"),
    ],
)
def test_what_does_not_exist_is_told_with_its_problem(pack, method, period, code):
    with pytest.raises(ProblemsError) as error:
        methods.load(method, packs=pack).plan(period)
    assert [one.code for one in error.value.problems] == [code]


def test_a_fault_speaks_the_language_of_the_environment_and_english_where_none_is_named(monkeypatch):
    with pytest.raises(ProblemsError) as error:
        methods.load("per-mu.huangya")
    monkeypatch.setenv("JIQUN_LANG", "zh")
    assert "没有编号为 per-mu.huangya 的办法" in str(error.value)
    monkeypatch.delenv("JIQUN_LANG")
    assert "There is no method per-mu.huangya" in str(error.value)
