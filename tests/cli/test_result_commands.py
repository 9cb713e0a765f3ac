"""`jiqun evaluate | runs | explain | next | compare | export | ledger` on the demo region."""

from __future__ import annotations

import json
import re
import shutil
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from docx import Document

from jiqun.cli.commands.demo import METHODS, YEARS
from jiqun.ledger.review import own_id

from .conftest import Demo, Jiqun


@pytest.fixture
def runs(demo: Demo, jiqun: Jiqun) -> dict[tuple[str, str], str]:
    """Method and period → run id."""
    listed = json.loads(jiqun("runs", "--json", workspace=demo.folder).out)
    return {(one["method"]["id"], one["period"]): one["run"] for one in listed}


@pytest.fixture
def graded(demo: Demo, runs: dict[tuple[str, str], str]) -> str:
    """The first firm of the last year that has a grade."""
    trace = pl.read_ipc(demo.folder / "runs" / runs[METHODS[0], YEARS[-1]] / "trace.arrow")
    return str(trace.filter(pl.col("grade__ranked").is_not_null())["enterprise"][0])


def test_every_run_of_the_demo_is_listed_as_a_trial(demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str]) -> None:
    assert set(runs) >= {(method, year) for method in METHODS for year in YEARS}
    assert jiqun("runs", workspace=demo.folder).out.count("试算") == len(runs)


def test_evaluating_the_same_again_gives_the_same_run(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str]
) -> None:
    said = jiqun("evaluate", METHODS[1], "--period", YEARS[0], "--json", workspace=demo.folder)
    assert said.code == 0
    found = json.loads(said.out)
    assert found["run"] == runs[METHODS[1], YEARS[0]]
    assert found["official"] is False
    population = next(iter(found["grades"].values()))
    assert population["firms"] == sum(number for name, number in population.items() if name != "firms")


def test_both_engines_give_the_same_trace(demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str]) -> None:
    said = jiqun("evaluate", METHODS[0], "-p", YEARS[0], "--engine", "duckdb", "--json", workspace=demo.folder)
    other = json.loads(said.out)["run"]
    here = demo.folder / "runs"
    first, second = (pl.read_ipc(here / one / "trace.arrow") for one in (runs[METHODS[0], YEARS[0]], other))
    assert first.equals(second)


def test_an_unknown_method_names_the_nearest(demo: Demo, jiqun: Jiqun) -> None:
    said = jiqun("evaluate", "per-mu.huaiann", "-p", 2023, workspace=demo.folder)
    assert (said.code, "per-mu.huaian" in said.err) == (1, True)


def test_explaining_goes_to_the_clause_and_the_cell(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str], graded: str
) -> None:
    said = jiqun("explain", runs[METHODS[0], YEARS[-1]][:6], graded, workspace=demo.folder)
    assert said.code == 0
    assert "【试算】" in said.out and "依据：" in said.out
    assert f"税务局_{YEARS[-1]}年工业企业实缴税金.xlsx!税收!D" in said.out
    assert "原表 元，×0.0001 → 万元" in said.out
    assert "规划自然资源局_工业用地.xlsx!宗地!D" in said.out or "园区办_土地租赁与转租.xlsx!" in said.out


def test_pools_and_cohorts_are_called_by_their_names_and_counted(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str]
) -> None:
    run = runs[METHODS[0], YEARS[-1]]
    folder = demo.folder / "runs" / run
    trace, gathered = (pl.read_ipc(folder / f"{name}.arrow") for name in ("trace", "gathered"))
    own = trace.filter(pl.col("pool").str.contains("|", literal=True)).row(0, named=True)
    graded = own["enterprise"]
    told = json.loads(jiqun("explain", run, graded, "--json", workspace=demo.folder).out)
    assert re.fullmatch("规模以.制造业企业、[^、0-9]+[区县]", told["pool"])  # a place by its name alone
    division = gathered.filter(pl.col("enterprise") == graded)["industry_division"][0]
    same = trace.filter(pl.col("population") == own["population"], pl.col("status").is_in(["graded", "scored"]))
    same = same.join(gathered.filter(pl.col("industry_division") == division), on="enterprise", how="semi")
    for item in told["items"]:
        count = same[f"measure__{item['item']}"].drop_nulls().len()
        assert re.search(rf"、\D+（{division}），{count} 家(，不足 10 家，改用.*)?$", item["benchmarks"][0]["cohort"])
    english = json.loads(jiqun("explain", run, graded, "--json", "--lang", "en", workspace=demo.folder).out)["pool"]
    # names of places stay as the law book has them: Chinese where it brings no English one
    assert re.fullmatch(r"Above-scale manufacturing firms, [^()0-9]+", english)


def test_the_cell_named_by_an_explanation_holds_the_figure(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str], graded: str
) -> None:
    import openpyxl

    told = json.loads(jiqun("explain", runs[METHODS[0], YEARS[-1]], graded, "--json", workspace=demo.folder).out)
    inputs = {one["name"]: one for item in told["items"] for one in item["inputs"]}
    file, sheet, cell = inputs["tax"]["source"].split("（")[0].split("!")
    path = next(demo.handed.rglob(file))
    written = openpyxl.load_workbook(path)[sheet][cell].value
    assert float(str(inputs["tax"]["value"]).replace(",", "")) == pytest.approx(
        float(str(written).replace(",", "")) / 10_000, abs=1e-9
    )


def test_an_explanation_is_wholly_english_but_for_names(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str], graded: str
) -> None:
    said = jiqun("explain", runs[METHODS[0], YEARS[-1]], graded, "--lang", "en", workspace=demo.folder)
    assert "[Trial]" in said.out
    assert "试算" not in said.out and "得分" not in said.out


def test_a_firm_is_found_by_a_part_of_its_name_and_never_guessed(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str], graded: str
) -> None:
    several = jiqun("explain", "latest", "有限公司", workspace=demo.folder)
    assert (several.code, "CLI-002" in several.err) == (1, True)
    nobody = jiqun("explain", "latest", "不存在的企业", workspace=demo.folder)
    assert (nobody.code, "CLI-001" in nobody.err) == (1, True)
    assert jiqun("explain", runs[METHODS[0], YEARS[-1]], graded.lower(), workspace=demo.folder).code == 0


def test_a_run_is_found_by_a_beginning_and_an_unknown_one_is_a_problem(demo: Demo, jiqun: Jiqun, graded: str) -> None:
    said = jiqun("explain", "zzz", graded, workspace=demo.folder)
    assert (said.code, "CLI-003" in said.err) == (1, True)
    assert "CLI-003" in jiqun("explain", "", graded, workspace=demo.folder).err


def test_every_way_up_reaches_the_next_grade(demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str]) -> None:
    run = runs[METHODS[0], YEARS[-1]]
    trace = pl.read_ipc(demo.folder / "runs" / run / "trace.arrow")
    firm = trace.filter(pl.col("grade__ranked") == "B")["enterprise"][0]
    told = json.loads(jiqun("next", run, firm, "--json", workspace=demo.folder).out)
    assert told["wanted"] == "A"
    assert {one["grade"] for one in told["ways"]} <= {"A"}
    assert told["trial"] is True
    assert "试算" in jiqun("next", run, firm, workspace=demo.folder).out


def test_comparing_years_counts_everybody_once(demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str]) -> None:
    before, after = (runs[METHODS[0], year] for year in YEARS)
    told = json.loads(jiqun("compare", before, after, "--json", workspace=demo.folder).out)
    sizes = [pl.read_ipc(demo.folder / "runs" / one / "trace.arrow").height for one in (before, after)]
    counts = told["directions"]
    assert sum(told["transitions"].values()) + counts.get("gone", 0) == sizes[0]
    assert sum(told["transitions"].values()) + counts.get("new", 0) == sizes[1]
    for one in told["changes"]:
        effects = [Fraction(step["effect"]) for step in one["steps"] if step["effect"] is not None]
        if len(effects) == len(one["steps"]) > 0:
            assert sum(effects) == Fraction(one["total_after"]) - Fraction(one["total_before"])
    same = json.loads(jiqun("compare", before, before, "--json", workspace=demo.folder).out)
    assert set(same["directions"]) == {"same"}


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_exports_are_written_and_the_same_bytes_twice(demo: Demo, jiqun: Jiqun, tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        assert jiqun("export", "latest", "-o", path, workspace=demo.folder).code == 0
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    if ending == "csv":
        assert first.startswith(b"\xef\xbb\xbf") and "试算" in first.decode()


def test_a_report_by_the_mu_is_about_such_an_evaluation_whatever_was_evaluated_last(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    assert (
        jiqun("report", "district", "--district", "500101", "-o", tmp_path / "a.docx", workspace=demo.folder).code == 0
    )
    told = "\n".join(one.text for one in Document(str(tmp_path / "a.docx")).element.body.iter() if one.text)
    assert runs[METHODS[0], YEARS[-1]] in told and METHODS[0].startswith("per-mu.")


def test_an_export_to_an_unknown_kind_is_wrong_use_and_to_no_folder_a_problem(
    demo: Demo, jiqun: Jiqun, tmp_path: Path
) -> None:
    assert jiqun("export", "latest", "-o", tmp_path / "a.docx", workspace=demo.folder).code == 2
    said = jiqun("export", "latest", "-o", tmp_path / "no" / "a.csv", workspace=demo.folder)
    assert (said.code, "CLI-007" in said.err) == (1, True)


def test_the_ledger_tells_history_and_takes_an_import_back(
    demo: Demo, jiqun: Jiqun, graded: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo.folder, copy)
    imports = json.loads(jiqun("ledger", "status", "--json", workspace=copy).out)["imports"]
    number = next(one["number"] for one in imports if one["file"].startswith(f"税务局_{YEARS[-1]}"))
    assert jiqun("ledger", "undo", number, "--yes", workspace=copy).code == 2, "a reason is asked for"
    assert jiqun("ledger", "undo", number, "--yes", "--note", "重报", workspace=copy).code == 0
    history = jiqun("ledger", "history", "enterprise_year", graded, YEARS[-1], "--column", "tax", workspace=copy)
    assert "已撤销" in history.out
    row = json.loads(jiqun("ledger", "row", "enterprise_year", graded, YEARS[-1], "--json", workspace=copy).out)
    assert row["row"]["tax"] is None
    assert jiqun("ledger", "row", "enterprise_year", graded, workspace=copy).code == 1


def test_a_person_decides_who_is_meant(demo: Demo, jiqun: Jiqun, graded: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo.folder, copy)
    asked = json.loads(jiqun("ledger", "review", "--json", workspace=copy).out)
    report = asked[0]["reported"]
    said = jiqun("ledger", "review", "--decide", report, "same", graded, "--note", "电话核实", workspace=copy)
    assert said.code == 1 and "LEDGER-106" in said.err, "a firm with a row of its own in the same file is not meant"
    said = jiqun("ledger", "review", "--decide", report, "new", own_id(report), "--note", "电话核实", workspace=copy)
    assert said.code == 0, said.err
    left = json.loads(jiqun("ledger", "review", "--json", workspace=copy).out)
    assert len(left) == len(asked) - 1


def test_a_workshop_is_added_to_its_firm_and_the_grade_tells_both_cells(
    demo: Demo, jiqun: Jiqun, runs: dict[tuple[str, str], str], graded: str, tmp_path: Path
) -> None:
    copy, file, before = tmp_path / "copy", tmp_path / "合报.csv", runs["per-mu.huaian", "2024"]
    shutil.copytree(demo.folder, copy)
    told = jiqun("explain", before, graded, workspace=copy).out
    heads = "统一社会信用代码,企业名称,税收（万元）,平均从业人员（人）"
    file.write_text(f"{heads}\n{graded},,679.44,100\n,示范一车间,123.4,\n", "utf-8")
    jiqun("import", file, "--table", "enterprise_year", "--period", "2024", "--yes", workspace=copy)
    said = jiqun("ledger", "review", "--decide", "|示范一车间|", "part", graded, "--note", "同一执照", workspace=copy)
    assert said.code == 0, said.err
    row = json.loads(jiqun("ledger", "row", "enterprise_year", graded, 2024, "--json", workspace=copy).out)
    assert (row["row"]["tax"], row["row"]["staff"]) == (802.84, None)
    shown = jiqun("ledger", "row", "enterprise_year", graded, 2024, workspace=copy).out
    assert "“示范一车间”没有填，合计未知" in shown
    history = jiqun("ledger", "history", "enterprise_year", graded, 2024, "--column", "tax", workspace=copy).out
    assert "并入“示范一车间”合报.csv!C3" in history
    run = json.loads(jiqun("evaluate", "per-mu.huaian", "-p", 2024, "--json", workspace=copy).out)["run"]
    assert "合报.csv!C2 + 并入“示范一车间”合报.csv!C3" in jiqun("explain", run, graded, workspace=copy).out
    assert jiqun("explain", before, graded, workspace=copy).out == told, "a stored run keeps what it was made of"


def test_snapshots_are_listed_and_the_same_ledger_has_one(demo: Demo, jiqun: Jiqun) -> None:
    first = json.loads(jiqun("snapshot", "--json", workspace=demo.folder).out)
    assert json.loads(jiqun("snapshot", "--json", workspace=demo.folder).out)["id"] == first["id"]
    assert first["id"] in jiqun("snapshot", "--list", workspace=demo.folder).out
