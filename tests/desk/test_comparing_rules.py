"""A comparison of two runs says what the rule changed, also of rules that do not grade."""

from __future__ import annotations

from typing import Any, cast

import polars as pl

from jiqun import methods
from jiqun.cli.comparing import print_comparison
from jiqun.desk.comparing import Compared
from jiqun.methods.runs.compare import compare


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
