"""Sheets as departments make them: title, one or two header rows, rows, a total, a signature; as Excel or CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from jiqun.cli.demo.records import Record

Shown = int | float | str | date | None
_MADE = datetime(2025, 3, 1)  # the same creation date in every workbook: the same seed gives the same bytes


@dataclass(frozen=True)
class Column:
    """One column of a department's sheet: its header words, the canonical column, the unit it is shown in."""

    group: str
    header: str
    column: str
    unit: str
    style: str


@dataclass(frozen=True)
class Mark:
    """Something wrong that was put into a cell on purpose, and what a good intake does with it."""

    column: str
    kind: str
    expectation: str
    truth: Shown


@dataclass
class Line:
    """One row of a sheet: the true record behind it, what stands in its cells, what was planted."""

    record: Record
    cells: list[Shown]
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """One sheet ready to be written; `year` is 0 for a standing register."""

    file: str
    name: str
    title: str
    unit_line: str
    footer: str
    year: int
    columns: tuple[Column, ...]
    lines: Sequence[Line]
    total: tuple[Shown, ...]

    def above(self) -> int:
        """Return how many rows stand above the first row of data."""
        return bool(self.title) + bool(self.unit_line) + 1 + any(one.group for one in self.columns)


@dataclass(frozen=True)
class Planted:
    """Where one planted thing ended up; one row of planted.csv."""

    file: str
    sheet: str
    cell: str
    row: int
    enterprise: str
    year: str
    column: str
    kind: str
    expectation: str
    shown: str
    truth: str


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets into one Excel workbook, the same bytes every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": _MADE, "author": "虚拟示范区", "comments": "虚构数据，不对应任何真实企业"})
        centred = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
        day = book.add_format({"num_format": "yyyy/m/d"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, len(sheet.columns) - 1, 18)
            first = _write_top(page, sheet, centred)
            rows = [line.cells for line in sheet.lines]
            for row, cells in enumerate([*rows, sheet.total] if sheet.total else rows, start=first):
                _write_row(page, row, cells, day)
            if sheet.footer:
                page.write_string(first + len(rows) + bool(sheet.total), 0, sheet.footer)


def _write_top(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, centred: xlsxwriter.format.Format) -> int:
    """Write title, unit line and header, and return the first row of data (from 0)."""
    last, row = len(sheet.columns) - 1, 0
    for text in filter(None, (sheet.title, sheet.unit_line)):
        page.merge_range(row, 0, row, last, text, centred)
        row += 1
    if any(one.group for one in sheet.columns):
        start = 0
        for group, members in groupby(sheet.columns, key=lambda one: one.group):
            width = len(list(members))
            if width > 1:
                page.merge_range(row, start, row, start + width - 1, group, centred)
            else:
                page.write_string(row, start, group, centred)
            start += width
        row += 1
    for place, column in enumerate(sheet.columns):
        page.write_string(row, place, column.header, centred)
    return row + 1


def _write_row(
    page: xlsxwriter.worksheet.Worksheet, row: int, cells: Sequence[Shown], day: xlsxwriter.format.Format
) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, str):
            page.write_string(row, place, cell)
        elif isinstance(cell, date):
            page.write_datetime(row, place, datetime.combine(cell, time()), day)
        elif cell is not None:
            page.write_number(row, place, cell)


def write_csv(path: Path, sheet: Sheet, encoding: str) -> None:
    """Write one sheet as CSV in the encoding a department uses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(one.header for one in sheet.columns)
        writer.writerows([_plain(cell) for cell in line.cells] for line in sheet.lines)
        if sheet.total:
            writer.writerow(_plain(cell) for cell in sheet.total)
        if sheet.footer:
            writer.writerow([sheet.footer, *("" for _ in sheet.columns[1:])])


def _plain(cell: Shown) -> str:
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)


def planted_in(sheet: Sheet, file: str) -> Iterator[Planted]:
    """Say where the planted things of a sheet stand: data by cell, frame rows as `skipped`."""
    yield from _frame(sheet, file)
    places = {one.column: place for place, one in enumerate(sheet.columns)}
    for row, line in enumerate(sheet.lines, start=sheet.above()):
        for mark in line.marks:
            place = places[mark.column]
            yield Planted(
                file,
                sheet.name,
                xl_rowcol_to_cell(row, place),
                row + 1,
                str(line.record.get("enterprise") or ""),
                str(sheet.year or line.record.get("year") or ""),
                mark.column,
                mark.kind,
                mark.expectation,
                _plain(line.cells[place]),
                _plain(mark.truth),
            )


def _frame(sheet: Sheet, file: str) -> Iterator[Planted]:
    """List the rows that are no data: title, unit line, total, signature."""
    below = sheet.above() + len(sheet.lines)
    rows: Mapping[str, tuple[int, str]] = {
        "title_row": (0, sheet.title),
        "unit_row": (1, sheet.unit_line),
        "total_row": (below, "合计" if sheet.total else ""),
        "footer_row": (below + bool(sheet.total), sheet.footer),
    }
    for kind, (row, text) in rows.items():
        if text:
            cell = xl_rowcol_to_cell(row, 0)
            year = str(sheet.year or "")
            yield Planted(file, sheet.name, cell, row + 1, "", year, "", kind, "skipped", text, "")
