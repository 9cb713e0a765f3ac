"""Taking a file from the browser: bounded while it comes in, kept in a random folder, read by nobody but the check."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from jiqun.problems import Place, ProblemsError, problem
from jiqun.web.ledger.models import Upload

ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".parquet")
_FIELDS_BYTES = 64 * 1024  # what a form may weigh beside its file
_LONGEST_STEM = 60
_UNSAFE = set('<>:"/\\|?*!')


class Bounded(FileUploadHandler):
    """Stops a file at the limit while it comes in, so that nobody fills the disk."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_BYTES:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def received(request: HttpRequest) -> UploadedFile[Any]:
    """Return the file of a form; LEDGER-001, 002, 003 or 009 where there is none, or one that is not taken."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    file = request.FILES.get("file")
    size = (file.size or 0) if isinstance(file, UploadedFile) else length
    if size > settings.UPLOAD_BYTES + (0 if file else _FIELDS_BYTES):
        limit = f"{settings.UPLOAD_BYTES / 2**20:,.0f} MB"
        raise ProblemsError([problem("LEDGER-003", size=f"{size / 2**20:,.1f} MB", limit=limit)])
    if not isinstance(file, UploadedFile):
        raise ProblemsError([problem("LEDGER-001", file="—")])
    name = safe_name(file.name or "")
    if not size:
        raise ProblemsError([problem("LEDGER-002", Place(name), file=name)])
    if Path(name).suffix.lower() not in ENDINGS:
        raise ProblemsError([problem("LEDGER-009", Place(name), file=name)])
    return file


def safe_name(name: str) -> str:
    """Return the last part of a file's name, without what a file system or a cell's address cannot bear.

    >>> safe_name("..\\\\..\\\\etc/税收 2024.xlsx")
    '税收 2024.xlsx'
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(one if one.isprintable() and one not in _UNSAFE else "_" for one in last).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    return f"{(stem if dot else ending)[:_LONGEST_STEM] or 'file'}{dot}{ending[:10] if dot else ''}"


def folder_of(upload: Upload) -> Path:
    """Return the folder that holds an upload and its return file."""
    return Path(settings.WORKSPACE) / "uploads" / upload.token


def path_of(upload: Upload) -> Path:
    return folder_of(upload) / upload.file


def return_path(upload: Upload) -> Path:
    """Return where the workbook of the rows that did not pass lies; it may be absent."""
    return folder_of(upload) / "return" / "rows.xlsx"


def keep(file: UploadedFile[Any], upload: Upload) -> None:
    """Write the file into its folder."""
    folder = folder_of(upload)
    folder.mkdir(parents=True, mode=0o700)
    with path_of(upload).open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)


def remove(upload: Upload) -> None:
    """Take the file and what was made of it from the disk."""
    shutil.rmtree(folder_of(upload), ignore_errors=True)


def new_token() -> str:
    return secrets.token_hex(16)
