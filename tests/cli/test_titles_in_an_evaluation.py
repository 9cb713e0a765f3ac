"""A rule that asks for titles and size classes is evaluated by `jiqun evaluate` as an officer would, not by the ladder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from .conftest import Jiqun

FIRM, OTHER = "91500112MA5U00001H", "91500112MA5U00002L"
Rows = tuple[dict[str, object], ...]


@pytest.fixture
def workspace(tmp_path: Path, jiqun: Jiqun) -> Path:
    jiqun("init", tmp_path / "ws", "--pack", "chongqing", "--region", "500000")
    return tmp_path / "ws"


@pytest.fixture
def bring_in(workspace: Path, jiqun: Jiqun) -> Callable[..., None]:
    def bring(table: str, *rows: dict[str, object]) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
        book.save(workspace / f"{table}.xlsx")
        said = jiqun("import", workspace / f"{table}.xlsx", "--table", table, "--yes", workspace=workspace)
        assert said.code == 0, said.err

    return bring


def test_titles_count_on_the_last_day_of_the_year_and_what_is_lacking_is_named(
    workspace: Path, jiqun: Jiqun, bring_in: Callable[..., None]
) -> None:
    code = "统一社会信用代码"
    for year, rd in ((2025, 0), (2024, 0)):
        figures = {
            "年度": year,
            "行业代码": "3453",
            "平均职工人数（人）": 100,
            "营业收入（万元）": 12000,
            "研发经费（万元）": rd,
        }
        bring_in("enterprise_year", *({code: firm, **figures} for firm in (FIRM, OTHER)))
    bare = jiqun("evaluate", "sme.innovative", "-p", "2025", workspace=workspace)
    assert "jiqun evaluate size-class --period 2025" in bare.err
    assert "请导入 title" in bare.err  # the derived table of valid titles is nothing to fill in
    assert jiqun("evaluate", "size-class", "-p", "2025", workspace=workspace).code == 0
    # a valid high-tech title is a bypass; the other's three years ended on the last day but one
    held = {"称号": "高新技术企业", "事项": "认定"}
    bring_in("title", {code: FIRM, **held, "日期": date(2023, 1, 1)}, {code: OTHER, **held, "日期": date(2022, 12, 31)})
    said = jiqun("evaluate", "sme.innovative", "-p", "2025", workspace=workspace)
    assert "称号按 2025-12-31 是否有效计（重庆市优质中小企业梯度）" in said.err
    row = next(line for line in said.out.splitlines() if line.split()[:1] == ["企业"]).split()
    assert row[1:4] == ["2", "1", "0"]  # the other may still pass by points: what they rest on is not reported
    found = re.search("运行 ([0-9a-f]+)", said.out)
    assert found is not None
    why = jiqun("explain", found[1], FIRM, workspace=workspace).out
    assert "有效期内高企、技术创新示范或知识产权优势示范企业 是 ← title.xlsx!Sheet!D2" in why
    assert "分母为零" not in why  # points by cases and flags divide nothing
    # last year's figures are past: nobody is advised to change them
    assert not re.search("上一年[^、；\n]*改到", jiqun("next", found[1], OTHER, workspace=workspace).out)
    # two rules that read different tables of one year: it is the rule that tells them apart, never the firm's data
    sized = re.search("运行 ([0-9a-f]+)", jiqun("evaluate", "size-class", "-p", "2025", workspace=workspace).out)
    assert sized is not None
    told = json.loads(jiqun("compare", found[1], sized[1], "--json", workspace=workspace).out)
    moved = {one["subject"]: one["direction"] for one in told["changes"]}
    assert moved == {FIRM: "other", OTHER: "open"}  # 符合条件 and 小型 are of different scales
    assert {step["cause"] for one in told["changes"] for step in one["steps"] if step["changed"]} == {"rule"}


def test_columns_that_only_the_rules_own_place_asks_for_are_unknown_and_named(
    workspace: Path, jiqun: Jiqun, bring_in: Callable[..., None]
) -> None:
    """Zhejiang's packs add 位于山区海岛县; a firm of six years in its field needs no such relief."""
    code = {"统一社会信用代码": FIRM, "年度": 2025}
    bring_in(
        "enterprise_year", {**code, "营业收入（万元）": 40000, "主营业务收入（万元）": 40000, "研发经费（万元）": 1200}
    )
    told = {"从事细分市场年限（年）": 6, "主导产品全球细分市场排名": 5, "市场地位核实结论": "是"}
    bring_in("sme_profile", {**code, **told})
    said = jiqun("evaluate", "sme.champion-zhejiang", "-p", "2025", workspace=workspace)
    assert "METHOD-043" in said.err and "“位于山区海岛县”" in said.err
    row = next(line for line in said.out.splitlines() if line.split()[:1] == ["企业"]).split()
    assert row[1:4] == ["1", "1", "0"]
