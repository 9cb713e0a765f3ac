"""Every step kind has words in both languages, and the printed rule reads as the rule."""

from __future__ import annotations

import importlib.util
import re
import string
from pathlib import Path
from random import Random

import pytest
import yaml

from jiqun.methods.wording.numbers import interval_text, number_text, share_text
from jiqun.methods.wording.phrases import phrases
from jiqun.methods.wording.rule import candidate_years, pages, plan_text
from jiqun.packs import load
from jiqun.packs.models.method import Method
from jiqun.values import Unit, exact, grouped

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGES = ROOT / "docs" / "reference" / "methods"


def random_method(random):
    specification = importlib.util.spec_from_file_location("equality", HERE / "test_equality.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return yaml.safe_dump(module.method(random), allow_unicode=True, sort_keys=False)


def test_both_languages_of_a_phrase_fill_in_the_same_values():
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    different = {key for key, (zh, en) in phrases().items() if fields(zh) != fields(en)}
    assert different == set()
    assert all(zh and en for key, (zh, en) in phrases().items() if not key.startswith(("period.", "rows.")))


@pytest.mark.parametrize("seed", range(12))
def test_random_methods_of_every_kind_are_said_without_gaps(plan_of, seed):
    plan = plan_of(random_method(Random(seed)), parameters={"std.34": "5", "std.3420": "7.5", "std.44": "0"})
    for language in ("zh", "en"):
        text = plan_text(plan, None, language)
        assert not re.search(r"\bNone\b|[{}]|<jiqun", text), text


BASES = dict(
    zip(
        [
            f"huangyan.{name}"
            for name in ("tax", "value_added", "energy", "emission", "labour", "rd", "below_tax", "below_power")
        ],
        ("24.097", "136.16", "2.694", "4929.81", "18.14", "0.0302", "11.5932", "0.2352"),
        strict=True,
    )
)


def test_the_huangyan_rule_is_printed_with_weights_and_the_baselines_of_the_year(plan_of):
    zh = plan_text(plan_of("huangyan.yaml", parameters=BASES), None)
    assert "| 亩均税收 | tax ÷ land | 万元/亩 | 4 | 30 | 24.097（参数表：huangyan.tax） |  | 示意 |" in zh
    assert "| 合计 |  |  |  | 100 |  |  |  |" in zh
    assert "- 单位排放增加值：单位排放增加值 ÷ 基准值 × 10；缺失时取同类企业该项平均得分" in zh
    assert "以上各项：四舍五入到 6 位小数" in zh  # what holds for every item is said once
    assert (
        "A 20%、B 40%、C 35%、D 5%；比例以参加定档的企业数为基数，累计数四舍五入，末档取其余；分数相同的一起进入较高档"
        in zh
    )
    en = plan_text(plan_of("huangyan.yaml", parameters=BASES), None, "en")
    assert "the population's mean points where missing" in en


@pytest.mark.parametrize(
    ("status", "clause", "mark"),
    [
        ("complete", "第八条", "原文"),
        ("complete", "", "推定"),
        ("partial", "第八条", "原文"),
        ("illustrative", "第八条", "示意"),
    ],
)
def test_every_number_says_where_it_stands(plan_of, status, clause, mark):
    text = f"""
completeness: {status}
populations: {{p: {{title: 全部, where: year > 0}}}}
measures: {{m: {{title: 税收, formula: tax, unit: 万元, digits: 2}}}}
scores: {{all: {{m: {{weight: 100, digits: 2, value: true{f", clause: {clause}" if clause else ""}}}}}}}
"""
    line = next(line for line in plan_text(plan_of(text), None).splitlines() if line.startswith("| 税收 |"))
    assert line.endswith(f"| {clause} | {mark} |")


def test_numbers_and_intervals_as_officers_write_them():
    assert (grouped("1472.36"), grouped("-1234567.5"), grouped("999")) == ("1,472.36", "-1,234,567.5", "999")
    assert number_text(exact("64.5"), 2) == "64.50" and number_text(exact("64.505"), 2) == "64.505"
    assert (share_text("0.05"), share_text("0.125")) == ("5%", "12.5%")
    assert interval_text("55", None, "75", None, "zh", Unit.parse("%")) == "55%及以上、75%及以下"
    assert interval_text(None, "0.6", "0.8", None) == "大于 0.6、不大于 0.8"
    assert interval_text(None, "1000", None, None, "en") == "more than 1,000"
    assert interval_text(None, None, None, None) == "任何数值"


def test_the_years_of_a_rule_are_those_its_dates_name():
    head = {"id": "m", "title": "m", "title_en": "m", "populations": {"p": {"title": "全部", "where": "year > 0"}}}
    assert candidate_years(
        Method.model_validate({**head, "in_force": {"from": "2021-03-01", "to": "2023-12-31"}}), None
    ) == [2023, 2021]
    assert candidate_years(Method.model_validate({**head, "edition": "2014"}), None) == [2014]


def test_the_pages_of_the_methods_are_up_to_date():
    """Write them anew with `jiqun.methods.wording.rule.write_pages(load(packs), folder)`."""
    made = pages(load(ROOT / "packs"))
    there = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    assert {name for name in made if made[name] != there.get(name)} | (there.keys() - made.keys()) == set()


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("sme.specialised.2022", "| 专精特新中小企业：更新信息 | 每年 4 月 30 日以前（2026-03-31 以前，含当日） |"),
        ("sme.specialised.2026", "| 专精特新中小企业：更新信息 | 每年 5 月 31 日以前（2026-04-01 起） |"),
        ("sme.little-giant.2026", "| 专精特新“小巨人”企业：撤销以后 | 3 年内不得再申报 |"),
        ("sme.tech.2017", "| 科技型中小企业：有效期 | 1 年 |"),
        ("green.carbon-code.2021", "大于 0.6、不大于 0.8 的为 2级"),
        ("per-mu.huaian.2024", "在同一区县内按总分由高到低排序定档"),
        ("high-tech.2016", "高新技术企业认定管理工作指引（国科发火〔2016〕195号） 成长性"),
    ],
)
def test_a_page_says_terms_bounds_groups_and_whose_clause_as_the_law_does(page, said):
    assert said in (PAGES / f"{page}.md").read_text("utf-8")


def test_no_blank_stands_between_two_words_of_a_chinese_sentence():
    """Between the parts of a formula one does: 非 经批准暂停, A 且 B."""
    loose = re.compile(r"(?<=[一-龥”])(?<![且或非]) (?=[一-龥“])(?![且或非] )")
    for path in PAGES.glob("*.md"):
        if path.name.endswith(".en.md"):
            continue
        text = path.read_text("utf-8").partition("\n## ")[2]
        for line in text.splitlines():
            for cell in line.split(" | ")[:2]:
                assert not loose.search(cell), (path.name, cell)
