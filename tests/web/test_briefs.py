"""Reports under their readers' rights: made, handed out, masked, logged; and by the calendar, once each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import docx
import pytest
from django.test import Client
from django.urls import reverse
from tests.web.campaign_events import noticed

from jiqun.methods.explanation.restricted import MASKED
from jiqun.web import region
from jiqun.web.briefs import actions, queries
from jiqun.web.briefs.models import MadeReport, Schedule
from jiqun.web.briefs.queries import Asked
from jiqun.web.briefs.schedule import ask_due, next_after
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import ask, claim, do
from jiqun.web.people.models import AuditEntry, User

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the finished files of a test to itself."""
    monkeypatch.setattr(queries, "folder", lambda: tmp_path)


def worked() -> Job:
    """Do the waiting job as a worker does."""
    job = claim("test")
    assert job is not None
    do(job, alone=True)
    return Job.objects.get(pk=job.pk)


def made(client: Client, **said: str) -> MadeReport:
    answer = client.post(reverse("briefs:make"), {"ending": "docx", **said})
    assert answer.status_code == 302
    job = worked()
    assert job.state == "done", job.problems
    return MadeReport.objects.get(pk=job.outcome["report"])


def text_of(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    cells = (cell.text or "" for table in document.tables for cell in table._element.iter() if cell.tag.endswith("}t"))
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def other_district(people: dict[str, User]) -> str:
    own = people["district"].place
    codes = region.ledger().table("enterprise")["district"].drop_nulls().unique().sort().to_list()
    return str(next(one for one in codes if one != own))


def test_a_district_makes_its_own_brief_with_masks_and_without_other_firms(
    as_user: As, people: dict[str, User]
) -> None:
    client, own = as_user("district"), people["district"].place
    report = made(client, kind="district", district=own)
    assert Job.objects.latest("pk").title == f"区县简报 {place_names()[own]}", "no code stands in the list of jobs"
    answer = client.get(reverse("briefs:file", args=[report.pk]))
    text = text_of(answer.content)
    firms = region.ledger().table("enterprise")
    others = set(firms.filter(firms["district"] != own)["enterprise"].to_list())
    assert not {one for one in others if one in text}
    assert "试算" in text
    assert not report.restricted
    assert AuditEntry.objects.filter(action="briefs.download", who="district").exists()


def test_nobody_makes_or_takes_the_brief_of_another_district(as_user: As, people: dict[str, User]) -> None:
    other = other_district(people)
    refused = as_user("district").post(reverse("briefs:make"), {"kind": "district", "district": other})
    assert "REPORT-001" in refused.content.decode()
    assert not Job.objects.filter(kind="report").exists()
    report = made(as_user("leader"), kind="district", district=other)
    for address in ("briefs:one", "briefs:file"):
        assert as_user("district").get(reverse(address, args=[report.pk])).status_code == 404
    assert report.title not in as_user("district").get(reverse("briefs:listing")).content.decode()


def test_a_letter_goes_to_its_firm_and_its_district_gets_one_without_restricted_figures(
    as_user: As, people: dict[str, User]
) -> None:
    firm, owner = people["firm"].place, people["analyst"]
    full = made(as_user("analyst"), kind="letter", firm=firm)
    assert full.restricted
    to = reverse("briefs:file", args=[full.pk])
    assert as_user("firm").get(to).status_code == 404, "a trial is not told to the firm, whoever made the letter"
    noticed(full.run)
    assert as_user("firm").get(to).status_code == 200
    assert as_user("leader").get(reverse("briefs:file", args=[full.pk])).status_code == 404
    masked = made(as_user("leader"), kind="letter", firm=firm)
    assert not masked.restricted
    assert MASKED in text_of(as_user("leader").get(reverse("briefs:file", args=[masked.pk])).content)
    assert AuditEntry.objects.get(action="briefs.make", who=owner.username).details["restricted"]


def test_a_firm_cannot_ask_for_another_firms_letter_nor_for_other_reports(as_user: As, people: dict[str, User]) -> None:
    other = next(one for one in region.ledger().table("enterprise")["enterprise"] if one != people["firm"].place)
    for said in ({"kind": "letter", "firm": other}, {"kind": "bulletin"}):
        assert "REPORT-001" in as_user("firm").post(reverse("briefs:make"), said).content.decode()
    assert as_user("firm").get(reverse("briefs:schedules")).status_code == 403


def test_rights_of_today_count_for_a_file_of_yesterday(as_user: As, people: dict[str, User]) -> None:
    report = made(as_user("analyst"), kind="letter", firm=people["firm"].place)
    analyst = people["analyst"]
    analyst.role = "leader"
    analyst.save()
    assert as_user("analyst").get(reverse("briefs:file", args=[report.pk])).status_code == 404


def test_the_same_report_twice_is_one_file(as_user: As, people: dict[str, User]) -> None:
    firm = people["firm"].place
    assert made(as_user("analyst"), kind="letter", firm=firm) == made(as_user("analyst"), kind="letter", firm=firm)


def test_the_word_file_of_a_firm_is_masked_and_within_the_scope(as_user: As, people: dict[str, User]) -> None:
    firms = region.ledger().table("enterprise").sort("enterprise")
    own = str(firms.filter(firms["district"] == people["district"].place)["enterprise"][0])
    other = str(firms.filter(firms["district"] != people["district"].place)["enterprise"][0])
    told = {name: as_user(name).get(reverse("briefs:firm", args=[own])) for name in ("analyst", "district")}
    assert MASKED in text_of(told["district"].content)
    assert MASKED not in text_of(told["analyst"].content)
    assert as_user("district").get(reverse("briefs:firm", args=[other])).status_code == 404


@pytest.mark.parametrize(
    ("every", "day", "after", "expected"),
    [
        ("weekly", 1, date(2026, 3, 1), date(2026, 3, 2)),
        ("weekly", 7, date(2026, 3, 2), date(2026, 3, 8)),
        ("monthly", 5, date(2026, 12, 5), date(2027, 1, 5)),
        ("monthly", 31, date(2026, 2, 28), date(2026, 3, 31)),
        ("monthly", 30, date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_the_calendar_knows_the_next_day(every: str, day: int, after: date, expected: date) -> None:
    assert next_after(every, day, after) == expected


@pytest.fixture
def planned(people: dict[str, User]) -> Schedule:
    """The monthly of the clusters for the leader on the first of every month."""
    leader = people["leader"]
    return actions.plan(leader, leader, Asked("clusters"), "monthly", 1, date(2026, 1, 15))


def test_days_missed_are_made_up_for_once_and_two_workers_ask_once(planned: Schedule) -> None:
    assert planned.next_due == date(2026, 2, 1)
    assert ask_due(date(2026, 1, 31)) == []
    assert len(ask_due(date(2026, 4, 20))) == 1
    assert ask_due(date(2026, 4, 20)) == []
    planned.refresh_from_db()
    assert planned.next_due == date(2026, 5, 1)


def test_a_planned_report_is_made_and_listed_with_its_schedule(planned: Schedule) -> None:
    ask_due(date(2026, 2, 1))
    job = worked()
    report = MadeReport.objects.get(pk=job.outcome["report"])
    assert (report.schedule_id, report.owner.username) == (planned.pk, "leader")
    assert "2026年2月" in report.title


def test_a_closed_account_gets_no_report_and_a_paused_schedule_asks_for_none(planned: Schedule) -> None:
    reader = planned.reader
    reader.is_active = False
    reader.save()
    assert ask_due(date(2026, 2, 1)) == []
    assert AuditEntry.objects.filter(action="briefs.skipped").exists()
    reader.is_active = True
    reader.save()
    actions.switch(reader, planned, False, date(2026, 2, 2))
    assert ask_due(date(2026, 6, 1)) == []


def test_a_planned_report_is_refused_when_its_reader_lost_the_right(people: dict[str, User]) -> None:
    reader = people["district"]
    actions.plan(reader, reader, Asked("district", district=reader.place), "weekly", 1, date(2026, 3, 2))
    reader.place = other_district(people)
    reader.save()
    assert len(ask_due(date(2026, 3, 2))) == 1
    job = worked()
    assert (job.state, job.problems[0]["code"]) == ("failed", "REPORT-001")


def test_only_who_manages_people_plans_for_others(as_user: As, people: dict[str, User]) -> None:
    said = {"kind": "clusters", "every": "weekly", "day": "1", "reader": "leader", "ending": "docx"}
    assert as_user("analyst").post(reverse("briefs:schedules"), said).status_code == 403
    assert as_user("admin").post(reverse("briefs:schedules"), said).status_code == 302
    assert Schedule.objects.get().reader == people["leader"]
    assert "clusters" not in as_user("analyst").get(reverse("briefs:schedules")).content.decode().split("新增")[0]


def test_a_report_that_was_not_made_says_why_once(as_user: As, people: dict[str, User]) -> None:
    asked = {"report": "bulletin", "run": "0123456789abcdef"}
    job = ask("report", "评价通报", people["analyst"], **asked)
    worked()
    page = as_user("analyst").get(reverse("jobs:one", args=[job.pk])).content.decode()
    assert "没有做成" in page and page.count("REPORT-001") == 1
    people["analyst"].language = "en"
    people["analyst"].save()
    page = as_user("analyst").get(reverse("jobs:one", args=[job.pk])).content.decode()
    assert "<title>评价通报 · Jiqun</title>" in page, "no mark of a language stands in a title as text"


def test_english_pages_say_beside_every_button_that_papers_are_in_chinese(as_user: As, people: dict[str, User]) -> None:
    user = people["analyst"]
    user.language = "en"
    user.save()
    client = as_user("analyst")
    page = client.get(reverse("briefs:listing")).content.decode()
    assert page.count("in Chinese</small>") == page.count('value="docx"') > 3
    firm = region.ledger().table("enterprise")["enterprise"][0]
    assert "Word file, in Chinese" in client.get(reverse("enterprises:firm", args=[firm])).content.decode()


def test_jobs_and_the_log_name_a_report_and_whom_it_is_about_in_words(as_user: As, people: dict[str, User]) -> None:
    code = people["district"].place
    made(as_user("analyst"), kind="district", district=code)
    name = region.district_names(date.today())[code]
    assert Job.objects.latest("id").title == f"区县简报 {name}" and name != code
    made(as_user("analyst"), kind="clusters")
    log = " ".join(re.sub(r"<[^>]+>", " ", as_user("auditor").get("/people/audit/").content.decode()).split())
    assert "报告 区县简报" in log and "报告 集群月报" in log and "种类 集群月报" in log
    assert "报告 clusters" not in log and "种类 clusters" not in log
