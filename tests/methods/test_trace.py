"""The long trace: every figure of the wide one, exactly as it was rounded, with its inputs and its clause."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.methods.evaluate import evaluate
from jiqun.methods.trace import ledger_text, scaled_text
from jiqun.values import plain

RULE = """
kind: method
id: tried
populations:
  above: {title: 规上, where: scale == "above", clause: 第一条}
  below: {title: 规下, where: scale == "below"}
exceptions:
  utility: {title: 公用, where: industry == "44", effect: scored_not_graded, treated_as: B, clause: 第三条}
  rising: {title: 新上规, where: industry == "55", effect: protected, treated_as: B}
inputs: {years_in_d: {title: 连续, streak: {grade: D}}, power_known: {title: 用电, unit: 万kWh, column: power, if_missing: 0}}
measures:
  tax_per_mu: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4, clause: 附件2}
  margin: {title: 利润率, formula: profit / revenue, digits: 3}
benchmarks:
  tax_mean: {statistic: {measure: tax_per_mu, take: mean}, digits: 3, clause: 附件3}
  fixed: {value: "0.1", digits: 2}
scores:
  above:
    tax_per_mu: {ratio: {to: tax_mean}, weight: 50, digits: 2, cap: 75, clause: 附件4}
    margin: {ratio: {to: fixed}, weight: 50, digits: 3, floor: -20}
    exports: {flag: {where: exporter, points: 5}, digits: 0}
  below: {tax_per_mu: {ratio: {to: tax_mean}, weight: 100, digits: 1}}
nodes: {both: {of: [tax_per_mu, margin], digits: 1}}
totals:
  all:
    digits: 2
    factor: 1 - rd / revenue
    bonuses: {research: {title: 研发, points: "2", where: rd > 1, digits: 1}}
    deductions: {thrift: {title: 能耗, points: 'energy / unit(100, "tce")', digits: 2}}
criteria: {big: {title: 大, test: revenue >= 100, clause: 第六条}}
requirements: {fit: {all: [big]}}
grades: {all: {classes: [A, B, C, D], quota: {shares: {A: "0.2", B: "0.4", C: "0.35", D: "0.05"}}, clause: 第七条}}
moves: {up: {title: 提档, move: raise, listed: raise, clause: 第八条}}
entitlements: {surcharge: {title: 加价, grades: [D], where: years_in_d >= 1, amount: 'power_known * unit(0.05, "元/kWh")', unit: 元, clause: 第九条}}
"""
# columns of the wide trace that are no figures of their own
PLAIN = {"enterprise", "exception_unknown"}


def table():
    rows = [
        {"enterprise": "a", "scale": "above", "industry": "30", "tax": 1472.36, "land": 64.5, "profit": -30.0, "revenue": 120.0, "rd": 2.0, "energy": 123.0, "exporter": True, "power": 100.0},
        {"enterprise": "b", "scale": "above", "industry": "55", "tax": 0.000001, "land": 10.0, "profit": 5.0, "revenue": 80.5, "rd": None, "energy": 1.0, "exporter": None, "power": None},
        {"enterprise": "c", "scale": "above", "industry": "44", "tax": 50.0, "land": 0.0, "profit": 1.0, "revenue": 3.0, "rd": 0.5, "energy": None, "exporter": False, "power": 3.0},
        {"enterprise": "d", "scale": "below", "industry": "30", "tax": 5.0, "land": 3.0, "profit": 1.0, "revenue": 3.0, "rd": 0.5, "energy": 10.0, "exporter": False, "power": 3.0},
        {"enterprise": "e", "scale": None, "industry": "30", "tax": 5.0, "land": 3.0, "profit": 1.0, "revenue": 3.0, "rd": 0.5, "energy": 10.0, "exporter": False, "power": 3.0},
    ]  # fmt: skip
    return pl.DataFrame(rows).with_columns(year=pl.lit(2022, pl.Int64))


@pytest.fixture(scope="module")
def result(plan_of):
    lists = pl.DataFrame(
        {
            "enterprise": ["a"],
            "year": [2022],
            "kind": ["raise"],
            "grade": [None],
            "steps": [1],
            "reason": ["小巨人"],
            "document": ["文3"],
        },
        schema_overrides={"grade": pl.String},
    )
    past = pl.DataFrame({"enterprise": ["b"], "year": [2021], "method": ["tried"], "grade": ["D"], "total": [1.0]})
    return evaluate(plan_of(RULE), {"enterprise_year": table(), "adjustment": lists, "grade_history": past})


def line(lines, subject, step, item):
    found = lines.filter((pl.col("enterprise") == subject) & (pl.col("step") == step) & (pl.col("item") == item))
    assert found.height == 1
    return found.row(0, named=True)


def test_a_measure_is_written_with_its_inputs_units_and_clause(result):
    one = line(result.long_trace(), "a", "measure", "tax_per_mu")
    assert one["inputs"] == "land=64.5 亩; tax=1472.36 万元"
    assert (one["value"], one["clause"]) == ("22.8273", "附件2")


def test_a_score_is_written_with_its_benchmark_its_points_and_the_reason(result):
    """(22.8273 + 0) / 2 = 11.41365 → 11.414; 50 × 22.8273 / 11.414 = 99.997 → 100.00, capped at 75; −0.25 / 0.1 × 50 = −125."""
    capped, floored = (line(result.long_trace(), "a", "score", item) for item in ("tax_per_mu", "margin"))
    assert (capped["benchmark"], capped["value"], capped["points"], capped["reason"], capped["clause"]) == (
        "tax_mean=11.414",
        "22.8273",
        "75.00",
        "capped",
        "附件4",
    )
    assert (floored["benchmark"], floored["value"], floored["points"], floored["reason"]) == (
        "fixed=0.10",
        "-0.250",
        "-20.000",
        "floored",
    )


def test_what_is_missing_is_a_dash_among_inputs_and_null_as_a_figure(result):
    lines = result.long_trace()
    assert line(lines, "c", "measure", "tax_per_mu")["value"] is None
    assert line(lines, "b", "factor", "factor")["inputs"] == "rd=— 万元".replace(" 万元", "") + "; revenue=80.5 万元"
    assert line(lines, "b", "measure", "tax_per_mu")["inputs"] == "land=10 亩; tax=0.000001 万元"
    assert line(lines, "b", "assumption", "power_known")["value"] == "0"


def test_moves_stand_between_the_ranking_and_the_final_grade_with_list_and_document(result):
    steps = result.long_trace("a").filter(pl.col("step").is_in(["rank", "move", "grade"]))
    assert steps["step"].to_list() == ["rank", "move", "grade"]
    ranked, final = result.trace.row(0, named=True)["grade__ranked"], result.trace.row(0, named=True)["grade"]
    assert steps.row(1, named=True) | {"inputs": None} == {
        "enterprise": "a", "step": "move", "item": "up", "inputs": None, "benchmark": None, "value": None, "points": None,
        "verdict": final, "reason": "小巨人", "clause": "第八条",
    }  # fmt: skip
    assert steps["inputs"][1] == f"from={ranked}; document=文3"


def test_a_special_treatment_is_told_with_its_clause(result):
    one = line(result.long_trace(), "c", "population", "population")
    assert (one["value"], one["verdict"], one["reason"], one["clause"]) == ("above", "scored", "utility", "第三条")
    assert line(result.long_trace(), "c", "grade", "grade")["inputs"] == "treated_as=B"
    outside = result.long_trace("e")
    assert outside.select("step", "verdict").rows() == [("population", "population_unknown")]


def test_every_figure_of_the_wide_trace_appears_in_the_long_one(result):
    plan, lines = result.plan, result.long_trace()
    for row in result.trace.iter_rows(named=True):
        own = lines.filter(pl.col("enterprise") == row["enterprise"])
        for name, value in row.items():
            if value is None or name in PLAIN or value is False:
                continue
            said = [
                text
                for column in ("value", "points", "benchmark", "verdict", "reason", "inputs")
                for text in own[column].drop_nulls()
            ]
            written = _as_written(plan, row["population"], name, value)
            assert any(
                written == text or written == text.rpartition("=")[2] or f"{written} " in text for text in said
            ), (row["enterprise"], name)


def _as_written(plan, population, name, value):
    kind, _, item = name.partition("__")
    if isinstance(value, bool):
        return "unknown" if name.endswith("__unknown") else "0"
    if not isinstance(value, int) or name == "rank":
        return str(value)
    if kind == "benchmark":
        return plain(value, plan.method.benchmarks[item].digits)
    if kind in ("bonus", "deduction"):
        total = plan.total(population)
        return plain(value, (total.bonuses | total.deductions)[item].digits)
    if kind == "entitlement":
        return plain(value, plan.method.entitlements[item].digits)
    if name == "factor":
        return plain(value, plan.total(population).factor_digits)
    return plain(value, plan.digits(population, f"{item}_points" if kind == "points" else item or name))


def test_scaled_integers_are_written_as_plain_writes_them():
    values = [0, 5, -5, 805973, -100, 99, -99, 10**15 - 1]
    for digits in range(7):
        text = pl.DataFrame({"x": values}).select(x=scaled_text(pl.col("x"), digits))["x"].to_list()
        assert text == [plain(value, digits) for value in values]


def test_ledger_numbers_are_written_as_the_decimals_they_stand_for():
    frame = pl.DataFrame({"x": [0.1, 100.0, 1e-7, 123456789012345.0, -2.5, None, 1.5e17]})
    assert frame.select(x=ledger_text(frame["x"]))["x"].to_list() == [
        "0.1", "100", "0.0000001", "123456789012345", "-2.5", None, "150000000000000000",
    ]  # fmt: skip
