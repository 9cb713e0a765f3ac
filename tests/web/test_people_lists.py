"""The accounts as a workbook, out and in again: all of a list or nothing of it."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiqun.web.people.actions import change
from jiqun.web.people.models import AuditEntry, User

HEADS = ["用户名", "姓名", "人员编号", "单位", "角色", "范围", "在用"]


def listed(*rows: list[str], heads: list[str] = HEADS) -> dict[str, SimpleUploadedFile]:
    book = openpyxl.Workbook()
    for row in (heads, *rows):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return {"file": SimpleUploadedFile("名单.xlsx", out.getvalue())}


def read(content: bytes, first: str = "用户名") -> list[dict[str, str]]:
    rows = [list(row) for row in openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)]
    at = next(number for number, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :] if row[0]]


def test_the_list_goes_out_with_places_and_comes_in_again_without_changing_anything(as_user, people):
    change(people["district"], "admin", other_places=["500113"], person="JW-3")
    admin = as_user("admin")
    content = admin.get("/people/list.xlsx").content
    rows = {one["用户名"]: one for one in read(content)}
    assert set(rows) == set(User.objects.values_list("username", flat=True))
    own = rows["district"]
    assert (own["范围"], own["人员编号"], own["角色"]) == (f"{people['district'].place}；500113", "JW-3", "区县经信委")
    assert (
        "巴南区" in own["范围名称"]
        and rows["leader"]["范围"] is None
        and not any("assword" in str(one) for one in rows)
    )
    session = as_user("district")
    before = AuditEntry.objects.filter(action="people.change").count()
    page = admin.post("/people/list/", {"file": SimpleUploadedFile("名单.xlsx", content)}, follow=True).content.decode()
    assert "新增 0 个，改动 0 个，9 个没有变化" in page
    assert AuditEntry.objects.filter(action="people.change").count() == before and session.get("/").status_code == 200
    assert AuditEntry.objects.filter(action="people.list.export").exists()


def test_a_list_adds_and_changes_accounts_and_hands_out_the_new_passwords_once(as_user, people, settings):
    admin, session = as_user("admin"), as_user("park")
    park = people["park"].place
    answer = admin.post(
        "/people/list/",
        listed(
            ["new1", "李明", " jw-9 ", "市经信委", "区县经信委", "渝北区；500113", "是"],
            ["park", "孙祺", "", park, "园区", f"{park};西彭园区", "是"],
        ),
    )
    (told,) = read(answer.content)
    new = User.objects.get(username="new1")
    assert (new.role, new.places, new.person) == ("district", ("500112", "500113"), "JW-9")
    assert new.check_password(told["初始密码"]) and new.must_change_password
    assert session.get("/").status_code == 302, "other places end what was opened"
    assert User.objects.get(username="park").places == (park, "西彭园区")
    assert not AuditEntry.objects.filter(details__icontains=told["初始密码"]).exists()
    line = AuditEntry.objects.get(action="people.list.take")
    assert (line.details["added"], line.details["changed"]) == (1, 1)


@pytest.mark.parametrize(
    ("row", "cell", "word"),
    [
        (["li ming", "", "", "", "领导（只读）", "", "是"], "A3", "用户名"),
        (["leader", "", "", "", "领导（只读）", "", "是"], "A3", "第 2 行"),
        (["li", "", "", "", "科长", "", "是"], "E3", "请选择角色"),
        (["li", "", "", "", "区县经信委", "", "是"], "F3", "所属区县"),
        (["li", "", "", "", "区县经信委", "渝北区；火星", "是"], "F3", "火星"),
        (["li", "", "", "", "领导（只读）", "", "也许"], "G3", "“否”"),
        (["admin", "", "", "", "领导（只读）", "", "是"], "E3", "不能改自己"),
        (["li", "长" * 61, "", "", "领导（只读）", "", "是"], "B3", "60"),
    ],
)
def test_a_list_with_one_wrong_row_changes_nothing_and_says_where(as_user, row, cell, word):
    good = ["leader", "改了名", "", "", "领导（只读）", "", "是"]
    answer = as_user("admin").post("/people/list/", listed(good, row))
    page = answer.content.decode()
    assert answer.status_code == 422 and f"!{cell}" in page and word in page
    assert User.objects.get(username="leader").full_name == "陈主任" and not User.objects.filter(username="li").exists()


def test_a_list_without_its_columns_or_of_another_person_is_refused(as_user):
    page = as_user("admin").post("/people/list/", listed(["x", "y"], heads=["姓名", "单位"])).content.decode()
    assert page.count("PEOPLE-001") == 2
    assert as_user("analyst").post("/people/list/", listed()).status_code == 403
    assert as_user("analyst").get("/people/list.xlsx").status_code == 403
    assert Client().get("/people/list.xlsx").status_code == 302


def test_a_column_that_a_list_lacks_stays_as_it_is(as_user, people):
    answer = as_user("admin").post(
        "/people/list/", listed(["district", "区县经信委", "新单位"], heads=["用户名", "角色", "单位"])
    )
    assert answer.status_code == 302
    found = User.objects.get(username="district")
    assert (found.unit, found.place, found.full_name) == ("新单位", people["district"].place, "何嘉")


def test_a_list_in_english_is_taken_too(as_user, people):
    people["admin"].language = "en"
    people["admin"].save()
    admin = as_user("admin")
    content = admin.get("/people/list.xlsx").content
    assert {one["Role"] for one in read(content, "User name")} >= {"Administrator", "District"}
    page = admin.post("/people/list/", {"file": SimpleUploadedFile("list.xlsx", content)}, follow=True).content.decode()
    assert "0 added, 0 changed, 9 as before" in page
