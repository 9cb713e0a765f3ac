"""A rule is changed by one, tried on everybody, and published by another; the old edition stays readable."""

from __future__ import annotations

import re
import shutil

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from tests.web.conftest import As

from jiqun.desk.context import Context
from jiqun.desk.drafts.rule_text import head_of
from jiqun.desk.evaluating import find_method
from jiqun.web.drafts.forms import worded
from jiqun.web.drafts.models import DraftEvent, RuleDraft
from jiqun.web.drafts.state import state_of
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.people.models import AuditEntry

RULE = "per-mu.chongqing-template"
TAX, VALUE = "n:scores/above_scale/tax_per_mu/weight", "n:scores/above_scale/value_added_per_mu/weight"
PAPER = {"begins": "2026-01-01", "number": "渝经信发〔2026〕1号", "issued": "2025-12-20"}


@pytest.fixture
def own(demo, tmp_path, _on_demo):
    """A workspace that may be changed: the law is published in it."""
    folder = tmp_path / "workspace"
    shutil.copytree(demo.folder, folder)
    settings.WORKSPACE = folder
    return folder


@pytest.fixture
def draft(own, as_user: As):
    said = {"about": RULE, "base": "2023", "edition": "2026", "begins": "2026-01-01"}
    as_user("analyst").post("/drafts/copy/", said)
    do_all()
    return RuleDraft.objects.get()


def change(client, draft, **said):
    said = {"seen": state_of(draft).digest, "reason": "提高税收权重", **said}
    answer = client.post(f"/drafts/{draft.pk}/do/save/", said, follow=True)
    do_all()
    return answer.content.decode()


def test_whom_an_edition_takes_over_from_is_chosen_and_its_days_are_checked(draft, own, as_user):
    author = as_user("analyst")
    shown = page(author, draft)
    assert re.search(r'name="t:2023" value="1" checked> 2023 版（试行，', shown), (
        "a copy takes over from what it copied"
    )
    assert ("接替", "", "2023 版") in {
        (one["name"], one["before"], one["after"]) for one in state_of(draft).changes["zh"]
    }
    refused = change(author, draft, begins="2026-01-01", ends="2025-12-31", **{"t:2023": "1"})
    assert "止日早于施行日期" in refused and 'id="ends" name="ends" value="2025-12-31"' in refused
    change(author, draft, begins="2026-02-01", ends="")
    head = head_of(state_of(draft).files["method.yaml"])
    assert (head["supersedes"], head["in_force"]) == ([], {"from": "2026-02-01"})
    assert not re.search(r'name="t:2023" value="1" checked', page(author, draft))


def page(client, draft):
    return client.get(f"/drafts/{draft.pk}/").content.decode()


def test_from_a_copy_to_a_rule_in_force_by_two_people(draft, own, as_user):
    author, signer = as_user("analyst"), as_user("signer")
    assert state_of(draft).stage == "untried" and "待试算" in page(author, draft)
    in_force = {"s:status": "in_force", "s:completeness": "illustrative"}
    assert "数字还是示意的办法只能试行" in change(author, draft, **in_force)
    told = {**in_force, "s:completeness": "complete", "s:doubts": "", "s:title": "本市亩均评价"}
    change(author, draft, **{TAX: "35", VALUE: "20"}, **told, **PAPER)
    said = {(one["name"], one["after"]) for one in state_of(draft).changes["zh"]}
    assert {("状态", "现行"), ("完整度", "完整"), ("标题", "本市亩均评价")} <= said, "who publishes sees the standing"
    shown = page(author, draft)
    assert "<del>" in shown and "原 30" in shown
    worded = re.findall(r'name="(w:entitlements/[^"]+/title)"', shown)
    change(author, draft, **{worded[0]: "用电加价（改）"})
    assert "用电加价（改）" in page(author, draft) and "办法里没有这一项" in change(
        author, draft, **{"w:moves/x/title": "x"}
    )
    changed = {(one["name"], one["before"], one["after"]) for one in state_of(draft).changes["zh"]}
    assert ("规模以上制造业企业 · 亩均税收", "权重（满分） 30", "权重（满分） 35") in changed
    author.post(f"/drafts/{draft.pk}/do/try/", {"period": "2024"})
    do_all()
    assert state_of(draft).stage == "ready", state_of(draft).problems
    tried = state_of(draft).tried
    shown = page(signer, draft)
    assert "逐家看升降和原因" in shown and "还缺" not in shown
    compared = signer.get(f"/land/compare/{tried['before']}/{tried['after']}/")
    assert compared.status_code == 200 and "试算" in compared.content.decode()
    for username in ("leader", "district", "firm"):  # who reads no drafts is answered as for a run that is not there
        other = as_user(username)
        for path in (f"land/runs/{tried['after']}/", f"land/compare/{tried['before']}/{tried['after']}/"):
            assert other.get(f"/{path}").status_code == other.get("/land/runs/0123456789abcdef/").status_code == 404
        assert other.get(f"/api/runs/{tried['after']}").status_code == 404
    firm = find_firm(tried)
    assert signer.get(f"/land/runs/{tried['after']}/firms/{firm}/").status_code == 200
    signer.post(f"/drafts/{draft.pk}/do/publish/", {"seen": state_of(draft).digest})
    do_all()
    assert state_of(draft).stage == "published", [one.problems for one in Job.objects.all()]
    assert find_method(Context(own), RULE).method.edition == "2026"
    rule = author.get(f"/rules/{RULE}/?edition=2026&from=2023").content.decode()
    assert "权重" in rule and PAPER["number"] in rule
    assert "接替的版本" in rule
    old = author.get(f"/rules/{RULE}/?edition=2023").content.decode()
    assert re.search(r"2026-01-01 起已由 <a href=\"\?edition=2026\"> *2026 版</a>接替", old)
    assert "2026-01-01 起由 2026 版接替" in author.get("/rules/").content.decode()
    assert "cq.gov.cn" not in rule  # the old paper's page is no source of the new one
    assert "算例</h2>" not in rule and "算例</h2>" in author.get(f"/rules/{RULE}/?edition=2023").content.decode()
    law = author.get("/drafts/").content.decode()
    assert PAPER["number"] in law
    assert AuditEntry.objects.filter(action="rule.published", about=f"{RULE}@2026").count() == 1
    assert "已经发布或作废" in change(author, draft, **{TAX: "40"})


def find_firm(tried):
    from jiqun.web.region import run_of

    return run_of(tried["after"]).trace["enterprise"][0]


def test_who_wrote_it_cannot_publish_and_nothing_is_published_untried_or_without_its_paper(draft, as_user, people):
    author, signer = as_user("analyst"), as_user("signer")
    signer.post(f"/drafts/{draft.pk}/do/publish/", {"seen": state_of(draft).digest})
    shown = page(signer, draft)
    assert "还没有试算" in shown and "没有填文号" in shown or "文号还是旧" in shown
    people["analyst"].role = "signer"
    people["analyst"].save()
    assert "四眼原则" in page(author, draft)
    author.post(f"/drafts/{draft.pk}/do/publish/", {"seen": state_of(draft).digest})
    do_all()
    assert state_of(draft).stage == "untried"


def test_a_change_after_the_try_must_be_tried_again(draft, as_user):
    author = as_user("analyst")
    author.post(f"/drafts/{draft.pk}/do/try/", {"period": "2024"})
    do_all()
    assert state_of(draft).stage == "ready"
    change(author, draft, **{TAX: "31"})
    assert state_of(draft).stage == "untried"
    as_user("signer").post(f"/drafts/{draft.pk}/do/return/", {"reason": "请说明依据"})
    shown = page(author, draft)
    assert shown.index("请说明依据") < shown.index("和现行的差在哪"), (
        "said before anything else, not only in the history"
    )
    assert "退回待改" in shown and "退回待改" in author.get("/drafts/").content.decode()
    change(author, draft, **{TAX: "32"})
    assert state_of(draft).stage == "untried" and "审定领导退回" not in page(author, draft)


def test_a_trial_under_way_is_said_and_not_started_twice_and_one_that_failed_says_why(draft, as_user):
    author = as_user("analyst")
    author.post(f"/drafts/{draft.pk}/do/try/", {"period": "2024"})
    job = Job.objects.filter(kind="drafts.try").get()
    shown = page(author, draft)
    assert f"/jobs/{job.pk}/" in shown and "do/try/" not in shown
    assert "试算中" in author.get("/drafts/").content.decode()
    told = {"code": "LEDGER-056", "text": "没有 2024 年的数据。", "text_en": "No data of 2024."}
    Job.objects.filter(pk=job.pk).update(state="failed", ended_at=timezone.now(), problems=[told])
    shown = page(author, draft)
    assert "上次试算没有做成" in shown and "没有 2024 年的数据。" in shown and "do/try/" in shown
    assert "待试算" in author.get("/drafts/").content.decode()


def test_nobody_overwrites_what_another_saved_and_an_earlier_state_comes_back(draft, as_user):
    author = as_user("analyst")
    first = state_of(draft)
    change(author, draft, **{TAX: "35"})
    assert "别人刚刚保存" in change(author, draft, **{TAX: "36", "seen": first.digest})
    event = first.revisions[0].pk
    author.post(f"/drafts/{draft.pk}/do/restore/", {"event": event, "seen": state_of(draft).digest})
    assert state_of(draft).files == first.files and len(state_of(draft).revisions) == 3
    assert "没有改动" in change(author, draft, **{TAX: "30"})
    assert "请写修改理由" in change(author, draft, **{TAX: "33", "reason": " "})
    assert "这里要写数字" in change(author, draft, **{TAX: "三十"})


def test_a_broken_text_is_kept_told_at_its_line_and_never_tried(draft, as_user):
    author, sound = as_user("analyst"), state_of(draft).files["method.yaml"]
    for broken in ("tax / lend", "__import__('os').system('id')", "tax / ("):
        text = sound.replace("tax / land", broken, 1)
        said = {"f:method.yaml": text, "reason": "改公式", "seen": state_of(draft).digest}
        author.post(f"/drafts/{draft.pk}/do/text/", said)
        do_all()
        state = state_of(draft)
        line = next(at for at, one in enumerate(text.splitlines(), 1) if broken in one)
        assert state.stage == "faulty" and line in {one["line"] for one in state.problems if one["severity"] == "error"}
        assert f"第 {line} 行" in author.get(f"/drafts/{draft.pk}/text/").content.decode()
    author.post(f"/drafts/{draft.pk}/do/try/", {"period": "2024"})
    assert not Job.objects.filter(kind="drafts.try").exists()


def test_a_text_that_is_no_rule_breaks_no_page(draft, as_user):
    author = as_user("analyst")
    for text in ("", "- a", "a: 2026-13-45"):  # what else is refused: tests/desk/test_drafting.py
        said = {"f:method.yaml": text, "reason": "坏", "seen": state_of(draft).digest}
        author.post(f"/drafts/{draft.pk}/do/text/", said)
        do_all()
        assert author.get(f"/drafts/{draft.pk}/").status_code == 200
        assert state_of(draft).stage in ("faulty", "untried")


def test_drafts_are_for_those_who_write_sign_or_audit_rules(draft, as_user):
    for username in ("district", "park", "firm", "tax", "leader"):
        client = as_user(username)
        for address in ("/drafts/", f"/drafts/{draft.pk}/", f"/drafts/{draft.pk}/text/"):
            assert client.get(address).status_code == 403, username
        for what in ("save", "text", "try", "publish", "drop", "return", "restore"):
            assert client.post(f"/drafts/{draft.pk}/do/{what}/").status_code == 403, username
        assert client.post("/drafts/copy/", {"about": RULE, "base": "2023"}).status_code == 403, username


def test_the_signer_writes_no_rule_and_the_auditor_only_reads(draft, as_user):
    digest = state_of(draft).digest
    for username in ("signer", "auditor"):
        said = {"seen": digest, "reason": "x", TAX: "40"}
        assert as_user(username).post(f"/drafts/{draft.pk}/do/save/", said).status_code == 403
    assert as_user("auditor").post(f"/drafts/{draft.pk}/do/return/", {"reason": "x"}).status_code == 403
    assert as_user("auditor").get(f"/drafts/{draft.pk}/").status_code == 200


def test_an_edition_that_is_there_is_not_made_again(draft, as_user):
    said = {"about": RULE, "base": "2023", "edition": "2023", "begins": "2026-01-01"}
    answer = as_user("analyst").post("/drafts/copy/", said, follow=True)
    assert "DRAFT-001" in answer.content.decode() and RuleDraft.objects.count() == 1


def test_a_refused_form_keeps_what_was_typed_with_the_fault_beside_its_field(draft, as_user):
    author = as_user("analyst")
    shown = change(author, draft, **{TAX: "三十", VALUE: "21", "s:description": "写了\n很久", "reason": "试写"})
    assert re.search(rf'name="{TAX}" value="三十"[^>]*aria-invalid="true"[^>]*><small class="jq-fault"', shown)
    assert f'name="{VALUE}" value="21"' in shown and "写了\n很久</textarea>" in shown and 'value="试写"' in shown
    assert "还没有编号" in change(author, draft, **{"c:99:text": "没有编号的条款"})
    text = {f"f:{name}": f"{one}# 改过\n" for name, one in state_of(draft).files.items()}
    answer = author.post(f"/drafts/{draft.pk}/do/text/", {**text, "seen": "old", "reason": "改"})
    assert answer.status_code == 422 and answer.content.decode().count("# 改过") == len(text)  # noqa: PLR2004
    said = {"kind": "method", "about": RULE, "base": "2023", "paper": "new", "edition": "坏 名", "begins": "2027-01-01"}
    answer = author.post("/drafts/copy/", said)
    assert 'value="坏 名"' in answer.content.decode() and 'value="2027-01-01"' in answer.content.decode()


def test_no_two_benchmarks_of_a_form_have_the_same_name(draft):
    called = [one.called for one in worded(state_of(draft).files["method.yaml"], "zh") if one.group.startswith("基准")]
    assert len(called) == len(set(called)) == 12
    assert {"亩均税收 · 全市同类企业平均值", "亩均税收 · 同行业平均值"} <= set(called)


def test_what_the_check_found_is_told_in_the_words_of_the_rule_and_by_its_names_in_the_text(draft, as_user):
    author = as_user("analyst")
    change(author, draft, **{TAX: "33"})
    shown = page(author, draft)
    assert "“规模以上制造业企业”各项满分合计 103" in shown and "above_scale 各项" not in shown
    assert "above_scale 各项满分合计 103" in author.get(f"/drafts/{draft.pk}/text/").content.decode()


def test_events_are_never_changed_or_removed(draft):
    event = DraftEvent.objects.first()
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE drafts_draftevent SET by = 'x'")
