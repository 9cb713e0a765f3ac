"""Inputs from other tables and periods: joined, rolled up, certified, counted in a row; missing is never zero."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jiqun.engines.polars_engine import PolarsEngine
from jiqun.methods.columns.tables import Tables
from jiqun.methods.evaluate import evaluate
from jiqun.problems import ProblemsError

FIRMS = pl.DataFrame(
    {
        "enterprise": ["a", "b", "c", "a", "b"],
        "year": [2022, 2022, 2022, 2021, 2021],
        "tax": [10.0, 20.0, 30.0, 8.0, None],
    }
)
ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])


def inputs(plan_of, text, tables, engine="polars", formula="tax"):
    method = f"populations: {{every: {{title: 全部, where: enterprise is not missing}}}}\ninputs:\n  x: {text}\n"
    method += "measures: {m: {title: m, formula: '" + formula + "', unit: 万元, digits: 2}}\n"
    result = evaluate(plan_of(method), {"enterprise_year": FIRMS, **tables}, engine=engine)
    return dict(zip(result.gathered["enterprise"], result.gathered["x"], strict=True)), result


@ENGINES
def test_an_earlier_year_of_the_same_table_is_joined_by_subject(plan_of, engine):
    found, result = inputs(plan_of, "{column: tax, earlier: 1}", {}, engine, "tax - x")
    assert found == {"a": 8.0, "b": None, "c": None}
    assert result.trace["measure__m"].to_list() == [200, None, None]


def test_a_lookup_with_two_rows_for_a_subject_is_refused_with_its_name(plan_of):
    table = pl.DataFrame({"enterprise": ["a", "a"], "name": ["x", "y"]})
    with pytest.raises(ProblemsError) as error:
        inputs(plan_of, "{column: enterprise.name}", {"enterprise": table})
    assert [one.code for one in error.value.problems] == ["METHOD-027"]
    assert "a" in error.value.problems[0].text("en")


EVENTS = pl.DataFrame(
    {
        "enterprise": ["a", "a", "a", "b", "c", None],
        "date": [
            date(2022, 1, 1),
            date(2022, 12, 31),
            date(2021, 5, 1),
            date(2022, 3, 3),
            date(2023, 1, 1),
            date(2022, 1, 1),
        ],
        "level": ["major", "general", "major", None, "major", "major"],
        "fine": [0.1, 0.2, 5.0, 1.0, 9.0, 9.0],
    }
)


@ENGINES
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{rollup: {table: event, take: count}}", {"a": 3, "b": 1, "c": 1}),
        ("{rollup: {table: event, take: count, rows: same_period, date_column: date}}", {"a": 2, "b": 1, "c": 0}),
        ("{rollup: {table: event, take: count, rows: up_to_period, date_column: date}}", {"a": 3, "b": 1, "c": 0}),
        (
            "{rollup: {table: event, take: any, where: level == 'major', rows: same_period, date_column: date}}",
            {"a": True, "b": None, "c": False},
        ),
        ("{rollup: {table: event, take: count, where: level == 'major'}}", {"a": 2, "b": None, "c": 1}),
        (
            "{rollup: {table: event, take: sum, of: fine, rows: same_period, date_column: date, digits: 2}}",
            {"a": 0.3, "b": 1.0, "c": None},
        ),
        (
            "{rollup: {table: event, take: sum, of: fine, rows: same_period, date_column: date, no_rows: 0}}",
            {"a": 0.3, "b": 1.0, "c": 0.0},
        ),
        ("{rollup: {table: event, take: sum, of: fine, where: fine > 7, no_rows: 0}}", {"a": 0.0, "b": 0.0, "c": 9.0}),
        (
            "{rollup: {table: event, take: max, of: fine, rows: before_period, date_column: date, no_rows: -1}}",
            {"a": 5.0, "b": -1.0, "c": -1.0},
        ),
        (
            "{earlier: 1, rollup: {table: event, take: count, rows: same_period, date_column: date}}",
            {"a": 1, "b": 0, "c": 0},
        ),
        (
            "{rollup: {table: event, take: sum, of: fine, rows: same_period, periods: 2, date_column: date}}",
            {"a": 5.3, "b": 1.0, "c": None},
        ),
        (
            "{rollup: {table: event, take: sum, of: fine, best: 1, each: [level]}}",  # b's names none
            {"a": 5.2, "b": None, "c": 9.0},
        ),
        ("{rollup: {table: event, take: sum, of: fine, best: 2}}", {"a": 5.2, "b": 1.0, "c": 9.0}),
        ("{rollup: {table: event, take: mean, of: fine, best: 1, where: fine < 5}}", {"a": 0.2, "b": 1.0, "c": None}),
        ("{rollup: {table: event, take: mean, of: fine, digits: 1}}", {"a": 1.8, "b": 1.0, "c": 9.0}),
        (
            "{rollup: {table: event, take: newest, of: level, date_column: date}}",
            {"a": "general", "b": None, "c": "major"},
        ),
        (
            "{rollup: {table: event, take: newest, of: fine / 3 * 3, where: level == 'major', date_column: date}}",
            {"a": 0.1, "b": None, "c": 9.0},
        ),
        (
            "{rollup: {table: event, take: newest, of: fine, rows: up_to_period, date_column: date, no_rows: 0}}",
            {"a": 0.2, "b": 1.0, "c": 0.0},
        ),
        (
            "{rollup: {table: event, take: max, of: date}}",
            {"a": date(2022, 12, 31), "b": date(2022, 3, 3), "c": date(2023, 1, 1)},
        ),
    ],
)
def test_related_rows_become_one_value(plan_of, text, expected, engine):
    found, _ = inputs(plan_of, text, {"event": EVENTS}, engine)
    assert found == expected


@ENGINES
def test_a_sum_on_a_rounding_half_is_decided_exactly(plan_of, engine):
    """0.1 + 0.2 + 0.005 = 0.305, which floats add up to 0.30500000000000005 or 0.30499999999999999."""
    rows = pl.DataFrame(
        {
            "enterprise": ["a"] * 3 + ["b"] * 2,
            "fine": [0.1, 0.2, 0.005, 1.0, 0.005],
            "date": [date(2022, 1, day) for day in range(1, 6)],
        }
    )
    found, _ = inputs(plan_of, "{rollup: {table: event, take: sum, of: fine, digits: 2}}", {"event": rows}, engine)
    assert found == {"a": 0.31, "b": 1.01, "c": None}


@ENGINES
def test_figures_that_floats_cannot_tell_apart_leave_the_best_of_them_exact(plan_of, engine):
    """0.1 + 0.2 and 0.3 are the same fine; the two greatest of a's come to 0.605, half-up 0.61."""
    rows = pl.DataFrame({"enterprise": ["a"] * 4, "fine": [0.3, 0.305, 0.1, 0.3], "date": [date(2022, 1, 1)] * 4})
    text = "{rollup: {table: event, take: sum, of: fine + 0.2 - 0.2 if level is missing else fine, best: 2, digits: 2}}"
    found, _ = inputs(
        plan_of,
        text.replace("+ 0.2 - 0.2", "* 3 / 3"),
        {"event": rows.with_columns(level=pl.lit(None, pl.String))},
        engine,
    )
    assert found == {"a": 0.61, "b": None, "c": None}


def test_a_table_that_was_not_given_makes_the_count_missing_not_zero(plan_of):
    found, result = inputs(plan_of, "{rollup: {table: event, take: count}}", {})
    assert found == {"a": None, "b": None, "c": None}
    assert [one.code for one in result.problems] == ["METHOD-028"]


@ENGINES
def test_a_missing_value_counts_as_the_rule_says_and_that_is_recorded(plan_of, engine):
    found, result = inputs(plan_of, "{column: tax, earlier: 1, if_missing: 0}", {}, engine)
    assert found == {"a": 8.0, "b": 0.0, "c": 0.0}
    assert result.trace["assumed__x"].to_list() == [False, True, True]
    assert [one.code for one in result.problems] == ["METHOD-030"]


@ENGINES
def test_a_certified_score_is_that_of_its_scheme_and_year(plan_of, engine):
    scores = pl.DataFrame(
        {
            "enterprise": ["a", "a", "b"],
            "scheme": ["s", "t", "s"],
            "year": [2022, 2022, 2021],
            "score": [61.5, 9.0, 70.0],
        }
    )
    found, _ = inputs(plan_of, "{certified: s}", {"certified_score": scores}, engine)
    assert found == {"a": 61.5, "b": None, "c": None}


@ENGINES
def test_the_grade_that_another_method_gave_is_read_from_the_history(plan_of, engine):
    history = pl.DataFrame(
        {
            "enterprise": ["a", "a"],
            "year": [2022, 2021],
            "method": ["other", "other"],
            "grade": ["B", "A"],
            "total": [1.0, 2.0],
        }
    )
    found, _ = inputs(plan_of, "{result: {method: other, earlier: 1}}", {"grade_history": history}, engine)
    assert found == {"a": "A", "b": None, "c": None}


@ENGINES
def test_only_an_unbroken_row_of_years_counts_as_a_streak(plan_of, engine):
    rows = [("a", 2021, "D"), ("a", 2020, "D"), ("a", 2018, "D"), ("b", 2021, "C"), ("b", 2020, "D")]
    history = pl.DataFrame(rows, schema=["enterprise", "year", "grade"], orient="row").with_columns(
        method=pl.lit("test"), total=1.0
    )
    found, _ = inputs(plan_of, "{streak: {grade: D}}", {"grade_history": history}, engine)
    assert found == {"a": 2, "b": 0, "c": 0}


GRANTS = pl.DataFrame(
    {
        "enterprise": ["a", "a", "b", "b", "c", "c", "d"],
        "document": ["i1", "i2", "i1", "i3", "i3", "i4", None],
        "level": ["paid", "paid", "paid", "paid", "rejected", "paid", "paid"],
        "fine": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0],
    }
)


@ENGINES
@pytest.mark.parametrize(
    ("take", "keep", "expected"),
    [
        ("any", "repeated", {"a": True, "b": True, "c": True, "d": None}),
        ("sum, of: fine", "single", {"a": 2.0, "b": 8.0, "c": 32.0, "d": None}),
        ("count", "repeated", {"a": 1, "b": 1, "c": 1, "d": None}),
    ],
)
def test_a_row_with_a_twin_anywhere_in_the_table_is_told_apart(plan_of, engine, take, keep, expected):
    """i1 is paid to a and b; i3 was rejected for c, so b stands alone with it; a row without number is not known."""
    twins = f"repeats: {{by: [document], keep: {keep}, among: level != 'rejected'}}"
    frame = pl.concat([FIRMS, pl.DataFrame({"enterprise": ["d"], "year": [2022], "tax": [1.0]})])
    method = (
        "populations: {every: {title: 全部, where: enterprise is not missing}}\n"
        f"inputs: {{x: {{rollup: {{table: event, take: {take}, {twins}}}}}}}\n"
    )
    found = evaluate(plan_of(method), {"enterprise_year": frame, "event": GRANTS}, engine=engine).gathered
    assert dict(zip(found["enterprise"], found["x"], strict=True)) == expected


@ENGINES
def test_a_twin_that_may_count_leaves_the_answer_open(plan_of, engine):
    rows = pl.DataFrame({"enterprise": ["a", "b"], "document": ["i", "i"], "level": [None, "paid"]})
    text = "{rollup: {table: event, take: any, repeats: {by: [document], keep: repeated, among: level == 'paid'}}}"
    found, _ = inputs(plan_of, text, {"event": rows}, engine)
    assert found == {"a": True, "b": None, "c": False}


def test_an_own_register_that_nobody_gave_is_empty_not_unknown(plan_of, contracts):
    """A year without any exempted firm has no list: the office that would keep it knows that."""
    given = {**contracts, "event": contracts["event"].model_copy(update={"when_empty": "none"})}
    tables = Tables(PolarsEngine(), given, {})
    assert tables.has("event")
    assert not tables.has("ip_right")


@ENGINES
def test_a_result_of_another_method_that_was_not_run_is_named_with_the_command_that_makes_it(plan_of, engine):
    history = pl.DataFrame({"enterprise": ["a"], "year": [2022], "method": ["other"], "grade": ["大型"]})
    found, result = inputs(plan_of, "{result: {method: size-class}}", {"grade_history": history}, engine)
    assert found == {"a": None, "b": None, "c": None}
    assert [one.code for one in result.problems] == ["METHOD-036"]
    assert "jiqun evaluate size-class --period 2022" in result.problems[0].text("zh")


@ENGINES
def test_years_in_a_row_of_a_method_nobody_recorded_for_the_last_year_are_none_and_that_is_said(plan_of, engine):
    history = pl.DataFrame({"enterprise": ["a"], "year": [2021], "method": ["other"], "grade": ["D"]})
    found, result = inputs(plan_of, "{streak: {grade: D, method: rated}}", {"grade_history": history}, engine)
    assert found == {"a": 0, "b": 0, "c": 0}
    assert [one.code for one in result.problems] == ["METHOD-038"]


@ENGINES
def test_a_scheme_written_otherwise_than_the_rule_is_named(plan_of, engine):
    scores = pl.DataFrame({"enterprise": ["a"], "scheme": ["发展评价（75号文）"], "year": [2022], "score": [61.5]})
    found, result = inputs(plan_of, "{certified: 发展评价}", {"certified_score": scores}, engine)
    assert found == {"a": None, "b": None, "c": None}
    assert [one.code for one in result.problems] == ["METHOD-044"]
    assert "“发展评价（75号文）”" in result.problems[0].text("zh")
