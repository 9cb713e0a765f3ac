"""Calling the command line as a person does, and one demo region that all tests of it share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.capture import CaptureFixture
from tests.demo_region import FIRMS as FIRMS
from tests.demo_region import Demo as Demo

from jiqun.cli.main import main


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
