"""Stored runs: same inputs, same id, same bytes; whole or not at all; official only with everything it takes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from jiqun import packs
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.result import Result
from jiqun.methods.runs import run as runs
from jiqun.methods.runs.files import last_noted
from jiqun.methods.runs.frames import ARROW, PARQUET
from jiqun.methods.runs.run import SignOff, load, official_faults, run_id, store, stored_runs
from jiqun.problems import ProblemsError
from jiqun.values import file_digest

RULE = """
kind: method
status: in_force
completeness: complete
populations: {all_firms: {title: 全部, where: revenue > 0}}
measures: {tax_per_mu: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4}}
benchmarks: {mean: {statistic: {measure: tax_per_mu, take: mean}, digits: 4}}
scores: {all: {tax_per_mu: {ratio: {to: mean}, digits: 2}}}
totals: {all: {digits: 2}}
grades: {all: {classes: [A, B, C], quota: {shares: {A: "0.3", B: "0.5", C: "0.2"}}}}
moves: {up: {title: 提档, move: raise, listed: raise}}
"""
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
SIGNED = SignOff("张三", date(2026, 3, 1), "亩均办〔2026〕1号")


@dataclass(frozen=True)
class Frozen:
    content: str


@dataclass(frozen=True)
class Data:
    id: str
    content: str
    tables: dict[str, Frozen]


SNAPSHOT = Data("snap1", "c0ffee", {"enterprise_year": Frozen("aa"), "adjustment": Frozen("bb")})
DIGESTS = {"enterprise_year": "aa", "adjustment": "bb"}


def tables(count=40, first=7.0):
    rows = [
        {"enterprise": f"e{one:03}", "year": 2022, "revenue": 1.0, "tax": float(one % 13) + first, "land": 3.0}
        for one in range(count)
    ]
    return {"enterprise_year": pl.DataFrame(rows)}


def result_of(plan_of, text=RULE, data=None, **more):
    return evaluate(plan_of(text), tables() if data is None else data, **more)


def bytes_of(run):
    return {file.name: file.read_bytes() for file in run.folder.iterdir()}


def test_the_same_inputs_have_the_same_id_and_the_same_bytes(plan_of, tmp_path):
    shuffled = {"enterprise_year": tables()["enterprise_year"].sample(fraction=1, shuffle=True, seed=3)}
    first = store(tmp_path / "one", result_of(plan_of), at=AT)
    again = store(tmp_path / "two", result_of(plan_of, data=shuffled), at=LATER)
    assert first.id == again.id == run_id(result_of(plan_of))
    assert bytes_of(first) == bytes_of(again)
    assert (first.at, again.at) == (AT, LATER)


def test_every_input_changes_the_id(plan_of):
    lists = pl.DataFrame(
        {"enterprise": ["e001"], "year": [2022], "kind": ["raise"], "reason": ["r"], "document": ["d"]}
    )
    ids = [
        run_id(result_of(plan_of)),
        run_id(result_of(plan_of, RULE.replace('A: "0.3", B: "0.5"', 'A: "0.4", B: "0.4"'))),
        run_id(result_of(plan_of, data=tables(first=8.0))),
        run_id(result_of(plan_of, data=tables() | {"adjustment": lists})),
        run_id(result_of(plan_of, engine="duckdb")),
        run_id(result_of(plan_of), official=True, snapshot=SNAPSHOT, sign_off=SIGNED),
    ]
    assert len(set(ids)) == len(ids)


def test_the_rows_of_the_period_before_change_the_id_where_they_are_read(plan_of):
    """The benchmark is last year's mean; a firm of last year that is not in this year's list must still count."""
    last = RULE.replace("take: mean", "take: mean, period: last")

    def id_with(tax: float) -> str:
        before = tables()["enterprise_year"].with_columns(year=pl.lit(2021, pl.Int64))
        gone = pl.DataFrame({"enterprise": ["gone"], "year": [2021], "revenue": [1.0], "tax": [tax], "land": [1.0]})
        rows = pl.concat([tables()["enterprise_year"], before, gone.select(before.columns)])
        return run_id(result_of(plan_of, last, data={"enterprise_year": rows}))

    assert id_with(5.0) == id_with(5.0)
    assert id_with(5.0) != id_with(6.0)


def test_both_engines_store_the_same_trace(plan_of, tmp_path):
    one = store(tmp_path, result_of(plan_of), at=AT)
    two = store(tmp_path, result_of(plan_of, engine="duckdb"), at=AT)
    for name in ("trace.arrow", "moves.arrow", "benchmarks.json", "method.json"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


def test_what_is_read_back_is_what_was_stored(plan_of, tmp_path):
    result = result_of(plan_of)
    run = load(tmp_path, store(tmp_path, result, at=AT).id)
    assert run.trace.equals(result.trace) and run.trace.schema == result.trace.schema
    assert run.moves.equals(result.moves) and run.gathered.equals(result.gathered)
    assert run.benchmarks[0]["benchmark"] == "mean"
    assert run.method["id"] == "test"
    assert run.manifest["outcome"]["statuses"] == {"graded": 40}
    assert run.at == AT


def test_storing_the_same_again_changes_nothing(plan_of, tmp_path):
    first = store(tmp_path, result_of(plan_of), at=AT)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    assert store(tmp_path, result_of(plan_of), at=LATER).at == AT
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()} == before
    assert [one.id for one in stored_runs(tmp_path)] == [first.id]


def test_a_changed_file_is_told_when_stored_again_and_when_read(plan_of, tmp_path):
    run = store(tmp_path, result_of(plan_of), at=AT)
    ARROW.written(run.trace.with_columns(grade=pl.lit("A")), run.folder / "trace.arrow")
    with pytest.raises(ProblemsError) as again:
        store(tmp_path, result_of(plan_of), at=AT)
    assert [one.code for one in again.value.problems] == ["RUN-005"]
    with pytest.raises(ProblemsError) as read:
        load(tmp_path, run.id).trace.height  # noqa: B018
    assert [one.code for one in read.value.problems] == ["RUN-007"]


def test_a_manifest_is_read_once_as_long_as_its_file_stays_as_it_is(plan_of, tmp_path, monkeypatch):
    stored = store(tmp_path, result_of(plan_of), at=AT)
    read = []
    monkeypatch.setattr(runs, "file_digest", lambda file: read.append(file.name) or file_digest(file))
    runs._manifest_of.cache_clear()
    assert [one.id for _ in range(3) for one in stored_runs(tmp_path)] == [stored.id] * 3
    assert read == ["manifest.json"]
    manifest = stored.folder / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("trial", "trail"), "utf-8")
    with pytest.raises(ProblemsError, match="RUN-007"):
        stored_runs(tmp_path)


def test_a_trial_that_calls_itself_official_is_found_out(plan_of, tmp_path):
    run = store(tmp_path, result_of(plan_of), at=AT)
    file = run.folder / "manifest.json"
    file.write_text(file.read_text("utf-8").replace('"standing": "trial"', '"standing": "official"'), "utf-8")
    with pytest.raises(ProblemsError, match="RUN-007"):
        load(tmp_path, run.id)
    (tmp_path / "index.jsonl").unlink()
    with pytest.raises(ProblemsError, match="RUN-007"):
        load(tmp_path, run.id)


def test_an_unknown_run_is_told_with_the_nearest_one(plan_of, tmp_path):
    run = store(tmp_path, result_of(plan_of), at=AT)
    with pytest.raises(ProblemsError) as caught:
        load(tmp_path, run.id[:-1] + "x")
    assert caught.value.problems[0].code == "RUN-006"
    assert run.id in caught.value.problems[0].fix("zh")


def test_a_trial_says_so_in_the_manifest_and_in_every_export_name(plan_of, tmp_path):
    run = store(tmp_path, result_of(plan_of), at=AT)
    assert run.manifest["label"] == {"zh": "试算", "en": "trial"}
    assert run.export_name("xlsx") == f"test-2022-试算-{run.id}.xlsx"
    assert not run.official


def test_an_official_run_carries_its_snapshot_and_its_sign_off(plan_of, tmp_path):
    run = store(tmp_path, result_of(plan_of, digests=DIGESTS), at=AT, official=True, snapshot=SNAPSHOT, sign_off=SIGNED)
    assert run.official and run.label("zh") == "正式"
    assert run.manifest["snapshot"] == {"id": "snap1", "content": "c0ffee"}
    assert run.manifest["sign_off"] == {"by": "张三", "on": "2026-03-01", "document": "亩均办〔2026〕1号"}
    trial = store(tmp_path, result_of(plan_of, digests=DIGESTS), at=AT, snapshot=SNAPSHOT)
    assert trial.id != run.id


def test_everything_that_keeps_a_result_from_being_official_is_told_at_once(plan_of, tmp_path):
    draft = RULE.replace("in_force", "draft").replace("complete\n", "illustrative\n")
    with pytest.raises(ProblemsError) as caught:
        store(tmp_path, result_of(plan_of, draft), at=AT, official=True)
    assert sorted(one.code for one in caught.value.problems) == ["RUN-001", "RUN-003", "RUN-004", "RUN-013"]
    assert not stored_runs(tmp_path)


def test_a_method_that_was_read_in_part_is_signed_only_by_who_accepts_its_doubts(plan_of, tmp_path):
    result = result_of(plan_of, RULE.replace("completeness: complete", "completeness: partial"), digests=DIGESTS)
    assert [one.code for one in official_faults(result, SNAPSHOT, SIGNED)] == ["RUN-010"]
    knowing = replace(SIGNED, accepts_doubts=True)
    assert not official_faults(result, SNAPSHOT, knowing)
    run = store(tmp_path, result, at=AT, official=True, snapshot=SNAPSHOT, sign_off=knowing)
    assert run.sign_off == knowing and "疑义" in knowing.words() and "doubts" in knowing.words("en")


def test_an_illustrative_method_is_never_signed(plan_of):
    result = result_of(plan_of, RULE.replace("completeness: complete", "completeness: illustrative"), digests=DIGESTS)
    knowing = replace(SIGNED, accepts_doubts=True)
    assert [one.code for one in official_faults(result, SNAPSHOT, knowing)] == ["RUN-013"]


MEAN = "mean: {statistic: {measure: tax_per_mu, take: mean}, digits: 4}"
PACK = """
id: p
title: 包
title_en: pack
jurisdiction: "100000"
version: "1"
"""
PARAMETER = """
kind: parameter
id: guessed
title: 估
title_en: guess
unit: 万元/亩
completeness: illustrative
"""
CODES = """
kind: taxonomy
id: guessed.kinds
title: 类
title_en: kinds
completeness: illustrative
levels: [{title: 类, title_en: kind, count: 1}]
codes: [{code: a, name: 甲, name_en: a, level: 1}]
"""


@pytest.fixture
def guesses(tmp_path):
    """A law book whose every number and code is our own."""
    (tmp_path / "p").mkdir()
    value = '{from: 2022-01-01, value: "2.5", reason: 示意}'
    for name, text in {
        "pack": PACK,
        "one": PARAMETER + f"values: [{value}]\n",
        "many": PARAMETER.replace("id: guessed", "id: by_kind") + f"table: {{a: [{value}]}}\n",
        "codes": CODES,
    }.items():
        (tmp_path / "p" / f"{name}.yaml").write_text(text, "utf-8")
    return packs.load(tmp_path)


@pytest.mark.parametrize(
    ("instead", "of", "name"),
    [
        ("mean: {parameter: guessed}", MEAN, "guessed"),
        ("mean: {lookup: {parameter: by_kind, key: park}}", MEAN, "by_kind.a"),
        ("tax / land > line", "revenue > 0", "guessed"),
        ("park in kinds", "revenue > 0", "guessed.kinds"),
    ],
)
def test_what_is_illustrative_is_told_by_its_id_wherever_it_is_read(method_of, contracts, guesses, instead, of, name):
    given = {
        "tax / land > line": "inputs: {line: {parameter: guessed}}\n",
        "park in kinds": "classes: {kinds: {taxonomy: guessed.kinds, under: [a]}}\n",
    }
    text = RULE.replace(of, instead) + given.get(instead, "")
    plan = compile_method(method_of(text), 2022, book=guesses, contracts=contracts)
    result = replace(result_of_nothing(), plan=plan)
    faults = official_faults(result, SNAPSHOT, SIGNED)
    assert [(one.code, one.values["name"]) for one in faults] == [("RUN-002", name)]


def test_a_score_or_grade_that_is_only_illustrative_keeps_a_result_from_being_official(plan_of):
    rule = """
status: in_force
completeness: complete
populations: {all_firms: {title: 全部, where: revenue > 0}}
measures: {m: {title: 税收, formula: tax, unit: 万元, digits: 1}}
scores: {all: {m: {title: 税收得分, digits: 1, value: true, completeness: illustrative}}}
totals: {all: {digits: 1}}
grades: {all: {title: 分档, classes: [A, B], quota: {shares: {A: "0.5", B: "0.5"}}, completeness: illustrative}}
"""
    result = replace(result_of_nothing(), plan=plan_of(rule))
    faults = official_faults(result, SNAPSHOT, SIGNED)
    assert [(one.code, one.values["name"]) for one in faults] == [("RUN-002", "税收得分"), ("RUN-002", "分档")]


def result_of_nothing():
    manifest = {"tables": {}, "trial": False, "parameters": {}}
    return Result(None, *(pl.DataFrame() for _ in range(4)), manifest)


def test_a_signed_result_is_not_signed_again_and_the_same_signature_changes_nothing(plan_of, tmp_path):
    """Another signatory, another day, another engine: one rule has one official result on the same data."""
    more = {"official": True, "snapshot": SNAPSHOT}
    first = store(tmp_path, result_of(plan_of, digests=DIGESTS), at=AT, sign_off=SIGNED, **more)
    assert store(tmp_path, result_of(plan_of, digests=DIGESTS), at=LATER, sign_off=SIGNED, **more).id == first.id
    for other, engine in ((replace(SIGNED, by="李四"), "polars"), (replace(SIGNED, on=date(2026, 3, 2)), "duckdb")):
        with pytest.raises(ProblemsError) as caught:
            store(tmp_path, result_of(plan_of, digests=DIGESTS, engine=engine), at=LATER, sign_off=other, **more)
        (fault,) = caught.value.problems
        assert fault.code == "RUN-011" and first.id in fault.what() and "张三" in fault.what()
    assert [one.official for one in stored_runs(tmp_path)] == [True]
    corrected = Data("snap2", "beef", dict(SNAPSHOT.tables))
    again = {**more, "snapshot": corrected, "sign_off": replace(SIGNED, document="亩均办〔2026〕2号")}
    assert store(tmp_path, result_of(plan_of, digests=DIGESTS), at=LATER, **again).official


def test_an_empty_signature_is_none_and_other_data_than_the_snapshots_are_told(plan_of):
    result = result_of(plan_of, digests={"enterprise_year": "zz"})
    empty = replace(SIGNED, by=" ")
    assert sorted(one.code for one in official_faults(result, SNAPSHOT, empty)) == ["RUN-004", "RUN-009"]


def test_a_result_with_overridden_parameters_cannot_be_official(plan_of):
    text = RULE.replace(
        "benchmarks: {mean: {statistic: {measure: tax_per_mu, take: mean}, digits: 4}}",
        "benchmarks: {mean: {parameter: base.tax}}",
    )
    plan = plan_of(text, parameters={"base.tax": "2.5"})
    result = evaluate(plan, tables(), digests=DIGESTS)
    faults = official_faults(result, SNAPSHOT, SIGNED)
    assert [one.code for one in faults] == ["RUN-008"]
    assert "base.tax" in faults[0].what("zh")
    assert result.explain(result.grades[plan.subject][0]).tried == "试改 base.tax = 2.5"


def test_a_writer_killed_in_the_middle_leaves_no_run_and_the_next_one_cleans_up(plan_of, tmp_path):
    """The child is killed while its files stand in the draft folder, before the one step that makes them a run."""
    script = (
        "import os, sys; from pathlib import Path; from jiqun.methods.runs.files import keep\n"
        "def fill(folder):\n"
        "    (folder / 'trace.arrow').write_bytes(b'x' * 1000); print('ready', flush=True); sys.stdin.read()\n"
        "keep(Path(sys.argv[1]), sys.argv[2], fill)"
    )
    id_ = run_id(result_of(plan_of))
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), id_], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None and child.stdout.readline() == b"ready\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert len(list(tmp_path.glob(".writing-*"))) == 1
    assert not stored_runs(tmp_path)
    run = store(tmp_path, result_of(plan_of), at=AT)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([run.id, "index.jsonl"])
    assert run.trace.height == 40


def test_a_run_that_is_stored_again_is_the_last_one_and_keeps_its_first_time(plan_of, tmp_path):
    first = store(tmp_path, result_of(plan_of), at=AT)
    other = store(tmp_path, result_of(plan_of, data=tables(first=9.0)), at=LATER)
    assert last_noted(tmp_path) == other.id
    store(tmp_path, result_of(plan_of), at=LATER)
    assert last_noted(tmp_path) == first.id
    assert {one.id: one.at for one in stored_runs(tmp_path)} == {first.id: AT, other.id: LATER}


def test_an_index_line_cut_short_costs_only_the_time(plan_of, tmp_path):
    first = store(tmp_path, result_of(plan_of), at=AT)
    index = tmp_path / "index.jsonl"
    index.write_bytes(index.read_bytes()[:-9])
    assert [(one.id, one.at) for one in stored_runs(tmp_path)] == [(first.id, None)]
    second = store(tmp_path, result_of(plan_of, data=tables(first=9.0)), at=LATER)
    assert {one.id: one.at for one in stored_runs(tmp_path)} == {first.id: None, second.id: LATER}


def test_a_run_stored_as_parquet_before_is_read_and_compared_as_it_is(plan_of, tmp_path, monkeypatch):
    monkeypatch.setattr("jiqun.methods.runs.run.ARROW", PARQUET)
    old = store(tmp_path, result_of(plan_of), at=AT)
    monkeypatch.undo()
    assert {one.suffix for one in old.folder.iterdir()} == {".parquet", ".json"}
    again = store(tmp_path, result_of(plan_of), at=LATER)
    assert again.at == AT and again.trace.equals(result_of(plan_of).trace)
    PARQUET.written(old.trace.with_columns(grade=pl.lit("A")), old.folder / "trace.parquet")
    with pytest.raises(ProblemsError) as told:
        store(tmp_path, result_of(plan_of), at=LATER)
    assert [one.code for one in told.value.problems] == ["RUN-005"]


def test_the_manifest_holds_no_time_and_no_path(plan_of, tmp_path):
    run = store(tmp_path, result_of(plan_of), at=AT)
    text = (run.folder / "manifest.json").read_text("utf-8")
    assert "2026" not in text and str(tmp_path) not in text
    assert json.loads(text)["run"]["period"] == "2022"
