"""One demo region that all tests of a worker share."""

from __future__ import annotations

import io
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
    """`jiqun demo` with 200 firms, run once for all tests."""
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setenv("JIQUN_LANG", "zh")
        with pytest.raises(SystemExit) as ended:
            main(["demo", str(folder), "--firms", str(FIRMS)])
    assert ended.value.code == 0
    return Demo(folder, printed.getvalue())
