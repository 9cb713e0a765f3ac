"""Publishing a draft as the next law, and who published what when."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from jiqun.desk.context import Context
from jiqun.desk.drafts.check import checked
from jiqun.desk.drafts.drafting import into_place, law_of, lay
from jiqun.desk.drafts.parts import Basis, Files, main_head, parts
from jiqun.ledger.whole_files import draft_of
from jiqun.problems import ProblemsError, problem

_NOTE = "publication.json"


def publish(context: Context, basis: Basis, files: Files, law: str, note: Mapping[str, Any]) -> int:
    """Publish a draft on top of the law it was tried on, and return the number of the publication.

    DRAFT-002 where a check finds an error, DRAFT-003 where another publication came between.
    """
    if law != law_of(context):
        raise ProblemsError([problem("DRAFT-003", tried=law, now=law_of(context))])
    if any(one.severity == "error" for one in checked(context, basis, files)):
        raise ProblemsError([problem("DRAFT-002")])
    number = int(law) + 1
    place = context.folder / "published" / f"{number:04d}"
    making = draft_of(context.folder / "drafts" / "publishing")
    shutil.rmtree(making, ignore_errors=True)
    lay(context, basis, files, making)
    head = main_head(basis, files)
    said = {
        "number": number, "kind": basis.kind, "about": str(head.get("id")), "edition": str(head.get("edition") or ""),
        "from": basis.edition, "objects": [vars(one) for one in parts(files)], **note,
    }  # fmt: skip
    (making / _NOTE).write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    if not into_place(making, place):
        raise ProblemsError([problem("DRAFT-003", tried=law, now=law_of(context))])
    return number


def publications(context: Context) -> Sequence[Mapping[str, Any]]:
    """Return who published what when, the newest first, as the publications themselves say."""
    notes = sorted((context.folder / "published").glob(f"[0-9]*/{_NOTE}"), reverse=True)
    return [json.loads(one.read_text("utf-8")) for one in notes]
