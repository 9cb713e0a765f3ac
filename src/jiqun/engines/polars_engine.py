"""Polars: the default engine, lazy, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import narwhals as nw
import polars as pl
import pyarrow as pa

from jiqun.engines.engine import Frame, Source, parquet_path


class PolarsEngine:
    """Computes with Polars lazy frames."""

    name = "polars"

    def load(self, frame: Source) -> Frame:
        if isinstance(frame, Path):
            return nw.from_native(pl.scan_parquet(parquet_path(frame)))
        if isinstance(frame, pa.Table):
            return nw.from_native(cast(pl.DataFrame, pl.from_arrow(frame)).lazy())
        return nw.from_native(frame.lazy())

    def settle(self, frame: Frame) -> Frame:
        return nw.from_native(self.collect(frame).lazy())

    def collect(self, frame: Frame) -> pl.DataFrame:
        return cast(pl.LazyFrame, frame.to_native()).collect()

    def collect_many(self, frames: Sequence[Frame]) -> list[pl.DataFrame]:
        return pl.collect_all([cast(pl.LazyFrame, frame.to_native()) for frame in frames])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held outside the frames themselves."""
