"""What an evaluation holds between its steps: order of rows, replaced and dropped columns, nothing lost or doubled."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from jiqun.engines import ENGINES, open_engine
from jiqun.methods.columns import referee
from jiqun.methods.columns.first import First
from jiqun.methods.columns.work import ROW, Work, word


@pytest.fixture(params=ENGINES)
def work(request):
    with open_engine(request.param) as engine:
        yield Work(None, engine, pl.DataFrame({"a": [3, None, 1, 2]}).with_row_index(ROW))


def test_a_column_made_from_one_that_is_dropped_before_it_is_computed_is_still_right(work):
    work.add(b=nw.col("a") * 2)
    work.drop(["a"])
    work.add(c=nw.col("b") + 1)
    work.drop(["b"])
    assert work.columns == [ROW, "c"]
    work.settle()
    assert work.table.columns == [ROW, "c"]
    assert work.table["c"].to_list() == [7, None, 3, 5]


def test_a_column_of_a_name_that_is_there_takes_its_place_once(work):
    work.add(a=nw.col("a") + 10)
    work.add(a=nw.col("a") * 2)
    work.settle()
    assert work.table.columns == [ROW, "a"]
    assert work.table["a"].to_list() == [26, None, 22, 24]


def test_columns_in_another_order_of_rows_are_laid_beside_their_own_rows(work):
    work.attach(work.frame.select(ROW, place=nw.col("a") * 10).sort("place", nulls_last=True), "place")
    assert work.table["place"].to_list() == [30, None, 10, 20]


def test_what_waits_to_be_computed_survives_a_column_laid_beside_it(work):
    work.add(b=nw.col("a") + 1)
    work.attach(pl.DataFrame({ROW: pl.Series([3, 2, 1, 0], dtype=pl.UInt32), "c": [0, 1, 2, 3]}), "c")
    assert (work.table["b"].to_list(), work.table["c"].to_list()) == ([4, None, 2, 3], [3, 2, 1, 0])


def test_the_greatest_size_is_that_of_the_lowest_or_of_the_highest(work):
    work.add(b=nw.col("a") - 10, c=nw.lit(None, nw.Int64))
    assert work.largest(["a", "b", "c"]) == {"a": 3, "b": 9, "c": 0}


def test_steps_that_come_first_are_used_and_forgotten(work):
    first = First("_")
    double = first.keep(nw.col("a") * 2, 0)
    again = first.keep(double + double, 1)
    referee.settle(work, [referee.Asked({"b": again + 1}, None, first=first.steps)])
    assert work.table.columns == [ROW, "a", "b"]
    assert work.table["b"].to_list() == [13, None, 5, 9]


def test_a_text_of_a_closed_set_is_a_byte_a_row_on_every_engine(work):
    work.add(kind=nw.when(nw.col("a") > 1).then(word("much", ("little", "much"))))
    work.settle()
    assert isinstance(work.table.schema["kind"], pl.Enum)
    assert work.table["kind"].to_list() == ["much", None, None, "much"]


def test_values_put_into_some_rows_leave_the_others(work):
    before = work.table
    referee.patch(work, pl.Series([0, 2], dtype=pl.UInt32), {"a": [7, None]})
    assert work.table["a"].to_list() == [7, None, None, 2]
    assert before["a"].to_list() == [3, None, 1, 2]
