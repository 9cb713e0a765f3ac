"""Contracts of the national pack, and workbooks written for one test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from jiqun.packs import load
from jiqun.packs.models.table import TableContract
from jiqun.values import uscc

ROOT = Path(__file__).resolve().parents[3]
Rows = Sequence[Sequence[object]]


@pytest.fixture(scope="session")
def tables() -> Callable[[str], TableContract]:
    """The contracts of the national pack."""
    return load(ROOT / "packs", pack_ids=("national",)).table


@pytest.fixture
def code() -> Callable[[int], str]:
    """A valid social credit code of a firm that does not exist."""

    def make(number: int) -> str:
        first = f"91500112{number:09d}"
        return first + uscc.check_character(first)

    return make


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as an .xlsx; `merged` are ranges such as A1:D1, `percent` the cells shown as per cent."""

    def write(
        sheets: Rows | dict[str, Rows], merged: Sequence[str] = (), percent: Sequence[str] = (), name: str = "报表.xlsx"
    ) -> Path:
        path = tmp_path / name
        named = sheets if isinstance(sheets, dict) else {"表1": sheets}
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            day, share = book.add_format({"num_format": "yyyy/m/d"}), book.add_format({"num_format": "0.00%"})
            for title, rows in named.items():
                page = book.add_worksheet(title)
                for row, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        place = xlsxwriter.utility.xl_rowcol_to_cell(row, column)
                        if isinstance(cell, (date, datetime)):
                            page.write_datetime(row, column, cell, day)
                        elif cell is not None:
                            page.write(row, column, cell, share if place in percent else None)
                for area in merged:
                    first = area.split(":")[0]
                    row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
                    page.merge_range(area, rows[row][column])
        return path

    return write
