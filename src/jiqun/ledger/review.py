"""The review of identities: which reports wait, whom they could mean, and what a person decides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from jiqun.ledger.candidates import candidates
from jiqun.ledger.decisions import ASIDE, Decision, Standing, note_decided
from jiqun.ledger.identity import reported_key
from jiqun.ledger.log import stamp
from jiqun.ledger.store import Store
from jiqun.ledger.view import View
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem

_DISTRICT_DIGITS = 6
_VERDICTS = ("same", "different", "new", ASIDE)
OPEN, SETTLED = "open", "settled"


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
    decided: Decision | None = None  # where a person has answered it
    firm: str = ""  # the name in the register of the firm that it was decided to be


def asked(standing: Standing, which: str = OPEN) -> pl.DataFrame:
    """Return the reports that wait for a person (`open`), were set `aside`, or were answered by one (`settled`)."""
    return {OPEN: standing.open, ASIDE: standing.aside, SETTLED: standing.settled}[which]


def open_questions(view: View, first: int = 0, most: int = 50, which: str = OPEN) -> tuple[Question, ...]:
    """Return one page of the reports that wait for a person, with the candidates that nobody has ruled out.

    `which` is one of `asked`; a report answered by a person names the decision that stands.
    """
    page = asked(view.standing, which).slice(first, most)
    refused = set(view.standing.refused.select("_reported", "enterprise").iter_rows())
    likely: dict[str, list[Candidate]] = {}
    names: dict[str, str] = {}
    if "enterprise" in view.tables and not page.is_empty():
        register = view.table("enterprise")
        names = dict(register.select("enterprise", "name").iter_rows()) if which == SETTLED else {}
        found = candidates(page, register)
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
            decided=_stands(row) if which == SETTLED else None,
            firm=names.get(row.get("enterprise", ""), ""),
        )
        for row in page.to_dicts()
    )


def _stands(row: Mapping[str, Any]) -> Decision:
    return Decision(row["reported"], row["verdict"], row["enterprise"], row["who"], row["when"], row["note"] or "")


def own_id(reported: str) -> str:
    """Return the id of a firm that has no social credit code: of the ledger's own, the same for the same report.

    It cannot be taken for a code of GB 32100, which has 18 signs.

    >>> own_id("|示范一车间|500103")
    'N500103-D63F38DAA218'
    """
    district = reported.rpartition("|")[2][:_DISTRICT_DIGITS] or "0" * _DISTRICT_DIGITS
    return f"N{district}-{hashlib.sha256(reported.encode()).hexdigest()[:12].upper()}"


def decide(
    workspace: Workspace, reported: str, verdict: str, enterprise: str, *, who: str, when: datetime, note: str = ""
) -> None:
    """Write a person's decision: the report means this firm (`same`), not this firm (`different`), or a `new` firm.

    `aside` says that it is no firm of the register (a workshop, a meter): its rows stay, count for nobody, and nobody
    is asked about them again. A decision stands for every row reported so, in imports of the past and of the future,
    until a later decision. LEDGER-069 for another verdict, a report that is no key made by `reported_key`, or a firm
    without id where one is meant.
    """
    parts = reported.split("|")
    if verdict not in _VERDICTS:
        detail = f"verdict: {verdict}"
    elif bool(enterprise.strip()) == (verdict == ASIDE):
        detail = f"enterprise: {enterprise.strip() or '—'}"
    elif len(parts) != 3 or reported_key(*parts) != reported:
        detail = "reported: code|name|district"
    else:
        decision = Decision(reported, verdict, enterprise.strip(), who, stamp(when), note)
        note_decided(Store(workspace), decision)
        return
    raise ProblemsError([problem("LEDGER-069", Place(item=reported), reported=reported, detail=detail)])
