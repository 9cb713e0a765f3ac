"""The store: any address, exactly one winner of a race, and refusals in sentences."""

from __future__ import annotations

import os
import resource
import shutil
import time
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from tests.ledger.conftest import PARCEL, WHEN, Bring, reported

from jiqun.ledger import Told, Workspace, commit, freeze, init, latest, log, open_snapshot, store
from jiqun.ledger.log import EVENT_SCHEMA, LOG, read_log, reserve
from jiqun.ledger.soundness import unsound
from jiqun.ledger.store import LostRaceError, Store
from jiqun.problems import ProblemsError


def test_a_ledger_at_a_uri_works_like_one_in_the_folder(tmp_path: Path) -> None:
    address = (tmp_path / "far away" / "ledger").as_uri()
    workspace = init(tmp_path / "w", storage=address)
    file = tmp_path / "x.csv"
    file.write_text("x")
    commit(workspace, PARCEL, reported(PARCEL, [{"parcel": "P1", "area": 5.0}], file), Told("李工", WHEN))
    made = freeze(workspace, when=WHEN)
    assert open_snapshot(Workspace.open(tmp_path / "w"), made.id).table("parcel")["area"].to_list() == [5.0]
    assert list((workspace.root / "ledger").iterdir()) == []


@pytest.mark.parametrize("name", ["渝北区（2024）", "a b & c#d", "{x} * ? @:+~;,='!$"])
def test_a_workspace_may_have_a_name_as_people_give_them(tmp_path: Path, name: str) -> None:
    workspace = init(tmp_path / name)
    file = tmp_path / "x.csv"
    file.write_text("x")
    commit(workspace, PARCEL, reported(PARCEL, [{"parcel": "P1", "area": 5.0}], file), Told("李工", WHEN))
    assert freeze(workspace, when=WHEN).table("parcel")["area"].to_list() == [5.0]


@pytest.mark.parametrize("name", ["a[1]", "50%20", "a^b", "a|b"])
def test_a_name_that_the_storage_format_cannot_read_back_is_refused_before_anything_is_made(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ProblemsError, match="LEDGER-075"):
        init(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_of_two_writers_after_one_version_exactly_one_wins(workspace: Workspace) -> None:
    store = Store(workspace)
    reserve(store, "李工", WHEN)
    version = store.version(LOG)
    event = pl.DataFrame([{"number": 2, "event": "reserved"}], schema=EVENT_SCHEMA)
    store.append_after(LOG, version, event)
    with pytest.raises(LostRaceError):
        store.append_after(LOG, version, event)
    assert store.version(LOG) == version + 1


def test_a_storage_that_refuses_says_so_and_nothing_counts(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    Path(workspace.address("meter")).write_text("a file where the table should be")
    meter = PARCEL.model_copy(update={"id": "meter"})
    with pytest.raises(ProblemsError, match="LEDGER-099"):
        bring(meter, [{"parcel": "P1", "area": 5.0}])
    assert latest(workspace).tables == ("parcel",)


def test_a_disk_that_takes_no_more_says_so_and_nothing_counts(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    now = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, now[1]))  # no file may grow beyond, as on a full disk
    try:
        with pytest.raises(ProblemsError, match="LEDGER-054"):
            bring(PARCEL, [{"parcel": "P2", "area": 6.0}])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, now)
    assert latest(workspace).table("parcel")["parcel"].to_list() == ["P1"] and list(unsound(workspace)) == []
    bring(PARCEL, [{"parcel": "P2", "area": 6.0}])
    assert latest(workspace).table("parcel")["parcel"].to_list() == ["P1", "P2"]


def test_a_table_at_an_old_version_has_the_rows_of_then(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    store = Store(workspace)
    then = store.version("parcel")
    bring(PARCEL, [{"parcel": "P2", "area": 5.0}])
    old, new = store.read("parcel", then), store.read("parcel")
    assert old is not None and new is not None
    assert (old.collect().height, new.collect().height) == (1, 2)
    assert store.read("meter") is None and store.version("meter") == -1


def test_the_version_of_a_table_is_the_one_that_the_storage_format_reads(workspace: Workspace, bring: Bring) -> None:
    for number in range(3):
        bring(PARCEL, [{"parcel": f"P{number}", "area": 5.0}])
        for table in (LOG, "parcel"):
            assert Store(workspace).version(table) == DeltaTable(workspace.address(table)).version()
    folder = Path(workspace.address("parcel")) / "_delta_log"
    (folder / "_commit_4711.json.tmp").write_text("somebody is just writing")
    assert Store(workspace).version("parcel") == DeltaTable(workspace.address("parcel")).version()


def test_a_ledger_put_in_the_place_of_another_is_read_anew(workspace: Workspace, tmp_path: Path, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    shutil.copytree(workspace.root, tmp_path / "kept")
    bring(PARCEL, [{"parcel": "P2", "area": 5.0}], file="甲.csv")
    gone, rows = read_log(Store(workspace)), latest(workspace).table("parcel")["parcel"].to_list()
    shutil.rmtree(workspace.root)
    shutil.copytree(tmp_path / "kept", workspace.root)
    bring(PARCEL, [{"parcel": "P3", "area": 5.0}], file="乙.csv")
    now = read_log(Store(workspace))
    assert gone.version == now.version
    assert [one.imports[-1].file for one in (gone, now)] == ["甲.csv", "乙.csv"]
    assert (rows, latest(workspace).table("parcel")["parcel"].to_list()) == (["P1", "P2"], ["P1", "P3"])


def test_old_versions_are_never_forgotten_however_old_their_files_are(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P0", "area": 5.0}])
    made = freeze(workspace, when=WHEN)
    folder = Path(workspace.address("parcel"))
    DeltaTable(folder).alter.set_table_properties({"delta.checkpointInterval": "3"})
    for number in range(1, 9):
        if number == 5:
            long_ago = time.time() - 90 * 86_400
            for file in (folder / "_delta_log").iterdir():
                os.utime(file, (long_ago, long_ago))
        bring(PARCEL, [{"parcel": f"P{number}", "area": 5.0}])
    assert list((folder / "_delta_log").glob("*.checkpoint.parquet")), (
        "the log was checkpointed, so it could be cleaned"
    )
    for file in workspace.cache.iterdir():
        file.unlink()
    assert made.table("parcel")["parcel"].to_list() == ["P0"]


def test_joining_small_files_changes_nothing_that_is_read(workspace: Workspace, bring: Bring) -> None:
    for number in range(4):
        bring(PARCEL, [{"parcel": f"P{number}", "area": 5.0}])
    made, before = freeze(workspace, when=WHEN), read_log(Store(workspace))
    for table in (LOG, "parcel"):
        Store(workspace).compact(table)
        files = pa.table(DeltaTable(workspace.address(table)).get_add_actions())
        assert files.num_rows == 1
    for kept in (log._kept, log._kept_events, store._kept):
        kept.cache_clear()  # what is on the disk counts here
    assert read_log(Store(workspace)).imports == before.imports
    assert latest(workspace).table("parcel").height == 4
    assert read_log(Store(workspace), made.log_version).imports == before.imports
    bring(PARCEL, [{"parcel": "P9", "area": 5.0}])
    assert open_snapshot(workspace, made.id).view.table("parcel").height == 4
