"""Commit and undo: how reported rows enter the ledger, and how they are taken back without being lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from jiqun.ledger.decisions import note_open, note_settled
from jiqun.ledger.identity import Resolution, resolve
from jiqun.ledger.log import ImportLog, SourceColumn, columns_text, log_of, reserve, stamp, write_event
from jiqun.ledger.originals import keep_original
from jiqun.ledger.references import firm_columns, matched
from jiqun.ledger.registered import REGISTER, register_of
from jiqun.ledger.reported import DTYPES, Reported, repeated_keys, row_problems, same_key_problem, typed
from jiqun.ledger.resolve import IMPORT, MATCH, PART, REPORTED, ROW
from jiqun.ledger.store import Store
from jiqun.ledger.view import View, latest
from jiqun.ledger.whole_files import whole_file
from jiqun.ledger.workspace import Workspace
from jiqun.packs.models.table import TableContract
from jiqun.problems import Place, Problem, ProblemsError, problem

_FIRM = "enterprise"
_SURE_CODES = ("code", "valid_code", "local_id")


@dataclass(frozen=True)
class Told:
    """What the person who imports says: who and when, for which period, and what the import is for.

    `clears` names columns whose blanks in this file mean "no longer"; `corrects` is the import whose quarantine this
    file answers; `note` is the reason, such as that of a restatement.
    """

    who: str
    when: datetime
    period: str = ""
    note: str = ""
    clears: tuple[str, ...] = ()
    corrects: int | None = None


@dataclass(frozen=True)
class Committed:
    """What came of a commit: the import's number, whether it was there already, and what should be known."""

    number: int
    rows: int
    open_rows: int = 0
    already: bool = False
    problems: tuple[Problem, ...] = ()


def commit(
    workspace: Workspace, contract: TableContract, reported: Reported, told: Told, return_file: Path | None = None
) -> Committed:
    """Bring checked rows into the ledger: wholly, or not at all.

    The original is kept first, the rows are appended next, and the import counts from the moment its `committed` event
    stands in the log; a crash before that leaves the last committed state. The same content for the same table and
    period is recognised (LEDGER-060, a notice) and nothing is doubled. `return_file` is the workbook of the rows that
    did not pass; it waits in the quarantine. Raises ProblemsError for rows that cannot go in.
    """
    faults = row_problems(contract, reported, told.clears) or _contract_problems(workspace, contract)
    if faults:
        raise ProblemsError(faults)
    store, now = Store(workspace), latest(workspace)
    if told.corrects is not None:
        _standing_import(now.log, told.corrects)
    there = now.log.same_file(
        reported.table, reported.sha256, reported.sheet, told.period, reported.rows.height, reported.columns
    )
    if there is not None:
        return _already(reported, there.number, there.rows)
    rows, asked = _identified(now, contract, reported)
    open_rows = asked["index"].n_unique()
    keep_original(workspace, reported.file, reported.sha256)
    number = reserve(store, told.who, told.when)
    store.append(reported.table, rows.with_columns(pl.lit(number, dtype=pl.Int64).alias(IMPORT)), contract.primary_key)
    if not asked.is_empty():
        note_open(store, number, reported.table, asked, told.when)
    kept = _keep_return(workspace, number, return_file)
    counts = {"rows": rows.height, "bad_rows": reported.bad_rows, "open_rows": open_rows, "return_file": kept}
    first = _commit_event(store, {**_event(number, reported, told), **counts})
    if first != number:
        return _already(reported, first, rows.height)
    if reported.table == REGISTER:
        settle(workspace, number, told.who, told.when)
    notices = [problem("LEDGER-068", reported.place(), rows=open_rows)] if open_rows else []
    return Committed(number, rows.height, open_rows, problems=tuple(notices))


def _event(number: int, reported: Reported, told: Told) -> dict[str, object]:
    return {
        "number": number,
        "event": "committed",
        "table": reported.table,
        "period": told.period,
        "file": reported.file.name,
        "sha256": reported.sha256,
        "sheet": reported.sheet,
        "columns": columns_text(reported.columns),
        "clears": json.dumps(list(told.clears), ensure_ascii=False),
        "corrects": told.corrects,
        "who": told.who,
        "when": stamp(told.when),
        "note": told.note,
    }


def undo(workspace: Workspace, number: int, *, who: str, when: datetime, note: str) -> None:
    """Take an import back: its rows stay in the store and in the history, but count no more.

    Raises LEDGER-061 where there is no such import or it is undone already.
    """

    def event(events: list[dict[str, object]], version: int) -> Mapping[str, object]:
        _standing_import(log_of(events, version), number)
        return {"number": number, "event": "undone", "who": who, "when": stamp(when), "note": note}

    write_event(Store(workspace), event)


def settle(workspace: Workspace, number: int, who: str, when: datetime) -> int:
    """Ask again about every open firm, now that import `number` has grown the register; return how many it settled."""
    view = latest(workspace)
    queue = pl.concat([view.standing.open, view.standing.aside])
    if queue.is_empty():
        return 0
    found = resolve(queue, register_of(view), view.standing.decisions)
    note_settled(Store(workspace), number, found.matched.filter(pl.col("reason") != "decision"), who, when)
    return found.matched.height


def _commit_event(store: Store, event: Mapping[str, object]) -> int:
    """Write the commit unless a twin of the same content was faster; return the number that stands."""
    table, sha256, sheet, period = (str(event[name]) for name in ("table", "sha256", "sheet", "period"))
    columns, rows = tuple(SourceColumn(**one) for one in json.loads(str(event["columns"]))), int(str(event["rows"]))

    def decide(events: list[dict[str, object]], version: int) -> Mapping[str, object]:
        twin = log_of(events, version).same_file(table, sha256, sheet, period, rows, columns)
        return event if twin is None else {**event, "event": "abandoned", "corrects": twin.number}

    written = write_event(store, decide)
    standing = written["number"] if written["event"] == "committed" else written["corrects"]
    assert isinstance(standing, int)
    return standing


def _identified(view: View, contract: TableContract, reported: Reported) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with the ids of all firms put in, and the questions that are left open."""
    rows = typed(contract, reported)
    register = register_of(view)
    asked = []
    if _FIRM in contract.primary_key:
        rows, found = _own_firms(view, contract, reported, rows, register)
        asked.append(found.open)
    for column in firm_columns(contract, REGISTER):
        rows, left = matched(rows, column, register, view.standing.decisions)
        asked.append(left)
    return rows, pl.concat(asked) if asked else pl.DataFrame(schema={"index": pl.Int64})


def _own_firms(
    view: View, contract: TableContract, reported: Reported, rows: pl.DataFrame, register: pl.DataFrame
) -> tuple[pl.DataFrame, Resolution]:
    """Return the rows with the id of the firm they are about, and who was matched and left open."""
    firms = _firms(rows)
    found = resolve(firms, register, view.standing.decisions, registers=reported.table == REGISTER)
    answers = pl.concat([found.matched, found.open.select("index", "reported")], how="diagonal").sort("index")
    sure = answers["reason"].is_in(_SURE_CODES).fill_null(False)
    placed = rows.with_columns(
        answers["enterprise"].alias(_FIRM),
        answers["reported"].set(sure, None).alias(REPORTED),
        answers["reason"].alias(MATCH),
    )
    parts = sorted(view.standing.parts)
    twins = {row for group in _contending(placed, contract.primary_key, parts) for row in group}
    weak = placed[ROW].is_in(sorted(twins)) & ~placed[MATCH].is_in([*_SURE_CODES, "decision"]).fill_null(True)
    left = placed.with_columns(placed[_FIRM].set(weak, None))
    again = _contending(left, contract.primary_key, parts)
    if again:
        raise ProblemsError(same_key_problem(contract, reported, numbers) for numbers in again)
    return left, found.reopen(firms.with_columns(index=pl.int_range(rows.height)).filter(weak), "same_firm_twice")


def _contending(rows: pl.DataFrame, key: tuple[str, ...], parts: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the rows of one file that speak of the same thing; a part's row contends with rows of that part alone."""
    of = pl.when(pl.col(REPORTED).is_in(parts)).then(pl.col(REPORTED)).otherwise(pl.lit("")).alias(PART)
    return repeated_keys(rows.with_columns(of), (*key, PART))


def _firms(rows: pl.DataFrame) -> pl.DataFrame:
    told = {"code": _FIRM, "name": "name", "district": "district"}
    nothing = pl.lit(None, dtype=pl.String)
    return rows.select((pl.col(column) if column in rows.columns else nothing).alias(p) for p, column in told.items())


def _contract_problems(workspace: Workspace, contract: TableContract) -> list[Problem]:
    """Return where the contract no longer fits the table that the store holds."""
    store = Store(workspace)
    there = store.read(contract.id)
    if there is None:
        return []
    found = []
    if store.key(contract.id) != contract.primary_key:
        found.append(problem("LEDGER-067", Place(item=contract.id), table=contract.id))
    old = there.collect_schema()
    for one in contract.fields:
        kind = DTYPES[one.type]
        if old.get(one.name, kind) != kind:
            found.append(problem("LEDGER-055", Place(item=contract.id), column=one.name, old=old[one.name], new=kind))
    return found


def _standing_import(log: ImportLog, number: int) -> None:
    found = log.find(number)
    if found is None or found.is_undone:
        state = "—" if found is None else found.undone_when
        raise ProblemsError([problem("LEDGER-061", Place(item=str(number)), number=number, undone=state)])


def _already(reported: Reported, number: int, rows: int) -> Committed:
    told = problem("LEDGER-060", reported.place(), file=reported.file.name, number=number)
    return Committed(number, rows, already=True, problems=(told,))


def _keep_return(workspace: Workspace, number: int, return_file: Path | None) -> str:
    if return_file is None:
        return ""
    target = workspace.quarantine / f"{number}{return_file.suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as draft:
        draft.write_bytes(return_file.read_bytes())
    return target.name
