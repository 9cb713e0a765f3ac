"""A head that was told once: the next file with it is not asked from scratch, and nothing is read unsaid."""

from __future__ import annotations

import pytest
from tests.web.test_ledger import csv, firms, hand_in, own_ledger, reported_firm

from jiqun.ledger.view import latest
from jiqun.web import region
from jiqun.web.jobs.queue import do_all

pytestmark = pytest.mark.usefixtures(own_ledger.__name__)
HEADS = "统一社会信用代码,企业名称,实际入库税金,序号,备注说明"


def page_of(client, upload):
    return client.get(f"/ledger/imports/uploads/{upload.token}/").content.decode()


def committed(client, upload):
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    return latest(region.region().workspace).log.imports[-1].number


def test_a_head_that_an_earlier_import_was_told_is_proposed_with_its_import_and_read_only_when_said(as_user):
    client, one = as_user("analyst"), reported_firm()
    first = hand_in(client, "一季.csv", csv([f"{one},甲,45000,1,无"], HEADS))
    assert "把同名的列读作" not in page_of(client, first)
    client.post(f"/ledger/imports/uploads/{first.token}/tell/", {"map-C": "tax", "unit-tax": "元"})
    do_all()
    number = committed(client, first)
    again = hand_in(client, "二季.csv", csv([f"{one},甲,990000,1,无"], HEADS), period="2023")
    assert "tax" not in {column["field"] for column in again.preview["columns"]}
    page = page_of(client, again)
    assert f"第 {number} 次导入</a> 把同名的列读作“实缴税金”（元）" in page
    assert '<option value="tax" selected>' in page
    client.post(f"/ledger/imports/{number}/undo/", {"reason": "报错"})
    other = hand_in(client, "三季.csv", csv([f"{one},甲,880000,1,无"], HEADS), period="2023")
    assert "把同名的列读作" not in page_of(client, other), "what an undone import was told is no precedent"


def test_how_many_firms_will_wait_to_be_claimed_is_said_before_the_commit(as_user):
    client, one = as_user("analyst"), reported_firm()
    lines = [f"{one},,45000,1,无", ",没有登记的作坊,3,2,无", ",没有登记的作坊,3,3,无", ",另一家作坊,4,4,无"]
    upload = hand_in(client, "税.csv", csv(lines, HEADS))
    client.post(f"/ledger/imports/uploads/{upload.token}/tell/", {"map-C": "tax", "unit-tax": "元"})
    do_all()
    upload.refresh_from_db()
    assert upload.preview["to_claim"] == 2
    assert "入库后有 <b>2</b> 家对不上登记" in page_of(client, upload)
    known = hand_in(client, "税二.csv", csv([f"{one},,45000,1,无"], HEADS))
    assert known.preview["to_claim"] == 0 and "家对不上登记" not in page_of(client, known)


def test_the_nearest_field_is_named_by_its_title_and_only_while_no_column_is_read_as_it(as_user):
    client, one = as_user("analyst"), reported_firm()
    upload = hand_in(client, "税.csv", csv([f"{one},甲,45000,1,无"], HEADS))
    near = {column["header"]: column["nearest"] for column in upload.preview["ignored"]}
    assert near["实际入库税金"] == "实缴税金（入库税金）"
    assert near["序号"] == "—", "the code is read from another column"


def test_what_a_file_changes_is_told_with_the_name_of_the_firm(as_user):
    client, one = as_user("analyst"), reported_firm()
    name = dict(firms().select("enterprise", "name").iter_rows())[one]
    upload = hand_in(client, "税收.csv", csv([f"{one},{name},77"]))
    assert f'{name} <small class="code">{one} 2024</small>' in page_of(client, upload).replace('<bdi lang="zh-CN">', "")
    number = committed(client, upload)
    page = client.get(f"/ledger/imports/{number}/").content.decode()
    assert name in page and f'<small class="code">{one} 2024</small>' in page
