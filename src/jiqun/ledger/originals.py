"""The files that departments handed in: kept once, under their hash, and verified when read again."""

from __future__ import annotations

import shutil
from pathlib import Path

from jiqun.ledger.whole_files import whole_file
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import file_digest


def original_path(workspace: Workspace, file: str, sha256: str) -> Path:
    """Return where the original of a file lies: `originals/<sha256>.<ending of its name>`."""
    return workspace.originals / f"{sha256}{Path(file).suffix.lower()}"


def keep_original(workspace: Workspace, file: Path, sha256: str) -> Path:
    """Keep a file under its hash, once; LEDGER-058 where its content is no longer what was checked."""
    target = original_path(workspace, file.name, sha256)
    if target.exists() and file_digest(target) == sha256:
        return target
    if not file.is_file():
        raise ProblemsError([problem("LEDGER-057", Place(file=str(file)), file=file)])
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as draft:
        shutil.copyfile(file, draft)
        if file_digest(draft) != sha256:
            raise ProblemsError([problem("LEDGER-058", Place(file=str(file)), file=file.name)])
    return target


def original(workspace: Workspace, file: str, sha256: str) -> Path:
    """Return the kept original, verified; LEDGER-059 where it is gone or was changed."""
    target = original_path(workspace, file, sha256)
    if not target.is_file() or file_digest(target) != sha256:
        raise ProblemsError([problem("LEDGER-059", Place(file=file), file=file, kept=target.name)])
    return target
