"""Lint of what methods refer to: clauses, parameters, taxonomies, tables, columns, and whether they may be in force.

What the sections of a method mean (formulas, bands, weights) is checked where methods are computed.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from jiqun.packs.checking import nearest
from jiqun.packs.intervals import gaps_and_overlaps
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.lint_references import codes_exist, days, reference, span_text
from jiqun.packs.models import Header, Method, Parameter
from jiqun.packs.reading import Route
from jiqun.problems import Problem, problem


def methods(book: LawBook) -> Iterator[Problem]:
    """Check the references of every method, then whether every rule parameter is used by one."""
    used: set[str] = set()
    owners = _owners(book)
    for one in book.objects("method"):
        assert isinstance(one.model, Method)
        for route, part in _parts_of(one):
            yield from _references(book, one, part, route, owners, used)
        yield from _columns(book, one, one.model)
    yield from _unused(book, used)
    yield from _superseded(book)
    yield from _editions(book)


def _parts_of(one: LawObject) -> tuple[tuple[Route, BaseModel], ...]:
    return one.source.once("parts", lambda: tuple(parts(one.model)), one.model)


def parts(part: object, route: Route = ()) -> Iterator[tuple[Route, BaseModel]]:
    """Give every model inside a model with its route in the file."""
    if isinstance(part, BaseModel):
        yield route, part
        for name, info in type(part).model_fields.items():
            yield from parts(getattr(part, name), (*route, info.alias or name))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from parts(value, (*route, key))
    elif isinstance(part, tuple):
        for index, value in enumerate(part):
            yield from parts(value, (*route, index))


def _owners(book: LawBook) -> dict[str, list[str]]:
    """Return which parameters a reference means: a parameter's id, or `id.key` of a table."""
    owners: dict[str, list[str]] = {}
    for one in book.objects("parameter"):
        if isinstance(one.model, Parameter):
            for name in {one.id, *one.model.series()}:
                owners.setdefault(name, []).append(one.id)
    return owners


def _references(
    book: LawBook, one: LawObject, part: BaseModel, route: Route, owners: dict[str, list[str]], used: set[str]
) -> Iterator[Problem]:
    clause = getattr(part, "clause", None)
    if clause is not None and route:
        yield from reference(book, one, None, clause, route)
    of_missing = getattr(part, "missing_clause", None)
    if of_missing is not None:
        yield from reference(book, one, None, of_missing, route)
    parameter = getattr(part, "parameter", None)
    if parameter is not None:
        meant = owners.get(parameter, ())
        if not meant:
            near = nearest(parameter, book.parameter_ids)
            yield problem("PACK-107", one.place(*route, "parameter"), id=parameter, nearest=near)
        for owner in meant:
            used.add(owner)
            yield from _marked(one, book, "parameter", owner, (*route, "parameter"), parameter)
    taxonomy = getattr(part, "taxonomy", None)
    if taxonomy is not None:
        yield from codes_exist(book, one, taxonomy, getattr(part, "under", ()), route, "under")
        yield from _marked(one, book, "taxonomy", taxonomy, (*route, "taxonomy"))
    table = getattr(part, "table", None)
    if isinstance(table, str) and not book.has("table", table):
        known = [other.id for other in book.objects("table")]
        yield problem("PACK-110", one.place(*route, "table"), id=table, nearest=nearest(table, known))
    method = getattr(part, "method", None)
    if isinstance(method, str) and not book.has("method", method):
        known = [other.id for other in book.objects("method")]
        place = one.place(*route, "method")
        yield problem("PACK-134", place, id=method, nearest=nearest(method, known))


def _marked(
    one: LawObject, book: LawBook, kind: str, id: str, route: Route, value_id: str | None = None
) -> Iterator[Problem]:
    """A method in force says itself that it is illustrative where something it uses is."""
    head = one.model
    if head.status != "in_force" or head.completeness == "illustrative" or not book.has(kind, id):
        return
    other: Header = book.get(kind, id)
    illustrative = other.completeness == "illustrative"
    if isinstance(other, Parameter):
        series = other.series()
        values = series.get(value_id or id, tuple(value for values in series.values() for value in values))
        ends = head.in_force.to  # numbers of later days are for a later edition
        values = tuple(one for one in values if ends is None or one.from_ is None or one.from_ <= ends)
        illustrative = any((value.completeness or other.completeness) == "illustrative" for value in values)
    if illustrative:
        yield problem("PACK-116", one.place(*route), id=one.id, used=value_id or id)


def _columns(book: LawBook, one: LawObject, method: Method) -> Iterator[Problem]:
    for name, source in method.inputs.items():
        if source.column is None:
            continue
        table, _, column = source.column.rpartition(".")
        table = table or method.evaluates.table
        place = one.place("inputs", name, "column")
        if not book.has("table", table):
            known = [other.id for other in book.objects("table")]
            yield problem("PACK-110", place, id=table, nearest=nearest(table, known))
        elif column not in (names := book.table(table).column_names):
            yield problem("PACK-111", place, table=table, column=column, nearest=nearest(column, names))


def _editions(book: LawBook) -> Iterator[Problem]:
    """Two editions in force on the same days need a rule that says which one judges a case."""
    for id_ in sorted({one.id for one in book.objects("method")} - book.chosen_by_rule):
        held = [one for one in book.editions("method", id_) if one.model.status == "in_force"]
        spans = [days(book.days_in_force(one.model)) for one in held if isinstance(one.model, Method)]
        for overlap in gaps_and_overlaps(spans).overlaps:
            first, second = held[overlap.first], held[overlap.second]
            said = {"id": id_, "one": first.model.edition or "—", "other": second.model.edition or "—"}
            yield problem("PACK-039", second.place("in_force"), span=span_text(overlap.common), **said)


def _superseded(book: LawBook) -> Iterator[Problem]:
    """What an edition supersedes is there, is another one, and ends on a day that is said."""
    for one in book.objects("method"):
        method = one.model
        assert isinstance(method, Method)
        known = [other.model.edition or "" for other in book.editions("method", one.id)]
        others = [each for each in known if each != (method.edition or "")]
        for index, edition in enumerate(method.supersedes):
            if edition not in others:
                near = nearest(edition, others)
                yield problem("PACK-154", one.place("supersedes", index), id=one.id, edition=edition, nearest=near)
        if method.supersedes and method.in_force.from_ is None:
            yield problem("PACK-156", one.place("supersedes"), id=one.id)


def _unused(book: LawBook, used: set[str]) -> Iterator[Problem]:
    for one in book.objects("parameter"):
        if isinstance(one.model, Parameter) and one.model.role == "rule" and one.id not in used:
            yield problem("PACK-117", one.place("id"), id=one.id)
