"""Papers that somebody hands in as evidence: what is taken, told by the content and never by the name alone."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from jiqun.problems import Place, ProblemsError, problem

LARGEST: Final = 10 * 2**20
_UNPACKED: Final = 100 * 2**20
_PARTS: Final = 2000
_OFFICE: Final = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".ofd": "OFD.xml"}
_STARTS: Final = {
    ".pdf": (b"%PDF-",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
}
ENDINGS: Final = (*_STARTS, *_OFFICE)
_PROGRAMS: Final = ("vbaproject.bin", "vbadata.xml", "macroenabled", "/activex/", "/embeddings/", "oleobject")
_FETCHED: Final = ("attachedtemplate", "subdocument", "/frame", "oleobject")  # loaded by opening, from anywhere
_LONGEST_TOLD: Final = 2**20


@dataclass(frozen=True)
class Paper:
    """A file that was taken: its name, how large it is, and the hash it is kept under."""

    name: str
    size: int
    sha256: str


def examine(name: str, content: bytes) -> Paper:
    """Return what is known of a paper; CASE-002 to CASE-006 where it is not taken.

    >>> examine("完税证明.pdf", b"%PDF-1.7 ...").size
    12
    """
    ending, place = PurePath(name).suffix.lower(), Place(name)
    if ending not in ENDINGS:
        raise ProblemsError([problem("CASE-002", place, file=name, known=" ".join(ENDINGS))])
    if not content or len(content) > LARGEST:
        size = f"{len(content) / 2**20:,.1f}"
        raise ProblemsError([problem("CASE-003", place, file=name, size=size, limit=LARGEST // 2**20)])
    if ending in _STARTS and not content.startswith(_STARTS[ending]):
        raise ProblemsError([problem("CASE-004", place, file=name, ending=ending)])
    if ending in _OFFICE:
        _unpacked(name, ending, content)
    return Paper(name, len(content), hashlib.sha256(content).hexdigest())


def _unpacked(name: str, ending: str, content: bytes) -> None:
    """Look into an office document without unpacking it: its main part, its size, programs in it."""
    place = Place(name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            types, fetches = b"", False
            if len(parts) > _PARTS or sum(one.file_size for one in parts) > _UNPACKED:
                raise ProblemsError([problem("CASE-005", place, file=name, limit=_UNPACKED // 2**20)])
            for one in parts:
                if one.filename == "[Content_Types].xml":
                    types = packed.read(one)
                fetches |= _fetches(packed, one)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as broken:
        raise ProblemsError([problem("CASE-004", place, file=name, ending=ending)]) from broken
    if _OFFICE[ending] not in {one.filename for one in parts}:
        raise ProblemsError([problem("CASE-004", place, file=name, ending=ending)])
    said = " ".join(one.filename for one in parts).lower() + types.decode("utf-8", "replace").lower()
    if fetches or any(one in said for one in _PROGRAMS):
        raise ProblemsError([problem("CASE-006", place, file=name)])


def _fetches(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Tell whether a part has the reader's machine load or run something by being opened: a template, DDE."""
    name = part.filename.lower()
    is_link = name.endswith(".rels")
    if not is_link and "/externallinks/" not in name:
        return False
    if part.file_size > _LONGEST_TOLD:
        return True
    said = packed.read(part).replace(b"\x00", b"").lower()  # of UTF-16 what is Latin stays
    if not is_link:
        return b"ddelink" in said
    links = said.split(b"relationship ")
    return any(b"external" in one and any(kind.encode() in one for kind in _FETCHED) for one in links)
