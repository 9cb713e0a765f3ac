"""Templates: filled in as they say, they come in without any question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from jiqun.ledger.intake import check_file
from jiqun.ledger.templates import write_template
from jiqun.packs import load
from jiqun.packs.models.table import Column, TableContract
from jiqun.problems import ProblemsError
from jiqun.values import Period

Tables = Callable[[str], TableContract]
ROOT = Path(__file__).resolve().parents[3]
TABLES = [one.id for one in load(ROOT / "packs", pack_ids=("national",)).tables.values() if not one.derived]


def example(field: Column) -> object:
    text = field.example or ""
    if field.type == "integer":
        return int(text)
    if field.type == "number":
        return float(text)
    if field.type == "date":
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if field.type == "datetime" else text


@pytest.mark.parametrize("table", TABLES)
def test_the_examples_of_a_contract_filled_into_its_template_come_in_whole(
    table: str, tables: Tables, tmp_path: Path
) -> None:
    contract = tables(table)
    write_template(contract, tmp_path / "空.xlsx")
    book = openpyxl.load_workbook(tmp_path / "空.xlsx")
    page = book.worksheets[0]
    for column, field in enumerate(contract.fields, start=1):
        page.cell(3, column).value = example(field)
    book.save(tmp_path / "填.xlsx")
    checked = check_file(tmp_path / "填.xlsx", contract)
    assert checked.problems == () and checked.notices == ()
    assert set(checked.good.columns) == {*contract.column_names, "_row"} and checked.good.height == 1
    assert all(value is not None for value in checked.good.row(0))


def test_rows_written_into_a_template_come_back_the_same(tables: Tables, tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {
            "enterprise": ["91500112MA5U00001H"], "year": [2024], "name": ["=甲厂"], "scale": ["below"], "tax": [0.123456],
            "industry": ["0111"], "energy": [None], "staff": [0], "production_started_on": [date(2013, 9, 1)],
        },
        schema_overrides={"energy": pl.Float64},
    )  # fmt: skip
    contract = tables("enterprise_year")
    write_template(contract, tmp_path / "填.xlsx", rows=rows, period=Period.parse("2024"))
    checked = check_file(tmp_path / "填.xlsx", contract, period=Period.parse("2024"))
    assert checked.problems == () and checked.notices == ()
    assert checked.good.select(rows.columns).rows() == rows.rows()


def test_a_template_helps_while_typing(tables: Tables, tmp_path: Path) -> None:
    contract = tables("enterprise_year")
    codes = {"industry": [("0111", "稻谷种植"), ("3411", "锅炉及辅助设备制造")]}
    write_template(contract, tmp_path / "空.xlsx", codes, period=Period.parse("2024"))
    book = openpyxl.load_workbook(tmp_path / "空.xlsx")
    page = book["企业年度数据"]
    assert page["A1"].value == "企业年度数据填报表（2024年）" and page.freeze_panes == "C3"
    heads = [page.cell(2, column).value for column in range(1, len(contract.fields) + 1)]
    assert "实缴税金（万元）" in heads and "综合能耗（等价值）（吨标准煤）" in heads
    rules = {str(one.sqref).split(":")[0]: one for one in page.data_validations.dataValidation}
    assert rules["D3"].type == "list" and rules["D3"].formula1 == '"规上,规下"'
    assert rules["E3"].formula1 == "选项!$A$1:$A$2" and book["选项"].sheet_state == "hidden"
    assert book["选项"]["A1"].value == "0111"
    assert page.column_dimensions["A"].width and page["A3"].number_format in ("General", "@")
    notes = book["填报说明"]
    assert notes["A2"].value == "统一社会信用代码" and notes["G2"].value == "91500112MA5U00001H"


def test_a_wide_template_is_printed_on_pages_that_each_name_the_firm(tables: Tables, tmp_path: Path) -> None:
    for name, pages, again in (("enterprise_year", 3, "$A:$B"), ("parcel", None, None)):
        write_template(tables(name), tmp_path / "空.xlsx")
        page = openpyxl.load_workbook(tmp_path / "空.xlsx").worksheets[0]
        assert (page.page_setup.fitToWidth, page.print_title_cols, page.print_title_rows) == (pages, again, "$1:$2")
        (title,) = page.merged_cells.ranges
        assert title.max_col <= 10 and "&P" in page.oddFooter.right.text


def test_the_same_contract_gives_the_same_bytes(tables: Tables, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tables("parcel"), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_computed_table_has_no_template(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(ProblemsError) as caught:
        write_template(tables("land_use"), tmp_path / "x.xlsx")
    assert [one.code for one in caught.value.problems] == ["LEDGER-100"]
