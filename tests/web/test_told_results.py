"""What a firm learns of its result, and when: nothing before the public notice, then what stood in it."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tests.web.campaign_events import campaign, event, noticed
from tests.web.conftest import As

from jiqun.desk.evaluating import Wanted, run_method
from jiqun.desk.results_read import results_read
from jiqun.methods.explanation.restricted import MASKED
from jiqun.values import Period
from jiqun.web import region, told_results
from jiqun.web.campaigns.own_figures import own_figures
from jiqun.web.jobs.queue import WORKS
from jiqun.web.people import tokens
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.scope import Scope, scope_of

_GRADED = re.compile(r"jq-grade-[abcd]\b|jq-trial-chip|jq-official")


@pytest.fixture
def trials() -> tuple[Any, Any]:
    """The two trials of the demo region, of the year before and of the last year."""
    found = [one for one in region.runs() if one.method_id == "per-mu.chongqing-template"]
    early, late = sorted(found, key=lambda one: one.period)
    return early, late


@pytest.fixture
def graded(people: dict[str, User], trials: tuple[Any, Any]) -> User:
    """The account of a firm that has a grade in both years."""
    early, late = ({*one.trace.drop_nulls("grade")["enterprise"]} for one in trials)
    people["firm"].place = min(early & late)
    people["firm"].save()
    return people["firm"]


def guessed(run: str, firm: str, number: int) -> list[str]:
    """Addresses that would tell a result, as a firm could write them."""
    return [
        f"/land/runs/{run}/", f"/land/runs/{run}/firms/{firm}/", f"/land/runs/{run}/firms/{firm}/ways/",
        f"/land/runs/{run}/firms/{firm}/changes/", f"/land/compare/{run}/{run}/", f"/disposals/?run={run}",
        f"/disposals/{run}/{firm}/", f"/campaigns/{number}/notice/", f"/ladder/firms/{firm}/",
    ]  # fmt: skip


def shown(firm: str, number: int) -> list[str]:
    """Pages that everybody opens and that name a result once there is one."""
    return [
        "/", "/land/", "/disposals/", "/enterprises/", f"/enterprises/{firm}/?tab=all", f"/campaigns/{number}/",
        "/reports/", "/grades/green/", "/ladder/", "/ledger/tables/adjustment/",
    ]  # fmt: skip


def test_before_its_notice_no_page_no_address_and_no_answer_of_the_api_tells_a_firm_of_a_trial(
    as_user: As, graded: User, trials: tuple[Any, Any]
) -> None:
    run, client = trials[1], as_user("firm")
    of = campaign("adjust")
    event(of, "trial.done", run=run.id, snapshot=run.snapshot)
    event(
        of,
        "adjustment.proposed",
        enterprise=graded.place,
        kind="raise",
        grade="",
        steps=1,
        reason="获奖",
        document="1 号",
    )
    for to in guessed(run.id, graded.place, of.pk):
        assert client.get(to).status_code == 404, to
    for to in shown(graded.place, of.pk):
        page = client.get(to, follow=True).content.decode()
        assert run.id[:8] not in page and not _GRADED.search(page) and "获奖" not in page, to
    assert "2024 年度正在评价，结果公示前不公布" in client.get("/").content.decode()
    secret = {"Authorization": f"Bearer {tokens.make(graded, 'test')}"}
    told = {to: Client().get(f"/api{to}", headers=secret) for to in ("/runs", f"/runs/{run.id}")}
    assert told["/runs"].json() == []
    assert told[f"/runs/{run.id}"].status_code == 404
    assert "adjustment" not in dict(client.get("/ledger/board/").context["tables"])
    assert not [one for one in own_figures(of, graded.place) if "定档" in one.title], "not even how many lists name it"
    assert "REPORT-00" in client.post("/reports/make/", {"kind": "letter", "firm": graded.place}).content.decode()
    assert run.id[:8] in as_user("park").get("/land/").content.decode(), "who works on it sees the trial, marked"


def test_from_its_notice_on_a_firm_is_told_that_result_marked_as_such_and_no_later_trial(
    as_user: As, graded: User, trials: tuple[Any, Any]
) -> None:
    (later, run), client = trials, as_user("firm")
    of = noticed(run.id)
    event(of, "trial.done", run=run.id, snapshot=run.snapshot)
    event(of, "trial.done", run=later.id, snapshot=later.snapshot)
    home = client.get("/")
    assert home.context["own"]["run"].id == run.id and "公示至" in home.content.decode()
    page = client.get(f"/campaigns/{of.pk}/")
    assert page.context["run"].id == run.id and page.context["since"] == [] and page.context["adjustments"] == []
    assert as_user("analyst").get(f"/campaigns/{of.pk}/").context["run"].id == later.id
    assert client.get(f"/land/runs/{run.id}/firms/{graded.place}/").status_code == 200
    assert client.get(f"/land/runs/{later.id}/firms/{graded.place}/").status_code == 404
    event(of, "notice.published", run=later.id, until="2030-01-01")
    scope = scope_of(graded)
    assert [one.id for one in told_results.runs_for(scope)] == [later.id], "the next notice takes its place"
    assert told_results.is_told(run, scope) and told_results.open_notice(run.id) is None


def test_lists_that_move_grades_are_told_to_a_firm_up_to_the_year_of_its_newest_public_result(
    graded: User, trials: tuple[Any, Any]
) -> None:
    rows, scope = pl.DataFrame({"enterprise": [graded.place] * 3, "year": [2022, 2023, 2024]}), scope_of(graded)
    assert told_results.adjustments_told(rows, scope).is_empty()
    noticed(trials[0].id)
    assert told_results.adjustments_told(rows, scope)["year"].to_list() == [2022, 2023]
    assert told_results.adjustments_told(rows, Scope("district", "500105")).height == 3


def test_an_appeal_tried_on_a_later_trial_tells_its_firm_nothing_before_the_signature(
    as_user: As, graded: User, trials: tuple[Any, Any]
) -> None:
    later, run = trials
    of = noticed(run.id)
    said = {"enterprise": graded.place, "request": "税收漏报", "evidence": "证明", "field": "", "value": ""}
    number = event(of, "appeal.registered", by="firm", **said)
    side = {"grade": "B", "rank": 7, "total": "61.25"}
    rows = [{"enterprise": graded.place, "before": side, "after": {**side, "total": "71.75"}}]
    tried = {"rows": rows, "was": 1, "others": 0, "shifted": 0, "referee": True}
    event(of, "appeal.rechecked", about=number, run=later.id, **tried)
    event(of, "appeal.decided", about=number, decision="refused", reason="数已核实")
    to = f"/campaigns/{of.pk}/appeals/{number}/"
    assert "71.75" in as_user("analyst").get(to).content.decode()
    for page in (as_user("firm").get(to), as_user("firm").get(f"{to}letter/"), as_user("analyst").get(f"{to}letter/")):
        assert page.status_code == 200 and "71.75" not in page.content.decode()
    event(of, "appeal.rechecked", about=number, run=run.id, **tried)
    assert "71.75" in as_user("firm").get(to).content.decode(), "the noticed run may be talked about"


def test_the_notice_of_a_district_is_told_to_its_own_firms_alone(graded: User, trials: tuple[Any, Any]) -> None:
    register = region.ledger().table("enterprise").drop_nulls("district")
    home = register.filter(pl.col("enterprise") == graded.place)["district"][0]
    other = register.filter(pl.col("district") != home)
    noticed(trials[1].id, other["district"][0])
    there = Scope("enterprise", str(other["enterprise"][0]))
    assert told_results.is_told(trials[1], there) and not told_results.is_told(trials[1], scope_of(graded))
    assert told_results.is_told(trials[1], Scope("park", "x"))


def test_a_firm_is_told_of_a_screening_once_it_is_released(as_user: As, people: dict[str, User]) -> None:
    if told_results.told_screening(Scope()) is None:
        WORKS["screen"]({"on": "2025-06-30", "year": 2024}, User(), lambda stage: None)
    made = told_results.told_screening(Scope())
    assert made is not None
    to = f"/ladder/firms/{people['firm'].place}/"
    assert as_user("leader").get("/ladder/").context["screened"].id == made.id
    assert as_user("firm").get("/ladder/").context["screened"] is None and as_user("firm").get(to).status_code == 404
    assert as_user("leader").post("/ladder/release/", {"screening": made.id}).status_code == 403
    assert as_user("analyst").post("/ladder/release/", {"screening": "another"}).status_code == 404
    for _ in range(2):
        as_user("analyst").post("/ladder/release/", {"screening": made.id})
    assert AuditEntry.objects.filter(action="ladder.release").count() == 1
    assert as_user("firm").get(to).status_code == 200
    assert as_user("firm").get("/ladder/")["Location"] == to, "counts of one firm tell it nothing"


def test_a_noticed_run_tells_its_firm_nothing_of_an_unsigned_result_that_its_rule_reads(
    as_user: As, graded: User, trials: tuple[Any, Any]
) -> None:
    """per-mu.measures reads the grade of the same year; it goes out before that grade was noticed or signed."""
    firm, grades = graded.place, trials[1]
    grade = grades.trace.filter(pl.col("enterprise") == firm)["grade"][0]
    made = run_method(region.region(), Wanted("per-mu.measures", Period.parse("2024")), lambda _: None)
    of = noticed(made.id)
    scope, officer = scope_of(graded), Scope("park", "x")

    def held(who: Scope) -> tuple[str | None, str | None]:
        told = told_results.explained_to(who, made, firm, "zh")
        lines = [line for part in (*told.entitlements, *told.figures) for line in part.inputs]
        (found,) = {(one.value, one.source) for one in lines if one.name == "held"}
        return found

    title = grades.plan.method.title
    assert held(Scope(sees_restricted=True)) == held(officer) == (grade, f"“{title}”的试算结果，未签发")
    assert held(scope) == (MASKED, f"“{title}”的结果未签发，不公布")
    page = as_user("firm").get(f"/land/runs/{made.id}/firms/{firm}/").content.decode()
    assert "未签发，不公布" in page and "试算结果，未签发" not in page
    told = told_results.explained_to(scope, made, firm, "zh")
    assert f"亩均档次 {grade}" not in str(told) and not re.search(rf"为 {grade}\\b", str(told.status_reason))
    secret = {"Authorization": f"Bearer {tokens.make(graded, 'test')}"}
    answer = Client().get(f"/api/runs/{made.id}/firms/{firm}", headers=secret).json()
    values = {line["value"] for part in answer["entitlements"] for line in part["inputs"] if line["name"] == "held"}
    assert values == {MASKED}
    event(of, "notice.published", run=grades.id, until="2030-01-01")
    assert held(scope) == (grade, f"“{title}”的试算结果，未签发"), "what was noticed may be told, as what it is"


def test_years_in_a_row_with_a_grade_say_whether_the_years_before_are_signed(as_user: As, graded: User) -> None:
    """per-mu.shandong counts years in class D; 0 of them tells last year's grade as well as 1 does."""
    law = region.region()
    early, late = (
        run_method(law, Wanted("per-mu.shandong", Period.parse(one)), lambda _: None) for one in ("2023", "2024")
    )
    counted = late.gathered.select("enterprise", "d_years").drop_nulls()
    for years in (0, 1):
        firm = counted.filter(pl.col("d_years") == years)["enterprise"][0]
        (whole,) = results_read(law, late, firm, lambda _: True)
        (none,) = results_read(law, late, firm, lambda one: one.id == late.id)
        assert (whole.standing, none.standing) == ("trial", "untold") and "未签发" in whole.words
        before = early.trace.filter(pl.col("enterprise") == firm)["grade"][0]
        assert (before == "D") == (years == 1)
        assert results_read(law, early, firm, lambda _: True) == (), "nothing was evaluated before it"
