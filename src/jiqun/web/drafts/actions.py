"""What people do with a draft: a right, a check, the event and the log in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from jiqun.desk.drafting import DOCUMENT, METHOD, Basis, copied, law_of
from jiqun.desk.rule_text import head_of, with_head, with_numbers
from jiqun.packs.reading import LARGEST
from jiqun.web.drafts.models import DraftEvent, RuleDraft
from jiqun.web.drafts.state import State, state_of
from jiqun.web.people.audit import record
from jiqun.web.people.models import User
from jiqun.web.region import region
from jiqun.web.shell.refused import RefusedError

DRAFT, PUBLISH = "rules", "sign"
_PAPER = ("number", "issuer", "issued", "title")


def _allow(user: User, right: str) -> None:
    if not user.may(right):
        raise PermissionDenied(right)


def note(draft: RuleDraft, who: str, kind: str, details: Mapping[str, Any]) -> None:
    """Write an event and a line of the log, which names the files of a revision but does not repeat them."""
    DraftEvent.objects.create(draft=draft, at=timezone.now(), by=who, kind=kind, details=dict(details))
    told = {key: value for key, value in details.items() if key not in ("files", "problems", "changes")}
    record(who, f"rule.{kind}", f"{draft.method}@{draft.edition}", {"draft": draft.pk, **told})


def _open(draft: RuleDraft) -> State:
    state = state_of(RuleDraft.objects.select_for_update().get(pk=draft.pk))
    if not state.is_open:
        raise RefusedError(
            "这份草稿已经发布或作废，不能再改。", "The draft is published or dropped and stays as it is."
        )
    return state


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise RefusedError("请填日期，如 2026-01-01。", "Give a day, such as 2026-01-01.") from None


@transaction.atomic
def copy(user: User, method: str, base: str, edition: str, begins: str) -> RuleDraft:
    """Copy a rule as a draft; DRAFT-001 where the edition is taken."""
    _allow(user, DRAFT)
    edition = edition.strip()
    if not edition or len(edition) > 20 or any(one in edition for one in ' \t\n/\\:#@"'):
        raise RefusedError("版本号写成年份或短名，如 2026。", "An edition is a year or a short name, such as 2026.")
    files = copied(region(), Basis(method, base), edition, _day(begins))
    draft = RuleDraft.objects.create(method=method, base=base, edition=edition)
    note(draft, user.get_username(), "revised", {"files": files, "reason": f"复制自 {base or method}"})
    return draft


@transaction.atomic
def save(draft: RuleDraft, user: User, files: Mapping[str, str], reason: str, seen: str) -> None:
    """Save a new state; refused without a reason, for what somebody saved meanwhile, and for another rule's text."""
    _allow(user, DRAFT)
    state = _open(draft)
    if not reason.strip():
        raise RefusedError("请写修改理由。", "Give the reason.")
    if seen != state.digest:
        raise RefusedError(
            "别人刚刚保存了这份草稿，您的修改没有覆盖它。请看过新内容再改。",
            "Somebody saved this draft meanwhile; yours did not overwrite it. Look at it and change it again.",
        )
    new = {name: text.replace("\r\n", "\n") for name, text in files.items()}
    if new == state.files:
        raise RefusedError("没有改动。", "Nothing was changed.")
    if any(len(text.encode()) > LARGEST for text in new.values()):
        raise RefusedError(f"文本太长（上限 {LARGEST:,} 字节）。", f"The text is too long (limit {LARGEST:,} bytes).")
    _is_same_rule(draft, new[METHOD])
    note(draft, user.get_username(), "revised", {"files": new, "reason": reason.strip()[:300]})


def _is_same_rule(draft: RuleDraft, text: str) -> None:
    head = head_of(text)
    if not head:
        return  # saved all the same; the check names the line, and nothing with an error is published
    found = str(head.get("id")), str(head.get("edition"))
    if found != (draft.method, draft.edition):
        raise RefusedError(
            f"办法编号和版本不能改（应为 {draft.method}，{draft.edition}）。",
            f"Id and edition stay as they are ({draft.method}, {draft.edition}).",
        )


def with_form(state: State, said: Mapping[str, str]) -> dict[str, str]:
    """Return a draft's files with the numbers, days and words of a form; refuses what is no number or no day."""
    numbers = {name.removeprefix("n:"): value for name, value in said.items() if name.startswith("n:")}
    files = dict(state.files)
    try:
        files[METHOD] = with_numbers(files[METHOD], numbers)
    except ValueError as wrong:
        raise RefusedError(f"这里要写数字：{wrong}", f"A number is wanted here: {wrong}") from None
    if begins := said.get("begins", ""):
        files[METHOD] = with_head(files[METHOD], {"in_force": {"from": _day(begins)}})
    if DOCUMENT in files:
        paper = {name: said[name].strip()[:200] for name in _PAPER if said.get(name, "").strip()}
        if "issued" in paper:
            _day(paper["issued"])
        files[DOCUMENT] = with_head(files[DOCUMENT], paper)
    return files


@transaction.atomic
def restore(draft: RuleDraft, user: User, event: int, seen: str) -> None:
    """Take an earlier state back as a new one."""
    state = _open(draft)
    found = next((one for one in state.revisions if one.pk == event), None)
    if found is None:
        raise RefusedError("没有这个版次。", "There is no such state.")
    save(draft, user, found.details["files"], f"恢复 {found.at:%Y-%m-%d %H:%M} 的内容", seen)


@transaction.atomic
def drop(draft: RuleDraft, user: User, reason: str) -> None:
    """Give a draft up; it stays readable."""
    _allow(user, DRAFT)
    _open(draft)
    if not reason.strip():
        raise RefusedError("请写作废理由。", "Give the reason.")
    note(draft, user.get_username(), "dropped", {"reason": reason.strip()[:300]})


@transaction.atomic
def send_back(draft: RuleDraft, user: User, reason: str) -> None:
    """Send a draft back to its author with a reason; it must be tried anew."""
    _allow(user, PUBLISH)
    _open(draft)
    if not reason.strip():
        raise RefusedError("退回要写原因。", "Sending back takes a reason.")
    note(draft, user.get_username(), "returned", {"reason": reason.strip()[:300]})


def lacking(state: State, user: User) -> list[tuple[str, str]]:
    """Say in both languages all that is missing before this user may publish; empty where nothing is."""
    found = []
    if not user.may(PUBLISH):
        found.append(("由审定领导发布。", "A signing leader publishes."))
    if user.get_username() in state.authors:
        found.append(("起草人不能自己发布（四眼原则）。", "Who wrote it cannot publish it (four eyes)."))
    if state.problems is None or state.errors:
        found.append(("检查没有通过。", "The check has not passed."))
    if state.tried is None:
        found.append(("还没有试算当前内容。", "What it says now has not been tried."))
    elif state.tried["law"] != law_of(region()):
        found.append(("试算之后又发布过别的办法，请重新试算。", "Something was published after the try; try again."))
    paper = paper_of(state)
    if not paper.get("number") or not paper.get("issued"):
        found.append(("没有填文号和成文日期。", "Number and date of the document are missing."))
    elif paper["number"] == _number_before(state):
        found.append(("文号还是旧办法的。", "The document number is still that of the old rule."))
    return found


def _number_before(state: State) -> str:
    return _paper(state.events[0].details["files"]).get("number", "")


def paper_of(state: State) -> dict[str, str]:
    """Return number, issuer, day and title of a draft's document; empty where it cannot be read or there is none."""
    return _paper(state.files)


def _paper(files: Mapping[str, str]) -> dict[str, str]:
    head = head_of(files.get(DOCUMENT, ""))
    return {name: str(head.get(name) or "") for name in _PAPER}
