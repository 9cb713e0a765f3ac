"""Files that must not, or cannot, be opened: each gives one clear problem and never a stack trace."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from jiqun.ledger.intake import Checked, Limits, check_file
from jiqun.packs.models.table import TableContract
from jiqun.problems import Problem, ProblemsError
from jiqun.values import Period

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
HEADER = ["统一社会信用代码", "企业名称", "实缴税金（万元）"]
FIRM = ["91500112MA5U00001H", "甲厂", 12.5]


def refusal(path: Path, contract: TableContract, **told: object) -> Problem:
    with pytest.raises(ProblemsError) as caught:
        check_file(path, contract, **told)  # type: ignore[arg-type]
    (only,) = caught.value.problems
    return only


def rezip(source: Path, to: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return to


@pytest.fixture
def yearly(tables: Tables) -> TableContract:
    return tables("enterprise_year")


def test_a_file_that_is_not_there(tmp_path: Path, yearly: TableContract) -> None:
    assert refusal(tmp_path / "没有.xlsx", yearly).code == "LEDGER-001"


def test_an_empty_file(tmp_path: Path, yearly: TableContract) -> None:
    (tmp_path / "空.xlsx").write_bytes(b"")
    assert refusal(tmp_path / "空.xlsx", yearly).code == "LEDGER-002"


def test_a_file_above_the_size_limit(workbook: Workbook, yearly: TableContract) -> None:
    found = refusal(workbook([HEADER, FIRM]), yearly, limits=Limits(file_bytes=100))
    assert found.code == "LEDGER-003" and found.values["limit"] == "0 MB"


def test_a_workbook_cut_off_in_the_middle(workbook: Workbook, yearly: TableContract) -> None:
    path = workbook([HEADER, FIRM])
    path.write_bytes(path.read_bytes()[:2000])
    assert refusal(path, yearly).code == "LEDGER-004"


def test_a_workbook_with_one_wrong_byte(workbook: Workbook, yearly: TableContract) -> None:
    path = workbook([HEADER, FIRM])
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    content[place] ^= 0xFF
    path.write_bytes(content)
    assert refusal(path, yearly).code == "LEDGER-004"


def test_a_zip_bomb_by_its_ratio(workbook: Workbook, tmp_path: Path, yearly: TableContract) -> None:
    bomb = tmp_path / "炸弹.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 40_000_000)
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb, yearly).code == "LEDGER-005"


def test_a_zip_with_thousands_of_parts(workbook: Workbook, tmp_path: Path, yearly: TableContract) -> None:
    many = tmp_path / "多.xlsx"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"part{number}", b"")
    assert refusal(many, yearly).code == "LEDGER-005"


def test_a_zip_whose_directory_lies_about_the_size(workbook: Workbook, tmp_path: Path, yearly: TableContract) -> None:
    path = workbook([HEADER, *[FIRM] * 500])
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets/sheet1.xml"))
    struct.pack_into("<I", content, place + 24, 500)
    path.write_bytes(content)
    assert refusal(path, yearly).code == "LEDGER-004"


def test_a_cell_filled_a_million_rows_and_16384_columns_away(
    workbook: Workbook, tmp_path: Path, yearly: TableContract
) -> None:
    def stray(name: str, content: bytes) -> bytes:
        row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return content.replace(b"</sheetData>", row) if name.endswith("sheet1.xml") else content

    found = refusal(rezip(workbook([HEADER, FIRM]), tmp_path / "远.xlsx", stray), yearly)
    assert found.code == "LEDGER-005" and found.values["size"] == "1,048,576 × 16,384"


def test_a_coloured_but_empty_far_cell_does_no_harm(workbook: Workbook, tmp_path: Path, yearly: TableContract) -> None:
    def stray(name: str, content: bytes) -> bytes:
        row = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        return content.replace(b"</sheetData>", row) if name.endswith("sheet1.xml") else content

    assert good(check_file(rezip(workbook([HEADER, FIRM]), tmp_path / "远.xlsx", stray), yearly, constants=YEAR)) == 1


def test_entities_that_would_grow(workbook: Workbook, tmp_path: Path, yearly: TableContract) -> None:
    def entities(name: str, content: bytes) -> bytes:
        doctype = b'?>\n<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        return content.replace(b"?>", doctype, 1) if name == "xl/sharedStrings.xml" else content

    found = refusal(rezip(workbook([HEADER, FIRM]), tmp_path / "实体.xlsx", entities), yearly)
    assert found.code == "LEDGER-006" and found.values["part"] == "xl/sharedStrings.xml"


def test_a_workbook_with_a_password(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "密.xlsx"
    path.write_bytes(
        bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert refusal(path, yearly).code == "LEDGER-007"


def test_a_web_page_that_calls_itself_xls(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "导出.xls"
    path.write_text("\n <html><table><tr><td>企业名称</td></tr></table></html>", "utf-8")
    assert refusal(path, yearly).code == "LEDGER-008"


def test_a_document_of_another_kind(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "通知.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(path, yearly).code == "LEDGER-009"


def test_a_damaged_old_workbook(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "坏.xls"
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000))
    assert refusal(path, yearly).code == "LEDGER-004"


def test_a_damaged_parquet_file(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "坏.parquet"
    path.write_bytes(b"PAR1" + bytes(100))
    assert refusal(path, yearly).code == "LEDGER-004"


def test_a_sheet_that_is_not_in_the_workbook(workbook: Workbook, yearly: TableContract) -> None:
    found = refusal(workbook([HEADER, FIRM]), yearly, sheet="税收")
    assert found.code == "LEDGER-010" and found.values["sheets"] == "表1"


def test_a_workbook_whose_sheets_are_all_empty(workbook: Workbook, yearly: TableContract) -> None:
    assert refusal(workbook({"一": [], "二": []}), yearly).code == "LEDGER-094"


def test_a_sheet_that_has_only_a_header(workbook: Workbook, yearly: TableContract) -> None:
    found = refusal(workbook([HEADER]), yearly, period=Period.parse("2024"))
    assert (found.code, found.place.sheet) == ("LEDGER-094", "表1")


def test_two_sheets_that_both_look_like_the_table(workbook: Workbook, yearly: TableContract) -> None:
    found = refusal(workbook({"上半年": [HEADER, FIRM], "全年": [HEADER, FIRM]}), yearly)
    assert found.code == "LEDGER-011" and found.values["sheets"] == "“上半年”、“全年”"


def test_bytes_of_no_known_encoding(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "乱.csv"
    path.write_bytes(",".join(HEADER).encode("gb18030") + b"\n\xff\xff,\x80\x81,1\n")
    found = refusal(path, yearly)
    assert found.code == "LEDGER-012" and found.place.line == 2


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "引号.csv"
    path.write_text("\n".join([",".join(HEADER), '91500112MA5U00001H,"甲厂,12.5', "x,乙厂,3"]), "utf-8")
    found = refusal(path, yearly)
    assert found.code == "LEDGER-013" and found.place.line == 2


def test_binary_rubbish_with_the_ending_csv(tmp_path: Path, yearly: TableContract) -> None:
    path = tmp_path / "二进制.csv"
    path.write_bytes(bytes(range(256)))
    assert refusal(path, yearly).code == "LEDGER-009"


def test_a_sheet_without_any_known_header(workbook: Workbook, yearly: TableContract) -> None:
    found = refusal(workbook([["甲", "乙"], [1, 2]]), yearly)
    assert found.code == "LEDGER-014" and "统一社会信用代码" in found.what()


def test_an_old_workbook_is_read_and_its_error_cells_are_seen(
    old_workbook: Callable[..., Path], yearly: TableContract
) -> None:
    other = ["91500112MA5U00002L", "乙厂", "#REF!"]
    checked = check_file(old_workbook([HEADER, FIRM, other]), yearly, constants=YEAR)
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-023", "C3")]
    assert checked.good["tax"].to_list() == [12.5]


@pytest.mark.parametrize("offset", [30, 44, 48, 60, 68, 76, 80, 512, 516, 520, 1024, 1140, 1268])
def test_an_old_workbook_with_a_wrong_pointer_never_ends_in_a_stack_trace(
    offset: int, old_workbook: Callable[..., Path], yearly: TableContract
) -> None:
    path = old_workbook([HEADER, FIRM])
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, offset, 0x00FFFF07)
    path.write_bytes(content)
    try:
        codes = [one.code for one in check_file(path, yearly, constants=YEAR).problems]
    except ProblemsError as refused:
        codes = [one.code for one in refused.problems]
    assert codes in ([], ["LEDGER-004"], ["LEDGER-010"])


def test_macros_and_other_parts_of_an_xlsm_are_never_looked_at(
    workbook: Workbook, tmp_path: Path, yearly: TableContract
) -> None:
    path = workbook([HEADER, FIRM])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert good(check_file(path.rename(tmp_path / "宏.xlsm"), yearly, constants=YEAR)) == 1


YEAR = {"year": "2024"}


def good(checked: Checked) -> int:
    assert checked.problems == ()
    return checked.good.height
