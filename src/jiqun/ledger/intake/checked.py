"""What checking a file gives: the good rows, the bad ones, and everything that somebody should know about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from jiqun.ledger.intake.header_match import How
from jiqun.ledger.intake.raw import RawSheet
from jiqun.ledger.intake.reading import Fault
from jiqun.ledger.intake.source import Source
from jiqun.packs.models.table import TableContract
from jiqun.problems import Problem
from jiqun.values import Unit, decimal_text


@dataclass(frozen=True)
class ColumnReading:
    """A column that was read: its letter, the header as written, the field, its units, and how it was matched."""

    column: str
    header: str
    field: str
    unit_from: str
    unit_to: str
    how: How
    unit_assumed: bool = False

    @property
    def factor(self) -> Fraction:
        """The exact k with value in the ledger = value in the file × k."""
        return Unit.parse(self.unit_from or "1").factor_to(Unit.parse(self.unit_to or "1"))

    @property
    def converts(self) -> bool:
        return self.unit_from != self.unit_to


@dataclass(frozen=True)
class IgnoredColumn:
    """A column that was not read, and the nearest field (`—` where none is near or it is of another period)."""

    column: str
    header: str
    nearest: str
    other_period: bool


@dataclass(frozen=True)
class HeaderReport:
    """How the head of the sheet was understood; rows are 1-based."""

    sheet: str | None
    first_row: int
    header_row: int
    data_row: int
    columns: tuple[ColumnReading, ...]
    ignored: tuple[IgnoredColumn, ...]

    def of(self, field: str) -> ColumnReading | None:
        """Return the column that a field was read from; None where the file has none."""
        return next((one for one in self.columns if one.field == field), None)

    def cell(self, row: int, field: str) -> str:
        """Return the address of the cell that a value came from; empty for a field that no column gave."""
        column = self.of(field)
        return f"{column.column}{row}" if column else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """Every conversion in words, such as `F 税收（元）：元 → 万元 ×0.0001`."""
        return tuple(
            f"{one.column} {one.header}：{one.unit_from} → {one.unit_to} ×{decimal_text(one.factor)}"
            for one in self.columns
            if one.converts
        )


@dataclass(frozen=True)
class Total:
    """The sum of a numeric column over all rows that could be read: as stated in the file, and in the ledger's unit."""

    field: str
    stated: Fraction
    unit_from: str
    converted: Fraction
    unit_to: str
    rows: int
    missing: int


@dataclass(frozen=True)
class ToldTotal:
    """A total that the file states in a cell, beside the exact sum of the rows that it is of, in the file's unit.

    `told` is None where the cell (as written: `text`) is no number, `summed` where no row has one. `first` and `last`
    are the rows (1-based) between which it sums, `rows` those with a number, `blank` and `unreadable` those without.
    `rounding` is how far apart rounded rows and a rounded total may lie; below `tolerance` they are the same.
    """

    field: str
    label: str
    row: int
    cell: str
    text: str
    told: Fraction | None
    summed: Fraction | None
    unit: str
    first: int
    last: int
    rows: int
    blank: int
    unreadable: int
    rounding: Fraction
    tolerance: Fraction
    is_whole: bool

    @property
    def difference(self) -> Fraction | None:
        """What the file states beyond the sum of its rows; None where one of the two is unknown."""
        return None if self.told is None or self.summed is None else self.told - self.summed

    @property
    def agrees(self) -> bool | None:
        """Whether both are the same but for the rounding of the stated one; None where one of the two is unknown."""
        return None if self.difference is None else abs(self.difference) <= self.tolerance


@dataclass(frozen=True)
class Summary:
    """Counts for the preview.

    `by_code` counts every cell or row at fault, also beyond those in `problems`; `jumps` are the cells of every number
    that changed more than ten times since the period before, the widest change first.
    """

    rows: int
    good: int
    bad: int
    repeated: int
    left_out: int
    jumps: tuple[str, ...]
    by_code: Mapping[str, int]
    totals: tuple[Total, ...]
    told: tuple[ToldTotal, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A file held against a contract: nothing is in the ledger yet.

    `good` has the canonical columns that the file had, and `_row` (1-based row of the sheet). `bad` has the rows at
    fault as written (`_row`, then one text column per letter) and `_errors`. `problems` lists the first 5,000 faults by
    place; `faults` has them all.
    """

    contract_name: str
    source: Source
    header: HeaderReport
    good: pl.DataFrame
    bad: pl.DataFrame
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    contract: TableContract
    raw: RawSheet
    faults: tuple[Fault, ...]
    counts: Summary

    @property
    def wrong_totals(self) -> tuple[ToldTotal, ...]:
        """The totals that the file states and that are not the sums of its rows, or could not be compared with them."""
        return tuple(one for one in self.counts.told if not one.agrees)

    @property
    def goes_back(self) -> bool:
        """Whether there is something for the department to put right: rows at fault, or totals that do not agree."""
        return bool(self.faults) or bool(self.wrong_totals)

    def summary(self) -> Summary:
        """Return counts, totals per numeric column before and after conversion, and repeated rows."""
        return self.counts

    def cell(self, row: int, field: str) -> str:
        """Return the address of the cell that a value came from; empty for a field that no column gave."""
        return self.header.cell(row, field)
