"""The review of identities: which reports wait, whom they could mean, and what a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiqun.ledger.candidates import candidates
from jiqun.ledger.decisions import Decision, note_decided
from jiqun.ledger.identity import reported_key
from jiqun.ledger.log import stamp
from jiqun.ledger.store import Store
from jiqun.ledger.view import View
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem

_VERDICTS = ("same", "different", "new")


@dataclass(frozen=True)
class Candidate:
    """A firm that an open report could mean, with a score of 0 to 100 for the likeness of the names."""

    enterprise: str
    name: str
    district: str | None
    score: int


@dataclass(frozen=True)
class Question:
    """One report whose firm is open: what was reported, why it was not matched, in which imports, and candidates."""

    reported: str
    code: str | None
    name: str | None
    district: str | None
    why: str
    tables: tuple[str, ...]
    imports: tuple[int, ...]
    rows: int
    candidates: tuple[Candidate, ...]


def open_questions(view: View, first: int = 0, most: int = 50) -> tuple[Question, ...]:
    """Return one page of the reports that wait for a person, with the candidates that nobody has ruled out."""
    page = view.standing.open.slice(first, most)
    refused = set(view.standing.refused.select("_reported", "enterprise").iter_rows())
    likely: dict[str, list[Candidate]] = {}
    if "enterprise" in view.tables and not page.is_empty():
        found = candidates(page, view.table("enterprise"))
        for reported, enterprise, name, district, score in found.iter_rows():
            if (reported, enterprise) not in refused:
                likely.setdefault(reported, []).append(Candidate(enterprise, name, district, score))
    return tuple(
        Question(
            reported=row["reported"],
            code=row["code"],
            name=row["name"],
            district=row["district"],
            why=row["why"],
            tables=tuple(row["tables"]),
            imports=tuple(one for one in row["imports"] if one is not None),
            rows=row["rows"],
            candidates=tuple(likely.get(row["reported"], ())),
        )
        for row in page.to_dicts()
    )


def decide(
    workspace: Workspace, reported: str, verdict: str, enterprise: str, *, who: str, when: datetime, note: str = ""
) -> None:
    """Write a person's decision: the report means this firm (`same`), not this firm (`different`), or a `new` firm.

    It stands for every row reported so, in imports of the past and of the future, until a later decision. LEDGER-069
    for another verdict, a report that is no key made by `reported_key`, or a firm without id.
    """
    parts = reported.split("|")
    if verdict not in _VERDICTS:
        detail = f"verdict: {verdict}"
    elif not enterprise.strip():
        detail = "enterprise: —"
    elif len(parts) != 3 or reported_key(*parts) != reported:
        detail = "reported: code|name|district"
    else:
        decision = Decision(reported, verdict, enterprise.strip(), who, stamp(when), note)
        note_decided(Store(workspace), decision)
        return
    raise ProblemsError([problem("LEDGER-069", Place(item=reported), reported=reported, detail=detail)])
