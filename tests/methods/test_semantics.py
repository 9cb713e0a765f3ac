"""The reference of step kinds: every example compiles, and the sentence behind it is what the printed rule says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.wording.figures import benchmark_words, input_words, prepared_words
from jiqun.methods.wording.grading import (
    ceiling_words,
    criterion_words,
    entitlement_words,
    exception_words,
    grade_words,
    move_words,
    requirement_words,
    shared_budget_words,
)
from jiqun.methods.wording.scores import score_words
from jiqun.methods.wording.totals import addition_lines, node_words, total_words
from jiqun.methods.wording.voice import Voice
from jiqun.packs import load
from jiqun.packs.models.method import SCORE_KINDS, Method

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "method-semantics.md"
EXAMPLE = re.compile(r"```yaml\n(.*?)```\n> zh: ([^\n]*)\n> en: ([^\n]*)\n", re.DOTALL)
BASE = """
kind: method
id: example
title: 示例
title_en: example
inputs:
  land: {column: land_use.used, title: 用地面积, title_en: land used}
  quality_marks: {column: enterprise.former_names, title: 质量标志, title_en: quality marks}
  declared_basis: {column: enterprise.status, title: 申报口径, title_en: declared basis}
populations: {all_firms: {title: 全部, title_en: all firms, where: year > 0}}
measures:
  tax_per_mu: {title: 亩均税收, title_en: tax per mu, formula: tax / land, unit: 万元/亩, digits: 4}
  rd_share: {title: 研发强度, title_en: R&D share, formula: rd / revenue, unit: "%", digits: 2}
  niche_years: {title: 从业年限, title_en: niche years, formula: 'years_between(production_started_on, period_end)', unit: 年, digits: 0}
benchmarks: {base: {title: 基准值, title_en: benchmark, value: "24.097"}, least: {title: 最低值, title_en: least value, value: "10"}}
scores:
  all:
    tax_per_mu: {weight: 70, digits: 2, ratio: {to: base}}
    rd_share: {weight: 30, digits: 2, ratio: {to: least}}
totals: {all: {digits: 2}}
criteria:
  profitable: {title: 盈利, title_en: profitable, test: profit > 0}
  large: {title: 规模大, title_en: large, test: revenue >= 10000}
grades: {all: {classes: [A, B, C, D], cuts: [{grade: A, at_least: 0}]}}
"""


def examples() -> Iterator[tuple[str, str, str]]:
    for found in EXAMPLE.finditer(PAGE.read_text("utf-8")):
        yield found.group(1), found.group(2), found.group(3)


def spoken(text, language, book):
    """The sentence for the first part of an example."""
    part = yaml.load(text, yaml.CSafeLoader)
    section = next((one for one in ("ceilings", "budgets") if one in part), next(iter(part)))
    data = yaml.load(BASE, yaml.CSafeLoader) | {
        key: value for key, value in part.items() if key not in ("inputs", "measures", "criteria", "benchmarks")
    }
    for key in ("inputs", "measures", "criteria", "benchmarks"):
        data[key] = yaml.load(BASE, yaml.CSafeLoader)[key] | part.get(key, {})
    voice = Voice(compile_method(Method.model_validate(data), 2022, book=book), language, book)
    name = next(iter(part[section]))
    match section:
        case "inputs":
            return input_words(voice, name)
        case "populations":
            return voice.formula(f"populations.{name}.where")
        case "exceptions":
            return exception_words(voice, name)
        case "measures":
            return voice.formula(f"measures.{name}.formula")
        case "prepared":
            return prepared_words(voice, name)
        case "benchmarks":
            return benchmark_words(voice, name)
        case "scores":
            item = next(iter(part["scores"]["all"]))
            return score_words(voice, f"scores.all.{item}", item, voice.plan.score("all_firms", item))
        case "nodes":
            return node_words(voice, name)
        case "totals":
            lines = [*addition_lines(voice, "all_firms", "bonuses"), *addition_lines(voice, "all_firms", "deductions")]
            return voice.joined([total_words(voice, "all_firms"), *lines])
        case "criteria":
            return criterion_words(voice, name)
        case "requirements":
            return requirement_words(voice, name)
        case "grades":
            return grade_words(voice, voice.plan.method.grades["all"])
        case "moves":
            return move_words(voice, name)
        case "ceilings":
            return ceiling_words(voice, name)
        case "budgets":
            return shared_budget_words(voice, name)
        case _:
            return entitlement_words(voice, name)


@pytest.fixture(scope="module")
def book():
    return load(ROOT / "packs")


@pytest.mark.parametrize(("text", "zh", "en"), list(examples()), ids=[str(index) for index, _ in enumerate(examples())])
def test_an_example_of_the_reference_compiles_and_reads_as_written(book, text, zh, en):
    assert spoken(text, "zh", book) == zh
    assert spoken(text, "en", book) == en


def test_the_reference_shows_every_score_kind():
    shown = {kind for text, _, _ in examples() for kind in SCORE_KINDS if f"{kind}:" in text}
    assert shown == set(SCORE_KINDS)
