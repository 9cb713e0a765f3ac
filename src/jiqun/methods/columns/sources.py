"""Frames of any kind as sources that engines load, whatever Python objects their columns are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from pathlib import Path
from typing import Any, cast

import narwhals as nw
import polars as pl
import pyarrow as pa

from jiqun.engines.engine import Source


def as_source(frame: Any) -> Source:
    """Turn a frame of any kind into one that engines load; a pandas NaN is a missing value.

    A column of Python objects is one of numbers where all are numbers, of nothing where all are missing.
    Raises TypeError for anything but Polars, pandas and Arrow tables and paths of Parquet files.
    """
    if isinstance(frame, (pl.LazyFrame, pa.Table, Path)):
        return frame
    if isinstance(frame, pl.DataFrame):
        held = [one for one in frame if one.dtype == pl.Object]
        return frame.with_columns(_of_objects(one.name, one.to_list()) for one in held) if held else frame
    if isinstance(frame, str):
        return Path(frame)
    if isinstance(frame, Mapping):
        return pl.DataFrame([_series(str(name), values) for name, values in frame.items()])
    native = nw.from_native(frame, pass_through=True)
    if isinstance(native, nw.DataFrame):
        if native.implementation.is_pandas():
            return _from_pandas(frame)
        return cast(pa.Table, native.to_arrow())
    raise TypeError(f"a table is a Polars, pandas or Arrow frame, not {type(frame).__name__}")


def _from_pandas(frame: Any) -> pl.DataFrame:
    mixed = {name: column for name, column in frame.items() if column.dtype == object and not _is_text(column)}
    known = pl.from_pandas(frame.drop(columns=list(mixed)), nan_to_null=True)
    made = [
        _of_objects(str(name), [None if gone else value for value, gone in zip(column, column.isna(), strict=True)])
        for name, column in mixed.items()
    ]
    return known.with_columns(made).select(str(name) for name in frame.columns)


def _is_text(column: Any) -> bool:
    """Tell whether a column of objects holds texts and missing values only, as most do."""
    first = column.first_valid_index()
    return first is not None and column.map(lambda one: isinstance(one, str), na_action="ignore").eq(False).sum() == 0


def _series(name: str, values: Any) -> pl.Series:
    try:
        made = pl.Series(name, values)
    except TypeError:  # numbers of several types
        return _of_objects(name, list(values))
    return _of_objects(name, made.to_list()) if made.dtype == pl.Object else made


def _of_objects(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of numbers, truths or days as such, of nothing as nothing, of anything else as text."""
    present = [value for value in values if value is not None]
    if not present:
        return pl.Series(name, values, pl.Null)
    if all(isinstance(value, (Real, Decimal, Fraction)) and not isinstance(value, bool) for value in present):
        whole = all(isinstance(value, Integral) for value in present)
        as_number = int if whole else float
        kind = pl.Int64 if whole else pl.Float64
        return pl.Series(name, [None if value is None else as_number(value) for value in values], kind)
    if len({type(value) for value in present}) == 1 and not isinstance(present[0], str):
        made = pl.Series(name, values)
        if made.dtype != pl.Object:
            return made
    return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)
