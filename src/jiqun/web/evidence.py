"""Papers handed in with an appeal, a self-check or a disposal: examined and kept once, under their hash."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

from jiqun.cases.evidence import examine
from jiqun.ledger.originals import keep_original, original
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.audit import record_request
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import region


def kept_paper(name: str, content: bytes, there: Collection[str]) -> dict[str, Any] | None:
    """Examine a paper and keep it in the workspace; None for one of the hashes that are there already.

    CASE-002 to CASE-006 where it is not taken.
    """
    paper = examine(name, content)
    if paper.sha256 in there:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"paper{Path(name).suffix.lower()}"
        file.write_bytes(content)
        keep_original(region().workspace, file, paper.sha256)
    return {"file": paper.name, "sha256": paper.sha256, "size": paper.size}


def handed_out(request: HttpRequest, kept: Mapping[str, Any], action: str) -> HttpResponse:
    """Hand a kept paper out as it came, to be saved and never shown; who took it is logged."""
    file = original(region().workspace, str(kept["file"]), str(kept["sha256"]))
    record_request(request, action, str(kept["file"]), sha256=kept["sha256"])
    answer = attachment(file.read_bytes(), str(kept["file"]))
    answer["Content-Type"] = "application/octet-stream"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def may_read_papers(user: User) -> bool:
    """Tell whether a user may read papers about the firms in scope: they tell figures, so not who sees these masked.

    A firm reads its own, a district and a park those of their firms, and of all firms who may see restricted figures.
    """
    scope = scope_of(user)
    return scope.sees_restricted or not scope.whole
