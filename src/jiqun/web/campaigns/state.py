"""The state of a campaign: everything follows from its events, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.utils import timezone

from jiqun.cases.clocks import Clock, Pause, colour
from jiqun.expressions import WorkingDays
from jiqun.packs.working_days import working_days
from jiqun.problems import ProblemsError
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.region import region
from jiqun.web.shell.language import both


@dataclass(frozen=True)
class Stage:
    """A stage of every campaign; `days` are the working days that are planned for it where nobody says otherwise."""

    id: str
    title: str
    title_en: str
    days: int


STAGES: Final = (
    Stage("collect", "数据归集", "Data collection", 12),
    Stage("check", "企业自核", "Firms check", 8),
    Stage("trial", "试算", "Trial runs", 5),
    Stage("adjust", "调整", "Adjustments", 3),
    Stage("notice", "公示", "Public notice", 5),
    Stage("appeal", "申诉", "Appeals", 5),
    Stage("sign", "审定签发", "Signature", 5),
    Stage("publish", "发布应用", "Publication", 5),
)
ORDER: Final = [one.id for one in STAGES]


def calendar() -> WorkingDays:
    """Return the working days that the region's packs know."""
    return working_days(region().book)


@dataclass
class Adjustment:
    """A change of grade beyond the ranking: proposed by one, decided by another, then in the ledger."""

    number: int
    by: str
    at: Any
    said: dict[str, Any]
    decision: str = ""  # confirmed, refused, or withdrawn by who proposed it
    decided_by: str = ""
    decided_at: Any = None
    decision_reason: str = ""
    imported: int | None = None
    booked_event: int = 0

    @property
    def is_open(self) -> bool:
        return self.decision == "" or (self.decision == "confirmed" and self.imported is None)

    @property
    def stands(self) -> bool:
        """Whether it was neither refused nor withdrawn."""
        return self.decision not in ("refused", "withdrawn")


@dataclass
class Appeal:
    """What a firm objects to, the clock of its answer, what would follow, and the decision."""

    number: int
    by: str
    at: Any
    said: dict[str, Any]
    days: int
    pauses: list[Pause] = field(default_factory=list)
    pause_asked: dict[str, Any] | None = None  # by, on, reason: waits for another person
    papers: list[dict[str, Any]] = field(default_factory=list)  # number, file, sha256, size, by, at
    recheck: dict[str, Any] | None = None
    decision: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    decision_reason: str = ""
    imported: int | None = None

    @property
    def received(self) -> date:
        return timezone.localdate(self.at)

    @property
    def is_paused(self) -> bool:
        return self.clock.stands

    @property
    def corrects(self) -> bool:
        """Whether a grant changes a reported figure of the firm."""
        return bool(self.said.get("field"))

    @property
    def is_open(self) -> bool:
        return self.decision == "" or (self.decision == "granted" and self.corrects and self.imported is None)

    def is_rechecked(self, run: str) -> bool:
        """Whether its value was tried out on a trial run."""
        return self.recheck is not None and self.recheck["run"] == run

    @property
    def clock(self) -> Clock:
        """The working days until the answer is due."""
        return Clock(self.received, self.days, tuple(self.pauses), self.decided_on)

    def left(self, today: date) -> int | None:
        """Working days until the answer is due; None where the holidays of a year on the way are not known."""
        try:
            return self.clock.left(today, calendar())
        except ProblemsError:
            return None

    def due(self, today: date) -> date | None:
        """The day on which the answer is due; None while the clock stands or where it cannot be told."""
        try:
            return self.clock.due(calendar())
        except ProblemsError:
            return None


@dataclass
class State:
    """Where a campaign is."""

    campaign: Campaign
    events: list[Event]
    stage: str = "collect"
    plan: dict[str, tuple[date, date]] = field(default_factory=dict)
    entered: dict[str, date] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)
    trial_event: int = 0
    changed_event: int = 0
    adjustments: dict[int, Adjustment] = field(default_factory=dict)
    appeals: dict[int, Appeal] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)
    objections: dict[str, str] = field(default_factory=dict)
    check_papers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # number, file, sha256, size, by, at
    notice: dict[str, Any] | None = None
    sign_asked: dict[str, Any] | None = None
    refusals: list[dict[str, Any]] = field(default_factory=list)
    signed: str = ""
    actors: set[str] = field(default_factory=set)

    @property
    def run(self) -> str:
        """The newest trial run."""
        return str(self.trials[-1]["run"]) if self.trials else ""

    @property
    def is_stale(self) -> bool:
        """Whether something was changed after the newest trial run."""
        return self.changed_event > self.trial_event

    @property
    def open_adjustments(self) -> list[Adjustment]:
        return [one for one in self.adjustments.values() if one.is_open]

    @property
    def open_appeals(self) -> list[Appeal]:
        return [one for one in self.appeals.values() if one.is_open]

    @property
    def next_stage(self) -> str:
        at = ORDER.index(self.stage) + 1
        return ORDER[at] if at < len(ORDER) else ""

    def apply(self, event: Event) -> None:
        getattr(self, "_" + event.kind.replace(".", "_"))(event, event.details)

    def _campaign_created(self, event: Event, said: dict[str, Any]) -> None:
        self.plan = {one: (date.fromisoformat(a), date.fromisoformat(b)) for one, (a, b) in said["plan"].items()}
        self.entered["collect"] = timezone.localdate(event.at)

    def _stage_entered(self, event: Event, said: dict[str, Any]) -> None:
        self.stage = said["stage"]
        self.entered[self.stage] = timezone.localdate(event.at)
        for later in ORDER[ORDER.index(self.stage) + 1 :]:
            self.entered.pop(later, None)

    def _stage_planned(self, event: Event, said: dict[str, Any]) -> None:
        first = self.plan[said["stage"]][0]
        self.plan[said["stage"]] = (first, date.fromisoformat(said["to"]))

    def _firm_checked(self, event: Event, said: dict[str, Any]) -> None:
        self.checked[said["enterprise"]] = said["answer"]
        self.objections[said["enterprise"]] = said["words"]

    def _firm_evidence(self, event: Event, said: dict[str, Any]) -> None:
        paper = {**said, "number": event.pk, "by": event.by, "at": event.at}
        self.check_papers.setdefault(said["enterprise"], []).append(paper)

    def _trial_done(self, event: Event, said: dict[str, Any]) -> None:
        self.trials.append({**said, "at": event.at, "by": event.by})
        self.trial_event = event.pk

    def _adjustment_proposed(self, event: Event, said: dict[str, Any]) -> None:
        self.adjustments[event.pk] = Adjustment(event.pk, event.by, event.at, said)
        self.actors.add(event.by)

    def _adjustment_decided(self, event: Event, said: dict[str, Any]) -> None:
        one = self.adjustments[event.about]
        one.decision, one.decided_by, one.decision_reason = said["decision"], event.by, said["reason"]
        one.decided_at = event.at
        if said.get("right") != "approve":  # who approves single adjustments as the signer may sign the whole
            self.actors.add(event.by)

    def _adjustment_withdrawn(self, event: Event, said: dict[str, Any]) -> None:
        one = self.adjustments[event.about]
        one.decision, one.decided_by, one.decision_reason = "withdrawn", event.by, said["reason"]
        one.decided_at = event.at

    def _adjustment_booked(self, event: Event, said: dict[str, Any]) -> None:
        one = self.adjustments[event.about]
        one.imported, one.booked_event = said["import"], event.pk
        self.changed_event = event.pk

    def _appeal_registered(self, event: Event, said: dict[str, Any]) -> None:
        self.appeals[event.pk] = Appeal(event.pk, event.by, event.at, said, self.campaign.answer_days)

    def _appeal_pause_asked(self, event: Event, said: dict[str, Any]) -> None:
        on = timezone.localdate(event.at)
        self.appeals[event.about].pause_asked = {"by": event.by, "on": on, "reason": said["reason"]}

    def _appeal_pause_refused(self, event: Event, said: dict[str, Any]) -> None:
        self.appeals[event.about].pause_asked = None

    def _appeal_paused(self, event: Event, said: dict[str, Any]) -> None:
        """The clock stands from the day on which the pause was asked for."""
        one = self.appeals[event.about]
        asked, one.pause_asked = one.pause_asked, None
        first = asked["on"] if asked else timezone.localdate(event.at)
        one.pauses.append(Pause(first, None, said["reason"]))

    def _appeal_resumed(self, event: Event, said: dict[str, Any]) -> None:
        self._end_pause(self.appeals[event.about], timezone.localdate(event.at))

    @staticmethod
    def _end_pause(one: Appeal, day: date) -> None:
        one.pauses[-1] = replace(one.pauses[-1], last=day)

    def _appeal_evidence(self, event: Event, said: dict[str, Any]) -> None:
        paper = {**said, "number": event.pk, "by": event.by, "at": event.at}
        self.appeals[event.about].papers.append(paper)

    def _appeal_rechecked(self, event: Event, said: dict[str, Any]) -> None:
        self.appeals[event.about].recheck = said

    def _appeal_decided(self, event: Event, said: dict[str, Any]) -> None:
        one = self.appeals[event.about]
        one.decision, one.decided_by, one.decision_reason = said["decision"], event.by, said["reason"]
        if one.is_paused:
            self._end_pause(one, timezone.localdate(event.at))
        one.decided_on, one.pause_asked = timezone.localdate(event.at), None
        self.actors.add(event.by)

    def _appeal_booked(self, event: Event, said: dict[str, Any]) -> None:
        self.appeals[event.about].imported = said["import"]
        self.changed_event = event.pk

    def _notice_published(self, event: Event, said: dict[str, Any]) -> None:
        self.notice = {**said, "on": timezone.localdate(event.at), "until": date.fromisoformat(said["until"])}

    def _sign_asked(self, event: Event, said: dict[str, Any]) -> None:
        self.sign_asked = {**said, "by": event.by}

    def _sign_refused(self, event: Event, said: dict[str, Any]) -> None:
        self.refusals.append({**said, "at": event.at})

    def _sign_done(self, event: Event, said: dict[str, Any]) -> None:
        self.signed, self.stage = said["run"], "publish"
        self.entered["publish"] = timezone.localdate(event.at)


def state_of(campaign: Campaign) -> State:
    """Return where a campaign is, from its events."""
    state = State(campaign, list(campaign.events.all()))
    for event in state.events:
        state.apply(event)
    return state


@dataclass(frozen=True)
class Light:
    """A light in words; `colour` is red, yellow, green or none (not due, or the clock stands)."""

    colour: str
    words: str


def light_of_days(left: int | None) -> Light:
    """Say how many working days are left; nothing is guessed where the holidays of a year are not known."""
    if left is None:
        return Light("none", both("放假安排未收录，工作日未知", "holidays not known, working days unknown"))
    if left < 0:
        return Light(colour(left), both(f"超期 {-left} 个工作日", f"{-left} working days late"))
    if left == 0:
        return Light(colour(left), both("今日到期", "due today"))
    return Light(colour(left), both(f"剩 {left} 个工作日", f"{left} working days left"))


def days_until(today: date, last: date) -> int | None:
    """Count the working days from a day until another; None where the holidays of a year are not known."""
    try:
        return calendar().between(today, last)
    except ProblemsError:
        return None


@dataclass(frozen=True)
class StageLine:
    """A stage on the track."""

    stage: Stage
    title: str
    first: date
    last: date
    css: str
    light: Light


def track(state: State, today: date) -> list[StageLine]:
    """Return the stages with their planned dates and lights as of a day."""
    lines = []
    at = ORDER.index(state.stage)
    for index, stage in enumerate(STAGES):
        first, last = state.plan[stage.id]
        first = min(first, last)  # a stage that was moved to end before it should have begun
        lines.append(
            StageLine(stage, both(stage.title, stage.title_en), first, last, *_look(state, index, at, last, today))
        )
    return lines


def _look(state: State, index: int, at: int, last: date, today: date) -> tuple[str, Light]:
    if index > at:
        return "", Light("none", both("未到", "not yet"))
    if index == at and not (index == len(ORDER) - 1 and state.signed):
        light = light_of_days(days_until(today, last))
        return ("now late" if light.colour == "red" else "now"), light
    ended = state.entered.get(ORDER[index + 1]) if index + 1 < len(ORDER) else state.entered.get(ORDER[index])
    late = 0 if ended is None or ended <= last else days_until(last, ended)
    if late is None:
        return "done", Light("yellow", both("完成，超期", "done, late"))
    if late > 0:
        return "done", Light("yellow", both(f"完成，晚 {late} 个工作日", f"done, {late} working days late"))
    return "done", Light("green", both("按期完成", "done in time"))
