"""Handing out a file under a name that a person understands."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.http import HttpResponse

_KINDS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv",
}


_UNSAFE = set('<>:"/\\|?*')


def attachment(content: bytes, name: str) -> HttpResponse:
    """Return a file to be saved, never to be shown within a page; what no file's name can bear becomes `_`."""
    clean = "".join(" " if one.isspace() else one if one.isprintable() and one not in _UNSAFE else "_" for one in name)
    answer = HttpResponse(content, content_type=_KINDS.get(Path(clean).suffix, "application/octet-stream"))
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(clean, safe='')}"
    return answer
