"""What stands against a step of a campaign, all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.desk.evaluating import find_method, snapshot_of
from jiqun.desk.running import Run
from jiqun.desk.signing import changed_since
from jiqun.methods import Plan
from jiqun.methods.runs.run import official_faults
from jiqun.methods.runs.sign_off import SignOff
from jiqun.problems import Problem
from jiqun.values import Period
from jiqun.web.campaigns.state import State
from jiqun.web.kept import kept
from jiqun.web.region import region, run_of, runs
from jiqun.web.shell.language import both, counted

Text = tuple[str, str]
OWN_PROPOSAL: Text = (
    "提出人不能确认自己提的调整，请另一人确认。",
    "Not by the one who proposed it: another person decides.",
)
ACTED: Text = (
    "提出过调整、以分析员身份决定过调整或决定过申诉的人不能签发。",
    "Not by somebody who proposed an adjustment, decided one as an analyst, or decided an appeal.",
)
# what makes the second evaluation differ from the trial (jiqun.desk.signing), and what to do
_CHANGES: Mapping[str, Text] = {
    "method": ("试算之后办法已改动，请再试算一次。", "The method was changed after the trial: run it again."),
    "book": ("试算之后规则包已改动，请再试算一次。", "The packs were changed after the trial: run it again."),
    "tables": (
        "试算所读的以前年度结果不是正式结果，请先签发以前年度的，再试算一次。",
        "The trial reads earlier results that are not official: sign those first, then run it again.",
    ),
}


class RefusedError(ValueError):
    """A step that is not taken, with the reasons in both languages; `at` names the fields that are wrong."""

    def __init__(self, zh: str, en: str, *more: Text, at: tuple[str, ...] = ()) -> None:
        self.reasons: tuple[Text, ...] = ((zh, en), *more)
        self.at = at
        super().__init__(zh)

    def words(self) -> list[str]:
        return [both(zh, en) for zh, en in self.reasons]


def lacking_for(state: State, stage: str) -> list[Text]:
    """Return what a stage still waits for; `publish` is what the signature waits for."""
    found = [fault for one in _CHECKS.get(stage, ()) for fault in one(state)]
    return list(dict.fromkeys(found))


def _needs_run(state: State) -> list[Text]:
    if not state.run:
        return [("还没有试算。", "There is no trial run yet.")]
    if state.is_stale:
        return [
            ("试算之后又有调整或更正入账，请再试算一次。", "Something was booked after the trial run: run it again.")
        ]
    return []


def _open_adjustments(state: State) -> list[Text]:
    count = len(state.open_adjustments)
    en = counted(f"{count} adjustment(s) not decided or booked yet.", count)
    return [(f"{count} 件调整还没有确认或入账。", en)] if count else []


def _needs_notice(state: State) -> list[Text]:
    return [] if state.notice else [("还没有公示。", "There was no public notice.")]


def _open(state: State) -> list[Text]:
    found = [*_needs_run(state), *_open_adjustments(state)]
    if count := len(state.open_appeals):
        en = counted(f"{count} appeal(s) not decided or booked yet.", count)
        found.append((f"{count} 件申诉还没有办结或入账。", en))
    if state.notice and timezone.localdate() < state.notice["until"]:
        until = state.notice["until"].isoformat()
        moved = state.plan["notice"][1] < state.notice["until"]  # what was published counts, not what is planned since
        zh, en = ("改了期的，要重新公示。", " Where its end was moved, publish it again.") if moved else ("", "")
        found.append((f"公示到 {until} 才满期。{zh}", f"The notice runs until {until}.{en}"))
    return found


def _of_rule(state: State) -> list[Text]:
    """What keeps the rule's results from being official, in plain sentences: the rule is the campaign's own."""
    if not state.run:
        return []
    faults = rule_faults(run_of(state.run))
    found = [(f"{one.what()}{one.on_screen()}", f"{one.what('en')} {one.on_screen('en')}") for one in faults]
    if changed := _changed(region(), state.run, runs()[0].id):
        found.append(_CHANGES[changed])
    return found


@kept(16)
def _changed(context: Context, run: str, newest: str) -> str:
    """Name what changed since a trial; a newer official run may change what the rule reads."""
    return changed_since(context, run_of(run))


_CHECKS: Mapping[str, tuple[Callable[[State], list[Text]], ...]] = {
    "adjust": (_needs_run,),
    "notice": (_needs_run, _open_adjustments),
    "appeal": (_needs_notice,),
    "sign": (_needs_notice, _open),
    "publish": (_needs_notice, _open, _of_rule),
}


@kept(16)
def plan_of(context: Context, method: str, year: int) -> Plan:
    """Return a rule compiled for a year; packs are read once, so it is kept."""
    when = Period.parse(str(year))
    return find_method(context, method, when).plan(when)


def rule_faults(run: Run) -> list[Problem]:
    """Return what keeps a trial run from being made official, the signature itself and what it accepts aside."""
    inputs = run.inputs
    result = replace(run.result, manifest={**inputs, "trial": bool(inputs["parameters"])})
    signature = SignOff("-", timezone.localdate(), "-", accepts_doubts=True)
    return official_faults(result, snapshot_of(region(), run), signature)


def doubts_to_accept(run: Run) -> tuple[str, ...] | None:
    """Return the doubts that the signer of a run goes through; None where its rule was read in full."""
    rule = run.plan.method
    return tuple(rule.doubts) if rule.completeness == "partial" else None
