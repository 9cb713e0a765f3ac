"""The list of adjustments: who may decide and withdraw, and what it shows of every firm."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from tests.web.campaign_events import campaign, event
from tests.web.conftest import As

from jiqun.web import region
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.state import Adjustment, state_of
from jiqun.web.people.models import AuditEntry, User


@pytest.fixture
def of() -> Campaign:
    """A campaign that is adjusting the trial of the last year."""
    late = max(
        (one for one in region.runs() if one.method_id == "per-mu.chongqing-template"), key=lambda one: one.period
    )
    made = campaign("adjust")
    event(made, "trial.done", run=late.id, snapshot=late.snapshot)
    return made


@pytest.fixture
def ranked_b(of: Campaign, people: dict[str, User]) -> str:
    """A firm of the district that the rule ranked into B."""
    trace = region.run_of(state_of(of).run).trace.filter(pl.col("grade__ranked").cast(pl.String) == "B")
    firms = region.ledger().table("enterprise").filter(pl.col("district") == people["district"].place)
    return str(trace.filter(pl.col("enterprise").is_in(firms["enterprise"].to_list()))["enterprise"][0])


def proposed(as_user: As, of: Campaign, who: str, firm: str) -> Adjustment:
    """Let somebody propose to raise a firm by one class."""
    said = {"enterprise": firm, "kind": "raise", "steps": 1, "reason": "国家科技奖", "document": "示函 40 号"}
    as_user(who).post(f"/campaigns/{of.pk}/do/propose/", said)
    return list(state_of(of).adjustments.values())[-1]


def done(as_user: As, of: Campaign, who: str, what: str, **said: Any) -> str:
    return str(as_user(who).post(f"/campaigns/{of.pk}/do/{what}/", said, follow=True).content.decode())


def test_who_proposed_an_adjustment_takes_it_back_with_a_reason_and_it_stays_in_the_list(
    as_user: As, of: Campaign, ranked_b: str
) -> None:
    one = proposed(as_user, of, "district", ranked_b)
    assert "只有提出人能撤回" in done(as_user, of, "analyst", "withdraw-adjustment", about=one.number, reason="x")
    assert "请填撤回理由" in done(as_user, of, "district", "withdraw-adjustment", about=one.number, reason=" ")
    page = done(as_user, of, "district", "withdraw-adjustment", about=one.number, reason="获奖单位写错")
    assert "调整已撤回" in page and "获奖单位写错" in page and "已撤回" in page
    assert "已经处理过" in done(as_user, of, "analyst", "decide-adjustment", about=one.number, decision="confirmed")
    state = state_of(of)
    assert not state.open_adjustments and state.adjustments[one.number].decided_by == "district"
    assert AuditEntry.objects.get(action="campaign.adjustment.withdrawn").details == {"reason": "获奖单位写错"}
    again = proposed(as_user, of, "district", ranked_b)
    assert again.number != one.number and not again.decision, "a firm may be proposed again after that"


def test_the_list_shows_the_grade_of_the_rule_what_is_asked_and_what_came_of_it(
    as_user: As, of: Campaign, ranked_b: str
) -> None:
    one = proposed(as_user, of, "district", ranked_b)
    (line,) = as_user("analyst").get(f"/campaigns/{of.pk}/").context["adjustments"]
    assert (line.ranked, line.asked, line.has_result) == ("B", "A", False)
    event(of, "adjustment.decided", by="signer", about=one.number, decision="confirmed", reason="", right="approve")
    event(of, "adjustment.booked", about=one.number, **{"import": 99})
    (line,) = as_user("analyst").get(f"/campaigns/{of.pk}/").context["adjustments"]
    assert not line.has_result, "no run has it in it yet"
    event(of, "trial.done", run=state_of(of).run, snapshot="x")
    (line,) = as_user("analyst").get(f"/campaigns/{of.pk}/").context["adjustments"]
    assert line.has_result and line.result == "B"
    answer = as_user("district").get(f"/campaigns/{of.pk}/adjustments.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    told = next(row for row in rows if row[0] == ranked_b)
    assert told[3:9] == ["B", "提档 1 档", "A", "B", "国家科技奖", "示函 40 号"] and told[12] == "郑岚"
    assert rows[2][0] == "试算　不具行政效力", "as every other paper and workbook says it"
    assert as_user("firm").get(f"/campaigns/{of.pk}/adjustments.xlsx").status_code == 403


def test_the_signer_decides_too_and_may_still_sign_unless_it_is_the_own_proposal(
    as_user: As, people: dict[str, User], of: Campaign, ranked_b: str
) -> None:
    one = proposed(as_user, of, "analyst", ranked_b)
    assert any(task.what.startswith("确认") for task in as_user("signer").get("/todo/").context["tasks"])
    done(as_user, of, "signer", "decide-adjustment", about=one.number, decision="refused", reason="文件不符")
    assert "签发的权限" in as_user("auditor").get("/people/audit/").content.decode()
    state = state_of(of)
    assert state.adjustments[one.number].decision == "refused" and state.actors == {"analyst"}
    two = proposed(as_user, of, "analyst", ranked_b)
    people["signer"].person = people["analyst"].person = "JW-017"
    people["signer"].save()
    people["analyst"].role = "signer"
    people["analyst"].save()
    for username, same in (("analyst", False), ("signer", True)):
        page = as_user(username).get(f"/campaigns/{of.pk}/").content.decode()
        assert "提出人不能确认自己提的调整，请另一人确认。" in page and ("登记的是同一个人" in page) is same
    assert "提出人不能确认" in done(as_user, of, "analyst", "decide-adjustment", about=two.number, decision="confirmed")


def test_where_nobody_but_the_proposer_may_decide_the_page_says_so_and_who_can_change_it(
    as_user: As, people: dict[str, User], of: Campaign, ranked_b: str
) -> None:
    proposed(as_user, of, "analyst", ranked_b)
    assert not as_user("analyst").get(f"/campaigns/{of.pk}/").context["nobody_decides"]
    people["signer"].is_active = False
    people["signer"].save()
    page = as_user("analyst").get(f"/campaigns/{of.pk}/")
    assert "除提出人外，现在没有人能确认：请管理员（管理员）" in page.context["nobody_decides"]
    assert page.context["nobody_decides"] in page.content.decode()


def test_a_rule_that_applies_no_list_says_so_instead_of_an_empty_choice(as_user: As, of: Campaign) -> None:
    offered = as_user("analyst").get(f"/campaigns/{of.pk}/").content.decode()
    assert "do/propose/" in offered and "没有写定档、提档、降档" not in offered
    Campaign.objects.filter(pk=of.pk).update(method="per-mu.huaian")
    page = as_user("analyst").get(f"/campaigns/{of.pk}/").content.decode()
    assert "没有写定档、提档、降档" in page and "do/propose/" not in page
    told = as_user("leader").get(f"/campaigns/{of.pk}/").content.decode()
    assert "没有写定档、提档、降档" not in told  # who may propose nothing is not told of it
