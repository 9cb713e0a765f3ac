"""DuckDB: for ledgers whose tables are larger than memory; spills to a folder of its own, which goes in the end.

Frames of Polars come in as Arrow, by their own buffers, and results go out as such: nothing is kept here but what was
settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa

from jiqun.engines.engine import Frame, Source, parquet_path


class DuckDBEngine:
    """Computes in one private in-memory DuckDB database.

    `threads` and `memory_limit` (such as "4GB") are DuckDB's settings; left out, DuckDB decides from the machine.
    """

    name = "duckdb"

    def __init__(self, threads: int | None = None, memory_limit: str | None = None) -> None:
        self._spill = TemporaryDirectory(prefix="jiqun-duckdb-")
        config: dict[str, Any] = {"temp_directory": self._spill.name}
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        self._connection = duckdb.connect(":memory:", config=config)
        self._settled = 0

    def load(self, frame: Source) -> Frame:
        if isinstance(frame, Path):
            return nw.from_native(self._connection.read_parquet(str(parquet_path(frame))))
        table = frame if isinstance(frame, pa.Table) else _arrow(frame.lazy().collect())
        return nw.from_native(self._connection.from_arrow(table))

    def settle(self, frame: Frame) -> Frame:
        self._settled += 1
        name = f"settled_{self._settled}"
        frame.to_native().create(name)
        return nw.from_native(self._connection.table(name))

    def collect(self, frame: Frame) -> pl.DataFrame:
        result: pl.DataFrame = frame.to_native().pl().rechunk()
        return result.with_columns(_enumerated(one) for one in result if one.dtype == pl.Categorical)

    def collect_many(self, frames: Sequence[Frame]) -> list[pl.DataFrame]:
        return [self.collect(frame) for frame in frames]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._spill.cleanup()


def _arrow(frame: pl.DataFrame) -> pa.Table:
    """The frame's own buffers as Arrow: texts stay views, so that nothing is copied."""
    return frame.to_arrow(compat_level=pl.CompatLevel.newest())


def _enumerated(series: pl.Series) -> pl.Series:
    """A text of a closed set as an enumeration, whose buffers go back and forth uncopied."""
    return series.cast(pl.Enum(series.unique().drop_nulls().cast(pl.String).sort()))
