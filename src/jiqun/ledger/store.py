"""Delta tables of a workspace: append, append only if nobody was faster, and read at a version."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import to_disk

# Without the first, Delta forgets versions older than 30 days, and with them the snapshots that name them. The second
# is Delta's usual one, which its library in Python takes tenfold: a table opens four times as fast.
_MADE_WITH: dict[str, str | None] = {"delta.enableExpiredLogCleanup": "false", "delta.checkpointInterval": "10"}
_ATTEMPTS = 200
_PAUSE = 0.01
_DIGITS = 20  # of the version in the name of a commit
_COMMIT = re.compile(rf"\d{{{_DIGITS}}}\.json")
_VERSIONS_KEPT = 256


def _is_after(name: str, version: int) -> bool:
    """Tell whether a file of a log belongs to a later version; what points to the newest checkpoint always may."""
    return name == "_last_checkpoint" or (name[:_DIGITS].isdigit() and int(name[:_DIGITS]) > version)


def _files_added(commit: Path) -> list[str]:
    """Return the files of rows that a commit added, by their place in the table's folder."""
    actions = [json.loads(line) for line in commit.read_text("utf-8").splitlines() if line]
    return [unquote(one["add"]["path"]) for one in actions if "add" in one]


def gathered(rows: pl.LazyFrame, table: str) -> pl.DataFrame:
    """Read the rows that were asked for; LEDGER-074 where a file of the table is gone or damaged."""
    try:
        return rows.collect()
    except (pl.exceptions.ComputeError, OSError) as damaged:
        raise ProblemsError([problem("LEDGER-074", Place(item=table), table=table, detail=damaged)]) from damaged


class LostRaceError(Exception):
    """Another process committed to the table first; read again and decide again."""


@dataclass(frozen=True)
class Holding:
    """What a version of a table holds: the key it was made with, its columns and the files of its rows."""

    key: tuple[str, ...]
    schema: pl.Schema
    files: tuple[str, ...]


@dataclass(frozen=True)
class At:
    """A version of a table on this disk; the same one as long as its mark is."""

    mark: tuple[object, ...]
    store: Store = field(compare=False)
    table: str = field(compare=False)
    version: int = field(compare=False)


@dataclass(frozen=True)
class Store:
    """The Delta tables of one workspace.

    A Delta commit is one new file of the table's log, made only if it does not exist yet; so it happens wholly or
    not at all, and of two writers at the same version exactly one wins.
    """

    workspace: Workspace

    def version(self, table: str) -> int:
        """Return the newest version of a table; −1 where it does not exist yet.

        On this disk it is the greatest number among the commits: opening a table for it takes fifty times as long.
        """
        if self.workspace.is_local:
            return max((int(one[:_DIGITS]) for one in self._commits(table)), default=-1)
        found = self._open(table)
        return -1 if found is None else int(found.version())

    def at(self, table: str, version: int) -> At | None:
        """Return what tells this version of a table from every other on this disk; None where the store is elsewhere.

        The number alone does not: a folder may be replaced by a backup, whose history goes another way.
        """
        if not self.workspace.is_local or version < 0:
            return None
        commit = Path(self.workspace.address(table)) / "_delta_log" / f"{version:0{_DIGITS}}.json"
        try:
            found = commit.stat()
        except FileNotFoundError:
            return None
        return At((commit, found.st_mtime_ns, found.st_ino, found.st_size), self, table, version)

    def _commits(self, table: str) -> list[str]:
        try:
            names = os.listdir(Path(self.workspace.address(table)) / "_delta_log")
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as refused:
            raise self._refused(table, refused) from refused
        return [one for one in names if _COMMIT.fullmatch(one)]

    def key(self, table: str) -> tuple[str, ...]:
        """Return the key columns that the table was made with; empty where it does not exist."""
        found = self._holding(table)
        return () if found is None else found.key

    def read(self, table: str, version: int | None = None) -> pl.LazyFrame | None:
        """Return the rows of a table at a version (the newest without one); None where it does not exist."""
        found = None if version == -1 else self._holding(table, version)
        if found is None:
            return None
        if not found.files:
            return pl.LazyFrame(schema=found.schema)
        return pl.scan_parquet(
            list(found.files),
            schema=found.schema,
            glob=False,
            missing_columns="insert",
            storage_options=self._options,
        )

    def _holding(self, table: str, version: int | None = None) -> Holding | None:
        """What a version holds, which never changes: on this disk it is found once."""
        at = self.at(table, self.version(table) if version is None else version) if self.workspace.is_local else None
        return self.look(table, version) if at is None else _kept(at)

    def look(self, table: str, version: int | None = None) -> Holding | None:
        """Open a table to see what a version of it holds; None where it does not exist.

        The files are named by path, because Polars finds no Delta table in a folder with a Chinese name.
        """
        found = self._open(table, version)
        if found is None:
            return None
        folder = self.workspace.address(table)
        schema = pl.Schema(pl.from_arrow(pa.schema(found.schema().to_arrow()).empty_table()).schema)  # type: ignore[union-attr]
        files = [f"{folder}/{unquote(one)}" for one in pa.table(found.get_add_actions())["path"].to_pylist()]
        return Holding(tuple(json.loads(found.metadata().description or "[]")), schema, tuple(sorted(files)))

    def append(self, table: str, frame: pl.DataFrame, key: Sequence[str] = ()) -> int:
        """Append rows, whoever else appends at the same time, and return the version they are in.

        New columns join the table's schema; earlier rows have none of them. LEDGER-054 where the store refuses.
        """
        for attempt in range(_ATTEMPTS):
            found = self._open(table)
            before = -1 if found is None else int(found.version())
            try:
                self._write(table, found, frame, key, CommitProperties(max_commit_retries=_ATTEMPTS))
            except CommitFailedError:
                time.sleep(_PAUSE * min(attempt + 1, 10))
            except DeltaError as refused:
                if found is not None or self._open(table) is None:
                    raise self._refused(table, refused) from refused
            except OSError as refused:
                raise self._refused(table, refused) from refused
            else:
                return self._lasting(table, before)
        raise self._refused(table, "too many writers")

    def append_after(self, table: str, version: int, frame: pl.DataFrame) -> None:
        """Append rows as version `version` + 1; LostRaceError where somebody else has made that version.

        This compare-and-set is what numbers imports without a gap in time between looking and writing.
        """
        found = self._open(table, version)
        try:
            self._write(table, found, frame, (), CommitProperties(max_commit_retries=0))
        except CommitFailedError as lost:
            raise LostRaceError(table) from lost
        except (DeltaError, OSError) as refused:
            raise self._refused(table, refused) from refused
        self._lasting(table, version)

    def create(self, table: str, frame: pl.DataFrame) -> None:
        """Make an empty table with the frame's columns unless it exists already."""
        if self._holding(table) is None:
            self._make(table, frame.clear(), (), "ignore")
            self._lasting(table, -1)

    def compact(self, table: str) -> None:
        """Join a table's small files, so that reading stays fast; old versions keep theirs. Losing a race is fine."""
        found = self._open(table)
        if found is not None:
            with suppress(CommitFailedError):
                before = int(found.version())
                found.optimize.compact()
                self._lasting(table, before)

    def tables(self, names: Sequence[str]) -> dict[str, int]:
        """Return the newest version of each named table that exists."""
        versions = {name: self.version(name) for name in sorted(names)}
        return {name: version for name, version in versions.items() if version >= 0}

    def _lasting(self, table: str, before: int) -> int:
        """Wait until what was committed after a version is on this disk, and return the newest version.

        The library renames files into place without waiting for the disk; an object store answers when it has them.
        """
        newest = self.version(table)
        if self.workspace.is_local:
            folder = Path(self.workspace.address(table))
            log = [one for one in (folder / "_delta_log").iterdir() if _is_after(one.name, before)]
            rows = [folder / one for commit in log if _COMMIT.fullmatch(commit.name) for one in _files_added(commit)]
            to_disk(one for one in (*rows, *log, folder) if one.exists())
        return newest

    @property
    def _options(self) -> dict[str, str] | None:
        return dict(self.workspace.storage_options) or None

    def _open(self, table: str, version: int | None = None) -> DeltaTable | None:
        try:
            return DeltaTable(self.workspace.address(table), version=version, storage_options=self._options)
        except TableNotFoundError:
            return None
        except (DeltaError, OSError) as refused:
            raise ProblemsError([problem("LEDGER-099", Place(item=table), table=table, detail=refused)]) from refused

    def _write(
        self, table: str, found: DeltaTable | None, frame: pl.DataFrame, key: Sequence[str], commit: CommitProperties
    ) -> None:
        if found is None:
            self._make(table, frame, key, "error")
            return
        known = {one.name for one in found.schema().fields}
        write_deltalake(
            found,
            frame,
            mode="append",
            schema_mode=None if set(frame.columns) == known else "merge",
            commit_properties=commit,
        )

    def _make(self, table: str, frame: pl.DataFrame, key: Sequence[str], mode: Literal["error", "ignore"]) -> None:
        write_deltalake(
            self.workspace.address(table),
            frame,
            mode=mode,
            description=json.dumps(list(key)),
            configuration=_MADE_WITH,
            storage_options=self._options,
        )

    def _refused(self, table: str, detail: object) -> ProblemsError:
        return ProblemsError([problem("LEDGER-054", Place(item=table), table=table, detail=detail)])


@lru_cache(maxsize=_VERSIONS_KEPT)
def _kept(at: At) -> Holding | None:
    return at.store.look(at.table, at.version)
