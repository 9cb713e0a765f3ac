"""What people do with a draft: a right, a check, the event and the log in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from jiqun.desk.drafts.drafting import law_of
from jiqun.desk.drafts.parameter_sheet import read_rows
from jiqun.desk.drafts.parts import DOCUMENT, Basis, copied, with_next_year, with_part, without_part
from jiqun.desk.drafts.rule_text import head_of
from jiqun.desk.drafts.section_text import dated_rows, with_rows
from jiqun.packs.reading import LARGEST
from jiqun.web.drafts.forms import PAPER, day
from jiqun.web.drafts.models import DraftEvent, RuleDraft
from jiqun.web.drafts.state import State, state_of
from jiqun.web.ledger.receiving import safe_name
from jiqun.web.people.audit import record
from jiqun.web.people.eyes import refusal
from jiqun.web.people.models import User
from jiqun.web.region import region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.refused import RefusedError

DRAFT, PUBLISH = "rules", "sign"


def _allow(user: User, right: str) -> None:
    if not user.may(right):
        raise PermissionDenied(right)


def note(draft: RuleDraft, who: str, kind: str, details: Mapping[str, Any]) -> None:
    """Write an event and a line of the log, which names the files of a revision but does not repeat them."""
    DraftEvent.objects.create(draft=draft, at=timezone.now(), by=who, kind=kind, details=dict(details))
    told = {key: value for key, value in details.items() if key not in ("files", "problems", "changes", "touched")}
    record(who, f"rule.{kind}", f"{draft.about}@{draft.edition}", {"draft": draft.pk, "kind": draft.kind, **told})


def _open(draft: RuleDraft) -> State:
    state = state_of(RuleDraft.objects.select_for_update().get(pk=draft.pk))
    if not state.is_open:
        raise RefusedError(
            "这份草稿已经发布或作废，不能再改。", "The draft is published or dropped and stays as it is."
        )
    return state


@dataclass(frozen=True)
class Start:
    """How a draft begins: edition and first day, a document of its own or a correction, and whose values are copied."""

    edition: str
    begins: str
    paper: bool = True
    year: str = ""  # of a parameter: the year whose values are copied for the new span
    ends: str = ""


@transaction.atomic
def copy(user: User, basis: Basis, start: Start) -> RuleDraft:
    """Copy an object as a draft; DRAFT-001 where the edition is taken."""
    _allow(user, DRAFT)
    edition, begins = start.edition.strip(), day(start.begins, "begins")
    if not edition or len(edition) > 20 or any(one in edition for one in ' \t\n/\\:#@"'):
        raise RefusedError(
            "版本号写成年份或短名，如 2026。", "An edition is a year or a short name, such as 2026.", at=("edition",)
        )
    files = copied(region(), basis, edition, begins, paper=start.paper)
    if start.year:
        files = _next_year(files, basis.main, start.year, begins, start.ends)
    about = str(head_of(files[basis.main]).get("id") or basis.id)
    draft = RuleDraft.objects.create(
        kind=basis.kind,
        about=about,
        came_from="" if about == basis.id else basis.id,
        base=basis.edition,
        edition=edition,
    )
    zh, en = f"复制自 {basis.edition or basis.id}", f"copied from {basis.edition or basis.id}"
    if start.year:
        zh, en = f"{zh}，照抄 {start.year} 年的数", f"{en}, with the values of {start.year}"
    note(draft, user.get_username(), "revised", {"files": files, "reason": zh, "reason_en": en})
    return draft


def _next_year(files: Mapping[str, str], name: str, year: str, begins: str, ends: str) -> dict[str, str]:
    first, last = (
        date.fromisoformat(day(begins, "begins")),
        date.fromisoformat(day(ends, "ends")) if ends.strip() else None,
    )
    if whole_number(year) is None or (last is not None and last < first):
        raise RefusedError(
            "请选照抄哪一年，止日不早于起日。",
            "Choose the year to copy; the last day is not before the first.",
            at=("year", "ends"),
        )
    try:
        return with_next_year(files, name, int(year), first, last)
    except ValueError:
        raise RefusedError(
            "表里有读不出的日期，请先在“改全文”里改正。", "A day cannot be read; mend it in the whole text first."
        ) from None


@transaction.atomic
def save(draft: RuleDraft, user: User, files: Mapping[str, str], reason: str, seen: str, reason_en: str = "") -> None:
    """Save a new state; refused without a reason, for what somebody saved meanwhile, and for another object's text.

    A reason that a step gives by itself is said in both languages.
    """
    _allow(user, DRAFT)
    state = _open(draft)
    if not reason.strip():
        raise RefusedError("请写修改理由。", "Give the reason.", at=("reason",))
    if seen != state.digest:
        raise RefusedError(
            "别人刚刚保存了这份草稿，您的修改没有覆盖它。您填的与新内容不同的，写在各格旁边，请对照再改。",
            "Somebody saved this draft meanwhile; yours did not overwrite it. Where yours differs it stands beside the "
            "field: compare and change it again.",
            meanwhile=True,
        )
    new = {name: text.replace("\r\n", "\n") for name, text in files.items()}
    if new == state.files:
        raise RefusedError("没有改动。", "Nothing was changed.")
    if any(len(text.encode()) > LARGEST for text in new.values()):
        raise RefusedError(f"文本太长（上限 {LARGEST:,} 字节）。", f"The text is too long (limit {LARGEST:,} bytes).")
    _is_same_object(state, new)
    note(draft, user.get_username(), "revised", {"files": new, "reason": reason.strip()[:300], "reason_en": reason_en})


def _is_same_object(state: State, files: Mapping[str, str]) -> None:
    """Kind, id and edition of what a draft is about stay as they are, so that no other object is overwritten."""
    draft = state.draft
    head = head_of(files.get(state.basis.main, ""))
    if not head:
        return  # saved all the same; the check names the line, and nothing with an error is published
    is_new_paper = draft.kind == "document" and draft.came_from
    found = str(head.get("kind")), str(head.get("id")), "" if is_new_paper else str(head.get("edition"))
    if found != (draft.kind, draft.about, "" if is_new_paper else draft.edition):
        raise RefusedError(
            f"编号和版本不能改（应为 {draft.about}，{draft.edition}）。",
            f"Id and edition stay as they are ({draft.about}, {draft.edition}).",
        )


def add(draft: RuleDraft, user: User, kind: str, id_: str, seen: str) -> None:
    """Take another object of the law into a draft, to be published together with it."""
    _allow(user, DRAFT)
    state = state_of(draft)
    if not region().everything.has(kind, id_) or kind == "method":
        raise RefusedError(
            "没有这个对象，请从列表里选。", "There is no such object; choose one of the list.", at=("object",)
        )
    name = f"{kind}s/{id_}.yaml"
    if name in state.files or (kind, id_) == (draft.kind, draft.about):
        raise RefusedError("草稿里已经有它。", "The draft has it already.", at=("object",))
    save(draft, user, with_part(region(), state.files, kind, id_, draft.edition), f"加入 {id_}", seen, f"took in {id_}")


def remove(draft: RuleDraft, user: User, name: str, seen: str) -> None:
    """Take an object out of a draft again; the law keeps what it has."""
    _allow(user, DRAFT)
    state = state_of(draft)
    if name not in state.files or name == state.basis.main:
        raise RefusedError("这一项不能移出。", "This cannot be taken out.")
    id_ = head_of(state.files[name]).get("id") or name
    save(draft, user, without_part(state.files, name), f"移出 {id_}", seen, f"took out {id_}")


def carry(draft: RuleDraft, user: User, name: str, said: Mapping[str, str]) -> None:
    """Copy a year's values of a parameter for a new span (从历年复制)."""
    _allow(user, DRAFT)
    state = state_of(draft)
    if name not in state.files:
        raise RefusedError("草稿里没有这个参数。", "The draft does not have this parameter.")
    year, begins, ends = (said.get(one, "") for one in ("year", "begins", "ends"))
    files = _next_year(state.files, name, year, begins, ends)
    zh, en = f"照抄 {year} 年的数，自 {begins} 起", f"copied the values of {year}, from {begins}"
    save(draft, user, files, zh, said.get("seen", ""), en)


def take_sheet(draft: RuleDraft, user: User, name: str, file: UploadedFile[Any], seen: str) -> None:
    """Take a parameter's values from a workbook; DRAFT-005 to 009 at its cells."""
    _allow(user, DRAFT)
    state = state_of(draft)
    if name not in state.files:
        raise RefusedError("草稿里没有这个参数。", "The draft does not have this parameter.")
    title = safe_name(file.name or "file.xlsx")
    with TemporaryDirectory() as folder:
        path = Path(folder) / title
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        unit = str(head_of(state.files[name]).get("unit") or "")
        rows = read_rows(path, dated_rows(state.files[name]), unit)
    files = {**state.files, name: with_rows(state.files[name], rows)}
    save(draft, user, files, f"上传 {title}", seen, f"uploaded {title}")


@transaction.atomic
def restore(draft: RuleDraft, user: User, event: int, seen: str) -> None:
    """Take an earlier state back as a new one."""
    state = _open(draft)
    found = next((one for one in state.revisions if one.pk == event), None)
    if found is None:
        raise RefusedError("没有这个版次。", "There is no such state.")
    at = f"{found.at:%Y-%m-%d %H:%M}"
    save(draft, user, found.details["files"], f"恢复 {at} 的内容", seen, f"restored what it said at {at}")


@transaction.atomic
def drop(draft: RuleDraft, user: User, reason: str) -> None:
    """Give a draft up; it stays readable."""
    _allow(user, DRAFT)
    _open(draft)
    if not reason.strip():
        raise RefusedError("请写作废理由。", "Give the reason.", at=("reason",))
    note(draft, user.get_username(), "dropped", {"reason": reason.strip()[:300]})


@transaction.atomic
def send_back(draft: RuleDraft, user: User, reason: str) -> None:
    """Send a draft back to its author with a reason; it must be tried anew."""
    _allow(user, PUBLISH)
    _open(draft)
    if not reason.strip():
        raise RefusedError("退回要写原因。", "Sending back takes a reason.", at=("reason",))
    note(draft, user.get_username(), "returned", {"reason": reason.strip()[:300]})


# --- what is missing


def lacking(state: State, user: User) -> list[tuple[str, str]]:
    """Say in both languages all that is missing before this user may publish; empty where nothing is."""
    found = []
    if not user.may(PUBLISH):
        found.append(("由审定领导发布。", "A signing leader publishes."))
    words = "起草人不能自己发布（四眼原则）。", "Who wrote it cannot publish it (four eyes)."
    if (same := refusal(user, state.authors, *words)) is not None:
        found.append(same)
    if state.problems is None or state.errors:
        found.append(("检查没有通过。", "The check has not passed."))
    if state.changes is not None and not any(state.changes.values()):
        found.append(("还没有改动。", "Nothing was changed yet."))
    if state.is_to_be_tried and state.tried is None:
        found.append(("还没有试算当前内容。", "What it says now has not been tried."))
    elif law_seen(state) != law_of(region()):
        found.append(("之后又发布过别的办法，请重新检查或试算。", "Something was published since; check or try again."))
    return [*found, *_lacking_paper(state)]


def law_seen(state: State) -> str:
    """Return the number of the law that a draft was tried on, or checked on where nothing is to be tried."""
    return str(state.tried["law"]) if state.tried else state.law


def _lacking_paper(state: State) -> list[tuple[str, str]]:
    paper = paper_of(state)
    if DOCUMENT not in state.files:
        return [] if paper["number"] else [("没有依据文件，请加入一份。", "There is no document; add one.")]
    if not paper["number"] or not paper["issued"]:
        return [("没有填文号和成文日期。", "Number and date of the document are missing.")]
    first = state.events[0].details["files"].get(DOCUMENT)
    corrects = state.draft.kind == "document" and not state.draft.came_from
    if not corrects and first is not None and paper["number"] == _paper(first)["number"]:
        return [
            (
                "文号还是旧文件的：发了新文的请改文号；只是更正的，请把文件移出。",
                "The number is still the old document's: write the new one, or take the document out of a correction.",
            )
        ]
    return []


def paper_of(state: State) -> dict[str, str]:
    """Return what a form shows of the document a draft is published under; empty where there is none.

    A correction has no document of its own: it stands under the one that the object names.
    """
    if DOCUMENT in state.files:
        return _paper(state.files[DOCUMENT])
    id_ = str(head_of(state.files.get(state.basis.main, "")).get("document") or "")
    book = region().everything
    if not id_ or not book.has("document", id_):
        return dict.fromkeys(PAPER, "")
    model = book.document(id_)
    return {name: str(getattr(model, name) or "") for name in PAPER} | {"number": model.number or model.title}


def _paper(text: str) -> dict[str, str]:
    head = head_of(text)
    return {name: str(head.get(name) or "") for name in PAPER}
