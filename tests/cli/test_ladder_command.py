"""`jiqun ladder` on the demo region: every firm screened, one firm explained, targets, JSON and Excel."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jiqun.cli.main import main

from .conftest import Demo, Jiqun

DAY = "2024-05-10"
Firms = list[dict[str, Any]]


@pytest.fixture(scope="module")
def found(demo: Demo) -> Firms:
    """Every firm as `jiqun ladder --json` tells of it: screened once for all that only read it."""
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["--workspace", str(demo.folder), "ladder", "--on", DAY, "--json"])
    assert ended.value.code == 0
    firms: Firms = json.loads(out.getvalue())
    return firms


def test_every_firm_of_the_ledger_is_screened_and_none_is_called_recognised(found: Firms) -> None:
    assert len(found) >= 180
    holders = [one for one in found if one["held"] == "little_giant"]
    assert holders and all(one["next"]["rung"] == "municipal_champion" for one in holders)
    poor = [one for one in found if one["next"] and one["next"]["advice"] == "no_recommendation"]
    assert poor and all(one["next"]["coverage"] < 0.6 for one in poor)


def test_one_firm_is_told_criterion_by_criterion(jiqun: Jiqun, demo: Demo, found: Firms) -> None:
    firm = next(one["enterprise"] for one in found if one["held"] == "specialised" and one["next"]["criteria"])
    said = jiqun("ladder", firm, "--on", DAY, workspace=demo.folder)
    assert said.code == 0, said.err
    assert "【试算】" in said.out and "自评不等于认定" in said.out
    assert "下一层级：专精特新“小巨人”企业" in said.out and "63号文有效期间" in said.out
    assert "市场占有率和知名度经人工核实" in said.out and "待人工核实" in said.out


def test_targets_of_districts_are_said_to_be_unpublished(jiqun: Jiqun, demo: Demo) -> None:
    said = jiqun("ladder", "--targets", "--on", DAY, workspace=demo.folder)
    assert "5000" in said.out and "未公布" in said.out


def test_the_workbook_has_firms_criteria_deadlines_and_targets_and_says_trial(
    jiqun: Jiqun, demo: Demo, tmp_path: Path
) -> None:
    path = tmp_path / "ladder.xlsx"
    assert jiqun("ladder", "--on", DAY, "-o", path, workspace=demo.folder).code == 0
    book = load_workbook(path)
    assert book.sheetnames == ["企业", "逐项条件", "期限", "培育目标"]
    assert "试算" in str(book["企业"]["A3"].value)


def test_an_unknown_rung_or_ladder_is_refused_with_those_there_are(jiqun: Jiqun, demo: Demo) -> None:
    said = jiqun("ladder", "--on", DAY, "--rung", "雏鹰", workspace=demo.folder)
    assert (said.code, "METHOD-112" in said.err, "little_giant" in said.err) == (1, True, True)
    assert "专精特新“小巨人”企业（little_giant）" in said.err
    said = jiqun("ladder", "--on", DAY, "--ladder", "x", workspace=demo.folder)
    assert (said.code, "METHOD-111" in said.err) == (1, True)


def test_the_same_firms_stand_side_by_side_under_both_editions_in_spring_2026(jiqun: Jiqun, demo: Demo) -> None:
    said = jiqun("ladder", "--on", "2026-05-10", "--rung", "little_giant", "--editions", workspace=demo.folder)
    assert said.code == 0, said.err
    assert "2022版" in said.out and "2026版" in said.out and "不能选定" in said.out
    assert "按 2024 年的数据筛查" in said.err  # no firm has reported for 2025
    firm = next(line.split()[0] for line in said.out.splitlines() if "新申报" in line)
    said = jiqun("ladder", firm, "--on", "2026-05-10", "--rung", "小巨人", "--editions", workspace=demo.folder)
    assert said.code == 0, said.err  # any name that the title goes by
    assert "新申报，适用 2026 版" in said.out and "2026版（适用）" in said.out
    assert "资产负债率不高于70%" in said.out and "资产负债率75%以下" in said.out


def test_comparing_editions_needs_a_rung_that_has_a_rule(jiqun: Jiqun, demo: Demo) -> None:
    assert jiqun("ladder", "--editions", workspace=demo.folder).code == 2
    said = jiqun("ladder", "--editions", "--rung", "listed", workspace=demo.folder)
    assert (said.code, "没有可比较的办法" in said.err) == (2, True)
