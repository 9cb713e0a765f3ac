"""A blank template on paper: lines to write into, which come in again as nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from jiqun import packs
from jiqun.ledger.intake import check_file
from jiqun.ledger.templates import write_template
from jiqun.problems import ProblemsError
from jiqun.values import Period


def test_a_blank_template_has_a_page_of_empty_lines_and_filled_rows_are_followed_by_them(tmp_path: Path) -> None:
    contract = packs.load(packs.builtin_root(), pack_ids=("national",)).table("enterprise_year")
    blank, begun = tmp_path / "blank.xlsx", tmp_path / "begun.xlsx"
    write_template(contract, blank)
    rows = pl.DataFrame({"enterprise": ["91500000MA5U3K0X0B"], "name": ["甲厂"], "tax": [1.5]})
    write_template(contract, begun, rows=rows)
    for file, first in ((blank, 3), (begun, 4)):
        sheet = openpyxl.load_workbook(file).worksheets[0]
        assert sheet.max_row == first + 24, "no more lines than a page has"
        for row in sheet.iter_rows(min_row=first):
            assert all(cell.value is None and cell.border.bottom.style == "thin" for cell in row)
        assert sheet.print_area in (None, "", []), "what is filled in below the lines is printed too"
    with pytest.raises(ProblemsError) as told:  # empty lines are no rows
        check_file(blank, contract, period=Period.parse("2024"))
    assert [one.code for one in told.value.problems] == ["LEDGER-094"]
