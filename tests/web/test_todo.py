"""What waits for whom: counted beside the navigation, listed on a page, and gone once it is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.web.campaign_events import campaign, event

from jiqun.web.campaigns.models import Event
from jiqun.web.disposals.models import Disposal, DisposalEvent
from jiqun.web.ledger.actions import Owed, set_duty
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.people.models import User
from jiqun.web.region import ledger
from jiqun.web.todo import tasks
from jiqun.web.todo.others import is_owed_by
from jiqun.web.todo.task import Task

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    tasks.forget()
    yield
    tasks.forget()


def listed(as_user: As, who: str) -> list[Task]:
    return list(as_user(who).get("/todo/").context["tasks"])


def words(as_user: As, who: str) -> list[str]:
    return [one.what for one in listed(as_user, who)]


def badge(as_user: As, who: str) -> int:
    found = re.search(
        r'我的待办<span class="badge badge-red">(\d+)</span>', as_user(who).get("/people/tokens/").content.decode()
    )
    return int(found[1]) if found else 0


def test_a_proposal_waits_for_everybody_who_may_decide_but_not_for_who_made_it(
    as_user: As, people: dict[str, User]
) -> None:
    mine = ledger().table("enterprise").filter(ledger().table("enterprise")["district"] == people["district"].place)
    of = campaign("adjust")
    before = badge(as_user, "analyst")
    said = {
        "enterprise": mine["enterprise"][0],
        "kind": "raise",
        "grade": "",
        "steps": 1,
        "reason": "x",
        "document": "x",
    }
    number = event(of, "adjustment.proposed", by="district", **said)
    assert badge(as_user, "analyst") == before + 1 and "确认提档" in words(as_user, "analyst")
    assert badge(as_user, "signer") == 1, "the signer may decide too"
    assert badge(as_user, "district") == badge(as_user, "leader") == 0
    event(of, "adjustment.decided", by="analyst", about=number, decision="refused", reason="x")
    assert badge(as_user, "analyst") == before and "确认提档" not in words(as_user, "analyst")
    event(of, "adjustment.proposed", by="analyst", **said)
    assert "确认提档" not in words(as_user, "analyst"), "nobody confirms what he proposed"


def test_an_appeal_asks_for_its_re_check_then_its_answer_and_for_papers_while_its_clock_stands(
    as_user: As, people: dict[str, User]
) -> None:
    of = campaign("appeal")
    event(of, "trial.done", run="r1")
    said = {
        "enterprise": people["firm"].place,
        "request": "x",
        "evidence": "x",
        "value": "1",
        "field": "enterprise_year.tax@2024",
    }
    number = event(of, "appeal.registered", by="firm", **said)
    assert "复核申诉" in words(as_user, "analyst") and words(as_user, "firm") == []
    event(of, "appeal.rechecked", about=number, run="r1", rows=[], others=0, was=None)
    assert "答复申诉" in words(as_user, "analyst")
    event(of, "appeal.pause_asked", by="other", about=number, reason="x")
    assert "同意或不同意停钟" in words(as_user, "analyst")
    event(of, "appeal.paused", about=number, reason="x", asked_by="other")
    assert words(as_user, "firm") == ["补正申诉材料"] and "答复申诉" not in words(as_user, "analyst")
    assert listed(as_user, "firm")[0].to == reverse("campaigns:appeal", args=[of.pk, number])


def test_a_signature_waits_for_the_signer_once_nothing_stands_against_it(as_user: As) -> None:
    of = campaign("sign")
    assert words(as_user, "signer") == [], "without a trial run there is nothing to sign"
    event(of, "trial.done", run="r1")
    event(of, "notice.published", run="r1", until=timezone.localdate().isoformat())
    assert words(as_user, "signer") == ["审定签发"]
    event(
        of, "adjustment.proposed", by="signer", enterprise="x", kind="raise", grade="", steps=1, reason="", document=""
    )
    event(of, "adjustment.decided", about=Event.objects.latest("id").pk, decision="refused", reason="x")
    assert words(as_user, "signer") == [], "who proposed something does not sign"


def test_a_firm_is_told_to_check_its_figures_until_it_has_and_its_district_how_many_have_not(
    as_user: As, people: dict[str, User]
) -> None:
    of = campaign("check", people["district"].place)
    register = ledger().table("enterprise")
    firms = register.filter(register["district"] == people["district"].place).height
    assert words(as_user, "firm") == ["自核本企业数据"]
    assert any(f"{firms} 家未答复" in one.about for one in listed(as_user, "district"))
    event(of, "firm.checked", by="firm", enterprise=people["firm"].place, answer="right", words="")
    assert words(as_user, "firm") == []
    assert any(f"{firms - 1} 家未答复" in one.about for one in listed(as_user, "district"))


def test_another_districts_campaign_asks_nothing_of_a_district(as_user: As, people: dict[str, User]) -> None:
    register = ledger().table("enterprise")
    other = next(one for one in register["district"].drop_nulls().unique().sort() if one != people["district"].place)
    campaign("check", other)
    assert words(as_user, "district") == words(as_user, "firm") == words(as_user, "park") == []


def test_data_is_owed_by_the_unit_that_the_board_names_and_a_changed_duty_shows_at_once(
    as_user: As, people: dict[str, User]
) -> None:
    assert badge(as_user, "tax") == 0
    day = timezone.localdate() - timedelta(days=2)
    owed = Owed("税务局", day)
    set_duty(people["analyst"], "energy_target", 2024, [people["district"].place], owed)
    (task,) = listed(as_user, "tax")
    assert (
        task.what == "报齐数据" and task.day == day and task.light.words == "逾期 2 天" and badge(as_user, "tax") == 1
    )
    assert words(as_user, "district") == [], "the tax office owes it, not the district"
    set_duty(people["analyst"], "energy_target", 2024, [people["district"].place], Owed("统计局", day))
    assert badge(as_user, "tax") == 0


@pytest.mark.parametrize(
    ("unit", "person", "mine"),
    [("市税务局", "", True), ("税务局", "", True), ("统计局", "", False), ("统计局", "王澜", True), ("", "", False)],
)
def test_a_unit_is_known_with_and_without_its_place(unit: str, person: str, mine: bool) -> None:
    duty = Duty(table="x", district="x", year=2024, unit=unit, person=person, due=date(2026, 1, 1))
    assert is_owed_by(duty, User(unit="市税务局", full_name="王澜")) is mine


def test_ones_own_file_waits_for_a_decision_and_nobody_elses(as_user: As, people: dict[str, User]) -> None:
    said = {"token": "a" * 32, "table": "enterprise_year", "file": "税收.xlsx", "size": 1, "at": timezone.now()}
    one = Upload.objects.create(owner=people["tax"], state="checked", **said)
    assert words(as_user, "tax") == ["看过预览，决定入库"] and badge(as_user, "district") == 0
    Upload.objects.filter(pk=one.pk).update(state="refused")
    assert words(as_user, "tax") == ["改正文件重报"]
    Upload.objects.filter(pk=one.pk).update(state="dropped")
    assert badge(as_user, "tax") == 0


def test_a_disposal_waits_for_a_second_person_and_its_unit(as_user: As, people: dict[str, User]) -> None:
    register = ledger().table("enterprise")
    firm = register.filter(register["district"] == people["district"].place)["enterprise"][0]
    case = Disposal.objects.create(year=2024, enterprise=firm, run="r1")
    said = {"way": "merge", "unit": people["district"].unit, "due": timezone.localdate().isoformat()}
    DisposalEvent.objects.create(disposal=case, at=timezone.now(), by="district", kind="proposed", details=said)
    assert "确认低效企业处置方式" in words(as_user, "signer") and words(as_user, "district") == []
    DisposalEvent.objects.create(disposal=case, at=timezone.now(), by="signer", kind="confirmed")
    assert words(as_user, "district") == ["办结低效企业处置"] and words(as_user, "signer") == []


def test_nothing_to_do_is_said_and_has_no_badge(as_user: As) -> None:
    page = as_user("leader").get("/todo/").content.decode()
    assert "现在没有要您办的事。" in page and "没有待办" in page and badge(as_user, "leader") == 0


def test_a_page_asks_the_database_a_handful_of_times_for_the_badge_where_nothing_changed(
    people: dict[str, User],
) -> None:
    campaign("appeal")
    for who in ("analyst", "district", "firm", "leader"):
        first = tasks.tasks_of(people[who])
        with CaptureQueriesContext(connection) as asked:
            assert tasks.tasks_of(people[who]) is first
        assert len(asked) <= 2, who
