"""Writing sheets as an Excel workbook: the same sheets give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from jiqun.reports.layout import Head, Page, Sheet, sheet_names
from jiqun.reports.workbook_cells import Column, cell_words
from jiqun.reports.workbook_look import (
    AMBER,
    GREY,
    LINE,
    SHADE,
    Styles,
    column_width,
    height_of,
    lines_of,
    set_page,
    set_width,
)
from jiqun.values import printable

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(
    tzinfo=None
)  # a fixed moment: the file says nothing about when it was written
_MEASURED_ROWS = 400
_ROWS_OF_A_SHEET = 1_000_000  # Excel has 1,048,576 rows, and drops without a word what is written below them
_WIDEST_LINE = 160.0  # what stands above a table is read on the first of several pages
_NARROWEST_LINE = 100.0
_EMPTY_COLUMN = 8.0
_LONGEST = 255  # signs that the properties of a file may have


def write_workbook(path: Path, head: Head, sheets: Iterable[Sheet | Page]) -> None:
    """Write a report; text that a spreadsheet would run as a formula is kept as text.

    Numbers stay numbers with fixed decimals. Of a trial every sheet says so in its head, on paper and behind the cells.
    Sheets are taken one by one and rows are not kept, so that a million of them fit into memory.
    """
    _write(path, head, sheets)


def workbook_bytes(head: Head, sheets: Iterable[Sheet | Page]) -> bytes:
    """Return the bytes of the workbook."""
    target = BytesIO()
    _write(target, head, sheets)
    return target.getvalue()


def _write(target: Path | BytesIO, head: Head, sheets: Iterable[Sheet | Page]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": printable(head.title)[:_LONGEST], "subject": head.state, "created": _CREATED})
        styles = Styles(book)
        named = _Names()
        for one in sheets:
            for part in _parts(one):
                written = book.add_worksheet(named.of(part.name))
                set_page(written, head)
                if isinstance(part, Sheet):
                    _write_sheet(written, head, part, styles)
                else:
                    _write_page(written, head, part, styles)


class _Names:
    """Names of sheets as they come, each once."""

    def __init__(self) -> None:
        self._wanted: list[str] = []

    def of(self, name: str) -> str:
        self._wanted.append(name)
        return list(sheet_names(self._wanted))[-1]


def _parts(one: Sheet | Page) -> Iterator[Sheet | Page]:
    """Give a table that is longer than a sheet of Excel as several, each with its head."""
    if isinstance(one, Page) or len(one.rows) <= _ROWS_OF_A_SHEET:
        yield one
        return
    for start in range(0, len(one.rows), _ROWS_OF_A_SHEET):
        yield replace(one, rows=one.rows[start : start + _ROWS_OF_A_SHEET])


def _write_top(
    written: Worksheet, head: Head, title: str, notes: Iterable[str], styles: Styles, widths: Sequence[float]
) -> int:
    """Write title, facts, state and notes; return the next free row."""
    whole = title if title == head.title else f"{title} · {head.title}"
    state = {"font_color": AMBER, "bold": True} if head.trial else {"font_color": GREY}
    lines: list[tuple[str, dict[str, Any]]] = [
        (whole, {"bold": True, "font_size": 15}),
        (" · ".join(head.facts), {"font_color": GREY}),
        (head.state, state),
        *((note, {"font_color": GREY, "font_size": 9}) for note in notes),
    ]
    for row, (text, look) in enumerate(lines):
        _write_line(written, row, text, look, styles, widths)
    return len(lines)


def _write_line(
    written: Worksheet, row: int, text: str, look: dict[str, Any], styles: Styles, widths: Sequence[float]
) -> None:
    """Write a text over the columns of a sheet; a long one runs over several lines, not out of the page."""
    size = look.get("font_size", 10)
    last, room = 0, widths[0]
    while room < _NARROWEST_LINE or (last + 1 < len(widths) and room + widths[last + 1] <= _WIDEST_LINE):
        last += 1
        room += widths[last] if last < len(widths) else _EMPTY_COLUMN
    lines = lines_of(text, room * 10 / size)
    if lines > 1 and last > 0:
        written.merge_range(row, 0, row, last, "", styles.of(**look, text_wrap=True))
    written.write_string(row, 0, cell_words(text), styles.of(**look, text_wrap=lines > 1))
    written.set_row(row, height_of(lines, size) + (2 if size > 10 else 0))


def _write_sheet(written: Worksheet, head: Head, sheet: Sheet, styles: Styles) -> None:
    measured = sheet.rows[:_MEASURED_ROWS]
    widths = [column_width(field, [row[at] for row in measured]) for at, field in enumerate(sheet.fields)]
    top = _write_top(written, head, sheet.title, sheet.notes, styles, widths)
    first = top + 2
    _write_head(written, top, sheet, styles, widths)
    columns = [Column(written, at, field, styles) for at, field in enumerate(sheet.fields)]
    wrapped = [at for at, field in enumerate(sheet.fields) if field.wrap]
    for at, row in enumerate(sheet.rows, start=first):
        if wrapped and (lines := max(lines_of(str(row[one] or ""), widths[one]) for one in wrapped)) > 1:
            written.set_row(at, height_of(lines))
        for column, value in zip(columns, row, strict=True):
            column.put(at, value)
    set_width(written, widths, sheet.frozen)
    written.freeze_panes(first, sheet.frozen)
    written.repeat_rows(top, top + 1)
    if sheet.filters and sheet.rows:
        written.autofilter(top + 1, 0, top + 1 + len(sheet.rows), len(sheet.fields) - 1)


def _write_head(written: Worksheet, top: int, sheet: Sheet, styles: Styles, widths: Sequence[float]) -> None:
    for column, (field, width) in enumerate(zip(sheet.fields, widths, strict=True)):
        written.set_column(column, column, width)
        written.write_string(top, column, cell_words(field.title), styles.head(field, unit=False))
    written.set_row(top, height_of(max(map(lines_of, (one.title for one in sheet.fields), widths))))
    for column, field in enumerate(sheet.fields):
        written.write_string(top + 1, column, cell_words(field.unit), styles.head(field, unit=True))


def _write_page(written: Worksheet, head: Head, page: Page, styles: Styles) -> None:
    """Write Markdown as a sheet: headings bold, tables cell by cell, paragraphs over the whole width."""
    row = _write_top(written, head, page.title, (), styles, page.widths) + 1
    for column, width in enumerate(page.widths):
        written.set_column(column, column, width)
    previous = ""
    for line in page.lines:
        if line.startswith("|"):
            cells = [cell.strip().replace("\\|", "|") for cell in _cells(line)]
            if not all(set(cell) <= set("-: ") for cell in cells):
                _write_cells(written, row, cells, styles, page.widths, is_head=not previous.startswith("|"))
                row += 1
        elif line.strip():
            depth = len(line) - len(line.lstrip("#"))
            size = {0: 10, 1: 15, 2: 13}.get(depth, 11)
            text = line.lstrip("#").strip().replace("**", "")
            said = f"· {text[2:]}" if text.startswith("- ") else text
            _write_line(written, row, said, {"bold": depth > 0, "font_size": size}, styles, page.widths)
            row += 1
        elif previous.strip():
            row += 1
        previous = line


def _write_cells(
    written: Worksheet, row: int, cells: Sequence[str], styles: Styles, widths: Sequence[int], *, is_head: bool
) -> None:
    look = {"bold": True, "bg_color": SHADE} if is_head else {"bottom": 4, "bottom_color": LINE}
    style = styles.of(text_wrap=True, valign="top", **look)
    written.set_row(row, height_of(max(map(lines_of, cells, widths))))
    for column, cell in enumerate(cells):
        written.write_string(row, column, cell_words(cell), style)


def _cells(line: str) -> list[str]:
    return line.strip().strip("|").replace("\\|", "\0").replace("|", "\1").replace("\0", "\\|").split("\1")
