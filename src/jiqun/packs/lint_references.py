"""Checks that several lints share: spans, units, and references to documents, clauses and codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

from jiqun.packs.checking import nearest
from jiqun.packs.classification import View
from jiqun.packs.intervals import Cut, Interval
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.models import Span
from jiqun.packs.reading import Route
from jiqun.problems import Problem, ProblemsError, problem
from jiqun.values import Unit, known_units


def inverted(one: LawObject, span: Span, route: Route) -> Iterator[Problem]:
    """Check that a span's first day is not after its last."""
    if span.from_ is not None and span.to is not None and span.from_ > span.to:
        yield problem("PACK-114", one.place(*route, "from"), first=span.from_, last=span.to)


def reference(
    book: LawBook, one: LawObject, document: str | None, clause: str | None, route: Route
) -> Iterator[Problem]:
    """Check that a document exists and has the clause; `document#clause` names another document's clause."""
    owner = document or one.model.document
    if clause is not None and "#" in clause:
        owner, clause = clause.split("#", 1)
    elif document is None and clause is None:
        return
    at = one.place(*route, "clause" if clause is not None else "document")
    if owner is None:
        return
    known = book.documents
    if owner not in known:
        where = one.place(*route, "document") if owner == document else at
        if owner != one.model.document or route == ():
            yield problem("PACK-105", where, id=owner, nearest=nearest(owner, known))
    elif clause is not None and clause not in known[owner].clauses:
        clauses = known[owner].clauses
        yield problem("PACK-106", at, clause=clause, document=owner, nearest=nearest(clause, clauses))


def unit_problems(one: LawObject, unit: str, route: Route, expected: str | None = None) -> Iterator[Problem]:
    """Check that a unit is known and, where one is expected, can be said in it."""
    try:
        parsed = Unit.parse(unit)
    except ValueError:
        yield problem("PACK-103", one.place(*route), unit=unit, nearest=nearest(unit, known_units()))
        return
    try:
        fits = expected is None or parsed.fits(Unit.parse(expected))
    except ValueError:
        return
    if not fits:
        yield problem("PACK-104", one.place(*route), unit=unit, expected=expected)


def days(span: Span) -> Interval:
    """Return a span as an interval of day numbers; both its days belong to it, so the end is the next day, open."""
    start = Cut(None, False) if span.from_ is None else Cut(Fraction(span.from_.toordinal()), False)
    end = Cut(None, True) if span.to is None else Cut(Fraction(span.to.toordinal() + 1), False)
    return Interval(start, end)


def span_text(interval: Interval) -> str:
    """Say an interval of day numbers as first and last day."""
    first = "…" if interval.start.at is None else str(date.fromordinal(int(interval.start.at)))
    last = "…" if interval.end.at is None else str(date.fromordinal(int(interval.end.at)) - timedelta(days=1))
    return f"{first} – {last}"


def codes_exist(
    book: LawBook, one: LawObject, taxonomy: str, codes: Sequence[str], route: Route, key: str = "codes"
) -> Iterator[Problem]:
    """Check that a taxonomy exists and has the codes on some day."""
    try:
        view = book.taxonomy(taxonomy).on(None)
    except ProblemsError:
        known = [other.id for other in book.objects("taxonomy")]
        yield problem("PACK-108", one.place(*route, "taxonomy"), id=taxonomy, nearest=nearest(taxonomy, known))
        return
    for index, code in enumerate(codes):
        if view.find(code) is None:
            yield problem("PACK-109", one.place(*route, key, index), **_unknown(view, taxonomy, code))


def _unknown(view: View, taxonomy: str, code: str) -> dict[str, str]:
    return {"word": code, "taxonomy": taxonomy, "nearest": view.nearest(code)}
