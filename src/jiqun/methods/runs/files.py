"""Files of stored runs: folders that appear whole or not at all, and the index."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import file_digest, is_running, to_disk

INDEX = "index.jsonl"
_WRITING = ".writing-"


@dataclass(frozen=True)
class Entry:
    """A line of the index: when a run was stored, and the digest of its manifest."""

    at: datetime
    manifest: str


def keep(runs: Path, name: str, fill: Callable[[Path], None]) -> Path:
    """Fill a folder beside its place and move it there in one step.

    Where the place is taken already, the two are compared: RUN-005 names the first file that differs. What an
    interrupted writer of the same run left behind is removed.
    """
    runs.mkdir(parents=True, exist_ok=True)
    place = runs / name
    draft = Path(mkdtemp(prefix=f"{_WRITING}{name}-{os.getpid()}-", dir=runs))
    try:
        fill(draft)
        draft.chmod(0o755)
        to_disk(draft.iterdir())
        try:
            draft.rename(place)
        except OSError:
            if not place.is_dir():
                raise
            _compare(draft, place)
        to_disk([place])
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        for left in runs.glob(f"{_WRITING}{name}-*"):
            if not is_running(int(left.name.removeprefix(f"{_WRITING}{name}-").partition("-")[0])):
                shutil.rmtree(left, ignore_errors=True)
    return place


def _compare(draft: Path, place: Path) -> None:
    names = sorted({one.name for one in draft.iterdir()} | {one.name for one in place.iterdir()})
    for name in names:
        new, old = draft / name, place / name
        if not (new.is_file() and old.is_file() and file_digest(new) == file_digest(old)):
            raise ProblemsError([problem("RUN-005", Place(file=str(old)), run=place.name, file=name)])


def note(runs: Path, name: str, at: datetime, manifest: str) -> None:
    """Write that a run was stored; one that the index knows keeps its first time, and is the last one again."""
    if last_noted(runs) == name:
        return
    file = runs / INDEX
    cut_short = file.is_file() and not file.read_bytes().endswith(b"\n")
    line = (
        ("\n" if cut_short else "")
        + json.dumps({"run": name, "at": at.isoformat(), "manifest": manifest}, sort_keys=True)
        + "\n"
    )
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def last_noted(runs: Path) -> str | None:
    """Return the run that was stored last, for the first time or again."""
    return next((row["run"] for row in reversed(list(_rows(runs)))), None)


def indexed(runs: Path) -> Mapping[str, Entry]:
    """Read the index: of every run the first time it was stored."""
    found: dict[str, Entry] = {}
    for row in _rows(runs):
        found.setdefault(row["run"], Entry(datetime.fromisoformat(row["at"]), row["manifest"]))
    return found


def _rows(runs: Path) -> Iterator[Mapping[str, str]]:
    """Read the lines of the index; one that an interruption cut short is left out."""
    if not (runs / INDEX).is_file():
        return
    for line in (runs / INDEX).read_text("utf-8").splitlines():
        with suppress(json.JSONDecodeError):
            yield json.loads(line)
