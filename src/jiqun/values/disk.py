"""What must outlast a loss of power is on the disk before anybody is told that it is done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def to_disk(paths: Iterable[Path]) -> None:
    """Wait until files (or folders) and their entries in the folders they lie in are on the disk (fsync).

    A renamed file whose content is still on its way is empty after a loss of power; a folder that was not synced has
    forgotten the name. OSError where the disk refuses.
    """
    files = list(dict.fromkeys(paths))
    for one in (*files, *dict.fromkeys(one.parent for one in files)):
        _synced(one)


def is_running(process: int) -> bool:
    """Tell whether this machine runs a process of that number, whoever it belongs to."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _synced(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders; renames there are written through by its file system's journal
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
