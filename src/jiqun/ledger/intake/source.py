"""Opening a file that somebody sent: what it really is decides, not its ending; what is dangerous is refused first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from jiqun.ledger.intake import old_excel
from jiqun.ledger.intake.archive import Limits, is_workbook, refuse_bombs
from jiqun.ledger.intake.delimited import DelimitedBook
from jiqun.ledger.intake.lengths import refuse_long
from jiqun.ledger.intake.raw import RawColumn, RawSheet, nothing
from jiqun.ledger.intake.workbook import EPOCH_1900, Book, ExcelBook
from jiqun.problems import Place, ProblemsError, problem

_TEXT_ENDINGS = {".csv", ".txt", ".tsv"}
_CLOCK = "Asia/Shanghai"
_EXACT_INTEGERS = 10**15


@dataclass(frozen=True)
class Source:
    """The file that was read, its SHA-256, and the sheet (None for a file without sheets) of those in view."""

    path: Path
    sha256: str
    sheet: str | None
    sheets: tuple[str, ...] = ()


def open_book(path: Path, limits: Limits | None = None) -> Book:
    """Return the file as a book of sheets; ProblemsError (LEDGER-001 … 009) where it cannot or must not be opened."""
    limits = limits or Limits()
    place = Place(path.name)
    if not path.is_file():
        raise ProblemsError([problem("LEDGER-001", place, file=path.name)])
    size = path.stat().st_size
    if size == 0:
        raise ProblemsError([problem("LEDGER-002", place, file=path.name)])
    if size > limits.file_bytes:
        shown = f"{size / 2**20:,.1f} MB"
        raise ProblemsError([problem("LEDGER-003", place, size=shown, limit=f"{limits.file_bytes / 2**20:,.0f} MB")])
    return _opener(path, limits)(path, limits)


def _opener(path: Path, limits: Limits) -> Callable[[Path, Limits], Book]:
    with path.open("rb") as stream:
        start = stream.read(2048)
    if start.startswith(b"PK"):
        return _zipped
    if start.startswith(old_excel.MAGIC):
        return _old
    if start.startswith(b"PAR1"):
        return ParquetBook
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ProblemsError([problem("LEDGER-008", Place(path.name), file=path.name)])
    if path.suffix.lower() in _TEXT_ENDINGS:
        return DelimitedBook
    raise ProblemsError([problem("LEDGER-009", Place(path.name), file=path.name)])


def _zipped(path: Path, limits: Limits) -> Book:
    refuse_bombs(path, limits)
    if not is_workbook(path):
        raise ProblemsError([problem("LEDGER-009", Place(path.name), file=path.name)])
    return ExcelBook(path, limits, old=False)


def _old(path: Path, limits: Limits) -> Book:
    if old_excel.is_locked(path.read_bytes()):
        raise ProblemsError([problem("LEDGER-007", Place(path.name), file=path.name)])
    return ExcelBook(path, limits, old=True)


class ParquetBook:
    """A Parquet file, seen as a workbook with one sheet whose row 1 holds the column names."""

    names: tuple[str, ...] = ("",)
    all_names: tuple[str, ...] = ("",)
    epoch: datetime = EPOCH_1900

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits

    def read(self, name: str) -> RawSheet:
        """Read the table; ProblemsError where the file is damaged."""
        try:
            lazy = pl.scan_parquet(self.path)
            rows, columns = int(lazy.select(pl.len()).collect().item()), len(lazy.collect_schema())
            if not self.limits.bear(rows, columns):
                raise self.limits.too_large(rows, columns, Place(self.path.name))
            self._refuse_dense()
            frame = lazy.collect()
            refuse_long((frame[one] for one in frame.columns), self.limits, Place(self.path.name), header_rows=1)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, pa.ArrowException, OSError):
            raise ProblemsError([problem("LEDGER-004", Place(self.path.name), file=self.path.name)]) from None
        return RawSheet(name, tuple(_under(column, _of_series(frame[column])) for column in frame.columns))

    def _refuse_dense(self) -> None:
        """Raise LEDGER-005 where the file says itself that it unpacks to too much."""
        told = pq.read_metadata(self.path)
        unpacked = sum(told.row_group(at).total_byte_size for at in range(told.num_row_groups))
        if unpacked > self.limits.unpacked_bytes:
            size, limit = (f"{one / 2**20:,.0f} MB" for one in (unpacked, self.limits.unpacked_bytes))
            raise ProblemsError([problem("LEDGER-005", Place(self.path.name), size=size, limit=limit)])


def _under(header: str, column: RawColumn) -> RawColumn:
    return RawColumn(
        pl.concat([nothing(1, pl.Float64), column.numbers]),
        pl.concat([pl.Series([header], dtype=pl.String), column.texts]),
        pl.concat([nothing(1, pl.Datetime("us")), column.moments]),
        pl.concat([nothing(1, pl.Boolean), column.flags]),
    )


def _of_series(series: pl.Series) -> RawColumn:
    size, dtype = len(series), series.dtype
    empty = RawColumn.of_texts(nothing(size, pl.String))
    numbers, texts, moments, flags = empty.numbers, empty.texts, empty.moments, empty.flags
    if dtype == pl.Boolean:
        flags = series
    elif dtype.is_float() or (dtype.is_integer() and _is_small(series)):
        numbers = series.cast(pl.Float64)
    elif dtype == pl.Date or dtype == pl.Datetime:
        moments = _on_the_wall(series).cast(pl.Datetime("us"))
    else:
        texts = RawColumn.of_texts(_as_texts(series)).texts
    return RawColumn(numbers, texts, moments, flags)


def _on_the_wall(series: pl.Series) -> pl.Series:
    """Return moments as clocks in China show them; a moment without zone is one already."""
    if not isinstance(series.dtype, pl.Datetime) or series.dtype.time_zone is None:
        return series
    return series.dt.convert_time_zone(_CLOCK).dt.replace_time_zone(None)


def _as_texts(series: pl.Series) -> pl.Series:
    """Write values of every other kind as text: what is no value of a field is then told at its cell."""
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:  # bytes that are no text, lists, durations
        texts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in series.drop_nulls()]
        filled = series.is_not_null().arg_true()
        return nothing(len(series), pl.String).scatter(filled, texts)


def _is_small(series: pl.Series) -> bool:
    largest = series.cast(pl.Float64).abs().max()
    return isinstance(largest, float) and largest < _EXACT_INTEGERS
