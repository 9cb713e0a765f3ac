"""How sure a number or a step of a rule is: one answer for every page, file and explanation.

原文 (complete): a clause says so, and its document was read, in itself or in full as reposted. 推定 (partial): no
clause says so and the author of the pack chose it, or the document is known only by what others quote of it, by heart
or by reckoning. 示意 (illustrative): the number is ours, for demonstration, and never in an official result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiqun.packs.models.base import Completeness

if TYPE_CHECKING:
    from jiqun.packs.lawbook import LawBook

NOT_READ = frozenset("WGMD")  # a weak page, quoted by others, from memory, derived


def evidence_of(book: LawBook | None, document: str | None, clause: str | None) -> str:
    """How well a clause was read: its own letter, else its document's; empty where the book does not have it."""
    there, _, name = (clause or "").rpartition("#")
    owner = there or document or ""
    if book is None or not owner or not book.has("document", owner):
        return ""
    found = book.document(owner)
    known = found.clauses.get(name)
    return (known.evidence if known is not None else None) or found.source.evidence


def certainty(
    book: LawBook | None, document: str | None, clause: str | None, said: Completeness | None = None
) -> Completeness:
    """Say how sure a part is that stands in a clause (`id` of the document, or `document#id`).

    `said` is what the pack says of the part itself, which may only make it less sure.
    """
    if said in ("partial", "illustrative"):
        return said
    if not clause or evidence_of(book, document, clause) in NOT_READ:
        return "partial"
    return "complete"
