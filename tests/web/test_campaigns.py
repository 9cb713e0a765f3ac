"""A campaign from the plan to the signature, by different people; what is refused and why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import polars as pl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests import own_rule
from tests.demo_region import Demo

from jiqun.desk import context
from jiqun.reports.word.model import signature_of
from jiqun.web import region
from jiqun.web.campaigns.arithmetic import arithmetic, effects
from jiqun.web.campaigns.conditions import plan_of
from jiqun.web.campaigns.corrections import targets
from jiqun.web.campaigns.coverage import answers, columns_read, coverage
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.queries import Firms
from jiqun.web.campaigns.state import STAGES, state_of
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do, do_all
from jiqun.web.ledger.models import Upload
from jiqun.web.people.models import User
from jiqun.web.people.scope import Scope

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def own_workspace(_on_demo: None, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on a copy of the demo region that has a rule in force, read in full."""
    folder = tmp_path / "workspace"
    shutil.copytree(demo.folder, folder)
    own_rule.add_own_pack(folder, own_rule.METHOD + own_rule.QUOTA, "demo")
    settings.WORKSPACE = folder
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 16, 1, tzinfo=UTC))


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

    def publish(self) -> str:
        """Publish the notice in the name of an authority."""
        return self.do("analyst", "notice", organ="示例市经济和信息化委员会", contact="运行科 6312 0000")

    def to_signature(self, days_pass: Callable[[], None]) -> None:
        """Go the shortest way: no self-check, one trial, no adjustment, no appeal."""
        self.go("check", "trial")
        self.do("analyst", "trial")
        self.go("adjust", "notice")
        self.publish()
        days_pass()
        self.go("appeal", "sign")

    @property
    def state(self) -> Any:
        return state_of(self.campaign)

    def word(self, who: str, path: str) -> str:
        """The paragraphs and cells of a Word file that somebody takes."""
        answer = self.as_user(who).get(f"/campaigns/{self.campaign.pk}/{path}")
        assert answer.status_code == 200
        document = docx.Document(BytesIO(answer.content))
        return "\n".join(one.text or "" for one in document.element.iter() if str(one.tag).endswith("}t"))

    def page(self, who: str, path: str = "") -> str:
        answer = self.as_user(who).get(f"/campaigns/{self.campaign.pk}/{path}")
        assert answer.status_code == 200
        return str(answer.content.decode())


@pytest.fixture
def notice_is_over(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the days of the public notice pass."""

    def later() -> None:
        then = timezone.now() + timedelta(days=120)
        monkeypatch.setattr(timezone, "now", lambda: then)

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
    desk.publish()
    assert enterprise["name"][0] in desk.page("firm", "notice/")
    notice = desk.word("firm", "notice.docx")
    assert enterprise["name"][0] in notice and "公示期为" in notice and "试算" in notice
    assert "示例市经济和信息化委员会" in notice and "异议受理：运行科 6312 0000。" in notice
    near = desk.as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/").context["near"]
    lacking = [float(lacks) for *_, lacks in near]
    assert lacking == sorted(lacking) and min(lacking) > 0
    desk.go("appeal")
    last_b = second.trace.filter(pl.col("grade__ranked") == "B").sort("rank")
    appellant = last_b.filter(pl.col("enterprise") != raised)["enterprise"][-1]
    said = {
        "enterprise": appellant,
        "request": "税收漏报",
        "evidence": "完税证明",
        "field": f"enterprise_year.tax@{desk.year}",
        "value": "999999",
    }
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
    assert "不能自己同意" in desk.do("tax", "decide-pause", about=about, decision="agreed")
    assert not desk.state.appeals[about].is_paused
    desk.do("analyst", "decide-pause", about=about, decision="agreed")
    assert desk.state.appeals[about].is_paused
    assert "999999" not in desk.page("leader", f"appeals/{about}/")  # a restricted figure is not for this role
    desk.do("tax", "resume", about=about)
    desk.do("tax", "decide-appeal", about=about, decision="granted", reason="属实")
    fixed = region.ledger().table("enterprise_year")
    own = fixed.filter((pl.col("enterprise") == appellant) & (pl.col("year") == desk.year))
    assert own["tax"].to_list() == [999999.0]
    assert own["staff"].null_count() == 0  # the rest of the row stays
    later = desk.as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/").context["later"]
    assert [(one.number, one.undone) for one in later] == [(desk.state.appeals[about].imported, False)]
    desk.do("analyst", "trial")
    assert not desk.as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/").context["later"]
    third = region.run_of(desk.state.run)
    assert third.trace.filter(pl.col("enterprise") == appellant)["grade"].to_list() == ["A"]

    assert "公示以后有 2 家换档" in desk.page("analyst")

    # the signature waits for the end of the notice, and is somebody else's
    assert "才满期" in desk.do("analyst", "advance", stage="sign")
    notice_is_over()
    desk.go("sign")
    assert as_user("analyst").post(f"/campaigns/{desk.campaign.pk}/do/sign/", {"document": "x"}).status_code == 403
    signing = {"organ": "示范区经信委", "document": "示亩均办〔2026〕1号"}
    as_user("signer").post(f"/campaigns/{desk.campaign.pk}/do/sign/", signing)
    for who, what in (("signer", "sign"), ("analyst", "propose"), ("analyst", "appeal"), ("analyst", "advance")):
        meanwhile = {"document": "另一个文号", "organ": "x", "enterprise": raised, "kind": "raise", "stage": "adjust"}
        told = as_user(who).post(f"/campaigns/{desk.campaign.pk}/do/{what}/", meanwhile, follow=True)
        assert "正在签发" in told.content.decode(), what
    do_all()
    official = region.run_of(desk.state.signed)
    assert official.official
    assert official.sign_off is not None
    assert (official.sign_off.by, official.sign_off.document) == ("郑岚", "示亩均办〔2026〕1号")
    assert signature_of(official.sign_off) == ("示范区经信委", "2026年7月14日"), "the organ stands under papers"
    letter = docx.Document(
        BytesIO(as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/appeals/{about}/letter.docx").content)
    )
    ends = [one.text.strip() for one in letter.paragraphs]
    assert ends[ends.index("示范区经信委") + 1] == "2026年3月16日" and any(one.startswith("决定人：") for one in ends)
    assert official.trace.equals(third.trace)
    assert "已经签发，不能再改" in desk.do("analyst", "advance", stage="adjust", reason="x")
    assert "已审定签发" in desk.page("leader")

    # the numbers of what is signed are those of the result, whatever a later register says
    shown = as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/").context
    assert set(shown["firms"].names) == set(official.trace["enterprise"].to_list())

    # what is signed is corrected by another campaign about the same, once, and both pages say so
    again = {"method": desk.campaign.method, "year": desk.year, "start": timezone.localdate().isoformat()}
    second = as_user("analyst").post("/campaigns/create/", again, follow=True).context["campaign"]
    assert (second.turn, "更正" in second.title) == (2, True) and "这是更正批次" in as_user("leader").get(
        f"/campaigns/{second.pk}/"
    ).content.decode()
    assert second.title in desk.page("leader"), "the signed one leads to what corrects it"
    assert as_user("analyst").post("/campaigns/create/", again).status_code == 422, "not before that is signed too"

    # with a figure restated since, the second is signed beside the first, and stands before it
    restated = f"统一社会信用代码,税收（万元）\n{raised},888888\n".encode()
    said = {"table": "enterprise_year", "period": str(desk.year), "file": SimpleUploadedFile("更正.csv", restated)}
    as_user("analyst").post("/ledger/imports/new/", said)
    do_all()
    as_user("analyst").post(f"/ledger/imports/uploads/{Upload.objects.get().token}/commit/")
    desk.campaign = second
    desk.to_signature(notice_is_over)
    desk.do("signer", "sign", organ="示范区经信委", document="示亩均办〔2026〕2号")
    both = [one for one in region.runs() if one.official and one.method_id == official.method_id]
    assert [one.id for one in both] == [desk.state.signed, official.id] and not both[0].trace.equals(official.trace)
    tax = both[0].gathered.filter(pl.col("enterprise") == raised)["tax"].to_list()
    assert tax == [888888.0] and region.run_of(official.id).trace.equals(third.trace), "the first stays as it was"

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
    desk.to_signature(notice_is_over)
    told = desk.do("signer", "sign", organ="示范区经信委", document="示亩均办〔2026〕1号")
    assert "不能出正式结果" in told
    assert "示意" in told
    assert "试行" in told
    assert not desk.state.signed


def test_a_rule_read_in_part_is_signed_only_by_who_accepts_its_doubts(
    as_user: As, notice_is_over: Callable[[], None]
) -> None:
    rule = settings.WORKSPACE / "packs" / "own" / "method.yaml"
    partly = "completeness: partial\ndoubts:\n  - 附件二没有读到\n"
    rule.write_text(rule.read_text("utf-8").replace("completeness: complete\n", partly), "utf-8")
    region._region.forget()
    context._loaded.cache_clear()
    desk = Desk(as_user, "own.rule")
    desk.to_signature(notice_is_over)
    assert "附件二没有读到" in desk.page("signer")
    assert "1 处疑义" in desk.do("signer", "sign", organ="示范区经信委", document="示亩均办〔2026〕1号")
    assert not desk.state.signed and desk.state.sign_asked is None
    desk.do("signer", "sign", organ="示范区经信委", document="示亩均办〔2026〕1号", accepts_doubts="1")
    signed = region.run_of(desk.state.signed)
    assert signed.sign_off is not None and signed.sign_off.accepts_doubts
    assert "疑义" in signed.sign_off.words()
    assert desk.state.events[-1].details["accepts_doubts"] is True


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


NOT_PLANNED = [{"start": "soon"}, {"start": "0001-01-01"}, {"last_publish": "9999-12-31"}, {"days_check": "0"}]


@pytest.mark.parametrize("said", [*NOT_PLANNED, {"district": "999999"}, {"year": "MMXXIV"}])
def test_a_campaign_with_a_wrong_plan_is_not_opened(as_user: As, said: dict[str, str]) -> None:
    whole = {"method": "own.rule", "year": "2024", "start": "2026-04-01", **said}
    answer = as_user("analyst").post("/campaigns/create/", whole)
    assert answer.status_code == 422
    assert f'value="{whole["start"]}"' in answer.content.decode()  # what was written is not lost
    assert not Campaign.objects.exists()


PDF = b"%PDF-1.4\n%%EOF\n"


def test_the_page_says_what_data_is_there_who_answered_and_how_places_were_counted(
    as_user: As, people: dict[str, User]
) -> None:
    desk = Desk(as_user, "own.rule")
    desk.go("check")
    firm = people["firm"].place
    desk.do("firm", "check", enterprise=firm, answer="wrong", words="税收少了")
    firms = Firms({one: one for one in region.ledger().table("enterprise")["enterprise"]})
    said = answers(desk.state, firms)
    assert (said.right, said.wrong, said.silent) == (0, 1, len(firms.names) - 1)
    people["park"].place = "别的园区"
    people["park"].save()
    assert "税收少了" in desk.page("analyst") and "税收少了" not in desk.page("park")
    needed = {one.column: one for one in coverage(desk.campaign, firms)}
    year = region.ledger().table("enterprise_year").filter(pl.col("year") == desk.year)
    assert set(needed) == {"实缴税金", "平均职工人数"}
    tax = needed["实缴税金"]
    assert (tax.have, tax.of) == (year["tax"].drop_nulls().len(), len(firms.names))
    assert sum(count for _, count in tax.owing) == tax.lacking
    desk.go("trial")
    desk.do("analyst", "trial")
    run = region.run_of(desk.state.run)
    (quota,) = arithmetic(run.id, "zh")
    (pool,) = quota.pools
    limits = ("同一区县评为 A 的至多 500 户，超出的依次递补给后面的；没有填区县的各算一户",)
    assert (quota.limits, quota.passed_over) == (limits, 0) and limits[0] in desk.page("analyst")
    counted = dict(run.trace["grade__ranked"].cast(pl.String).value_counts().iter_rows())
    ranked = run.trace["rank"].drop_nulls().len()
    assert (pool.number, {name: got for name, _, got, _ in pool.classes}) == (
        ranked, {name: counted[name] for name in "ABCD"},
    )  # fmt: skip
    ends = [(2 * ranked * share + 100) // 200 for share in (0, 20, 70, 95, 100)]
    assert [size for _, size, _, _ in pool.classes] == [b - a for a, b in pairwise(ends)]
    owed = {one.column: one for one in coverage(desk.campaign, firms, run)}["实缴税金"]
    freed = run.trace.filter(pl.col("status").cast(pl.String).is_in(["outside", "exempt"]))["enterprise"]
    assert owed.of == len(set(firms.names) - set(freed)) < len(firms.names), "who is not evaluated owes nothing"
    worst = run.trace.filter(pl.col("grade") == "D")["enterprise"].to_list()
    surcharge = sum(round(tax * 10) for tax in year.filter(pl.col("enterprise").is_in(worst))["tax"]) / 100
    (effect,) = effects(run, firms, Scope(sees_restricted=True))
    assert (effect.firms, float((effect.total or "").replace(",", ""))) == (len(worst), pytest.approx(surcharge, abs=1))
    (hidden,) = effects(run, firms, Scope())
    assert {amount for _, _, amount in hidden.most} == {"＊＊＊"}
    ledgers = {}
    for who in ("analyst", "leader", "district"):
        answer = as_user(who).get(f"/campaigns/{desk.campaign.pk}/measures.xlsx")
        rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        ledgers[who] = {row[0]: row[-1] for row in rows if row[4:5] == ["适用"] and len(row[0]) == 18}
    assert set(ledgers["analyst"]) == set(ledgers["leader"]) == set(worst)
    assert sum(ledgers["analyst"].values()) == pytest.approx(surcharge, abs=1)
    assert set(ledgers["leader"].values()) == {"＊＊＊"}
    mine = Scope("district", people["district"].place).firms(region.ledger().table("enterprise"))
    assert set(ledgers["district"]) == set(worst) & mine
    people["analyst"].language = "en"
    people["analyst"].save()
    answer = as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/measures.xlsx")
    head = [
        str(row[0])
        for row in CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()[:4]
    ]
    assert "data year 2024" in head[1] and head[2:] == [
        "TRIAL — no official force",
        "A measure that makes firms pay more",
    ]
    assert as_user("firm").get(f"/campaigns/{desk.campaign.pk}/measures.xlsx").status_code == 403
    assert "结果公示前不公布" in desk.page("firm") and "本企业的结果" not in desk.page("firm")


def test_an_appeal_about_land_is_tried_and_corrects_the_record_of_the_land(
    as_user: As, people: dict[str, User]
) -> None:
    desk = Desk(as_user, "per-mu.chongqing-template")
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    desk.go("adjust", "notice")
    desk.publish()
    run = region.run_of(desk.state.run)
    graded = set(run.trace.filter(pl.col("grade").is_in(["B", "C"]))["enterprise"])
    parcels = region.ledger().table("parcel").filter(pl.col("holder").is_in(graded))
    firm = parcels["holder"][0]
    land = next(one for one in targets(desk.campaign, firm) if one.id.startswith("parcel.area@"))
    used = region.ledger().land_use(desk.year).filter(pl.col("enterprise") == firm)["used"][0]
    said = {"enterprise": firm, "request": "用地多算", "evidence": "不动产证", "field": land.id}
    assert "写一个数" in desk.do("analyst", "appeal", **said, value="很小")
    assert "LEDGER" in desk.do("analyst", "appeal", **said, value="-5")
    assert not desk.state.appeals
    desk.do("analyst", "appeal", **said, value=str(land.now / 4))
    (about, appeal), = desk.state.appeals.items()  # fmt: skip
    before, after = (appeal.recheck["rows"][0][one]["total"] for one in ("before", "after"))
    assert (appeal.recheck["was"], float(after) > float(before)) == (land.now, True)
    assert appeal.recheck["referee"] is True
    people["tax"].role = "analyst"
    people["tax"].save()
    desk.do("tax", "decide-appeal", about=about, decision="granted", reason="属实")
    parcel = region.ledger().table("parcel").filter(pl.col("parcel") == land.key["parcel"])
    assert parcel["area"].to_list() == [land.now / 4]
    assert region.ledger().land_use(desk.year).filter(pl.col("enterprise") == firm)["used"][0] < used
    view = region.ledger().view
    told = next(one for one in view.log.imports if one.number == desk.state.appeals[about].imported)
    assert f"申诉 #{about}" in told.note and "属实" in told.note
    assert "属实" in desk.page("analyst", f"appeals/{about}/letter/")
    people["analyst"].language = "en"
    people["analyst"].save()
    letter = desk.word("analyst", f"appeals/{about}/letter.docx")
    assert "申诉答复书" in letter and "支持。理由：属实" in letter and "已入账" in letter and "granted" not in letter
    others = as_user("firm").get(f"/campaigns/{desk.campaign.pk}/appeals/{about}/letter.docx")
    assert others.status_code == (200 if firm == people["firm"].place else 404)


def test_papers_are_kept_and_handed_out_only_to_who_may_see_the_firm(as_user: As, people: dict[str, User]) -> None:
    desk = Desk(as_user, "own.rule")
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    desk.go("adjust", "notice")
    desk.publish()
    own = people["firm"].place
    files = [SimpleUploadedFile("../../完税证明.pdf", PDF, "text/html"), SimpleUploadedFile("宏.xlsm", b"PK")]
    said = {"enterprise": own, "request": "漏报", "evidence": "证明", "paper": files}
    page = as_user("firm").post(f"/campaigns/{desk.campaign.pk}/do/appeal/", said, follow=True).content.decode()
    assert "CASE-002" in page
    (about, appeal), = desk.state.appeals.items()  # fmt: skip
    (paper,) = appeal.papers
    assert (paper["file"], paper["size"]) == ("完税证明.pdf", len(PDF))
    address = f"/campaigns/{desk.campaign.pk}/appeals/{about}/papers/{paper['number']}/"
    answer = as_user("analyst").get(address)
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/octet-stream")
    assert "attachment" in answer["Content-Disposition"]
    elsewhere = region.ledger().table("enterprise").filter(pl.col("enterprise") != own)
    people["firm"].place = elsewhere["enterprise"][0]
    people["firm"].save()
    assert as_user("firm").get(address).status_code == 404
    other = elsewhere.filter(pl.col("district") != people["district"].place).row(0, named=True)
    page = desk.page("district", f"appeals/new/?enterprise={other['enterprise']}")
    assert other["name"] not in page and "@" not in page


def test_a_firm_cannot_try_value_after_value_to_learn_where_others_stand(as_user: As, people: dict[str, User]) -> None:
    desk = Desk(as_user, "own.rule")
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    desk.go("adjust", "notice")
    desk.publish()
    desk.go("appeal")
    said = {"field": f"enterprise_year.tax@{desk.year}", "evidence": "完税证明"}
    desk.do("firm", "appeal", request="税收漏报", value="490", **said)
    assert "同样的申诉正在办理" in desk.do("firm", "appeal", request="还是税收", value="491", **said)
    for at in range(4):
        desk.do("firm", "appeal", request=f"其他 {at}", evidence="说明")
    assert "最多 5 件申诉" in desk.do("firm", "appeal", request="再一件", evidence="说明")
    assert len(desk.state.appeals) == 5


def test_where_the_holidays_are_not_known_the_last_days_have_to_be_written(
    as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2029, 3, 16, 1, tzinfo=UTC))
    said = {"method": "own.rule", "year": "2024", "start": "2029-03-16"}
    told = as_user("analyst").post("/campaigns/create/", said, follow=True).content.decode()
    assert "2029 年的放假和调休安排没有收录" in told and not Campaign.objects.exists()
    days = {f"last_{one.id}": f"2029-04-{at:02d}" for at, one in enumerate(STAGES, 1)}
    as_user("analyst").post("/campaigns/create/", {**said, **days})
    page = as_user("analyst").get(f"/campaigns/{Campaign.objects.get().pk}/").content.decode()
    assert "工作日未知" in page


def test_a_figure_that_only_one_population_is_scored_by_is_needed_of_its_firms_only() -> None:
    needed = columns_read(plan_of(region.region(), "per-mu.chongqing-template", 2024))["enterprise_year"]
    assert needed["energy"] == needed["emission"] == {"above_scale"}, "firms below scale are not scored by them"
    assert {"above_scale", "below_scale"} <= needed["tax"] == needed["scale"]
