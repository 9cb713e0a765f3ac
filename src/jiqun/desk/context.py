"""What a command works on: the workspace, its law book, who acts and when."""

from __future__ import annotations

import gc
import getpass
import os
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from jiqun import packs
from jiqun.ledger.snapshot import Snapshot
from jiqun.ledger.workspace import SETTINGS, Workspace
from jiqun.packs import TableContract

PUBLISHED = "published"  # the pack of the rules that were published in the workbench


@cache
def _loaded(roots: tuple[Path, ...], pack_ids: tuple[str, ...]) -> packs.LawBook:
    """Read packs once in a call: the workspace's book and the book of all packs are asked for many times.

    They last as long as the process, so the garbage collector need not walk them: 50 ms each time afterwards, and a
    quarter of the time they take while they are made.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        book = packs.load(*roots, pack_ids=pack_ids or None)
        gc.freeze()
    finally:
        if collects:
            gc.enable()
    return book


def newest_published(folder: Path) -> Path | None:
    """Return the folder of the newest publication (`published/NNNN`, made whole by one renaming); None before any."""
    try:
        numbers = [one.name for one in os.scandir(folder / PUBLISHED) if one.name.isdigit()]
    except FileNotFoundError:
        return None
    return folder / PUBLISHED / max(numbers, key=int) if numbers else None


class Context:
    """The workspace folder given or the current one; opened only by commands that need it."""

    def __init__(self, folder: Path, published: Path | None = None) -> None:
        self.folder = folder
        self._published: Path | None = published or newest_published(folder)

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
        return _loaded(self.roots, self.pack_ids)

    @cached_property
    def everything(self) -> packs.LawBook:
        """All packs at hand, those of other places too: for trying another place's rule."""
        roots = self.roots if (self.folder / SETTINGS).is_file() else (packs.builtin_root(),)
        return _loaded(roots, ())

    @property
    def roots(self) -> tuple[Path, ...]:
        """Where packs lie: those that ship with Jiqun, the workspace's own, and what was published here.

        A pack of the workspace with the id of a shipped one is read instead of it.
        """
        own = self.workspace.root / "packs"
        published = [self._published / PUBLISHED] if self._published else []
        return (*(packs.with_builtin(own) if own.is_dir() else (packs.builtin_root(),)), *published)

    @property
    def pack_ids(self) -> tuple[str, ...]:
        """The packs in force here; what was published here stands above them."""
        return (*self.workspace.packs, *([PUBLISHED] if self._published else []))

    @cached_property
    def earlier_laws(self) -> tuple[Context, ...]:
        """The workspace as it read before its newest publication, the newest first; at last as its packs came."""
        if self._published is None or self._published.parent != self.folder / PUBLISHED:
            return ()
        there = [one for one in self._published.parent.iterdir() if one.name.isdigit()]
        older = [one for one in there if int(one.name) < int(self._published.name)]
        numbered = [Context(self.folder, one) for one in sorted(older, key=lambda one: int(one.name), reverse=True)]
        return (*numbered, _Unpublished(self.folder))

    @property
    def published_root(self) -> Path:
        """The folder of the publication this context reads; FileNotFoundError where it reads none."""
        if self._published is None:
            raise FileNotFoundError(PUBLISHED)
        return self._published

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


class _Unpublished(Context):
    """The workspace as its packs came, before anything was published in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._published = None
