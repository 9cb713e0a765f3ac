"""A rule's document: number, issuer, dates, where it was read, and short facts of its clauses."""

from __future__ import annotations

from typing import Literal

from jiqun.packs.models.base import Day, Header, Model, Names

Evidence = Literal["R", "O", "P", "W", "G", "M", "D"]


class Origin(Model):
    """Where the document was read; `evidence` says how well.

    R read in the cited page · O the issuing body's own page · P press or repost of the official text · W weak page ·
    G second-hand, quoted by public code · M from memory, unverified · D derived or computed.
    """

    url: str | None = None
    page: str | None = None
    retrieved: Day | None = None
    evidence: Evidence


class Clause(Model):
    """A clause in short own words: facts, not the text; `evidence` where it was read less well than its document."""

    title: str | None = None
    text: str
    evidence: Evidence | None = None


class Document(Header):
    """A document that objects and clauses point to."""

    kind: Literal["document"]
    number: str | None = None
    issuer: str
    issued: Day | None = None
    effective: Day | None = None
    supersedes: Names = ()
    source: Origin
    clauses: dict[str, Clause] = {}
