"""Long work on a draft; every piece may be done twice with the outcome of once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse

from jiqun.desk.drafts.check import checked
from jiqun.desk.drafts.drafting import law_of
from jiqun.desk.drafts.publishing import publications, publish
from jiqun.desk.drafts.trial import Trial, tried
from jiqun.problems import ProblemsError
from jiqun.web.drafts.actions import lacking, law_seen, note, paper_of
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.queries import TRY, changes_of, touched_by
from jiqun.web.drafts.state import State, state_of
from jiqun.web.jobs.queue import Step, work
from jiqun.web.land.compared import keep_rows
from jiqun.web.people.models import User
from jiqun.web.region import region


def _state(arguments: dict[str, Any]) -> State:
    return state_of(RuleDraft.objects.get(pk=arguments["draft"]))


def _page(state: State) -> dict[str, Any]:
    return {"to": reverse("drafts:one", args=[state.draft.pk])}


@work("drafts.check")
def check(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Check what a draft says now as part of the whole law book, and say what it changes and which rules it touches."""
    state = _state(arguments)
    law = law_of(region())
    if state.is_open and (state.problems is None or state.law != law):
        step("compiling")
        found = [
            {"code": one.code, "severity": one.severity, "file": one.place.file, "line": one.place.line,
             "zh": one.text("zh"), "en": one.text("en")}
            for one in checked(region(), state.basis, state.files)
        ]  # fmt: skip
        sound = not any(one["severity"] == "error" for one in found)
        details = {
            "digest": state.digest, "law": law, "problems": found,
            "changes": changes_of(state) if sound else None, "touched": touched_by(state) if sound else [],
        }  # fmt: skip
        note(state.draft, owner.get_username(), "checked", details)
    return _page(state)


@work(TRY)
def try_draft(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Evaluate a rule under the law now and under the draft on the ledger of now, and keep who moved."""
    state = _state(arguments)
    law = law_of(region())
    trial = Trial(**arguments["trial"])
    told = tried(region(), state.basis, state.files, trial, step)
    keep_rows(told, told.before, told.after)
    details = {
        "digest": state.digest, "law": law, "method": arguments["method"], "period": trial.period,
        "numbers": trial.numbers, "stood_in": len(told.before.plan.overrides),
        "before": told.before.id, "after": told.after.id, "moved": len(told.movers),
    }  # fmt: skip
    if state.is_open and state.tried != details:
        note(state.draft, owner.get_username(), "tried", details)
    return _page(state)


@work("drafts.publish")
def put_into_force(arguments: dict[str, Any], owner: User, step: Step) -> dict[str, Any]:
    """Publish what was looked at; where a killed worker had published it already, only the event is written."""
    state = _state(arguments)
    done = next((one for one in publications(region()) if one.get("draft") == state.draft.pk), None)
    if done is None and state.is_open:
        step("compiling")
        if state.digest != arguments["digest"] or lacking(state, owner):
            said = [{"zh": zh, "en": en} for zh, en in lacking(state, owner)]
            note(state.draft, owner.get_username(), "refused", {"problems": said})
            return _page(state)
        paper = paper_of(state)
        details = {
            "draft": state.draft.pk, "by": owner.get_username(), "authors": sorted(state.authors),
            "at": arguments["at"], "document": paper["number"], "issued": paper["issued"], "paper": paper["title"],
            "tried": list(state.tries.values()), "changes": state.changes or {},
        }  # fmt: skip
        step("saving")
        try:
            publish(region(), state.basis, state.files, law_seen(state), details)
        except ProblemsError as told:
            said = [{"zh": one.text("zh"), "en": one.text("en")} for one in told.problems]
            note(state.draft, owner.get_username(), "refused", {"problems": said})
            raise
        done = next(one for one in publications(region()) if one.get("draft") == state.draft.pk)
    if done is not None:
        note_published(state.draft, done)
    return _page(state)


@transaction.atomic
def note_published(draft: RuleDraft, done: Mapping[str, Any]) -> None:
    """Write once that a draft was published, whichever of two workers comes to it first."""
    if not state_of(RuleDraft.objects.select_for_update().get(pk=draft.pk)).number:
        note(draft, done["by"], "published", {"number": done["number"], "document": done["document"]})
