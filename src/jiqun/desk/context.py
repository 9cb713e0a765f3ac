"""What a command works on: the workspace, its law book, who acts and when."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from jiqun import packs
from jiqun.ledger.snapshot import Snapshot
from jiqun.ledger.workspace import SETTINGS, Workspace
from jiqun.packs import TableContract


@cache
def _loaded(roots: tuple[Path, ...], pack_ids: tuple[str, ...]) -> packs.LawBook:
    """Read packs once in a call: the workspace's book and the book of all packs are asked for many times."""
    return packs.load(*roots, pack_ids=pack_ids or None)


class Context:
    """The workspace folder given or the current one; opened only by commands that need it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def opened(self) -> dict[str, Snapshot]:
        """Snapshots opened before, by id; they never change, and the land they add up takes a second to compute."""
        return {}

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.open(self.folder)

    @cached_property
    def book(self) -> packs.LawBook:
        """The packs of the workspace (its own folder `packs/` and those that ship with Jiqun); outside one, all."""
        if not (self.folder / SETTINGS).is_file():
            return self.everything
        return _loaded(self._roots, self.workspace.packs)

    @cached_property
    def everything(self) -> packs.LawBook:
        """All packs at hand, those of other places too: for trying another place's rule."""
        roots = self._roots if (self.folder / SETTINGS).is_file() else (packs.builtin_root(),)
        return _loaded(roots, ())

    @property
    def _roots(self) -> tuple[Path, ...]:
        own = self.workspace.root / "packs"
        return (packs.builtin_root(), *([own] if own.is_dir() else []))

    def contract(self, table: str) -> TableContract:
        """Return a table's contract; PACK-040 with the nearest name where there is none."""
        return self.book.table(table)

    @property
    def who(self) -> str:
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return "unknown"

    @property
    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)
