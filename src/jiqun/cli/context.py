"""What a command works on: the workspace, its law book, who acts and when."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from jiqun import packs
from jiqun.ledger.workspace import Workspace


class Context:
    """The workspace folder given or the current one; opened only by commands that need it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.open(self.folder)

    @cached_property
    def book(self) -> packs.LawBook:
        """The packs of the workspace: its own folder `packs/` and the ones that ship with Jiqun."""
        workspace = self.workspace
        own = workspace.root / "packs"
        roots = [packs.builtin_root(), *([own] if own.is_dir() else [])]
        return packs.load(*roots, pack_ids=workspace.packs or None)

    @property
    def who(self) -> str:
        try:
            return getpass.getuser()
        except OSError:
            return "unknown"

    @property
    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)
