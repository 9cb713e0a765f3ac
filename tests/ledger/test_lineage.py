"""From a figure back to the cell of the file that was handed in."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.ledger.conftest import WHEN, YEARLY, Bring, code

from jiqun.ledger import Reported, SourceColumn, Told, Workspace, commit, freeze, history, latest, row
from jiqun.ledger.lineage import lineage
from jiqun.problems import ProblemsError
from jiqun.values import Unit, exact, file_digest

HEADERS = {
    "B": ("enterprise", "统一社会信用代码"),
    "D": ("year", "年度"),
    "H": ("tax", "实缴税收（元）"),
    "J": ("staff", "从业人数"),
}
FIRST = 5


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook as a department sends it: title rows, gaps between columns, tax in 元."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "规上企业"
    sheet["A1"] = "2024年规上工业企业主要指标"
    for letter, (_, header) in HEADERS.items():
        sheet[f"{letter}4"] = header
    for number in range(200):
        at = FIRST + number
        sheet[f"B{at}"], sheet[f"D{at}"], sheet[f"H{at}"], sheet[f"J{at}"] = (
            code(number),
            2024,
            12345678 + number,
            number,
        )
    file = tmp_path / "规上企业2024.xlsx"
    made.save(file)
    return file


def read(file: Path) -> Reported:
    """Read the workbook with another library's eyes than the ledger's own intake."""
    sheet = openpyxl.load_workbook(file)["规上企业"]
    factor = Unit.parse("元").factor_to(Unit.parse("万元"))
    rows = [
        {"enterprise": sheet[f"B{at}"].value, "year": sheet[f"D{at}"].value, "tax": float(exact(sheet[f"H{at}"].value) * factor), "staff": sheet[f"J{at}"].value, "_row": at}
        for at in range(FIRST, FIRST + 200)
    ]  # fmt: skip
    columns = tuple(
        SourceColumn(field, letter, header, *(("元", "万元", str(factor)) if field == "tax" else ()))
        for letter, (field, header) in HEADERS.items()
    )
    return Reported("enterprise_year", pl.DataFrame(rows), file, file_digest(file), "规上企业", columns)


def test_a_figure_leads_to_the_exact_cell_of_the_workbook(workspace: Workspace, book: Path) -> None:
    commit(workspace, YEARLY, read(book), Told("李工", WHEN))
    for number in (0, 113, 199):
        key = {"enterprise": code(number), "year": 2024}
        found = lineage(latest(workspace), "enterprise_year", key, "tax")
        assert found.cell == f"H{FIRST + number}" and str(found) == f"规上企业2024.xlsx!规上企业!H{FIRST + number}"
        original = openpyxl.load_workbook(found.original(workspace))[found.sheet]
        assert original[found.cell].value == 12345678 + number
        assert original[f"H{FIRST - 1}"].value == found.header == "实缴税收（元）"
        assert exact(original[found.cell].value) * exact("1") / 10000 == exact(float(str(found.value)))
        assert (found.from_unit, found.to_unit, found.factor) == ("元", "万元", "1/10000")
        assert (found.import_number, found.who, found.when) == (1, "李工", "2025-03-01T09:30:00")
        assert found.sha256 == file_digest(book)


def test_each_column_of_a_row_leads_to_the_file_that_gave_it(workspace: Workspace, book: Path, bring: Bring) -> None:
    commit(workspace, YEARLY, read(book), Told("李工", WHEN))
    key = {"enterprise": code(7), "year": 2024}
    bring(YEARLY, [{**key, "staff": 99}], file="人社.csv", columns=[SourceColumn("staff", "C", "参保人数")])
    view = latest(workspace)
    assert lineage(view, "enterprise_year", key, "staff").cell == "C2"
    assert lineage(view, "enterprise_year", key, "staff").file == "人社.csv"
    assert lineage(view, "enterprise_year", key, "tax").file == "规上企业2024.xlsx"
    told = history(view, "enterprise_year", key)
    assert told.filter(column="staff").select("file", "cell", "state").rows() == [
        ("规上企业2024.xlsx", f"J{FIRST + 7}", "superseded"),
        ("人社.csv", "C2", "current"),
    ]


def test_a_snapshot_leads_to_the_cell_that_it_was_made_from_not_to_a_later_one(
    workspace: Workspace, book: Path, bring: Bring
) -> None:
    commit(workspace, YEARLY, read(book), Told("李工", WHEN))
    made = freeze(workspace, when=WHEN)
    key = {"enterprise": code(7), "year": 2024}
    bring(YEARLY, [{**key, "tax": 1.0}], file="重报.csv", columns=[SourceColumn("tax", "A", "税")])
    assert lineage(latest(workspace), "enterprise_year", key, "tax").file == "重报.csv"
    assert made.lineage("enterprise_year", key, "tax").cell == f"H{FIRST + 7}"
    assert made.history("enterprise_year", key, "tax").height == 1


def test_an_original_is_kept_once_and_a_changed_one_is_no_evidence(workspace: Workspace, book: Path) -> None:
    commit(workspace, YEARLY, read(book), Told("李工", WHEN, period="2024"))
    commit(workspace, YEARLY, read(book), Told("李工", WHEN, period="other"))
    (kept,) = workspace.originals.iterdir()
    assert kept.name == f"{file_digest(book)}.xlsx" and kept.read_bytes() == book.read_bytes()
    found = lineage(latest(workspace), "enterprise_year", {"enterprise": code(7), "year": 2024}, "tax")
    kept.write_bytes(b"something else")
    with pytest.raises(ProblemsError, match="LEDGER-059"):
        found.original(workspace)


def test_a_value_told_for_the_whole_file_has_no_cell(workspace: Workspace, bring: Bring) -> None:
    key = {"enterprise": code(7), "year": 2024}
    bring(YEARLY, [{**key, "tax": 1.0}], columns=[SourceColumn("tax", "A", "税")])
    found = lineage(latest(workspace), "enterprise_year", key, "year")
    assert (found.cell, found.row, found.value) == ("", 2, 2024)


def test_asking_for_what_nobody_reported_says_so(workspace: Workspace, bring: Bring) -> None:
    key = {"enterprise": code(7), "year": 2024}
    bring(YEARLY, [{**key, "tax": 1.0}])
    view = latest(workspace)
    for wrong, column, told in [
        ({**key, "year": 2023}, "tax", "LEDGER-071"),
        (key, "staff", "LEDGER-071"),
        ({"enterprise": code(7)}, "tax", "LEDGER-073"),
    ]:
        with pytest.raises(ProblemsError, match=told):
            lineage(view, "enterprise_year", wrong, column)
    with pytest.raises(ProblemsError, match="LEDGER-073"):
        history(view, "enterprise_year", key, "colour")
    with pytest.raises(ProblemsError, match="LEDGER-071"):
        row(view, "enterprise_year", {**key, "year": 2023})
    with pytest.raises(ProblemsError, match="LEDGER-056"):
        row(view, "parcel", {"parcel": "P"})
