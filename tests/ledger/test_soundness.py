"""A damaged ledger is told where it is damaged, and never read as if the rest were the whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.conftest import PARCEL, Bring

from jiqun.ledger import latest
from jiqun.ledger.soundness import unsound
from jiqun.ledger.workspace import Workspace
from jiqun.problems import ProblemsError


def commits(folder: Path) -> Path:
    return next((folder / "ledger" / "parcel" / "_delta_log").glob("*.json"))


def rows(folder: Path) -> Path:
    return next((folder / "ledger" / "parcel").glob("*.parquet"))


def imports(folder: Path) -> Path:
    return next((folder / "ledger" / "_imports").glob("*.parquet"))


def kept(folder: Path) -> Path:
    return next((folder / "originals").iterdir())


@pytest.mark.parametrize(
    ("damaged", "code"),
    [(commits, "LEDGER-099"), (rows, "LEDGER-074"), (imports, "LEDGER-074"), (kept, "LEDGER-059")],
)
def test_an_emptied_file_is_one_problem(
    workspace: Workspace, bring: Bring, damaged: Callable[[Path], Path], code: str
) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    assert list(unsound(workspace)) == []
    damaged(workspace.root).write_bytes(b"")
    assert [one.code for one in unsound(workspace)] == [code]
    if damaged in (commits, rows):
        with pytest.raises(ProblemsError, match=code):
            latest(workspace).table("parcel")
