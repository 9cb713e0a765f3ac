"""Wrong use is said in the language of the call, with how the command is used; exit code 2."""

from __future__ import annotations

import errno

import polars as pl
import pytest

from jiqun.problems import disk_refused

WRONG = {
    ("ledger", "history"): "缺少参数 TABLE",
    ("evaluate", "x"): "缺少选项 --period",
    ("evaluate", "x", "-p", "2023", "--engine", "spark"): "--engine 的值不对：“spark”不在 'polars', 'duckdb' 之中",
    ("evaluate", "x", "-p", "2023", "--on", "3"): "“3”不是日期，写法 '2023-01-31'",
    ("evaluate", "x", "y", "-p", "2023"): "多写了：y",
    ("evalute",): "没有命令 evalute。 是不是想写 evaluate？",
    ("runs", "--jsn"): "没有选项 --jsn。 是不是想写 '--json'？",
    ("demo", "there", "--firms", "3"): "--firms 的值不对：3 超出范围 x>=50",
    ("demo", "there", "--firms", "many"): "“many”不是数字",
}


@pytest.mark.parametrize(
    ("words", "told"), WRONG.items(), ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
def test_wrong_use_is_told_in_chinese(jiqun, words, told):
    said = jiqun("--lang", "zh", *words)
    assert said.code == 2
    assert told in said.err and "用法：jiqun" in said.err and "Error" not in said.err


def test_wrong_use_is_told_in_english_when_asked(jiqun):
    said = jiqun("--lang", "en", "ledger", "history")
    assert said.code == 2 and "Missing argument 'TABLE'" in said.err and "用法" not in said.err


def test_a_template_for_a_folder_that_is_not_there_and_an_unknown_parameter_are_told(jiqun, tmp_path):
    jiqun("init", tmp_path / "w")
    where = tmp_path / "w"
    said = jiqun("template", "enterprise_year", "-o", tmp_path / "no" / "t.xlsx", workspace=where)
    assert said.code in (1, 2) and "no" in said.err and "Traceback" not in said.err
    said = jiqun("evaluate", "per-mu.huaian", "-p", "2024", "--set", "nothing=1", workspace=where)
    assert said.code == 1 and "nothing" in said.err and "Traceback" not in said.err


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device", "x"),
        OSError(errno.EROFS, "Read-only file system", "x"),
        pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)"),
    ],
)
def test_a_disk_that_refuses_is_told_whatever_was_going_on(jiqun, monkeypatch, fault):
    def broken(*words, **named):
        raise fault

    monkeypatch.setattr("jiqun.cli.main.jiqun_command.main", broken)
    said = jiqun("--lang", "en", "runs")
    assert said.code == 1 and "CLI-044" in said.err and "jiqun doctor" in said.err and "Traceback" not in said.err


def test_what_somebody_wrote_is_no_word_about_the_disk():
    assert disk_refused(ValueError("No space left on device")) is None and disk_refused(KeyError("x")) is None
