"""What is said after a step of a campaign: what it did, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from jiqun.web.campaigns.state import STAGES, State

_DONE: Mapping[str, tuple[str, str]] = {
    "replan": ("已改期，理由记入办理经过。", "The date is moved; the reason is kept."),
    "check": ("自核答复已记下，本阶段截止前可以再改。", "The answer is noted; it may be changed until the stage ends."),
    "propose": ("调整已提出，待另一人确认。", "The adjustment is proposed; another person confirms it."),
    "decide-adjustment": (
        "调整已确认，正在入账；入账后请再试算一次。",
        "The adjustment is confirmed and being booked; run the trial again afterwards.",
    ),
    "decide-adjustment-refused": ("调整没有同意，理由已记下。", "The adjustment is refused; the reason is kept."),
    "withdraw-adjustment": (
        "调整已撤回，理由已记下，名单里仍看得到。",
        "The adjustment is withdrawn; the reason is kept and it stays in the list.",
    ),
    "notice": ("公示名单已发布。", "The notice is published."),
    "appeal": ("申诉已登记，答复期限从今天起算。", "The appeal is registered; its clock runs from today."),
    "pause": ("停钟已申请，待另一人同意。", "The stop is asked for; another person agrees to it."),
    "decide-pause": ("已同意停钟。", "The clock stands."),
    "decide-pause-refused": ("没有同意停钟，照常计时。", "The stop is refused; the clock runs on."),
    "resume": ("已恢复计时。", "The clock runs again."),
    "decide-appeal": (
        "申诉已支持；有更正的正在入账，入账后请再试算一次。",
        "The appeal is granted; what it corrects is being booked: run the trial again afterwards.",
    ),
    "decide-appeal-refused": ("申诉没有支持，理由已记下。", "The appeal is refused; the reason is kept."),
}
_REFUSED = ("decide-adjustment", "decide-pause", "decide-appeal")


def done_words(what: str, said: Mapping[str, str], state: State) -> tuple[str, str]:
    """Say what a step did, and what comes after it."""
    if what == "advance":
        stage = next(one for one in STAGES if one.id == state.stage)
        return f"已进入“{stage.title}”。", f"Now in the stage: {stage.title_en}."
    granted = said.get("decision") in ("confirmed", "granted", "agreed")
    return _DONE[what + ("" if granted or what not in _REFUSED else "-refused")]
