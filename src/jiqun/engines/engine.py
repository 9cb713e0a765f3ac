"""What every engine can do; the rest of Jiqun sees columns only through this."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

import narwhals as nw
import polars as pl
import pyarrow as pa

from jiqun.problems import Place, ProblemsError, problem

Source: TypeAlias = pl.DataFrame | pl.LazyFrame | pa.Table | Path
Frame: TypeAlias = nw.LazyFrame[Any]


class Engine(Protocol):
    """Where columns are computed. Use as a context manager: leaving it frees what was settled."""

    name: str

    def load(self, frame: Source) -> Frame:
        """Bring a frame, an Arrow table or a Parquet file in, without copying where the engine allows it."""

    def settle(self, frame: Frame) -> Frame:
        """Compute a frame once and keep it, so that what is built on it does not compute it again."""

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Compute a frame and hand it out; row order is not promised, so sort by a key where order matters."""

    def collect_many(self, frames: Sequence[Frame]) -> list[pl.DataFrame]:
        """Compute several frames together, sharing what they have in common where the engine can."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def parquet_path(path: Path) -> Path:
    """Return the path of an existing Parquet file; ENGINE-002 where there is none."""
    if not path.is_file():
        raise ProblemsError([problem("ENGINE-002", Place(file=str(path)), path=path)])
    with path.open("rb") as stream:
        if stream.read(4) != b"PAR1":
            raise ProblemsError([problem("ENGINE-003", Place(file=str(path)), path=path)])
    return path
