"""The state of a ledger at a glance: what is there, how complete it is, and what still waits for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import polars as pl

from jiqun.ledger.log import Import
from jiqun.ledger.view import View, latest
from jiqun.ledger.workspace import Workspace


@dataclass(frozen=True)
class TableStatus:
    """One table: rows, rows by year where it has one, and for every column how many rows hold a value."""

    table: str
    rows: int
    years: Mapping[int, int]
    filled: Mapping[str, int]
    imports: int
    last_when: str

    def completeness(self, column: str) -> Fraction | None:
        """Return the share of rows that hold a value in a column; None for an empty table."""
        return Fraction(self.filled[column], self.rows) if self.rows else None


@dataclass(frozen=True)
class Quarantine:
    """Rows of an import that did not pass and for which no corrected file has come yet."""

    number: int
    table: str
    file: str
    bad_rows: int
    return_file: Path | None
    who: str
    when: str


@dataclass(frozen=True)
class Status:
    """Tables, imports (undone ones too), open quarantines and the number of reports whose firm is open."""

    tables: tuple[TableStatus, ...]
    imports: tuple[Import, ...]
    quarantine: tuple[Quarantine, ...]
    open_identities: int


def status(workspace: Workspace) -> Status:
    """Return the state of a workspace's ledger as it is now."""
    view = latest(workspace)
    return Status(
        tables=tuple(_table(view, name) for name in view.tables),
        imports=view.log.imports,
        quarantine=quarantine(view),
        open_identities=view.standing.open.height,
    )


def quarantine(view: View) -> tuple[Quarantine, ...]:
    """Return the imports with rows that did not pass and that no valid import has corrected."""
    valid = view.log.valid()
    corrected = {one.corrects for one in valid}
    folder = view.workspace.quarantine
    return tuple(
        Quarantine(
            number=one.number,
            table=one.table,
            file=one.file,
            bad_rows=one.bad_rows,
            return_file=folder / one.return_file if one.return_file else None,
            who=one.who,
            when=one.when,
        )
        for one in valid
        if one.bad_rows and one.number not in corrected
    )


def _table(view: View, name: str) -> TableStatus:
    frame = view.table(name)
    imports = view.log.valid(name)
    years: dict[int, int] = {}
    if frame.schema.get("year") == pl.Int64:
        years = dict(frame.group_by("year").len().sort("year").iter_rows())
    return TableStatus(
        table=name,
        rows=frame.height,
        years=years,
        filled={column: frame.height - frame[column].null_count() for column in frame.columns},
        imports=len(imports),
        last_when=max(one.when for one in imports),
    )
