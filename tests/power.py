"""What a loss of power would take: files and names that were not synced since they changed for the last time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

Synced = dict[tuple[int, int], int]


@contextmanager
def syncs_noted() -> Iterator[Synced]:
    """Note what is synced, by its number on the disk, and when it had been written to for the last time by then."""
    found: Synced = {}

    def note(descriptor: int) -> None:
        state = os.fstat(descriptor)
        found[state.st_dev, state.st_ino] = state.st_mtime_ns

    with patch("os.fsync", note):
        yield found


def on_their_way(root: Path, synced: Synced) -> list[str]:
    """Return files written to, and folders that got or lost a name, after they were synced for the last time."""
    states = {place: place.stat() for place in [root, *root.rglob("*")]}
    return sorted(
        str(place.relative_to(root))
        for place, state in states.items()
        if synced.get((state.st_dev, state.st_ino)) != state.st_mtime_ns
    )
