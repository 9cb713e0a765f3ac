"""Where a draft stands: everything follows from its events, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jiqun.desk.drafts.parts import Basis, digest_of, parts
from jiqun.web.drafts.models import DraftEvent, RuleDraft

STAGES: dict[str, tuple[str, str]] = {
    "checking": ("检查中", "being checked"),
    "faulty": ("有错误", "has errors"),
    "returned": ("退回待改", "sent back"),
    "untried": ("待试算", "to be tried"),
    "ready": ("待发布", "to be published"),
    "published": ("已发布", "published"),
    "dropped": ("已作废", "dropped"),
}
EVENTS: dict[str, tuple[str, str]] = {
    "revised": ("保存修改", "saved"),
    "checked": ("检查", "checked"),
    "tried": ("试算", "tried"),
    "returned": ("退回", "sent back"),
    "refused": ("发布未成", "not published"),
    "published": ("发布", "published"),
    "dropped": ("作废", "dropped"),
}


@dataclass
class State:
    """A draft: its files of now, what the check found, what they change, the newest try of each rule, who wrote it."""

    draft: RuleDraft
    events: list[DraftEvent] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    problems: list[dict[str, Any]] | None = None
    changes: dict[str, list[dict[str, str]]] | None = None  # by language; None while it cannot be read
    touched: list[dict[str, str]] = field(default_factory=list)  # rules that rest on what it changes
    law: str = ""  # the number of the law it was checked on
    tries: dict[str, dict[str, Any]] = field(default_factory=dict)  # by rule, the newest last
    authors: set[str] = field(default_factory=set)
    returned: DraftEvent | None = None  # sent back, and not changed since
    number: int = 0
    is_dropped: bool = False

    def apply(self, event: DraftEvent) -> None:
        said: dict[str, Any] = event.details
        if event.kind == "revised":
            self.files, self.digest = said["files"], digest_of(said["files"])
            self.problems, self.changes, self.touched, self.tries, self.returned = None, None, [], {}, None
            self.authors.add(event.by)
        elif event.kind == "checked" and said["digest"] == self.digest:
            self.problems, self.changes = said["problems"], said["changes"]
            self.touched, self.law = said.get("touched", []), said.get("law", "")
        elif event.kind == "tried" and said["digest"] == self.digest:
            self.tries.pop(self._rule(said), None)
            self.tries[self._rule(said)] = said
        elif event.kind == "returned":
            self.tries, self.returned = {}, event
        elif event.kind == "published":
            self.number = said["number"]
        elif event.kind == "dropped":
            self.is_dropped = True

    def _rule(self, said: dict[str, Any]) -> str:
        return str(said.get("method") or self.draft.about)

    @property
    def basis(self) -> Basis:
        draft = self.draft
        return Basis(draft.came_from or draft.about, draft.base, draft.kind)

    @property
    def tried(self) -> dict[str, Any] | None:
        """The newest try of what the draft says now."""
        return next(reversed(self.tries.values()), None)

    @property
    def is_to_be_tried(self) -> bool:
        """Rules, and numbers that rules read, are tried before they are published."""
        kinds = {one.kind for one in parts(self.files)}
        return "method" in kinds or ("parameter" in kinds and bool(self.touched))

    @property
    def is_open(self) -> bool:
        return not self.number and not self.is_dropped

    @property
    def errors(self) -> int:
        return sum(one["severity"] == "error" for one in self.problems or ())

    @property
    def notices(self) -> int:
        return len(self.problems or ()) - self.errors

    @property
    def stage(self) -> str:
        if not self.is_open:
            return "published" if self.number else "dropped"
        if self.problems is None:
            return "checking"
        if self.errors:
            return "faulty"
        if self.returned and not self.tries:
            return "returned"
        return "ready" if self.tries or not self.is_to_be_tried else "untried"

    @property
    def may_be_tried(self) -> bool:
        """It is open and the check has passed; one that was sent back may be tried anew as it is."""
        return self.stage in ("untried", "returned", "ready")

    @property
    def revisions(self) -> list[DraftEvent]:
        """Every saved state, the newest first."""
        return [one for one in reversed(self.events) if one.kind == "revised"]


def state_of(draft: RuleDraft) -> State:
    """Return where a draft stands, from its events."""
    state = State(draft, list(draft.events.all()))
    for event in state.events:
        state.apply(event)
    return state
