"""The file that goes back: the department's own sheet with its faults, which can be corrected and come in again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from jiqun.ledger.intake import check_file, return_file, write_return_file
from jiqun.packs.models.table import TableContract
from jiqun.values import Period

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
Code = Callable[[int], str]
YEAR = Period.parse("2024")
RISKY = '=cmd|"/C calc"!A0'


def sent(workbook: Workbook, code: Code) -> Path:
    rows = [
        ["2024年度税收情况表"],
        ["单位：万元"],
        ["序号", "统一社会信用代码", "企业名称", "经营情况", None],
        [None, None, None, "营业收入", "税收（元）"],
        [1, code(1), "甲厂", 100, 5000],
        [2, code(2), RISKY, "待核实", 6000],
        [3, code(3)[:-1], "丙厂", 300, "约7000"],
    ]
    return workbook(rows, merged=["A1:E1", "A3:A4", "B3:B4", "C3:C4", "D3:E3"])


def test_only_the_rows_at_fault_come_back_under_the_same_headers(
    workbook: Workbook, tables: Tables, code: Code, tmp_path: Path
) -> None:
    checked = check_file(sent(workbook, code), tables("enterprise_year"), period=YEAR)
    assert write_return_file(checked, tmp_path / "退回.xlsx") == 2
    page = openpyxl.load_workbook(tmp_path / "退回.xlsx")["表1"]
    assert page["B1"].value == "2024年度税收情况表" and page["A4"].value == "错误说明"
    assert [page.cell(4, column).value for column in (5, 6)] == ["营业收入", "税收（元）"]
    assert {str(one) for one in page.merged_cells.ranges} == {"B1:F1", "B3:B4", "C3:C4", "D3:D4", "E3:F3"}
    assert "LEDGER-024" in page["A5"].value and "请填数字" in page["A5"].value
    assert page["E5"].fill.start_color.rgb == "FFFFC7CE" and "待核实" in page["E5"].comment.text
    assert page["F5"].value == 6000 and page["F5"].comment is None
    assert "LEDGER-032" in page["A6"].value and "LEDGER-024" in page["A6"].value
    assert page["D5"].value == RISKY and page["D5"].data_type == "s" and page["D5"].quotePrefix


def test_only_the_first_rows_carry_comments_so_that_a_file_that_is_all_wrong_can_still_be_opened(
    workbook: Workbook, tables: Tables, code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(return_file, "_COMMENTED", 1)
    checked = check_file(sent(workbook, code), tables("enterprise_year"), period=YEAR)
    write_return_file(checked, tmp_path / "退回.xlsx")
    page = openpyxl.load_workbook(tmp_path / "退回.xlsx")["表1"]
    assert page["E5"].comment is not None and page["F6"].comment is None
    assert page["F6"].fill.start_color.rgb == "FFFFC7CE" and "LEDGER-024" in page["A6"].value


def test_the_corrected_file_comes_in_again_and_loses_nothing(
    workbook: Workbook, tables: Tables, code: Code, tmp_path: Path
) -> None:
    checked = check_file(sent(workbook, code), tables("enterprise_year"), period=YEAR)
    returned = tmp_path / "退回.xlsx"
    write_return_file(checked, returned)
    again = check_file(returned, tables("enterprise_year"), period=YEAR)
    assert [one.code for one in again.problems] == [one.code for one in checked.problems]
    book = openpyxl.load_workbook(returned)
    page = book["表1"]
    page["E5"], page["C6"], page["F6"] = 200, code(3), 7000
    book.save(returned)
    corrected = check_file(returned, tables("enterprise_year"), period=YEAR)
    assert corrected.problems == ()
    assert corrected.good.select("enterprise", "name", "revenue", "tax").rows() == [
        (code(2), RISKY, 200.0, 0.6),
        (code(3), "丙厂", 300.0, 0.7),
    ]
    assert [one.unit_from for one in corrected.header.columns] == [one.unit_from for one in checked.header.columns]


def test_a_csv_file_comes_back_as_a_workbook(tmp_path: Path, tables: Tables, code: Code) -> None:
    path = tmp_path / "报表.csv"
    path.write_text(f"统一社会信用代码,税收（万元）\n{code(1)},5\n{code(2)},无法统计\n", "utf-8")
    checked = check_file(path, tables("enterprise_year"), period=YEAR)
    write_return_file(checked, tmp_path / "退回.xlsx")
    again = check_file(tmp_path / "退回.xlsx", tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell) for one in again.problems] == [("LEDGER-024", "C2")]


def test_the_same_faults_give_the_same_bytes(workbook: Workbook, tables: Tables, code: Code, tmp_path: Path) -> None:
    checked = check_file(sent(workbook, code), tables("enterprise_year"), period=YEAR)
    for name in ("a.xlsx", "b.xlsx"):
        write_return_file(checked, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_columns_are_as_wide_as_what_stands_in_them_and_a_fault_is_read_whole(
    workbook: Workbook, tables: Tables, code: Code, tmp_path: Path
) -> None:
    checked = check_file(sent(workbook, code), tables("enterprise_year"), period=YEAR)
    write_return_file(checked, tmp_path / "退回.xlsx")
    page = openpyxl.load_workbook(tmp_path / "退回.xlsx")["表1"]
    widths = {one: page.column_dimensions[one].width for one in "BCD"}
    assert widths["C"] > len(code(1)) and widths["B"] < widths["C"]
    assert page.row_dimensions[6].height > page.row_dimensions[5].height >= 15
    assert page["A5"].value.startswith("原表 D6：") and page["A5"].value.endswith("（LEDGER-024）")
    assert page.page_setup.orientation == "landscape" and page.sheet_properties.pageSetUpPr.fitToPage


def test_a_wide_return_file_is_printed_on_pages_that_each_name_the_firm(
    tmp_path: Path, tables: Tables, code: Code
) -> None:
    heads = ["统一社会信用代码", "企业名称", "税收合计（万元）", *(f"其他指标{one}" for one in range(20))]
    row = [code(1), "甲厂", "三百", *("1" for _ in range(20))]
    (tmp_path / "宽.csv").write_text("\n".join([",".join(heads), ",".join(row)]), encoding="utf-8")
    write_return_file(check_file(tmp_path / "宽.csv", tables("enterprise_year"), period=YEAR), tmp_path / "退.xlsx")
    page = openpyxl.load_workbook(tmp_path / "退.xlsx").worksheets[0]
    assert (page.page_setup.fitToWidth, page.print_title_cols) == (2, "$B:$C")
