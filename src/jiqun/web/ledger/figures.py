"""The figures of a row with the cells that they came from, and how the values of rows are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from jiqun.ledger import lineage
from jiqun.methods.explanation.restricted import MASKED
from jiqun.packs import Column, TableContract
from jiqun.problems import ProblemsError
from jiqun.values import decimal_text, exact, grouped
from jiqun.web.ledger.queries import column_title, contract_of, in_scope
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.filters import number
from jiqun.web.shell.language import both
from jiqun.web.told_results import LISTS, adjustments_told


@dataclass(frozen=True)
class Figure:
    """A value of a row with its birth; `cell` None where a rule of the ledger gave it."""

    name: str
    title: str
    unit: str
    value: str
    hidden: bool
    is_number: bool
    cell: lineage.Cell | None
    past: list[dict[str, object]]


def key_of(table: str, said: Mapping[str, str]) -> dict[str, lineage.Value] | None:
    """Read a row's key from an address; None where it is not one."""
    kinds = ledger().table(table).schema
    found: dict[str, lineage.Value] = {}
    try:
        for name in ledger().view.key(table):
            text = said[name]
            kind = kinds[name]
            found[name] = date.fromisoformat(text) if kind == pl.Date else _typed(text, kind)
    except (KeyError, ValueError):
        return None
    return found


def _typed(text: str, kind: pl.DataType) -> lineage.Value:
    if kind.is_integer():
        if (told := whole_number(text)) is None:
            raise ValueError(text)
        return told
    return datetime.fromisoformat(text) if kind == pl.Datetime else text


def figures_of_row(table: str, key: Mapping[str, lineage.Value], scope: Scope) -> list[Figure] | None:
    """Return every figure of a row with the cell it came from and all that was ever said; None outside the scope."""
    view = ledger().view
    try:
        row = lineage.row(view, table, key)
    except ProblemsError:
        return None
    schema = ledger().table(table).schema
    own = in_scope(pl.DataFrame([row], schema=schema), scope)
    if own.is_empty() or (table == LISTS and adjustments_told(own, scope).is_empty()):
        return None
    contract = contract_of(table)
    cells = lineage.cells(view, table, key)
    past: dict[str, list[dict[str, object]]] = {}
    for entry in lineage.history(view, table, key).to_dicts():
        past.setdefault(str(entry["column"]), []).append(entry)
    return [
        _figure(contract, name, value, cells.get(name), past.get(name, []), scope)
        for name, value in row.items()
        if value is not None or name in past
    ]


def _figure(
    contract: TableContract | None,
    name: str,
    value: lineage.Value,
    cell: lineage.Cell | None,
    past: list[dict[str, object]],
    scope: Scope,
) -> Figure:
    column = contract.column(name) if contract is not None and name in contract.column_names else None
    hidden = not scope.sees_restricted and column is not None and column.sensitivity == "restricted"
    if hidden:
        past = [{**one, "value": MASKED} for one in past]
    words = {one.value: both(one.title, one.title_en) for one in column.categories} if column is not None else {}
    shown = "" if value is None else MASKED if hidden else words.get(str(value), plain(value))
    unit = (column.unit or "") if column is not None else ""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and name != "year"
    return Figure(
        name,
        column_title(contract, name),
        "" if unit == "1" else unit,
        shown,
        hidden,
        is_number,
        cell,
        _differing(past),
    )


def _differing(past: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return what was ever said of a figure where it was not always the same and counted all along."""
    is_same = len({one["value"] for one in past}) <= 1 and all(one["state"] != "undone" for one in past)
    return [] if is_same else past


def plain(value: lineage.Value) -> str:
    """Write a value of a row in full: numbers exactly, with separators."""
    if isinstance(value, bool):
        return both("是", "yes") if value else both("否", "no")
    return grouped(decimal_text(exact(value))) if isinstance(value, float) else str(value)


def written(part: pl.DataFrame, table: str) -> list[list[tuple[str | None, bool]]]:
    """Return rows as a list shows them, each value with whether it is a number; a column has the same decimals."""
    contract = contract_of(table)
    columns = {} if contract is None else {one.name: one for one in contract.fields}
    schema = part.schema
    shown = [_column(part[name], columns.get(name)) for name in part.columns]
    is_number = [schema[name].is_numeric() and name != "year" for name in part.columns]
    return [list(zip(row, is_number, strict=True)) for row in zip(*shown, strict=True)]


def _column(cells: pl.Series, field: Column | None) -> list[str | None]:
    values = cells.to_list()
    if cells.dtype.is_float():
        digits = 0 if all(one == int(one) for one in values if one is not None) else 2
        return [None if one is None else number(one, digits) for one in values]
    words = {one.value: both(one.title, one.title_en) for one in field.categories} if field else {}
    if cells.dtype == pl.String and not words:
        return values
    return [None if one is None else words.get(str(one), plain(one)) for one in values]
