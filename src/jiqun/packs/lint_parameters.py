"""Lint of parameters: dates without gap or overlap, units, sources, sums, and whether anything uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from jiqun.packs.intervals import Interval, gaps_and_overlaps
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.lint_references import codes_exist, days, inverted, reference, span_text, unit_problems
from jiqun.packs.models import Dated, Parameter
from jiqun.packs.reading import Route
from jiqun.problems import Problem, problem
from jiqun.values import decimal_text, exact


def parameters(book: LawBook) -> Iterator[Problem]:
    """Check every parameter and every dated value of it."""
    for one in book.objects("parameter"):
        model = one.model
        assert isinstance(model, Parameter)
        if model.unit is not None:
            yield from unit_problems(one, model.unit, ("unit",))
        for name, values in model.series().items():
            route = _route(model, name)
            yield from _values(book, one, name, values, route)
            yield from _calendar(one, name, values, route)
        if model.of is not None:
            yield from codes_exist(book, one, model.of, tuple(model.table or ()), ("of",))
        yield from _sums(one, model)


def _route(model: Parameter, name: str) -> Route:
    return ("values",) if model.table is None else ("table", name.removeprefix(f"{model.id}."))


def _values(book: LawBook, one: LawObject, name: str, values: Sequence[Dated], route: Route) -> Iterator[Problem]:
    model = one.model
    assert isinstance(model, Parameter)
    for index, value in enumerate(values):
        here = (*route, index)
        yield from inverted(one, value, here)
        yield from reference(book, one, value.document, value.clause, here)
        if not (value.clause or value.reason or model.clause):
            yield problem("PACK-112", one.place(*here), id=name, value=value.value)
        if value.unit is not None:
            expected = model.unit_of(tuple(values))
            yield from unit_problems(one, value.unit, (*here, "unit"), expected)


def _calendar(one: LawObject, name: str, values: Sequence[Dated], route: Route) -> Iterator[Problem]:
    spans = [days(value) for value in values]
    if any(span.is_empty for span in spans):
        return
    whole = Interval(min(span.start for span in spans), max(span.end for span in spans))
    found = gaps_and_overlaps(spans, whole)
    for overlap in found.overlaps:
        first, second = values[overlap.first], values[overlap.second]
        if first.published == second.published:
            place, other = one.place(*route, overlap.second), one.place(*route, overlap.first)
            yield problem("PACK-101", place, id=name, span=span_text(overlap.common), other=other)
    model = one.model
    if isinstance(model, Parameter) and model.role in ("rule", "policy"):
        for gap in found.gaps:
            after = next(index for index, span in enumerate(spans) if span.start == gap.end)
            yield problem("PACK-102", one.place(*route, after), id=name, span=span_text(gap))


def _sums(one: LawObject, model: Parameter) -> Iterator[Problem]:
    if model.adds_up_to is None or model.table is None:
        return
    declared = exact(model.adds_up_to)
    starts = {value.from_ or date.min for values in model.table.values() for value in values}
    for day in sorted(starts):
        items = [exact(value.value) for values in model.table.values() for value in values if value.covers(day)]
        if sum(items) != declared:
            texts = {"sum": decimal_text(Fraction(sum(items))), "declared": decimal_text(declared)}
            yield problem("PACK-113", one.place("adds_up_to"), id=model.id, day=day, **texts)
