"""What follows from a grade: Shandong's surcharge by consecutive years, groups of which only the highest applies, caps."""

from __future__ import annotations

import random
from datetime import date
from functools import partial

import polars as pl
import pytest

from jiqun.methods import exact
from jiqun.methods.evaluate import evaluate
from jiqun.methods.explanation.text import render_text

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])
HEAD = """
kind: method
id: shandong
populations: {all_firms: {title: 全部, where: revenue is missing or revenue > 0}}
exceptions:
  utility: {title: 公用, where: industry == "44", effect: scored_not_graded, treated_as: D}
  quiet: {title: 其他, where: industry == "45", effect: scored_not_graded}
  young: {title: 新企业, where: industry == "99", effect: exempt}
inputs: {years_in_d: {title: 连续D, streak: {grade: D}}}
measures: {tax_figure: {title: 税收, formula: revenue, unit: 万元, digits: 0}}
scores: {all: {tax_figure: {value: true, digits: 0}}}
totals: {all: {digits: 0}}
grades: {all: {classes: [A, B, C, D], cuts: [{grade: A, at_least: 4}, {grade: B, at_least: 3, less_than: 4}, {grade: C, at_least: 2, less_than: 3}, {grade: D, less_than: 2}]}}
"""
SHANDONG = (
    HEAD
    + """
entitlements:
  first: {title: 第一年加价, grades: [D], where: years_in_d == 1, amount: 'power * unit(0.05, "元/kWh")', unit: 元, exclusive: power, effect: burden}
  second: {title: 第二年加价, grades: [D], where: years_in_d == 2, amount: 'power * unit(0.10, "元/kWh")', unit: 元, exclusive: power, effect: burden}
  third: {title: 第三年起加价, grades: [D], where: years_in_d >= 3, amount: 'power * unit(0.15, "元/kWh")', unit: 元, exclusive: power, effect: burden}
  penal: {title: 惩罚性电价, where: exporter, amount: 'power * unit(0.1, "元/kWh")', unit: 元, exclusive: power, effect: burden}
"""
)
VALUE = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "-": None}


def firms(grades, **more):
    rows = []
    for place, grade in enumerate(grades):
        row = {
            "enterprise": "abcdefghijklmnopqrstuvwxyz"[place],
            "year": 2022,
            "industry": "30",
            "revenue": VALUE[grade],
            "power": 100.0,
            "exporter": False,
            "land": 10.0,
        }
        rows.append(row | {name: values[place] for name, values in more.items()})
    kinds = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "industry": pl.String,
        "revenue": pl.Float64,
        "power": pl.Float64,
        "exporter": pl.Boolean,
        "land": pl.Float64,
        **{name: pl.Date for name in more if name.endswith("_on")},
    }
    return pl.DataFrame(rows, schema=kinds)


def history(*rows, method="shandong"):
    kinds = {"enterprise": pl.String, "year": pl.Int64, "grade": pl.String}
    return pl.DataFrame(rows, schema=kinds, orient="row").with_columns(method=pl.lit(method), total=pl.lit(1.0))


def entitled(plan, table, past=None, engine="polars"):
    tables = {"enterprise_year": table} | ({} if past is None else {"grade_history": past})
    return evaluate(plan, tables, engine=engine)


def equals_the_exact_evaluator(result):
    expected = exact.evaluate(result.plan, result.gathered)
    for row in result.trace.iter_rows(named=True):
        one = expected[row["enterprise"]].row
        names = [name for name in row if name.startswith("entitlement__")]
        assert {name: row[name] for name in names} == {name: one[name] for name in names}, row["enterprise"]


def states(result, name):
    return list(
        zip(
            result.trace[f"entitlement__{name}"].to_list(),
            result.trace[f"entitlement__{name}__state"].to_list(),
            strict=True,
        )
    )


@ENGINES
def test_shandong_charges_50000_100000_and_150000_yuan_on_one_gwh_by_the_year_in_d(plan_of, engine):
    """1.0 GWh is 100 万kWh; +0.05, +0.10, +0.15 元/kWh (METHODS §1.6, §5.4); a gap starts the count again."""
    past = history(
        ("b", 2021, "D"),
        ("c", 2021, "D"),
        ("c", 2020, "D"),
        ("d", 2021, "C"),
        ("d", 2020, "D"),
        ("e", 2021, "D"),
        ("e", 2020, "D"),
        ("e", 2019, "D"),
        ("f", 2021, "D"),
    )
    result = entitled(plan_of(SHANDONG), firms("DDDDDB"), past, engine)
    assert states(result, "first") == [
        (5_000_000, "applies"),
        (None, "no"),
        (None, "no"),
        (5_000_000, "applies"),
        (None, "no"),
        (None, "no"),
    ]
    assert states(result, "second")[1] == (10_000_000, "applies")
    assert [states(result, "third")[one] for one in (2, 4)] == [(15_000_000, "applies")] * 2


@ENGINES
def test_only_the_highest_of_a_group_applies_and_nothing_is_added(plan_of, engine):
    past = history(("a", 2021, "D"), ("a", 2020, "D"), ("b", 2021, "A"), ("c", 2021, "D"))
    result = entitled(plan_of(SHANDONG), firms("DDD", exporter=[True] * 3), past, engine)
    assert states(result, "third")[0] == (15_000_000, "applies")
    assert states(result, "penal") == [(10_000_000, "superseded"), (10_000_000, "applies"), (10_000_000, "superseded")]
    assert states(result, "first")[1] == (5_000_000, "superseded")
    assert states(result, "second")[2] == (10_000_000, "applies")


@ENGINES
def test_without_a_table_of_earlier_grades_the_streak_is_unknown_and_said_so(plan_of, engine):
    assert states(entitled(plan_of(SHANDONG), firms("DA"), None, engine), "first") == [(None, "unknown"), (None, "no")]


@ENGINES
def test_a_missing_amount_is_unknown_and_an_open_grade_is_never_no(plan_of, engine):
    past = history(("z", 2021, "D"))
    result = entitled(plan_of(SHANDONG), firms("DD-", power=[None, 0.0, 5.0]), past, engine)
    assert states(result, "first") == [(None, "unknown"), (0, "applies"), (None, "no")]
    plain = HEAD + "entitlements: {sign: {title: 挂牌, grades: [D]}}"
    assert [state for _, state in states(entitled(plan_of(plain), firms("DA-"), past, engine), "sign")] == [
        "applies",
        "no",
        "unknown",
    ]


@ENGINES
def test_those_scored_but_not_graded_get_what_follows_from_the_grade_they_are_treated_as(plan_of, engine):
    rule = HEAD + "entitlements: {sign: {title: 挂牌, grades: [D]}}"
    result = entitled(plan_of(rule), firms("AAAD", industry=["44", "45", "99", "30"]), history(), engine)
    assert [state for _, state in states(result, "sign")] == ["applies", "no", None, "applies"]


@ENGINES
def test_an_amount_is_rounded_half_up_before_its_cap(plan_of, engine):
    rule = (
        HEAD
        + """
entitlements:
  relief: {title: 减税, grades: [A], amount: 'land * unit(1.005, "元/亩")', unit: 元, digits: 2, cap: "20.1"}
  whole: {title: 减税, grades: [A], amount: 'land * unit(0.1, "元/亩")', unit: 元, digits: 0}
"""
    )
    result = entitled(plan_of(rule), firms("AAAA", land=[1.0, 19.0, 20.0, 25.0]), history(), engine)
    assert [amount for amount, _ in states(result, "relief")] == [101, 1910, 2010, 2010]
    assert [amount for amount, _ in states(result, "whole")] == [0, 2, 2, 3]


GRANT = """
entitlements:
  grant: {title: 补助, title_en: Grant, amount: 'land * unit(10, "元/亩")', unit: 元, digits: 0, cap: 200, budget: {amount: 300}}
"""


@ENGINES
def test_the_amount_before_cap_and_budget_stands_beside_the_one_that_counts(plan_of, engine):
    """100, 190, 300 yuan are asked for, the last is capped at 200; the 490 are cut to 300 in all."""
    plan = plan_of(HEAD + GRANT)
    result = entitled(plan, firms("AAA", land=[10.0, 19.0, 30.0]), history(), engine)
    assert states(result, "grant") == [(61, "applies"), (116, "applies"), (122, "applies")]
    assert result.trace["entitlement__grant__asked"].to_list() == [100, 190, 300]
    again = exact.evaluate(plan, result.gathered)
    assert [again[name].row["entitlement__grant__asked"] for name in "abc"] == [100, 190, 300]
    said = render_text(result.explain("c"))
    assert "122 元（压减前 300 元）" in said
    reasons = result.long_trace().filter((pl.col("step") == "entitlement") & (pl.col("enterprise") == "c"))["reason"]
    assert reasons.to_list() == ["before cap and budget 300 元"]


QUEUE = (
    HEAD
    + """
entitlements:
  part: {title: 补助, amount: 'power * unit(0.01, "元/kWh")', unit: 元, digits: 1, budget: {amount: 'land * unit(90, "元/亩")', over: [industry], cut: in_order, order: [-production_started_on, land]}}
  whole: {title: 整户补助, amount: 'power * unit(0.01, "元/kWh")', unit: 元, digits: 1, budget: {amount: 600, cut: in_order, order: [total, -exporter], last: nothing}}
"""
)


def test_two_of_one_day_for_one_place_are_told_that_nobody_knows_who_was_first(plan_of):
    """Each asks for 2,000 yuan of the 1,800 that 20 mu bring; the third came later and finds nothing."""
    days = [date(2020, 1, 1), date(2020, 1, 1), date(2020, 1, 2)]
    table = firms("AAA", power=[20.0] * 3, land=[20.0] * 3, production_started_on=days)
    result = entitled(plan_of(QUEUE), table, history())
    assert states(result, "part") == [(None, "unknown"), (None, "unknown"), (0, "applies")]
    told = render_text(result.explain("a"))
    assert "补助（支持）：未知（应得 2,000.0 元；限额、分组或先后不明，给多少不能确定）" in told
    assert "金额 = power 20 万kWh × 0.01 元/kWh" in told
    assert "补助（支持）：适用 0.0 元（压减前 2,000.0 元）" in render_text(result.explain("c"))


@ENGINES
def test_random_queues_equal_the_exact_evaluator(plan_of, engine):
    plan = plan_of(QUEUE)
    for seed in range(3):
        chance = random.Random(seed)
        some = partial(chance.choices, k=16)
        days = [None, *(date(2020, 1, day) for day in range(1, 9))]
        table = firms(
            some("ABCD"),
            power=some([0.0, 1.5, 2.0, 3.25, None]),
            land=some([1.0, 5.0, 10.0]),
            industry=some(["30", "44"]),
            exporter=some([None, True, False]),
            production_started_on=some(days),
        )
        result = entitled(plan, table, history(), engine)
        equals_the_exact_evaluator(result)


@ENGINES
def test_equal_amounts_of_a_group_leave_the_first_written(plan_of, engine):
    rule = (
        HEAD
        + """
entitlements:
  one: {title: 一, amount: 'land * unit(1, "元/亩")', unit: 元, exclusive: x}
  two: {title: 二, amount: 'land * unit(1, "元/亩")', unit: 元, digits: 4, exclusive: x}
"""
    )
    result = entitled(plan_of(rule), firms("A"), history(), engine)
    assert (states(result, "one"), states(result, "two")) == ([(1000, "applies")], [(100000, "superseded")])


def randomly_graded(seed):
    """Firms with the grades they had before."""
    chance = random.Random(seed)
    some = partial(chance.choices, k=26)
    table = firms(
        some("ABCDDD"),
        industry=some(["30", "44", "45", "99"]),
        power=some([None, 0.0, 0.000005, 12.345675, 100.0]),
        exporter=some([None, True, False]),
    )
    past = history(
        *(
            (name, year, chance.choice("ACDDD"))
            for name in "abcdefghijklmnopqrstuvwxyz"
            for year in (2019, 2020, 2021)
            if chance.random() < 0.8
        )
    )
    own = pl.col("enterprise") + f"-{seed}"
    return table.with_columns(own), past.with_columns(own)


@ENGINES
def test_random_firms_equal_the_exact_evaluator(plan_of, engine):
    plan = plan_of(SHANDONG)
    assert not plan.method.budgets and all(one.budget is None for one in plan.method.entitlements.values())
    table, past = map(pl.concat, zip(*map(randomly_graded, range(3)), strict=True))
    equals_the_exact_evaluator(entitled(plan, table, past, engine))


CEILINGS = (
    HEAD
    + """
entitlements:
  land_grant: {title: 用地补助, amount: 'land * unit(10, "元/亩")', unit: 元, digits: 0, cap: 90, budget: {amount: 300}}
  power_grant: {title: 用电补助, where: exporter, amount: 'power * unit(0.001, "元/kWh")', unit: 元, digits: 0, exclusive: one}
  other_grant: {title: 其他补助, grades: [A, B], amount: 'power * unit(0.002, "元/kWh")', unit: 元, digits: 0, exclusive: one}
  long_in_d: {title: 连续D档, where: years_in_d >= 1, amount: 'unit(7, "元")', unit: 元, digits: 0}
ceilings:
  first: {title: 前两项合计, of: [land_grant, power_grant], at_most: 'land * unit(11, "元/亩")', cut: CUT}
  all: {title: 各项合计, of: [long_in_d, other_grant, land_grant], at_most: 'unit(60, "元") if exporter is missing else land * unit(6, "元/亩")'}
"""
)


SHARED = (
    HEAD
    + """
entitlements:
  land_grant: {title: 用地补助, amount: 'land * unit(10, "元/亩")', unit: 元, digits: 1, budget: {amount: 400}}
  power_grant: {title: 用电补助, where: exporter, amount: 'power * unit(0.001, "元/kWh")', unit: 元, digits: 1}
  other_grant: {title: 其他补助, grades: [A, B], amount: 'power * unit(0.0017, "元/kWh")', unit: 元, digits: 1}
budgets:
  year: {title: 年度资金, of: [power_grant, land_grant, other_grant], amount: WHOLE, over: [industry], kinds: KINDS, CUT}
"""
)


@ENGINES
@pytest.mark.parametrize("kinds", ["together", "in_turn"])
@pytest.mark.parametrize("cut", ["cut: in_proportion", "cut: in_order, order: [-land, total]", "cut: in_order, order: [total], last: nothing"])  # fmt: skip
def test_random_firms_that_share_a_budget_equal_the_exact_evaluator(plan_of, engine, kinds, cut):
    chance = random.Random(f"{kinds}{cut}")
    for whole in ("250", "'unit(70, \"元\") if land > 4 else missing'", "1000000"):
        some = partial(chance.choices, k=26)
        table = firms(
            some("ABCD-"),
            power=some([None, 0.0, 3.0, 7.7, 100.0]),
            land=some([None, 0.0, 2.0, 5.0, 10.0, 11.5]),
            exporter=some([None, True, False]),
            industry=some(["30", "30", "33", None]),
        )
        plan = plan_of(SHARED.replace("CUT", cut).replace("KINDS", kinds).replace("WHOLE", whole))
        result = entitled(plan, table, history(), engine)
        equals_the_exact_evaluator(result)
        amounts = ("power_grant", "land_grant", "other_grant")
        served = [
            pl.when(pl.col(f"entitlement__{one}__state") == "applies").then(f"entitlement__{one}") for one in amounts
        ]
        sums = result.gathered.select("enterprise", "industry").join(
            result.trace.select("enterprise", given=pl.sum_horizontal(served)), on="enterprise"
        )
        assert whole != "250" or 0 < sums.group_by("industry").agg(pl.col("given").sum())["given"].max() <= 2500


@ENGINES
@pytest.mark.parametrize("cut", ["in_order", "in_proportion"])
def test_random_firms_under_ceilings_equal_the_exact_evaluator(plan_of, engine, cut):
    plan = plan_of(CEILINGS.replace("CUT", cut))
    chance = random.Random(7)
    some = partial(chance.choices, k=26)
    table = firms(
        some("ABCD-"),
        power=some([None, 0.0, 3.0, 7.7, 100.0]),
        land=some([None, 0.0, -1.0, 5.0, 10.0]),
        exporter=some([None, True, False]),
    )
    past = history(*((name, 2021, chance.choice("AD")) for name in "abcdefghijklmnop"))
    result = entitled(plan, table, past, engine)
    equals_the_exact_evaluator(result)
    states_found = set(result.trace["entitlement__land_grant__state"]) - {None}
    assert {"applies", "unknown"} <= states_found


def test_years_in_a_row_are_told_with_the_year_just_graded(plan_of):
    """It said “连续D 1 = 2” beside a second year that applied, and “1 = 1” beside a first that did not."""
    result = entitled(plan_of(SHANDONG), firms("DA"), history(("a", 2021, "D"), ("b", 2021, "D")), "polars")
    told = render_text(result.explain("a"))
    assert "第一年加价（约束）：不适用" in told
    assert "条件：连续D 2 = 1" in told and "条件：连续D 2 ≥ 3" in told
    assert "连续D 1" not in told
