"""A province's yearly table: 200,000 firms and 15 columns in seconds."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
from tests.ledger.conftest import WHEN, code, contract

from jiqun.ledger import Reported, Told, Workspace, commit, freeze, latest
from jiqun.ledger.lineage import lineage
from jiqun.values import file_digest

ROWS, NUMBERS = 200_000, 13
SECONDS = 40


def test_two_hundred_thousand_rows_are_committed_restated_frozen_and_traced_in_seconds(
    workspace: Workspace, tmp_path: Path
) -> None:
    columns = {f"c{one}": "number" for one in range(NUMBERS)}
    table = contract("enterprise_year", ["enterprise", "year"], enterprise="string", year="integer", **columns)
    values = pl.int_range(ROWS, eager=True)
    frame = pl.DataFrame({"enterprise": [code(one) for one in range(ROWS)], "year": [2024] * ROWS}).with_columns(
        *(((values * (one + 7)) % 9973 / 100).alias(f"c{one}") for one in range(NUMBERS)), _row=values + 2
    )
    took = {}

    def bring(name: str, rows: pl.DataFrame) -> None:
        file = tmp_path / name
        file.write_text(name)
        commit(workspace, table, Reported(table.id, rows, file, file_digest(file)), Told("李工", WHEN))

    start = time.perf_counter()
    bring("first", frame)
    took["commit"] = time.perf_counter() - start
    bring("again", frame.with_columns(c0=pl.lit(1.5), c1=pl.lit(None, dtype=pl.Float64)))
    took["restate"] = time.perf_counter() - start - sum(took.values())
    made = freeze(workspace, when=WHEN)
    took["freeze"] = time.perf_counter() - start - sum(took.values())
    read = made.table("enterprise_year")
    took["read"] = time.perf_counter() - start - sum(took.values())
    found = lineage(latest(workspace), "enterprise_year", {"enterprise": code(777), "year": 2024}, "c1")
    took["lineage"] = time.perf_counter() - start - sum(took.values())
    print({name: round(seconds, 2) for name, seconds in took.items()})

    assert read.height == ROWS and read["c0"].unique().to_list() == [1.5]
    assert read["c1"].equals(frame.sort("enterprise")["c1"])
    assert (found.import_number, found.row) == (1, 779)
    assert sum(took.values()) < SECONDS, took
