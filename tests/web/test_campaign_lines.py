"""A campaign's results opened at the lines: who stands there, how far from it, and for whose eyes."""

from __future__ import annotations

import polars as pl
import pytest
from tests.web.campaign_events import campaign, event

from jiqun.methods.explanation.restricted import MASKED
from jiqun.web.region import ledger, run_of, runs


@pytest.fixture
def run():
    late = max((one for one in runs() if one.method_id == "per-mu.chongqing-template"), key=lambda one: one.period)
    return run_of(late.id)


@pytest.fixture
def of(run):
    made = campaign("adjust")
    event(made, "trial.done", run=run.id)
    return made


def test_three_firms_stand_on_either_side_of_every_line_with_their_distance(as_user, run, of):
    opened = as_user("analyst").get(f"/campaigns/{of.pk}/").context["opened"]
    population, _, pool = opened.pool.id.partition("~")
    rows = run.trace.filter((pl.col("population") == population) & (pl.col("pool") == pool)).drop_nulls(["rank", "grade__ranked"])  # fmt: skip
    assert opened.ranked == rows.height == opened.pool.firms == max(one.firms for one in opened.pools)
    totals = dict(rows.select("enterprise", "total").iter_rows())
    lines = {grade: totals_of(rows, grade).min() for grade in ("A", "B", "C")}
    assert [grade for one in opened.rows for grade, _ in one.cuts] == ["A", "B", "C"]
    for one in opened.rows:
        own = totals[one.row.subject] - lines[one.nearest]
        assert float(one.distance.replace("−", "-")) == own / 100
        assert (own >= 0) == (one.row.ranked <= one.nearest)
    first = next(n for n, one in enumerate(opened.rows) if one.cuts)
    assert [one.row.ranked for one in opened.rows[first - 3 : first + 3]] == ["A"] * 3 + ["B"] * 3
    shown = sum(one.skipped for one in opened.rows) + len(opened.rows)
    assert opened.rows[-1].row.rank >= shown - 1, "nobody is counted twice"


def totals_of(rows, grade):
    return rows.filter(pl.col("grade__ranked") == grade)["total"]


def test_a_district_sees_its_own_firms_without_points_and_below_scale_without_totals(as_user, people, run, of):
    client = as_user("district")
    opened = client.get(f"/campaigns/{of.pk}/").context["opened"]
    register = ledger().table("enterprise").filter(pl.col("district") == people["district"].place)
    for pool in opened.pools:
        one = client.get(f"/campaigns/{of.pk}/", {"pool": pool.id}).context["opened"]
        assert one.pool.id == pool.id and one.rows
        assert {row.row.subject for row in one.rows} <= set(register["enterprise"])
        assert {points.said for row in one.rows for points in row.row.points} == {MASKED}
        told = {row.distance for row in one.rows} | {row.row.total for row in one.rows}
        assert (told == {MASKED}) == pool.id.startswith("below_scale"), pool


def test_what_is_under_way_about_a_firm_stands_beside_it(as_user, run, of):
    client = as_user("analyst")
    (one, two, *_) = (row.row.subject for row in client.get(f"/campaigns/{of.pk}/").context["opened"].rows)
    number = event(of, "appeal.registered", enterprise=one, request="x", evidence="x", field="", value="")
    event(of, "adjustment.proposed", enterprise=two, kind="raise", grade="", steps=1, reason="x", document="x")
    answer = client.get(f"/campaigns/{of.pk}/")
    marks = {row.row.subject: (row.appeal, row.adjusted) for row in answer.context["opened"].rows}
    assert marks[one] == (number, "") and marks[two] == (None, "提档")
    assert f'badge-red" href="/campaigns/{of.pk}/appeals/{number}/"' in answer.content.decode()


def test_a_firm_is_shown_no_one_else_and_an_unknown_pool_is_the_largest(as_user, run, of):
    event(of, "notice.published", run=run.id, until="2030-01-01")
    page = as_user("firm").get(f"/campaigns/{of.pk}/")
    assert page.context["opened"] is None and page.content.decode().count("本企业的结果") == 1
    assert "签发还差什么" not in page.content.decode()
    opened = as_user("leader").get(f"/campaigns/{of.pk}/", {"pool": "none~x"}).context["opened"]
    assert opened.pool.firms == max(one.firms for one in opened.pools)
