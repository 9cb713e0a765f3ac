"""What people do on the pages of drafts, step by step; what is refused is said on the page they come back to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.desk.drafts.law_changes import KINDS
from jiqun.desk.drafts.parts import Basis, book_with, parts
from jiqun.problems import ProblemsError
from jiqun.values import Period
from jiqun.web.drafts import actions, queries
from jiqun.web.drafts.forms import with_form
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.state import State, state_of
from jiqun.web.jobs.queue import ask
from jiqun.web.ledger.receiving import received
from jiqun.web.people.models import User
from jiqun.web.people.rights import needs
from jiqun.web.region import region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both, spoken
from jiqun.web.shell.refused import RefusedError
from jiqun.web.shell.typed import shown_again

_TOLD = 12  # faults of an uploaded sheet that are said at once


@require_POST
@needs("rules")
def copy(request: HttpRequest) -> HttpResponse:
    """Copy an object of the law as a draft and have it checked."""
    user: Any = request.user
    said = request.POST
    kind, about, base = said.get("kind", "method"), said.get("about", ""), said.get("base", "")
    known = book_with(region(), kind, about).editions(kind, about) if kind in KINDS else ()
    if not any((one.model.edition or "") in (base, "") or not base for one in known):
        raise Http404
    start = actions.Start(
        said.get("edition", ""), said.get("begins", ""), said.get("paper", "new") == "new",
        said.get("year", ""), said.get("ends", ""),
    )  # fmt: skip
    try:
        draft = actions.copy(user, Basis(about, base, kind), start)
    except RefusedError as refused:
        messages.error(request, both(*refused.words))
        return shown_again(request, _page(kind, about, base), refused.at, both(*refused.words))
    except ProblemsError as told:
        messages.error(request, told.problems[0].text(spoken()))
        return shown_again(request, _page(kind, about, base), ("edition",), told.problems[0].what(spoken()))
    _check(user, draft)
    return redirect("drafts:one", draft.pk)


def _page(kind: str, about: str, base: str) -> str:
    """Return the page that has the form for a copy."""
    if kind == "method":
        return f"{reverse('rules:rule', args=[about])}?{urlencode({'edition': base} if base else {})}"
    return reverse("rules:number", args=[about]) if kind == "parameter" else reverse("rules:object", args=[kind, about])


def _check(user: User, draft: RuleDraft) -> None:
    title = both(f"检查草稿 {draft.edition}", f"Check draft {draft.edition}")
    ask("drafts.check", title, user, draft=draft.pk, digest=state_of(draft).digest)


@require_POST
@needs("drafts")
def act(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Take a step of a draft; what is refused is said on its page, beside what was typed."""
    user: Any = request.user
    draft = get_object_or_404(RuleDraft, pk=number)
    if what not in _STEPS:
        raise Http404
    page = reverse("drafts:text" if what == "text" else "drafts:one", args=[draft.pk])
    try:
        to = _STEPS[what](request, user, draft)
    except RefusedError as refused:
        messages.error(request, both(*refused.words))
        return shown_again(request, page, refused.at, both(*refused.words), beside=refused.meanwhile)
    except ProblemsError as told:
        for one in told.problems[:_TOLD]:
            messages.error(request, one.text(spoken()))
        if (more := len(told.problems) - _TOLD) > 0:
            messages.error(request, both(f"另有 {more} 处错误。", f"{more} more faults."))
        return shown_again(request, page)
    return to or redirect("drafts:one", draft.pk)


def _save_form(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    said = {name: str(value) for name, value in request.POST.items()}
    actions.save(draft, user, with_form(state_of(draft), said), said.get("reason", ""), said.get("seen", ""))
    _check(user, draft)


def _save_text(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    files = {name: request.POST.get(f"f:{name}", said) for name, said in state_of(draft).files.items()}
    actions.save(draft, user, files, request.POST.get("reason", ""), request.POST.get("seen", ""))
    _check(user, draft)


def _restore(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    event = whole_number(request.POST.get("event", "")) or 0
    actions.restore(draft, user, event, request.POST.get("seen", ""))
    _check(user, draft)


def _add(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    kind, _, id_ = request.POST.get("object", "").strip().partition(" ")
    actions.add(draft, user, kind, id_.partition(" ")[0], request.POST.get("seen", ""))
    _check(user, draft)


def _remove(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    actions.remove(draft, user, request.POST.get("part", ""), request.POST.get("seen", ""))
    _check(user, draft)


def _carry(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    said = {name: str(value) for name, value in request.POST.items()}
    actions.carry(draft, user, said.get("part", ""), said)
    _check(user, draft)


def _upload(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    name, seen = request.POST.get("part", ""), request.POST.get("seen", "")
    actions.take_sheet(draft, user, name, received(request), seen)
    _check(user, draft)


def _check_again(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    if not (user.may(actions.DRAFT) or user.may(actions.PUBLISH)):
        raise RefusedError("由起草人或审定领导重新检查。", "Authors and signers have it checked.")
    _check(user, draft)


def _try(request: HttpRequest, user: User, draft: RuleDraft) -> HttpResponse:
    state = state_of(draft)
    if not (user.may(actions.DRAFT) or user.may(actions.PUBLISH)) or not state.may_be_tried:
        raise RefusedError("检查通过后才能试算。", "It is tried once the check has passed.")
    try:
        period = str(Period.parse(request.POST.get("period", "")))
    except (ValueError, ProblemsError):
        raise RefusedError("请选数据年度。", "Choose a data year.", at=("period",)) from None
    method = request.POST.get("method") or (draft.about if draft.kind == "method" else "")
    numbers = whole_number(request.POST.get("numbers", "")) or 0
    trial = {**_sides(state, method), "period": period, "numbers": numbers}
    title = both(f"试算草稿 {draft.edition}（{period}）", f"Try draft {draft.edition} on {period}")
    job = ask(queries.TRY, title, user, draft=draft.pk, digest=state.digest, method=method, trial=trial)
    return redirect("jobs:one", job.pk)


def _sides(state: State, method: str) -> dict[str, str]:
    """Return the rule under the law now and under the draft, each as `id@edition`."""
    new = next((one for one in parts(state.files) if one.kind == "method" and one.id == method), None)
    if new is not None and state.draft.kind == "method" and method == state.draft.about:
        return {"before": f"{method}@{state.draft.base}", "after": f"{method}@{new.edition}"}
    found = next((one for one in reversed(state.touched) if one["id"] == method), None)
    if found is None:
        raise RefusedError("请选一份用到它的办法。", "Choose a rule that reads it.", at=("method",))
    name = f"{method}@{found['edition']}".rstrip("@")
    return {"before": name, "after": name}


def _publish(request: HttpRequest, user: User, draft: RuleDraft) -> HttpResponse:
    state = state_of(draft)
    if missing := actions.lacking(state, user):
        raise RefusedError(*("；".join(side) for side in zip(*missing, strict=True)))
    if request.POST.get("seen") != state.digest or not state.is_open:
        raise RefusedError("草稿刚刚变了，请看过再发布。", "The draft has just changed; look at it again.")
    at = timezone.now().isoformat(timespec="seconds")
    named = f"{queries.draft_title(state)} {draft.edition}"
    title = both(f"发布 {named}", f"Publish {named}")
    return redirect("jobs:one", ask("drafts.publish", title, user, draft=draft.pk, digest=state.digest, at=at).pk)


def _drop(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    actions.drop(draft, user, request.POST.get("reason", ""))


def _send_back(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    actions.send_back(draft, user, request.POST.get("reason", ""))


_STEPS: dict[str, Any] = {
    "save": _save_form, "text": _save_text, "restore": _restore, "add": _add, "remove": _remove, "carry": _carry,
    "upload": _upload, "check": _check_again, "try": _try, "publish": _publish, "drop": _drop, "return": _send_back,
}  # fmt: skip
