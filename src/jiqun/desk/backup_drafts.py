"""Drafts of backups that were broken off: known by a mark of their workspace, gone only where nobody writes them."""

from __future__ import annotations

import fcntl
import hashlib
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jiqun.ledger.whole_files import DRAFT
from jiqun.ledger.workspace import Workspace
from jiqun.values import is_running

_MARK = "jiqun.workspace"
_DRAFT = re.compile(rf"(?P<name>.+)\.(?P<process>\d+)-\d+{re.escape(DRAFT)}")


@contextmanager
def marked_archive(workspace: Workspace, draft: Path) -> Iterator[tarfile.TarFile]:
    """Open a draft to write the archive into, marked as the workspace's and held as long as its process lives.

    The number of a process says nothing to another machine that writes into the same folder; the lock does.
    """
    with draft.open("wb") as raw:
        with suppress(OSError):  # a folder whose storage knows no locks still has the number of the process
            fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
        marks = {_MARK: _mark(workspace)}
        with tarfile.open(
            fileobj=raw, mode="w:gz", compresslevel=3, format=tarfile.PAX_FORMAT, pax_headers=marks
        ) as it:
            yield it


def clear_left(workspace: Workspace, file: Path) -> tuple[Path, ...]:
    """Delete the drafts beside a backup's file that killed backups left, and return them.

    It takes a name that drafts have, this workspace's mark inside (or none yet, under the name of this very backup), no
    process of its number, and nobody who holds it.
    """
    left = []
    for draft in sorted(file.parent.glob(f"*{DRAFT}")):
        found = _DRAFT.fullmatch(draft.name)
        if found is None or not draft.is_file() or draft.is_symlink() or is_running(int(found["process"])):
            continue
        mark = _marked(draft)
        is_own = found["name"] == file.name if mark is None else mark == _mark(workspace)
        if is_own and not _held(draft):
            with suppress(OSError):
                draft.unlink()
                left.append(draft)
    return tuple(left)


def _mark(workspace: Workspace) -> str:
    """Return what tells this workspace's folder from others, without saying where it lies."""
    return hashlib.sha256(str(workspace.root.resolve()).encode()).hexdigest()[:16]


def _marked(draft: Path) -> str | None:
    """Return the mark in an archive that ends anywhere; None where it has none or is no archive."""
    try:
        with tarfile.open(draft, "r:gz") as archive:
            return archive.pax_headers.get(_MARK)
    except (OSError, EOFError, tarfile.TarError):
        return None


def _held(draft: Path) -> bool:
    try:
        with draft.open("rb") as raw:
            fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
