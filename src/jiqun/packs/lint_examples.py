"""Lint of worked examples: that their method, period, rows, subject and figures are there to be compared."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.packs.checking import nearest
from jiqun.packs.lawbook import LawBook, LawObject
from jiqun.packs.models import Example, Method
from jiqun.packs.reading import Route
from jiqun.problems import Problem, problem
from jiqun.values import Period

_RESULTS = ("total", "grade", "rank", "status", "population", "treated_as")


def examples(book: LawBook) -> Iterator[Problem]:
    """Check the references of every example, as far as they can be told without evaluating it."""
    for one in book.objects("example"):
        model = one.model
        assert isinstance(model, Example)
        editions = book.editions("method", model.method)
        known = [other.model.edition or "" for other in editions]
        if not editions:
            methods = [other.id for other in book.objects("method")]
            yield problem("PACK-134", one.place("method"), id=model.method, nearest=nearest(model.method, methods))
        elif model.method_edition not in (None, *known):
            place = one.place("method_edition")
            yield problem("PACK-140", place, id=model.method, edition=model.method_edition, known="、".join(known))
        else:
            yield from _rows(book, one, model)
            yield from _asked(book, one, model)


def _rows(book: LawBook, one: LawObject, model: Example) -> Iterator[Problem]:
    for table, rows in model.tables.items():
        route: Route = ("tables", table)
        if not book.has("table", table):
            known = [other.id for other in book.objects("table")]
            yield problem("PACK-110", one.source.key_place(route), id=table, nearest=nearest(table, known))
            continue
        names = book.table(table).column_names
        for index, row in enumerate(rows):
            for name in row:
                if name not in names:
                    place = one.source.key_place((*route, index, name))
                    yield problem("PACK-111", place, table=table, column=name, nearest=nearest(name, names))


def _asked(book: LawBook, one: LawObject, model: Example) -> Iterator[Problem]:
    method = book.method(model.method, model.method_edition)
    try:
        period = Period.parse(model.period or "2024")
    except ValueError:
        period = None
    per = method.evaluates.per
    if period is None or (per != "once" and period.kind != per):
        yield problem("PACK-045", one.place("period"), period=model.period, per=per)
    table, key = method.evaluates.table, method.evaluates.subject
    subjects = list(dict.fromkeys(str(row.get(key)) for row in model.tables.get(table, ())))
    if book.has("table", table) and model.subject is not None and model.subject not in subjects:
        near = nearest(model.subject, subjects)
        yield problem("PACK-044", one.place("subject"), subject=model.subject, table=table, nearest=near)
    figures = _figures(method)
    for name in model.expected:
        if name not in figures and "__" not in name:
            place = one.source.key_place(("expected", name))
            yield problem("PACK-046", place, name=name, method=method.id, nearest=nearest(name, figures))


def _figures(method: Method) -> set[str]:
    """Return the names under which a result of the method holds figures."""
    sections = ("inputs", "measures", "prepared", "nodes", "criteria", "requirements", "entitlements")
    points = {f"{item}_points" for scores in method.scores.values() for item in scores}
    return {*_RESULTS, *points, *(name for section in sections for name in getattr(method, section))}
