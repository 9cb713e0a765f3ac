"""The whole way with the national contracts: a department's workbook in, a figure out, and back to its cell."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.ledger.conftest import WHEN, code

from jiqun import packs
from jiqun.ledger import Reported, Told, Workspace, commit, freeze, latest, open_questions
from jiqun.ledger.intake import check_file, write_return_file
from jiqun.ledger.reported import DTYPES
from jiqun.ledger.status import status
from jiqun.packs import LawBook
from jiqun.problems import ProblemsError
from jiqun.values import exact, file_digest, narrow


@pytest.fixture(scope="module")
def book() -> LawBook:
    return packs.load(Path(__file__).resolve().parents[2] / "packs", pack_ids=["national"])


def workbook(file: Path, headers: list[str], rows: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "数据"
    sheet["A1"] = "2024年企业主要指标"
    for row in [headers, *rows]:
        sheet.append(row)
    made.save(file)
    return file


def test_a_tax_offices_workbook_becomes_figures_that_lead_back_to_their_cells(
    workspace: Workspace, tmp_path: Path, book: LawBook
) -> None:
    yearly = book.table("enterprise_year")
    register = workbook(
        tmp_path / "登记.xlsx",
        ["统一社会信用代码", "企业名称", "行政区划代码"],
        [[code(1), "重庆长江精密机械有限公司", "500112"]],
    )
    commit(
        workspace,
        book.table("enterprise"),
        Reported.of(check_file(register, book.table("enterprise"))),
        Told("李工", WHEN),
    )
    file = workbook(
        tmp_path / "税务.xlsx",
        ["序号", "统一社会信用代码", "企业名称", "年度", "税收（元）"],
        [
            [1, code(1), "重庆长江精密机械有限公司", 2024, "１２,３４５,６７８.９"],
            [2, code(2), "另一家有限公司", 2024, 5000],
            [3, code(3), "第三家有限公司", 2024, "约五千"],
            [4, None, "重庆某某机械有限公司", 2024, 7000],
        ],
    )
    checked = check_file(file, yearly)
    assert checked.good.height == 3 and checked.bad.height == 1
    back = tmp_path / "退回.xlsx"
    write_return_file(checked, back)
    made = commit(workspace, yearly, Reported.of(checked), Told("李工", WHEN, period="2024"), back)
    assert (made.rows, made.open_rows) == (3, 1)
    assert [one.why for one in open_questions(latest(workspace))] == ["masked"]
    (waiting,) = status(workspace).quarantine
    assert waiting.return_file is not None and waiting.return_file.read_bytes() == back.read_bytes()

    snapshot = freeze(workspace, when=WHEN)
    taxes = dict(snapshot.table("enterprise_year").select("enterprise", "tax").iter_rows())
    assert taxes == {code(1): 1234.56789, code(2): 0.5}
    cell = snapshot.lineage("enterprise_year", {"enterprise": code(1), "year": 2024}, "tax")
    assert (cell.file, cell.sheet, cell.cell, narrow(cell.header)) == ("税务.xlsx", "数据", "E3", "税收(元)")
    assert (cell.from_unit, cell.to_unit, exact(1234.56789) / exact("12345678.9")) == ("元", "万元", exact("0.0001"))
    assert openpyxl.load_workbook(cell.original(workspace))[cell.sheet][cell.cell].value == "１２,３４５,６７８.９"


def test_every_third_national_contract_and_no_computed_one_can_be_committed(
    workspace: Workspace, tmp_path: Path, book: LawBook
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("x")
    values = {"string": "x", "integer": 2024, "number": 1.5, "boolean": True, "date": WHEN.date(), "datetime": WHEN}
    chosen = [one for place, one in enumerate(book.tables.values()) if one.derived or place % 3 == 0]
    for contract in chosen:
        row = {one.name: code(1) if one.name == "enterprise" else values[one.type] for one in contract.fields}
        frame = pl.DataFrame([row], schema={one.name: DTYPES[one.type] for one in contract.fields}).with_columns(_row=2)
        rows = Reported(contract.id, frame, file, file_digest(file))
        if contract.derived:
            with pytest.raises(ProblemsError, match="LEDGER-100"):
                commit(workspace, contract, rows, Told("李工", WHEN))
        else:
            commit(workspace, contract, rows, Told("李工", WHEN))
    now = latest(workspace)
    assert {name: now.table(name).height for name in now.tables} == {one.id: 1 for one in chosen if not one.derived}
    assert freeze(workspace, when=WHEN).table("land_use").columns == list(book.table("land_use").column_names)
