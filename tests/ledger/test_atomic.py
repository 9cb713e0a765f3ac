"""Real processes: killed with signal 9 at any moment, and two at once. Nothing half, nothing doubled, no number twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime

import polars as pl
from tests.ledger.conftest import PARCEL, ROOT, Bring

from jiqun.ledger import Workspace, freeze, latest
from jiqun.ledger.content import content_hash
from jiqun.ledger.log import reserve
from jiqun.ledger.store import Store
from jiqun.values import file_digest

ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
WRITER = """
import hashlib, sys
from datetime import datetime
from pathlib import Path
import polars as pl
from jiqun.ledger import Reported, Told, Workspace, commit
from tests.ledger.conftest import PARCEL

folder, name, first, count, rows = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
workspace = Workspace.open(folder)
print("ready", flush=True)
sys.stdin.readline()
for turn in range(first, first + count):
    file = Path(folder) / f"{name}-{turn}.csv"
    file.write_text(f"{name} {turn}")
    frame = pl.DataFrame({
        "parcel": [f"{name}-{turn}-{row}" for row in range(rows)],
        "area": [float(turn)] * rows,
        "_row": list(range(2, rows + 2)),
    })
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    made = commit(workspace, PARCEL, Reported("parcel", frame, file, sha256), Told(name, datetime(2025, 1, 1)))
    print(made.number, int(made.already), flush=True)
"""


DEADLY = """
import os, signal
from jiqun.ledger import store

left, write = int(os.environ["WRITES_TO_LIVE"]), store.write_deltalake

def deadly(*given, **named):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    write(*given, **named)

store.write_deltalake = deadly
"""


def writer(workspace: Workspace, name: str, first: int, count: int, rows: int) -> subprocess.Popen[str]:
    numbers = [str(one) for one in (first, count, rows)]
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(workspace.root), name, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def finished(process: subprocess.Popen[str]) -> list[tuple[int, bool]]:
    assert process.stdout is not None
    told = [line.split() for line in process.stdout.read().splitlines()]
    assert process.wait(60) == 0
    return [(int(number), already == "1") for number, already in told]


def test_two_processes_at_once_share_no_number_and_lose_no_row(workspace: Workspace) -> None:
    both = [writer(workspace, name, 0, 8, 3) for name in ("甲", "乙")]
    for process in both:
        go(process)
    numbers = [number for process in both for number, _ in finished(process)]
    view = latest(workspace)
    assert len(set(numbers)) == 16 and sorted(one.number for one in view.log.valid()) == sorted(numbers)
    assert view.table("parcel").height == 16 * 3
    by_import = view.reported("parcel").group_by("_import").agg(pl.col("parcel").str.slice(0, 4).n_unique(), pl.len())
    assert by_import["parcel"].to_list() == [1] * 16 and by_import["len"].to_list() == [3] * 16


def test_two_processes_with_the_same_files_commit_each_file_once(workspace: Workspace) -> None:
    both = [writer(workspace, "同", 0, 5, 2) for _ in range(2)]
    for process in both:
        go(process)
    told = [one for process in both for one in finished(process)]
    first = sorted(number for number, already in told if not already)
    assert len(first) == 5 and sorted(number for number, already in told if already) == first
    assert latest(workspace).reported("parcel").height == 5 * 2


def test_a_process_killed_before_any_of_its_writes_leaves_nothing_half(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 1.0}])
    folder, seen = workspace.root, []
    for writes in range(4):
        before = len(latest(workspace).log.valid())
        arguments = [sys.executable, "-c", DEADLY + WRITER, str(folder), f"第{writes}步", "0", "1", "200"]
        environment = {**ENVIRONMENT, "WRITES_TO_LIVE": str(writes)}
        done = subprocess.run(arguments, input="go\n", text=True, cwd=ROOT, env=environment, capture_output=True)
        view = latest(workspace)
        rows = view.table("parcel").filter(pl.col("parcel").str.starts_with(f"第{writes}步")).height
        committed = len(view.log.valid()) - before
        seen.append((done.returncode == -signal.SIGKILL, committed, rows))
    no_number, no_rows, no_commit = [(True, 0, 0)] * 3
    assert seen == [no_number, no_rows, no_commit, (False, 1, 200)]


def test_a_killed_process_leaves_the_last_committed_state(workspace: Workspace, bring: Bring) -> None:
    chance, killed = random.Random(7), 0
    for turn in range(3):
        process = writer(workspace, f"第{turn}次", 0, 40, 200)
        go(process)
        time.sleep(chance.uniform(0.02, 0.35))
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        told = [line.split() for line in process.stdout.read().splitlines()]
        killed += process.wait(60) == -signal.SIGKILL
        view = latest(workspace)
        counting = {one.number: one for one in view.log.valid()}
        assert {int(number) for number, _ in told} <= set(counting), "what was told as committed stands"
        rows = view.reported("parcel") if counting else pl.DataFrame(schema={"_import": pl.Int64})
        per_import = dict(rows.group_by("_import").len().iter_rows())
        assert per_import == dict.fromkeys(counting, 200), "every import is there wholly or not at all"
        kept = [path for path in workspace.originals.iterdir() if path.suffix != ".draft"]
        assert all(path.stem == file_digest(path) for path in kept), "originals are whole files"
    assert killed == 3
    before = freeze(workspace, when=datetime(2025, 1, 2))
    assert not bring(PARCEL, [{"parcel": "P1", "area": 1.0}]).already, "the ledger goes on after a crash"
    if "parcel" in before.tables:
        assert content_hash(before.view.table("parcel"), ["parcel"]) == before.tables["parcel"].content


def test_rows_without_a_commit_event_are_invisible(workspace: Workspace) -> None:
    store = Store(workspace)
    number = reserve(store, "李工", datetime(2025, 1, 1))
    rows = pl.DataFrame({"parcel": ["P1"], "area": [1.0], "_row": [2], "_import": [number]})
    store.append("parcel", rows, ("parcel",))
    assert latest(workspace).tables == () and latest(workspace).log.imports == ()
    assert reserve(store, "李工", datetime(2025, 1, 1)) == number + 1
