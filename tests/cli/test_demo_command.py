"""`jiqun demo` from end to end on 200 firms, and what its ledger says beside the truth it was made from."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path
from sysconfig import get_path

import openpyxl
import polars as pl
import pytest

from jiqun.cli.commands.demo import BOARDS, METHODS, YEARS, within_reach
from jiqun.desk.context import Context
from jiqun.desk.running import Run
from jiqun.ledger import latest
from jiqun.methods.runs.run import stored_runs

from .conftest import FIRMS, Demo, Jiqun

Planted = dict[str, str]


@pytest.fixture(scope="session")
def planted(demo: Demo) -> list[Planted]:
    with (demo.handed / "truth" / "planted.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def found_cells(demo: Demo) -> dict[tuple[str, str], set[str]]:
    """Every faulty cell that the intake names: (file name, sheet!cell) → codes, checked again file by file."""
    from jiqun.cli.demo import generate
    from jiqun.desk.importing import Asked, check
    from jiqun.values import Period

    context = Context(demo.folder)
    handover = generate(demo.folder.parent / "again", seed=33618, firms=FIRMS)
    cells: dict[tuple[str, str], set[str]] = {}
    for one in handover.files:
        period = Period.parse(one.period) if one.period else None
        checked = check(context, Asked(one.path, one.table, period, one.sheet or None))
        for problem in (*checked.problems, *checked.notices):
            where = (one.path.name, f"{problem.place.sheet}!{problem.place.cell or problem.place.row}")
            cells.setdefault(where, set()).add(problem.code)
        for cell in checked.summary().jumps:
            cells.setdefault((one.path.name, f"{checked.source.sheet or ''}!{cell}"), set()).add("LEDGER-047")
    return cells


def test_the_demo_says_every_part_and_ends_with_what_to_try(demo: Demo) -> None:
    for words in (
        "有意留错",
        "换算 元→万元",
        "退回",
        "待认领企业",
        "快照",
        "【试算】",
        "各项得分",
        "怎样升档",
        "小结",
        "接下来可以试",
    ):
        assert words in demo.out
    for year in YEARS:
        assert f"{year} 年" in demo.out
    made = {Run(Context(demo.folder), one).plan.method.id for one in stored_runs(demo.folder / "runs")}
    assert made == {*METHODS, *BOARDS}
    for method in METHODS:
        assert f"结果_{method}_{YEARS[-1]}.xlsx" in demo.out


def test_the_tips_let_the_shell_find_a_command_that_only_the_environment_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(Path(get_path("scripts"))))
    assert within_reach() == []
    monkeypatch.setenv("PATH", "/nowhere")
    assert within_reach() == [f'export PATH="{get_path("scripts")}:$PATH"']


def test_each_clean_row_of_the_ledger_is_the_truth_to_the_last_digit(demo: Demo, planted: list[Planted]) -> None:
    view = latest(Context(demo.folder).workspace)
    touched = {one["enterprise"] for one in planted if one["enterprise"]}
    compared = 0
    for table in ("enterprise", "enterprise_year", "title", "event", "adjustment"):
        truth = pl.read_parquet(demo.handed / "truth" / f"{table}.parquet")
        key = list(view.key(table))
        clean = truth.filter(~pl.col("enterprise").is_in(sorted(touched)))
        columns = [name for name in truth.columns if name in view.table(table).columns]
        ledger = clean.select(key).join(view.table(table), on=key, how="left")
        expected, got = clean.select(columns).sort(key), ledger.select(columns).sort(key)
        assert got.equals(expected.cast(dict(got.schema)))
        compared += expected.height * len(columns)
    assert compared > 5_000


def test_every_planted_fault_is_found_at_its_cell(
    planted: list[Planted], found_cells: dict[tuple[str, str], set[str]]
) -> None:
    wanted = {
        "text_for_number": "LEDGER-024",
        "date_impossible": "LEDGER-028",
        "code_wrong_check": "LEDGER-032",
        "contradicting_row": "LEDGER-037",
    }
    asked = 0
    for one in planted:
        if one["kind"] in wanted:
            row = "".join(sign for sign in one["cell"] if sign.isdigit())
            near = [
                codes
                for (file, cell), codes in found_cells.items()
                if file == Path(one["file"]).name and _is_at(cell, one, row)
            ]
            assert any(wanted[one["kind"]] in codes for codes in near), one
            asked += 1
    assert asked > 20


def _is_at(cell: str, one: Planted, row: str) -> bool:
    sheet, _, where = cell.partition("!")
    if sheet != one["sheet"]:
        return False
    return where == one["cell"] or (one["kind"] == "contradicting_row" and "".join(filter(str.isdigit, where)) == row)


def test_no_cell_is_called_wrong_that_was_not_made_so(
    planted: list[Planted], found_cells: dict[tuple[str, str], set[str]]
) -> None:
    rows = {(Path(one["file"]).name, one["sheet"], one["row"]) for one in planted}
    errors = {"LEDGER-024", "LEDGER-028", "LEDGER-032", "LEDGER-037"}
    for (file, cell), codes in found_cells.items():
        if codes & errors:
            sheet, _, where = cell.partition("!")
            assert (file, sheet, "".join(filter(str.isdigit, where))) in rows


def test_rows_with_unknown_names_wait_for_a_person(demo: Demo, planted: list[Planted], jiqun: Jiqun) -> None:
    unknown = sum(one["kind"] == "unknown_name" for one in planted)
    questions = json.loads(jiqun("ledger", "review", "--json", workspace=demo.folder).out)
    assert len(questions) == unknown > 0
    assert {one["why"] for one in questions} == {"not_found"}


def test_values_that_jumped_ten_thousand_times_are_in_doubt_but_kept(
    planted: list[Planted], found_cells: dict[tuple[str, str], set[str]]
) -> None:
    later = [one for one in planted if one["kind"] == "times_10000" and one["year"] in YEARS]
    found = [
        one
        for one in later
        if "LEDGER-047" in found_cells.get((Path(one["file"]).name, f"{one['sheet']}!{one['cell']}"), set())
    ]
    # a firm that is new in the year, or whose year before was wrong too, cannot be compared
    assert len(found) >= len(later) // 2 > 0


def test_the_same_evaluation_in_another_place_gives_the_same_bytes(demo: Demo, jiqun: Jiqun, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(demo.folder, copy, ignore=shutil.ignore_patterns("runs", "cache", "部门报表"))
    run = json.loads(jiqun("evaluate", METHODS[0], "-p", YEARS[0], "--json", workspace=copy).out)["run"]
    here, there = (folder / "runs" / run for folder in (demo.folder, copy))
    assert {one.name: one.read_bytes() for one in here.iterdir()} == {
        one.name: one.read_bytes() for one in there.iterdir()
    }


def test_a_folder_with_other_things_is_never_touched(tmp_path: Path, jiqun: Jiqun) -> None:
    (tmp_path / "重要.txt").write_text("我的", "utf-8")
    said = jiqun("demo", tmp_path, "--firms", 60, "--force")
    assert (said.code, "CLI-005" in said.err) == (1, True)
    assert os.listdir(tmp_path) == ["重要.txt"]


def test_a_demo_is_made_anew_only_by_force(demo: Demo, jiqun: Jiqun) -> None:
    said = jiqun("demo", demo.folder, "--firms", FIRMS)
    assert (said.code, "CLI-006" in said.err) == (1, True)
    assert jiqun("demo", demo.folder, "--firms", 3).code == 2


def test_the_workbook_of_a_trial_says_so_on_every_sheet(demo: Demo) -> None:
    book = openpyxl.load_workbook(demo.folder / f"结果_{METHODS[0]}_{YEARS[-1]}.xlsx")
    names = book.sheetnames
    assert names[0] == "结果" and {"汇总", "调整", "办法", "问题"} <= set(names)
    for sheet in book.worksheets:
        assert sheet["A3"].value.startswith("试算")
        assert "试算" in (sheet.oddHeader.center.text or "")
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
