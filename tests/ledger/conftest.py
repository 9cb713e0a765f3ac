"""A small ledger: contracts written in the test, workspaces in a temporary folder, files that are really on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from jiqun.ledger import Committed, Reported, SourceColumn, Told, Workspace, commit, init
from jiqun.packs.models.table import TableContract
from jiqun.values import uscc

ROOT = Path(__file__).resolve().parents[2]
WHEN = datetime(2025, 3, 1, 9, 30)


def contract(table: str, key: Sequence[str], **columns: str) -> TableContract:
    fields = tuple({"name": name, "title": name, "title_en": name, "type": kind} for name, kind in columns.items())
    return TableContract.model_validate(
        {"kind": "table", "id": table, "title": table, "title_en": table, "fields": fields, "primaryKey": tuple(key)}
    )


ENTERPRISE = contract(
    "enterprise", ["enterprise"], enterprise="string", name="string", former_names="string", district="string"
)
YEARLY = contract(
    "enterprise_year", ["enterprise", "year"], enterprise="string", year="integer", name="string",
    district="string", tax="number", staff="integer", production_started_on="date", listed="boolean",
)  # fmt: skip
PARCEL = contract(
    "parcel", ["parcel"], parcel="string", certificate="string", area="number", supplied_on="date", holder="string"
)
OCCUPANCY = contract(
    "occupancy", ["parcel", "enterprise", "from"], parcel="string", enterprise="string", to="date", kind="string",
    landlord="string", share="number", area="number", evidence="string", evidence_no="string", **{"from": "date"},
)  # fmt: skip


def code(number: int) -> str:
    """A valid social credit code of a firm that does not exist."""
    first = f"91500112{number:09d}"
    return first + uscc.check_character(first)


Bring = Callable[..., Committed]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init(tmp_path / "workspace", packs=("national",), region="500000")


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Bring:
    """Commit rows as if they stood in a file of their own, from row 2 on."""
    files = iter(range(10_000))

    def commit_rows(
        table: TableContract,
        rows: Sequence[Mapping[str, object]],
        *,
        file: str = "",
        columns: Sequence[SourceColumn] = (),
        bad_rows: int = 0,
        **told: object,
    ) -> Committed:
        path = tmp_path / (file or f"report{next(files)}.csv")
        if not path.exists():
            path.write_text(f"{path.name}\n{rows}", "utf-8")
        return commit(workspace, table, reported(table, rows, path, columns, bad_rows), Told("李工", WHEN, **told))  # type: ignore[arg-type]

    return commit_rows


def reported(
    table: TableContract,
    rows: Sequence[Mapping[str, object]],
    path: Path,
    columns: Sequence[SourceColumn] = (),
    bad_rows: int = 0,
) -> Reported:
    names = [name for name in table.column_names if any(name in row for row in rows)]
    frame = pl.DataFrame([{name: row.get(name) for name in names} for row in rows], infer_schema_length=None)
    numbered = frame.with_columns(pl.int_range(2, frame.height + 2).alias("_row"))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Reported(table.id, numbered, path, sha256, "Sheet1", tuple(columns), bad_rows)
