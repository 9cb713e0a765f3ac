"""The law books that runs were made under, kept in the workspace word for word, each once under its digest.

A run's id follows from the digest of its whole law book, and its explanation is worded from the rule, its clauses and
parameters. Packs change afterwards, be it by an English title; `laws/<digest>.zip` keeps every file of the packs as
they were, so that a run is read under the very text it was made under. See docs/decisions/0014.
"""

from __future__ import annotations

import shutil
import zipfile
from functools import lru_cache
from pathlib import Path

from jiqun import packs
from jiqun.ledger.whole_files import draft_of, whole_file
from jiqun.packs import LawBook
from jiqun.problems import ProblemsError

LAWS = "laws"
_UNDATED = (1980, 1, 1, 0, 0, 0)  # the same law gives the same bytes
_KEPT_OPEN = 4
_QUICKLY = 1


def keep_law(root: Path, book: LawBook) -> Path:
    """Write the files of a law book's packs into `laws/<digest>.zip` unless they are there; whole or not at all."""
    file = root / LAWS / f"{book.digest}.zip"
    if not file.is_file():
        file.parent.mkdir(exist_ok=True)
        with whole_file(file) as draft:
            _write(book, draft)
    return file


def _write(book: LawBook, draft: Path) -> None:
    with zipfile.ZipFile(draft, "w") as archive:
        for pack in book.packs:
            for name in pack.files:
                entry = zipfile.ZipInfo(f"{pack.id}/{name}", _UNDATED)
                archive.writestr(entry, (pack.folder / name).read_bytes(), zipfile.ZIP_DEFLATED, _QUICKLY)


def kept_law(root: Path, cache: Path, digest: str) -> LawBook | None:
    """Return the law book of that digest as it was kept; None where none was, or where it cannot be read as it was."""
    file = root / LAWS / f"{digest}.zip"
    return _read(file, cache / LAWS / digest, digest) if file.is_file() else None


@lru_cache(maxsize=_KEPT_OPEN)
def _read(file: Path, unpacked: Path, digest: str) -> LawBook | None:
    if not unpacked.is_dir():
        unpacked.parent.mkdir(parents=True, exist_ok=True)
        draft = draft_of(unpacked)
        try:
            with zipfile.ZipFile(file) as archive:
                archive.extractall(draft)
            draft.replace(unpacked)
        except (OSError, zipfile.BadZipFile):
            shutil.rmtree(draft, ignore_errors=True)
            if not unpacked.is_dir():  # another process may have unpacked it in the meantime
                return None
    try:
        book = packs.load(unpacked)
    except ProblemsError:  # written for a Jiqun that understood other keys
        return None
    return book if book.digest == digest else None
