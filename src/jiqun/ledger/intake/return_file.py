"""The file that goes back to the department: its own sheet with only the rows at fault, each fault said and marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from math import ceil, isfinite
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from jiqun.ledger.intake.check import fault_problem
from jiqun.ledger.intake.checked import Checked, ToldTotal
from jiqun.ledger.intake.excel_safety import is_risky
from jiqun.ledger.intake.header_match import ERROR_COLUMN
from jiqun.ledger.intake.raw import Cell, shown
from jiqun.ledger.intake.reading import Fault
from jiqun.problems import Place, Problem
from jiqun.values import text_width

_SHIFTED = "LEDGER-022"  # a row of a text file whose cells may stand under wrong headers: sent back as one text
_SEPARATOR = " | "
_NOT_CALCULATED = "公式未计算"
_MADE = datetime(2000, 1, 1)  # a fixed creation date: the same faults give the same bytes
_ROWS_OF_A_SHEET = 1_000_000
_A4 = 9  # the number Excel gives the paper
_LONGEST_CELL = 32_000
_SHEET_NAME = 31
_TOTALS_SHEET = "合计核对"
_TOTALS_HEADS = ("原表格", "原表写的", "列", "写的数", "各行相加", "差", "计量单位", "相加的行", "没有算的格")
_TOTALS_WIDTHS = (8, 20, 24, 18, 18, 18, 10, 14, 26)
_SAID = 64  # columns of a monospaced page that the faults of a row are written in
_NARROWEST, _WIDEST = 8, 42
_OF_A_PAGE = 200.0  # signs of a line of A4 that can still be read
_MEASURED = 1_000  # rows that the width of a column is taken from
_COMMENTED = 5_000  # rows whose cells carry comments: more of them make a file that takes minutes to open
_LINE = 15.0  # height of a line in points
_TALLEST = 400.0  # Excel allows 409


def write_return_file(checked: Checked, to: Path) -> int:
    """Write the rows at fault as .xlsx under the department's own headers, with a first column 错误说明.

    Returns the number of rows. Faulty cells are red and, in the first rows, carry the fault as a comment. Totals of the
    file that are not the sums of its rows stand on a sheet of their own. The corrected file can be imported again as it
    is: neither the first column nor that sheet is read.
    """
    rows = sorted({one.row for one in checked.faults})
    with xlsxwriter.Workbook(to, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _MADE})
        writer = _Writer(book, checked)
        for start in range(0, max(1, len(rows)), _ROWS_OF_A_SHEET):
            name = _sheet_name(checked.source.sheet, start // _ROWS_OF_A_SHEET)
            writer.sheet(book.add_worksheet(name), rows[start : start + _ROWS_OF_A_SHEET])
        if checked.wrong_totals:
            writer.totals(book.add_worksheet(_TOTALS_SHEET), checked.wrong_totals)
    return len(rows)


def _sheet_name(sheet: str | None, number: int) -> str:
    suffix = f"_{number + 1}" if number else ""
    return (sheet or "错误行")[: _SHEET_NAME - len(suffix)] + suffix


@dataclass(frozen=True)
class _Styles:
    plain: Format
    head: Format
    error: Format

    @classmethod
    def of(cls, book: Workbook) -> _Styles:
        return cls(
            book.add_format({}),
            book.add_format({"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1}),
            book.add_format({"font_color": "#C00000", "text_wrap": True, "valign": "top"}),
        )


class _Writer:
    """Writes the head and the bad rows of one sheet, one column to the right of where they stood."""

    def __init__(self, book: Workbook, checked: Checked) -> None:
        self.book, self.checked, self.raw = book, checked, checked.raw
        self.styles = _Styles.of(book)
        self.formats: dict[tuple[str, bool, bool], Format] = {}
        self.place = Place(checked.source.path.name, checked.source.sheet or "")
        self.faults: dict[int, list[Fault]] = {}
        for one in checked.faults:
            self.faults.setdefault(one.row, []).append(one)

    def sheet(self, page: Worksheet, rows: Sequence[int]) -> None:
        head = self.checked.header
        page.set_column(0, 0, _SAID)
        whole = float(_SAID)
        for column, one in enumerate(self.raw.columns, start=1):
            # what the department wrote above its columns runs over them and says nothing of their width
            said = [one.cell(row) for row in (head.header_row - 1, *(at for at in rows[:_MEASURED]))]
            widest = max(text_width(shown(cell)[:_WIDEST]) for cell in said)
            width = min(_WIDEST, max(_NARROWEST, widest + 2))
            page.set_column(column, column, width)
            whole += width
        page.freeze_panes(head.data_row - 1, 1)
        page.set_landscape()
        page.set_paper(_A4)
        pages = ceil(whole / _OF_A_PAGE)
        page.fit_to_pages(pages, 0)
        if pages > 1:  # side by side, and each says which firm a row is about: mostly the first two columns
            page.print_across()
            page.repeat_columns(1, min(2, len(self.raw.columns)))
        page.repeat_rows(0, head.data_row - 2)
        page.set_footer("&R&P / &N")
        self._head(page, head.header_row - 1, head.data_row - 1)
        for at, row in enumerate(rows):
            self._row(page, head.data_row - 1 + at, row, commented=at < _COMMENTED)

    def totals(self, page: Worksheet, wrong: Sequence[ToldTotal]) -> None:
        """Write each stated total beside the sum of its rows; a figure that is not there stays empty."""
        for column, (head, width) in enumerate(zip(_TOTALS_HEADS, _TOTALS_WIDTHS, strict=True)):
            page.set_column(column, column, width)
            page.write_string(0, column, head, self.styles.head)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        for line, one in enumerate(wrong, start=1):
            field = self.checked.contract.column(one.field).title
            left_out = [("空白", one.blank), ("读不出", one.unreadable)]
            unsummed = "，".join(f"{word} {count} 格" for word, count in left_out if count)
            numbers = [one.told, one.summed, one.difference]
            cells: list[Cell] = [one.cell, one.label, field]
            cells += [one.text if one.told is None else float(one.told)]
            cells += [None if number is None else float(number) for number in numbers[1:]]
            cells += [one.unit, f"第 {one.first}–{one.last} 行", unsummed or None]
            for column, cell in enumerate(cells):
                self._cell(page, line, column, cell, self._format(cell, red=column == 0, percent=False))

    def _head(self, page: Worksheet, leaf: int, data: int) -> None:
        merged = [one for one in self.raw.merged if one[2] < data and one[:2] != one[2:]]
        inside = {
            (row, column) for one in merged for row in range(one[0], one[2] + 1) for column in range(one[1], one[3] + 1)
        }
        for top, left, bottom, right in merged:
            text = _text_of(self.raw.columns[left].cell(top))
            page.merge_range(top, left + 1, bottom, right + 1, text, self.styles.head)
        for row in range(data):
            for column, one in enumerate(self.raw.columns):
                if (row, column) not in inside:
                    self._cell(page, row, column + 1, one.cell(row), self.styles.head)
        page.write_string(leaf, 0, ERROR_COLUMN, self.styles.head)

    def _row(self, page: Worksheet, line: int, row: int, *, commented: bool) -> None:
        faults = self.faults[row]
        by_column: Mapping[int | None, list[str]] = {
            column: [fault_problem(one, self.place).what() for one in faults if one.column == column]
            for column in {one.column for one in faults}
        }
        said = "\n".join(_told(fault_problem(one, self.place)) for one in faults)
        page.write_string(line, 0, said[:_LONGEST_CELL], self.styles.error)
        lines = sum(max(1, ceil(text_width(part) / (_SAID - 2))) for part in said.split("\n"))
        page.set_row(line, min(_TALLEST, _LINE * lines))
        whole_row = None in by_column
        shifted = any(one.code == _SHIFTED for one in faults)
        for column, one in enumerate(self.raw.columns):
            red = whole_row or column in by_column
            cell = self._written(row, column, one.cell(row), shifted)
            percent = (row, column) in self.raw.percent_cells
            self._cell(page, line, column + 1, cell, self._format(cell, red, percent))
            if commented and column in by_column:
                page.write_comment(line, column + 1, "\n".join(by_column[column])[:_LONGEST_CELL])

    def _written(self, row: int, column: int, cell: Cell, shifted: bool) -> Cell:
        """What goes back is refused again until somebody puts it right: nothing of it would pass for a figure."""
        if (row, column) in self.raw.uncalculated and cell is None:
            return _NOT_CALCULATED
        if not shifted:
            return cell
        return (
            _SEPARATOR.join(shown(one.cell(row)) for one in self.raw.columns).rstrip(_SEPARATOR)
            if column == 0
            else None
        )

    def _format(self, cell: Cell, red: bool, percent: bool) -> Format:
        risky = isinstance(cell, str) and is_risky(cell)
        style = "text" if isinstance(cell, str) else "general"
        if isinstance(cell, datetime):
            style = "yyyy-mm-dd" if cell.time() == time() else "yyyy-mm-dd hh:mm:ss"
        if percent:
            style = "0.00%"
        key = (style, red, risky)
        if key not in self.formats:
            properties: dict[str, object] = {
                "valign": "top",
                "num_format": {"text": "@", "general": "General"}.get(style, style),
            }
            if red:
                properties |= {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
            if risky:
                properties["quote_prefix"] = True
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def _cell(self, page: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
        if isinstance(cell, bool):
            page.write_boolean(row, column, cell, style)
        elif isinstance(cell, float) and not isfinite(cell):
            page.write_string(row, column, shown(cell), style)
        elif isinstance(cell, float):
            page.write_number(row, column, cell, style)
        elif isinstance(cell, datetime):
            page.write_datetime(row, column, cell, style)
        elif cell is None:
            page.write_blank(row, column, None, style)
        else:
            page.write_string(row, column, cell[:_LONGEST_CELL], style)


def _told(fault: Problem) -> str:
    """Tell a fault in the row that it is in: the cell where it stood, what is wrong, why, what to do, and its code."""
    said = "".join(filter(None, (fault.what(), fault.why(), fault.fix())))
    where = fault.place.cell or f"第 {fault.place.row} 行"
    return f"原表 {where}：{said}（{fault.code}）"


def _text_of(cell: Cell) -> str:
    return "" if cell is None else str(cell)
