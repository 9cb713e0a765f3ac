"""What people fill in during a campaign: the firm sees what it checks, nothing written is lost, the list is searched."""

from __future__ import annotations

import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.test_campaigns import PDF, As, Desk, own_workspace

from jiqun.desk.backup import back_up
from jiqun.values import comparable
from jiqun.web import region
from jiqun.web.people.models import User

pytestmark = pytest.mark.usefixtures(own_workspace.__name__)


def noticed(desk: Desk) -> str:
    """Bring a new campaign to its public notice; return the page that says so."""
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    desk.go("adjust", "notice")
    return desk.publish()


def test_a_firm_sees_the_figures_it_answers_for_and_what_it_answered(as_user: As, people: dict[str, User]) -> None:
    desk, firm = Desk(as_user, "own.rule"), people["firm"].place
    desk.go("check")
    answer = as_user("firm").get(f"/campaigns/{desk.campaign.pk}/")
    year = (
        region.ledger().table("enterprise_year").filter((pl.col("enterprise") == firm) & (pl.col("year") == desk.year))
    )
    shown = {one.title: one.value for one in answer.context["own"]}
    assert shown == {"实缴税金": year["tax"][0], "平均职工人数": year["staff"][0]}
    for one in answer.context["own"]:
        assert as_user("firm").get(one.to).status_code == 200
    assert "还没有答复" in answer.content.decode()
    said = desk.do("firm", "check", enterprise=firm, answer="wrong", words="税收少了 300 万元")
    assert "自核答复已记下" in said and "已答复：有误" in said and "税收少了 300 万元" in said
    assert as_user("analyst").get(f"/campaigns/{desk.campaign.pk}/").context["own"] == []


def test_a_firm_shows_papers_with_its_self_check_to_who_may_see_its_figures(
    as_user: As, people: dict[str, User], tmp_path: Path
) -> None:
    desk, firm = Desk(as_user, "own.rule"), people["firm"].place
    desk.go("check")
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (101 * 2**20))
    files = [SimpleUploadedFile("../../完税证明.pdf", PDF), SimpleUploadedFile("表.xlsx", bomb.getvalue())]
    said = {"enterprise": firm, "answer": "wrong", "words": "税收少了 300 万元", "paper": files}
    page = as_user("firm").post(f"/campaigns/{desk.campaign.pk}/do/check/", said, follow=True).content.decode()
    assert "已答复：有误" in page and "完税证明.pdf" in page and "CASE-005" in page
    again = {**said, "answer": "right", "paper": [SimpleUploadedFile("又一次.pdf", PDF)]}
    as_user("firm").post(f"/campaigns/{desk.campaign.pk}/do/check/", again)
    (paper,) = desk.state.check_papers[firm]
    assert (paper["file"], paper["by"]) == ("完税证明.pdf", "firm"), "the same paper again is the one that is there"
    to = f"/campaigns/{desk.campaign.pk}/checks/papers/{paper['number']}/"
    people["district"].place = region.ledger().table("enterprise").filter(pl.col("enterprise") == firm)["district"][0]
    people["district"].save()
    for who in ("firm", "district", "analyst", "signer", "auditor"):
        answer = as_user(who).get(to)
        assert answer.content == PDF and "attachment" in answer["Content-Disposition"], who
    assert as_user("leader").get(to).status_code == as_user("tax").get(to).status_code == 403
    assert to in desk.page("analyst") and to not in desk.page("leader")
    back_up(region.region().workspace, tmp_path / "all.tar.gz")
    with tarfile.open(tmp_path / "all.tar.gz") as archive:
        assert any(one.name.endswith(f"originals/{paper['sha256']}.pdf") for one in archive)
    people["firm"].place = region.ledger().table("enterprise").filter(pl.col("enterprise") != firm)["enterprise"][0]
    people["firm"].save()
    assert as_user("firm").get(to).status_code == 404
    desk.go("trial")
    said = {"enterprise": people["firm"].place, "answer": "right", "paper": [SimpleUploadedFile("晚了.pdf", PDF)]}
    assert "现在不是企业自核阶段" in desk.do("firm", "check", **said) and len(desk.state.check_papers) == 1


def test_an_appeal_that_is_refused_keeps_what_was_written_and_a_word_of_a_list_is_understood(
    as_user: As, people: dict[str, User]
) -> None:
    desk, firm = Desk(as_user, "own.rule"), people["firm"].place
    noticed(desk)
    desk.go("appeal")
    said = {"enterprise": firm, "request": "税收漏报", "evidence": "完税证明 12 号"}
    said |= {"field": f"enterprise_year.tax@{desk.year}", "value": "很多"}
    answer = as_user("firm").post(f"/campaigns/{desk.campaign.pk}/do/appeal/", said)
    page = answer.content.decode()
    assert answer.status_code == 422 and "请写一个数" in page and not desk.state.appeals
    assert all(f'value="{one}"' in page for one in ("税收漏报", "完税证明 12 号", "很多"))
    assert f'value="{said["field"]}" selected' in page
    idle = "（这份办法不看，改了不影响这次结果）"
    offered = {head: [id_ for id_, _ in values] for head, values in answer.context["choices"].items()}
    heads = list(offered)
    assert heads == sorted(heads, key=lambda head: head.endswith(idle)), "what the rule reads comes first"
    read = {one.partition("@")[0] for head in heads if not head.endswith(idle) for one in offered[head]}
    assert {"enterprise_year.tax", "enterprise_year.staff"} == {one for one in read if "enterprise_year" in one}
    assert f"enterprise_year.scale@{desk.year}" in [
        one for head in heads if head.endswith(idle) for one in offered[head]
    ]
    scale = {"field": f"enterprise_year.scale@{desk.year}", "value": "规模以下"}
    assert "申诉已登记" in desk.do("firm", "appeal", **(said | scale))


def test_the_notice_shows_a_firm_its_own_grade_first_and_is_searched_by_name_and_initials(
    as_user: As, people: dict[str, User]
) -> None:
    desk, firm = Desk(as_user, "own.rule"), people["firm"].place
    assert "公示名单已发布" in noticed(desk)
    graded = region.run_of(desk.state.run).trace.drop_nulls("grade")
    at = f"/campaigns/{desk.campaign.pk}/notice/"
    answer = as_user("firm").get(at)
    assert answer.context["count"] == graded.height == answer.context["page"].paginator.count
    own = graded.filter(pl.col("enterprise") == firm)["grade"].to_list()
    assert ([] if answer.context["own"] is None else [answer.context["own"]["grade"]]) == own
    best = graded.filter(pl.col("grade") == "A")
    found = as_user("firm").get(at, {"grade": "A"}).context["page"]
    assert found.paginator.count == best.height
    name = dict(region.ledger().table("enterprise").select("enterprise", "name").iter_rows())[best["enterprise"][0]]
    rows = list(as_user("firm").get(at, {"q": name}).context["page"])
    assert [comparable(one["name"]) for one in rows] == [comparable(name)]
    assert "公示名单里没有这样的企业" in as_user("firm").get(at, {"q": "没有这家"}).content.decode()


def test_the_page_of_a_firm_says_until_when_it_may_object_and_what_it_objected_to(
    as_user: As, people: dict[str, User]
) -> None:
    desk, firm = Desk(as_user, "own.rule"), people["firm"].place
    desk.go("check", "trial")
    desk.do("analyst", "trial")
    at = f"/land/runs/{desk.state.run}/firms/{firm}/"
    assert as_user("analyst").get(at).context["objection"] is None
    assert as_user("firm").get(at).status_code == 404
    desk.go("adjust", "notice")
    desk.publish()
    card = as_user("firm").get(at).context["objection"]
    assert card.until == desk.state.notice["until"] and card.may_register and not card.appeals
    assert not as_user("leader").get(at).context["objection"].may_register
    desk.go("appeal")
    desk.do("firm", "appeal", enterprise=firm, request="名单有误", evidence="文件 1 号", field="", value="")
    page = as_user("firm").get(at).content.decode()
    assert "公示期内可申诉" in page and "名单有误" in page and "本企业已提交 1 件" in page


def test_who_goes_on_before_the_end_of_the_self_check_is_told_of_objections_too(
    as_user: As, people: dict[str, User]
) -> None:
    desk = Desk(as_user, "own.rule")
    desk.go("check")
    address = f"/campaigns/{desk.campaign.pk}/"
    assert "家有异议" not in as_user("analyst").get(address).context["early"]
    desk.do("firm", "check", enterprise=people["firm"].place, answer="wrong", words="税收少了 300 万元")
    page = as_user("analyst").get(address)
    assert page.context["early"].endswith("家没有答复，1 家有异议")
    User.objects.filter(pk=people["analyst"].pk).update(language="en")
    assert as_user("analyst").get(address).context["early"].endswith("have not answered, 1 firm with an objection")
