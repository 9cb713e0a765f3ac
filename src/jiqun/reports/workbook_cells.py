"""Putting values into cells: numbers as numbers, days as days, and no text that a spreadsheet would run."""

from __future__ import annotations

import re
from datetime import datetime

from xlsxwriter.worksheet import Worksheet

from jiqun.ledger.intake.excel_safety import neutralise
from jiqun.reports.layout import Field, Value
from jiqun.reports.workbook_look import Styles
from jiqun.values import printable

_LONGEST_TEXT = 32_767  # signs that a cell of Excel holds
_EXACT = 15  # digits that a spreadsheet keeps
_NUMBER = re.compile(r'([+\-−]?)(\d[\d,]*)(?:\.(\d+))?(?: ([^\d\s"]+))?')
_CHANGE = re.compile(r"[+\-]\d[\d,.]*（[+\-−]?\d[\d,.]*%）")  # +3.28（+0.07%）: runs as no formula
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def cell_words(text: str) -> str:
    """Return a text as a cell may hold it: not run as a formula, without signs no file may hold, not too long.

    >>> cell_words("=1+1"), cell_words("甲\\x00厂")
    ("'=1+1", '甲厂')
    """
    return neutralise(printable(text))[:_LONGEST_TEXT]


class Column:
    """Writes the cells of one column, whose format is made once."""

    def __init__(self, written: Worksheet, at: int, field: Field, styles: Styles) -> None:
        self._written, self._at, self._kind = written, at, field.kind
        self._styles, self._style = styles, styles.cell(field)

    def put(self, row: int, value: Value) -> None:
        """Write a cell; what is unknown stays blank.

        A figure that comes as text with its own decimals, sign or unit (`160.7281 万元/亩`) is written as the number,
        which shows them; `≈27.75` and asterisks stay text.
        """
        if value is None or value == "":
            self._written.write_blank(row, self._at, None, self._style)
        elif isinstance(value, str):
            self._put_text(row, value)
        else:
            self._written.write_number(row, self._at, value, self._style)

    def _put_text(self, row: int, text: str) -> None:
        if self._kind == "number" and (found := _NUMBER.fullmatch(text)) and _is_exact(found):
            sign, whole, rest, unit = found.groups()
            number = float(f"{sign.replace('−', '-')}{whole.replace(',', '')}.{rest or '0'}")
            style = self._styles.number(len(rest or ""), unit or "", signed=sign == "+")
            self._written.write_number(row, self._at, number, style)
        elif self._kind == "number" and _CHANGE.fullmatch(text):
            self._written.write_string(row, self._at, text, self._style)
        elif self._kind == "date" and _DAY.fullmatch(text):
            self._written.write_datetime(row, self._at, datetime.fromisoformat(text), self._style)
        else:
            self._written.write_string(row, self._at, cell_words(text), self._style)


def _is_exact(found: re.Match[str]) -> bool:
    digits = (found[2].replace(",", "") + (found[3] or "")).lstrip("0")
    return len(digits) <= _EXACT
