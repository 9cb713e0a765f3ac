"""Pages of drafts of rules: the list with the publications, one draft from copying to publishing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.desk.drafting import DOCUMENT, METHOD, publications, text_of
from jiqun.desk.rule_text import head_of
from jiqun.problems import ProblemsError
from jiqun.values import Period
from jiqun.web.drafts import actions, queries
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.state import EVENTS, STAGES, State, state_of
from jiqun.web.jobs.queue import ask
from jiqun.web.land import compared
from jiqun.web.people.models import User
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import scope_of
from jiqun.web.region import evaluated, ledger, region, run_of
from jiqun.web.rules.queries import book_of
from jiqun.web.shell.language import both, spoken
from jiqun.web.shell.refused import RefusedError


def _names() -> dict[str, str]:
    return {one.username: str(one) for one in User.objects.all()}


@needs("drafts")
def listing(request: HttpRequest) -> HttpResponse:
    """List the drafts, the newest first, and who published what when."""
    names = _names()
    states = [state_of(one) for one in RuleDraft.objects.prefetch_related("events")]
    rows = [
        (one, both(*STAGES[one.stage]), _title(one), one.events[-1], names.get(one.events[-1].by, "")) for one in states
    ]
    law = [_publication(one, names) for one in publications(region())]
    shown = {"rows": rows, "open": sum(one.is_open for one in states), "law": law}
    return render(request, "drafts/listing.html", shown)


def _publication(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    title = _rule_title(said["method"], said["edition"])
    return {**said, "by": names.get(said["by"], said["by"]), "at": datetime.fromisoformat(said["at"]), "title": title}


def _title(state: State) -> str:
    return _rule_title(state.draft.method, state.draft.base)


def _rule_title(method: str, edition: str) -> str:
    rule = book_of(method).method(method, edition or None)
    return rule.title if spoken() == "zh" else rule.title_en


@needs("drafts")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show a draft: what it changes, its numbers, what is wrong, whom it moves, what is missing to publish."""
    user: Any = request.user
    state = state_of(get_object_or_404(RuleDraft, pk=number))
    base = book_of(state.draft.method).object("method", state.draft.method, state.draft.base or None)
    shown = {
        "draft": state.draft, "state": state, "stage": both(*STAGES[state.stage]), "title": _title(state),
        "fields": queries.fields(state, text_of(region(), base), spoken()), "paper": actions.paper_of(state),
        "begins": _begins(state), "has_paper": DOCUMENT in state.files,
        "changes": state.changes and state.changes[spoken()],
        "problems": [{**each, "text": each[spoken()]} for each in state.problems or ()], "moves": _moves(state, user),
        "lacking": [both(*each) for each in actions.lacking(state, user)], "events": _events(state),
        "may_draft": user.may(actions.DRAFT) and state.is_open,
        "may_publish": user.may(actions.PUBLISH) and state.is_open,
        "years": _years(),
    }  # fmt: skip
    return render(request, "drafts/one.html", shown)


def _begins(state: State) -> str:
    days = head_of(state.files[METHOD]).get("in_force")
    return str(days.get("from") or "") if isinstance(days, dict) else ""


def _years() -> list[int]:
    years = ledger().table("enterprise_year")["year"].unique().to_list()
    return sorted((int(one) for one in years if one is not None), reverse=True)


def _moves(state: State, user: User) -> dict[str, Any] | None:
    """Who moves, within the scope of the reader; None before a try."""
    if state.tried is None:
        return None
    before, after = state.tried["before"], state.tried["after"]
    frame = compared.rows(before, after, scope_of(user))
    if frame is None:
        return None
    grades = list(dict.fromkeys(n for one in run_of(after).plan.method.grades.values() for n in one.classes))
    counted = compared.directions(frame)
    districts = frame.filter(frame["direction"].is_in(["up", "down"])).group_by("district", "direction").len()
    return {
        "before": before, "after": after, "period": state.tried["period"], "matrix": compared.matrix(frame, grades),
        "up": counted["up"], "down": counted["down"], "same": counted["same"], "firms": frame.height,
        "districts": districts.height, "grades": bool(grades), "facts": evaluated(after, spoken()).trace.height,
    }  # fmt: skip


def _events(state: State) -> list[dict[str, Any]]:
    names = _names()
    return [
        {"pk": one.pk, "at": one.at, "what": both(*EVENTS[one.kind]), "who": names.get(one.by, one.by),
         "words": _words(one.kind, one.details),
         "can_restore": one.kind == "revised" and one.details["files"] != state.files}
        for one in reversed(state.events)
    ]  # fmt: skip


def _words(kind: str, said: dict[str, Any]) -> str:
    if kind == "checked":
        wrong = sum(one["severity"] == "error" for one in said["problems"])
        return both(
            f"错误 {wrong} 处，提醒 {len(said['problems']) - wrong} 处",
            f"{wrong} errors, {len(said['problems']) - wrong} notices",
        )
    if kind == "tried":
        return both(
            f"{said['period']} 年度，{said['moved']} 家档次有变",
            f"{said['period']}: {said['moved']} firms change grade",
        )
    if kind == "published":
        return both(f"第 {said['number']} 号，{said['document']}", f"number {said['number']}, {said['document']}")
    if kind == "refused":
        return both("；", "; ").join(one[spoken()] for one in said["problems"])
    return str(said.get("reason", ""))


@needs("drafts")
def text(request: HttpRequest, number: int) -> HttpResponse:
    """Show a draft's text for those who write rules, with what is wrong at its lines."""
    user: Any = request.user
    state = state_of(get_object_or_404(RuleDraft, pk=number))
    problems = [{**each, "text": each[spoken()]} for each in state.problems or ()]
    parts = [
        {"name": name, "title": both("办法", "Rule") if name == METHOD else both("文件", "Document"), "text": said,
         "lines": queries.numbered(said, problems, "/methods/" if name == METHOD else "/documents/")}
        for name, said in state.files.items()
    ]  # fmt: skip
    shown = {"draft": state.draft, "state": state, "parts": parts, "title": _title(state),
             "may_draft": user.may(actions.DRAFT) and state.is_open}  # fmt: skip
    return render(request, "drafts/text.html", shown)


@require_POST
@needs("rules")
def copy(request: HttpRequest) -> HttpResponse:
    """Copy a rule as a draft and have it checked."""
    user: Any = request.user
    said = request.POST
    method, base = said.get("method", ""), said.get("base", "")
    if not any(one.model.edition in (base, None) for one in book_of(method).editions("method", method)):
        raise Http404
    try:
        draft = actions.copy(user, method, base, said.get("edition", ""), said.get("begins", ""))
    except RefusedError as refused:
        messages.error(request, both(*refused.words))
    except ProblemsError as told:
        messages.error(request, told.problems[0].text(spoken()))
    else:
        _check(user, draft)
        return redirect("drafts:one", draft.pk)
    return redirect("rules:rule", method)


def _check(user: User, draft: RuleDraft) -> None:
    state = state_of(draft)
    ask(
        "drafts.check",
        both(f"检查草稿 {draft.edition}", f"Check draft {draft.edition}"),
        user,
        draft=draft.pk,
        digest=state.digest,
    )


@require_POST
@needs("drafts")
def act(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Take a step of a draft; what is refused is said on its page."""
    user: Any = request.user
    draft = get_object_or_404(RuleDraft, pk=number)
    if what not in _STEPS:
        raise Http404
    try:
        to = _STEPS[what](request, user, draft)
    except RefusedError as refused:
        messages.error(request, both(*refused.words))
        to = None
    return to or redirect("drafts:one", draft.pk)


def _save_form(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    said = {name: str(value) for name, value in request.POST.items()}
    files = actions.with_form(state_of(draft), said)
    actions.save(draft, user, files, said.get("reason", ""), said.get("seen", ""))
    _check(user, draft)


def _save_text(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    files = {name: request.POST.get(f"f:{name}", said) for name, said in state_of(draft).files.items()}
    actions.save(draft, user, files, request.POST.get("reason", ""), request.POST.get("seen", ""))
    _check(user, draft)


def _restore(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    event = request.POST.get("event", "")
    actions.restore(draft, user, int(event) if event.isdigit() else 0, request.POST.get("seen", ""))
    _check(user, draft)


def _try(request: HttpRequest, user: User, draft: RuleDraft) -> HttpResponse:
    state = state_of(draft)
    if not (user.may(actions.DRAFT) or user.may(actions.PUBLISH)) or state.stage not in ("untried", "ready"):
        raise RefusedError("检查通过后才能试算。", "It is tried once the check has passed.")
    try:
        period = str(Period.parse(request.POST.get("period", "")))
    except (ValueError, ProblemsError):
        raise RefusedError("请选数据年度。", "Choose a data year.") from None
    title = both(f"试算草稿 {draft.edition}（{period}）", f"Try draft {draft.edition} on {period}")
    return redirect("jobs:one", ask("drafts.try", title, user, draft=draft.pk, digest=state.digest, period=period).pk)


def _publish(request: HttpRequest, user: User, draft: RuleDraft) -> HttpResponse:
    state = state_of(draft)
    if missing := actions.lacking(state, user):
        raise RefusedError(*("；".join(side) for side in zip(*missing, strict=True)))
    if request.POST.get("seen") != state.digest or not state.is_open:
        raise RefusedError("草稿刚刚变了，请看过再发布。", "The draft has just changed; look at it again.")
    at = timezone.now().isoformat(timespec="seconds")
    title = both(f"发布 {draft.method} {draft.edition}", f"Publish {draft.method} {draft.edition}")
    return redirect("jobs:one", ask("drafts.publish", title, user, draft=draft.pk, digest=state.digest, at=at).pk)


def _drop(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    actions.drop(draft, user, request.POST.get("reason", ""))


def _send_back(request: HttpRequest, user: User, draft: RuleDraft) -> None:
    actions.send_back(draft, user, request.POST.get("reason", ""))


_STEPS: dict[str, Any] = {
    "save": _save_form, "text": _save_text, "restore": _restore, "try": _try, "publish": _publish, "drop": _drop,
    "return": _send_back,
}  # fmt: skip
