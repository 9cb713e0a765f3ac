"""One demo region that all tests share."""

from __future__ import annotations

import fcntl
import io
import os
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from jiqun.cli.main import main

FIRMS = 200


@dataclass(frozen=True)
class Demo:
    """The demo workspace and what the command printed while it was made."""

    folder: Path
    out: str

    @property
    def handed(self) -> Path:
        return self.folder / "部门报表"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """`jiqun demo` with 200 firms: made once for a whole test run, and copied for each worker of it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    made, printed = shared / "demo-made" / "workspace", shared / "demo-made" / "printed.txt"
    with (shared / "demo-made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            said = _make(made)
            printed.write_text(said, encoding="utf-8")
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    shutil.copytree(made, folder)
    return Demo(folder, printed.read_text(encoding="utf-8").replace(str(made), str(folder)))


def _make(folder: Path) -> str:
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setenv("JIQUN_LANG", "zh")
        with pytest.raises(SystemExit) as ended:
            main(["demo", str(folder), "--firms", str(FIRMS)])
    assert ended.value.code == 0
    return printed.getvalue()
