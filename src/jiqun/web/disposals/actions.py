"""What people do with the disposal of a firm: a right, a check, the event and the log in one transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from jiqun.web.disposals.models import Disposal, DisposalEvent
from jiqun.web.disposals.queries import ways
from jiqun.web.disposals.state import State, state_of
from jiqun.web.evidence import kept_paper
from jiqun.web.people.audit import record
from jiqun.web.people.eyes import refusal
from jiqun.web.people.models import User
from jiqun.web.shell.refused import RefusedError

PROPOSE, DECIDE = ("propose", "adjust"), ("decide", "approve")


def _allow(user: User, rights: tuple[str, ...]) -> None:
    if not any(user.may(one) for one in rights):
        raise PermissionDenied(rights[0])


def _note(disposal: Disposal, user: User, kind: str, **details: Any) -> None:
    DisposalEvent.objects.create(
        disposal=disposal, at=timezone.now(), by=user.get_username(), kind=kind, details=details
    )
    record(user.get_username(), f"disposal.{kind}", disposal.enterprise, {"year": disposal.year, **details})


def _locked(disposal: Disposal) -> State:
    return state_of(Disposal.objects.select_for_update().get(pk=disposal.pk))


def _needs(state: State, *stages: str) -> None:
    if state.stage not in stages:
        raise RefusedError("这件事已经到了别的步骤，请刷新页面。", "The case has moved on; reload the page.")


@transaction.atomic
def propose(enterprise: str, year: int, run: str, user: User, way: str, unit: str, due: str) -> Disposal:
    """Propose a way of disposal with who is responsible and by when."""
    _allow(user, PROPOSE)
    if way not in ways("zh"):
        raise RefusedError("请选一种处置方式。", "Choose a way of disposal.", at=("way",))
    try:
        day = date.fromisoformat(due)
    except ValueError:
        raise RefusedError("请填完成日期，如 2026-06-30。", "Give the day, such as 2026-06-30.", at=("due",)) from None
    if not unit.strip():
        raise RefusedError("请填责任单位。", "Name who is responsible.", at=("unit",))
    disposal, _ = Disposal.objects.get_or_create(enterprise=enterprise, year=year, defaults={"run": run})
    state = _locked(disposal)
    _needs(state, "none", "proposed")
    kept = state.stage == "proposed" and state.due == day  # somebody else may be named for what is late already
    if day < timezone.localdate() and not kept:
        raise RefusedError(
            "完成期限已经过去，请填今天或以后的日期。", "That day is past: give today or a later one.", at=("due",)
        )
    _note(disposal, user, "proposed", way=way, unit=unit.strip()[:80], due=day.isoformat(), run=run)
    return disposal


@transaction.atomic
def decide(disposal: Disposal, user: User, agrees: bool, reason: str) -> None:
    """Confirm or send back what somebody else proposed, or asked to close; closing needs a paper."""
    _allow(user, DECIDE)
    state = _locked(disposal)
    _needs(state, "proposed", "asked")
    words = "提出人不能自己确认（四眼原则）。", "Who proposed it cannot decide it (four eyes)."
    if (same := refusal(user, [state.asked_by], *words)) is not None:
        raise RefusedError(*same)
    if not agrees and not reason.strip():
        raise RefusedError("退回要写原因。", "Sending back takes a reason.", at=("text",))
    if not agrees:
        _note(disposal, user, "refused", reason=reason.strip()[:500])
    elif state.stage == "proposed":
        _note(disposal, user, "confirmed", reason=reason.strip()[:500])
    elif not state.papers:
        raise RefusedError("没有佐证材料，不能销号。", "It cannot be closed without evidence.")
    else:
        _note(disposal, user, "closed", reason=reason.strip()[:500])


@transaction.atomic
def progress(disposal: Disposal, user: User, text: str) -> None:
    """Note how it goes."""
    _allow(user, PROPOSE)
    _needs(_locked(disposal), "running", "asked")
    if not text.strip():
        raise RefusedError("请写进展。", "Say how it goes.", at=("text",))
    _note(disposal, user, "progress", text=text.strip()[:500])


@transaction.atomic
def ask_to_close(disposal: Disposal, user: User) -> None:
    """Ask that the case be closed."""
    _allow(user, PROPOSE)
    state = _locked(disposal)
    _needs(state, "running")
    if not state.papers:
        raise RefusedError("请先上传佐证材料。", "Hand in evidence first.")
    _note(disposal, user, "close_asked")


@transaction.atomic
def add_paper(disposal: Disposal, user: User, name: str, content: bytes) -> None:
    """Keep a paper under its hash; the same paper again is the one that is there. CASE-002 to 006 where not taken."""
    _allow(user, PROPOSE)
    state = _locked(disposal)
    _needs(state, "proposed", "running", "asked")
    details = kept_paper(name, content, state.papers)
    if details is not None:
        _note(disposal, user, "paper", **details)
