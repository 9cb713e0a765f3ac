"""The ledger on S3-compatible storage: the same rows, versions and numbers as on a disk.

`moto_server` (the package moto) plays the storage on this machine; where it is not installed these tests are skipped.
It is no development dependency: it would bring forty packages for four tests.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.ledger.conftest import WHEN, YEARLY, Bring, code, reported

from jiqun.ledger import Told, Workspace, commit, freeze, latest
from jiqun.ledger.lineage import lineage
from jiqun.ledger.log import reserve
from jiqun.ledger.store import LostRaceError, Store
from jiqun.problems import ProblemsError

SERVER = shutil.which("moto_server")
pytestmark = pytest.mark.skipif(SERVER is None, reason="moto_server is not installed: no S3 storage to test with")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """Start a server with an empty bucket; give its address."""
    assert SERVER is not None
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [SERVER, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        try:
            urllib.request.urlopen(urllib.request.Request(f"{address}/region", method="PUT"), timeout=10).read()
            break
        except OSError:
            if server.poll() is not None:
                pytest.skip("moto_server is there and does not start: no S3 storage to test with")
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait()


@pytest.fixture
def workspace(tmp_path: Path, workspace: Workspace, storage: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    options = {"aws_endpoint_url": storage, "aws_allow_http": "true"}
    return replace(workspace, storage=f"s3://region/{tmp_path.name}/台账", storage_options=options)


def test_a_ledger_on_s3_keeps_versions_and_leads_back_to_the_cell(workspace: Workspace, bring: Bring) -> None:
    row = {"enterprise": code(1), "year": 2024, "name": "甲厂", "tax": 12.5}
    bring(YEARLY, [row, {**row, "enterprise": code(2), "name": "乙厂"}])
    before = freeze(workspace, when=WHEN)
    bring(YEARLY, [{**row, "tax": 13.0, "staff": 30}])  # a restatement with a new column

    now = latest(workspace).table("enterprise_year").sort("enterprise")
    assert now["tax"].to_list() == [13.0, 12.5] and now["staff"].to_list() == [30, None]
    assert before.table("enterprise_year").sort("enterprise")["tax"].to_list() == [12.5, 12.5]
    found = lineage(latest(workspace), "enterprise_year", {"enterprise": code(1), "year": 2024}, "tax")
    assert (found.import_number, found.row) == (2, 2)


def test_of_two_writers_at_one_version_exactly_one_wins(workspace: Workspace) -> None:
    store = Store(workspace)
    frame = pl.DataFrame({"a": [1]})
    store.append("t", frame)
    store.append_after("t", 0, frame)
    with pytest.raises(LostRaceError):
        store.append_after("t", 0, frame)
    assert store.version("t") == 1


def test_import_numbers_on_s3_are_given_once_however_many_ask(workspace: Workspace) -> None:
    numbers: list[int] = []
    asking = [
        threading.Thread(target=lambda: numbers.extend(reserve(Store(workspace), "李工", WHEN) for _ in range(2)))
        for _ in range(2)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert sorted(numbers) == list(range(1, 5))


def test_storage_that_does_not_answer_is_told(workspace: Workspace, tmp_path: Path) -> None:
    deaf = {**workspace.storage_options, "aws_endpoint_url": f"http://127.0.0.1:{free_port()}", "max_retries": "0"}
    file = tmp_path / "表.csv"
    file.write_text("x")
    rows = reported(YEARLY, [{"enterprise": code(1), "year": 2024, "tax": 1.0}], file)
    with pytest.raises(ProblemsError) as caught:
        commit(replace(workspace, storage_options=deaf), YEARLY, rows, Told("李工", WHEN))
    assert [one.code for one in caught.value.problems] == ["LEDGER-099"]


def test_an_option_that_gives_atomic_commits_up_is_refused(workspace: Workspace) -> None:
    settings = workspace.root / "jiqun.toml"
    told = 'address = "s3://region/x"\noptions = {aws_s3_allow_unsafe_rename = "true"}'
    settings.write_text(settings.read_text("utf-8").replace('address = "ledger"', told), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        Workspace.open(workspace.root)
    assert [one.code for one in caught.value.problems] == ["LEDGER-076"]
