"""Dirty sheets: each has exactly one fault, told at its cell, and loses none of its good rows."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from jiqun.ledger.intake import check_file
from jiqun.packs.models.table import TableContract
from jiqun.problems import ProblemsError
from jiqun.values import Period, uscc

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
YEAR = Period.parse("2024")


def code(number: int) -> str:
    first = f"91500112{number:09d}"
    return first + uscc.check_character(first)


def firms(field: str, *cells: object) -> list[list[object]]:
    """A sheet of firms with one column of interest; row 2 is firm 0."""
    head = ["统一社会信用代码", "企业名称", field]
    return [head, *([code(row), f"企业{row}", cell] for row, cell in enumerate(cells))]


CELLS = [
    ("text_in_a_number_field", "实缴税金（万元）", "详见附件", "LEDGER-024"),
    ("about_five_hundred", "实缴税金（万元）", "约500", "LEDGER-024"),
    ("a_number_and_a_word_that_is_no_unit", "实缴税金（万元）", "500余", "LEDGER-024"),
    ("ten_thousands_of_what", "实缴税金（元）", "3万", "LEDGER-024"),
    ("a_comma_in_a_wrong_place", "实缴税金（万元）", "1,23.5", "LEDGER-024"),
    ("two_decimal_points", "实缴税金（万元）", "1.234.5", "LEDGER-024"),
    ("a_chinese_numeral", "实缴税金（万元）", "三百", "LEDGER-024"),
    ("a_truth_value_in_a_number_field", "实缴税金（万元）", True, "LEDGER-024"),
    ("a_date_in_a_number_field", "实缴税金（万元）", datetime(2024, 1, 31), "LEDGER-024"),
    ("sixteen_digits_as_text", "实缴税金（元）", "1234567890123.456", "LEDGER-025"),
    ("a_number_no_region_has", "实缴税金（万元）", 1e300, "LEDGER-093"),
    ("half_a_person", "职工人数（人）", 18.5, "LEDGER-026"),
    ("a_unit_in_the_cell_that_does_not_fit", "实缴税金（万元）", "12.5亩", "LEDGER-019"),
    ("an_excel_error_typed_as_text", "实缴税金（万元）", "#DIV/0!", "LEDGER-023"),
    ("the_30th_of_february", "投产日期", "2021-02-30", "LEDGER-028"),
    ("a_month_instead_of_a_day", "投产日期", "2021年3月", "LEDGER-028"),
    ("a_year_instead_of_a_day", "投产日期", 2021, "LEDGER-028"),
    ("a_date_with_a_time_of_day", "投产日期", datetime(2021, 3, 1, 8, 30), "LEDGER-028"),
    ("day_or_month_first", "投产日期", "01-02-2018", "LEDGER-029"),
    ("a_negative_revenue", "营业收入（万元）", -5, "LEDGER-034"),
    ("a_word_that_is_no_choice", "规模", "中等", "LEDGER-035"),
    ("an_industry_code_of_three_digits", "行业代码", "341", "LEDGER-105"),
    ("an_industry_that_does_not_exist", "行业代码", "3499", "LEDGER-038"),
    ("a_district_by_name", "行政区划代码", "北碚区", "LEDGER-036"),
    ("a_code_that_excel_made_a_date", "行政区划代码", datetime(2024, 5, 1), "LEDGER-031"),
    ("a_row_of_another_year", "年度", 2023, "LEDGER-040"),
]
GOOD = {
    "实缴税金（万元）": 12.5,
    "实缴税金（元）": 125000,
    "职工人数（人）": 18,
    "投产日期": "2020-05-01",
    "营业收入（万元）": 100,
    "规模": "规上",
    "行业代码": "3411",
    "行政区划代码": "500109",
    "年度": 2024,
}
INDUSTRIES = frozenset({"34", "341", "3411", "0111", "111", "0112"})


@pytest.mark.parametrize(("field", "cell", "expected"), [one[1:] for one in CELLS], ids=[one[0] for one in CELLS])
def test_a_dirty_cell_is_one_problem_at_its_place(
    field: str, cell: object, expected: str, workbook: Workbook, tables: Tables
) -> None:
    path = dated(workbook, firms(field, GOOD[field], cell, GOOD[field]))
    checked = check_file(path, tables("enterprise_year"), period=YEAR, sets={"industry": INDUSTRIES})
    assert [(one.code, one.place.cell) for one in checked.problems] == [(expected, "C3")]
    assert checked.good["_row"].to_list() == [2, 4] and checked.bad["_row"].to_list() == [3]
    assert checked.bad["B"].to_list() == ["企业1"] and expected in checked.bad["_errors"][0]


@pytest.mark.parametrize(("field", "cell", "expected"), [one[1:] for one in CELLS if isinstance(one[2], str)])
def test_the_same_cell_in_a_csv_file_is_the_same_problem(
    field: str, cell: object, expected: str, tmp_path: Path, tables: Tables
) -> None:
    path = tmp_path / "报表.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(firms(field, GOOD[field], cell, GOOD[field]))
    checked = check_file(path, tables("enterprise_year"), period=YEAR, sets={"industry": INDUSTRIES})
    assert [(one.code, one.place.cell) for one in checked.problems] == [(expected, "C3")]
    assert checked.good["_row"].to_list() == [2, 4]


def dated(workbook: Workbook, rows: Sequence[Sequence[object]]) -> Path:
    """Write datetimes as Excel dates."""
    path = workbook([["x"]])
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page, day = book.add_worksheet("表1"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    page.write_datetime(row, column, cell, day)
                else:
                    page.write(row, column, cell)
    return path


def test_a_code_in_scientific_notation_is_lost_and_said_so(workbook: Workbook, tables: Tables) -> None:
    rows = [["统一社会信用代码", "企业名称", "税收（万元）"], [911522010783762860.0, "甲", 1], [code(1), "乙", 2]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-031", "A2")]
    assert checked.good["name"].to_list() == ["乙"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (code(1)[:-1], "17 ≠ 18"),
        (code(1) + "0", "19 ≠ 18"),
        (code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1"), "(should be) " + code(1)[-1]),
        (code(1)[:16] + "SS", "S"),
    ],
    ids=["one_short", "one_long", "check_character", "letters_not_in_use"],
)
def test_a_wrong_social_credit_code_says_what_is_wrong_with_it(
    wrong: str, reason: str, workbook: Workbook, tables: Tables
) -> None:
    rows = [["统一社会信用代码", "企业名称"], [code(5), "甲"], [wrong, "乙"]]
    checked = check_file(workbook(rows), tables("enterprise"))
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-032", "A3")]
    assert reason in checked.problems[0].what()


def test_a_formula_that_was_never_calculated_is_a_problem_not_a_blank(
    workbook: Workbook, tmp_path: Path, tables: Tables
) -> None:
    book = openpyxl.Workbook()
    for row in [["统一社会信用代码", "企业名称", "税收（万元）"], [code(1), "甲", "=1+1"], [code(2), "乙", 2]]:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "公式.xlsx")
    checked = check_file(tmp_path / "公式.xlsx", tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-027", "C2")]
    assert checked.good["name"].to_list() == ["乙"]


def test_an_error_value_of_a_formula_is_a_problem_not_a_blank(
    workbook: Workbook, tmp_path: Path, tables: Tables
) -> None:
    source = workbook(firms("税收（万元）", 7, 8))
    broken = tmp_path / "错误值.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'<c r="C2"><v>7</v></c>', b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
            new.writestr(name, content)
    checked = check_file(broken, tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell, one.values["text"]) for one in checked.problems] == [
        ("LEDGER-023", "C2", "#DIV/0!")
    ]
    assert checked.good["tax"].to_list() == [8.0]


def test_an_error_value_in_a_column_that_is_otherwise_empty_is_seen(
    workbook: Workbook, tmp_path: Path, tables: Tables
) -> None:
    source = workbook([["统一社会信用代码", "企业名称", "税收（万元）"], [code(1), "甲"]])
    broken = tmp_path / "错误值.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                error = b'<c r="C2" t="e"><v>#REF!</v></c></row></sheetData>'
                content = content.replace(b"</row></sheetData>", error)
            new.writestr(name, content)
    checked = check_file(broken, tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-023", "C2")]


def test_a_required_cell_left_empty(workbook: Workbook, tables: Tables) -> None:
    rows = [["宗地代码", "使用权面积（亩）"], ["A1", 5], ["A2", "—"], [None, 7]]
    checked = check_file(workbook(rows), tables("parcel"))
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-033", "B3"), ("LEDGER-033", "A4")]
    assert checked.good["parcel"].to_list() == ["A1"]


def test_a_firm_without_code_and_name_is_nobody(workbook: Workbook, tables: Tables) -> None:
    rows = [["统一社会信用代码", "企业名称", "税收（万元）"], [None, "甲", 1], [None, None, 2]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-033", "A3")]
    assert checked.good["name"].to_list() == ["甲"]


def test_rows_that_contradict_each_other_are_both_kept_back(workbook: Workbook, tables: Tables) -> None:
    rows = firms("税收（万元）", 7, 8, 9)
    rows.append([code(1), "企业1", 8.5])
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-037", "A3"), ("LEDGER-037", "A5")]
    assert checked.problems[0].values["rows"] == "3、5" and checked.good["tax"].to_list() == [7.0, 9.0]


def test_a_row_and_its_unreadable_double_are_both_kept_back(workbook: Workbook, tables: Tables) -> None:
    rows = firms("税收（万元）", 7, 8)
    rows.append([code(1), "企业1", "待核实"])
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert {one.code for one in checked.problems} == {"LEDGER-024", "LEDGER-037"}
    assert checked.good["tax"].to_list() == [7.0]


def test_a_firm_that_is_not_in_the_register(workbook: Workbook, tables: Tables) -> None:
    register = frozenset({code(0), code(2)})
    path = workbook(firms("税收（万元）", 7, 8, 9))
    checked = check_file(path, tables("enterprise_year"), period=YEAR, sets={"enterprise": register})
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-038", "A3")]


def test_a_rule_check_that_disqualifies_keeps_the_row_back(workbook: Workbook, tables: Tables) -> None:
    head = ["统一社会信用代码", "称号", "事项", "日期", "有效期至"]
    rows = [head, [code(1), "高新技术企业", "认定", "2022-08-01", "2025-07-31"]]
    rows.append([code(2), "高新技术企业", "认定", "2022-08-01", "2021-07-31"])
    checked = check_file(workbook(rows), tables("title"))
    assert [(one.code, one.place.row) for one in checked.problems] == [("LEDGER-039", 3)]
    assert "日期 2022-08-01" in checked.problems[0].what()


def test_an_unquoted_comma_in_a_csv_number_is_told_for_its_row(tmp_path: Path, tables: Tables) -> None:
    path = tmp_path / "报表.csv"
    lines = ["统一社会信用代码,企业名称,税收（万元）", f"{code(1)},甲,1,234.5", f"{code(2)},乙,5", f"{code(3)},丙"]
    path.write_text("\n".join(lines), "utf-8")
    checked = check_file(path, tables("enterprise_year"), period=YEAR)
    assert [(one.code, one.place.row) for one in checked.problems] == [("LEDGER-022", 2), ("LEDGER-022", 4)]
    assert checked.good["tax"].to_list() == [5.0]


HEADS = [
    ("a_money_column_without_unit", ["统一社会信用代码", "税收"], "LEDGER-018", "B1", {}),
    ("a_unit_that_does_not_fit", ["统一社会信用代码", "税收（亩）"], "LEDGER-019", "B1", {}),
    (
        "a_told_unit_against_the_header",
        ["统一社会信用代码", "税收（元）"],
        "LEDGER-020",
        "B1",
        {"units": {"tax": "万元"}},
    ),
    ("a_told_unit_that_does_not_fit", ["统一社会信用代码", "税收"], "LEDGER-019", "", {"units": {"tax": "亩"}}),
    ("a_told_unit_that_is_none", ["统一社会信用代码", "税收"], "LEDGER-021", "", {"units": {"tax": "两"}}),
    ("a_told_unit_of_no_field", ["统一社会信用代码", "税收（元）"], "LEDGER-021", "", {"units": {"taxes": "元"}}),
    (
        "a_told_column_that_is_not_there",
        ["统一社会信用代码", "税收（元）"],
        "LEDGER-021",
        "",
        {"mapping": {"rd": "研发"}},
    ),
    ("two_columns_for_one_field", ["统一社会信用代码", "税收（元）", "实缴税金（万元）"], "LEDGER-016", "C1", {}),
    ("the_same_header_twice", ["统一社会信用代码", "税收（元）", "税收（元）"], "LEDGER-016", "C1", {}),
    (
        "a_told_value_that_is_none",
        ["统一社会信用代码", "税收（元）"],
        "LEDGER-021",
        "",
        {"constants": {"staff": "许多"}},
    ),
]


@pytest.mark.parametrize(
    ("head", "expected", "cell", "told"), [one[1:] for one in HEADS], ids=[one[0] for one in HEADS]
)
def test_a_head_that_cannot_be_understood_is_one_problem(
    head: list[str], expected: str, cell: str, told: dict[str, object], workbook: Workbook, tables: Tables
) -> None:
    path = workbook([head, [code(1), 5, 6][: len(head)]])
    with pytest.raises(ProblemsError) as caught:
        check_file(path, tables("enterprise_year"), period=YEAR, **told)  # type: ignore[arg-type]
    assert [(one.code, one.place.cell) for one in caught.value.problems] == [(expected, cell)]


def test_a_missing_required_column_names_the_nearest_header(workbook: Workbook, tables: Tables) -> None:
    path = workbook([["宗地代码", "坐落", "使用权面积合计数（亩）"], ["A1", "某处", 5]])
    with pytest.raises(ProblemsError) as caught:
        check_file(path, tables("parcel"))
    (only,) = caught.value.problems
    assert only.code == "LEDGER-015" and only.values["nearest"] == "使用权面积合计数（亩）"


def test_two_units_in_the_line_above_contradict_each_other(workbook: Workbook, tables: Tables) -> None:
    path = workbook([["单位：万元、元"], ["统一社会信用代码", "税收"], [code(1), 5]])
    with pytest.raises(ProblemsError) as caught:
        check_file(path, tables("enterprise_year"), period=YEAR)
    assert [one.code for one in caught.value.problems] == ["LEDGER-020"]


def test_every_problem_of_the_head_is_told_at_once(workbook: Workbook, tables: Tables) -> None:
    path = workbook([["统一社会信用代码", "税收", "营业收入", "利润（元）", "利润总额（万元）"], [code(1), 5, 6, 7, 8]])
    with pytest.raises(ProblemsError) as caught:
        check_file(path, tables("enterprise_year"), period=YEAR)
    assert [one.code for one in caught.value.problems] == ["LEDGER-018", "LEDGER-018", "LEDGER-016"]


def test_land_that_is_used_no_longer_before_it_began_is_sent_back(
    workbook: Callable[..., Path], tables: Callable[[str], TableContract]
) -> None:
    """One day is a use of land; the day before is none."""
    heads = ("宗地代码", "统一社会信用代码", "起始日期", "终止日期", "使用方式")
    ends = ("2024-05-01", "2024-04-30", None)
    rows = [(f"500112001001GB0000{at}", code(1), "2024-05-01", end, "自有") for at, end in enumerate(ends)]
    found = check_file(workbook([heads, *rows]), tables("occupancy"))
    assert [one.place.row for one in found.problems if one.severity == "error"] == [3]
    assert found.good.height == 2
