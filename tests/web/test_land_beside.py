"""A firm beside its peers and beside itself a year before."""

from __future__ import annotations

import statistics
from decimal import Decimal

import polars as pl
import pytest

from jiqun.methods.explanation.restricted import MASKED
from jiqun.web.land.standing import peer_points, peers_of
from jiqun.web.land.year_before import run_before
from jiqun.web.people.scope import Scope
from jiqun.web.region import evaluated, run_of, runs

CITY, LEADER = Scope(sees_restricted=True), Scope()


@pytest.fixture
def run():
    late = max((one for one in runs() if one.method_id == "per-mu.chongqing-template"), key=lambda one: one.period)
    return run_of(late.id)


def firm_of(run, population, **more):
    rows = evaluated(run.id, "zh").rows.filter((pl.col("population") == population) & pl.col("total").is_not_null())
    for name, value in more.items():
        rows = rows.filter(pl.col(name) == value)
    return rows.row(0, named=True)


def test_the_median_is_of_the_same_population_and_industry_division(run):
    rows = evaluated(run.id, "zh").rows.filter(pl.col("status").is_in(["graded", "scored"]))
    above = rows.filter(pl.col("population") == "above_scale")
    division = above["fact__industry"].str.slice(0, 2).mode()[0]
    same = above.filter(pl.col("fact__industry").str.starts_with(division))
    found = peers_of(run.id, same["enterprise"][0])
    assert found is not None and found.size == same.height >= 10
    points = [Decimal(one) / 10_000 for one in same["points__tax_per_mu"].drop_nulls()]
    assert abs(Decimal(found.medians["tax_per_mu"]) - statistics.median(points)) <= Decimal("0.00005")


def test_few_firms_of_an_industry_are_held_against_the_whole_population(run):
    rows = evaluated(run.id, "zh").rows.filter(pl.col("status").is_in(["graded", "scored"]))
    sizes = rows.group_by("population", pl.col("fact__industry").str.slice(0, 2)).len().filter(pl.col("len") < 10)
    population, division, _ = sizes.sort("len", "population", "fact__industry").row(0)
    few = rows.filter((pl.col("population") == population) & pl.col("fact__industry").str.starts_with(division))
    found = peers_of(run.id, few["enterprise"][0])
    assert found is not None and found.division == "" and found.size > 10


def test_a_median_is_masked_where_own_points_are_and_to_a_firm_where_ranks_would_tell_whose_it_is(run):
    above, below = (firm_of(run, one)["enterprise"] for one in ("above_scale", "below_scale"))
    told = [peers_of(run.id, one) for one in (above, below)]
    mine = Scope("enterprise", above, sees_restricted=True)
    seen = [[peer_points(one, "tax_per_mu", run.id, scope) for one in told] for scope in (CITY, LEADER, mine)]
    assert all(one is not None and one != MASKED for one in seen[0])
    assert seen[1] == [MASKED, MASKED]
    assert seen[2][0] == seen[0][0] and seen[2][1] == MASKED, "below scale the rank rests on tax per mu alone"


def test_the_parts_of_a_year_add_up_to_what_the_two_runs_say(as_user, run):
    before = run_before(run, Scope())
    assert before is not None and (before.method_id, int(before.plan.period.year)) == (run.method_id, int(run.plan.period.year) - 1)  # fmt: skip
    both = run.trace.join(before.trace.select("enterprise", was="total"), on="enterprise")
    both = both.filter((pl.col("population") == "above_scale") & pl.col("total").is_not_null() & pl.col("was").is_not_null())  # fmt: skip
    for row in both.head(3).iter_rows(named=True):
        answer = as_user("analyst").get(f"/land/runs/{run.id}/firms/{row['enterprise']}/changes/")
        told = answer.context["told"]
        assert told.difference == Decimal(row["total"] - row["was"]) / 100
        assert sum(one.effect for one in told.parts if one.effect is not None) == told.difference
    assert "影响总分" in answer.content.decode() and "jq-step" in answer.content.decode()


def test_who_may_not_see_points_is_told_no_effect_of_them(as_user, run, people):
    inside = run.trace.join(evaluated(run.id, "zh").rows.select("enterprise", "fact__district"), on="enterprise")
    mine = inside.filter((pl.col("fact__district") == people["district"].place) & pl.col("total").is_not_null())
    above = mine.filter(pl.col("population") == "above_scale")["enterprise"].to_list()
    below = mine.filter(pl.col("population") == "below_scale")["enterprise"].to_list()
    client = as_user("district")
    parts = client.get(f"/land/runs/{run.id}/firms/{above[0]}/changes/").context["told"].parts
    assert all(one.effect is None for one in parts if one.points.after == MASKED)
    assert client.get(f"/land/runs/{run.id}/firms/{below[0]}/changes/").context.get("told") is None


def test_the_first_year_has_nothing_before_it(as_user, run):
    first = run_before(run, Scope())
    assert first is not None and run_before(first, Scope()) is None
    page = (
        as_user("analyst").get(f"/land/runs/{first.id}/firms/{first.trace['enterprise'][0]}/changes/").content.decode()
    )
    assert "两次运行对照" not in page
