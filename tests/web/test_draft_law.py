"""Numbers by year, documents and everything else of the law are changed as rules are: by one, tried, published by another."""

from __future__ import annotations

import io
import shutil

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from jiqun.desk.context import Context
from jiqun.desk.running import all_runs
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.state import state_of
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.people.models import AuditEntry

RULE, BASE = "per-mu.huangyan", "huangyan.base"
MEASURES = "per-mu.measures"
PAPER = {"number": "黄政发〔2025〕3号", "issued": "2025-01-20"}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def own(demo, tmp_path, _on_demo):
    """A workspace that may be changed: the law is published in it."""
    folder = tmp_path / "workspace"
    shutil.copytree(demo.folder, folder)
    settings.WORKSPACE = folder
    return folder


def begin(client, **said):
    """Copy an object as a draft; its check is left to the next step's, which sees what both say."""
    answer = client.post("/drafts/copy/", {"kind": "parameter", "begins": "2023-01-01", **said}, follow=True)
    return RuleDraft.objects.first(), answer.content.decode()


def act(client, draft, what, done=True, **said):
    """Take a step; the check of a step that is not `done` is left to the next one's, which sees what both say."""
    said = {"seen": state_of(draft).digest, "reason": "按年度通知", **said}
    answer = client.post(f"/drafts/{draft.pk}/do/{what}/", said, follow=True)
    if done:
        do_all()
    return answer.content.decode()


def told(draft, language="zh"):
    return [(one["object"], one["section"], one["name"], one["before"], one["after"])
            for one in state_of(draft).changes[language]]  # fmt: skip


def in_force(own, day):
    return Context(own).book.parameter(f"{BASE}.tax_per_mu", on=day)


def test_a_rule_and_its_base_values_of_the_next_year_are_published_in_one_pack(own, as_user):
    from datetime import date

    author, signer = as_user("analyst"), as_user("signer")
    draft, _ = begin(author, kind="method", about=RULE, base="2018", edition="2024", begins="2023-01-01")
    shown = author.get(f"/drafts/{draft.pk}/").content.decode()
    assert "黄岩区亩均评价基准值" in shown and "一并起草" in shown
    act(author, draft, "add", False, object=f"parameter {BASE}")
    part = f"parameters/{BASE}.yaml"
    act(author, draft, "carry", False, part=part, year="2022", begins="2023-01-01", ends="2024-12-31")
    act(author, draft, "save", begins="2023-01-01", **PAPER)
    state = state_of(draft)
    assert state.stage == "untried", [one["zh"] for one in state.problems]
    objects = dict.fromkeys(one[0] for one in told(draft))
    assert [one.partition("：")[0] for one in objects] == ["办法", "文件", "参数"]
    assert {one[1] for one in told(draft) if one[0].startswith("办法")} == {"办法", "参数逐期取值"}, (
        "the rule reads new numbers"
    )
    standing = [one[2:] for one in told(draft) if one[1] == "办法"]
    assert standing == [("施行", "起 2021-01-01，止 2022-12-31", "起 2023-01-01")], (
        "what ended by itself is not taken over"
    )
    assert ("文号", "黄政发〔2018〕12号", PAPER["number"]) in {one[2:] for one in told(draft)}
    assert all(one[4].endswith("与上一期相同") for one in told(draft) if one[2] == "2023-01-01 起")
    rows = {
        f"r:{at}:{name}": value for at, one in enumerate(_form_rows(state.files[part])) for name, value in one.items()
    }
    rows["r:2:value"] = "12.0485"  # half of 24.097: every total rises by the points the tax had
    act(author, draft, "save", part=part, **rows)
    assert any("-50.00%" in one[4] for one in told(draft))
    act(author, draft, "try", period="2024")
    state = state_of(draft)
    assert state.stage == "ready", [one.problems for one in Job.objects.all()]
    shown = signer.get(f"/drafts/{draft.pk}/").content.decode()
    assert "总分升" in shown and "还缺" not in shown and "最近一年的数" in shown
    _tax_points_double(own, state.tried)
    act(signer, draft, "publish")
    assert state_of(draft).stage == "published", [one.problems for one in Job.objects.all()]
    new = in_force(own, date(2024, 12, 31))
    assert str(new.value) == "24097/2000" and new.document == "huangyan-2018-12-2024"
    assert in_force(own, date(2022, 12, 31)).document == "huangyan-2018-12"
    law = signer.get("/drafts/law/1/").content.decode()
    assert PAPER["number"] in law and "基准值-2023" in law and "发布前的试算" in law and "周敏" in law
    number = as_user("district").get(f"/rules/numbers/{BASE}/").content.decode()
    assert "12.0485" in number and "24.097" in number and PAPER["number"] in number
    assert AuditEntry.objects.filter(action="rule.published", about=f"{RULE}@2024").count() == 1


def _form_rows(text):
    from jiqun.desk.drafts.section_text import dated_rows

    return [{"key": one.key, "index": str(one.index), **one.said} for one in dated_rows(text)]


def _tax_points_double(own, tried):
    """By hand: the score is figure ÷ base × weight, so half the base is twice the points."""
    from jiqun.web.region import run_of

    before, after = run_of(tried["before"]).trace, run_of(tried["after"]).trace
    both = before.join(after, on="enterprise", suffix="_new").drop_nulls(
        ["points__tax_per_mu", "points__tax_per_mu_new"]
    )
    both = both.filter(both["population"] == "above_scale")
    apart = (both["points__tax_per_mu_new"] - 2 * both["points__tax_per_mu"]).abs().max()
    assert both.height > 10 and apart <= 1  # six digits, one rounding


def test_a_value_is_corrected_under_its_own_document_and_old_results_keep_the_law_they_had(own, as_user):
    author, signer = as_user("analyst"), as_user("signer")
    run = next(one for one in all_runs(Context(own)) if one.method_id == "per-mu.chongqing-template")
    was = run.book.digest
    draft, _ = begin(author, about=MEASURES, edition="2026-1", begins="2026-01-01", paper="same")
    rows = _form_rows(state_of(draft).files["parameter.yaml"])
    at = next(at for at, one in enumerate(rows) if one["key"] == "power_d")
    rows[at]["value"] = "0.2"
    said = {f"r:{at}:{name}": value for at, one in enumerate(rows) for name, value in one.items()}
    assert "不是数字" in act(author, draft, "save", False, part="parameter.yaml", **{**said, f"r:{at}:value": "三毛"})
    act(author, draft, "save", part="parameter.yaml", **said)
    (change,) = [one for one in told(draft) if one[2] != "版本"]
    assert change[1] == "D类每度加价" and change[3].startswith("0.3 元/kWh") and "比原值 -33.33%" in change[4]
    state = state_of(draft)
    assert [one["id"] for one in state.touched] == ["per-mu.measures"] and state.stage == "untried"
    assert "四眼" not in signer.get(f"/drafts/{draft.pk}/").content.decode()
    act(author, draft, "try", period="2024", method="per-mu.measures")
    assert state_of(draft).stage == "ready", [one.problems for one in Job.objects.all()]
    act(signer, draft, "publish")
    assert state_of(draft).stage == "published", [one.problems for one in Job.objects.all()]
    fresh = next(one for one in all_runs(Context(own)) if one.id == run.id)
    assert fresh.book.digest == was != Context(own).book.digest and not fresh.changes


def test_numbers_go_out_as_excel_and_come_back_with_faults_at_their_cells(own, as_user):
    author = as_user("analyst")
    draft, _ = begin(author, about=BASE, edition="2023", year="2022", ends="2023-12-31")
    answer = author.get(f"/drafts/{draft.pk}/values/?part=parameter.yaml")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    cell = next(one for row in sheet.iter_rows() for one in row if one.value == 24.097 and row[2].value == "2023-01-01")
    cell.value = "约25"
    assert f"{sheet.title}!{cell.coordinate}" in upload(author, draft, book)
    cell.value = 25.3
    upload(author, draft, book)
    assert any(one[4].startswith("25.3 万元/亩") for one in told(draft))
    assert "LEDGER" in act(
        author, draft, "upload", part="parameter.yaml", file=SimpleUploadedFile("a.xlsx", b"PK nothing")
    )
    assert author.get(f"/rules/numbers/{BASE}/values/").content[:2] == b"PK"


def upload(client, draft, book):
    out = io.BytesIO()
    book.save(out)
    return act(
        client, draft, "upload", part="parameter.yaml", file=SimpleUploadedFile("改.xlsx", out.getvalue(), SHEET)
    )


@pytest.mark.parametrize(("kind", "about"), [("ladder", ""), ("table", "enterprise_year")])
def test_every_other_kind_is_drafted_checked_and_published_by_its_text(own, as_user, kind, about):
    author, signer = as_user("analyst"), as_user("signer")
    id_ = about or Context(own).book.objects(kind)[0].id
    assert author.get(f"/rules/objects/{kind}/{id_}/").status_code == 200
    draft, said = begin(author, kind=kind, about=id_, edition="2026", begins="2026-01-01")
    assert RuleDraft.objects.count() == 1, said
    state = state_of(draft)
    text = state.files[f"{kind}.yaml"].replace("title_en: ", "title_en: New ", 1)
    act(author, draft, "text", False, **{f"f:{kind}.yaml": text, "f:document.yaml": state.files["document.yaml"]})
    act(author, draft, "save", number="经信发〔2026〕9号", issued="2026-01-05")
    state = state_of(draft)
    assert state.stage == "ready" and not state.is_to_be_tried, [one["zh"] for one in state.problems]
    assert any(one[2] == "英文标题" and "New" in one[4] for one in told(draft)), told(draft)
    act(signer, draft, "publish")
    assert state_of(draft).stage == "published", [one.problems for one in Job.objects.all()]
    assert Context(own).book.get(kind, id_).title_en.startswith("New ")


def test_a_document_alone_is_superseded_by_form_and_what_its_loss_breaks_is_told(own, as_user):
    author = as_user("analyst")
    id_ = "cq-per-mu-2023"
    draft, _ = begin(author, kind="document", about=id_, edition="2026", begins="2026-01-01")
    assert draft.about == f"{id_}-2026" and draft.came_from == id_
    shown = act(author, draft, "save", False, **{"c:0:id": "第一条", "c:0:text": ""}, **PAPER)
    assert "还没有写内容" in shown
    act(author, draft, "save", **{"c:0:id": "第一条", "c:0:text": "新的口径"}, **PAPER)
    assert ("第一条", "", "新的口径") in {one[2:] for one in told(draft)}
    assert state_of(draft).stage == "ready"
    broken, _ = begin(author, kind="document", about=id_, edition="2026-1", begins="2026-01-01", paper="same")
    act(author, broken, "save", **{"c:0:id": "无", "c:0:text": "别的条款都删了"})
    found = state_of(broken)
    assert found.stage == "faulty" and {"PACK-106"} <= {one["code"] for one in found.problems}


def test_a_draft_takes_objects_in_and_out_and_no_other_object_is_overwritten(own, as_user):
    author = as_user("analyst")
    draft, _ = begin(author, about=MEASURES, edition="2026", begins="2026-01-01")
    assert "没有这个对象" in act(author, draft, "add", False, object="parameter nowhere")
    assert "没有这个对象" in act(author, draft, "add", False, object="method per-mu.chongqing-template")
    assert "已经有它" in act(author, draft, "add", False, object=f"parameter {MEASURES}")
    example = next(one.id for one in Context(own).book.objects("example") if one.model.method == "per-mu.measures")
    act(author, draft, "add", False, object=f"example {example}")
    part = f"examples/{example}.yaml"
    assert part in state_of(draft).files
    act(author, draft, "remove", False, part=part)
    assert part not in state_of(draft).files
    assert "不能移出" in act(author, draft, "remove", False, part="parameter.yaml")
    other = state_of(draft).files["parameter.yaml"].replace(f"id: {MEASURES}", "id: sme.pool")
    assert "不能改" in act(author, draft, "text", False, **{"f:parameter.yaml": other})


def test_lists_are_searched_filtered_and_sorted_and_a_withdrawn_draft_stays_readable(own, as_user):
    author = as_user("analyst")
    first, _ = begin(author, about=MEASURES, edition="2026", begins="2026-01-01")
    begin(author, about=BASE, edition="2023", year="2022")
    act(author, first, "drop", False, reason="不改了")
    assert "不改了" in author.get(f"/drafts/{first.pk}/").content.decode()
    pages = {query: author.get(f"/drafts/?{query}").content.decode() for query in
             ("stage=open", "stage=dropped", "q=黄岩", "kind=method", "mine=1", "sort=title", "sort=stage")}  # fmt: skip
    assert "差别化政策" not in pages["stage=open"] and "黄岩区亩均评价基准值" in pages["stage=open"]
    assert "差别化政策" in pages["stage=dropped"] and "差别化政策" not in pages["q=黄岩"]
    assert "没有符合的草稿" in pages["kind=method"]
    assert all("黄岩区亩均评价基准值" in pages[one] for one in ("mine=1", "sort=title", "sort=stage"))
    assert "差别化政策" in author.get("/rules/numbers/?q=差别化").content.decode()
    newest = author.get("/rules/numbers/?sort=last").content.decode()  # from 2027 before from 2023
    assert 0 < newest.index("重庆市制造业2027年目标") < newest.index("差别化政策")
    assert "没有符合的参数" in author.get("/rules/numbers/?q=无此").content.decode()
    assert author.get("/rules/objects/?kind=document&q=亩均").status_code == 200
    for address in ("/rules/numbers/none/", "/rules/objects/method/x/", "/rules/objects/none/x/", "/drafts/law/9/"):
        assert author.get(address).status_code == 404, address


def test_numbers_are_read_by_everybody_and_written_by_who_writes_rules(own, as_user):
    draft, _ = begin(as_user("analyst"), about=MEASURES, edition="2026", begins="2026-01-01")
    for username in ("district", "firm", "leader"):
        client = as_user(username)
        for address in ("/rules/numbers/", f"/rules/numbers/{MEASURES}/", f"/rules/numbers/{MEASURES}/values/",
                        "/rules/objects/", "/rules/objects/document/cq-per-mu-2023/"):  # fmt: skip
            assert client.get(address).status_code == 200, (username, address)
        assert "复制为草稿" not in client.get(f"/rules/numbers/{MEASURES}/").content.decode()
        for address in (f"/drafts/{draft.pk}/values/", "/drafts/law/1/"):
            assert client.get(address).status_code == 403, username
    digest = state_of(draft).digest
    for username in ("signer", "auditor", "district"):
        for what in ("add", "remove", "carry", "upload", "save", "text"):
            said = {"seen": digest, "reason": "x", "object": f"parameter {BASE}", "part": "parameter.yaml",
                    "file": SimpleUploadedFile("a.xlsx", b"PK"), "r:0:key": "power_d", "r:0:value": "9"}  # fmt: skip
            assert as_user(username).post(f"/drafts/{draft.pk}/do/{what}/", said).status_code == 403, (username, what)
    assert state_of(draft).digest == digest
