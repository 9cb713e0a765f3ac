"""Weights that are computed, TOPSIS and grey relation: published examples digit for digit, both readings equal."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from jiqun.engines import open_engine
from jiqun.methods import exact
from jiqun.methods.columns.gather import gather
from jiqun.methods.columns.tables import Tables
from jiqun.methods.columns.weights import judged
from jiqun.methods.evaluate import evaluate
from jiqun.methods.exact.weighting import judgement_weights
from jiqun.methods.linting.lint import lint_method
from jiqun.packs.models.method import Ahp

PARTS = ("revenue", "output", "tax", "assets", "rd", "staff", "power", "energy", "water")
UNITS = dict.fromkeys(PARTS, "万元") | {"staff": "人", "power": "万kWh", "energy": "tce", "water": "t"}

XU_2004 = [[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]]
ZAVADSKAS_2016 = [[3.0, 100, 10, 7], [2.5, 80, 8, 5], [1.8, 50, 20, 11], [2.2, 70, 12, 9]]
ERSOY_2021 = [
    [256, 8, 41, 1.6, 1.77, 7347.16], [256, 8, 32, 1.0, 1.8, 6919.99], [256, 8, 53, 1.6, 1.9, 8400],
    [256, 8, 41, 1.0, 1.75, 6808.9], [512, 8, 35, 1.6, 1.7, 8479.99], [256, 4, 35, 1.6, 1.7, 7499.99],
]  # fmt: skip
TUS_2019 = [
    [5000, 3, 3, 4, 3, 2],
    [680, 5, 3, 2, 2, 1],
    [2000, 3, 2, 3, 4, 3],
    [600, 4, 3, 1, 2, 2],
    [800, 2, 4, 3, 3, 4],
]
SAATY_2008_DRINKS = [
    [1, 9, 5, 2, 1, 1, "1/2"], ["1/9", 1, "1/3", "1/9", "1/9", "1/9", "1/9"], ["1/5", 3, 1, "1/3", "1/4", "1/3", "1/9"],
    ["1/2", 9, 3, 1, "1/2", 1, "1/3"], [1, 9, 4, 2, 1, 2, "1/2"], [1, 9, 3, 1, "1/2", 1, "1/3"], [2, 9, 9, 3, 2, 3, 1],
]  # fmt: skip


def text_of(size, node):
    parts = PARTS[:size]
    measures = ", ".join(f"m_{one}: {{title: {one}, formula: {one}, unit: {UNITS[one]}, digits: 4}}" for one in parts)
    scores = ", ".join(f"{one}: {{measure: m_{one}, value: true, digits: 4}}" for one in parts)
    return f"""
populations: {{every: {{title: 全部, where: enterprise is not missing}}}}
measures: {{{measures}}}
scores: {{all: {{{scores}}}}}
nodes: {{index: {{of: [{", ".join(parts)}], digits: 6, {node}}}}}
totals: {{all: {{of: [index], digits: 4}}}}
"""


def table_of(rows):
    columns = {
        one: pl.Series([row[index] for row in rows], dtype=pl.Float64)
        for index, one in enumerate(PARTS[: len(rows[0])])
    }
    return pl.DataFrame({"enterprise": [f"{index:02}" for index in range(len(rows))], **columns})


def run(plan_of, rows, node, engine="polars"):
    return evaluate(plan_of(text_of(len(rows[0]), node)), {"enterprise_year": table_of(rows)}, engine=engine)


def weights(result):
    return [row["value"] for row in result.benchmarks.to_dicts() if row["benchmark"].startswith("index.")]


def nodes(result):
    return [None if one is None else one / 10**6 for one in result.trace["node__index"]]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (XU_2004, ["0.4630", "0.3992", "0.1378", "0.0000"]),  # Xu 2004, EJOR 156, 530–532
        (ZAVADSKAS_2016, ["0.1146", "0.1981", "0.4185", "0.2689"]),  # Zavadskas & Podvezko 2016, IJITDM 15, 267–283
    ],
)
def test_entropy_weights_are_the_published_ones(plan_of, rows, expected, engine):
    assert (
        weights(run(plan_of, rows, "take: arithmetic, weighting: {entropy: {of: share}, digits: 4}", engine))
        == expected
    )


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_entropy_weights_and_topsis_of_a_published_choice_of_equipment(plan_of, engine):
    """Ersoy 2021, LogForum 17(3): weights to three decimals, closeness to the two that do not hang on its rounding."""
    node = "take: topsis, lower: [rd, staff], weighting: {entropy: {of: share}, digits: 3}"
    result = run(plan_of, ERSOY_2021, node, engine)
    assert weights(result) == ["0.405", "0.221", "0.134", "0.199", "0.007", "0.034"]
    assert [round(one, 2) for one in nodes(result)] == [0.31, 0.25, 0.33, 0.26, 0.86, 0.19]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_critic_weights_are_the_published_ones(plan_of, engine):
    """Tuş & Aytaç Adalı 2019, Opsearch 56, 528–538."""
    result = run(plan_of, TUS_2019, "take: arithmetic, weighting: {critic: true, digits: 3}", engine)
    assert weights(result) == ["0.157", "0.249", "0.168", "0.121", "0.154", "0.151"]


def test_saatys_drinks_have_the_published_weights_and_consistency(plan_of):
    """Saaty 2008, Int. J. Services Sciences 1(1), 83–98: coffee wine tea beer soda milk water, CR 0.022."""
    rows = [[1, 1, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7]]
    judgements = str(SAATY_2008_DRINKS).replace("'", '"')
    result = run(
        plan_of, rows, f"take: arithmetic, weighting: {{ahp: {{matrix: {judgements}, by: eigenvector}}, digits: 3}}"
    )
    found = dict(zip((row["benchmark"] for row in result.benchmarks.to_dicts()), weights(result), strict=True))
    assert list(found.values())[:7] == ["0.177", "0.019", "0.042", "0.116", "0.190", "0.129", "0.327"]
    assert found["index.consistency_ratio"] == "0.022"
    assert nodes(result)[0] == 1


@pytest.mark.parametrize("by", ["eigenvector", "geometric_mean", "column_mean"])
def test_both_readings_find_the_same_vector(by):
    ahp = Ahp.model_validate({"matrix": SAATY_2008_DRINKS, "by": by})
    assert all(
        abs(one - other) < Fraction(1, 10**25)
        for one, other in zip(judged(ahp).weights, judgement_weights(ahp), strict=True)
    )


def test_judgements_that_contradict_each_other_are_refused():
    with pytest.raises(ValidationError, match="not reciprocal"):
        Ahp.model_validate({"matrix": [[1, 3], [3, 1]], "by": "eigenvector"})
    inconsistent = Ahp.model_validate({"matrix": [[1, 9, "1/9"], ["1/9", 1, 9], [9, "1/9", 1]], "by": "eigenvector"})
    assert not judged(inconsistent).consistent


# quality, price, distance, service, technique, profit, capacity, influence, delivery of six suppliers; 2 to 4 are costs
SUPPLIERS = [
    [0.83, 326, 21, 3.2, 0.20, 0.15, 250, 0.23, 0.87], [0.90, 295, 38, 2.4, 0.25, 0.20, 180, 0.15, 0.95],
    [0.99, 340, 25, 2.2, 0.12, 0.14, 300, 0.27, 0.99], [0.92, 287, 19, 2.0, 0.33, 0.09, 200, 0.30, 0.89],
    [0.87, 310, 27, 0.9, 0.20, 0.15, 150, 0.18, 0.82], [0.95, 303, 10, 1.7, 0.09, 0.17, 175, 0.26, 0.94],
]  # fmt: skip


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_grey_relation_chooses_the_supplier_of_the_textbook(plan_of, engine):
    """司守奎、孙玺菁《数学建模算法与应用》, choice of a supplier; the grades as published with the worked example."""
    got = nodes(run(plan_of, SUPPLIERS, "take: grey, lower: [output, tax, assets]", engine))
    assert got == [0.462992, 0.555994, 0.649074, 0.652723, 0.493562, 0.613015]


def test_grey_relation_is_that_of_the_formula(plan_of):
    rows = [[1, 10], [3, 30], [5, 10]]
    got = nodes(run(plan_of, rows, "take: grey, lower: [output]"))
    # min–max with output turned round: (0, 1), (0.5, 0), (1, 1); γ = 0.5 ÷ (1 − z + 0.5)
    assert got == [round((1 / 3 + 1) / 2, 6), round((0.5 + 1 / 3) / 2, 6), 1]


def test_topsis_of_two_parts_is_that_of_the_formula(plan_of):
    rows = [[3, 4], [4, 3]]
    near, far = abs(3 - 4) / 5 * 2, abs(3 - 4) / 5
    expected = [far / (far + near), near / (far + near)]
    assert nodes(run(plan_of, rows, "take: topsis, weights: {revenue: 1, output: 2}")) == pytest.approx(
        [1 - expected[0], 1 - expected[1]], abs=1e-6
    )


@pytest.mark.parametrize(
    "rows",
    [[[1, 2]], [[1, 2], [1, 2]], [[1, None], [None, 2]]],
    ids=["one member", "no variation", "nobody with every part"],
)
def test_without_variation_there_are_no_weights_and_no_index(plan_of, rows):
    assert nodes(run(plan_of, rows, "take: arithmetic, weighting: {entropy: {of: min_max}}")) == [None] * len(rows)


def test_a_negative_share_has_no_entropy(plan_of):
    assert nodes(run(plan_of, [[1, -2], [2, 3]], "take: arithmetic, weighting: {entropy: {of: share}}")) == [None, None]


def test_a_part_all_alike_weighs_nothing(plan_of):
    result = run(plan_of, [[5, 1], [5, 3]], "take: arithmetic, weighting: {critic: true, digits: 3}")
    assert nodes(result) == [None, None]  # the other part has nothing to disagree with
    result = run(plan_of, [[5, 1], [5, 3]], "take: arithmetic, weighting: {entropy: {of: share}, digits: 3}")
    assert weights(result) == ["0.000", "1.000"]
    assert nodes(result) == [1, 3]


VALUES = (None, 0.0, 1.0, 1.0, 2.5, 3.0, 12.345, 100.0, -2.0)
NODE = st.sampled_from(
    [
        "take: topsis, lower: [revenue]", "take: grey, rho: '0.3'", "take: grey, lower: [tax], weighting: {critic: true}",
        "take: topsis, weighting: {entropy: {of: min_max}, digits: 3}", "take: arithmetic, weighting: {entropy: {of: share}}",
        "take: arithmetic, weighting: {critic: true, digits: 4}, missing: available, least_share: '0.5'",
        "take: geometric, weighting: {entropy: {of: min_max}}, over: [population, district]",
        "take: topsis, over: [district], weights: {revenue: 2, output: '0.5'}",
        "take: arithmetic, weighting: {ahp: {matrix: [[1, 2, 3], ['1/2', 1, 4], ['1/3', '1/4', 1]], by: geometric_mean}}",
        "take: harmonic, weighting: {ahp: {matrix: [[1, 2, 3], ['1/2', 1, 4], ['1/3', '1/4', 1]], by: eigenvector}, digits: 2}",
        "take: sum, weighting: {equal: true}",
    ]
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(*[st.sampled_from(VALUES)] * 3, st.sampled_from(("x", "x", "y", None))), min_size=1, max_size=9),
    NODE,
    st.sampled_from(("polars", "polars", "duckdb")),
)
def test_columnar_equals_exact(plan_of, rows, node, engine):
    plan = plan_of(text_of(3, node))
    table = table_of([row[:3] for row in rows]).with_columns(
        district=pl.Series([row[3] for row in rows], dtype=pl.String)
    )
    tables = {"enterprise_year": table}
    trace = evaluate(plan, tables, engine=engine).trace
    with open_engine("polars") as opened:
        given_tables = Tables(opened, plan.contracts, tables)
        gathered = gather(plan, given_tables)
    for row in trace.iter_rows(named=True):
        known = exact.evaluate(plan, gathered)[row["enterprise"]].row
        assert {name: row[name] for name in ("node__index", "total")} == {
            name: known[name] for name in ("node__index", "total")
        }


def test_geometric_mean_of_two_judged_parts_is_that_of_the_roots():
    made = judged(Ahp.model_validate({"matrix": [[1, 2, 3], ["1/2", 1, 4], ["1/3", "1/4", 1]], "by": "geometric_mean"}))
    raw = [math.cbrt(6), math.cbrt(2), math.cbrt(1 / 12)]
    assert [float(one) for one in made.weights] == pytest.approx([one / sum(raw) for one in raw], abs=1e-12)


def test_lint_warns_of_judgements_that_contradict_each_other(method_of, contracts):
    judgements = '[[1, 9, "1/9"], ["1/9", 1, 9], [9, "1/9", 1]]'
    node = f"take: arithmetic, weighting: {{ahp: {{matrix: {judgements}, by: eigenvector}}}}"
    found = lint_method(method_of(text_of(3, node)), None, contracts)
    assert [one.code for one in found if one.code == "METHOD-130"] == ["METHOD-130"]
    assert "CR" in next(one for one in found if one.code == "METHOD-130").text("zh")


def test_the_weights_that_were_worked_out_are_told_and_what_keeps_a_geometric_mean_from_being(plan_of):
    result = run(plan_of, XU_2004, "take: arithmetic, weighting: {entropy: {of: share}, digits: 4}")
    (block,) = (one for one in result.explain("00").additions if one.kind == "node")
    assert "本组算出的权重：" in block.words
    assert all(weight in block.words for weight in ("0.4630", "0.3992", "0.1378"))  # Xu 2004, as above
    result = run(plan_of, [[0, 4], [9, 4]], "take: geometric")
    assert result.explain("00").total is None and nodes(result) == [None, 6]
    assert [one for one in result.explain("00").unknown if "几何平均要求各部分大于 0，revenue不大于 0" in one]
    assert result.explain("01").unknown == ()


FROM_ZERO = """
populations: {all_firms: {title: 全部, where: enterprise is not missing}}
measures: {a: {title: a, formula: tax, unit: 万元, digits: 2}}
prepared: {n: {title: n, measure: a, digits: 4, steps: [{normalise: min_max, low: LOW, high: 100}]}}
scores: {all: {a: {measure: n, value: true, digits: 2}}}
totals: {all: {digits: 2, take: geometric}}
"""


@pytest.mark.parametrize(("low", "warned"), [(0, True), (1, False)])
def test_a_geometric_mean_over_what_starts_at_0_is_warned_of(method_of, contracts, low, warned):
    found = lint_method(method_of(FROM_ZERO.replace("LOW", str(low))), None, contracts)
    assert ("METHOD-132" in {one.code for one in found}) is warned
