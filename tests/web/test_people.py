"""Login, roles, the log."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

import jiqun.web
from jiqun.web.people import firm_accounts, tokens
from jiqun.web.people.actions import Person, add
from jiqun.web.people.audit import record
from jiqun.web.people.audit_lines import ACTIONS
from jiqun.web.people.first import first_people
from jiqun.web.people.models import AuditEntry, User, full_names
from jiqun.web.people.role_words import ROLE_WORDS
from jiqun.web.people.roles import ROLES


@pytest.mark.parametrize(
    "address", ["/", "/land/", "/people/", "/people/audit/", "/jobs/", "/land/runs/x/", "/nowhere/"]
)
def test_nothing_is_shown_to_who_is_not_logged_in(address):
    answer = Client().get(address)
    assert answer.status_code == 302 and answer["Location"].startswith("/people/login/")


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(people, settings):
    settings.AXES_ENABLED = True
    user = people["analyst"]
    user.set_password("right-password-1")
    user.save()
    client = Client()
    for _ in range(5):
        last = client.post("/people/login/", {"username": "analyst", "password": "wrong"})
    assert last.status_code == 429
    assert client.post("/people/login/", {"username": "analyst", "password": "right-password-1"}).status_code == 429


def test_a_new_account_must_change_its_password_first():
    add(Person("new", "leader"), "first-password-1", "test")
    client = Client()
    client.post("/people/login/", {"username": "new", "password": "first-password-1"})
    assert client.get("/").url == "/people/password/"
    said = {"old_password": "first-password-1", "new_password1": "own-password-22", "new_password2": "own-password-22"}
    client.post("/people/password/", said)
    assert client.get("/").status_code == 200


def test_more_firms_than_a_list_holds_get_their_accounts_in_several(as_user, people, settings, monkeypatch):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "jiqun.web.people.hashers.FirstPasswordHasher"]
    monkeypatch.setattr(firm_accounts, "MOST", 2)
    admin, said = as_user("admin"), {"district": people["district"].place}
    before = admin.get("/people/firms/", said).context["found"].without
    assert "spreadsheet" in admin.post("/people/firms/", said).headers["Content-Type"]
    assert admin.get("/people/firms/", said).context["found"].without == before[2:]


def test_firms_get_their_accounts_at_once_and_the_passwords_stand_in_one_file_only(as_user, people, settings):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "jiqun.web.people.hashers.FirstPasswordHasher"]
    admin, said = as_user("admin"), {"district": people["district"].place}
    before = admin.get("/people/firms/", said).context["found"]
    assert before.without and people["firm"].place not in before.without, "who has an account keeps it"
    assert as_user("analyst").post("/people/firms/", said).status_code == 403
    answer = admin.post("/people/firms/", said)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    at = next(number for number, row in enumerate(rows) if "初始密码" in row)
    told = {row[1]: row[4] for row in rows[at + 1 :] if row[1]}
    assert set(told) == set(before.without) and len(set(told.values())) == len(told)
    assert all(one.isalnum() and len(one) == 16 for one in told.values()), "as they are typed"
    assert AuditEntry.objects.filter(action="people.add", about__in=told).count() == len(told)
    assert not any(one in str(line) for line in AuditEntry.objects.values_list("details") for one in told.values())
    assert admin.post("/people/firms/", said).status_code == 200, "nobody is left"
    code, client = before.without[0], Client()
    client.post("/people/login/", {"username": code, "password": told[code]})
    assert client.get("/").url == "/people/password/"
    user = User.objects.get(username=code)
    assert (user.role, user.place) == ("enterprise", code) and not user.password.startswith("first_password")
    after = admin.get("/people/firms/", said).context["found"]
    assert set(after.waiting) == set(told) - {code} and not after.without
    admin.post("/people/firms/", {**said, "again": "1"})
    old = {"username": before.without[1], "password": told[before.without[1]]}
    assert Client().post("/people/login/", old).status_code == 200, "the first one ends"


def test_a_role_with_limited_rows_needs_a_place():
    with pytest.raises(ValueError, match="所属区县"):
        add(Person("d", "district"), "first-password-1", "test")


@pytest.mark.parametrize(
    ("role", "said", "place"),
    [
        ("district", "巴南区", "500113"),
        ("district", "500113", "500113"),
        ("district", "不存在区", None),
        ("enterprise", "91500112MA5W000014", "91500112MA5W000014"),
        ("enterprise", "91500112MA5W000015", None),
    ],
)
def test_a_place_is_written_by_its_name_or_code_and_what_is_no_place_is_told(as_user, role, said, place):
    page = as_user("admin").post("/people/add/", {"username": "someone", "role": role, "place": said}).content.decode()
    assert list(User.objects.filter(username="someone").values_list("place", flat=True)) == ([place] if place else [])
    assert ("请从列表里选" in page or "校验位要对" in page) == (place is None)
    assert place is None or role == "district" or "还没有属于" in page, "an account that sees nothing yet says so"


@pytest.mark.parametrize("username", ["analyst", "signer", "tax", "district", "park", "firm", "leader", "auditor"])
def test_only_the_administrator_sees_people(as_user, username):
    assert as_user(username).get("/people/").status_code == 403


def test_a_change_of_rights_is_logged_with_what_stood_before(as_user, people):
    leader = people["leader"]
    said = {"role": "auditor", "full_name": "陈", "unit": "", "place": "", "is_active": "on"}
    assert as_user("admin").post(f"/people/{leader.pk}/", said).status_code == 302
    line = AuditEntry.objects.filter(action="people.change").latest("id")
    assert (line.who, line.details["before"]["role"], line.details["after"]["role"]) == ("admin", "leader", "auditor")


def test_the_database_refuses_to_change_or_remove_the_log(people):
    for statement in ("UPDATE people_auditentry SET who = 'x'", "DELETE FROM people_auditentry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_administrator_cannot_lock_themselves_out(as_user, people):
    as_user("admin").post(f"/people/{people['admin'].pk}/", {"role": "leader"})
    assert User.objects.get(username="admin").role == "administrator"


def test_the_language_switch_is_kept_with_the_user(as_user):
    client = as_user("analyst")
    client.post("/people/language/", {"language": "en", "next": "/land/"})
    assert "Which evaluations were made" in client.get("/land/").content.decode()
    assert client.post("/people/language/", {"language": "zh", "next": "https://elsewhere.example/"}).url == "/"


def test_migrations_say_what_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_draw_of_the_first_password_is_refused_for_looking_like_a_name(demo, monkeypatch):
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: ("district-X" * size)[: size * 4 // 3])
    made, _ = first_people(demo.folder)
    assert "district" in {one.username for one in made}


def _actions_in_the_code() -> set[str]:
    """Every action that the sources write to the log, by the words of their calls; kinds of jobs with them."""
    web = Path(jiqun.web.__file__).parent
    text = "\n".join(one.read_text("utf-8") for one in web.rglob("*.py"))
    called = re.findall(r'record(?:_request)?\((?:[^()"]|\(\))*?"([a-z_.]+)"', text)
    jobs = [f"jobs.{one}" for one in re.findall(r'@work\("([a-z_.]+)"\)', text)]
    notes = [f"campaign.{one}" for one in re.findall(r'note\(\s*campaign, [\w.()]+, "([a-z_.]+)"', text)]
    disposals = [f"disposal.{one}" for one in re.findall(r'_note\(disposal, user, "([a-z_]+)"', text)]
    drafts = [f"rule.{one}" for one in re.findall(r'note\((?:state\.)?draft, [\w.()]+, "([a-z_]+)"', text)]
    return {*called, *jobs, *notes, *disposals, *drafts} - {"schedule", "jiqun"}


def test_every_action_of_the_log_has_a_name_in_both_languages():
    written = _actions_in_the_code()
    assert len(written) > 60
    assert written - set(ACTIONS) == set()
    assert all(zh and en for zh, en in ACTIONS.values())


def test_the_log_says_a_change_in_words_and_shows_no_codes_of_the_program(as_user, people):
    said = {"role": "auditor", "full_name": "陈", "unit": "", "place": "", "is_active": "on"}
    admin = as_user("admin")
    admin.post(f"/people/{people['leader'].pk}/", said)
    admin.get(f"/enterprises/{people['firm'].place}/?tab=figures")
    text = admin.get("/people/audit/").content.decode()
    assert "改人员和权限" in text and "领导（只读） → 审计" in text
    assert "看一企一档" in text and people["firm"].unit in text
    assert "{&#x27;" not in text and "None" not in text.split("<main")[1]
    people["admin"].language = "en"
    people["admin"].save()
    assert "person or rights changed" in admin.get("/people/audit/").content.decode()


def test_the_log_is_picked_by_person_day_and_matter_and_handed_out_as_a_workbook(as_user, people):
    """With the address that a change came from, and itself a line of the log; only who may read the log gets it."""
    said = {"role": "auditor", "full_name": "陈", "unit": "", "place": "", "is_active": "on"}
    as_user("admin").post(f"/people/{people['leader'].pk}/", said, REMOTE_ADDR="10.1.2.3")
    record("admin", "ledger.decide.refused", "|某厂|", {"problems": ["LEDGER-106"]})
    auditor, today = as_user("auditor"), timezone.localdate()
    asked = {
        "who": "admin",
        "action": "people.change",
        "from": today.isoformat(),
        "to": today.isoformat(),
        "q": "leader",
    }
    (line,) = auditor.get("/people/audit/", asked).context["lines"]
    assert (line.words, line.address) == ("改人员和权限", "10.1.2.3")
    assert not auditor.get("/people/audit/", asked | {"to": str(today - timedelta(days=1))}).context["lines"]
    assert auditor.get("/people/audit/", asked | {"from": "昨天", "q": ""}).context["lines"]
    book = openpyxl.load_workbook(BytesIO(auditor.get("/people/audit.xlsx", {"who": "admin"}).content))
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[1] == "admin"]
    assert {(row[3], row[6]) for row in rows} >= {("改人员和权限", "10.1.2.3"), ("认领企业，没有办成", None)}
    assert AuditEntry.objects.filter(who="auditor", action="people.audit.export").exists()
    assert as_user("analyst").get("/people/audit.xlsx").status_code == 403


def test_the_list_of_people_names_the_places_that_limit_them(as_user, people):
    text = as_user("admin").get("/people/").content.decode()
    assert "万州区 <small" in text and people["firm"].unit in text


def test_an_account_page_says_what_its_owner_sees(as_user):
    assert "看得到万州区，受限数据不可见" in as_user("district").get("/people/tokens/").content.decode()


def test_who_chose_english_before_the_login_goes_on_in_english():
    add(Person("guest", "leader"), "first-password-1", "test")
    client = Client()
    there = client.post("/people/language/", {"language": "en", "next": "/people/login/?next=/land/"})["Location"]
    page = client.get(there).content.decode()
    assert 'lang="en" class="jq-plain active"' in page and '<input type="hidden" name="language" value="en">' in page
    client.post("/people/login/", {"username": "guest", "password": "first-password-1", "language": "en"})
    page = client.get("/people/password/").content.decode()
    assert "Change password" in page and User.objects.get(username="guest").language == "en"


def test_the_language_that_somebody_else_left_on_a_computer_changes_no_account(people):
    user = people["leader"]
    user.set_password("right-password-1")
    user.save()
    client = Client()
    client.post("/people/language/", {"language": "en", "next": "/people/login/"})  # who was here before
    page = client.get("/people/login/").content.decode()
    assert 'name="language" value="en">' not in page
    client.post("/people/login/", {"username": "leader", "password": "right-password-1"})
    assert "总览" in client.get("/").content.decode() and User.objects.get(username="leader").language == "zh"


def test_a_browser_that_never_chose_a_language_leaves_the_account_s_own(people):
    user = people["leader"]
    user.language = "en"
    user.set_password("right-password-1")
    user.save()
    client = Client()
    client.post("/people/login/", {"username": "leader", "password": "right-password-1"})
    assert "Overview" in client.get("/").content.decode() and User.objects.get(username="leader").language == "en"


def test_who_must_change_the_password_can_switch_the_language_or_leave():
    add(Person("new", "leader"), "first-password-1", "test")
    client = Client()
    client.post("/people/login/", {"username": "new", "password": "first-password-1"})
    client.post("/people/language/", {"language": "en", "next": "/people/password/"})
    page = client.get("/people/password/").content.decode()
    assert "Change password" in page and 'action="/people/logout/"' in page
    said = {"old_password": "wrong", "new_password1": "own-password-22", "new_password2": "other-password-22"}
    page = client.post("/people/password/", said).content.decode()
    assert "Your old password was entered incorrectly" in page, "what Django says of a form is English too"
    assert page.index('id="old-fault"') < page.index('name="new_password1"') < page.index('id="new-fault"')
    client.post("/people/logout/")
    assert client.get("/")["Location"].startswith("/people/login/")


def test_a_person_that_cannot_be_added_is_told_in_the_language_of_the_page_and_keeps_what_was_written(as_user):
    admin = as_user("admin")
    blank = admin.get("/people/add/").content.decode()
    assert '<option value="">请选择</option>' in blank and "市级分析员：导入、试算" in blank
    for said, told in (
        ({"username": "li", "role": "district"}, "所属区县的代码"),
        ({"username": "li", "role": ""}, "请选择角色"),
        ({"username": "li ming", "role": "leader"}, "用户名"),
    ):
        page = admin.post("/people/add/", {"full_name": "李明", **said}).content.decode()
        assert told in page.split("<main")[1] and 'value="李明"' in page, said
    assert set(ROLE_WORDS) == set(ROLES) and not User.objects.filter(full_name="李明").exists()


def test_a_disabled_account_s_sessions_and_tokens_do_not_come_back_when_it_is_enabled(as_user, people):
    admin, old = as_user("admin"), as_user("leader")
    secret = tokens.make(people["leader"], "Excel")
    api = {"headers": {"Authorization": f"Bearer {secret}"}}
    to = f"/people/{people['leader'].pk}/"
    said = {"role": "leader", "place": "", "full_name": "陈主任", "unit": "市政府办公厅"}
    assert "已保存。" in admin.post(to, {**said, "unit": "办公厅", "is_active": "on"}, follow=True).content.decode()
    assert old.get("/").status_code == 200 and Client().get("/api/runs", **api).status_code == 200
    told = admin.post(to, said, follow=True).content.decode()
    assert "原来的登录已全部退出，1 个接口令牌已停用" in told
    admin.post(to, {**said, "is_active": "on"})
    assert old.get("/").status_code == 302 and Client().get("/api/runs", **api).status_code == 401
    assert AuditEntry.objects.filter(action="people.ended", about="leader").count() == 2


def test_another_role_or_a_new_password_ends_what_was_opened_before(as_user, people):
    admin, district, tax = as_user("admin"), as_user("district"), as_user("tax")
    secret = tokens.make(people["tax"], "Excel")
    said = {"role": "leader", "place": "", "full_name": "何嘉", "unit": "市政府", "is_active": "on"}
    admin.post(f"/people/{people['district'].pk}/", said)
    admin.post(f"/people/{people['tax'].pk}/", {"do": "reset"})
    assert district.get("/").status_code == tax.get("/").status_code == 302
    assert tokens.user_of(secret) is None and not people["tax"].tokens.filter(revoked_at=None).exists()


def test_a_firms_account_without_a_persons_name_is_called_by_the_firm(people):
    code = "91500103MA5U000014"
    User.objects.create(username=code, role="enterprise", place=code, unit="示范甲有限公司")
    User.objects.create(username="nobody", role="department", unit="税务局")
    User.objects.create(username="li", role="enterprise", place=code, unit="示范甲有限公司", full_name="李工")
    names = full_names()
    assert (names[code], names["nobody"], names["li"]) == ("示范甲有限公司", "nobody", "李工")
