"""零报告: a period of which nothing happened is said to be so; it is not taken for granted."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from .conftest import Jiqun

FIRM = "91500112MA5U00001H"


@pytest.fixture
def workspace(tmp_path: Path, jiqun: Jiqun) -> Path:
    where = tmp_path / "ws"
    jiqun("init", where)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["统一社会信用代码", "年度", "行业代码", "营业收入（万元）"])
    for year in (2024, 2025):
        sheet.append([FIRM, year, "3453", 5000])
    book.save(where / "years.xlsx")
    assert jiqun("import", where / "years.xlsx", "--table", "enterprise_year", "--yes", workspace=where).code == 0
    assert jiqun("template", "event", "-o", where / "event.xlsx", workspace=where).code == 0
    return where


def test_a_firm_had_no_accident_only_in_a_year_of_which_that_was_said(workspace: Path, jiqun: Jiqun) -> None:
    empty = jiqun("import", workspace / "event.xlsx", "--table", "event", "-p", "2025", "--yes", workspace=workspace)
    assert empty.code == 1 and "LEDGER-094" in empty.err and "--nothing" in empty.err
    told = ("import", workspace / "event.xlsx", "--table", "event", "--yes", "--nothing")
    said = jiqun(*told, "-p", "2025", workspace=workspace)
    assert said.code == 0 and "第 2 次导入：零报告，本期无。" in said.out

    def why(year: str) -> tuple[str, str]:
        made = jiqun("evaluate", "high-tech", "-p", year, workspace=workspace)
        found = re.search("运行 ([0-9a-f]+)", made.out)
        assert found is not None
        return made.err, jiqun("explain", found[1], FIRM, workspace=workspace).out

    notices, told_2025 = why("2025")
    assert "METHOD-028" not in [line.split()[1] for line in notices.splitlines() if "grave_events" in line]
    assert "一年内没有重大事故或严重环境违法：满足" in told_2025
    assert "“企业负面事件”中没有一行；2025 作过零报告（第 2 次导入" in told_2025
    notices, told_2024 = why("2024")  # nobody said so of the year before
    assert "grave_events: 没有“企业负面事件”（event）的数据" in notices and "--nothing" in notices
    assert "一年内没有重大事故或严重环境违法：未知" in told_2024
    assert "零报告" in jiqun("ledger", "status", workspace=workspace).out


@pytest.mark.parametrize(
    ("table", "words", "code"),
    [
        ("event", ["--nothing"], "LEDGER-098"),  # of which period?
        ("enterprise_year", ["--nothing", "-p", "2025"], "LEDGER-098"),  # who did not report is unknown
    ],
)
def test_nothing_is_said_of_a_period_and_of_what_happens(
    workspace: Path, jiqun: Jiqun, table: str, words: list[str], code: str
) -> None:
    said = jiqun("import", workspace / "event.xlsx", "--table", table, "--yes", *words, workspace=workspace)
    assert said.code == 1 and code in said.err


def test_rows_and_the_word_that_there_are_none_contradict_each_other(workspace: Path, jiqun: Jiqun) -> None:
    book = openpyxl.load_workbook(workspace / "event.xlsx")
    sheet = book.worksheets[0]
    for column, value in enumerate([FIRM, "2024-03-15", "安全生产", "一般"], start=1):
        sheet.cell(3, column, value)
    book.save(workspace / "event.xlsx")
    told = ("import", workspace / "event.xlsx", "--table", "event", "--yes", "-p", "2025")
    said = jiqun(*told, "--nothing", workspace=workspace)
    assert said.code == 1 and "LEDGER-097" in said.err
    # an accident of 2024 alone: of 2025 nobody said anything, and that is told
    assert jiqun(*told, workspace=workspace).code == 0
    notices = jiqun("evaluate", "high-tech", "-p", "2025", workspace=workspace).err
    assert "METHOD-039" in notices and "“企业负面事件”在 2025 没有一行，也没有零报告" in notices
