"""Files and folders that appear whole or not at all, whoever else makes the same ones at that moment."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiqun.values import to_disk

DRAFT = ".draft"


def draft_of(place: Path) -> Path:
    """Return a path beside a place that no other process and no other thread writes to.

    The number of the process alone is not enough: the threads of a server share it, and two people who ask for the same
    file at the same moment would take each other's draft away.
    """
    return place.with_name(f"{place.name}.{os.getpid()}-{threading.get_ident()}{DRAFT}")


@contextmanager
def whole_file(place: Path) -> Iterator[Path]:
    """Hand out a draft to write to; it takes the place in one step when the block ends, and is gone where it fails.

    What is in place is on the disk: a loss of power after this leaves the whole file.
    """
    draft = draft_of(place)
    try:
        yield draft
        to_disk([draft])
        draft.replace(place)
        to_disk([place])
    finally:
        draft.unlink(missing_ok=True)
