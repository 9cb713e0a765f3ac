"""Papers of an appeal or a self-check as they come from a form."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from jiqun.cases.evidence import LARGEST
from jiqun.problems import ProblemsError, problem
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.ledger.receiving import safe_name
from jiqun.web.shell.language import spoken


def handed(request: HttpRequest, take: Callable[[str, bytes], None]) -> None:
    """Keep every paper of a form by `take`; each one that is not taken is told, the others stay."""
    for file in request.FILES.getlist("paper"):
        name = safe_name(file.name or "") if isinstance(file, UploadedFile) else ""
        try:
            take(name, _content(file, name))
        except ProblemsError as told:
            for one in told.problems:
                messages.error(request, one.text(spoken()))
        except RefusedError as refused:
            for word in refused.words():
                messages.error(request, word)


def _content(file: UploadedFile[bytes], name: str) -> bytes:
    if (file.size or 0) > LARGEST:
        size = f"{(file.size or 0) / 2**20:,.1f}"
        raise ProblemsError([problem("CASE-003", file=name, size=size, limit=LARGEST // 2**20)])
    content: bytes = file.read()
    return content
