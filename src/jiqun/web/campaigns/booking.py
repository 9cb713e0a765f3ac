"""A row that a campaign brings into the ledger: a file of its own through the front door, never doubled."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jiqun.desk.importing import Asked, bring_in, check
from jiqun.ledger.intake import Checked
from jiqun.problems import ProblemsError
from jiqun.values import Period
from jiqun.web.region import region


@dataclass(frozen=True)
class Row:
    """One row for a table, with the units of its figures and why it is brought in; `name` is that of its file."""

    name: str
    table: str
    year: int
    values: Mapping[str, object]
    why: str
    units: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def _checked(row: Row) -> Iterator[tuple[Asked, Checked]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{row.name}.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([list(row.values), list(row.values.values())])
        period = None if region().contract(row.table).period == "none" else Period.parse(str(row.year))
        wanted = Asked(file, row.table, period, units=row.units, note=row.why)
        found = check(region(), wanted)
        if not found.bad.is_empty():
            raise ProblemsError(found.problems)
        yield wanted, found


def would_fit(row: Row) -> None:
    """Raise the problems that the ledger's check finds in a row; nothing is brought in."""
    with _checked(row):
        return


def bring(row: Row, who: str) -> int:
    """Bring a row in and return the number of its import; the same row again is the same import."""
    with _checked(row) as (wanted, found):
        return bring_in(region(), wanted, found, who).committed.number
