"""Snapshots: one version of every table under one name, read the same for ever, whatever is imported later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from jiqun.ledger.content import content_hash
from jiqun.ledger.decisions import DECISIONS
from jiqun.ledger.lineage import Cell, Value, history, lineage
from jiqun.ledger.log import LOG, stamp
from jiqun.ledger.occupancy import LAND_USE_SCHEMA, LandUse, land_use
from jiqun.ledger.store import Store, gathered
from jiqun.ledger.view import View, latest
from jiqun.ledger.whole_files import whole_file
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import digest

SNAPSHOTS = "_snapshots"
LAND_USE = "land_use"
_SCHEMA = {name: pl.String() for name in ("id", "content", "tables", "note", "when")}
_SHORT = 12
_TABLES_KEPT = 12


@dataclass(frozen=True)
class FrozenTable:
    """One table of a snapshot: its version in the store, its rows and the hash of its content."""

    version: int
    rows: int
    content: str


@dataclass(frozen=True)
class Snapshot:
    """One version of each table, by name; `content` is the hash of everything in it.

    `id` is made of versions and content, so that the same ledger frozen twice has one id.
    """

    workspace: Workspace
    id: str
    content: str
    tables: Mapping[str, FrozenTable]
    log_version: int
    identity_version: int
    note: str
    when: str

    @cached_property
    def view(self) -> View:
        """The ledger as it was: for lineage, history and reported rows."""
        versions = {name: one.version for name, one in self.tables.items()}
        return View(self.workspace, {**versions, LOG: self.log_version, DECISIONS: self.identity_version})

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that can be asked for, `land_use` among them where it follows from parcels."""
        derived = {LAND_USE} if "parcel" in self.tables or "occupancy" in self.tables else set()
        return tuple(sorted({*self.tables, *derived}))

    def table(self, name: str) -> pl.DataFrame:
        """Return a table, one row per key, sorted by key; always the same bytes.

        `land_use` is computed from parcels and occupancy for every year that `enterprise_year` has, unless a region's
        contract lets it be reported and it was. LEDGER-056 where the snapshot has no such table, LEDGER-072 where its
        content is no longer what was frozen.
        """
        if name not in self.tables:
            if name in self.names:
                return self._land_use
            raise ProblemsError([problem("LEDGER-056", Place(item=name), table=name)])
        return self._frozen(name)

    def land_use(self, year: int) -> LandUse:
        """Return the land of every firm in a year with its detail and problems; computed once."""
        if year not in self._land_by_year:
            none = pl.DataFrame()
            parcel, occupancy = (self._frozen(one) if one in self.tables else none for one in ("parcel", "occupancy"))
            self._land_by_year[year] = land_use(parcel, occupancy, year)
        return self._land_by_year[year]

    def landlord_of(self, enterprise: str, year: int) -> str | None:
        """Return the firm that lets most land to this one in a year; None without one or with a tie."""
        return self.land_use(year).landlord_of(enterprise)

    def lineage(self, table: str, key: Mapping[str, Value], column: str) -> Cell:
        """Return the cell of the file that a figure of this snapshot was read from."""
        return lineage(self.view, table, key, column)

    def history(self, table: str, key: Mapping[str, Value], column: str | None = None) -> pl.DataFrame:
        """Return everything that had been reported for a row when the snapshot was made."""
        return history(self.view, table, key, column)

    @cached_property
    def _land_by_year(self) -> dict[int, LandUse]:
        return {}

    @cached_property
    def _land_use(self) -> pl.DataFrame:
        years: list[int] = []
        if "enterprise_year" in self.tables:
            years = self._frozen("enterprise_year")["year"].unique().sort().to_list()
        totals = [self.land_use(year).totals for year in years]
        return pl.concat([pl.DataFrame(schema=LAND_USE_SCHEMA), *totals]).sort("enterprise", "year")

    def _frozen(self, name: str) -> pl.DataFrame:
        """Read a table from the cache where it is sound, else from the store; in both cases check its content."""
        frozen, key = self.tables[name], self.view.key(name)
        cached = _cached(self.workspace, name, frozen.content)
        found = _sound(cached, key, frozen.content)
        if found is None:
            _cache(cached, self.view.table(name))
            found = _sound(cached, key, frozen.content)
        if found is None:
            cached.unlink(missing_ok=True)
            raise ProblemsError([problem("LEDGER-072", Place(item=name), snapshot=self.id, table=name)])
        return found


def freeze(workspace: Workspace, tables: Sequence[str] | None = None, *, note: str = "", when: datetime) -> Snapshot:
    """Freeze the ledger as it is (all tables, or those named) and return the snapshot.

    Raises LEDGER-056 for a named table that nothing was imported into.
    """
    view = latest(workspace)
    names = view.tables if tables is None else tuple(sorted(tables))
    frozen = {}
    for name in names:
        key, frame = view.key(name), view.table(name)
        frozen[name] = FrozenTable(view.versions[name], frame.height, content_hash(frame, key))
        _cache(_cached(workspace, name, frozen[name].content), frame)
    content = digest({name: one.content for name, one in frozen.items()})
    versions: dict[str, int] = {name: one.version for name, one in frozen.items()}
    versions |= {LOG: view.versions[LOG], DECISIONS: view.versions[DECISIONS]}
    made = Snapshot(
        workspace=workspace,
        id=digest({"content": content, "versions": versions})[:_SHORT],
        content=content,
        tables=frozen,
        log_version=view.versions[LOG],
        identity_version=view.versions[DECISIONS],
        note=note,
        when=stamp(when),
    )
    known = {one.id: one for one in snapshots(workspace)}
    if made.id in known:
        return known[made.id]
    _keep(made)
    return made


def snapshots(workspace: Workspace) -> tuple[Snapshot, ...]:
    """Return every snapshot of a workspace, by the time it was made."""
    frame = Store(workspace).read(SNAPSHOTS)
    rows = [] if frame is None else gathered(frame, SNAPSHOTS).unique("id").sort("when", "id").to_dicts()
    return tuple(_snapshot(workspace, row) for row in rows)


def open_snapshot(workspace: Workspace, snapshot: str) -> Snapshot:
    """Return a snapshot by its id or the beginning of it; LEDGER-070 where it names none or several."""
    found = [one for one in snapshots(workspace) if snapshot and one.id.startswith(snapshot)]
    if len(found) != 1:
        raise ProblemsError([problem("LEDGER-070", Place(item=snapshot), snapshot=snapshot)])
    return found[0]


def _cached(workspace: Workspace, name: str, content: str) -> Path:
    return workspace.cache / f"{name}-{content}.parquet"


def _cache(file: Path, frame: pl.DataFrame) -> None:
    file.parent.mkdir(exist_ok=True)
    with whole_file(file) as draft:
        frame.write_parquet(draft)


def _sound(file: Path, key: Sequence[str], content: str) -> pl.DataFrame | None:
    """Return a cached table whose content is still what it is named after.

    Every table comes from such a file, also right after it was made, because bytes under nulls differ otherwise. What
    was found sound stays in memory as long as the file is the same: one page asks for a table several times.
    """
    try:
        told = file.stat()
    except OSError:
        return None
    return _checked(file, (told.st_ino, told.st_mtime_ns, told.st_size), tuple(key), content)


@lru_cache(maxsize=_TABLES_KEPT)
def _checked(file: Path, mark: tuple[int, ...], key: tuple[str, ...], content: str) -> pl.DataFrame | None:
    """Read a cached table and hold it against its content; `mark` tells one state of the file from another."""
    try:
        frame = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError):
        return None
    return frame if set(key) <= set(frame.columns) and content_hash(frame, key) == content else None


def _keep(made: Snapshot) -> None:
    tables = {name: [one.version, one.rows, one.content] for name, one in made.tables.items()}
    described = {"tables": tables, "log": made.log_version, "identity": made.identity_version}
    row = {
        "id": made.id,
        "content": made.content,
        "tables": json.dumps(described),
        "note": made.note,
        "when": made.when,
    }
    Store(made.workspace).append(SNAPSHOTS, pl.DataFrame([row], schema=_SCHEMA), ("id",))


def _snapshot(workspace: Workspace, row: Mapping[str, str]) -> Snapshot:
    described = json.loads(row["tables"])
    return Snapshot(
        workspace=workspace,
        id=row["id"],
        content=row["content"],
        tables={name: FrozenTable(*parts) for name, parts in described["tables"].items()},
        log_version=described["log"],
        identity_version=described["identity"],
        note=row["note"],
        when=row["when"],
    )
