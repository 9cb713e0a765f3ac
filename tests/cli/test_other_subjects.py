"""Rules over parks, projects and months by the command line: templates filled in, imported, evaluated, explained."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import openpyxl
import pytest

from jiqun.desk.evaluating import edition_problems
from jiqun.desk.running import Run
from jiqun.methods import load

from .conftest import Jiqun

Fill = Callable[..., None]


@pytest.fixture
def workspace(tmp_path: Path, jiqun: Jiqun) -> Path:
    jiqun("init", tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture
def fill(workspace: Path, jiqun: Jiqun) -> Fill:
    """Write rows into a table's template, as an officer does, and import it."""

    def filled(table: str, *rows: Mapping[str, object], good: bool = True) -> str:
        file = workspace / f"{table}.xlsx"
        assert jiqun("template", table, "-o", file, workspace=workspace).code == 0
        book = openpyxl.load_workbook(file)
        sheet = book.worksheets[0]
        heads = {re.sub("（[^（）]*）$", "", str(cell.value)): cell.column for cell in sheet[2]}
        for place, row in enumerate(rows, start=3):
            for head, value in row.items():
                sheet.cell(place, heads[head], value)
        book.save(file)
        said = jiqun("import", file, "--table", table, "--yes", workspace=workspace)
        assert (said.code == 0) is good
        return said.out + said.err

    return filled


def evaluated(jiqun: Jiqun, workspace: Path, *words: object) -> str:
    found = re.search("运行 ([0-9a-f]+)", jiqun("evaluate", *words, workspace=workspace).out)
    assert found is not None
    return found[1]


def test_a_park_is_explained_to_its_cells_and_told_the_nearest_change(
    workspace: Path, jiqun: Jiqun, fill: Fill
) -> None:
    at_every_line = {"年度": 2024, "增加值": 10000, "二氧化碳排放量": 6000, "非化石能源消费占比": 20}
    at_every_line |= {"可再生电力消费占比": 30, "绿色工厂占比": 50, "工业固废综合利用率": 96, "工业用水重复利用率": 85}
    at_every_line |= {"其余指标核实达标": "是"}
    fill(
        "green_park",
        {"园区": "甲园", "综合能源消费量": 3500, **at_every_line},
        {"园区": "乙园", "综合能源消费量": 3501, **at_every_line},
    )
    run = evaluated(jiqun, workspace, "green.zero-carbon-park", "-p", 2024)
    said = jiqun("explain", run, "乙园", workspace=workspace).out
    assert said.startswith("乙园，2024 年 零碳园区指标核对")
    assert "来源：综合能源消费量 3,501 tce ← green_park.xlsx!园区绿色低碳指标（按年）!E4" in said
    nearest = jiqun("next", run, "乙园", workspace=workspace).out
    assert re.search("综合能源消费量 +3,501 +3,500 tce", nearest) and "未满足" in nearest
    assert "已经是最好一档" in jiqun("next", run, "甲园", workspace=workspace).out


def test_a_light_names_its_rule_by_its_title_and_a_month_is_exported_once(
    workspace: Path, jiqun: Jiqun, fill: Fill
) -> None:
    """Sanya, June 2022: 300 of the 600 due is 50 % short, yellow; yellow in May too: the vice-mayor talks."""
    month = {"项目代码": "甲", "计划起算日": "2022-01-01", "年度计划投资": 1200, "累计完成投资": 300}
    fill("project_month", {"月份": "2022-06", **month}, {"月份": "2022-05", **month})
    light = {"项目代码": "甲", "评定日期": "2022-05-31", "灯色": "黄灯", "责任单位": "甲局"}
    refused = fill("project_light", {"亮灯办法": "三亚亮灯", **light}, good=False)
    assert "LEDGER-035" in refused and "三亚市重点项目投资亮灯（2022年）" in refused
    fill("project_light", {"亮灯办法": "三亚市重点项目投资亮灯（2022年）", **light})
    run = evaluated(jiqun, workspace, "light.sanya", "-p", "2022-06")
    said = jiqun("explain", run, "甲", workspace=workspace).out
    assert "甲，2022 年 6 月" in said and "分管副市长约谈（约束）：适用" in said
    assert "累计完成投资 300 万元 ← project_month.xlsx!项目月度进度!F3" in said
    jiqun("export", run, "-o", workspace / "r.csv", workspace=workspace)
    with (workspace / "r.csv").open(encoding="utf-8-sig") as file:
        assert [row["档次"] for row in csv.DictReader(file)] == ["黄"]


def test_the_edition_in_force_is_taken_and_one_that_was_not_is_told(workspace: Path, jiqun: Jiqun, fill: Fill) -> None:
    project = {"地点、主要工艺和设备未改变": "否", "涉及国家秘密": "否", "用能工艺简单、节能潜力小的行业": "否"}
    project |= {"改建前年综合能源消费量": 0, "改建前年电力消费量": 0, "年电力消费量": 0}
    fill("energy_project", {"项目代码": "甲", "年综合能源消费量": 10000, **project})
    then = jiqun("evaluate", "energy-review", "-p", 2024, workspace=workspace)
    assert "（2023年办法）" in then.out and "METHOD-087" not in then.err + then.out
    rule = load("per-mu.linhai")
    repealed = cast(Run, SimpleNamespace(plan=rule.plan(2023), book=rule.book, edition=""))
    (told,) = edition_problems("per-mu.linhai", repealed)
    assert told.code == "METHOD-087" and "不含 2023-12-31" in told.what("zh")
    assert edition_problems("per-mu.linhai@2014", repealed) == []
    wrong = jiqun("evaluate", "light.handan", "-p", 2024, workspace=workspace)
    assert wrong.code == 1 and "办法按月评价。请写成 2022-03 这样。" in wrong.err


def test_a_district_is_explained_and_exported_like_a_firm(workspace: Path, jiqun: Jiqun, fill: Fill) -> None:
    """Yulin: 9 of 10 contracts give 9 of 10 points; 15 of 20 starts and completions give 15 of 20."""
    row = {"应履约合同数": 10, "已履约合同数": 9, "应开工项目数": 10, "已开工项目数": 8, "应竣工项目数": 10}
    row |= {"已竣工项目数": 7, "合同投资额": 1000, "累计到位资金": 300, "当年到位资金": 50, "当年到位任务": 100}
    fill("kpi_district", {"行政区划代码": "500112", "月份": "2024-03", "名称": "渝北", **row})
    run = evaluated(jiqun, workspace, "kpi.yulin", "-p", "2024-03")
    said = jiqun("explain", run, "渝北", workspace=workspace)
    assert said.code == 0 and "渝北（500112）" in said.out and "总分 52.00" in said.out
    assert "得分 = 90.00% × 10 = 9.0000" in said.out
    assert jiqun("export", run, "-o", workspace / "r.xlsx", workspace=workspace).code == 0


def test_several_choices_in_a_cell_are_read_one_by_one_and_an_unknown_one_is_told(workspace: Path, fill: Fill) -> None:
    row = {"年度": 2024, "网络安全措施": "边界防护、入侵检测，分区与访问控制"}
    fill("sme_digital", {"统一社会信用代码": "91350100M000100Y43", **row})
    said = fill("sme_digital", {"统一社会信用代码": "91350100M000100Y43", **row, "网络建设": "工业网络"}, good=False)
    assert "“工业网络”不在可选项中。可选：工控网络、企业网络、网络冗余、远程接入、无" in said
