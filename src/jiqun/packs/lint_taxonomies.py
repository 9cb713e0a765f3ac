"""Lint of taxonomies: codes whole and in their place, membership that reaches something, one owner per code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from jiqun.packs.intervals import gaps_and_overlaps
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.lint_references import codes_exist, days, inverted
from jiqun.packs.models import Includes, Taxonomy, TaxonomyCode
from jiqun.packs.reading import Route
from jiqun.problems import Problem, problem


def taxonomies(book: LawBook) -> Iterator[Problem]:
    """Check every taxonomy in force."""
    for one in book.objects("taxonomy"):
        model = one.model
        assert isinstance(model, Taxonomy)
        yield from _alone(one, model)
        reached = list(_includes(book, one, model))
        yield from reached
        if model.counting == "single" and not reached:
            yield from _owners(book, one, model)


def _alone(one: LawObject, model: Taxonomy) -> tuple[Problem, ...]:
    """What can be said of a taxonomy without the rest of the law, once for all books that share it."""
    checks = (_codes, _twice, _parents, _counts)
    return one.source.once("codes", lambda: tuple(told for check in checks for told in check(one, model)), one)


def _codes(one: LawObject, model: Taxonomy) -> Iterator[Problem]:
    for index, code in enumerate(model.codes):
        yield from inverted(one, code, ("codes", index))
        level = code.level
        if level is None:
            continue
        if level > len(model.levels):
            levels = ", ".join(str(number) for number in range(1, len(model.levels) + 1))
            yield problem("PACK-019", one.place("codes", index, "level"), key="level", value=level, allowed=levels)
            continue
        expected = model.levels[level - 1].length
        if expected is not None and len(code.code) != expected and not code.provisional:
            values = {"word": code.code, "length": len(code.code), "level": level, "expected": expected}
            yield problem("PACK-120", one.place("codes", index, "code"), **values)


def _by_code(model: Taxonomy) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, code in enumerate(model.codes):
        places.setdefault(code.code, []).append(index)
    return places


def _twice(one: LawObject, model: Taxonomy) -> Iterator[Problem]:
    for code, indexes in _by_code(model).items():
        if len(indexes) > 1:
            for overlap in gaps_and_overlaps([days(model.codes[index]) for index in indexes]).overlaps:
                first, second = indexes[overlap.first], indexes[overlap.second]
                other = one.place("codes", first, "code")
                yield problem("PACK-122", one.place("codes", second, "code"), word=code, other=other)


def _parents(one: LawObject, model: Taxonomy) -> Iterator[Problem]:
    places = _by_code(model)
    told: set[str] = set()
    for index, code in enumerate(model.codes):
        if code.parent is None:
            continue
        circle = _circle(code, model.codes, places)
        if circle and circle <= told:
            continue
        told |= circle
        parents = [model.codes[other] for other in places.get(code.parent, ())]
        covered = gaps_and_overlaps([days(parent) for parent in parents], days(code)).gaps == ()
        if not parents or not covered or circle:
            place = one.place("codes", index, "parent")
            yield problem("PACK-121", place, word=code.code, parent=code.parent)


def _circle(code: TaxonomyCode, codes: Sequence[TaxonomyCode], places: dict[str, list[int]]) -> set[str]:
    """Return the codes of the circle that a code itself stands in; nothing where it stands in none."""
    seen = {code.code}
    above = code.parent
    while above is not None and above in places:
        if above == code.code:
            return seen
        if above in seen:
            return set()
        seen.add(above)
        above = codes[places[above][-1]].parent
    return set()


def _counts(one: LawObject, model: Taxonomy) -> Iterator[Problem]:
    found: dict[int, set[str]] = {}
    for code in model.codes:
        if code.level is not None:
            found.setdefault(code.level, set()).add(code.code)
    for number, level in enumerate(model.levels, 1):
        have = len(found.get(number, ()))
        if level.count is not None and have != level.count:
            place = one.place("levels", number - 1, "count")
            yield problem("PACK-124", place, level=number, found=have, declared=level.count)


def _includes(book: LawBook, one: LawObject, model: Taxonomy) -> Iterator[Problem]:
    for index, code in enumerate(model.codes):
        for number, rule in enumerate(code.includes):
            route: Route = ("codes", index, "includes", number)
            yield from inverted(one, rule, route)
            yield from _reach(book, one, rule, route)
    for index, decision in enumerate(model.counted_in):
        yield from codes_exist(book, one, decision.taxonomy, decision.codes, ("counted_in", index))
        yield from codes_exist(book, one, model.id, (decision.class_,), ("counted_in", index), "class")


def _reach(book: LawBook, one: LawObject, rule: Includes, route: Route) -> Iterator[Problem]:
    if not rule.codes:
        yield problem("PACK-119", one.place(*route, "codes"), key="codes")
    yield from codes_exist(book, one, rule.taxonomy, rule.codes, route)
    if rule.except_:
        yield from codes_exist(book, one, rule.taxonomy, rule.except_, route, "except")


def _owners(book: LawBook, one: LawObject, model: Taxonomy) -> Iterator[Problem]:
    bases = sorted({rule.taxonomy for code in model.codes for rule in code.includes})
    seen: set[tuple[str, ...]] = set()
    for base in bases:
        for day in _days_of_change(model):
            for code, classes in book.undecided(model.id, base, day).items():
                if classes not in seen:
                    seen.add(classes)
                    index = next(i for i, entry in enumerate(model.codes) if entry.code == classes[-1])
                    place = one.place("codes", index)
                    yield problem("PACK-123", place, word=code, classes=", ".join(classes))


def _days_of_change(model: Taxonomy) -> list[date]:
    spans = [*model.codes, *(rule for code in model.codes for rule in code.includes)]
    starts = {span.from_ for span in spans if span.from_}
    after = {span.to + timedelta(days=1) for span in spans if span.to and span.to < date.max}
    return sorted(starts | after | {date.max})
