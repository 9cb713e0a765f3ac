"""Grades of a population: pools, ties, special treatments, cuts, ladders — the same on both engines."""

from __future__ import annotations

import random
from functools import partial

import polars as pl
import pytest

from jiqun.methods import exact
from jiqun.methods.columns.places import KEY
from jiqun.methods.columns.ranking import in_order
from jiqun.methods.columns.work import ROW
from jiqun.methods.evaluate import evaluate

HEAD = """
kind: method
populations:
  above: {title: 规上, where: scale == "above"}
  below: {title: 规下, where: scale == "below"}
exceptions:
  utility: {title: 公用, where: industry == "44", effect: scored_not_graded, treated_as: B}
  young: {title: 新企业, where: industry == "99", effect: exempt}
measures: {tax: {title: 税收, formula: revenue, unit: 万元, digits: 2}, staff_here: {title: 人数, formula: staff, unit: 人, digits: 0}}
scores: {all: {tax: {value: true, digits: 2}}}
totals: {all: {digits: 2}}
""".replace("tax: {title", "tax_figure: {title").replace("{tax: {value", "{tax_figure: {value")
SHARES = 'shares: {A: "0.2", B: "0.4", C: "0.35", D: "0.05"}'
ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])


def quota(more="", shares=SHARES):
    return HEAD + f"grades: {{all: {{classes: [A, B, C, D], quota: {{{shares}{', ' + more if more else ''}}}}}}}\n"


def firms(revenues, **more):
    rows = []
    for place, revenue in enumerate(revenues):
        row = {
            "enterprise": f"e{place:04}",
            "year": 2022,
            "scale": "above",
            "industry": "30",
            "district": "d",
            "revenue": revenue,
            "staff": 1.0,
        }
        rows.append(row | {name: values[place] for name, values in more.items()})
    kinds = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "scale": pl.String,
        "industry": pl.String,
        "district": pl.String,
        "revenue": pl.Float64,
        "staff": pl.Float64,
    }
    return pl.DataFrame(rows, schema=kinds)


def graded(plan, table, engine="polars"):
    return evaluate(plan, {"enterprise_year": table}, engine=engine).trace


def text(trace, name="grade"):
    return "".join(one or "-" for one in trace[name].cast(pl.String).to_list())


SMALL = ["B", "BC", "ABC", "ABCC", "ABBCC", "ABBBCC", "ABBBCCC"]


@pytest.mark.parametrize("expected", SMALL)
def test_populations_of_one_to_seven_units_never_start_at_the_bottom(plan_of, expected):
    """The peer's rule gives one unit D and two units C, D; see PEERS.md, finding 3."""
    assert text(graded(plan_of(quota()), firms([100.0 - one for one in range(len(expected))]))) == expected


@ENGINES
def test_pools_of_one_to_seven_units_never_start_at_the_bottom(plan_of, engine):
    table = firms(
        [100.0 - one for expected in SMALL for one in range(len(expected))],
        industry=[str(len(expected)) for expected in SMALL for _ in expected],
    )
    assert text(graded(plan_of(quota("pools: [industry]")), table, engine)) == "".join(SMALL)


@ENGINES
def test_the_peers_rule_written_out_does_give_a_single_unit_the_bottom_class(plan_of, engine):
    shares = 'shares: {A: "0.2", B: "0.3", C: "0.45", D: "0.05"}'
    rule = quota("counting: each, rest: C, class_rounding: {A: floor, B: floor, D: ceil}", shares)
    assert text(graded(plan_of(rule), firms([1.0]), engine)) == "D"


@ENGINES
def test_jining_2023_above_scale_gives_55_a_and_14_d_of_275_with_10_ungraded(plan_of, engine):
    table = firms(
        [1000.0 - one for one in range(275)],
        industry=["44" if one % 27 == 3 and one < 270 else "30" for one in range(275)],
    )
    trace = graded(plan_of(quota("counting: each, rest: B, denominator: scored")), table, engine)
    counts = dict(trace["grade"].cast(pl.String).value_counts().iter_rows())
    assert counts == {"A": 55, "B": 100, "C": 96, "D": 14, None: 10}
    assert trace.filter(pl.col("grade").is_null())["treated_as"].cast(pl.String).unique().to_list() == ["B"]
    assert trace.filter(pl.col("grade").is_null())["grade__reason"].unique().to_list() == ["scored"]


TIED = [
    ([9, 9, 5, 4, 3], "AABCC", "BBBCC", [1, 1]),  # tie over the cut A|B
    ([9, 8, 7, 7, 3], "ABBBC", "ABCCC", [1, 2]),  # tie over the cut B|C
    ([7, 7, 7, 7, 7], "AAAAA", "CCCCC", [1, 1]),
]


@pytest.mark.parametrize(("revenues", "better", "worse", "ranks"), TIED)
@pytest.mark.parametrize("then", ["better", "worse"])
def test_a_tie_over_a_cut_moves_together(plan_of, then, revenues, better, worse, ranks):
    trace = graded(plan_of(quota(f"ties: {{then: {then}}}")), firms([float(one) for one in revenues]))
    assert text(trace) == {"better": better, "worse": worse}[then]
    assert trace["rank"].to_list()[:2] == ranks


@ENGINES
@pytest.mark.parametrize("then", ["better", "worse"])
def test_a_tie_over_a_cut_of_a_pool_moves_together(plan_of, engine, then):
    table = firms(
        [float(one) for revenues, *_ in TIED for one in revenues],
        industry=[str(place) for place in range(len(TIED)) for _ in range(5)],
    )
    trace = graded(plan_of(quota(f"pools: [industry], ties: {{then: {then}}}")), table, engine)
    assert text(trace) == "".join(better if then == "better" else worse for _, better, worse, _ in TIED)
    assert [trace["rank"].to_list()[start : start + 2] for start in (0, 5, 10)] == [ranks for *_, ranks in TIED]


@ENGINES
def test_ties_are_settled_by_names_in_turn_and_a_missing_name_comes_last(plan_of, engine):
    table = firms([9.0] * 5, staff=[1.0, None, 3.0, 2.0, None])
    down = graded(plan_of(quota("ties: {by: [staff_here, district]}")), table, engine)
    assert down["rank"].to_list() == [3, 4, 1, 2, 4]
    assert text(down) == "BCABC"
    up = graded(plan_of(quota("ties: {by: [-staff]}")), table, engine)
    assert up["rank"].to_list() == [1, 4, 3, 2, 4]


@ENGINES
def test_totals_that_differ_beyond_their_digits_are_a_tie(plan_of, engine):
    assert graded(plan_of(quota()), firms([9.004, 9.001, 5.0]), engine)["rank"].to_list() == [1, 1, 3]


@ENGINES
def test_lower_is_better_where_the_order_is_ascending(plan_of, engine):
    assert text(graded(plan_of(quota("order: ascending")), firms([5.0, 4.0, 3.0, 2.0, 1.0]), engine)) == "CCBBA"


@ENGINES
def test_a_missing_total_has_no_grade_and_takes_no_place(plan_of, engine):
    trace = graded(plan_of(quota()), firms([5.0, None, 4.0, 3.0, 2.0, 1.0]), engine)
    assert text(trace) == "A-BBCC"
    assert trace["grade__reason"].to_list()[1] == "total_missing"
    assert trace["rank"].to_list() == [1, None, 2, 3, 4, 5]


@ENGINES
@pytest.mark.parametrize(
    ("denominator", "expected"),
    [("graded", "ABBCC---"), ("scored", "ABBBC---"), ("evaluated", "AABBB---")],
)
def test_the_denominator_says_who_counts(plan_of, engine, denominator, expected):
    """Five candidates, one scored but not graded, one exempt, one without value: N is 5, 6 or 8."""
    table = firms([9.0, 8.0, 7.0, 6.0, 5.0, 9.5, 9.6, None], industry=["30"] * 5 + ["44", "99", "30"])
    trace = graded(plan_of(quota(f"denominator: {denominator}")), table, engine)
    assert text(trace) == expected
    assert trace["grade__reason"].to_list()[5:] == ["scored", "exempt", "total_missing"]


@ENGINES
def test_shares_per_industry_rank_every_industry_alone_and_populations_never_mix(plan_of, engine):
    table = firms(
        [9.0, 8.0, 7.0, 6.0, 5.0, 4.0],
        industry=["30", "31", "30", "31", "30", None],
        scale=["above"] * 4 + ["below"] * 2,
    )
    trace = graded(plan_of(quota("pools: [industry]")), table, engine)
    assert trace["pool"].to_list() == ["30", "31", "30", "31", "30", None]
    assert text(trace) == "BBCCB-"
    assert trace["grade__reason"].to_list()[5] == "pool_missing"


@ENGINES
def test_small_pools_get_a_grade_their_cuts_or_a_wider_pool(plan_of, engine):
    table = firms([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0], industry=["30", "30", "30", "31", "31", "32", "32"])
    fixed = graded(plan_of(quota("pools: [industry], small_pool: {smallest: 3, grade: B}")), table, engine)
    assert text(fixed) == "ABCBBBB"
    assert fixed["rank"].to_list() == [1, 2, 3, 1, 2, 1, 2]
    cuts = "cuts: [{grade: A, at_least: 6}, {grade: D, less_than: 5}]"
    assert (
        text(graded(plan_of(quota(f"pools: [industry], small_pool: {{smallest: 3, {cuts}}}")), table, engine))
        == "ABCA-DD"
    )
    wider = graded(plan_of(quota("pools: [industry], small_pool: {smallest: 3, wider: [population]}")), table, engine)
    assert text(wider) == "ABCABCC"
    assert wider["pool"].to_list() == ["30"] * 3 + ["above"] * 4


@ENGINES
def test_a_class_minimum_lowers_to_the_next_class_that_is_reached(plan_of, engine):
    trace = graded(plan_of(quota('minimum: {A: "60", B: "5.01"}')), firms([59.99, 5.01, 5.0, 4.0, 3.0]), engine)
    assert text(trace) == "BBCCC"


@ENGINES
def test_cuts_hold_their_ends_exactly(plan_of, engine):
    cuts = "[{grade: A, at_least: 80}, {grade: B, at_least: 60, less_than: 80}, {grade: C, more_than: '40.005', less_than: 60}]"
    table = firms([80.0, 79.994, 79.995, 60.0, 59.999, 59.99, 40.01, 40.0, None])
    trace = graded(plan_of(HEAD + f"grades: {{all: {{classes: [A, B, C], cuts: {cuts}}}}}"), table, engine)
    assert text(trace) == "ABABBCC--"
    assert trace["grade__reason"].to_list()[-2:] == ["no_cut", "total_missing"]


LADDER = (
    HEAD
    + """
criteria:
  big: {title: 大, test: revenue >= 100}
  staffed: {title: 有人, test: staff >= 10}
  seen: {title: 看过, manual: true, recorded: exporter}
requirements: {top: {all: [big, staffed, seen]}, middle: {any: [big, staffed]}}
grades: {all: {classes: [A, B, C], ladder: {rungs: [{grade: A, requires: top}, {grade: B, requires: middle}], otherwise: C}}}
"""
)


@ENGINES
def test_a_ladder_gives_the_best_rung_met_and_unknown_is_never_the_bottom(plan_of, engine):
    rows = [
        (200, 20, True),
        (200, 20, None),
        (200, 20, False),
        (None, 20, True),
        (50, 5, True),
        (None, 5, True),
        (50, None, False),
    ]
    table = firms([one[0] for one in rows], staff=[one[1] for one in rows]).with_columns(
        exporter=pl.Series([one[2] for one in rows])
    )
    trace = graded(plan_of(LADDER), table, engine)
    assert text(trace) == "A-B-C--"
    assert trace["grade__reason"].to_list() == [
        None,
        "could_be:A",
        None,
        "could_be:A",
        None,
        "could_be:B",
        "could_be:B",
    ]


@ENGINES
def test_the_lowest_of_cuts_and_one_ranking_is_computed_for_every_population(plan_of, engine):
    """The grade by cuts is not lost where the rows are ranked in place after it."""
    cuts = "{classes: [A, B], cuts: [{grade: A, at_least: 20}, {grade: B, less_than: 20}]}"
    ranked = '{classes: [A, B], quota: {shares: {A: "0.5", B: "0.5"}}}'
    rule = HEAD + f"grades: {{all: {{classes: [A, B], lowest_of: [{cuts}, {ranked}]}}}}"
    assert text(graded(plan_of(rule), firms([30.0, 25.0, 10.0, 5.0]), engine)) == "AABB"


@ENGINES
def test_the_lowest_of_two_grades_is_open_while_one_is_missing_unless_the_other_is_worst(plan_of, engine):
    part = "{classes: [A, B], cuts_of: %s, cuts: [{grade: A, at_least: 10}, {grade: B, less_than: 10}]}"
    rule = HEAD + f"grades: {{all: {{classes: [A, B], lowest_of: [{part % 'total'}, {part % 'staff_here'}]}}}}"
    trace = graded(
        plan_of(rule), firms([20.0, 20.0, 5.0, None, None, 20.0], staff=[20.0, 5.0, None, 5.0, 20.0, None]), engine
    )
    assert text(trace) == "ABBB--"
    assert trace["grade__reason"].to_list()[4:] == ["total_missing", "value_missing"]


def test_the_order_of_rows_and_of_written_shares_changes_nothing(plan_of):
    table = firms([float(one % 13) for one in range(60)], industry=[str(one % 4) for one in range(60)])
    first = graded(plan_of(quota("pools: [industry], ties: {then: worse}")), table)
    shuffled = 'shares: {D: "0.05", C: "0.35", A: "0.2", B: "0.4"}'
    again = graded(
        plan_of(quota("pools: [industry], ties: {then: worse}", shuffled)),
        table.sample(fraction=1, shuffle=True, seed=7),
    )
    assert first.equals(again)


RULES = [
    "", "denominator: scored", "denominator: evaluated, rounding: ceil", "counting: each, rest: B",
    "counting: each, rest: C, rounding: floor, ties: {then: worse}", "rounding: largest_remainder, order: ascending",
    "pools: [industry], ties: {by: [-staff, district], then: worse}", 'minimum: {A: "7", B: "3.5"}, of: tax_figure',
    "pools: [industry, district], small_pool: {smallest: 4, wider: [district]}, denominator: scored",
    "pools: [industry], small_pool: {smallest: 6, cuts: [{grade: B, at_least: 5}]}",
    "pools: [industry], small_pool: {smallest: 5, wider: []}, of: staff, ties: {by: [total]}, counting: each, rest: D",
]  # fmt: skip
COLUMNS = ("status", "pool", "rank", "grade__ranked", "grade", "treated_as", "grade__reason")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_random_populations_equal_the_exact_evaluator(plan_of, rule, engine):
    chance = random.Random(0)
    some = partial(chance.choices, k=140)
    table = firms(
        some([None, *(one / 2 for one in range(20))]), staff=some([None, 1.0, 2.0, 3.0]), district=some([None, "x", "y"]),
        industry=some([None, "30", "31", "32", "44", "99"]), scale=some(["above", "above", "below", "else", None]),
    )  # fmt: skip
    plan = plan_of(quota(rule))
    result = evaluate(plan, {"enterprise_year": table}, engine=engine)
    expected = exact.evaluate(plan, result.gathered)
    for row in result.trace.iter_rows(named=True):
        one = expected[row["enterprise"]].row
        assert {name: row[name] for name in COLUMNS} == {name: one[name] for name in COLUMNS}, row["enterprise"]


@pytest.mark.parametrize("step", [1, 2**60])
def test_rows_come_in_the_order_of_their_keys_even_where_key_and_row_are_too_large_for_one_number(step):
    keys = pl.DataFrame({ROW: [0, 1, 2, 3], KEY: [2 * step, 0, step, 0]}, schema={ROW: pl.UInt32, KEY: pl.Int64})
    ordered = in_order(keys, 7)
    assert ordered[KEY].to_list() == [0, 0, step, 2 * step]
    assert (sorted(ordered[ROW][:2]), ordered[ROW][2:].to_list()) == ([1, 3], [2, 0])
