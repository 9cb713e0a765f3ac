"""The accounts as a workbook, and a workbook of accounts taken in: all of its rows or none, every fault at its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from jiqun.ledger.intake.raw import RawSheet, letter, shown
from jiqun.ledger.intake.source import open_book
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.people import actions
from jiqun.web.people.eyes import person_said
from jiqun.web.people.hashers import first_password
from jiqun.web.people.models import User
from jiqun.web.people.places import place_meant, places_said
from jiqun.web.people.roles import ROLES
from jiqun.web.shell.language import both, spoken
from jiqun.web.shell.refused import RefusedError

# field → title; `places` holds all of an account's, the main one first
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "username": ("用户名", "User name"), "full_name": ("姓名", "Name"), "person": ("人员编号", "Person's number"),
    "unit": ("单位", "Unit"), "role": ("角色", "Role"), "places": ("范围", "Rows"),
    "names": ("范围名称", "Names of rows"), "is_active": ("在用", "In use"), "last_login": ("上次登录", "Last login"),
}  # fmt: skip
_NEEDED = ("username", "role")
_LENGTHS = {"username": 150, "full_name": 60, "person": 40, "unit": 80}
_HEAD_WITHIN = 12  # rows above the table: title, facts, state
MOST = 1000
_YES, _NO = frozenset({"是", "yes", "1"}), frozenset({"否", "no", "0"})


def accounts_workbook() -> bytes:
    """Return every account with its places, as it can be changed and taken in again; it holds no password."""
    people = list(User.objects.order_by("username"))
    named, zh = places_said(people), spoken() == "zh"
    rows: list[list[Value]] = [
        [
            one.username, one.full_name, one.person, one.unit, both(one.means.title, one.means.title_en),
            "；".join(one.places), "；".join(named[code] for code in one.places if named[code] != code),
            both("是", "yes") if one.is_active else both("否", "no"),
            timezone.localtime(one.last_login).strftime("%Y-%m-%d %H:%M") if one.last_login else None,
        ]
        for one in people
    ]  # fmt: skip
    title = both("账号名单", "Accounts")
    codes = ("username", "person", "places")
    fields = tuple(Field(titles[not zh], kind="code" if name in codes else "text") for name, titles in COLUMNS.items())
    facts = (
        both("改后可传回；几个范围用分号隔开", "may be changed and taken in again; several places are parted by ;"),
    )  # fmt: skip
    head = Head(title, facts, both(f"{len(rows)} 个账号", f"{len(rows)} accounts"), trial=False, language=spoken())
    return workbook_bytes(head, [Sheet(title, title, fields, rows, frozen=1)])


@dataclass
class Taken:
    """What a list did: accounts added with their first passwords, changed, and as they were."""

    added: list[tuple[str, str, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0


@transaction.atomic
def take(path: Path, by: str) -> Taken:
    """Add and change the accounts of a workbook's first sheet; a column that it lacks stays as it is.

    PEOPLE-001 where a column is missing, PEOPLE-002 at the cells, PEOPLE-003 for a list too long; nothing is changed
    then. A change of role or places ends sessions and tokens, as on the page.
    """
    book = open_book(path)
    sheet = book.read(book.names[0])
    reader = _Reader(sheet, Place(path.name, sheet.name), by)
    found = [said for index in range(reader.head + 1, sheet.height) if (said := reader.row(index)) is not None]
    if len(found) > MOST:
        raise ProblemsError([problem("PEOPLE-003", reader.place, count=len(found), limit=MOST)])
    if reader.problems:
        raise ProblemsError(reader.problems)
    taken = Taken()
    for said in found:
        _apply(said, by, taken)
    return taken


def _apply(said: dict[str, Any], by: str, taken: Taken) -> None:
    username = said.pop("username")
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        is_active, password = said.pop("is_active", True), first_password()
        made = actions.add(actions.Person(username, **said), password, by)
        if not is_active:
            actions.change(made, by, is_active=False)
        taken.added.append((username, str(made), password))
        return
    new = {name: value for name, value in said.items() if getattr(user, name) != value}
    if new:
        actions.change(user, by, **new)
        taken.changed.append(username)
    else:
        taken.same += 1


class _Reader:
    """Reads the rows of a list one by one and keeps what is wrong with them."""

    def __init__(self, sheet: RawSheet, place: Place, by: str) -> None:
        self.sheet, self.place, self.by = sheet, place, by
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}
        self.head, self.at = self._found()

    def _found(self) -> tuple[int, dict[str, int]]:
        names = {title.casefold(): name for name, titles in COLUMNS.items() for title in titles}
        best: dict[str, int] = {}
        for index in range(min(self.sheet.height, _HEAD_WITHIN)):
            texts = [shown(cell).strip().casefold() for cell in self.sheet.row(index)]
            found = {names[text]: at for at, text in enumerate(texts) if text in names}
            if all(name in found for name in _NEEDED):
                return index, found
            best = max(best, found, key=len)
        lacking = [name for name in _NEEDED if name not in best]
        raise ProblemsError([problem("PEOPLE-001", self.place, column=" / ".join(COLUMNS[one])) for one in lacking])

    def row(self, index: int) -> dict[str, Any] | None:
        """Return what a row says of an account, as the account keeps it; None for an empty or a faulty one."""
        cells = self.sheet.row(index)
        told = {name: shown(cells[at]).strip() for name, at in self.at.items()}
        if not any(told.values()):
            return None
        before = len(self.problems)
        for name, longest in _LENGTHS.items():
            if len(told.get(name, "")) > longest:
                self._fault(index, name, f"最多 {longest} 字。", f"{longest} signs at most.")
        said: dict[str, Any] = {name: told[name] for name in ("username", "full_name", "unit") if name in told}
        if "person" in told:
            said["person"] = person_said(told["person"])
        self._username(index, said["username"])
        role = self._role(index, told["role"])
        whole: dict[str, Any] = {**said, "role": role}
        there = User.objects.filter(username=said["username"]).first()
        if role and ("places" in told or there is None or there.role != role):
            whole |= self._places(index, role, told.get("places", ""))
        if "is_active" in told:
            whole["is_active"] = self._active(index, told["is_active"])
        if role and there is not None and there.username == self.by:
            self._own(index, whole, there)
        return whole if len(self.problems) == before else None

    def _username(self, index: int, username: str) -> None:
        self._tried(index, "username", lambda: actions.check_username(username))
        other = self.seen.setdefault(username, index)
        if other != index:
            self._fault(
                index, "username", f"与第 {other + 1} 行是同一个用户名。", f"Row {other + 1} has this name too."
            )

    def _role(self, index: int, text: str) -> str:
        words = {word.casefold(): one.id for one in ROLES.values() for word in (one.id, one.title, one.title_en)}
        if text.casefold() not in words:
            self._tried(index, "role", lambda: actions.check_role("", ""))
        return words.get(text.casefold(), "")

    def _places(self, index: int, role: str, text: str) -> dict[str, Any]:
        """Return the main place and the further ones; of a role that sees the whole region none."""
        limit = ROLES[role].limited_by
        asked = [one.strip() for one in re.split(r"[;；\n]", text) if one.strip()] if limit else []
        meant = [self._tried(index, "places", lambda one=one: place_meant(limit, one)) for one in asked]  # type: ignore[misc]
        places = [one for one in meant if one]
        if len(places) < len(asked):
            return {}
        main = places[0] if places else ""
        self._tried(index, "places", lambda: actions.check_role(role, main))
        others = self._tried(index, "places", lambda: actions.further(role, main, places[1:]))
        return {"place": main, "other_places": others or []}

    def _active(self, index: int, text: str) -> bool:
        if text.casefold() not in _YES | _NO:
            self._fault(index, "is_active", "写“是”或“否”。", "Write yes or no.")
        return text.casefold() in _YES

    def _own(self, index: int, said: Mapping[str, Any], there: User) -> None:
        if said["role"] != there.role or said.get("is_active") is False:
            self._fault(index, "role", "不能改自己的角色或停用自己。", "Not your own role or account.")

    def _tried(self, index: int, name: str, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except RefusedError as wrong:
            self._fault(index, name, *wrong.words)
            return None

    def _fault(self, index: int, name: str, zh: str, en: str) -> None:
        at = self.at.get(name, self.at["username"])
        place = Place(self.place.file, self.place.sheet, cell=f"{letter(at)}{index + 1}")
        self.problems.append(problem("PEOPLE-002", place, what=zh, what_en=en))


def passwords_workbook(lines: Sequence[tuple[str, str, str]], address: str) -> bytes:
    """Return the first passwords of accounts that were added, to be handed out; they are stored nowhere."""
    title = both("新账号和初始密码", "New accounts and first passwords")
    heads = (("用户名", "User name"), ("姓名", "Name"), ("初始密码", "First password"))
    fields = tuple(Field(both(*one), kind="text" if at == 1 else "code", widest=40) for at, one in enumerate(heads))
    facts = (
        both(f"网址 {address}", f"address {address}"),
        both("首次登录必须改密码", "to be changed at the first login"),
    )
    head = Head(title, facts, both("分发后请删除本文件", "delete this file once it is handed out"), False, spoken())
    return workbook_bytes(head, [Sheet(title[:31], title, fields, [list(one) for one in lines], frozen=1)])


def said_of(taken: Taken) -> str:
    """Say what a list did."""
    zh = f"新增 {len(taken.added)} 个，改动 {len(taken.changed)} 个，{taken.same} 个没有变化。"
    return both(zh, f"{len(taken.added)} added, {len(taken.changed)} changed, {taken.same} as before.")
