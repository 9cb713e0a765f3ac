"""Writing sheets as an Excel workbook: the same sheets give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jiqun.ledger.intake.excel_safety import neutralise
from jiqun.reports.layout import Field, Head, Page, Sheet, Value, sheet_names
from jiqun.values import text_width

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(
    tzinfo=None
)  # a fixed moment: the file says nothing about when it was written
_FONT = "Microsoft YaHei"
_INK, _GREY, _AMBER, _HEAD, _LINE = "#1F2933", "#5B6773", "#9A6700", "#EEF3F8", "#C8D2DC"
_MEASURED_ROWS = 400
_NARROWEST = 6
_LINE_HEIGHT = 16.0
_A4, _A3 = 9, 8  # the numbers Excel gives paper
_WIDEST_ON_A4 = 180.0  # wider sheets would be printed too small to read
_LONGEST_TEXT = 32_767
_LONGEST_HEADER = 150  # signs; Excel allows 255 with fonts and mark
_BESIDE_THE_MARK = 60  # a longer title would run into the mark in the middle


def write_workbook(path: Path, head: Head, sheets: Sequence[Sheet | Page]) -> None:
    """Write a report; text that a spreadsheet would run as a formula is kept as text.

    Numbers stay numbers with fixed decimals. Of a trial every sheet says so in its head, on paper and behind the cells.
    """
    path.write_bytes(workbook_bytes(head, sheets))


def workbook_bytes(head: Head, sheets: Sequence[Sheet | Page]) -> bytes:
    """Return the bytes of the workbook."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": head.title, "subject": head.state, "created": _CREATED})
    styles = _Styles(book)
    for name, sheet in zip(sheet_names(one.name for one in sheets), sheets, strict=True):
        written = book.add_worksheet(name)
        _page_setup(written, head)
        if isinstance(sheet, Sheet):
            _write_sheet(written, head, sheet, styles)
        else:
            _write_page(written, head, sheet, styles)
    book.close()
    return target.getvalue()


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, **wanted: Any) -> Format:
        properties = {"font_name": _FONT, "font_size": 10, "font_color": _INK, "valign": "vcenter", **wanted}
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def cell(self, field: Field) -> Format:
        line = {"bottom": 4, "bottom_color": _LINE}
        if field.kind == "number":
            return self.of(
                num_format="#,##0" + ("." + "0" * field.digits if field.digits else ""), align="right", **line
            )
        if field.kind == "share":
            return self.of(
                num_format="0" + ("." + "0" * field.digits if field.digits else "") + "%", align="right", **line
            )
        if field.kind == "code":
            return self.of(num_format="@", align="center", **line)
        return self.of(text_wrap=field.wrap, valign="top" if field.wrap else "vcenter", indent=1, **line)

    def head(self, field: Field, unit: bool) -> Format:
        align = {"number": "right", "share": "right", "code": "center"}.get(field.kind, "left")
        common = {"bg_color": _HEAD, "align": align, "text_wrap": True, "indent": int(align == "left")}
        if unit:
            return self.of(**common, font_size=9, font_color=_GREY, bottom=1, bottom_color=_GREY)
        return self.of(**common, bold=True)


def _page_setup(written: Worksheet, head: Head) -> None:
    written.set_landscape()
    written.set_paper(_A4)
    written.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    written.fit_to_pages(1, 0)
    look = f'&C&"{_FONT},Bold"&14' if head.trial else f'&C&"{_FONT},Regular"&10'
    below = "\n" if text_width(head.title) > _BESIDE_THE_MARK else ""
    written.set_header(f'&L&"{_FONT},Regular"&9 {_header_text(head.title)}{look}{below}{head.state}')
    written.set_footer(f'&L&"{_FONT},Regular"&8&A&R&8&P / &N')
    written.hide_gridlines(2)
    if head.trial:
        picture = resources.files("jiqun.reports") / "assets" / f"trial.{head.language}.png"
        written.set_background(BytesIO(picture.read_bytes()))


def _header_text(text: str) -> str:
    return text[:_LONGEST_HEADER].replace("&", "&&")


def _write_top(written: Worksheet, head: Head, title: str, notes: Iterable[str], styles: _Styles) -> int:
    """Write title, facts, state and notes; return the next free row."""
    written.set_row(0, 26)
    written.write_string(
        0, 0, _text(title if title == head.title else f"{title} · {head.title}"), styles.of(bold=True, font_size=15)
    )
    written.write_string(1, 0, _text(" · ".join(head.facts)), styles.of(font_color=_GREY))
    colour = {"font_color": _AMBER, "bold": True} if head.trial else {"font_color": _GREY}
    written.write_string(2, 0, _text(head.state), styles.of(**colour))
    row = 3
    for note in notes:
        written.write_string(row, 0, _text(note), styles.of(font_color=_GREY, font_size=9))
        row += 1
    return row


def _write_sheet(written: Worksheet, head: Head, sheet: Sheet, styles: _Styles) -> None:
    top = _write_top(written, head, sheet.title, sheet.notes, styles)
    first, whole = top + 2, 0.0
    lines, tall = [1] * len(sheet.rows), 1
    for column, field in enumerate(sheet.fields):
        written.write_string(top, column, _text(field.title), styles.head(field, unit=False))
        written.write_string(top + 1, column, _text(field.unit), styles.head(field, unit=True))
        width = _width(field, [row[column] for row in sheet.rows[:_MEASURED_ROWS]])
        whole += width
        tall = max(tall, _lines_of(field.title, width))
        if field.wrap:
            cells = (str(row[column] or "") for row in sheet.rows)
            lines = [max(many, _lines_of(cell, width)) for many, cell in zip(lines, cells, strict=True)]
        written.set_column(column, column, width)
        _write_column(written, first, column, field, sheet.rows, styles.cell(field))
    written.set_row(top, _LINE_HEIGHT * tall)
    for at, many in enumerate(lines, start=first):
        if many > 1:  # only Excel itself would find the height when the file is opened
            written.set_row(at, _LINE_HEIGHT * many)
    if whole > _WIDEST_ON_A4:
        written.set_paper(_A3)
    written.freeze_panes(first, sheet.frozen)
    written.repeat_rows(top, top + 1)
    if sheet.filters and sheet.rows:
        written.autofilter(top + 1, 0, top + 1 + len(sheet.rows), len(sheet.fields) - 1)


def _write_column(
    written: Worksheet, first: int, column: int, field: Field, rows: Sequence[Sequence[Value]], style: Format
) -> None:
    number, text, blank = written.write_number, written.write_string, written.write_blank
    for at, row in enumerate(rows, start=first):
        value = row[column]
        if value is None or value == "":
            blank(at, column, None, style)
        elif isinstance(value, str):
            text(at, column, _text(value), style)
        else:
            number(at, column, value, style)


def _write_page(written: Worksheet, head: Head, page: Page, styles: _Styles) -> None:
    """Write Markdown as a sheet: headings bold, tables cell by cell, paragraphs as they are."""
    row = _write_top(written, head, page.title, (), styles) + 1
    for column, width in enumerate(page.widths):
        written.set_column(column, column, width)
    previous = ""
    for line in page.lines:
        if line.startswith("|"):
            cells = [cell.strip().replace("\\|", "|") for cell in _cells(line)]
            if not all(set(cell) <= set("-: ") for cell in cells):
                bold = not previous.startswith("|")
                for column, cell in enumerate(cells):
                    look = {"bold": True, "bg_color": _HEAD} if bold else {"bottom": 4, "bottom_color": _LINE}
                    style = styles.of(text_wrap=True, valign="top", **look)
                    written.write_string(row, column, _text(cell), style)
                written.set_row(row, _height(cells, page.widths))
                row += 1
        elif line.strip():
            depth = len(line) - len(line.lstrip("#"))
            size = {0: 10, 1: 15, 2: 13}.get(depth, 11)
            text = line.lstrip("#").strip().replace("**", "")
            said = f"· {text[2:]}" if text.startswith("- ") else text
            written.write_string(row, 0, _text(said), styles.of(bold=depth > 0, font_size=size))
            row += 1
        elif previous.strip():
            row += 1
        previous = line


def _cells(line: str) -> list[str]:
    return line.strip().strip("|").replace("\\|", "\0").replace("|", "\1").replace("\0", "\\|").split("\1")


def _height(cells: Sequence[str], widths: Sequence[int]) -> float:
    return _LINE_HEIGHT * max(_lines_of(cell, width) for cell, width in zip(cells, widths, strict=False))


def _lines_of(text: str, width: float) -> int:
    return max(1, -(-text_width(text) // max(int(width) - 2, 1)))


def _text(value: str) -> str:
    return neutralise(value)[:_LONGEST_TEXT]


def _width(field: Field, cells: Sequence[Value]) -> float:
    if field.kind in ("number", "share"):
        size = field.digits + (1 if field.kind == "share" else 0)
        shown = [len(f"{value:,.{size}f}") for value in cells if isinstance(value, (int, float))]
    else:
        shown = [text_width(value) for value in cells if isinstance(value, str)]
    # the head may take two lines, and the filter's button needs room
    wanted = max([*shown, min(text_width(field.title), 16), text_width(field.unit) + 3, _NARROWEST])
    return float(min(wanted, field.widest) + 2)
