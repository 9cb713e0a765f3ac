"""Tables without a column that a rule reads."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.problems import ProblemsError


def test_a_rollup_of_a_table_that_lacks_its_column_is_told_and_does_not_break(plan_of):
    rule = """
inputs: {rights: {rollup: {table: ip_right, take: count, where: own_developed}}}
populations: {all_firms: {title: 全部, where: enterprise is not missing}}
measures: {rights_held: {title: 权利数, formula: rights, digits: 0}}
"""
    firms = pl.DataFrame({"enterprise": ["a"], "year": [2022]})
    with pytest.raises(ProblemsError) as found:
        evaluate(plan_of(rule), {"enterprise_year": firms, "ip_right": pl.DataFrame({"enterprise": ["a"]})})
    assert [one.code for one in found.value.problems] == ["METHOD-021"]
