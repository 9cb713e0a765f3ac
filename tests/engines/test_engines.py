"""Loading, settling and collecting, the same on every engine."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from jiqun.engines import ENGINES, open_engine
from jiqun.problems import ProblemsError

TABLE = pl.DataFrame({"enterprise": ["甲", "乙", None], "tax": [1.5, None, 3.0], "year": [2022, 2022, 2023]})


@pytest.mark.parametrize("name", ENGINES)
def test_a_frame_an_arrow_table_and_a_parquet_file_load_alike(name: str, tmp_path: Path) -> None:
    path = tmp_path / "表.parquet"
    TABLE.write_parquet(path)
    with open_engine(name) as engine:
        for source in (TABLE, TABLE.lazy(), TABLE.to_arrow(), path):
            found = engine.collect(engine.load(source)).sort("year", "tax", nulls_last=True)
            assert found.equals(TABLE.sort("year", "tax", nulls_last=True))


@pytest.mark.parametrize("name", ENGINES)
def test_a_settled_frame_is_computed_once_and_can_be_built_on(name: str) -> None:
    with open_engine(name) as engine:
        doubled = engine.settle(engine.load(TABLE).with_columns(double=nw.col("tax") * 2))
        again = engine.settle(doubled.filter(nw.col("double") > 3.0))
        both = engine.collect_many([doubled.select(nw.col("double").sum()), again])
    assert both[0]["double"].to_list() == [9.0]
    assert both[1]["enterprise"].to_list() == [None]


def test_a_settled_duckdb_frame_no_longer_reads_its_source(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    TABLE.write_parquet(path)
    with open_engine("duckdb", threads=1, memory_limit="500MB") as engine:
        settled = engine.settle(engine.load(path))
        path.unlink()
        assert len(engine.collect(settled)) == 3


def test_two_open_engines_do_not_share_anything() -> None:
    with open_engine("duckdb") as one, open_engine("duckdb") as other:
        first, second = one.settle(one.load(TABLE)), other.settle(other.load(TABLE.head(1)))
        assert (len(one.collect(first)), len(other.collect(second))) == (3, 1)


def test_an_unknown_engine_is_told_with_the_known_ones() -> None:
    with pytest.raises(ProblemsError) as refused:
        open_engine("spark")
    assert [one.code for one in refused.value.problems] == ["ENGINE-001"]
    assert "polars, duckdb" in refused.value.problems[0].text("zh")


@pytest.mark.parametrize("name", ENGINES)
def test_a_file_that_is_absent_or_no_parquet_is_told_by_its_path(name: str, tmp_path: Path) -> None:
    wrong = tmp_path / "ledger.xlsx"
    wrong.write_bytes(b"PK\x03\x04")
    with open_engine(name) as engine:
        for path, code in ((tmp_path / "none.parquet", "ENGINE-002"), (wrong, "ENGINE-003")):
            with pytest.raises(ProblemsError) as refused:
                engine.load(path)
            assert [one.code for one in refused.value.problems] == [code]
            assert path.name in str(refused.value.problems[0].place)
