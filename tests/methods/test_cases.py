"""Points of the first case that holds: columnar on both engines and exact, with unknown conditions on the way."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.methods.exact import evaluate as exactly
from jiqun.problems import ProblemsError

RULE = """
populations: {all_firms: {title: 全部, where: enterprise is not missing}}
measures: {rd_share: {title: 研发占比, formula: rd / revenue, unit: "%", digits: 2}}
scores:
  all:
    research:
      title: 研发投入
      digits: 1
      cap: 9
      cases:
        of:
          - {where: rd >= 500 or rd_share >= 10, points: 10, title: 500万元以上或10%以上}
          - {where: rd >= 400 or rd_share >= 8, points: "8.5"}
          - {where: exporter, points: 4}
        otherwise: 1
totals: {all: {digits: 1}}
"""
#   rd, revenue, exporter → points, reason
FIRMS = [
    (500.0, 90000.0, False, 90, "capped"), (499.99, 90000.0, False, 85, "own"), (100.0, 1000.0, False, 90, "capped"),
    (80.0, 1000.0, True, 85, "own"), (10.0, 1000.0, True, 40, "own"), (10.0, 1000.0, False, 10, "own"),
    (10.0, 1000.0, None, None, "missing"), (600.0, None, None, 90, "capped"), (10.0, None, True, None, "missing"),
    (450.0, None, True, None, "missing"), (10.0, 0.0, True, None, "missing"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_first_true_case_counts_and_an_unknown_one_before_it_leaves_the_points_unknown(plan_of, engine):
    rows = [
        {"enterprise": f"{at:02}", "year": 2022, "rd": rd, "revenue": revenue, "exporter": exporter}
        for at, (rd, revenue, exporter, _, _) in enumerate(FIRMS)
    ]
    plan = plan_of(RULE)
    result = evaluate(plan, {"enterprise_year": pl.DataFrame(rows)}, engine=engine)
    found = result.trace.select("points__research", pl.col("reason__research").cast(pl.String)).rows()
    assert found == [(points, reason) for *_, points, reason in FIRMS]
    alone = exactly(plan, result.gathered)
    assert [(one.row["points__research"], one.row["reason__research"]) for one in alone.values()] == found


def test_points_of_a_case_that_do_not_fit_the_digits_are_refused(plan_of):
    with pytest.raises(ProblemsError) as found:
        plan_of(RULE.replace('"8.5"', '"8.55"'))
    assert [one.code for one in found.value.problems] == ["METHOD-009"]


def test_a_condition_of_a_case_is_checked_where_it_stands(plan_of):
    with pytest.raises(ProblemsError) as found:
        plan_of(RULE.replace("where: exporter", "where: exporters"))
    assert [one.code for one in found.value.problems] == ["EXPR-010"]
    assert "cases.of.2.where" in str(found.value.problems[0].place)
