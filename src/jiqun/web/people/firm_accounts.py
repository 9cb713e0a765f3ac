"""Accounts for the firms of a part of the ledger at once, handed out as one list of names and first passwords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from django.contrib.auth.hashers import make_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from jiqun.reports.layout import Field, Head, Sheet
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.enterprises.register import Wanted, chosen, place_names, register
from jiqun.web.people.hashers import FirstPasswordHasher, first_password
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.scope import Scope
from jiqun.web.shell.language import both, spoken

MOST = 1000  # accounts a list: more take longer than somebody waits for a page
_ROLE = "enterprise"


@dataclass(frozen=True)
class Standing:
    """The firms that were picked: those without an account, those never logged in, and those in use.

    `taken` are firms whose code is somebody else's login name.
    """

    without: tuple[str, ...]
    waiting: tuple[str, ...]
    used: int
    taken: tuple[str, ...]

    def asked(self, *, again: bool) -> tuple[str, ...]:
        """Return the firms to make passwords for; `again`: also for those that never logged in."""
        return (*self.without, *(self.waiting if again else ()))


def standing(wanted: Wanted) -> Standing:
    """Tell which of the picked firms have an account of their own, by the register as it stands."""
    firms = chosen(register(Scope())[0], Scope(sees_restricted=True), wanted)["enterprise"].to_list()
    people = list(User.objects.filter(role=_ROLE).order_by("last_login", "pk"))
    own = {place: one for one in people for place in one.places}
    names = set(User.objects.values_list("username", flat=True))
    without = [one for one in firms if one not in own]
    new = [own[one] for one in firms if one in own and _is_waiting(own[one])]
    return Standing(
        without=tuple(one for one in without if one not in names and _is_name(one)),
        waiting=tuple(one.place for one in new),
        used=len(firms) - len(without) - len(new),
        taken=tuple(one for one in without if one in names or not _is_name(one)),
    )


def _is_waiting(user: User) -> bool:
    """Tell whether an account of one firm waits for its first login; that of several is in other hands already."""
    return user.is_active and user.must_change_password and user.last_login is None and not user.other_places


def _is_name(code: str) -> bool:
    try:
        UnicodeUsernameValidator()(code)
    except ValidationError:
        return False
    return True


@transaction.atomic
def hand_out(firms: Sequence[str], by: str, address: str) -> bytes:
    """Give every firm an account under its code, or a new first password where it waits for the first login.

    Returns the list as a workbook. The passwords are stored nowhere; each is to be changed at the first login, and each
    account stands in the log by itself. ValueError for more than `MOST` or nobody.
    """
    if not 0 < len(firms) <= MOST:
        raise ValueError(
            both(f"一次开 1~{MOST} 个，请缩小范围。", f"1 to {MOST} accounts at a time: pick fewer firms.")
        )
    rows = register(Scope())[0].filter(pl.col("enterprise").is_in(list(firms)))
    rows = rows.sort("district", "name", nulls_last=True)
    there = {one.place: one for one in User.objects.select_for_update().filter(role=_ROLE, place__in=list(firms))}
    made, lines, log, now = [], [], [], timezone.now()
    for firm, name, district in rows.select("enterprise", "name", "district").iter_rows():
        password, user = first_password(), there.get(firm)
        is_new = user is None
        user = user or User(username=firm, role=_ROLE, place=firm, unit=(name or firm)[:80])
        user.password, user.must_change_password = make_password(password, hasher=FirstPasswordHasher()), True
        made.append(user)
        lines.append((name or firm, firm, place_names().get(district, district), user.username, password))
        action, said = ("people.add", {"role": _ROLE, "place": firm}) if is_new else ("people.reset_password", {})
        log.append(AuditEntry(at=now, who=by, action=action, about=user.username, details=said))
    User.objects.bulk_create([one for one in made if one.pk is None])
    User.objects.bulk_update([one for one in made if one.place in there], ["password", "must_change_password"])
    AuditEntry.objects.bulk_create(log)
    return _workbook(lines, address)


def _workbook(lines: Iterable[Sequence[str | None]], address: str) -> bytes:
    title = both("企业账号和初始密码", "Accounts and first passwords of firms")
    heads = (("企业", "Firm"), ("统一社会信用代码", "Code"), ("区县", "District"), ("用户名", "User name"))
    fields = [Field(both(*one), kind="code" if at in (1, 3) else "text", widest=40) for at, one in enumerate(heads)]
    fields.append(Field(both("初始密码", "First password"), kind="code", widest=24))
    facts = (
        both(f"网址 {address}", f"address {address}"),
        both("只此一份，系统不留存；首次登录必须改密码", "the only copy; each is to be changed at the first login"),
    )
    head = Head(title, facts, both("分发后请删除本文件", "delete this file once it is handed out"), False, spoken())
    return workbook_bytes(head, [Sheet(title[:31], title, tuple(fields), [list(one) for one in lines], frozen=1)])
