"""The rows an explanation names are those the figure was made from, and those that may count as long as they are open."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jiqun.methods.explanation.rollup_rows import rolled_rows

EVENTS = pl.DataFrame(
    {
        "enterprise": ["a", "a", "a", "a", "b"],
        "date": [date(2022, 1, 1), date(2022, 5, 1), date(2022, 9, 1), date(2021, 1, 1), date(2022, 1, 1)],
        "kind": ["safety"] * 5,
        "level": ["major", "general", None, "major", "major"],
        "document": ["d1", "d2", "d3", "d4", "d5"],
        "fine": [1.0, 3.0, 2.0, 9.0, 7.0],
    }
)


@pytest.mark.parametrize(
    ("rollup", "counted", "unsure"),
    [
        ('{table: event, take: count, where: level == "major"}', ["d1", "d4"], ["d3"]),
        ('{table: event, take: any, where: level == "major", rows: same_period, date_column: date}', ["d1"], ["d3"]),
        ('{table: event, take: newest, of: fine, date_column: date, where: level == "major"}', ["d1"], ["d3"]),
        ("{table: event, take: sum, of: fine}", ["d1", "d2", "d3", "d4"], []),
        ("{table: event, take: max, of: fine, rows: same_period, date_column: date}", ["d2"], []),
        ("{table: event, take: sum, of: fine, best: 2}", ["d2", "d4"], []),
        ("{table: event, take: sum, of: fine, best: 1, each: [level]}", ["d2", "d3", "d4"], []),
        ("{table: event, take: count, rows: before_period, date_column: date}", ["d4"], []),
    ],
)
def test_rows_are_named_that_made_the_figure(plan_of, rollup, counted, unsure):
    plan = plan_of(
        "populations: {every: {title: 全部, where: enterprise is not missing}}\n"
        f"inputs: {{x: {{rollup: {rollup}}}}}\nmeasures: {{m: {{title: m, formula: tax, unit: 万元, digits: 2}}}}\n"
    )
    found = rolled_rows(plan, "x", EVENTS, "a")
    assert [row["document"] for row in found.counted] == counted
    assert [row["document"] for row in found.unsure] == unsure
    assert found.own == 4
    assert rolled_rows(plan, "x", EVENTS, "nobody").own == 0


@pytest.mark.parametrize(("more", "lacking"), [("", ["2022-Q4"]), (", no_rows: 0", [])])
def test_the_periods_of_which_nobody_reported_are_named_where_they_leave_the_number_open(plan_of, more, lacking):
    rollup = f"{{table: event, take: longest_in_a_row, per: quarter, date_column: date, rows: same_period, where: fine > 0{more}}}"
    plan = plan_of(
        "populations: {every: {title: 全部, where: enterprise is not missing}}\n"
        f"inputs: {{x: {{rollup: {rollup}}}}}\nmeasures: {{m: {{title: m, formula: tax, unit: 万元, digits: 2}}}}\n"
    )
    assert [str(one) for one in rolled_rows(plan, "x", EVENTS, "a").unreported] == lacking
    assert rolled_rows(plan, "x", EVENTS, "nobody").unreported == ()


INVOICES = pl.DataFrame(
    {
        "enterprise": ["a", "a", "a", "b", "c"],
        "document": ["d1", "d2", "d3", "d2", "d3"],
        "level": ["open", "open", "open", "open", "withdrawn"],
        "fine": [1.0, 2.0, 4.0, 2.0, 4.0],
        "kind": ["a1", "a2", "a3", "b2", "c3"],
    }
)


@pytest.mark.parametrize(
    ("keep", "counted", "twins"), [("single", ["a1", "a3"], ["a2", "b2"]), ("repeated", ["a2"], ["b2"])]
)
def test_a_row_that_somebody_else_repeats_is_named_with_the_other(plan_of, keep, counted, twins):
    """The invoice d2 is claimed by b too; that of c was withdrawn and takes nothing from d3."""
    rollup = (
        f'{{table: event, take: sum, of: fine, repeats: {{by: [document], keep: {keep}, among: level != "withdrawn"}}}}'
    )
    plan = plan_of(
        "populations: {every: {title: 全部, where: enterprise is not missing}}\n"
        f"inputs: {{x: {{rollup: {rollup}}}}}\nmeasures: {{m: {{title: m, formula: tax, unit: 万元, digits: 2}}}}\n"
    )
    found = rolled_rows(plan, "x", INVOICES, "a")
    assert [row["kind"] for row in found.counted] == counted
    assert [row["kind"] for row in found.twins] == twins
