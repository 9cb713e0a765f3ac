"""The log of imports: reserved, committed, undone. A reported row counts only once its import is committed here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl

from jiqun.ledger.store import At, LostRaceError, Store, gathered

LOG = "_imports"
EVENT_SCHEMA: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "event": pl.String(),
    "table": pl.String(),
    "period": pl.String(),
    "file": pl.String(),
    "sha256": pl.String(),
    "sheet": pl.String(),
    "columns": pl.String(),
    "clears": pl.String(),
    "corrects": pl.Int64(),
    "rows": pl.Int64(),
    "bad_rows": pl.Int64(),
    "open_rows": pl.Int64(),
    "return_file": pl.String(),
    "who": pl.String(),
    "when": pl.String(),
    "note": pl.String(),
}
_ATTEMPTS = 500
_PAUSE = 0.005
_COMPACT_EVERY = 20  # every reader opens all files of the log
_LOGS_KEPT = 8


@dataclass(frozen=True)
class SourceColumn:
    """Where a column of the ledger stood in the file: its letter, the header's words and the exact unit conversion.

    `factor` is decimal or fraction text k with value in the ledger = value in the file × k.
    """

    field: str
    letter: str
    header: str
    from_unit: str = ""
    to_unit: str = ""
    factor: str = "1"


@dataclass(frozen=True)
class Import:
    """One committed import: which file said it, when, by whom, and whether it was undone since."""

    number: int
    table: str
    period: str
    file: str
    sha256: str
    sheet: str
    columns: tuple[SourceColumn, ...]
    clears: tuple[str, ...]
    corrects: int | None
    rows: int
    bad_rows: int
    open_rows: int
    return_file: str
    who: str
    when: str
    note: str
    undone_by: str = ""
    undone_when: str = ""
    undone_note: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether it reports that there is nothing of its period (零报告); where all rows failed there is no import."""
        return self.rows == 0

    @property
    def is_undone(self) -> bool:
        return bool(self.undone_when)

    def column(self, field: str) -> SourceColumn | None:
        """Return where a column stood in the file; None where the file had no such column."""
        return next((one for one in self.columns if one.field == field), None)


@dataclass(frozen=True)
class ImportLog:
    """The committed imports as of one version of the log."""

    version: int
    imports: tuple[Import, ...]

    def valid(self, table: str | None = None) -> tuple[Import, ...]:
        """Return the imports that count (not undone), by number; those of one table where it is given."""
        return tuple(one for one in self.imports if not one.is_undone and table in (None, one.table))

    def find(self, number: int) -> Import | None:
        """Return a committed import by number."""
        return next((one for one in self.imports if one.number == number), None)

    def same_file(
        self, table: str, sha256: str, sheet: str, period: str, rows: int, columns: Sequence[SourceColumn] = ()
    ) -> Import | None:
        """Return the valid import that brought this very content into this table for this period.

        One that brought fewer than `rows` of it is none: a district that hands in the city's file brings its own rows
        alone, and the city that hands it in afterwards still has the others to bring. With `columns` only one that read
        them all alike: a column that was overlooked the first time, or read in another unit, may be read from the same
        file.
        """
        for one in self.valid(table):
            is_content = (one.sha256, one.sheet, one.period) == (sha256, sheet, period)
            if is_content and one.rows >= rows and set(columns) <= set(one.columns):
                return one
        return None


def read_log(store: Store, version: int | None = None) -> ImportLog:
    """Read the log at a version (the newest without one); what stood in a version never changes, so it is kept."""
    newest = store.version(LOG) if version is None else version
    at = store.at(LOG, newest)
    return _log(newest, _read(store, newest)) if at is None else _kept(at)


@lru_cache(maxsize=_LOGS_KEPT)
def _kept(at: At) -> ImportLog:
    """Read a log once: a page, an import and a run each ask for the newest many times."""
    return _log(at.version, list(_kept_events(at)))


@lru_cache(maxsize=2)
def _kept_events(at: At) -> tuple[dict[str, object], ...]:
    """The events of a version, which the next event is decided on and the log is made of."""
    return tuple(_read(at.store, at.version))


def reserve(store: Store, who: str, when: datetime) -> int:
    """Take the next import number: 1 + the greatest one, written only if nobody wrote since it was read."""

    def next_number(events: list[dict[str, object]], _: int) -> Mapping[str, object]:
        number = 1 + max((_number(one) for one in events), default=0)
        return {"number": number, "event": "reserved", "who": who, "when": stamp(when)}

    return _number(write_event(store, next_number))


def write_event(
    store: Store, decide: Callable[[list[dict[str, object]], int], Mapping[str, object]]
) -> Mapping[str, object]:
    """Append the event that `decide` makes of all events so far; where somebody was faster, decide again.

    `decide` also gets the version it looked at, and may raise to write nothing.
    """
    store.create(LOG, pl.DataFrame(schema=EVENT_SCHEMA))
    for attempt in range(_ATTEMPTS):
        version = store.version(LOG)
        event = decide(_events(store, version), version)
        try:
            store.append_after(LOG, version, pl.DataFrame([dict(event)], schema=EVENT_SCHEMA))
        except LostRaceError:
            time.sleep(_PAUSE * (attempt % 10 + 1))
        else:
            if (version + 1) % _COMPACT_EVERY == 0:
                store.compact(LOG)
            return event
    raise LostRaceError(LOG)


def log_of(events: list[dict[str, object]], version: int) -> ImportLog:
    """Make the log of events that are in hand."""
    return _log(version, events)


def stamp(when: datetime) -> str:
    """Write a moment as ISO text to the second.

    >>> stamp(datetime(2024, 3, 1, 9, 30))
    '2024-03-01T09:30:00'
    """
    return when.isoformat(timespec="seconds")


def columns_text(columns: Sequence[SourceColumn]) -> str:
    """Write the column map of an import as JSON."""
    return json.dumps([asdict(one) for one in columns], ensure_ascii=False)


def _number(event: Mapping[str, object]) -> int:
    number = event["number"]
    assert isinstance(number, int)
    return number


def _events(store: Store, version: int) -> list[dict[str, object]]:
    at = store.at(LOG, version)
    return _read(store, version) if at is None else list(_kept_events(at))


def _read(store: Store, version: int) -> list[dict[str, object]]:
    frame = store.read(LOG, version)
    return [] if frame is None else gathered(frame, LOG).to_dicts()


def _log(version: int, events: list[dict[str, object]]) -> ImportLog:
    undone = {_number(one): one for one in events if one["event"] == "undone"}
    committed = sorted((one for one in events if one["event"] == "committed"), key=_number)
    return ImportLog(version, tuple(_import(one, undone.get(_number(one))) for one in committed))


def _import(event: Mapping[str, object], undone: Mapping[str, object] | None) -> Import:
    plain = {name: value for name, value in event.items() if name not in ("event", "columns", "clears")}
    return Import(
        **plain,  # type: ignore[arg-type]
        columns=tuple(SourceColumn(**one) for one in json.loads(str(event["columns"]))),
        clears=tuple(json.loads(str(event["clears"]))),
        undone_by=str(undone["who"]) if undone else "",
        undone_when=str(undone["when"]) if undone else "",
        undone_note=str(undone["note"]) if undone else "",
    )
