"""Two accounts of one person are one pair of eyes."""

from __future__ import annotations

import pytest
from tests.web.campaign_events import campaign, event

from jiqun.web.campaigns import actions, appealing
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.state import state_of
from jiqun.web.disposals import actions as disposing
from jiqun.web.disposals.models import Disposal, DisposalEvent
from jiqun.web.drafts.actions import lacking
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.state import State as DraftState
from jiqun.web.people.actions import change
from jiqun.web.people.eyes import own_accounts, person_said, same_eyes, unnumbered_namesakes, why_same
from jiqun.web.people.models import User
from jiqun.web.region import ledger
from jiqun.web.shell.refused import RefusedError as DisposalRefused


@pytest.fixture
def one_person(people) -> dict[str, User]:
    """The analyst's other account is the signer's; the auditor is somebody else with a number."""
    for name, number in (("analyst", "jw-017"), ("signer", "ＪＷ-017 "), ("auditor", "JW-018")):
        change(people[name], "admin", person=number)
    return people


def test_a_number_is_compared_without_blanks_widths_and_capitals():
    assert person_said(" ｊｗ -０１７\u3000") == "JW-017"


def test_equal_numbers_are_the_same_eyes_and_no_number_is_only_its_own_account(one_person):
    analyst, tax, leader = one_person["analyst"], one_person["tax"], one_person["leader"]
    assert own_accounts(analyst) == {"analyst", "signer"} and same_eyes(analyst, "x", "signer")
    assert not same_eyes(analyst, "auditor", "tax") and not same_eyes(tax, "leader"), "no number is no equal number"
    assert same_eyes(leader, "leader") and why_same(leader, "leader") == ("", "")
    zh, en = why_same(analyst, "signer")
    assert "“signer”" in zh and "JW-017" in zh and "same person" in en


def test_an_adjustment_is_not_decided_by_the_proposer_s_other_account(one_person):
    of = campaign("adjust")
    said = {"enterprise": ledger().table("enterprise")["enterprise"][0], "kind": "raise", "grade": "", "steps": 1}
    number = event(of, "adjustment.proposed", by="analyst", reason="获奖", document="1 号", **said)
    with pytest.raises(RefusedError, match="提出人不能确认.*“analyst”.*同一个人.*JW-017"):
        actions.decide_adjustment(of, one_person["signer"], {"about": str(number), "decision": "confirmed"})
    change(one_person["signer"], "admin", person="JW-019")
    actions.decide_adjustment(of, one_person["signer"], {"about": str(number), "decision": "refused", "reason": "不符"})
    assert state_of(of).adjustments[number].decision == "refused"


def test_a_result_is_not_signed_by_the_other_account_of_who_decided_an_appeal(one_person):
    of = campaign("sign")
    firm = ledger().table("enterprise")["enterprise"][0]
    number = event(
        of, "appeal.registered", by="district", enterprise=firm, request="x", evidence="y", field="", value=""
    )
    event(of, "appeal.decided", by="analyst", about=number, decision="refused", reason="数已核实")
    with pytest.raises(RefusedError, match="不能签发.*“analyst”.*同一个人"):
        actions.ask_sign(of, one_person["signer"], {"document": "1 号", "organ": "市经信委"})


def test_an_appeal_and_a_stop_of_its_clock_are_decided_by_another_person(one_person):
    of = campaign("appeal")
    second = User.objects.create(username="analyst2", role="analyst", person="JW-017")
    firm = ledger().table("enterprise")["enterprise"][0]
    number = event(
        of, "appeal.registered", by="analyst", enterprise=firm, request="x", evidence="y", field="", value=""
    )
    about = {"about": str(number), "reason": "数已核实", "decision": "refused"}
    with pytest.raises(RefusedError, match="登记人不能决定.*“analyst”.*同一个人"):
        appealing.decide_appeal(of, second, about)
    event(of, "appeal.pause_asked", by="analyst", about=number, reason="补材料")
    with pytest.raises(RefusedError, match="申请停钟的人.*“analyst”.*同一个人"):
        appealing.decide_pause(of, second, about)
    change(second, "admin", person="")
    appealing.decide_appeal(of, second, about)


def test_a_way_of_disposal_is_confirmed_by_another_person(one_person, as_user):
    case = Disposal.objects.create(enterprise="91500112MA5W000014", year=2024, run="")
    DisposalEvent.objects.create(
        disposal=case, at="2026-01-01T00:00Z", by="analyst", kind="proposed",
        details={"way": "merge", "unit": "x", "due": "2030-01-01"},
    )  # fmt: skip
    with pytest.raises(DisposalRefused, match="提出人不能自己确认.*同一个人"):
        disposing.decide(case, one_person["signer"], True, "")


def test_a_draft_is_not_published_by_its_author_s_other_account(one_person):
    state = DraftState(RuleDraft(about="x", base="", edition="2027"), authors={"analyst"})
    words = [zh for zh, _ in lacking(state, one_person["signer"])]
    assert any("起草人不能自己发布" in one and "JW-017" in one for one in words)
    change(one_person["signer"], "admin", person="")
    assert not any("起草人不能自己发布" in zh for zh, _ in lacking(state, one_person["signer"]))


def test_accounts_of_one_name_without_a_number_are_named_to_the_administrator(as_user, people):
    admin = as_user("admin")
    assert "同名" not in admin.get("/people/").content.decode()
    change(people["signer"], "admin", full_name=people["analyst"].full_name, person="JW-1")
    assert unnumbered_namesakes(User.objects.all()) == [("周敏", ["analyst", "signer"])]
    page = admin.get("/people/").content.decode()
    assert "同名" in page and "analyst、signer" in page
    change(people["analyst"], "admin", person="JW-2")
    assert "同名" not in admin.get("/people/").content.decode(), "two people of one name"
    change(people["analyst"], "admin", person="")
    change(people["analyst"], "admin", is_active=False)
    assert not unnumbered_namesakes(User.objects.all()), "one of them is out of use"
