"""Official results: signed from a snapshot, once, under a rule that was read in full."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests import own_rule

from jiqun.desk import context
from jiqun.desk.context import Context
from jiqun.desk.running import find_run
from jiqun.desk.signing import changed_since
from jiqun.methods.trace import COLUMNS

from .conftest import Jiqun

METHOD = own_rule.METHOD + own_rule.CUTS
ENTITLED = """entitlements:
  prize: {title: 奖励, grades: [A], amount: 'years_in_a * unit(1, "万元")', unit: 万元, digits: 0, clause: 一}
"""
FIRMS = ("91350100M000100Y43", "91310115MA1H8R7C67")
SIGNED = ("--by", "张三", "--document", "本区发〔2024〕8号", "--organ", "本区经信委", "--on", "2024-05-06")


@pytest.fixture
def workspace(tmp_path: Path, jiqun: Jiqun) -> Path:
    folder = tmp_path / "工作区"
    assert jiqun("init", folder).code == 0
    own_rule.add_own_pack(folder, METHOD)
    rows = {
        "统一社会信用代码": FIRMS,
        "企业名称": ("江南公司", "江北公司"),
        "实缴税金": ("30", "10"),
        "平均职工人数": ("3", "5"),
    }
    pl.DataFrame(rows).write_csv(tmp_path / "税收.csv")
    said = jiqun(
        "import",
        tmp_path / "税收.csv",
        "--table",
        "enterprise_year",
        "--period",
        2023,
        "--unit",
        "实缴税金=万元",
        workspace=folder,
    )
    assert said.code == 0, said.out + said.err
    return folder


def rewrite(workspace: Path, method: str) -> None:
    """Write another rule, as before a later call of the command line, which reads the packs anew."""
    (workspace / "packs" / "own" / "method.yaml").write_text(method, "utf-8")
    context._loaded.cache_clear()


def changed_now(workspace: Path, run: str) -> str:
    """What would make the signature of a trial certain to be refused, read anew."""
    opened = Context(workspace)
    return changed_since(opened, find_run(opened, run))


def listed(jiqun: Jiqun, workspace: Path) -> list[dict[str, object]]:
    found = json.loads(jiqun("runs", "--json", workspace=workspace).out)
    assert isinstance(found, list)
    return found


def test_a_trial_is_signed_once_and_says_who_signed_it_everywhere(
    workspace: Path, jiqun: Jiqun, tmp_path: Path
) -> None:
    trial = json.loads(jiqun("evaluate", "own.rule", "-p", 2023, "--json", workspace=workspace).out)["run"]
    said = jiqun("runs", "sign", trial, *SIGNED, workspace=workspace)
    assert said.code == 0, said.err
    official = next(str(one["run"]) for one in listed(jiqun, workspace) if one["official"])
    assert official != trial and "试算" not in said.out
    words = "张三于 2024-05-06 签发，文号：本区发〔2024〕8号，发文机关：本区经信委"
    explained = jiqun("explain", official, FIRMS[0], workspace=workspace).out
    assert f"【正式】{words}" in explained and "试算" not in explained
    assert words in jiqun("runs", workspace=workspace).out
    assert jiqun("export", official, "-o", tmp_path / "正式.xlsx", workspace=workspace).code == 0
    for sheet in openpyxl.load_workbook(tmp_path / "正式.xlsx"):
        cells = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert words in cells and "试算" not in cells
    again = jiqun("runs", "sign", trial, "--by", "李四", *SIGNED[2:], workspace=workspace)
    assert (again.code, "RUN-011" in again.err, official in again.err) == (1, True, True)
    assert jiqun("runs", "sign", trial, *SIGNED, workspace=workspace).code == 0, "the same signature is the same run"
    assert sorted(bool(one["official"]) for one in listed(jiqun, workspace)) == [False, True]


def test_an_evaluation_is_signed_at_once_from_the_snapshot_it_names(workspace: Path, jiqun: Jiqun) -> None:
    snapshot = json.loads(jiqun("snapshot", "--json", workspace=workspace).out)["id"]
    words = ("evaluate", "own.rule", "-p", 2023, "--snapshot", snapshot, "--official", *SIGNED)
    said = jiqun(*words, "--json", workspace=workspace)
    assert said.code == 0, said.err
    (run,) = listed(jiqun, workspace)
    assert run["official"] and run["snapshot"] == snapshot
    assert run["sign_off"] == {
        "by": "张三",
        "on": "2024-05-06",
        "document": "本区发〔2024〕8号",
        "accepts_doubts": False,
        "organ": "本区经信委",
    }
    duck = jiqun(*words, "--engine", "duckdb", workspace=workspace)
    assert (duck.code, "RUN-011" in duck.err) == (1, True), "another engine is no second official result"


def test_a_stored_run_gives_its_trace_in_long_form(workspace: Path, jiqun: Jiqun) -> None:
    run = json.loads(jiqun("evaluate", "own.rule", "-p", 2023, "--json", workspace=workspace).out)["run"]
    result = find_run(Context(workspace), run).result
    lines = result.long_trace(FIRMS[0])
    assert lines.columns[1:] == list(COLUMNS)
    measure = lines.filter(step="measure").row(0, named=True)
    assert (measure["inputs"], measure["value"]) == ("staff=3 人; tax=30 万元", "10.0000")
    assert lines.filter(step="grade")["verdict"].to_list() == ["A"]
    assert result.long_trace()["enterprise"].n_unique() == 2


def test_what_is_signed_is_what_was_looked_at(workspace: Path, jiqun: Jiqun) -> None:
    """The rule is changed after the trial: signing the trial would sign something else."""
    trial = json.loads(jiqun("evaluate", "own.rule", "-p", 2023, "--json", workspace=workspace).out)["run"]
    assert changed_now(workspace, trial) == ""
    rewrite(workspace, METHOD.replace("at_least: 60", "at_least: 50").replace("less_than: 60", "less_than: 50"))
    assert changed_now(workspace, trial) == "method"
    said = jiqun("runs", "sign", trial, *SIGNED, workspace=workspace)
    assert (said.code, "RUN-012" in said.err) == (1, True)
    assert [one["official"] for one in listed(jiqun, workspace)] == [False]


def test_a_rule_that_reads_earlier_years_reads_the_signed_result_and_not_a_later_trial(
    workspace: Path, jiqun: Jiqun
) -> None:
    """The years in a row change who is billed: before last year is signed this year cannot be."""
    rewrite(workspace, METHOD + "inputs: {years_in_a: {title: 连续A, streak: {grade: A}}}\n" + ENTITLED)

    def trial(year: int) -> str:
        return str(json.loads(jiqun("evaluate", "own.rule", "-p", year, "--json", workspace=workspace).out)["run"])

    figures = workspace.parent / "上年.csv"
    figures.write_text(
        f"统一社会信用代码,实缴税金（万元）,平均职工人数（人）\n{FIRMS[0]},30,3\n{FIRMS[1]},10,5\n", "utf-8"
    )
    said = jiqun("import", figures, "--table", "enterprise_year", "--period", 2022, workspace=workspace)
    assert said.code == 0, said.err
    trial(2022)
    now = trial(2023)
    before = trial(2022)
    assert changed_now(workspace, before) == "", "no year waits for the one after it"
    assert changed_now(workspace, now) == "tables"
    assert "RUN-012" in jiqun("runs", "sign", now, *SIGNED, workspace=workspace).err
    assert jiqun("runs", "sign", before, *SIGNED, workspace=workspace).code == 0
    assert changed_now(workspace, now) == "", "the signed result is the trial's own, row by row"
    figures.write_text(
        f"统一社会信用代码,实缴税金（万元）,平均职工人数（人）\n{FIRMS[0]},1,3\n{FIRMS[1]},10,5\n", "utf-8"
    )
    said = jiqun("import", figures, "--table", "enterprise_year", "--period", 2022, workspace=workspace)
    assert said.code == 0, said.err
    again = find_run(Context(workspace), trial(2022))
    assert dict(again.trace.select("enterprise", "grade").iter_rows()) == dict(zip(FIRMS, "BA", strict=True))
    later = trial(2023)
    assert changed_now(workspace, later) == "", "a trial of last year made since changes nothing"
    assert jiqun("runs", "sign", later, *SIGNED, workspace=workspace).code == 0


def test_a_draft_an_empty_name_and_a_half_signature_are_refused(workspace: Path, jiqun: Jiqun) -> None:
    rewrite(workspace, METHOD.replace("in_force\ncompleteness: complete", "draft\ncompleteness: partial"))
    said = jiqun("evaluate", "own.rule", "-p", 2023, "--official", "--by", " ", "--document", "x", workspace=workspace)
    assert said.code == 1
    assert {"RUN-001", "RUN-004", "RUN-010"} <= set(re.findall(r"RUN-\d+", said.err))
    assert not listed(jiqun, workspace)
    half = jiqun("evaluate", "own.rule", "-p", 2023, "--official", "--by", "张三", workspace=workspace)
    assert half.code == 2, "wrong use"


def test_a_result_is_read_under_the_law_it_was_made_under_whatever_was_written_since(
    workspace: Path, jiqun: Jiqun
) -> None:
    """Another weight, another title, or no rule at all any more: the kept law explains the stored run word for word."""
    run = json.loads(jiqun("evaluate", "own.rule", "-p", 2023, "--json", workspace=workspace).out)["run"]
    before = jiqun("explain", run, FIRMS[0], workspace=workspace).out
    for later in (METHOD.replace("Tax per person", "Tax a head"), METHOD.replace("weight: 100", "weight: 50")):
        rewrite(workspace, later)
        assert jiqun("explain", run, FIRMS[0], workspace=workspace).out == before
    (workspace / "packs" / "own" / "method.yaml").unlink()
    context._loaded.cache_clear()
    assert jiqun("explain", run, FIRMS[0], workspace=workspace).out == before


def test_without_the_kept_law_a_result_is_read_from_its_own_copy_of_the_rule_and_says_so(
    workspace: Path, jiqun: Jiqun
) -> None:
    run = json.loads(jiqun("evaluate", "own.rule", "-p", 2023, "--json", workspace=workspace).out)["run"]
    for law in (workspace / "laws").iterdir():
        law.unlink()
    rewrite(workspace, METHOD.replace("weight: 100", "weight: 50"))
    said = jiqun("explain", run, FIRMS[0], workspace=workspace)
    assert said.code == 0 and "CLI-011" in said.out + said.err and "× 100" in said.out, said.out
    rewrite(workspace, METHOD.replace("tax / staff", "tax / land"))
    (workspace / "runs" / run / "method.json").write_text("{}", "utf-8")
    assert "RUN-007" in jiqun("explain", run, FIRMS[0], workspace=workspace).err


def test_a_rule_in_other_words_is_not_signed_a_second_time(workspace: Path, jiqun: Jiqun) -> None:
    signed = ("evaluate", "own.rule", "-p", 2023, "--official", *SIGNED)
    assert jiqun(*signed, workspace=workspace).code == 0
    rewrite(workspace, METHOD.replace("Tax per person", "Tax a head"))
    again = jiqun(*signed, workspace=workspace)
    assert (again.code, "RUN-011" in again.err) == (1, True), again.err
