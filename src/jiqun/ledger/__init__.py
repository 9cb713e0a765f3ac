"""The ledger: reported facts with their files, cells and firms, and snapshots of them that never change.

The functions `lineage.lineage` and `status.status` are asked in their modules, whose names they bear.
"""

from jiqun.ledger.imports import Committed, Told, commit, undo
from jiqun.ledger.lineage import Cell, cells, history, row
from jiqun.ledger.log import Import, SourceColumn
from jiqun.ledger.occupancy import LandUse, land_use
from jiqun.ledger.originals import original
from jiqun.ledger.reported import Reported
from jiqun.ledger.review import Candidate, Question, decide, open_questions
from jiqun.ledger.snapshot import FrozenTable, Snapshot, freeze, open_snapshot, snapshots
from jiqun.ledger.status import Quarantine, Status, TableStatus, quarantine
from jiqun.ledger.view import View, latest
from jiqun.ledger.workspace import Workspace, init

__all__ = [
    "Candidate",
    "Cell",
    "Committed",
    "FrozenTable",
    "Import",
    "LandUse",
    "Quarantine",
    "Question",
    "Reported",
    "Snapshot",
    "SourceColumn",
    "Status",
    "TableStatus",
    "Told",
    "View",
    "Workspace",
    "cells",
    "commit",
    "decide",
    "freeze",
    "history",
    "init",
    "land_use",
    "latest",
    "open_questions",
    "open_snapshot",
    "original",
    "quarantine",
    "row",
    "snapshots",
    "undo",
]
