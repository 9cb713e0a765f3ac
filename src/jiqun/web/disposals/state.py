"""Where the disposal of a firm stands: everything follows from its events, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jiqun.web.disposals.models import Disposal, DisposalEvent

TITLES: dict[str, tuple[str, str]] = {
    "none": ("未立案", "not opened"),
    "proposed": ("待确认", "to be confirmed"),
    "running": ("处置中", "under way"),
    "asked": ("待销号", "to be closed"),
    "closed": ("已销号", "closed"),
}
EVENTS: dict[str, tuple[str, str]] = {
    "proposed": ("提出处置方式", "way proposed"),
    "confirmed": ("确认处置方式", "way confirmed"),
    "refused": ("退回", "sent back"),
    "progress": ("进展", "progress"),
    "paper": ("佐证材料", "evidence"),
    "close_asked": ("申请销号", "closing asked"),
    "closed": ("销号", "closed"),
}


@dataclass
class State:
    """A case: its way of disposal, who is responsible, when it is due, its papers and who acted last."""

    disposal: Disposal
    events: list[DisposalEvent] = field(default_factory=list)
    stage: str = "none"
    way: str = ""
    unit: str = ""
    due: date | None = None
    papers: dict[str, str] = field(default_factory=dict)
    asked_by: str = ""
    closed_on: date | None = None

    def apply(self, event: DisposalEvent) -> None:
        said: dict[str, Any] = event.details
        if event.kind == "proposed":
            self.stage, self.way, self.unit = "proposed", said["way"], said["unit"]
            self.due, self.asked_by = date.fromisoformat(said["due"]), event.by
        elif event.kind == "confirmed":
            self.stage = "running"
        elif event.kind == "refused":
            self.stage = "running" if self.stage == "asked" else "none"
        elif event.kind == "paper":
            self.papers[said["sha256"]] = said["file"]
        elif event.kind == "close_asked":
            self.stage, self.asked_by = "asked", event.by
        elif event.kind == "closed":
            self.stage, self.closed_on = "closed", event.at.date()

    def days_left(self, today: date) -> int | None:
        """Days until it is due, below zero where late; None without a date or once closed."""
        return None if self.due is None or self.stage in ("closed", "none") else (self.due - today).days


def state_of(disposal: Disposal) -> State:
    """Return where a case stands, from its events."""
    state = State(disposal, list(disposal.events.all()))
    for event in state.events:
        state.apply(event)
    return state
