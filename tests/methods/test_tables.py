"""Frames of every kind come in; what is wrong with them is told, and nothing is guessed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from jiqun.methods.columns.tables import content_digest
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.packs.models.table import Category
from jiqun.problems import ProblemsError

METHOD = """
populations: {all_firms: {title: 全部, where: enterprise is not missing}}
measures: {m: {title: m, formula: tax / land, unit: 万元/亩, digits: 4}}
scores: {all: {m: {digits: 2, value: true, weight: 100}}}
totals: {all: {digits: 2}}
"""
ROWS = {"enterprise": ["b", "a", "c"], "year": [2022, 2022, 2021], "tax": [10.0, None, 7.0], "land": [3.0, 2.0, 1.0]}


def measured(plan, table, **more):
    trace = evaluate(plan, {"enterprise_year": table}, **more).trace
    return dict(zip(trace["enterprise"], trace["measure__m"], strict=True))


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    "frame",
    [pl.DataFrame(ROWS), pl.LazyFrame(ROWS), pd.DataFrame(ROWS), pa.table(ROWS), ROWS],
    ids=["polars", "lazy", "pandas", "arrow", "columns"],
)
def test_every_kind_of_frame_gives_the_same_measures_sorted_by_subject(plan_of, frame, engine):
    assert measured(plan_of(METHOD), frame, engine=engine) == {"a": None, "b": 33333}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_parquet_file_is_read_by_its_path(plan_of, tmp_path, engine):
    pl.DataFrame(ROWS).write_parquet(tmp_path / "firms.parquet")
    assert measured(plan_of(METHOD), tmp_path / "firms.parquet", engine=engine) == {"a": None, "b": 33333}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    "tax",
    [
        pl.Series([10, None], dtype=pl.Int32),
        pl.Series([Decimal("10.00"), None], dtype=pl.Decimal(12, 2)),
        pl.Series([10.0, float("nan")]),
    ],
    ids=["int", "decimal", "nan"],
)
def test_integers_and_decimals_are_numbers_and_nan_is_missing(plan_of, tax, engine):
    table = pl.DataFrame({"enterprise": ["b", "a"], "land": [3.0, 2.0]}).with_columns(tax.alias("tax"))
    assert measured(plan_of(METHOD), table, engine=engine) == {"a": None, "b": 33333}


def test_a_column_of_nothing_but_missing_values_is_missing_not_of_a_wrong_type(plan_of):
    table = pl.DataFrame({"enterprise": ["a"], "tax": [None], "land": [1.0]})
    assert measured(plan_of(METHOD), table) == {"a": None}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("tax", ["10"]),
        ("tax", [True]),
        ("enterprise", [5]),
        ("year", ["2022"]),
        ("tax", pl.Series([0.1], dtype=pl.Float32)),
    ],
)
def test_a_column_of_a_wrong_type_is_refused_by_name(plan_of, column, values):
    table = pl.DataFrame({"enterprise": ["a"], "year": [2022], "tax": [1.0], "land": [1.0]})
    with pytest.raises(ProblemsError) as error:
        measured(plan_of(METHOD), table.with_columns(pl.Series(column, values)))
    assert [one.code for one in error.value.problems] == ["METHOD-022"]
    assert column in error.value.problems[0].text("zh")


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_figure_beyond_the_range_of_floats_is_looked_at_exactly_and_refused_for_its_size(plan_of, engine):
    table = pl.DataFrame({"enterprise": ["a", "b"], "year": [2022, 2022], "tax": [1e200, 1.0], "land": [1e-200, 3.0]})
    with pytest.raises(ProblemsError) as error:
        measured(plan_of(METHOD), table, engine=engine)
    assert [one.code for one in error.value.problems] == ["METHOD-040"]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    "tax",
    [
        pd.Series([None, None], dtype=object),
        pd.Series([pd.NA, pd.NA], dtype="string"),
        pd.Series([pd.NaT, pd.NaT]),
        pd.Series([float("nan")] * 2),
        pd.Series([None, None], dtype="category"),
    ],
    ids=["objects", "texts", "days", "floats", "categories"],
)
def test_a_pandas_column_of_nothing_is_missing_whatever_its_type(plan_of, tax, engine):
    table = pd.DataFrame({"enterprise": ["b", "a"], "land": [3.0, 2.0], "tax": tax})
    assert measured(plan_of(METHOD), table, engine=engine) == {"a": None, "b": None}


@pytest.mark.parametrize(
    "tax",
    [
        pd.array([10, None], dtype="Int64"),
        pd.array([10.0, None], dtype="Float64"),
        pd.Series([Decimal("10.00"), None], dtype=object),
        pd.Series([Fraction(10), pd.NA], dtype=object),
        pd.Series([10, float("nan")], dtype=object),
        pd.Series([Decimal(10), float("nan")], dtype=object),
    ],
    ids=["Int64", "Float64", "decimals", "fractions", "integers", "several"],
)
def test_numbers_are_read_from_whatever_pandas_keeps_them_in(plan_of, tax):
    table = pd.DataFrame({"enterprise": ["b", "a"], "land": [3.0, 2.0], "tax": tax})
    assert measured(plan_of(METHOD), table) == {"a": None, "b": 33333}


def test_numbers_of_several_kinds_are_read_from_lists_and_texts_among_them_are_refused_by_name(plan_of):
    table = {"enterprise": ["b", "a"], "land": [3, Decimal(2)], "tax": [Fraction(10), None]}
    assert measured(plan_of(METHOD), table) == {"a": None, "b": 33333}
    for frame in (table | {"tax": [10, "待核实"]}, pd.DataFrame(table | {"tax": [10, "待核实"]})):
        with pytest.raises(ProblemsError) as error:
            measured(plan_of(METHOD), frame)
        assert [(one.code, one.values["name"]) for one in error.value.problems] == [("METHOD-022", "tax")]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_value_that_a_column_does_not_allow_is_named_once_with_those_it_allows(method_of, contracts, engine):
    scales = (
        {"value": "above", "title": "规上", "title_en": "above"},
        {"value": "below", "title": "规下", "title_en": "b"},
    )
    table = contracts["enterprise_year"]
    scale = table.column("scale").model_copy(update={"categories": tuple(Category(**one) for one in scales)})
    fields = tuple(scale if one.name == "scale" else one for one in table.fields)
    known = {**contracts, "enterprise_year": table.model_copy(update={"fields": fields})}
    method = METHOD.replace("enterprise is not missing", 'scale == "above"')
    firms = {"enterprise": ["a", "b", "c"], "scale": ["规上", "above", "规上"], "tax": [1.0] * 3, "land": [1.0] * 3}
    result = evaluate(
        compile_method(method_of(method), 2022, contracts=known), {"enterprise_year": firms}, engine=engine
    )
    assert result.trace["status"].to_list() == ["outside", "graded", "outside"]
    assert [(one.code, one.values["values"], one.values["allowed"]) for one in result.problems] == [
        ("METHOD-047", "规上", "above（规上）、below（规下）")
    ]


def test_something_that_is_no_table_is_refused(plan_of):
    with pytest.raises(ProblemsError) as error:
        measured(plan_of(METHOD), 5)
    assert [one.code for one in error.value.problems] == ["METHOD-031"]


def test_the_digest_of_a_part_is_that_of_the_same_rows_written_anew():
    whole = pl.DataFrame({"a": ["x", None, "集群", ""], "b": [1.5, None, 2.0, 7.0], "c": [3, 4, None, 5]})
    part = pl.concat([whole, whole], rechunk=False).slice(1, 5)
    anew = pl.DataFrame({one.name: one.to_list() for one in part}, schema=part.schema)
    assert content_digest(part) == content_digest(anew)
    assert content_digest(part.clear()) != content_digest(part)


def test_the_digest_follows_the_content_and_not_the_chunks():
    whole = pl.DataFrame({"a": ["x", None, "y"], "b": [1.5, None, 2.0], "c": [True, None, False]})
    parts = pl.concat([whole.head(1), whole.tail(2)], rechunk=False)
    assert content_digest(whole) == content_digest(parts)
    assert content_digest(whole) != content_digest(whole.with_columns(pl.col("b").fill_null(0)))
    assert content_digest(whole) != content_digest(whole.rename({"a": "d"}))


def test_the_same_inputs_give_the_same_trace_and_manifest_whatever_the_order_of_rows(plan_of):
    plan = plan_of(METHOD)
    first = evaluate(plan, {"enterprise_year": pl.DataFrame(ROWS)})
    second = evaluate(plan, {"enterprise_year": pl.DataFrame(ROWS).reverse()})
    assert first.trace.equals(second.trace) and first.manifest == second.manifest
    assert first.manifest["statuses"] == {"graded": 2}
