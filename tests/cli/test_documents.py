"""The tutorial runs as written, and the reference of commands is the one that the commands give."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Jiqun

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"```(\w+)([^\n]*)\n(.*?)```", re.DOTALL)


def test_every_command_of_the_tutorial_says_what_the_tutorial_says(
    tmp_path: Path, jiqun: Jiqun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "tutorial" / "first-evaluation.md").read_text("utf-8")
    commands = 0
    for kind, name, content in _BLOCK.findall(text):
        if kind == "csv":
            Path(name.strip()).write_text(content, "utf-8")
        elif kind == "console":
            for command, expected in _calls(content):
                said = jiqun(*shlex.split(command)[1:])
                printed = _plain(said.out)
                for line in expected:
                    for part in filter(None, (_plain(one) for one in line.split("…"))):
                        assert part in printed, f"{command}\n{part}\n---\n{said.out}{said.err}"
                commands += 1
    assert commands == 9


def _calls(content: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in content.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        elif found:
            found[-1][1].append(line)
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("language", "name"), [("zh", "command-line.md"), ("en", "command-line.en.md")])
def test_the_reference_of_commands_is_up_to_date(language: str, name: str) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "jiqun.cli.reference"],
        env={**os.environ, "JIQUN_LANG": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert made.stdout.decode("utf-8") == (ROOT / "docs" / "reference" / name).read_text("utf-8"), (
        f"JIQUN_LANG={language} python -m jiqun.cli.reference > docs/reference/{name}"
    )
