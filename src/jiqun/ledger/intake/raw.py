"""A sheet as it stands in the file: every cell one of number, text, moment or truth value, by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

Cell = float | str | bool | datetime | None
Range = tuple[int, int, int, int]  # first row, first column, last row, last column; all 0-based, inclusive

BLANKS = (
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)


@dataclass(frozen=True)
class RawColumn:
    """One column of a sheet; at each row at most one of the four series holds a value. Blank text is no value."""

    numbers: pl.Series
    texts: pl.Series
    moments: pl.Series
    flags: pl.Series

    @classmethod
    def of(cls, values: Sequence[object]) -> RawColumn:
        """Sort the cells of a column by what they are."""
        kinds = set(map(type, values))
        size = len(values)
        numbers = (
            pl.Series([_number(v) for v in values], dtype=pl.Float64)
            if kinds & {float, int}
            else nothing(size, pl.Float64)
        )
        moments = (
            pl.Series([_moment(v) for v in values], dtype=pl.Datetime("us"))
            if kinds & {date, datetime}
            else nothing(size, pl.Datetime("us"))
        )
        flags = (
            pl.Series([v if type(v) is bool else None for v in values], dtype=pl.Boolean)
            if bool in kinds
            else nothing(size, pl.Boolean)
        )
        return cls(numbers, _texts(values, kinds), moments, flags)

    @classmethod
    def of_texts(cls, texts: pl.Series) -> RawColumn:
        size = len(texts)
        return cls(
            nothing(size, pl.Float64),
            without_blanks(texts.cast(pl.String)),
            nothing(size, pl.Datetime("us")),
            nothing(size, pl.Boolean),
        )

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: pl.Series) -> RawColumn:
        """Return the cells at the 0-based row indexes."""
        return RawColumn(
            self.numbers.gather(rows), self.texts.gather(rows), self.moments.gather(rows), self.flags.gather(rows)
        )

    def filled(self) -> pl.Series:
        """Tell for every row whether the cell holds something."""
        return (
            self.numbers.is_not_null()
            | self.texts.is_not_null()
            | self.moments.is_not_null()
            | self.flags.is_not_null()
        )

    def cells(self) -> list[Cell]:
        """Return what every cell holds."""
        lists = [one.to_list() for one in (self.texts, self.numbers, self.moments, self.flags)]
        return [next((value for value in four if value is not None), None) for four in zip(*lists, strict=True)]

    def cell(self, row: int) -> Cell:
        """Return what the cell at a 0-based row holds."""
        for series in (self.texts, self.numbers, self.moments, self.flags):
            value: Cell = series[row]
            if value is not None:
                return value
        return None


@dataclass(frozen=True)
class RawSheet:
    """A sheet with absolute rows: index 0 is row 1 of the file.

    `widths` gives the number of cells of every row of a text file, where rows may differ; empty for other files.
    """

    name: str
    columns: tuple[RawColumn, ...]
    merged: tuple[Range, ...] = ()
    percent_cells: frozenset[tuple[int, int]] = frozenset()
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    widths: tuple[int, ...] = ()

    @property
    def height(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def row(self, index: int) -> tuple[Cell, ...]:
        """Return the cells of a 0-based row."""
        return tuple(column.cell(index) for column in self.columns)


def shown(cell: Cell) -> str:
    """Write a cell as a person sees it in the file: 3411 rather than 3411.0; nothing for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return cell


def letter(column: int) -> str:
    """Name a 0-based column as a spreadsheet does.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def number_of(letters: str) -> int:
    """Return the 0-based column of a spreadsheet's letters.

    >>> number_of("AA")
    26
    """
    total = 0
    for character in letters.upper():
        total = total * 26 + ord(character) - 64
    return total - 1


def without_blanks(texts: pl.Series) -> pl.Series:
    """Turn texts of nothing but blanks (also no-break and ideographic ones) into no value; others stay as they are."""
    stripped = texts.str.strip_chars(BLANKS)
    return texts.set(stripped == "", None)


def columns_of_rows(rows: Iterable[Sequence[object]], width: int) -> tuple[RawColumn, ...]:
    """Turn rows of equal width into columns."""
    by_column = list(zip(*rows, strict=True)) or [()] * width
    return tuple(RawColumn.of(values) for values in by_column)


def nothing(size: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return a column of no values."""
    return pl.Series([None], dtype=dtype).new_from_index(0, size)


def _number(value: object) -> float | None:
    return float(value) if type(value) is float or type(value) is int else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None


def _texts(values: Sequence[object], kinds: set[type]) -> pl.Series:
    if kinds <= {str, type(None)}:
        return without_blanks(pl.Series(values, dtype=pl.String))
    spoken = [v if type(v) is str else (str(v) if isinstance(v, (time, timedelta)) else None) for v in values]
    return without_blanks(pl.Series(spoken, dtype=pl.String))
