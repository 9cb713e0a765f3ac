"""The log of identities: what was left open at an import, what a person decided, what a later register settled."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from jiqun.ledger.identity import DECISION_SCHEMA
from jiqun.ledger.log import stamp
from jiqun.ledger.resolve import REPORTED
from jiqun.ledger.store import LostRaceError, Store, gathered

DECISIONS = "_identity"
_TEXTS = (
    "event",
    "reported",
    "code",
    "name",
    "district",
    "table",
    "why",
    "verdict",
    "enterprise",
    "who",
    "when",
    "note",
    "adds",
)
_SCHEMA: dict[str, pl.DataType] = {name: pl.String() for name in _TEXTS} | {"import": pl.Int64(), "order": pl.Int64()}
_ANSWERS = {REPORTED: pl.String(), "_answer": pl.String()}
_GIVEN = {"reported": pl.String(), "enterprise": pl.String()}
_REFUSED = {REPORTED: pl.String(), "enterprise": pl.String(), "_refused": pl.Boolean()}
_ATTEMPTS = 500
ASIDE = "aside"  # the verdict on what is no firm: nobody is asked about it again
PART_OF = "part"  # the verdict on a workshop or branch: its figures are added to those of its firm
_PAUSE = 0.005


@dataclass(frozen=True)
class Standing:
    """Identity as it stands: `open` questions, `answers` to put into rows, and a person's `decisions` to replay.

    `aside` are the questions that a person has set aside, `settled` those that a person has answered (with the firm,
    who said so, when and why), the newest first; `refused` the pairs of report and firm that a person has said are not
    the same. `parts` are the reports that were added to a firm: by report, the columns that add up in each table, as
    the contracts said when it was decided, so that a snapshot reads the same for ever.
    """

    open: pl.DataFrame
    aside: pl.DataFrame
    settled: pl.DataFrame
    answers: pl.DataFrame
    refused: pl.DataFrame
    decisions: pl.DataFrame
    parts: Mapping[str, Mapping[str, tuple[str, ...]]]

    def was_asked(self, reported: str) -> bool:
        """Tell whether somebody reported a firm like this, and a person was or is asked about it."""
        return any((one["reported"] == reported).any() for one in (self.open, self.aside, self.settled))


@dataclass(frozen=True)
class Decision:
    """A person's word on one report: the firm is the `same`, a `different` one, or `new`; `aside`: it is no firm.

    `part`: it is a workshop of the firm, and its figures in the columns of `adds` (by table) are added to the firm's.
    """

    reported: str
    verdict: str
    enterprise: str
    who: str
    when: str
    note: str = ""
    adds: str = ""


def read_standing(store: Store, version: int, valid_imports: Collection[int]) -> Standing:
    """Read the log at a version; what came with an import counts only while that import does."""
    frame = store.read(DECISIONS, version)
    events = pl.DataFrame(schema=_SCHEMA) if frame is None else _of_now(gathered(frame, DECISIONS))
    counts = pl.col("import").is_null() | pl.col("import").is_in(sorted(valid_imports))
    events = events.filter(counts).sort("order", maintain_order=True)
    decided = events.filter(pl.col("event") == "decided").select(list(DECISION_SCHEMA))
    answer, pairs, aside, parts = _fold(events)
    answers = pl.DataFrame(sorted(answer.items()), schema=_ANSWERS, orient="row")
    refused = pl.DataFrame([(*pair, True) for pair in sorted(pairs)], schema=_REFUSED, orient="row")
    asked = events.filter(pl.col("event") == "open")
    queue = (
        asked.group_by("reported", maintain_order=True)
        .agg(pl.first("code", "name", "district"), pl.last("why"), pl.col("table", "import").unique().sort(), pl.len())
        .rename({"table": "tables", "import": "imports", "len": "rows"})
        .sort("reported")
    )
    is_aside, is_answered = pl.col("reported").is_in(sorted(aside)), pl.col("reported").is_in(sorted(answer))
    waiting = queue.filter(~is_answered)
    return Standing(
        waiting.filter(~is_aside),
        waiting.filter(is_aside),
        _by_person(queue.filter(is_answered), events, answer),
        answers,
        refused,
        decided,
        parts,
    )


def _of_now(events: pl.DataFrame) -> pl.DataFrame:
    """Return events with the columns of today: a log that was written before a column came has none of it."""
    new = [pl.lit(None, dtype=kind).alias(name) for name, kind in _SCHEMA.items() if name not in events.columns]
    return events.with_columns(new).select(list(_SCHEMA))


def _by_person(answered: pl.DataFrame, events: pl.DataFrame, answer: Mapping[str, str]) -> pl.DataFrame:
    """Return the answered questions whose answer is a person's, with the decision, the newest first."""
    given = pl.DataFrame(sorted(answer.items()), schema=_GIVEN, orient="row")
    said = (
        events.filter(pl.col("event") == "decided", pl.col("verdict").is_in(["same", "new", PART_OF]))
        .group_by("reported", maintain_order=True)
        .agg(pl.last("verdict", "enterprise", "who", "when", "note", "order"))
        .join(given, on=["reported", "enterprise"])
    )
    return answered.join(said, on="reported").sort("order", descending=True).drop("order")


_Parts = dict[str, dict[str, tuple[str, ...]]]


def _fold(events: pl.DataFrame) -> tuple[dict[str, str], set[tuple[str, str]], set[str], _Parts]:
    """Fold decided and settled events in order into answers, refused pairs, reports set aside, and parts of firms.

    A person's word stands over a rule; but what is set aside for want of a firm is answered by a register that has it.
    """
    answer: dict[str, str] = {}
    by_person: set[str] = set()
    aside: set[str] = set()
    refused: set[tuple[str, str]] = set()
    parts: _Parts = {}
    told = events.filter(pl.col("event").is_in(["decided", "settled"]))
    columns = ("event", "reported", "verdict", "enterprise", "adds")
    for event, reported, verdict, enterprise, adds in told.select(columns).iter_rows():
        aside.discard(reported)
        if event == "settled":
            if reported not in by_person:
                answer[reported] = enterprise
            continue
        if verdict != "different" or answer.get(reported) == enterprise:
            parts.pop(reported, None)
        if verdict == ASIDE:
            answer.pop(reported, None)
            by_person.discard(reported)
            aside.add(reported)
        elif verdict == "different":
            refused.add((reported, enterprise))
            if answer.get(reported) == enterprise:
                del answer[reported]
                by_person.discard(reported)
        else:
            answer[reported] = enterprise
            by_person.add(reported)
            refused.discard((reported, enterprise))
            if verdict == PART_OF:
                parts[reported] = {table: tuple(columns) for table, columns in json.loads(adds or "{}").items()}
    return answer, refused, aside, parts


def note_open(store: Store, number: int, table: str, open_rows: pl.DataFrame, when: datetime) -> None:
    """Write the firms that an import left open (`reported`, `code`, `name`, `district`, `why`)."""
    if open_rows.is_empty():
        return
    _append(
        store,
        open_rows.select("reported", "code", "name", "district", "why").with_columns(
            pl.lit("open").alias("event"),
            pl.lit(table).alias("table"),
            pl.lit(number, dtype=pl.Int64).alias("import"),
            pl.lit(stamp(when)).alias("when"),
        ),
    )


def note_settled(store: Store, number: int, matched: pl.DataFrame, who: str, when: datetime) -> None:
    """Write what an import of the register settled (`reported`, `enterprise`, `reason`)."""
    if matched.is_empty():
        return
    _append(
        store,
        matched.select("reported", "enterprise", pl.col("reason").alias("why")).with_columns(
            pl.lit("settled").alias("event"),
            pl.lit(number, dtype=pl.Int64).alias("import"),
            pl.lit(who).alias("who"),
            pl.lit(stamp(when)).alias("when"),
        ),
    )


def note_decided(store: Store, decision: Decision) -> None:
    """Write a person's word on one report; "different" asks the question (again)."""
    said = asdict(decision)
    rows = [{"event": "decided", **said}]
    if decision.verdict == "different":
        code, name, district = (part or None for part in decision.reported.split("|"))
        asked = {"code": code, "name": name, "district": district, "why": "different"}
        rows.append({"event": "open", **said, **asked})
    _append(store, pl.DataFrame(rows, schema={name: _SCHEMA[name] for name in _TEXTS}))


def _append(store: Store, frame: pl.DataFrame) -> None:
    """Append events after those that are there, numbered by the version that they make."""
    empty = pl.DataFrame(schema=_SCHEMA)
    store.create(DECISIONS, empty)
    rows = pl.concat([empty, frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("order"))], how="diagonal")
    for attempt in range(_ATTEMPTS):
        version = store.version(DECISIONS)
        try:
            store.append_after(DECISIONS, version, rows.with_columns(order=pl.lit(version + 1, dtype=pl.Int64)))
        except LostRaceError:
            time.sleep(_PAUSE * (attempt % 10 + 1))
        else:
            return
    raise LostRaceError(DECISIONS)
