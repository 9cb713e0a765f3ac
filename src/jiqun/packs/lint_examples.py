"""Lint of worked examples: that their method, period, rows, subject and figures are there to be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from jiqun.packs.checking import nearest, shown
from jiqun.packs.editions import USUAL_PERIOD, rule_of
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.models import Column, Example, Method, TableContract
from jiqun.packs.reading import Route
from jiqun.problems import Place, Problem, problem
from jiqun.values import Period, exact

_Row = Mapping[str, Any]
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
        contract = book.table(table)
        columns = {column.name: column for column in contract.fields}
        for index, row in enumerate(rows):
            for name, value in row.items():
                place = one.source.key_place((*route, index, name))
                if name in columns:
                    yield from _cell(place, table, columns[name], value)
                else:
                    yield problem("PACK-111", place, table=table, column=name, nearest=nearest(name, columns))
        yield from _twice(one, route, contract, rows)


def _cell(place: Place, table: str, column: Column, value: Any) -> Iterator[Problem]:
    said = {"table": table, "column": column.name, "value": shown(value)}
    if not _fits(value, column.type):
        yield problem("PACK-047", place, type=column.type, **said)
    elif value is not None and column.allowed:
        for one in str(value).split(column.delimiter) if column.delimiter else [str(value)]:
            if one not in column.allowed:
                yield problem("PACK-049", place, nearest=nearest(one, column.allowed), **{**said, "value": shown(one)})


def _fits(value: Any, kind: str) -> bool:
    """Tell whether a cell of an example can be read as its column's type; numbers and days may be text."""
    try:
        match kind:
            case "string":
                return value is None or isinstance(value, str)
            case "boolean":
                return value is None or isinstance(value, bool)
            case "integer":
                return value is None or exact(value).denominator == 1
            case "number":
                return value is None or exact(value) is not None
            case _:
                read = date if kind == "date" else datetime
                return value is None or isinstance(value, read) or bool(read.fromisoformat(value))
    except (TypeError, ValueError, ArithmeticError):
        return False


def _twice(one: LawObject, route: Route, contract: TableContract, rows: Sequence[_Row]) -> Iterator[Problem]:
    """Two rows of one key: the ledger would hold one."""
    first: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(rows):
        values = tuple(str(row.get(name)) for name in contract.primary_key)
        if not values or any(row.get(name) is None for name in contract.primary_key):
            continue
        place = one.source.key_place((*route, index))
        if values in first:
            yield problem("PACK-048", place, table=contract.id, key="、".join(values), first=first[values])
        first.setdefault(values, place.line or 0)


def _asked(book: LawBook, one: LawObject, model: Example) -> Iterator[Problem]:
    method = rule_of(book, model)
    try:
        period = Period.parse(model.period or USUAL_PERIOD)
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
