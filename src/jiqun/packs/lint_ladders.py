"""Lint of edition rules and ladders: conditions that can be computed, editions and titles that exist, terms by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from jiqun.expressions import BooleanType, DateType, NumberType, TextType, Type, check, parse
from jiqun.packs.checking import nearest
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.lint_references import inverted, reference
from jiqun.packs.models import EditionChoice, EditionRule, Ladder, Span
from jiqun.packs.models.ladder import CaseType
from jiqun.packs.reading import Route
from jiqun.problems import Problem, ProblemsError, problem
from jiqun.values import comparable

_TYPES: dict[CaseType, Type] = {
    "text": TextType(),
    "date": DateType(),
    "number": NumberType(),
    "boolean": BooleanType(),
}


def case_types(case: Mapping[str, CaseType]) -> dict[str, Type]:
    """Return the types of the names that an edition rule's conditions may use."""
    return {name: _TYPES[kind] for name, kind in case.items()}


def edition_rules(book: LawBook) -> Iterator[Problem]:
    """Check the choices of every edition rule."""
    for one in book.objects("edition_rule"):
        assert isinstance(one.model, EditionRule)
        seen: dict[str, int] = {}
        for index, choice in enumerate(one.model.choices):
            condition = " ".join((choice.where or "").split())
            if condition and condition in seen:
                place = one.place("choices", index, "where")
                yield problem("PACK-038", place, number=index + 1, first=seen[condition] + 1)
            seen.setdefault(condition, index)
            route: Route = ("choices", index)
            yield from _used(book, one, choice, route)
            yield from _condition(one, one.model, choice, route)
            if choice.clause is not None:
                yield from reference(book, one, None, choice.clause, route)
            if choice.where is None and index + 1 < len(one.model.choices):
                yield problem("PACK-142", one.place(*route), number=index + 1)


def _used(book: LawBook, one: LawObject, choice: EditionChoice, route: Route) -> Iterator[Problem]:
    use = choice.use
    editions = book.editions("method", use.method)
    if not editions:
        near = nearest(use.method, [other.id for other in book.objects("method")])
        yield problem("PACK-134", one.place(*route, "use", "method"), id=use.method, nearest=near)
        return
    known = [other.model.edition or "" for other in editions]
    if use.edition is not None and use.edition not in known:
        place = one.place(*route, "use", "edition")
        yield problem("PACK-140", place, id=use.method, edition=use.edition, known="、".join(known))


def _condition(one: LawObject, rule: EditionRule, choice: EditionChoice, route: Route) -> Iterator[Problem]:
    if choice.where is None:
        return
    place, known = one.place(*route, "where"), "、".join(rule.case)
    try:
        typed = check(parse(choice.where), case_types(rule.case))
    except ProblemsError as error:
        yield problem("PACK-141", place, text=choice.where, detail=error.problems[0].what(), known=known)
        return
    if not isinstance(typed.type, BooleanType):
        yield problem("PACK-141", place, text=choice.where, detail="不是条件（not a condition）", known=known)


def ladders(book: LawBook) -> Iterator[Problem]:
    """Check the titles, terms and rungs of every ladder."""
    for one in book.objects("ladder"):
        ladder = one.model
        assert isinstance(ladder, Ladder)
        yield from _names(one, ladder)
        for name, title in ladder.titles.items():
            for part in ("validity", "updates", "barred"):
                route: Route = ("titles", name, part)
                yield from _terms(book, one, getattr(title, part), route)
            yield from _beside(book, one, ladder, name)
        for name, rung in ladder.rungs.items():
            if rung.holds is not None and rung.holds not in ladder.titles:
                place = one.place("rungs", name, "holds")
                yield problem("PACK-143", place, title=rung.holds, nearest=nearest(rung.holds, ladder.titles))
            if rung.rule is not None and not book.has("edition_rule", rung.rule):
                near = nearest(rung.rule, [other.id for other in book.objects("edition_rule")])
                yield problem("PACK-144", one.place("rungs", name, "rule"), id=rung.rule, nearest=near)


def _beside(book: LawBook, one: LawObject, ladder: Ladder, name: str) -> Iterator[Problem]:
    for index, other in enumerate(ladder.titles[name].while_held):
        route: Route = ("titles", name, "while_held", index)
        if other.title not in ladder.titles:
            near = nearest(other.title, ladder.titles)
            yield problem("PACK-143", one.place(*route, "title"), title=other.title, nearest=near)
        if other.clause is not None:
            yield from reference(book, one, None, other.clause, route)


def _names(one: LawObject, ladder: Ladder) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for id_, title in ladder.titles.items():
        for name in (id_, title.title, *title.names):
            owner = owners.setdefault(comparable(name), id_)
            if owner != id_:
                yield problem("PACK-145", one.place("titles", id_), name=name, one=owner, other=id_)


def _terms(book: LawBook, one: LawObject, terms: Sequence[Span], route: Route) -> Iterator[Problem]:
    ordered = sorted(enumerate(terms), key=lambda pair: pair[1].from_ or date.min)
    for index, term in ordered:
        yield from inverted(one, term, (*route, index))
        clause = getattr(term, "clause", None)
        if clause is not None:
            yield from reference(book, one, None, clause, (*route, index))
    for (_, before), (index, after) in zip(ordered, ordered[1:], strict=False):
        if before.to is None or after.from_ is None or before.to >= after.from_:
            place = one.place(*route, index)
            yield problem("PACK-146", place, first=after.from_ or "…", last=after.to or "…")
