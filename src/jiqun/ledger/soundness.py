"""Whether everything that the ledger holds can be read: its logs, the rows of every table, every original."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.ledger.decisions import DECISIONS
from jiqun.ledger.log import LOG
from jiqun.ledger.originals import original
from jiqun.ledger.snapshot import SNAPSHOTS
from jiqun.ledger.store import Store, gathered
from jiqun.ledger.view import View, latest
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Problem, ProblemsError


def unsound(workspace: Workspace) -> Iterator[Problem]:
    """Read all of the ledger, and yield what cannot be: LEDGER-099 and 074 for tables, LEDGER-059 for originals."""
    try:
        view = latest(workspace)
    except ProblemsError as found:
        yield from found.problems
        return
    for table in (LOG, DECISIONS, SNAPSHOTS, *view.tables):
        yield from _table(view, table)
    for file, sha256 in sorted({(one.file, one.sha256) for one in view.log.imports}):
        try:
            original(workspace, file, sha256)
        except ProblemsError as found:
            yield from found.problems


def _table(view: View, table: str) -> Iterator[Problem]:
    try:
        rows = Store(view.workspace).read(table)
        if rows is not None:
            gathered(rows, table)
    except ProblemsError as found:
        yield from found.problems
