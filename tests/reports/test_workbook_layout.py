"""What a workbook is like on screen and on paper, and what it does with cells made to do harm."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from jiqun.reports import Evaluated, export, workbook
from jiqun.reports.layout import Field, Head, Page, Sheet, Value, sheet_names
from jiqun.reports.word.model import Attachment, Heading, Paragraph, Report
from jiqun.reports.word.writing import report_bytes
from jiqun.reports.workbook import workbook_bytes

HEAD = Head("名单", ("运行 r1", "数据快照 s1"), "正式", trial=False)
HARMFUL = (
    "=1+1",
    "＝1+1",
    "＠SUM(1)",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "甲\x00乙\x0b丙\x1f",
    "\ufffe丁\uffff",
)

ODD, NEVER = HARMFUL[-2:]


def _sheets(
    fields: Sequence[Field], rows: Sequence[Sequence[Value]], head: Head = HEAD, **more: int
) -> list[Worksheet]:
    sheet = Sheet("名单", "名单", tuple(fields), rows, (), **more)
    return list(openpyxl.load_workbook(BytesIO(workbook_bytes(head, [sheet]))).worksheets)


def _cells(sheet: Worksheet, column: int = 1) -> list[object]:
    first = int(str(sheet.freeze_panes).lstrip("ABC"))
    return [sheet.cell(row, column).value for row in range(first, sheet.max_row + 1)]


def test_a_day_is_a_date_that_a_spreadsheet_sorts_by_and_no_day_stays_text() -> None:
    (sheet,) = _sheets([Field("期限", kind="date")], [["2026-05-31"], [None], ["长期"]])
    assert _cells(sheet) == [datetime(2026, 5, 31), None, "长期"]
    assert sheet.cell(sheet.max_row - 2, 1).number_format == "yyyy-mm-dd"


@pytest.mark.parametrize(
    ("said", "value", "look"),
    [
        ("160.7281 万元/亩", 160.7281, '#,##0.0000" 万元/亩"'),
        ("1,234.50", 1234.5, "#,##0.00"),
        ("−41.96", -41.96, "#,##0.00"),
        ("+0.07", 0.07, "+#,##0.00;-#,##0.00;#,##0.00"),
        ("≈27.75", "≈27.75", None),  # not that number
        ("＊＊＊", "＊＊＊", None),
        ("0.1234567890123456", "0.1234567890123456", None),  # more digits than a spreadsheet keeps
    ],
)
def test_a_figure_said_with_its_unit_is_a_number(said: str, value: object, look: str | None) -> None:
    (sheet,) = _sheets([Field("值", kind="number")], [[said]])
    assert _cells(sheet) == [value]
    assert look is None or sheet.cell(sheet.max_row, 1).number_format == look


def test_a_code_keeps_its_zeros_and_its_eighteen_digits() -> None:
    (sheet,) = _sheets([Field("代码", kind="code")], [["007"], ["911010500000000123"]])
    assert _cells(sheet) == ["007", "911010500000000123"]


def test_what_stands_above_a_table_keeps_to_the_page() -> None:
    long = Head("名单", tuple(f"依据第 {one} 份文件" for one in range(30)), "正式", trial=False)
    (sheet,) = _sheets([Field("企业")], [["甲厂"]], head=long)
    (merged,) = sheet.merged_cells.ranges
    assert (merged.min_row, merged.max_row, merged.min_col) == (2, 2, 1)
    assert merged.max_col <= 13  # an empty column has some 8 signs, a page of A4 some 180
    assert sheet["A2"].alignment.wrap_text and sheet.row_dimensions[2].height > 3 * 16


def test_a_wide_table_is_printed_on_pages_side_by_side_with_its_names_on_each() -> None:
    names = [Field("代码", kind="code", widest=20), Field("企业", widest=30)]
    (narrow,) = _sheets([*names, Field("税收", "万元", "number")], [["0" * 18, "甲" * 15, 1]], frozen=2)
    (wide,) = _sheets(
        [*names, *(Field(f"指标{one}", kind="number") for one in range(40))], [["0", "甲", *[1] * 40]], frozen=2
    )
    assert (narrow.page_setup.fitToWidth or 1, narrow.print_title_cols) == (1, None)
    assert wide.page_setup.fitToWidth == 2 and wide.print_title_cols == "$A:$B"
    for one in (narrow, wide):
        assert (one.page_setup.paperSize, one.page_setup.orientation) == (9, "landscape")
        assert one.page_setup.fitToHeight == 0  # as many pages down as it takes
        assert one.print_title_rows == "$4:$5" and "&P" in one.oddFooter.right.text


def test_rows_beyond_a_sheet_of_excel_go_on_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    # Excel has 1,048,576 rows, and the writer drops what is written below them without a word
    assert workbook._ROWS_OF_A_SHEET + 100 < 1_048_576
    monkeypatch.setattr(workbook, "_ROWS_OF_A_SHEET", 3)
    sheets = _sheets([Field("企业")], [[f"厂{one}"] for one in range(7)])
    assert [one.title for one in sheets] == ["名单", "名单 2", "名单 3"]
    assert [one for sheet in sheets for one in _cells(sheet)] == [f"厂{one}" for one in range(7)]


def test_names_of_sheets_are_such_as_excel_takes() -> None:
    assert list(sheet_names(["History", "甲\x00", "a/b:c"])) == ["History 2", "甲", "a／b：c"]


def test_harmful_cells_reach_neither_a_spreadsheet_nor_a_letter_as_a_formula_or_a_broken_file() -> None:
    rows = [[one] for one in (*HARMFUL, "长" * 40_000)]
    report = Report(
        title="通报" + ODD,
        trial=False,
        facts=HARMFUL,
        parts=(Heading(ODD), Paragraph(NEVER), Sheet("表", "表" + ODD, (Field("企业"),), rows)),
        recipient=ODD,
        attachments=(Attachment(NEVER, ()),),
    )
    book = openpyxl.load_workbook(BytesIO(report_bytes(report, ".xlsx")))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
    assert not [one for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"]
    assert "'=1+1" in texts and "甲乙丙" in texts and max(map(len, texts)) == 32_767
    assert not [one for one in texts if one.startswith(("=", "@", "+", "-", "＝", "＠"))]
    (table,) = docx.Document(BytesIO(report_bytes(report, ".docx"))).tables
    assert [cell.text for cell in table.columns[0].cells][-3:-1] == ["甲乙丙", "丁"]


def test_a_rule_with_a_long_paragraph_is_read_on_one_page() -> None:
    page = Page("办法", "办法", ("# 办法", "很长的一段话。" * 60), widths=(26,) * 5)
    (sheet,) = openpyxl.load_workbook(BytesIO(workbook_bytes(HEAD, [page]))).worksheets
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A6:E6"]


def test_a_csv_runs_neither_a_name_nor_a_heading(evaluated: Callable[..., Evaluated], tmp_path: Path) -> None:
    run = evaluated()
    facts = run.facts.with_columns(name=pl.lit("＝HYPERLINK(1)"))  # type: ignore[union-attr]
    export(replace(run, facts=facts), tmp_path / "r.csv")
    content = (tmp_path / "r.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # without it Excel reads Chinese as rubbish
    lines = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert {line[1] for line in lines[1:]} == {"'＝HYPERLINK(1)"}


def test_a_head_that_begins_with_a_figure_is_not_read_as_its_size() -> None:
    (sheet,) = _sheets([Field("企业")], [["甲"]], replace(HEAD, state="24 行，只增不改"))
    centre = sheet.oddHeader.center
    assert (centre.size, str(centre.text).strip()) == (10, "24 行，只增不改")
