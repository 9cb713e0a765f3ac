"""The tables of an evaluation: any kind of frame in, columns of the contract's types out, every fault told at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jiqun.engines import Engine, Frame
from jiqun.expressions.nearest import nearest
from jiqun.methods.columns.in_a_row import number_of
from jiqun.methods.columns.sources import as_source
from jiqun.packs.models import Column, TableContract
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Period, digest

PERIOD_COLUMNS = ("year", "month")
SHOWN = 5
_WORTH_THREADS = 10_000  # rows from which on threads save more than they cost
# types of columns of the tables that methods read by themselves, where the law book has no contract for them
_USUAL = {
    "year": "integer",
    "quarter": "integer",
    "steps": "integer",
    "score": "number",
    "total": "number",
    "value": "number",
}
POLARS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date,
    "datetime": pl.Datetime,
}  # fmt: skip
_KINDS: dict[str, tuple[Any, str, str]] = {
    "string": (nw.String, "文字", "text"),
    "number": (nw.Float64, "数", "a number"),
    "integer": (nw.Int64, "整数", "a whole number"),
    "boolean": (nw.Boolean, "是非", "true or false"),
    "date": (nw.Date, "日期", "a date"),
    "datetime": (nw.Datetime, "时刻", "a point in time"),
}


def empty_table(contract: TableContract) -> pl.DataFrame:
    """Return a table without rows, in its contract's types."""
    return pl.DataFrame(schema={one.name: POLARS[one.type] for one in contract.fields})


@dataclass
class Tables:
    """Frames by table name, loaded when first asked for; `faults` collects what is wrong with them."""

    engine: Engine
    contracts: Mapping[str, TableContract]
    given: Mapping[str, Any]
    nothing: Mapping[str, Sequence[Period]] = field(default_factory=dict)  # of which it was said that there is none
    faults: list[Problem] = field(default_factory=list)
    loaded: dict[str, Frame] = field(default_factory=dict)
    checked: set[tuple[str, str]] = field(default_factory=set)

    def has(self, table: str) -> bool:
        """Tell whether a table was given; an own register that was not is empty."""
        return table in self.given or self._is_register(table)

    def _is_register(self, table: str) -> bool:
        return table in self.contracts and self.contracts[table].when_empty == "none"

    def nothing_in(self, table: str, unit: str) -> frozenset[int]:
        """The numbers of the months, quarters or years of which it was said that a table has nothing (零报告)."""
        found: set[int] = set()
        for span in self.nothing.get(table, ()):
            first, last = number_of(span.first, unit), number_of(span.last, unit)
            begun = first if number_of(span.first - timedelta(days=1), unit) != first else first + 1
            ended = last if number_of(span.last + timedelta(days=1), unit) != last else last - 1
            found |= set(range(begun, ended + 1))
        return frozenset(found)

    def frame(self, table: str) -> Frame | None:
        """Return a table as loaded; None and a fault where it was not given."""
        if table not in self.given and table not in self.loaded and self._is_register(table):
            self.loaded[table] = self.engine.load(empty_table(self.contracts[table]))
        if not self.has(table):
            self.faults.append(
                problem("METHOD-020", Place(item=table), table=table, nearest=nearest(table, self.given))
            )
            return None
        if table not in self.loaded:
            try:
                self.loaded[table] = self.engine.load(as_source(self.given[table]))
            except TypeError as error:
                raise ProblemsError([problem("METHOD-031", Place(item=table), table=table, detail=error)]) from None
        return self.loaded[table]

    def select(self, table: str, columns: Iterable[str], period: Period | None = None) -> Frame | None:
        """Return the rows of a period with some columns in their contract's types; None where something is wrong.

        A table without period column is taken to hold the period's rows. NaN becomes missing.
        """
        frame = self.frame(table)
        if frame is None:
            return None
        schema = frame.collect_schema()
        wanted = list(dict.fromkeys(columns))
        before = len(self.faults)
        chosen = [self._column(table, name, schema, frame) for name in wanted]
        test = self._in_period(table, schema, period) if period is not None else None
        if len(self.faults) > before:
            return None
        if test is not None:
            frame = frame.filter(test)
        frame = frame.select(*(one for one in chosen if one is not None))
        for name in wanted:
            self._check_allowed(table, name, frame)
        return frame

    def _check_allowed(self, table: str, name: str, frame: Frame) -> None:
        """Say once which values of a column are none of those its contract allows: no condition would hold for them."""
        contract = self.contracts.get(table)
        if contract is None or name not in contract.column_names or (table, name) in self.checked:
            return
        column = contract.column(name)
        if not column.allowed or column.delimiter is not None or column.type != "string":
            return
        self.checked.add((table, name))
        found = self.engine.collect(frame.select(nw.col(name)).unique())[name].cast(pl.String).drop_nulls()
        strange = sorted(set(found) - set(column.allowed))
        if strange:
            shown = {"values": _listed(strange, "、"), "values_en": _listed(strange, ", "), "count": len(strange)}
            titles = {one.value: f"{one.value}（{one.title}）" for one in column.categories}
            allowed = {
                "allowed": "、".join(titles.get(one, one) for one in column.allowed),
                "allowed_en": ", ".join(column.allowed),
            }
            self.faults.append(problem("METHOD-047", Place(item=table), table=table, name=name, **shown, **allowed))

    def period_column(self, table: str) -> str | None:
        """The column of a given table that names a row's period; None where it has none."""
        frame = self.frame(table) if self.has(table) else None
        names = () if frame is None else frame.collect_schema().names()
        return next((name for name in PERIOD_COLUMNS if name in names), None)

    def _in_period(self, table: str, schema: nw.Schema, period: Period) -> nw.Expr | None:
        name = next((one for one in PERIOD_COLUMNS if one in schema.names()), None)
        if name is None:
            return None
        kind = schema[name]
        if name == "year" and not kind.is_integer():
            self._wrong_type(table, name, kind, "integer")
            return None
        if name == "month" and kind != nw.String:
            self._wrong_type(table, name, kind, "string")
            return None
        test = nw.col(name) == (period.year if name == "year" else str(period))
        if period.kind == "quarter" and "quarter" in schema.names():
            return test & (nw.col("quarter") == int(str(period)[-1]))
        return test

    def _column(self, table: str, name: str, schema: nw.Schema, frame: Frame) -> nw.Expr | None:
        if name not in schema.names():
            near = nearest(name, schema.names())
            self.faults.append(problem("METHOD-021", Place(item=table), table=table, name=name, nearest=near))
            return None
        contract = self.contracts.get(table)
        known = contract is not None and name in contract.column_names
        wanted = contract.column(name).type if contract is not None and known else _USUAL.get(name, "string")
        made = _cast(nw.col(name), schema[name], wanted)
        if made is None and self._is_empty(frame, name):
            return nw.lit(None, _KINDS[wanted][0]).alias(name)
        if made is None:
            self._wrong_type(table, name, schema[name], wanted)
            return None
        return (
            _without_contradictions(made, contract.column(name)).alias(name) if contract is not None and known else made
        )

    def _is_empty(self, frame: Frame, name: str) -> bool:
        """Tell whether a column holds nothing at all, whatever type its frame gave it."""
        return self.engine.collect(frame.select(nw.col(name)).drop_nulls().head(1)).is_empty()

    def _wrong_type(self, table: str, name: str, kind: Any, wanted: str) -> None:
        _, zh, en = _KINDS[wanted]
        self.faults.append(
            problem("METHOD-022", Place(item=table), table=table, name=name, found=kind, wanted_zh=zh, wanted_en=en)
        )


def _listed(values: Sequence[str], between: str) -> str:
    return between.join(values[:SHOWN]) + ("…" if len(values) > SHOWN else "")


def _without_contradictions(made: nw.Expr, column: Column) -> nw.Expr:
    """Make unknown what names an option that stands alone (无) beside others: nobody can tell which is meant."""
    for word in column.alone if column.delimiter else ():
        part, between = re.escape(word), re.escape(column.delimiter or ";")
        beside = made.str.contains(f"(^|{between}){part}({between}|$)") & (made != word)
        made = nw.when(~beside).then(made)
    return made


def _cast(column: nw.Expr, kind: Any, wanted: str) -> nw.Expr | None:
    """Bring a column to its contract's type without losing anything; None where it is of another kind."""
    target = _KINDS[wanted][0]
    if kind == nw.Unknown or str(kind) in ("Null", "Unknown"):
        return column.cast(target)
    if wanted == "number" or wanted == "integer":
        return _number(column, kind)
    if wanted == "string":
        if kind == nw.String:
            return column
        return column.cast(nw.String) if kind in (nw.Categorical, nw.Enum) else None
    if wanted == "date":
        if kind == nw.Date:
            return column
        return column.cast(nw.Date) if kind == nw.Datetime else None
    return column if kind == target else None


def _number(column: nw.Expr, kind: Any) -> nw.Expr | None:
    if kind.is_integer():
        return column if kind == nw.Int64 else column.cast(nw.Int64)
    if kind == nw.Float64:
        return nw.when(~column.is_nan()).then(column)
    if kind.is_decimal():
        return column.cast(nw.Float64)
    return None


def content_digest(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of a frame's content: names, types and values, whatever its chunks and buffers are."""
    series = [frame[name] for name in frame.columns]
    if frame.height < _WORTH_THREADS:
        parts = [_column_digest(one) for one in series]
    else:
        with ThreadPoolExecutor(max_workers=4) as pool:  # hashing lets other threads run
            parts = list(pool.map(_column_digest, series))
    return digest([[name, part] for name, part in zip(frame.columns, parts, strict=True)])


def _column_digest(series: pl.Series) -> str:
    """The SHA-256 of a column; Polars is asked for nothing that changes nothing, since small frames are many."""
    missing = series.null_count()
    total = hashlib.sha256(f"{series.dtype}:{len(series)}:{missing};".encode())
    if series.dtype in (pl.String, pl.Enum, pl.Categorical):
        texts = series if series.dtype == pl.String else series.cast(pl.String)
        parts = _text_buffers(texts.fill_null("") if missing else texts)
    else:
        number = series if series.dtype in (pl.Int64, pl.Float64) else _as_number(series)
        parts = _number_buffers(number.fill_null(0) if missing or series.dtype == pl.Null else number)
    for part in parts:
        total.update(part)
    for part in _number_buffers(series.is_null().cast(pl.Int8)) if missing else ():
        total.update(part)
    return total.hexdigest()


def _as_number(series: pl.Series) -> pl.Series:
    return series.cast(pl.Int8) if series.dtype == pl.Boolean else series.to_physical()


def _number_buffers(series: pl.Series) -> Iterator[memoryview]:
    """The values of a column without missing ones, chunk by chunk, so that nothing is copied."""
    for chunk in series.get_chunks():
        yield from _values(chunk.to_arrow())


def _text_buffers(series: pl.Series) -> Iterator[memoryview]:
    """Where each text ends in all texts written behind each other, from 0 on; then these texts themselves."""
    chunks = [chunk.to_arrow(compat_level=pl.CompatLevel.oldest()) for chunk in series.get_chunks()]
    before = 0
    yield memoryview(bytes(8))
    for chunk in chunks:
        ends = pc.add(pc.cumulative_sum(pc.cast(pc.binary_length(chunk), pa.int64())), before)
        yield from _values(ends)
        before = ends[-1].as_py() if len(ends) else before
    for chunk in chunks:
        if chunk.buffers()[2] is not None:
            yield memoryview(chunk.buffers()[2])


def _values(chunk: pa.Array) -> Iterator[memoryview]:
    values = chunk.buffers()[1]
    if values is not None:
        width = chunk.type.bit_width // 8
        yield memoryview(values)[chunk.offset * width : (chunk.offset + len(chunk)) * width]
