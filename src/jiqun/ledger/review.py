"""The review of identities: which reports wait, whom they could mean, and what a person decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from jiqun.ledger.candidates import candidates
from jiqun.ledger.decisions import ASIDE, PART_OF, Decision, Standing, note_decided
from jiqun.ledger.identity import reported_key
from jiqun.ledger.log import stamp
from jiqun.ledger.registered import REGISTER, register_of
from jiqun.ledger.resolve import IMPORT, PART, REPORTED, ROW
from jiqun.ledger.store import Store
from jiqun.ledger.view import View, latest
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem

_DISTRICT_DIGITS = 6
_VERDICTS = ("same", "different", "new", ASIDE, PART_OF)
OPEN, SETTLED = "open", "settled"


@dataclass(frozen=True)
class Candidate:
    """A firm that an open report could mean, with a score of 0 to 100 for the likeness of the names.

    `by` is the earlier name of the firm that is alike; blank where it is the present one.
    """

    enterprise: str
    name: str
    district: str | None
    score: int
    by: str = ""


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
    if REGISTER in view.tables and not page.is_empty():
        register = register_of(view)
        names = dict(register.select("enterprise", "name").iter_rows()) if which == SETTLED else {}
        found = candidates(page, register)
        for reported, enterprise, name, district, score, by in found.iter_rows():
            if (reported, enterprise) not in refused:
                likely.setdefault(reported, []).append(Candidate(enterprise, name, district, score, by or ""))
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
    workspace: Workspace,
    reported: str,
    verdict: str,
    enterprise: str,
    *,
    who: str,
    when: datetime,
    note: str = "",
    adds: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a person's decision: the report means this firm (`same`), not this firm (`different`), or a `new` firm.

    `aside` says that it is no firm of the register (a meter): its rows stay, count for nobody, and nobody is asked
    about them again. `part` says that it is a workshop or branch of the firm: its figures in the columns that `adds`
    names by table are added to the firm's. A decision stands for every row reported so, in imports of the past and of
    the future, until a later decision. LEDGER-069 for another verdict, a report that is no key made by `reported_key`,
    or a firm without id where one is meant; LEDGER-118 for a part of a firm that is not in the ledger. LEDGER-106 where
    the firm has a row of its own in the same file: of two rows of one file none is the later word, so that the one
    would replace the other's figures without anybody having said so; LEDGER-119 where it has two rows of this report.
    """
    parts, firm = reported.split("|"), enterprise.strip()
    if verdict not in _VERDICTS:
        detail = f"verdict: {verdict}"
    elif bool(firm) == (verdict == ASIDE):
        detail = f"enterprise: {firm or '—'}"
    elif len(parts) != 3 or reported_key(*parts) != reported:
        detail = "reported: code|name|district"
    else:
        view = latest(workspace)
        if verdict == PART_OF and firm not in known_firms(view):
            raise ProblemsError([problem("LEDGER-118", Place(item=reported), reported=reported, enterprise=firm)])
        if verdict in ("same", "new", PART_OF):
            _alone_in_its_file(view, reported, firm, is_part=verdict == PART_OF)
        columns = json.dumps(adds or {}, ensure_ascii=False, sort_keys=True) if verdict == PART_OF else ""
        note_decided(Store(workspace), Decision(reported, verdict, firm, who, stamp(when), note, columns))
        return
    raise ProblemsError([problem("LEDGER-069", Place(item=reported), reported=reported, detail=detail)])


def known_firms(view: View) -> set[str]:
    """Return the ids that a report may mean: of the register, and of firms that a person has said are new."""
    registered = view.table(REGISTER)["enterprise"].to_list() if REGISTER in view.tables else []
    return {*registered, *view.standing.answers["_answer"].to_list()}


def _alone_in_its_file(view: View, reported: str, enterprise: str, *, is_part: bool) -> None:
    """Raise LEDGER-106 or LEDGER-119 where an import that holds the report has another row for the same thing."""
    for table in view.tables:
        key = view.key(table)
        if "enterprise" not in key:
            continue
        beside = [IMPORT, *(name for name in key if name != "enterprise")]
        rows = view.reported(table)
        of_report = rows.filter(pl.col(REPORTED) == reported).sort(IMPORT, ROW)
        twins = of_report.filter(pl.struct(beside).is_duplicated())
        if not twins.is_empty():
            said = {"number": twins[IMPORT][0], "row": twins[ROW][0], "other": twins[ROW][1]}
            raise ProblemsError([problem("LEDGER-119", Place(item=reported), **said)])
        if of_report.is_empty() or is_part:
            continue
        own = rows.filter((pl.col("enterprise") == enterprise) & ~(pl.col(REPORTED) == reported).fill_null(False))
        if PART in own.columns:
            own = own.filter(pl.col(PART).is_null())
        met = of_report.select(ROW, *beside).join(own.select(ROW, *beside), on=beside, nulls_equal=True)
        if not met.is_empty():
            first = met.sort(IMPORT, ROW).row(0, named=True)
            said = {"number": first[IMPORT], "row": first[ROW], "own": first[f"{ROW}_right"], "enterprise": enterprise}
            raise ProblemsError([problem("LEDGER-106", Place(item=reported), **said)])
