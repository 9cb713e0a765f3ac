"""Reading the data rows of a sheet, column by column, in the contract's types and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Literal

import polars as pl

from jiqun.ledger.intake.cells_date import Days, closing_midnights, read_dates
from jiqun.ledger.intake.cells_number import read_numbers
from jiqun.ledger.intake.cells_text import read_texts, read_truths
from jiqun.ledger.intake.header_find import Head
from jiqun.ledger.intake.header_match import Match
from jiqun.ledger.intake.header_report import Understood
from jiqun.ledger.intake.layout import Layout, lay_out
from jiqun.ledger.intake.raw import RawColumn, RawSheet, letter
from jiqun.ledger.intake.reading import Fault, Reading, Task, missing_words
from jiqun.ledger.intake.row_checks import ROW, rows_text
from jiqun.packs.models.table import TableContract
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Period

Midnight = Literal["closes", "opens"] | None


@dataclass(frozen=True)
class Body:
    """The data rows: canonical columns and `_row` (1-based), how each column was read, and the cells at fault."""

    frame: pl.DataFrame
    readings: Mapping[int, Reading]
    matches: tuple[Match, ...]
    faults: tuple[Fault, ...]
    layout: Layout
    contract: TableContract

    def with_constants(self, constants: Mapping[str, str], period: Period | None) -> Body:
        """Add the columns that are not in the file: told values, and the year of the period."""
        frame = self.frame
        for name, text in constants.items():
            if name not in frame.columns:
                frame = frame.with_columns(constant(self.contract, name, text, frame.height))
        if period is not None and "year" in self.contract.column_names and "year" not in frame.columns:
            frame = frame.with_columns(pl.lit(period.year, dtype=pl.Int64).alias("year"))
        order = [name for name in self.contract.column_names if name in frame.columns]
        return replace(self, frame=frame.select(*order, ROW))

    def unreadable(self, column: int) -> frozenset[int]:
        """Return the 1-based rows whose cell in a column has a fault already."""
        return frozenset(one.row + 1 for one in self.faults if one.column in (column, None))

    def notices(self, place: Place) -> list[Problem]:
        """Say which rows were left out and which cells were read in another form."""
        found: list[Problem] = []
        if self.layout.left_out:
            rows = [row + 1 for row, _ in self.layout.left_out]
            text = self.layout.left_out[0][1]
            found.append(
                problem("LEDGER-041", Place(place.file, place.sheet, rows[0]), rows=rows_text(rows), text=text)
            )
        titles = {one.column: one.field.title for one in self.matches}
        for reading in self.readings.values():
            for one in reading.changes:
                cell = f"{letter(one.column)}{one.first_row + 1}"
                said = {"field": titles[one.column], "rows": one.rows, "written": one.written, "read": one.read}
                found.append(problem("LEDGER-044", Place(place.file, place.sheet, one.first_row + 1, cell), **said))
        return found


def constant(contract: TableContract, name: str, text: str, height: int) -> pl.Series:
    """Read a value that the user told for every row; ProblemsError LEDGER-021 where it is none of the field."""
    field = contract.column(name)
    task = Task(RawColumn.of_texts(pl.Series([text])), [0], 0, field, missing_words(contract, field))
    reading = _read(task, Days())
    if reading.faults or reading.values[0] is None:
        raise ProblemsError(
            [problem("LEDGER-021", Place(), word=f"{name}={text}", nearest=field.example or field.type)]
        )
    return reading.values.new_from_index(0, height).alias(name)


def read_body(
    raw: RawSheet,
    head: Head,
    found: Understood,
    contract: TableContract,
    sets: Mapping[str, frozenset[str]],
    days: Days,
    midnight: Midnight,
    names: Mapping[str, Mapping[str, str]],
) -> Body:
    """Read every matched column of the data rows."""
    keys = [
        one.column for one in found.matches if one.field.name in contract.primary_key and one.field.type == "string"
    ]
    layout = lay_out(raw, head, keys)
    broken = _wrong_widths(raw, head, layout)
    bad_rows = {one.row for one in broken}
    rows = layout.rows
    lines = rows.to_list()
    readings: dict[int, Reading] = {}
    faults: list[Fault] = list(broken)
    for match in found.matches:
        field = match.field
        cells = raw.columns[match.column].take(rows)
        percent = frozenset(row for row, column in raw.percent_cells if column == match.column)
        codes = sets.get(field.name) if field.taxonomy else None
        missing = missing_words(contract, field)
        unit, named = found.units[match.column], names.get(field.name)
        task = Task(cells, lines, match.column, field, missing, unit, codes, named, percent)
        reading = _read(task, days)
        readings[match.column] = reading
        faults += [one for one in (*reading.faults, *_uncalculated(raw, task)) if one.row not in bad_rows]
    frame = pl.DataFrame({one.field.name: readings[one.column].values for one in found.matches})
    frame = frame.with_columns((rows + 1).alias(ROW))
    body = Body(frame, readings, found.matches, tuple(faults), layout, contract)
    return _close_days(body, midnight)


def _read(task: Task, days: Days) -> Reading:
    if task.field.type in ("number", "integer"):
        return read_numbers(task)
    if task.field.type in ("date", "datetime"):
        return read_dates(task, days)
    return read_truths(task) if task.field.type == "boolean" else read_texts(task)


def _wrong_widths(raw: RawSheet, head: Head, layout: Layout) -> list[Fault]:
    """Find rows of a text file with fewer cells than the header, or more of them filled."""
    if not raw.widths:
        return []
    expected = raw.widths[head.last_row]
    beyond = [column.filled() for column in raw.columns[expected:]]
    return [
        Fault(row, None, "LEDGER-022", {"found": str(raw.widths[row]), "expected": str(expected)})
        for row in layout.rows
        if raw.widths[row] < expected or (raw.widths[row] > expected and any(one[row] for one in beyond))
    ]


def _uncalculated(raw: RawSheet, task: Task) -> list[Fault]:
    if not raw.uncalculated:
        return []
    wanted = {row for row, column in raw.uncalculated if column == task.column}
    return task.faults([index for index, row in enumerate(task.rows) if row in wanted], "LEDGER-027")


def _close_days(body: Body, midnight: Midnight) -> Body:
    """Move 00:00 to the end of its day where the file was told so; ask where it plainly closes a day, untold."""
    frame, faults = body.frame, list(body.faults)
    keys = [key for key in body.contract.primary_key if key in frame.columns and frame[key].dtype == pl.String]
    for match in body.matches:
        if match.field.type != "datetime" or midnight == "opens":
            continue
        at = frame[match.field.name]
        if midnight == "closes":
            moved = pl.col(match.field.name)
            later = pl.when(moved.dt.time() == time()).then(moved + timedelta(days=1)).otherwise(moved)
            frame = frame.with_columns(later)
            continue
        closing = closing_midnights(at, frame.select(pl.concat_str(keys)).to_series() if keys else None)
        faults += _asked(body, match, closing.arg_true().to_list())
    return replace(body, frame=frame, faults=tuple(faults))


def _asked(body: Body, match: Match, rows: Sequence[int]) -> list[Fault]:
    at, lines = body.frame[match.field.name], body.frame[ROW]
    return [
        Fault(int(lines[row]) - 1, match.column, "LEDGER-029", {"field": match.field.title, "text": str(at[row])})
        for row in rows
    ]
