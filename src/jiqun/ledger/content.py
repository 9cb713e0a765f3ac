"""The content hash of a table: equal for equal content, whatever files, engine version or row order it lies in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

_STORED: dict[type[pl.DataType], pl.DataType] = {
    pl.Int64: pl.Int64(),
    pl.Float64: pl.Float64(),
    pl.Boolean: pl.Int64(),
    pl.Date: pl.Int64(),
    pl.Datetime: pl.Int64(),
}


def content_hash(frame: pl.DataFrame, key: Sequence[str]) -> str:
    """Return the SHA-256 over a table sorted by key: for each column, by name, its name, type, nulls and values.

    Numbers count as 8 bytes, little end first (−0.0 as 0.0; days and microseconds since 1970 for dates and moments),
    texts as UTF-8 behind their lengths. A column without any value does not count, so that a contract may grow.

    >>> one = pl.DataFrame({"firm": ["b", "a"], "tax": [2.0, 1.0]})
    >>> content_hash(one, ["firm"]) == content_hash(one.reverse().select("tax", "firm"), ["firm"])
    True
    """
    ordered = frame.sort(list(key))
    whole = hashlib.sha256(str(ordered.height).encode())
    for name in sorted(ordered.columns):
        column = ordered[name]
        if column.null_count() < ordered.height:
            whole.update(f"|{name}|{_kind(column)}|".encode())
            for part in _bytes(column):
                whole.update(part)
    return whole.hexdigest()


def _kind(column: pl.Series) -> str:
    return type(column.dtype).__name__.lower()


def _bytes(column: pl.Series) -> tuple[bytes, ...]:
    nulls = _eight_bytes(column.is_null().cast(pl.Int64))
    if column.dtype == pl.String:
        texts = column.fill_null("")
        return nulls, _eight_bytes(texts.str.len_bytes().cast(pl.Int64)), "".join(texts.to_list()).encode()
    numbers = column.cast(_STORED[type(column.dtype)]).fill_null(0)
    return nulls, _eight_bytes(numbers + 0.0 if numbers.dtype == pl.Float64 else numbers)


def _eight_bytes(column: pl.Series) -> bytes:
    array = column.rechunk().to_arrow()
    start = array.offset * 8
    return bytes(array.buffers()[1])[start : start + len(array) * 8]
