"""Lint says what compiles but cannot be meant, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiqun.methods.linting.lint import lint_method
from jiqun.methods.loading import load as load_method
from jiqun.packs import load
from jiqun.packs.models.base import Span
from jiqun.problems import by_place

ROOT = Path(__file__).resolve().parents[2]
HEAD = "populations: {p: {title: 全部, where: year > 0}}\nmeasures: {m: {title: m, formula: tax / land, unit: 万元/亩, digits: 2}}\n"
WHOLE = HEAD + "scores: {all: {m: {weight: 100, digits: 2, value: true}}}\n"


def found(method_of, contracts, text, **more):
    return lint_method(method_of(text), None, contracts, **more)


def codes(problems):
    return [one.code for one in problems]


def test_a_sound_method_has_nothing_to_say(method_of, contracts):
    assert found(method_of, contracts, WHOLE + "totals: {all: {digits: 2}}") == ()


BANDS = "scores: {{all: {{m: {{weight: 100, digits: 0, bands: [{}]}}}}}}"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (HEAD + "scores: {all: {m: {weight: 30, digits: 2, value: true}}}\ntotals: {all: {digits: 2}}", "METHOD-100", "30 points together"),
        (HEAD + BANDS.format("{less_than: 1, points: 0}, {more_than: 1, points: 5}"), "METHOD-101", "[1, 1]"),
        (HEAD + BANDS.format("{at_most: 1, points: 0}, {at_least: 1, points: 5}"), "METHOD-102", "[1, 1]"),
        (HEAD + BANDS.format("{at_most: 1, points: 0}, {more_than: 1, points: 5}, {at_least: 9, less_than: 8, points: 3}"), "METHOD-103", "[9, 8)"),
        (WHOLE.replace("measures: {", "measures: {idle: {title: i, formula: rd, unit: 万元, digits: 1}, "), "METHOD-104", "idle in measures"),
        (WHOLE + "benchmarks: {b: {value: 3}}", "METHOD-104", "b in benchmarks"),
        (WHOLE + "criteria: {c: {title: c, test: tax > 0}}", "METHOD-104", "c in criteria"),
        (WHOLE.replace("populations: {", "populations: {q: {title: 先, where: 'year  > 0'}, "), "METHOD-105", "same condition as q"),
        (WHOLE + "totals: {all: {digits: 2}}\ngrades: {all: {classes: [A, B, E], quota: {shares: {A: '0.5', B: '0.5'}}}}", "METHOD-106", "the grade E"),
        (WHOLE + "grades: {all: {classes: [A], cuts_of: m, cuts: [{grade: A, at_least: 0}]}}", "METHOD-068", "(-∞, 0)"),
        (WHOLE.replace("all: {m", "q: {n: {measure: m, digits: 2, value: true}}, all: {m").replace("populations: {", "populations: {q: {title: 另, where: tax > 9}, ") + "grades: {all: {classes: [A], cuts_of: m_points, cuts: [{grade: A, at_most: 0}, {grade: A, more_than: 0}]}}", "METHOD-107", "q is graded by m_points"),
        ("status: in_force\ncompleteness: complete\n" + WHOLE, "METHOD-108", "measures.m"),
        (WHOLE.replace("tax / land", "taxx / land"), "EXPR-010", "taxx"),
        (WHOLE + "totals: {all: {digits: 2}}\nbenchmarks: {t: {statistic: {measure: total, take: mean, period: last}}}", "METHOD-142", "of the total"),
        (WHOLE + "criteria: {c: {title: c, test: 'rd / revenue * unit(100, \"%\") - 15 > 0'}}", "METHOD-141", "15 is 1500 %"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(method_of, contracts, text, code, said):
    problems = found(method_of, contracts, text)
    assert code in codes(problems)
    assert any(said in one.text("en") for one in problems if one.code == code)


def test_a_streak_needs_the_table_of_earlier_grades(method_of, contracts):
    text = WHOLE + "inputs: {years: {streak: {grade: D}}}"
    without = {name: one for name, one in contracts.items() if name != "grade_history"}
    assert "METHOD-120" in codes(found(method_of, without, text))
    assert "METHOD-120" not in codes(found(method_of, contracts, text))


def test_a_rule_for_missing_values_that_cannot_be_missing_is_noticed(method_of, contracts):
    table = contracts["enterprise_year"]
    fields = tuple(
        one.model_copy(update={"constraints": one.constraints.model_copy(update={"required": True})})
        if one.name == "tax"
        else one
        for one in table.fields
    )
    strict = {**contracts, "enterprise_year": table.model_copy(update={"fields": fields})}
    text = (
        WHOLE.replace("tax / land", "tax").replace("万元/亩", "万元").replace("value: true", "value: true, missing: 0")
    )
    assert codes(found(method_of, strict, text)) == ["METHOD-122"]
    assert codes(found(method_of, contracts, text)) == []


def test_problems_stand_at_the_line_of_the_file():
    book = load(ROOT / "packs", pack_ids=["zhejiang"])
    loaded = load_method("per-mu.huangyan", book)
    wider = loaded.method.model_copy(
        update={"in_force": Span.model_validate({"from": "2015-01-01", "to": "2022-12-31"})}
    )
    problems = [one for one in lint_method(wider, book, at=loaded.at) if one.code == "METHOD-109"]
    assert len(problems) == 8 and all("2015" in one.text("zh") for one in problems)
    assert all(one.place.file.endswith("per-mu-huangyan.yaml") and one.place.line for one in problems)


def test_no_method_of_the_packs_has_an_error():
    book = load(ROOT / "packs")
    for one in book.objects("method"):
        loaded = load_method(one.id, book, one.model.edition)
        errors = [each for each in lint_method(loaded.method, book, at=loaded.at) if each.severity == "error"]
        assert by_place(errors) == ()


def test_a_year_without_a_calendar_of_working_days_is_told(method_of, contracts):
    book = load(ROOT / "packs", pack_ids=["national"])
    late = "working_days_between('2024-09-30', period_end)"
    text = WHOLE + f'measures: {{m: {{title: m, formula: "{late}", unit: 天, digits: 0}}}}'
    text = text.replace("measures: {m: {title: m, formula: tax / land, unit: 万元/亩, digits: 2}}\n", "")
    told = [codes(lint_method(method_of(text), book, contracts, period=year)) for year in (2025, 2031)]
    assert told == [[], ["METHOD-124"]]


def test_bands_need_not_hold_what_the_column_cannot(method_of, contracts):
    """A share of 0 to 100 % has no band below 0 and none above 100; between two bands one may still be missing."""
    table = contracts["enterprise_year"]
    limits = {"minimum": "0", "maximum": "100"}
    fields = tuple(
        one.model_copy(update={"constraints": one.constraints.model_copy(update=limits)}) if one.name == "tax" else one
        for one in table.fields
    )
    held = {**contracts, "enterprise_year": table.model_copy(update={"fields": fields})}
    text = (
        "populations: {a: {title: 全部, where: year > 0}}\nmeasures: {m: {title: t, formula: tax, unit: 万元, digits: 2}}\n"
        + BANDS.format("{at_least: 0, at_most: 60, points: 0}, {more_than: 60, at_most: 100, points: 5}")
    )
    assert "METHOD-101" not in codes(found(method_of, held, text))
    gaps = found(method_of, held, text.replace("more_than: 60", "more_than: 70"))
    assert [str(one.values["gap"]) for one in gaps if one.code == "METHOD-101"] == ["(60, 70]"]
