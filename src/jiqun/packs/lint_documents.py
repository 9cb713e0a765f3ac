"""Lint of headers and documents: sources, clauses, dates, and what may call itself in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiqun.packs.checking import nearest
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.lint_references import inverted, reference
from jiqun.packs.models import Document
from jiqun.problems import Problem, problem

_OWN_SOURCE = ("document", "table", "example")


def headers(book: LawBook) -> Iterator[Problem]:
    """Check status, dates, document and clause of every object's head."""
    for one in book.objects():
        head = one.model
        yield from inverted(one, head.in_force, ("in_force",))
        if head.status == "in_force" and head.completeness == "illustrative":
            yield problem("PACK-132", one.place("status"), kind=one.kind, id=one.id)
        if head.status == "in_force" and head.document is None and one.kind not in _OWN_SOURCE:
            yield problem("PACK-115", one.place("status"), kind=one.kind, id=one.id)
        yield from reference(book, one, head.document, head.clause, ())


def documents(book: LawBook) -> Iterator[Problem]:
    """Check the dates of documents and the documents they supersede."""
    for one in book.objects("document"):
        model = one.model
        assert isinstance(model, Document)
        if model.issued and model.effective and model.issued > model.effective:
            yield problem("PACK-147", one.place("effective"), issued=model.issued, effective=model.effective)
        if model.issued and model.source.retrieved and model.issued > model.source.retrieved:
            place = one.place("source", "retrieved")
            yield problem("PACK-114", place, first=model.issued, last=model.source.retrieved)
        yield from _superseded(book, one, model.supersedes)


def _superseded(book: LawBook, one: LawObject, ids: Iterable[str]) -> Iterator[Problem]:
    for index, id in enumerate(ids):
        if id not in book.documents:
            place = one.place("supersedes", index)
            yield problem("PACK-105", place, id=id, nearest=nearest(id, book.documents))
