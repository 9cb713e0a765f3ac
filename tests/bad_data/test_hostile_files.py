"""Files made to break the reader: none of them ends the process, and none gives a firm or a figure that is not there."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from jiqun.ledger.intake import Checked, check_file
from jiqun.ledger.intake.return_file import write_return_file
from jiqun.packs.models.table import TableContract
from jiqun.problems import ProblemsError
from jiqun.values import Period
from jiqun.values.uscc import check_character

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
HEADER = ["统一社会信用代码", "企业名称", "实缴税金（万元）"]
SHEET = "xl/worksheets/sheet1.xml"


def code(number: int) -> str:
    body = f"91500112MA{number:07d}"
    return body + check_character(body)


FIRMS = [[code(1), "甲厂", 12.5], [code(2), "乙厂", 7.5]]


@pytest.fixture
def yearly(tables: Tables) -> TableContract:
    return tables("enterprise_year")


def checked(path: Path, contract: TableContract) -> Checked:
    return check_file(path, contract, period=Period.parse(2024))


def with_sheet(source: Path, old: bytes, new: bytes, part: str = SHEET, to: str = "改.xlsx") -> Path:
    target = source.with_name(to)
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            assert name != part or old in content
            after.writestr(name, content.replace(old, new) if name == part else content)
    return target


# the reader makes room for every cell up to the farthest one and aborts the whole process where there is none
@pytest.mark.parametrize("cell", ["ZZZZZ99999999", "AAAA1", "A0", "A2000000", "ZZZ1"])
def test_a_cell_that_no_spreadsheet_has_is_a_damaged_file(workbook: Workbook, yearly: TableContract, cell: str) -> None:
    path = with_sheet(workbook([HEADER, *FIRMS]), b'r="C2"', f'r="{cell}"'.encode())
    with pytest.raises(ProblemsError) as caught:
        checked(path, yearly)
    assert [one.code for one in caught.value.problems] == ["LEDGER-004"]


# what the reader takes for the sheet must be what was looked at
DISGUISES = {
    "blanks around the sign": (SHEET, b'r="C2"', b'r = "ZZZZZ99999999"'),
    "capitals in the name of the part": ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"WorkSheets/Sheet1.xml"),
    "a part that is not there": ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/other.xml"),
}  # fmt: skip


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_sheet_is_looked_at_or_refused(workbook: Workbook, yearly: TableContract, disguise: str) -> None:
    part, old, new = DISGUISES[disguise]
    path = with_sheet(workbook([HEADER, *FIRMS]), old, new, part)
    if part != SHEET:
        path = with_sheet(path, b'r="C2"', b'r="ZZZZZ99999999"', to="又.xlsx")
    with pytest.raises(ProblemsError) as caught:
        checked(path, yearly)
    assert [one.code for one in caught.value.problems] == ["LEDGER-004"]


def test_a_sheet_in_another_encoding_is_a_damaged_file(workbook: Workbook, yearly: TableContract) -> None:
    path = with_sheet(workbook([HEADER, *FIRMS]), b'r="C2"', b'r="ZZZZZ99999999"')
    wide = path.with_name("宽.xlsx")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(wide, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.decode().replace("UTF-8", "UTF-16").encode("utf-16") if name == SHEET else text)
    with pytest.raises(ProblemsError) as caught:
        checked(wide, yearly)
    assert [one.code for one in caught.value.problems] == ["LEDGER-004"]


def test_a_cell_far_below_the_row_it_is_written_in_counts(workbook: Workbook, yearly: TableContract) -> None:
    path = with_sheet(workbook([HEADER, *FIRMS]), b'r="C3"', b'r="XFD1048576"')
    with pytest.raises(ProblemsError) as caught:
        checked(path, yearly)
    assert [one.code for one in caught.value.problems] == ["LEDGER-005"]


def test_a_reference_to_an_entity_nobody_defined_is_not_an_empty_cell(
    workbook: Workbook, yearly: TableContract
) -> None:
    path = with_sheet(workbook([HEADER, *FIRMS]), b"<v>12.5</v>", b"<v>&much;</v>")
    with pytest.raises(ProblemsError) as caught:
        checked(path, yearly)
    assert [one.code for one in caught.value.problems] == ["LEDGER-004"]


def test_an_old_workbook_that_would_end_the_process_is_a_damaged_file(
    old_workbook: Callable[..., Path], yearly: TableContract
) -> None:
    path = old_workbook([HEADER, *FIRMS])
    assert checked(path, yearly).counts.good == 2
    cell = struct.pack("<HHHH", 0x0203, 14, 2, 2)  # NUMBER in C3
    assert cell in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(cell, struct.pack("<HHHH", 0x0203, 14, 65535, 65535)))
    with pytest.raises(ProblemsError) as caught:
        checked(path, yearly)
    assert [one.code for one in caught.value.problems] == ["LEDGER-004"]


def test_numbers_without_end_go_back_and_are_refused_again(workbook: Workbook, yearly: TableContract) -> None:
    path = with_sheet(workbook([HEADER, *FIRMS]), b"<v>12.5</v>", b"<v>1e999</v>")
    found = checked(path, yearly)
    assert [(one.code, one.place.cell) for one in found.problems] == [("LEDGER-024", "C2")]
    write_return_file(found, path.with_name("回.xlsx"))
    assert checked(path.with_name("回.xlsx"), yearly).counts.by_code == {"LEDGER-024": 1}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1], [2]], "list"),
        ([{"a": 1}, {"a": 2}], "struct"),
        ([b"\xff\xfe", b"x"], "bytes"),
        ([timedelta(days=1), timedelta(hours=1)], "duration"),
        ([datetime(2024, 1, 1), datetime(2024, 1, 2)], "moment"),
        ([float("nan"), float("inf")], "not a number"),
    ],
)
def test_a_column_of_another_kind_in_a_parquet_file_is_told_at_its_cells(
    tmp_path: Path, yearly: TableContract, values: list[object], kind: str
) -> None:
    path = tmp_path / "表.parquet"
    pl.DataFrame({HEADER[0]: [code(1), code(2)], HEADER[1]: ["甲", "乙"], HEADER[2]: values}).write_parquet(path)
    found = checked(path, yearly)
    assert [(one.code, one.place.cell) for one in found.problems] == [("LEDGER-024", "C2"), ("LEDGER-024", "C3")]


def test_a_moment_with_a_zone_is_read_as_clocks_in_china_show_it(tmp_path: Path, tables: Tables) -> None:
    path = tmp_path / "户.parquet"
    founded = [datetime(2024, 1, 31, 16, tzinfo=UTC)]  # midnight of 1 February in Beijing
    pl.DataFrame({HEADER[0]: [code(1)], HEADER[1]: ["甲"], "成立日期": founded}).write_parquet(path)
    assert str(check_file(path, tables("enterprise")).good["registered_on"][0]) == "2024-02-01"


TOTALS = [
    ["全市合计", None, 20], [None, "涪陵区小计", 12.5], ["总计（2户）", None, 20], ["其中：规上", None, 12.5],
    ["2024年12月31日", None, None], ["*：数据来自税务局", None, None], ["制表单位：某局", None, "2025年1月"],
    ["第1页 共3页", None, None], ["填表人（签字）：张三", None, None], ["共 2 户", None, 20],
]  # fmt: skip


@pytest.mark.parametrize("row", TOTALS, ids=[str(row[0] or row[1]) for row in TOTALS])
def test_totals_and_notes_are_never_firms(workbook: Workbook, yearly: TableContract, row: list[object]) -> None:
    found = checked(workbook([HEADER, FIRMS[0], row, FIRMS[1]]), yearly)
    assert (found.counts.good, found.counts.bad, found.counts.left_out) == (2, 0, 1)
    assert [(one.code, one.place.row) for one in found.notices] == [("LEDGER-041", 3)]


@pytest.mark.parametrize("name", ["合计机械厂", "共计量器具公司", "*ST 机械", "某设计", "其中机械厂"])
def test_a_firm_whose_name_only_sounds_like_a_total_stays(workbook: Workbook, yearly: TableContract, name: str) -> None:
    assert checked(workbook([HEADER, *FIRMS, [None, name, 3]]), yearly).counts.good == 3


CODES = [
    ("9.15E+17", "LEDGER-031"), ("同上", "LEDGER-032"), ("待办", "LEDGER-032"), (code(3) + "（甲）", "LEDGER-032"),
    (f"'{code(3)}", None), (code(3) + "\u200b", None), ("\ufeff" + code(3), None), (code(3)[:8] + "\u00a0" + code(3)[8:], None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "fault"), CODES, ids=[repr(one[0]) for one in CODES])
def test_what_excel_or_a_copy_made_of_a_code_is_mended_or_told(
    workbook: Workbook, yearly: TableContract, written: str, fault: str | None
) -> None:
    found = checked(workbook([HEADER, *FIRMS, [written, "丙厂", 3]]), yearly)
    assert [(one.code, one.place.cell) for one in found.problems] == ([(fault, "A4")] if fault else [])
    assert fault or found.good["enterprise"].to_list()[2] == code(3)


def test_signs_that_nobody_sees_are_shown_in_the_message(workbook: Workbook, yearly: TableContract) -> None:
    found = checked(workbook([HEADER, *FIRMS, [code(3), "丙厂", "12\u200b.5"]]), yearly)
    assert "12⟨U+200B⟩.5" in found.problems[0].what("zh")


def test_control_signs_do_not_get_into_a_name(workbook: Workbook, yearly: TableContract) -> None:
    found = checked(workbook([HEADER, [code(1), "甲\x07厂_x000D_", 1], FIRMS[1]]), yearly)
    assert found.good["name"].to_list() == ["甲 厂", "乙厂"]


@pytest.mark.parametrize("row", ["{code},丙厂,1,234.5", "{code},丙厂"])
def test_a_row_with_shifted_cells_sent_back_uncorrected_is_refused_again(
    tmp_path: Path, yearly: TableContract, row: str
) -> None:
    path = tmp_path / "税.csv"
    path.write_text(",".join(HEADER) + f"\n{code(1)},甲厂,12.5\n" + row.format(code=code(3)) + "\n", "utf-8")
    found = checked(path, yearly)
    assert (found.counts.good, found.counts.by_code) == (1, {"LEDGER-022": 1})
    write_return_file(found, tmp_path / "回.xlsx")
    again = checked(tmp_path / "回.xlsx", yearly)
    assert (again.counts.good, again.counts.bad) == (0, 1)


def test_a_formula_never_calculated_goes_back_as_a_fault(tmp_path: Path, yearly: TableContract) -> None:
    with xlsxwriter.Workbook(tmp_path / "公式.xlsx") as book:
        page = book.add_worksheet("表1")
        for row, cells in enumerate([HEADER, *FIRMS]):
            page.write_row(row, 0, cells)
        page.write_formula(1, 2, "=1+1", None, "")
    found = checked(tmp_path / "公式.xlsx", yearly)
    assert found.counts.by_code == {"LEDGER-027": 1}
    write_return_file(found, tmp_path / "回.xlsx")
    assert checked(tmp_path / "回.xlsx", yearly).counts.bad == 1
