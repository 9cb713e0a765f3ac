"""A campaign from the plan to the signature, by different people; what is refused and why."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from tests.demo_region import Demo

from jiqun.web import region
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.state import Appeal, state_of
from jiqun.web.campaigns.workdays import after, between, is_working, unknown_years
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do, do_all
from jiqun.web.people.models import User

pytestmark = pytest.mark.xdist_group("demo")
As = Callable[[str], Client]
YEAR = 2024
PACK = 'id: own\ntitle: 本区\ntitle_en: Own\njurisdiction: "500199"\nversion: "1"\nextends: national\n'
DOCUMENT = """kind: document
id: own-2023
title: 本区评价办法
title_en: Own rule
number: 本区发〔2023〕1号
issuer: 本区
source: {evidence: R}
clauses:
  一: {text: 全部条款}
"""
METHOD = """kind: method
id: own.rule
title: 本区亩均税收评价
title_en: Tax per person
edition: "2023"
status: in_force
completeness: complete
in_force: {from: 2023-01-01}
document: own-2023
clause: 一
populations: {firms: {title: 工业企业, where: tax is not missing and staff > 0}}
measures: {tax_per_staff: {title: 人均税收, formula: tax / staff, unit: 万元/人, digits: 4}}
scores: {all: {tax_per_staff: {rank: {}, digits: 2, weight: 100}}}
totals: {all: {digits: 2}}
grades:
  all:
    classes: [A, B, C, D]
    quota:
      shares: {A: "0.20", B: "0.50", C: "0.25", D: "0.05"}
      pools: [population]
      ties: {then: better}
moves:
  listed_raise: {title: 提档, title_en: Raised, move: raise, listed: raise, clause: 一}
"""


@pytest.fixture(autouse=True)
def own_workspace(_on_demo: None, demo: Demo, tmp_path: Path) -> None:
    """Work on a copy of the demo region that has a rule in force, read in full."""
    folder = tmp_path / "workspace"
    shutil.copytree(demo.folder, folder)
    pack = folder / "packs" / "own"
    pack.mkdir(parents=True)
    for name, text in (("pack", PACK), ("document", DOCUMENT), ("method", METHOD)):
        (pack / f"{name}.yaml").write_text(text, "utf-8")
    toml = folder / "jiqun.toml"
    toml.write_text(re.sub(r"(?m)^packs = .*$", 'packs = ["demo", "own"]', toml.read_text("utf-8")), "utf-8")
    settings.WORKSPACE = folder


class Desk:
    """Steps of a campaign, taken by somebody."""

    def __init__(self, as_user: As, method: str) -> None:
        self.as_user = as_user
        self.year = int(region.ledger().table("enterprise_year")["year"].max())  # type: ignore[arg-type]
        said = {"method": method, "year": self.year, "start": timezone.localdate().isoformat(), "days_notice": 1}
        as_user("analyst").post("/campaigns/create/", said)
        self.campaign = Campaign.objects.get(method=method)

    def do(self, who: str, what: str, **said: Any) -> str:
        """Take a step and return what the next page says."""
        answer = self.as_user(who).post(f"/campaigns/{self.campaign.pk}/do/{what}/", said, follow=True)
        do_all()
        assert not Job.objects.filter(state="failed").exists(), [one.problems for one in Job.objects.all()]
        return str(answer.content.decode())

    def go(self, *stages: str) -> None:
        for stage in stages:
            self.do("analyst", "advance", stage=stage)
        assert self.state.stage == stages[-1]

    @property
    def state(self) -> Any:
        return state_of(self.campaign)

    def page(self, who: str, path: str = "") -> str:
        answer = self.as_user(who).get(f"/campaigns/{self.campaign.pk}/{path}")
        assert answer.status_code == 200
        return str(answer.content.decode())


@pytest.fixture
def notice_is_over(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the days of the public notice pass."""
    now = timezone.now()

    def later() -> None:
        from datetime import timedelta

        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=120))

    return later


def test_a_whole_campaign_by_different_people_ends_in_an_official_run(
    as_user: As, people: dict[str, User], notice_is_over: Callable[[], None]
) -> None:
    desk = Desk(as_user, "own.rule")
    desk.go("check")
    assert "自核" in desk.do("firm", "check", enterprise=people["firm"].place, answer="right")
    assert desk.state.checked == {people["firm"].place: "right"}
    desk.go("trial")
    assert "还没有试算" in desk.do("analyst", "advance", stage="adjust")
    desk.do("analyst", "trial")
    first = region.run_of(desk.state.run)
    desk.go("adjust")

    # four eyes: one proposes, another confirms, and the ledger has it with its origin
    ranked = first.trace.filter(pl.col("grade") == "B")
    enterprise = region.ledger().table("enterprise")
    at_home = enterprise.filter(pl.col("district") == people["district"].place)["enterprise"].to_list()
    raised = ranked.filter(pl.col("enterprise").is_in(at_home))["enterprise"][0]
    said = {"enterprise": raised, "kind": "raise", "steps": 1, "reason": "国家科技奖", "document": "示函〔2026〕40号"}
    desk.do("district", "propose", **said)
    number = next(iter(desk.state.adjustments))
    assert "已有同类调整" in desk.do("analyst", "propose", **said)
    assert (
        as_user("district")
        .post(f"/campaigns/{desk.campaign.pk}/do/decide-adjustment/", {"about": number, "decision": "confirmed"})
        .status_code
        == 403
    )
    desk.do("analyst", "decide-adjustment", about=number, decision="confirmed")
    booked = region.ledger().table("adjustment").filter(pl.col("enterprise") == raised)
    assert booked.select("kind", "steps", "reason", "document").rows() == [
        ("raise", 1, "国家科技奖", "示函〔2026〕40号")
    ]
    assert "已经处理过" in desk.do("analyst", "decide-adjustment", about=number, decision="refused", reason="x")
    assert "请再试算一次" in desk.do("analyst", "advance", stage="notice")
    desk.do("analyst", "trial")
    second = region.run_of(desk.state.run)
    assert second.trace.filter(pl.col("enterprise") == raised)["grade"].to_list() == ["A"]

    # the notice shows names and grades to everybody; then a firm's appeal is tried, granted and booked
    desk.go("notice")
    desk.do("analyst", "notice")
    assert enterprise["name"][0] in desk.page("firm", "notice/")
    desk.go("appeal")
    last_b = second.trace.filter(pl.col("grade__ranked") == "B").sort("rank")
    appellant = last_b.filter(pl.col("enterprise") != raised)["enterprise"][-1]
    said = {"enterprise": appellant, "request": "税收漏报", "evidence": "完税证明", "field": "tax", "value": "999999"}
    desk.do("analyst", "appeal", **said)
    about = next(iter(desk.state.appeals))
    tried = desk.state.appeals[about].recheck
    moved = {one["enterprise"]: (one["before"]["grade"], one["after"]["grade"]) for one in tried["rows"]}
    last_a = second.trace.filter(pl.col("grade__ranked") == "A").sort("rank")["enterprise"][-1]
    assert moved[appellant] == ("B", "A")
    assert moved == {appellant: ("B", "A"), last_a: ("A", "B")}
    assert "不能决定自己登记的申诉" in desk.do(
        "analyst", "decide-appeal", about=about, decision="granted", reason="属实"
    )
    people["tax"].role = "analyst"
    people["tax"].save()
    desk.do("tax", "pause", about=about, reason="补完税证明")
    assert "停钟" in desk.page("analyst", f"appeals/{about}/")
    assert "999999" not in desk.page("leader", f"appeals/{about}/")  # a restricted figure is not for this role
    desk.do("tax", "resume", about=about)
    desk.do("tax", "decide-appeal", about=about, decision="granted", reason="属实")
    fixed = region.ledger().table("enterprise_year")
    own = fixed.filter((pl.col("enterprise") == appellant) & (pl.col("year") == desk.year))
    assert own["tax"].to_list() == [999999.0]
    assert own["staff"].null_count() == 0  # the rest of the row stays
    desk.do("analyst", "trial")
    third = region.run_of(desk.state.run)
    assert third.trace.filter(pl.col("enterprise") == appellant)["grade"].to_list() == ["A"]

    assert "公示以后有 2 家换档" in desk.page("analyst")

    # the signature waits for the end of the notice, and is somebody else's
    assert "才满期" in desk.do("analyst", "advance", stage="sign")
    notice_is_over()
    desk.go("sign")
    assert as_user("analyst").post(f"/campaigns/{desk.campaign.pk}/do/sign/", {"document": "x"}).status_code == 403
    desk.do("signer", "sign", document="示亩均办〔2026〕1号")
    official = region.run_of(desk.state.signed)
    assert official.official
    assert official.sign_off is not None
    assert (official.sign_off.by, official.sign_off.document) == ("郑岚", "示亩均办〔2026〕1号")
    assert official.trace.equals(third.trace)
    assert "已经签发，不能再改" in desk.do("analyst", "advance", stage="adjust", reason="x")
    assert "已审定签发" in desk.page("leader")

    # doing every job again changes nothing
    before = Event.objects.count()
    for job in Job.objects.all():
        do(job)
    assert Event.objects.count() == before
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_event")


def test_an_illustrative_rule_is_never_signed_and_the_page_says_why(
    as_user: As, notice_is_over: Callable[[], None]
) -> None:
    desk = Desk(as_user, "per-mu.chongqing-template")
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    desk.go("adjust", "notice")
    desk.do("analyst", "notice")
    notice_is_over()
    desk.go("appeal", "sign")
    told = desk.do("signer", "sign", document="示亩均办〔2026〕1号")
    assert "RUN-001" in told
    assert "示意" in told
    assert "试行" in told
    assert not desk.state.signed


def test_a_district_sees_and_touches_only_its_own_firms(as_user: As, people: dict[str, User]) -> None:
    desk = Desk(as_user, "own.rule")
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    firms = region.ledger().table("enterprise")
    other = firms.filter(pl.col("district") != people["district"].place)["enterprise"][0]
    said = {"enterprise": other, "kind": "raise", "steps": 1, "reason": "r", "document": "d"}
    desk.do("district", "propose", **said)
    assert not desk.state.adjustments
    desk.do("analyst", "propose", **said)
    name = firms.filter(pl.col("enterprise") == other)["name"][0]
    assert name not in desk.page("district")
    assert name in desk.page("analyst")
    assert as_user("leader").post(f"/campaigns/{desk.campaign.pk}/do/propose/", said).status_code == 403


@pytest.mark.parametrize("said", [{"start": "soon"}, {"days_check": "0"}, {"district": "999999"}, {"year": "MMXXIV"}])
def test_a_campaign_with_a_wrong_plan_is_not_opened(as_user: As, said: dict[str, str]) -> None:
    whole = {"method": "own.rule", "year": "2024", "start": "2026-04-01", **said}
    assert as_user("analyst").post("/campaigns/create/", whole, follow=True).status_code == 200
    assert not Campaign.objects.exists()


def test_working_days_are_those_of_the_state_councils_notices() -> None:
    assert [is_working(date(2025, 1, day)) for day in (25, 26, 27, 28)] == [False, True, True, False]
    assert after(date(2026, 9, 24), 1) == date(2026, 9, 28)
    assert between(date(2026, 9, 30), date(2026, 10, 12)) == 4
    assert between(date(2026, 10, 12), date(2026, 9, 30)) == -4
    # the number of working days of whole years, as the notices leave them
    assert [between(date(year - 1, 12, 31), date(year, 12, 31)) for year in (2023, 2024, 2025, 2026)] == [
        249,
        251,
        248,
        248,
    ]
    assert unknown_years(date(2026, 12, 1), date(2027, 1, 5)) == [2027]


def test_the_clock_of_an_appeal_stands_while_it_is_paused() -> None:
    received = timezone.make_aware(datetime(2026, 5, 18, 9))
    one = Appeal(1, "x", received, {}, days=2)
    assert [one.left(date(2026, 5, day)) for day in (18, 19, 20, 21)] == [2, 1, 0, -1]
    one.pauses.append([date(2026, 5, 19), None, "补正"])
    assert (one.left(date(2026, 5, 25)), one.due(date(2026, 5, 25))) == (1, None)
    one.pauses[0][1] = date(2026, 5, 25)
    assert (one.left(date(2026, 5, 26)), one.due(date(2026, 5, 26))) == (0, date(2026, 5, 26))
