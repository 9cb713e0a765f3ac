"""Calling the command line as a person does, and one demo region that all tests of it share."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.capture import CaptureFixture

from jiqun.cli.main import main

FIRMS = 200


@dataclass(frozen=True)
class Said:
    """What a call of `jiqun` printed, and its exit code."""

    code: int
    out: str
    err: str


Jiqun = Callable[..., Said]


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese unless a test asks for English."""
    monkeypatch.setenv("JIQUN_LANG", "zh")


@pytest.fixture
def jiqun(capsys: CaptureFixture[str]) -> Jiqun:
    """Call `jiqun` with words; a workspace may be given."""

    def call(*words: object, workspace: Path | None = None) -> Said:
        before = ["--workspace", str(workspace)] if workspace is not None else []
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*before, *map(str, words)])
        out, err = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Said(code, out, err)

    return call


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
