"""After something is confirmed, nothing of it is still on its way to the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.ledger.conftest import ENTERPRISE, WHEN, Bring
from tests.power import on_their_way, syncs_noted

from jiqun.desk.backup import back_up, restore
from jiqun.ledger import init
from jiqun.ledger.snapshot import freeze
from jiqun.ledger.store import Store
from jiqun.ledger.workspace import Workspace
from jiqun.methods.runs.files import keep


def test_a_file_written_after_it_was_synced_is_noticed(tmp_path: Path) -> None:
    with syncs_noted() as synced:
        keep(tmp_path / "runs", "r1", lambda folder: (folder / "x").write_text("1", "utf-8") and None)
        assert on_their_way(tmp_path / "runs", synced) == []
        (tmp_path / "runs" / "r1" / "x").write_text("2", "utf-8")
        (tmp_path / "runs" / "r1" / "y").write_text("", "utf-8")
        assert on_their_way(tmp_path / "runs", synced) == ["r1", "r1/x", "r1/y"]


def test_imports_snapshots_and_joined_files_outlast_a_loss_of_power(
    workspace: Workspace, tmp_path: Path, bring: Bring
) -> None:
    shutil.rmtree(workspace.root)
    with syncs_noted() as synced:
        init(workspace.root, packs=("national",), region="500000")
        for number in range(3):
            bring(ENTERPRISE, [{"enterprise": f"F{number}", "name": "某", "district": "500112"}])
            assert on_their_way(workspace.root, synced) == []
        freeze(workspace, when=WHEN)
        assert on_their_way(workspace.root, synced) == []
        Store(workspace).compact("enterprise")
        assert on_their_way(workspace.root, synced) == []


def test_a_backup_and_what_is_restored_from_it_outlast_a_loss_of_power(
    workspace: Workspace, tmp_path: Path, bring: Bring
) -> None:
    bring(ENTERPRISE, [{"enterprise": "F1", "name": "某", "district": "500112"}])
    (tmp_path / "kept").mkdir()
    with syncs_noted() as synced:
        back_up(workspace, tmp_path / "kept" / "b.tar.gz")
        assert on_their_way(tmp_path / "kept", synced) == []
        restore(tmp_path / "kept" / "b.tar.gz", tmp_path / "again")
        assert on_their_way(tmp_path / "again", synced) == []
