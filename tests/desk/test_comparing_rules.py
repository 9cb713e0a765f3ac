"""A comparison of two runs says what the rule changed, also of rules that do not grade."""

from __future__ import annotations

from typing import Any, cast

import polars as pl
import pytest

from jiqun import methods
from jiqun.cli.comparing import print_comparison
from jiqun.cli.speech import speak
from jiqun.desk.comparing import Compared
from jiqun.methods.runs.compare import compare


@pytest.fixture(autouse=True)
def _in_chinese() -> None:
    """Whatever a command of another test was asked in."""
    speak(["--lang", "zh"])


def test_of_a_rule_without_grades_the_movers_and_the_changed_numbers_are_told(capsys):
    figures = dict.fromkeys(("value_added", "energy", "emission", "rd", "revenue", "power"), [100.0, 100.0])
    firms = pl.DataFrame({"enterprise": ["a", "b"], "scale": ["above", "below"], "tax": [24.0, 12.0], **figures})
    tables = {"enterprise_year": firms.with_columns(staff=10), "land_use": firms.select("enterprise", used=1.0)}
    rule = methods.load("per-mu.huangyan")
    before, after = (rule.evaluate(tables, period=year) for year in (2021, 2022))
    # what the two notices publish: 24.097 after 26.01 above scale, 11.5932 after 16.601058 below
    told = Compared(cast("Any", before), cast("Any", after), compare(before, after), {}, ())
    changed = {(one.before, one.after) for one in told.rule_changes("zh")}
    assert any("26.01" in one and "24.097" in two for one, two in changed)
    assert [one.subject for one in told.movers] == ["b", "a"]
    assert all(step.effect for one in told.movers for step in one.steps if step.cause == "rule")
    print_comparison(told, 20)
    printed = capsys.readouterr().out
    assert "办法不定档" in printed and "总分上升 2" in printed and "升档" not in printed
    assert "26.01" in printed and "24.097" in printed
    assert "规模以上工业企业 · 亩均税收" in printed and "规模以下工业企业 · 亩均税收" in printed


def test_of_a_rule_without_points_every_mover_is_told_with_its_cause(capsys):
    """Twenty plants, one A+ and seven A: the ninth overtakes all by its own figure and pushes two others down."""
    rule = methods.load("green.code")
    before, after = (
        rule.evaluate(
            {"green_factory": pl.DataFrame([_plant(year, place, value) for place, value in of.items()])}, period=year
        )
        for year, of in (
            (2024, {n: 100 - n for n in range(1, 21)}),
            (2025, {n: 100 - n + 9 * (n == 9) for n in range(1, 21)}),
        )
    )
    told = Compared(cast("Any", before), cast("Any", after), compare(before, after), {}, ("A+", "A", "B"))
    print_comparison(told, 20)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    moved = {line[0]: line[1:] for line in lines if "→" in line and line[0].isdigit()}
    assert moved == {
        "09": ["B", "→", "A+", "自身数据"],
        "01": ["A+", "→", "A", "其他企业和基准"],
        "08": ["A", "→", "B", "其他企业和基准"],
    }


def _plant(year, place, value):
    return {
        "enterprise": f"{place:02d}",
        "year": year,
        "national": True,
        "dynamic_score": float(value),
        "data_abnormal": False,
    }
