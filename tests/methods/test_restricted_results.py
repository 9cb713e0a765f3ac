"""What a masked figure could be worked out from: points with a public benchmark, totals of one item, extremes."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.exact import evaluate
from jiqun.methods.explanation.cohorts import Cohorts
from jiqun.methods.explanation.explain import explain
from jiqun.methods.explanation.restricted import MASKED, points_hidden, restricted_names, total_hidden
from jiqun.reports.indicators import indicator_sheets
from jiqun.reports.results import results_sheet
from jiqun.reports.run import Evaluated

ALL = "populations: {all_firms: {title: 全部, where: year > 0}}\n"
TAX = "tax_per_mu: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4}"
SALES = "sales_per_mu: {title: 亩均营收, formula: revenue / land, unit: 万元/亩, digits: 4}"
RATIO = "{weight: 30, digits: 4, ratio: {to: base}}"
BASE = "benchmarks: {base: {title: 基准, value: '24.097', digits: 4}}\n"
ONE = f"{ALL}measures: {{{TAX}}}\n{BASE}scores: {{all: {{tax_per_mu: {RATIO}}}}}\ntotals: {{all: {{digits: 4}}}}\n"
TWO = (
    f"{ALL}measures: {{{TAX}, {SALES}}}\n{BASE}scores: {{all: {{tax_per_mu: {RATIO}, sales_per_mu: {RATIO}}}}}\n"
    "nodes: {money: {title: 经济, of: [tax_per_mu, sales_per_mu], digits: 4}}\ntotals: {all: {of: [money], digits: 4}}\n"
)
BANDS = (
    f"{ALL}measures: {{{TAX}}}\n"
    "scores: {all: {tax_per_mu: {weight: 30, digits: 0, bands: [{at_least: 20, points: 30}, {less_than: 20, points: 0}]}}}\n"
    "totals: {all: {digits: 0}}\n"
)
SECRET = ("tax", "revenue")


@pytest.fixture
def plan_of(method_of, contracts):
    """Compile a rule over a ledger where tax and revenue are restricted."""
    columns = [
        one.model_copy(update={"sensitivity": "restricted"} if one.name in SECRET else {})
        for one in contracts["enterprise_year"].fields
    ]
    secret = contracts["enterprise_year"].model_copy(update={"fields": tuple(columns)})
    return lambda text: compile_method(method_of(text), 2022, contracts={**contracts, "enterprise_year": secret})


def results(plan, taxes, districts=None):
    firms = [
        {
            "enterprise": f"f{at}",
            "name": "甲",
            "district": "d",
            "year": 2022,
            "tax": tax,
            "revenue": 9 * tax,
            "land": 8.0,
        }
        for at, tax in enumerate(taxes)
    ]
    for one, district in zip(firms, districts or [], strict=False):
        one["district"] = district
    gathered = pl.DataFrame(firms)
    return pl.DataFrame([one.row for one in evaluate(plan, gathered).values()], infer_schema_length=None), gathered


def cells(sheet, firm):
    return next(row for row in sheet.rows if row[0] == firm)


def test_points_with_a_public_benchmark_would_give_the_tax_back_and_so_are_masked(plan_of):
    plan = plan_of(ONE)
    trace, gathered = results(plan, [165.37, 91.2])
    (item,) = explain(plan, trace, gathered, "f0").items
    worked_out = Fraction(item.points) / 30 * Fraction("24.097") * 8  # land is public
    assert abs(worked_out - Fraction("165.37")) < Fraction("0.001"), "this is why they are masked"
    masked = explain(plan, trace, gathered, "f0", sees_restricted=False)
    (item,) = masked.items
    assert item.points == MASKED == masked.total and MASKED in item.points_words
    run = Evaluated(
        plan, trace, gathered, pl.DataFrame(), "r", "s", official=False, hidden=restricted_names(plan), facts=gathered
    )
    told = [*cells(next(indicator_sheets(run)), "f0"), *cells(results_sheet(run), "f0")]
    known = (165.37, 20.6713, 25.7351)
    assert not [one for one in told if isinstance(one, float) and any(abs(one - each) < 0.01 for each in known)]


def test_a_total_of_two_hidden_items_is_told_and_the_block_they_make_up_is_not(plan_of):
    plan = plan_of(TWO)
    names = restricted_names(plan)
    assert points_hidden(names, "tax_per_mu") and points_hidden(names, "sales_per_mu") and "money" in names
    assert not total_hidden(names, "all_firms") and total_hidden(restricted_names(plan_of(ONE)), "all_firms")
    trace, gathered = results(plan, [165.37, 91.2])
    seen, masked = (explain(plan, trace, gathered, "f0", sees_restricted=each) for each in (True, False))
    assert masked.total == seen.total and [one.points for one in masked.additions] == [MASKED]


def test_points_by_bands_tell_no_more_than_a_grade_does(plan_of):
    plan = plan_of(BANDS)
    trace, gathered = results(plan, [165.37, 91.2])
    masked = explain(plan, trace, gathered, "f0", sees_restricted=False)
    assert (masked.items[0].points, masked.items[0].value, masked.total) == ("30", MASKED, "30")


def test_that_points_are_at_the_cap_is_not_told_either(plan_of):
    plan = plan_of(TWO.replace("ratio:", "cap_times: 1, ratio:"))
    trace, gathered = results(plan, [165.37, 999.0])
    seen, masked = (explain(plan, trace, gathered, "f1", sees_restricted=each).items[0] for each in (True, False))
    assert seen.reason == "capped" and masked.reason == "own" and seen.reason_words not in masked.points_words


@pytest.mark.parametrize(
    ("take", "told"),
    [("max", False), ("min", False), ("mean", True), ("median", True),
     ("percentile, percentile: '0.9'", False), ("percentile, percentile: '0.5'", True)],
)  # fmt: skip
def test_an_extreme_of_however_many_firms_is_one_firms_figure(plan_of, take, told):
    held = f"benchmarks: {{base: {{title: 对照, digits: 4, statistic: {{measure: tax_per_mu, take: {take}}}}}}}\n"
    plan = plan_of(ONE.replace(BASE, held))
    trace, gathered = results(plan, [100.0 + 7 * at for at in range(9)])
    for of_whom, masked in (("somebody's", "sees_restricted"), ("a competitor's", "sees_others")):
        line = explain(plan, trace, gathered, "f3", **{masked: False}).items[0].benchmarks[0]
        assert (line.value != MASKED) == told, of_whom


def test_a_firm_reads_its_own_figures_and_not_the_mean_of_itself_and_one_competitor(plan_of):
    held = (
        "benchmarks: {base: {title: 对照, digits: 4, statistic: {measure: tax_per_mu, take: mean, over: [district]}}}\n"
    )
    plan = plan_of(ONE.replace(BASE, held))
    trace, gathered = results(plan, [100.0, 300.0, 100.0, 300.0, 200.0], ["two", "two", "many", "many", "many"])
    pair, many = (explain(plan, trace, gathered, firm, sees_others=False).items[0] for firm in ("f0", "f2"))
    assert (pair.value, pair.inputs[0].value, pair.points) == ("12.50", "8", "15.0000")
    assert pair.benchmarks[0].value == MASKED and many.benchmarks[0].value.startswith("25.00 ")
    # two cohorts that happen to have the same mean are still two cohorts
    names = restricted_names(plan)
    cohorts = Cohorts(plan, trace, gathered)
    assert [cohorts.size("base", firm) for firm in ("f0", "f2")] == [2, 3]
    run = Evaluated(plan, trace, gathered, pl.DataFrame(), "r", "s", official=False, hidden=names)
    rows = {firm: cells(next(indicator_sheets(run)), firm) for firm in ("f0", "f2")}
    assert 25.0 in rows["f2"] and 25.0 not in rows["f0"]


def test_the_size_of_a_cohort_is_unknown_where_the_run_does_not_tell_and_of_nobody_else(plan_of):
    held = (
        "benchmarks: {base: {title: 对照, digits: 4, statistic: {measure: tax_per_mu, take: mean, over: [district]}}}\n"
    )
    plan = plan_of(ONE.replace(BASE, held))
    trace, gathered = results(plan, [100.0, 300.0, 200.0], ["two", "two", None])
    assert [Cohorts(plan, trace, gathered).size("base", one) for one in ("f0", "f1", "f2", "f9")] == [2, 2, None, None]
    assert Cohorts(plan, trace, gathered.drop("district")).size("base", "f0") is None
    assert Cohorts(plan, trace.drop("measure__tax_per_mu"), gathered).size("base", "f0") is None


@pytest.mark.parametrize(("small", "told"), [(2, False), (3, True)])
def test_the_mean_of_all_is_not_told_to_the_two_whom_the_means_of_districts_leave_over(plan_of, small, told):
    held = (
        "benchmarks: {base: {title: 对照, digits: 4, statistic: {measure: tax_per_mu, take: mean, "
        "over: [population, district], smallest_cohort: 4, otherwise: all_of_them}}, all_of_them: {title: 全部, digits: 4, statistic: {measure: "
        "tax_per_mu, take: mean}}}\n"
    )
    plan = plan_of(ONE.replace(BASE, held))
    places = ["large"] * 5 + ["small"] * small
    trace, gathered = results(plan, [100.0 + 7 * at for at in range(5 + small)], places)
    # 7 firms' mean × 7 − 5 firms' mean × 5 is what the two of the small district have together
    line = explain(plan, trace, gathered, "f5", sees_restricted=False).items[0].benchmarks[0]
    assert (line.value != MASKED) == told
    own = explain(plan, trace, gathered, "f0", sees_restricted=False).items[0].benchmarks[0]
    assert own.value != MASKED


@pytest.mark.parametrize(("firms", "told"), [(12, True), (4, False)])
def test_last_years_mean_is_told_where_the_cohort_is_large_now(plan_of, firms, told):
    held = "benchmarks: {base: {title: 对照, digits: 4, statistic: {measure: tax_per_mu, take: mean, over: [district], period: last}}}\n"
    plan = plan_of(ONE.replace(BASE, held))
    gathered = pl.DataFrame([{"enterprise": f"f{at}", "district": "d", "tax": 9.0, "land": 3.0} for at in range(firms)])
    trace = gathered.select("enterprise").with_columns(
        population=pl.lit("all_firms"), status=pl.lit("graded"), measure__tax_per_mu=pl.lit(30000)
    )
    cohorts = Cohorts(plan, trace, gathered)
    assert cohorts.size("base", "f0") is None
    assert cohorts.tells_one("base", "f0", restricted_names(plan)) != told
