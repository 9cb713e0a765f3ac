"""Rows of a table of the ledger as a workbook: what the page shows of them, with the same words and masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from jiqun.packs import Column
from jiqun.reports.layout import Field, Head, Kind, Sheet, Value
from jiqun.reports.workbook import workbook_bytes
from jiqun.values import unit_said
from jiqun.web.region import ledger
from jiqun.web.shell.language import both, spoken

_MOST_DIGITS = 4
_NOUGHT = 1e-9  # what a float64 is off the decimals that it was read from


def table_workbook(title: str, frame: pl.DataFrame, known: Mapping[str, Column], told: Iterable[str] = ()) -> bytes:
    """Return rows as a workbook; `known` are the contracts' columns by name, `told` says which rows these are."""
    fields = tuple(_field(name, frame[name], known.get(name)) for name in frame.columns)
    rows = [list(row) for row in zip(*(_cells(frame[name], known.get(name)) for name in frame.columns), strict=True)]
    facts = (ledger().state(spoken()), *told, both(f"{frame.height} 行", f"{frame.height} rows"))
    state = both("台账现有的数，不是评价结果", "figures of the ledger as it stands; no evaluation")
    head = Head(title, facts, state, trial=False, language=spoken())
    return workbook_bytes(head, [Sheet(title, title, fields, rows, frozen=1)])


def _field(name: str, values: pl.Series, column: Column | None) -> Field:
    title = name if column is None else both(column.title, column.title_en or column.title)
    unit = "" if column is None else unit_said(column.unit, spoken())
    if not values.dtype.is_numeric() or name == "year":
        kind: Kind = "date" if values.dtype == pl.Date else "code" if name in ("enterprise", "year") else "text"
        return Field(title, unit, kind)
    return Field(title, unit, "number", _digits(values))


def _digits(values: pl.Series) -> int:
    """The decimals of a column: none where all are whole, else 2 to 4, so that 0.003 t is not shown as nought."""
    figures = values.drop_nulls()
    if (figures == figures.floor()).all():
        return 0
    fitting = (digits for digits in (2, 3) if ((figures - figures.round(digits)).abs() < _NOUGHT).all())
    return next(fitting, _MOST_DIGITS)


def _cells(values: pl.Series, column: Column | None) -> list[Value]:
    words = {} if column is None else {one.value: both(one.title, one.title_en) for one in column.categories}
    plain = values.dtype.is_numeric() and values.name != "year"
    return [_cell(one, words, plain) for one in values.to_list()]


def _cell(value: Any, words: dict[str, str], plain: bool) -> Value:
    if value is None or plain:
        return value  # type: ignore[no-any-return]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return both("是" if value else "否", "yes" if value else "no")
    return words.get(str(value), str(value))
