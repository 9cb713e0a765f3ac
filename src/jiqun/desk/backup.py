"""A workspace in one file and back: taken while people work, restored into an empty folder, compared file by file.

The ledger only grows and its log of imports is read first, so files are taken in the order in which a reader trusts
them: the logs of the ledger before the tables, the log of a table before its data. What a taken log names is there.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from jiqun.desk.backup_drafts import clear_left, marked_archive
from jiqun.ledger.whole_files import DRAFT, whole_file
from jiqun.ledger.workspace import SETTINGS, Workspace
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import to_disk

MANIFEST = "backup.json"
_SQLITE = "sqlite:///"
_FOLDERS = (
    "ledger", "runs", "originals", "quarantine", "uploads", "reports", "screenings", "comparisons",
    "packs", "published", "laws",
)  # fmt: skip
_HALF_WRITTEN = (".part", DRAFT)
_PASSING = "uploads/"
_RESTORING = ".restoring"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds; `database` is False where the rows lie in another database that has its own backup.

    `cleared` are the drafts that backups of this workspace left beside it when they were killed.
    """

    file: Path
    files: int
    size: int
    database: bool
    cleared: tuple[Path, ...] = ()


def back_up(workspace: Workspace, file: Path) -> BackedUp:
    """Write the workspace into a compressed tar file beside which nothing half-written is ever left.

    The server's secret key and caches stay out; what killed backups of this workspace left beside it goes. CLI-020
    where the file is there already or cannot be written, CLI-021 where the ledger does not lie in the workspace (an S3
    store has its own backup).
    """
    if file.exists():
        raise ProblemsError([problem("CLI-020", Place(str(file)), file=file, detail="exists")])
    if not workspace.is_local:
        raise ProblemsError([problem("CLI-021", Place(str(file)), address=workspace.storage)])
    digests: dict[str, str] = {}
    try:
        cleared = clear_left(workspace, file)
        with whole_file(file) as draft, marked_archive(workspace, draft) as archive:
            for path in _files(workspace.root):
                _add(archive, path, str(path.relative_to(workspace.root)), digests)
            has_rows = _add_rows(archive, workspace, digests)
            content = json.dumps(digests, ensure_ascii=False, indent=0).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    except OSError as refused:
        raise ProblemsError([problem("CLI-020", Place(str(file)), file=file, detail=refused.strerror)]) from None
    return BackedUp(file, len(digests), file.stat().st_size, has_rows, cleared)


def _files(root: Path) -> Iterator[Path]:
    yield root / SETTINGS
    yield from (one for one in (root / "demo.json",) if one.is_file())
    for folder in _FOLDERS:
        found = [one for one in (root / folder).rglob("*") if one.is_file()]
        yield from sorted((one for one in found if not _is_half_written(one.relative_to(root))), key=_order)


def _is_half_written(path: Path) -> bool:
    """Tell whether somebody is writing this at the moment: a draft, or a run's folder before it is renamed."""
    return path.name.endswith(_HALF_WRITTEN) or (path.parts[0] == "runs" and path.parts[1].startswith("."))


def _order(path: Path) -> tuple[int, int, str]:
    parts = path.parts
    is_ledger_log = any(part.startswith("_") and part != "_delta_log" for part in parts)
    return (0 if is_ledger_log else 1, 0 if "_delta_log" in parts else 1, str(path))


def _add(archive: tarfile.TarFile, path: Path, name: str, digests: dict[str, str]) -> None:
    """Add a file with the digest of the very bytes that went in: somebody may replace it at this moment.

    An upload that is gone since the folder was listed (committed or thrown away) is not part of the workspace any more.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        if name.startswith(_PASSING):
            return
        raise
    with stream:
        digesting = _Digesting(stream)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=stream), cast(IO[bytes], digesting))
    digests[name] = digesting.digest.hexdigest()


class _Digesting:
    """A file that is read once, for the archive and for its digest."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.stream.read(size)
        self.digest.update(content)
        return content


def _add_rows(archive: tarfile.TarFile, workspace: Workspace, digests: dict[str, str]) -> bool:
    """Add a consistent copy of an SQLite database; return False for a database that is not a file."""
    if not workspace.database.startswith(_SQLITE):
        return False
    name = workspace.database.removeprefix(_SQLITE)
    source = workspace.root / name
    if not source.is_file():
        return True
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rows.sqlite3"
        with sqlite3.connect(source) as live, sqlite3.connect(copy) as taken:
            live.backup(taken)
        taken.close()
        live.close()
        _add(archive, copy, name, digests)
    return True


def restore(file: Path, folder: Path) -> int:
    """Unpack a backup into an empty folder and compare every file with its digest; return how many files.

    The folder is a workspace only once everything was compared: `jiqun.toml` comes last. A restore that was killed is
    begun anew. CLI-022 where the folder is not empty, CLI-023 where the file is no backup, is damaged, or wants to
    write outside.
    """
    draft = folder / _RESTORING
    is_unfinished = draft.is_dir() and not (folder / SETTINGS).exists()
    if folder.exists() and any(folder.iterdir()) and not is_unfinished:
        raise ProblemsError([problem("CLI-022", Place(str(folder)), folder=folder)])
    shutil.rmtree(draft, ignore_errors=True)
    try:
        count = _compared(file, draft)
        to_disk(draft.rglob("*"))
    except (tarfile.TarError, OSError, EOFError, ValueError) as broken:
        shutil.rmtree(draft, ignore_errors=True)
        raise ProblemsError([problem("CLI-023", Place(str(file)), file=file, detail=broken)]) from None
    for one in sorted(draft.iterdir(), key=lambda one: one.name == SETTINGS):
        target = folder / one.name
        if target.is_dir():  # moved by a restore that was killed
            shutil.rmtree(target)
        if one.name == SETTINGS:  # what it says is there is on the disk before it
            to_disk(folder.iterdir())
        one.replace(target)
    draft.rmdir()
    to_disk([folder / SETTINGS])
    return count


def _compared(file: Path, folder: Path) -> int:
    """Unpack a backup and return how many files it has; ValueError names those that differ from their digest."""
    with tarfile.open(file, "r:gz") as archive:
        _unpack(archive, folder)
    manifest = folder / MANIFEST
    digests: dict[str, str] = json.loads(manifest.read_text("utf-8"))
    wrong = [name for name, digest in digests.items() if _digest(folder / name) != digest]
    if wrong or SETTINGS not in digests:
        raise ValueError("、".join(wrong[:5]) or SETTINGS)
    manifest.unlink()
    return len(digests)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the files of a backup below a folder; ValueError for a link, a device or a way out of it.

    Python has a filter for this only since 3.11.4, and Debian 12 comes with 3.11.2.
    """
    inside = folder.resolve()
    for member in archive:
        target = (inside / member.name).resolve()
        if not target.is_relative_to(inside) or not (member.isfile() or member.isdir()):
            raise ValueError(member.name)
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = archive.extractfile(member)
        assert stream is not None
        with stream, target.open("wb") as written:
            shutil.copyfileobj(stream, written)
        target.chmod(0o600 | member.mode & 0o755)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while part := stream.read(_CHUNK):
            found.update(part)
    return found.hexdigest()
