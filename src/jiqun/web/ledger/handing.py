"""Handing out a file under a name that a person understands."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str) -> HttpResponse:
    """Return a file to be saved, never to be shown within a page."""
    kind = _EXCEL if name.endswith(".xlsx") else "application/octet-stream"
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
