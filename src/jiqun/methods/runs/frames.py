"""Frames of stored runs as Arrow files (IPC, not compressed): quick to write, and the same bytes for the same content.

What lies under a missing value, and in the last bits of a bitmap, is whatever the computation before left there; here
every buffer is made from the content alone. Rows come in batches of 2^16, so that writing needs little memory. Runs
stored before this are Parquet; they are read, and compared when the same is stored again, as they are
(docs/decisions/0016).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

ROWS_PER_BATCH = 2**16
_ROWS_PER_GROUP = 2**18  # of Parquet


def written(frame: pl.DataFrame, file: Path) -> None:
    """Write a frame; the bytes depend on its content alone, not on chunks, threads or what was computed before.

    TypeError for a column of lists or structures, of which runs have none.
    """
    kinds, schema = frame.schema, frame.head(0).to_arrow().schema
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for part in frame.iter_slices(ROWS_PER_BATCH):
            writer.write_batch(pa.RecordBatch.from_arrays(_columns(part, kinds, schema), schema=schema))


def _as_parquet(frame: pl.DataFrame, file: Path) -> None:
    frame.rechunk().write_parquet(
        file, compression="zstd", compression_level=1, row_group_size=_ROWS_PER_GROUP, statistics=True
    )


@dataclass(frozen=True)
class Layout:
    """How the frames of a run lie on disk."""

    ending: str
    written: Callable[[pl.DataFrame, Path], None]
    read: Callable[[Path], pl.DataFrame]


ARROW = Layout(".arrow", written, pl.read_ipc)
PARQUET = Layout(".parquet", _as_parquet, pl.read_parquet)


def _columns(part: pl.DataFrame, kinds: pl.Schema, schema: pa.Schema) -> list[pa.Array]:
    missing = [name for name, count in zip(kinds, part.null_count().row(0), strict=True) if count]
    known = part.select(pl.col(missing).is_not_null()) if missing else part.select()
    bits = {name: _bits(known[name]) for name in missing}
    plain = part.select(_filled(name, kind, name in bits) for name, kind in kinds.items()).rechunk()
    return [
        _column(values, kinds[field.name], field.type, bits.get(field.name))
        for values, field in zip(plain.iter_columns(), schema, strict=True)
    ]


def _filled(name: str, kind: pl.DataType, missing: bool) -> pl.Expr:
    """Give the plain values of a column: nothing (0, false, no text) stands where one is missing."""
    column = pl.col(name).to_physical()
    if not missing:
        return column
    return column.fill_null("" if kind == pl.String else pl.lit(False) if kind == pl.Boolean else 0)


def _column(plain: pl.Series, of: pl.DataType, kind: pa.DataType, valid: pa.Buffer | None) -> pa.Array:
    if isinstance(of, pl.Enum):
        words = of.categories.to_arrow()  # pa.array of a list would import pandas, where it is installed
        return pa.DictionaryArray.from_arrays(_array(plain, kind.index_type, valid), words, ordered=kind.ordered)
    return _array(plain, kind, valid)


def _array(plain: pl.Series, kind: pa.DataType, valid: pa.Buffer | None) -> pa.Array:
    rows = len(plain)
    if pa.types.is_null(kind):
        return pa.nulls(rows)
    if pa.types.is_boolean(kind):
        return pa.Array.from_buffers(kind, rows, [valid, _bits(plain)])
    held = plain.to_arrow()
    if pa.types.is_large_string(kind):  # made anew from views, so that it begins at 0
        assert held.offset == 0
        return pa.Array.from_buffers(kind, rows, [valid, *held.buffers()[1:]])
    if not pa.types.is_primitive(kind):
        raise TypeError(f"a column of {kind} has no place in a run")
    width = kind.bit_width // 8
    values = held.buffers()[1].slice(held.offset * width, rows * width) if rows else pa.py_buffer(b"")
    return pa.Array.from_buffers(kind, rows, [valid, values])


def _bits(truths: pl.Series) -> pa.Buffer:
    """Give truths as bits from the first on, those behind the last as 0."""
    rows, held = len(truths), truths.to_arrow()
    if not rows:
        return pa.py_buffer(b"")
    first, shift = divmod(held.offset, 8)
    whole = int.from_bytes(held.buffers()[1].slice(first, (shift + rows + 7) // 8).to_pybytes(), "little") >> shift
    return pa.py_buffer((whole & ((1 << rows) - 1)).to_bytes((rows + 7) // 8, "little"))
