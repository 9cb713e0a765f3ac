"""Papers of an appeal as they come from a form, and as they are handed out again."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from jiqun.cases.evidence import LARGEST
from jiqun.problems import ProblemsError, problem
from jiqun.web.campaigns.appealing import add_paper
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.models import Campaign
from jiqun.web.ledger.receiving import safe_name
from jiqun.web.shell.language import spoken


def handed(request: HttpRequest, campaign: Campaign, about: int) -> None:
    """Keep every paper of a form; each one that is not taken is told, the others stay."""
    user = request.user
    for file in request.FILES.getlist("paper"):
        name = safe_name(file.name or "") if isinstance(file, UploadedFile) else ""
        try:
            add_paper(campaign, user, about, name, _content(file, name))  # type: ignore[arg-type]
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
