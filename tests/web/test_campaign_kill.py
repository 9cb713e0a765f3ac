"""`kill -9` within a trial run, a granted appeal and a signature: either before or after, and the campaign goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests import own_rule

from jiqun.cli.main import main
from jiqun.desk.context import Context
from jiqun.desk.running import all_runs
from jiqun.ledger.view import latest

STEPS = Path(__file__).parent / "campaign_steps.py"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JIQUN_LANG", "zh")
    return own_rule.small_workspace(tmp_path, lambda *words: _cli(*words))


def _cli(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in words])
    assert ended.value.code == 0


def step(folder: Path, part: str, stop: str = "", firm: str = "") -> dict[str, Any] | None:
    """Take a part of the campaign in a process of its own; None where it was killed."""
    words = [sys.executable, str(STEPS), str(folder), part, stop, firm]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=120)
    if ended.returncode == -signal.SIGKILL:
        return None
    assert ended.returncode == 0, ended.stderr[-3000:]
    return dict(json.loads(ended.stdout.splitlines()[-1]))


def tax(folder: Path, firm: str) -> float:
    rows = latest(Context(folder).workspace).table("enterprise_year")
    return float(rows.filter(pl.col("enterprise") == firm)["tax"][0])


def test_a_campaign_survives_kill_9_in_every_long_step(workspace: Path) -> None:
    firm = own_rule.code(15)
    assert step(workspace, "open", "trial.done") is None
    assert len(all_runs(Context(workspace))) == 1  # the run is kept, the campaign does not have it yet
    assert step(workspace, "appeal", "import", firm) is None
    assert tax(workspace, firm) == 250  # the appeal is granted, its import never counted
    assert step(workspace, "go on", "appeal.booked") is None
    assert tax(workspace, firm) == 490  # it counts now, the campaign does not know it yet
    assert step(workspace, "sign", "sign.done") is None
    assert [run.official for run in all_runs(Context(workspace))].count(True) == 1
    there = step(workspace, "go on")
    assert there is not None and there["jobs"] == []
    once = ("trial.done", "appeal.booked", "sign.done")
    assert [there["kinds"].count(one) for one in once] == [2, 1, 1]
    (official,) = (run for run in all_runs(Context(workspace)) if run.official)
    assert there["signed"] == official.id
    log = latest(Context(workspace).workspace).log
    assert sum("申诉" in one.note for one in log.valid()) == 1
