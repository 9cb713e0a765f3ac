"""The boards of green and digital grades say what their runs say, to whom it may be said, and what is missing."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import polars as pl
import pytest

from jiqun.packs import Method
from jiqun.web.grades.lines import line_of, line_of_id
from jiqun.web.grades.queries import firms_of, newest_run
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.people.models import AuditEntry
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, region

CARBON, DIGITAL = "green.carbon-code", "sme-digital"


@pytest.fixture
def evaluated(as_user):
    """Both rules that the demo region has data for, evaluated as an analyst does it."""
    client = as_user("analyst")
    for line, method in (("green", CARBON), ("digital", DIGITAL)):
        if newest_run(method, Scope()) is None:
            assert client.post(f"/grades/{line}/{method}/evaluate/", {"period": "2024"}).status_code == 302
    do_all()
    assert {one.state for one in Job.objects.all()} <= {"done"}
    return client


def test_a_rule_belongs_to_the_line_whose_tables_it_reads():
    assert line_of_id(CARBON) == "green" and line_of_id("energy-limit.steel") == "green"
    assert line_of_id(DIGITAL) == "digital" and line_of_id("smart-factory") == "digital"
    per_mu = [one.model for one in region().everything.objects("method") if one.id.startswith("per-mu.")]
    assert per_mu and not any(line_of(one) for one in per_mu if isinstance(one, Method))


def test_a_board_shows_the_run_and_counts_only_the_scope(evaluated, as_user, people):
    run = newest_run(CARBON, Scope())
    board = {one.id: one for one in evaluated.get("/grades/green/").context["boards"]}
    assert board[CARBON].run.id == run.id
    assert board[CARBON].graded == run.trace["grade"].drop_nulls().len()
    steel = board["energy-limit.steel"]
    assert steel.run is None and not steel.rows and "缺数据" in evaluated.get("/grades/green/").content.decode()
    own = people["district"].place
    mine = firms_of(run.id).filter(pl.col("district") == own)
    district = {one.id: one for one in as_user("district").get("/grades/green/").context["boards"]}[CARBON]
    assert (district.graded, district.open) == (mine["grade"].drop_nulls().len(), mine["grade"].null_count())


def test_another_districts_firm_is_in_no_list_export_or_explanation(evaluated, as_user, people):
    own, run = people["district"].place, newest_run(DIGITAL, Scope())
    rows, client = firms_of(run.id), as_user("district")
    other = rows.filter(pl.col("district") != own)["subject"][0]
    mine = set(rows.filter(pl.col("district") == own)["subject"])
    page = client.get(f"/grades/digital/{DIGITAL}/")
    assert {row["subject"] for row in page.context["rows"]} <= mine and page.context["all"] == len(mine)
    assert not client.get(f"/grades/digital/{DIGITAL}/", {"q": other}).context["rows"]
    assert client.get(f"/grades/digital/{DIGITAL}/{run.id}/{other}/").status_code == 404
    assert evaluated.get(f"/grades/digital/{DIGITAL}/{run.id}/{other}/").status_code == 200
    assert evaluated.get(f"/grades/green/{DIGITAL}/{run.id}/{other}/").status_code == 404
    book = openpyxl.load_workbook(BytesIO(client.get(f"/grades/digital/{DIGITAL}/export.xlsx").content), read_only=True)
    codes = {row[0] for row in book.worksheets[0].iter_rows(values_only=True) if str(row[0]).startswith("91")}
    assert codes == mine
    assert AuditEntry.objects.filter(action="grades.export", about=run.id).exists()


def test_a_grade_filter_and_an_order_show_just_those_rows(evaluated):
    rows = firms_of(newest_run(CARBON, Scope()).id)
    letter = rows["grade"].drop_nulls()[0]
    page = evaluated.get(f"/grades/green/{CARBON}/", {"grade": letter, "sort": "name", "down": "1"})
    assert page.context["page"].paginator.count == rows.filter(pl.col("grade") == letter).height
    names = [row["name"] for row in page.context["rows"]]
    assert names == sorted(names, reverse=True) and {row["grade"] for row in page.context["rows"]} == {letter}
    assert evaluated.get(f"/grades/green/{CARBON}/", {"grade": "-"}).context["page"].paginator.count == (
        rows["grade"].null_count()
    )


def test_a_rule_without_data_says_which_columns_nobody_reported(as_user):
    page = as_user("leader").get("/grades/digital/cmmm/")
    assert page.context["run"] is None and page.context["needs"]
    assert not any(one.known for one in page.context["needs"])
    assert "level_1" in {one.name for one in page.context["needs"]}


def test_only_who_may_evaluates_and_no_address_is_guessed(as_user):
    leader, analyst = as_user("leader"), as_user("analyst")
    assert leader.post(f"/grades/green/{CARBON}/evaluate/", {"period": "2024"}).status_code == 403
    assert analyst.post(f"/grades/green/{CARBON}/evaluate/", {"period": "soon"}).status_code == 404
    for address in ("/grades/blue/", "/grades/green/no.such/", "/grades/green/per-mu.huaian/"):
        assert analyst.get(address).status_code == 404, address


def test_green_and_digital_runs_stay_out_of_the_per_mu_pages(evaluated, people):
    assert not any(line_of_id(one.run.method_id) for one in evaluated.get("/land/").context["lines"])
    run = evaluated.get("/enterprises/").context["run"]
    assert run is not None and not line_of_id(run.method_id)
    subject = firms_of(newest_run(DIGITAL, Scope()).id)["subject"][0]
    others = evaluated.get(f"/enterprises/{subject}/", {"tab": "grades"}).context["others"]
    assert DIGITAL in {one["method"] for one in others}
    assert ledger().table("sme_digital").filter(pl.col("enterprise") == subject).height == 1
