"""Rows that are asked for one after the other are kept for a state of the ledger, and say what the disk says."""

from __future__ import annotations

import polars as pl
import pytest
from tests.ledger.conftest import WHEN, YEARLY, Bring, code

from jiqun.ledger import Workspace, latest, undo, view
from jiqun.ledger.lineage import cells

A, B = code(1), code(2)
TABLE, KEY = "enterprise_year", {"enterprise": A, "year": 2024}


def of_firm(workspace: Workspace) -> list[tuple[object, ...]]:
    found = latest(workspace).reported(TABLE, where=pl.col("enterprise") == A)  # in the order of the files' names
    return found.select("tax", "_import").sort("_import").rows()


def test_every_commit_and_every_undoing_is_seen_at_once(workspace: Workspace, bring: Bring) -> None:
    bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 1.0}, {"enterprise": B, "year": 2024, "tax": 5.0}])
    before = latest(workspace)
    assert of_firm(workspace) == [(1.0, 1)]
    again = bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 2.0}])
    assert of_firm(workspace) == [(1.0, 1), (2.0, 2)]
    undo(workspace, again.number, who="王工", when=WHEN, note="")
    assert of_firm(workspace) == [(1.0, 1)]
    assert cells(latest(workspace), TABLE, KEY)["tax"].value == 1.0
    assert before.reported(TABLE, where=pl.col("enterprise") == A).height == 1, "an earlier view keeps its own rows"


def test_a_table_that_is_too_large_is_read_from_the_disk_to_the_same_rows(
    workspace: Workspace, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(YEARLY, [{"enterprise": one, "year": 2024, "tax": 1.0} for one in (A, B)])
    kept = latest(workspace).reported(TABLE, where=pl.col("tax") > 0)
    view._kept.cache_clear()
    monkeypatch.setattr(view, "_CELLS_KEPT", 1)
    at_once = latest(workspace).reported(TABLE, where=pl.col("tax") > 0)
    assert at_once.height == 2 and at_once.equals(kept)
    assert view._kept.cache_info().currsize == 1, "that it is too large is kept, its rows are not"
    view._kept.cache_clear()
