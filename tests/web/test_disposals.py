"""What is done about a low-efficiency firm: four eyes, evidence, own firms only, nothing changed afterwards."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import openpyxl
import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.utils import timezone
from tests.web.campaign_events import noticed

from jiqun.web.disposals import queries
from jiqun.web.disposals.models import Disposal, DisposalEvent
from jiqun.web.disposals.state import state_of
from jiqun.web.people.models import AuditEntry
from jiqun.web.people.scope import MASKED, Scope
from jiqun.web.region import ledger, runs

PDF = b"%PDF-1.7 closed down"


@pytest.fixture
def run():
    found = [one for one in runs() if one.method_id.startswith("per-mu.chongqing")]
    return max(found, key=lambda one: one.period)


@pytest.fixture
def low(run):
    """The firms with the lowest grade, with their districts."""
    firms = run.trace.filter(pl.col("grade").cast(pl.String) == "D").select("enterprise")
    return firms.join(ledger().table("enterprise").select("enterprise", "district"), on="enterprise").sort("enterprise")


@pytest.fixture
def firm(low):
    return low["enterprise"][0]


def said(days: int = 90) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=days)
    return {"way": "merge", "unit": "区经济信息委", "due": day.isoformat()}


def proposed_late(run, firm, days: int) -> None:
    """Open a case that was proposed in time and is late now: a day that is past is not taken any more."""
    case = Disposal.objects.create(enterprise=firm, year=int(run.period), run=run.id)
    DisposalEvent.objects.create(
        disposal=case, at=timezone.now() - timedelta(days=90), by="analyst", kind="proposed", details=said(-days)
    )


def paper() -> dict[str, SimpleUploadedFile]:
    return {"paper": SimpleUploadedFile("关停证明.pdf", PDF)}


def test_the_list_is_the_lowest_grade_of_the_run(as_user, run, low):
    page = as_user("analyst").get("/disposals/", {"run": run.id}).context
    assert {one.enterprise for one in page["page"]} == set(low["enterprise"]) and page["count"] == low.height
    assert all(one.stage == "none" for one in page["page"])


def test_a_total_is_masked_for_who_may_not_see_it_whoever_looked_before(run, firm, monkeypatch):
    monkeypatch.setattr(queries, "totals_restricted", lambda _: frozenset({firm}))
    asked = "zh", timezone.localdate()
    total = run.trace.filter(pl.col("enterprise") == firm)["total"][0]
    sees, others = Scope(sees_restricted=True), Scope()
    for scope, told in ((sees, f"{total / 100:,.2f}"), (others, MASKED), (sees, f"{total / 100:,.2f}")):
        line = queries.line_of(run, firm, scope, *asked)
        assert line is not None and line.total == told
        assert line == next(one for one in queries.lines(run, scope, *asked) if one.enterprise == firm)


def test_a_district_sees_and_proposes_for_its_own_firms_only(as_user, people, run, low):
    own = people["district"].place
    client = as_user("district")
    shown = {one.enterprise for one in client.get("/disposals/", {"run": run.id}).context["page"]}
    assert shown == set(low.filter(pl.col("district") == own)["enterprise"])
    other = low.filter(pl.col("district") != own)["enterprise"][0]
    assert client.get(f"/disposals/{run.id}/{other}/").status_code == 404
    assert client.post(f"/disposals/{run.id}/{other}/propose/", said()).status_code == 404
    assert not Disposal.objects.exists()


def test_the_whole_way_takes_two_people_and_a_paper(as_user, run, firm):
    analyst, signer, at = as_user("analyst"), as_user("signer"), f"/disposals/{run.id}/{firm}/"
    analyst.post(f"{at}propose/", said())
    case = Disposal.objects.get()
    analyst.post(f"{at}do/agree/")
    assert state_of(case).stage == "proposed", "four eyes"
    signer.post(f"{at}do/agree/", {"text": "同意"})
    assert state_of(case).stage == "running" and state_of(case).way == "merge"
    analyst.post(f"{at}do/close/")
    assert state_of(case).stage == "running", "no evidence yet"
    analyst.post(f"{at}do/paper/", {"paper": SimpleUploadedFile("x.pdf", b"MZ no pdf")})
    assert not state_of(case).papers, "told by its content"
    analyst.post(f"{at}do/paper/", paper())
    analyst.post(f"{at}do/paper/", paper())
    (sha,) = state_of(case).papers
    analyst.post(f"{at}do/close/")
    signer.post(f"{at}do/agree/")
    assert state_of(case).stage == "closed"
    kinds = list(case.events.values_list("kind", flat=True))
    assert kinds == ["proposed", "confirmed", "paper", "close_asked", "closed"]
    assert AuditEntry.objects.filter(action="disposal.closed", about=firm).exists()
    handed = signer.get(f"/disposals/papers/{case.pk}/{sha}/")
    assert handed.content == PDF and "attachment" in handed["Content-Disposition"]


def test_a_late_case_is_red_and_comes_first_and_stands_in_the_workbook(as_user, run, low):
    client, firm = as_user("analyst"), low["enterprise"][-1]
    proposed_late(run, firm, 1)
    first = client.get("/disposals/", {"run": run.id}).context["page"][0]
    assert (first.enterprise, first.light, first.left) == (firm, "red", -1)
    content = client.get("/disposals/export.xlsx", {"run": run.id, "late": "1"}).content
    rows = list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert any("试算" in str(row[0]) for row in rows) and [row[6] for row in rows if row[0] == firm] == ["兼并重组"]


def test_a_case_of_the_year_before_stays_in_sight_until_it_is_closed(as_user, run):
    """A firm that rose has left the list; its case runs on, late as it is, and goes into the workbook too."""
    early = min((one for one in runs() if one.method_id == run.method_id), key=lambda one: one.period)
    lists = [
        set(one.trace.filter(pl.col("grade").cast(pl.String) == "D")["enterprise"].to_list()) for one in (early, run)
    ]
    client, firm = as_user("analyst"), min(lists[0] - lists[1])
    proposed_late(early, firm, 3)
    page = client.get("/disposals/", {"run": run.id}).context
    first = page["page"][0]
    assert (first.enterprise, first.light, first.listed, first.run) == (firm, "red", False, early.id)
    assert (page["carried"], page["late"], page["count"]) == (1, 1, len(lists[1]))
    assert (page["became"].count, page["became"].still) == (len(lists[0]), len(lists[0] & lists[1]))
    assert client.get(f"/disposals/{first.run}/{firm}/").status_code == 200
    content = client.get("/disposals/export.xlsx", {"run": run.id, "late": "1"}).content
    rows = list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert [row[11:13] for row in rows if row[0] == firm] == [(early.period, "否")]
    assert client.get("/disposals/", {"run": early.id}).context["carried"] == 0


def test_a_day_that_is_past_is_refused_at_its_field_and_a_late_case_can_still_be_given_to_somebody_else(
    as_user, run, firm
):
    client, to = as_user("analyst"), f"/disposals/{run.id}/{firm}/propose/"
    answer = client.post(to, said(-1))
    page = answer.content.decode()
    assert answer.status_code == 422 and "完成期限已经过去" in page and not Disposal.objects.exists()
    assert 'name="due"' in page.split('aria-invalid="true"')[0].rsplit("<", 1)[1], "said at its field"
    assert client.post(to, said(0)).status_code == 302, "today is not past"
    DisposalEvent.objects.create(
        disposal=Disposal.objects.get(), at=timezone.now(), by="analyst", kind="proposed", details=said(-5)
    )
    assert client.post(to, {**said(-5), "unit": "园区管委会"}).status_code == 302
    assert state_of(Disposal.objects.get()).unit == "园区管委会"
    assert client.post(to, said(-4)).status_code == 422, "another day is a new one"


def test_papers_are_read_by_who_works_on_the_case_and_by_audit_and_every_reading_is_logged(as_user, people, run, low):
    firm, district = low.row(0)
    for name, place in (("firm", firm), ("district", district)):
        people[name].place = place
        people[name].save()
    client, at = as_user("district"), f"/disposals/{run.id}/{firm}/"
    client.post(f"{at}propose/", said())
    client.post(f"{at}do/paper/", paper())
    (sha,) = state_of(Disposal.objects.get()).papers
    to = f"/disposals/papers/{Disposal.objects.get().pk}/{sha}/"
    told = {one: as_user(one).get(to).status_code for one in ("analyst", "signer", "auditor", "district")}
    assert set(told.values()) == {200}, told
    readings = AuditEntry.objects.filter(action="disposal.paper").exclude(details__has_key="year")
    assert sorted(readings.values_list("who", flat=True)) == sorted(told)
    for one in ("leader", "tax"):
        assert as_user(one).get(to).status_code == 403, one
        page = as_user(one).get(at).content.decode()
        assert "关停证明.pdf" in page and to not in page and "由办理的分析员" in page, "the words stay"
    assert as_user("firm").get(to).status_code == 404, "before its notice a firm has no case"
    noticed(run.id)
    assert as_user("firm").get(to).content == PDF


@pytest.mark.parametrize("wrong", [{"way": "sell"}, {"due": "soon"}, {"unit": " "}])
def test_half_a_proposal_is_refused(as_user, run, firm, wrong):
    as_user("analyst").post(f"/disposals/{run.id}/{firm}/propose/", said() | wrong)
    assert not DisposalEvent.objects.exists()


def test_who_may_only_read_neither_proposes_nor_decides(as_user, run, firm):
    assert as_user("leader").post(f"/disposals/{run.id}/{firm}/propose/", said()).status_code == 403
    as_user("analyst").post(f"/disposals/{run.id}/{firm}/propose/", said())
    assert as_user("leader").post(f"/disposals/{run.id}/{firm}/do/agree/").status_code == 403


def test_another_district_does_not_get_a_paper(as_user, people, run, low):
    firm = low.filter(pl.col("district") != people["district"].place)["enterprise"][0]
    client, at = as_user("analyst"), f"/disposals/{run.id}/{firm}/"
    client.post(f"{at}propose/", said())
    client.post(f"{at}do/paper/", paper())
    (sha,) = state_of(Disposal.objects.get()).papers
    assert as_user("district").get(f"/disposals/papers/{Disposal.objects.get().pk}/{sha}/").status_code == 404


def test_events_are_never_changed_or_removed(as_user, run, firm):
    as_user("analyst").post(f"/disposals/{run.id}/{firm}/propose/", said())
    for statement in ("UPDATE disposals_disposalevent SET kind = 'closed'", "DELETE FROM disposals_disposalevent"):
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
