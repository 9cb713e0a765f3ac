"""What reading a column gives: its values, the cells that could not be read, and what was changed on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from jiqun.ledger.intake.raw import BLANKS, RawColumn, shown
from jiqun.packs.models.table import Column, TableContract
from jiqun.values import Unit, comparable

EXCEL_ERRORS = {
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
}
_DASHES = set("-—–―")
_LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Fault:
    """One cell that cannot stand: 0-based row and column of the sheet (no column for a whole row), code and values."""

    row: int
    column: int | None
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """Cells of a column that were read in another form than they are written in, with the first as example."""

    column: int
    rows: int
    first_row: int
    written: str
    read: str


@dataclass(frozen=True)
class Reading:
    """A column in the contract's type and unit; `stated` are its numbers before conversion, in the file's unit."""

    values: pl.Series
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()
    stated: pl.Series | None = None


@dataclass(frozen=True)
class Task:
    """One column to read: its cells, its rows in the sheet, the field it fills, what the file or user said of it."""

    raw: RawColumn
    rows: Sequence[int]
    column: int
    field: Column
    missing: frozenset[str]
    unit_from: Unit | None = None
    codes: frozenset[str] | None = None
    names: Mapping[str, str] | None = None  # name in comparable form → the code it stands for
    percent: frozenset[int] = frozenset()
    date_order: str | None = None

    def faults(self, indexes: Sequence[int], code: str, text: str | None = None, **values: object) -> list[Fault]:
        """Make a fault at each of these rows of the task; the cell's own text is among its values."""
        if not len(indexes):
            return []
        said = {"field": self.field.title, **{name: str(value) for name, value in values.items()}}
        if text is not None:
            common = {"text": clipped(text), **said}
            return [Fault(self.rows[index], self.column, code, common) for index in indexes]
        return [
            Fault(self.rows[index], self.column, code, {"text": clipped(shown(self.raw.cell(index))), **said})
            for index in indexes
        ]

    def change(self, indexes: Sequence[int], read: str) -> tuple[Change, ...]:
        """Say that the cells at these rows were read in another form, the first of them as `read`."""
        if not len(indexes):
            return ()
        first = int(indexes[0])
        written = clipped(shown(self.raw.cell(first)))
        return (Change(self.column, len(indexes), self.rows[first], written, clipped(read)),)


# what nobody sees in a message: control, zero-width and direction marks
_UNSEEN = re.compile("[\x00-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clipped(text: str) -> str:
    """Shorten a cell's text for a message."""
    flat = _UNSEEN.sub(lambda one: f"⟨U+{ord(one[0]):04X}⟩", " ".join(text.split()))
    return flat if len(flat) <= _LONGEST_SHOWN else flat[: _LONGEST_SHOWN - 1] + "…"


def missing_words(contract: TableContract, column: Column) -> frozenset[str]:
    """Return the words that mean no value in a column, in comparable form: its own, else the table's."""
    return frozenset(comparable(word) for word in column.missing_values or contract.missing_values)


def is_missing(text: str, words: frozenset[str]) -> bool:
    """Tell whether a text means no value; a run of dashes is the one dash."""
    key = comparable(text.strip(BLANKS))
    return not key or key in words or (set(key) <= _DASHES and bool(words & _DASHES))


def is_excel_error(text: str) -> bool:
    """Tell whether a text is one of Excel's error values."""
    return text.startswith("#") and text.strip().upper() in EXCEL_ERRORS


def by_text(texts: pl.Series) -> Iterable[tuple[str, Sequence[int]]]:
    """Return every different text of a column with the rows it stands in, in the order of first appearance."""
    frame = pl.DataFrame({"text": texts}).with_row_index("row").drop_nulls("text")
    grouped = frame.group_by("text", maintain_order=True).agg("row")
    yield from grouped.iter_rows()
