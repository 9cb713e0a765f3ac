"""The look of workbooks: type, colours, number formats, paper, and how wide and high cells are."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jiqun.reports.layout import Field, Head, Value
from jiqun.values import printable, text_width

FONT = "Microsoft YaHei"
INK, GREY, AMBER, SHADE, LINE = "#1F2933", "#5B6773", "#9A6700", "#EEF3F8", "#C8D2DC"
LINE_HEIGHT = 16.0
_TALLEST = 400.0  # Excel allows 409 points
_NARROWEST = 6
_ONE_LINE, _LONGEST_LINE = 12, 16  # signs of a column's title: a longer one takes two lines, or more
_A4, _A3 = 9, 8  # the numbers Excel gives paper
_WIDEST_ON_A4 = 180.0  # a wider sheet would be printed too small to read
_WIDEST_ON_A3 = 230.0
_LONGEST_HEADER = 150  # signs; Excel allows 255 with fonts and mark
_BESIDE_THE_MARK = 60  # a longer title would run into the mark in the middle


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, **wanted: Any) -> Format:
        """Return a format with the workbook's type and what is wanted beside."""
        properties = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **wanted}
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def cell(self, field: Field) -> Format:
        """Return the format of a column's cells."""
        line = {"bottom": 4, "bottom_color": LINE}
        if field.kind == "number":
            return self.number(field.digits)
        if field.kind == "share":
            return self.of(num_format=f"{_digits('0', field.digits)}%", align="right", **line)
        if field.kind == "code":
            return self.of(num_format="@", align="center", **line)
        if field.kind == "date":
            return self.of(num_format="yyyy-mm-dd", align="center", **line)
        return self.of(text_wrap=field.wrap, valign="top" if field.wrap else "vcenter", indent=1, **line)

    def number(self, digits: int, unit: str = "", *, signed: bool = False) -> Format:
        """Return the format of a number with so many decimals, and of one that carries its unit or its sign."""
        shown = _digits("#,##0", digits) + (f'" {unit}"' if unit else "")
        return self.of(
            num_format=f"+{shown};-{shown};{shown}" if signed else shown, align="right", bottom=4, bottom_color=LINE
        )

    def head(self, field: Field, unit: bool) -> Format:
        """Return the format of a column's title, or of the unit below it."""
        align = {"number": "right", "share": "right", "code": "center", "date": "center"}.get(field.kind, "left")
        common = {"bg_color": SHADE, "align": align, "text_wrap": True, "indent": int(align == "left")}
        if unit:
            return self.of(**common, font_size=9, font_color=GREY, bottom=1, bottom_color=GREY)
        return self.of(**common, bold=True)


def _digits(whole: str, digits: int) -> str:
    return whole + ("." + "0" * digits if digits else "")


def set_page(written: Worksheet, head: Head) -> None:
    """Set paper, margins, head and foot; a trial is marked on every page and behind the cells."""
    written.set_landscape()
    written.set_paper(_A4)
    written.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    written.fit_to_pages(1, 0)
    look = f'&C&"{FONT},Bold"&14' if head.trial else f'&C&"{FONT},Regular"&10'
    # a blank ends the size: “24 行” right behind it would be read as a size of 1024
    below = "\n" if text_width(head.title) > _BESIDE_THE_MARK else " "
    title = printable(head.title)[:_LONGEST_HEADER].replace("&", "&&")
    written.set_header(f'&L&"{FONT},Regular"&9 {title}{look}{below}{head.state}')
    written.set_footer(f'&L&"{FONT},Regular"&8&A&R&8&P / &N')
    written.hide_gridlines(2)
    if head.trial:
        picture = resources.files("jiqun.reports") / "assets" / f"trial.{head.language}.png"
        written.set_background(BytesIO(picture.read_bytes()))


def set_width(written: Worksheet, widths: Sequence[float], frozen: int) -> None:
    """Print a table on the paper that it can be read on: A4, A3, or several pages of A4 side by side.

    On pages side by side the columns that stay in view on the screen come again on each, so that every row has a name.
    """
    whole = sum(widths)
    if _WIDEST_ON_A4 < whole <= _WIDEST_ON_A3:
        written.set_paper(_A3)
    if whole > _WIDEST_ON_A3:
        again = sum(widths[:frozen])
        written.fit_to_pages(ceil((whole - again) / (_WIDEST_ON_A4 - again)), 0)
        written.print_across()
        if frozen:
            written.repeat_columns(0, frozen - 1)


def column_width(field: Field, cells: Sequence[Value]) -> float:
    """Return how wide a column is to be for its head and its cells, in signs."""
    size = field.digits + (1 if field.kind == "share" else 0)
    shown = [
        text_width(one) if isinstance(one, str) else len(f"{one:,.{size}f}") for one in cells if one not in (None, "")
    ]
    head = text_width(field.title)
    if head > _ONE_LINE:
        head = min(max(_ONE_LINE, ceil(head / 2)), _LONGEST_LINE)
    # beside the unit the filter's button needs room
    wanted = max([*shown, head, text_width(field.unit) + 3, _NARROWEST])
    return float(min(wanted, field.widest) + 2)


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a cell of so many signs."""
    return max(1, -(-text_width(text) // max(int(width) - 2, 1)))


def height_of(lines: int, size: float = 10) -> float:
    """Return the height of so many lines in points; only Excel itself would find it when the file is opened."""
    return min(_TALLEST, LINE_HEIGHT * lines * size / 10)
