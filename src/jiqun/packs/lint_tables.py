"""Lint of table contracts: header words that mean one column, types that fit, keys and checks over real columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from jiqun.expressions import BooleanType, DateType, NumberType, TextType, Type, check, parse
from jiqun.packs.checking import nearest
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.lint_references import reference, unit_problems
from jiqun.packs.models import Column, Ladder, TableContract
from jiqun.packs.reading import Route
from jiqun.problems import Problem, ProblemsError, problem
from jiqun.values import Unit, comparable, exact

_NUMERIC = ("integer", "number")


def tables(book: LawBook) -> Iterator[Problem]:
    """Check every contract, with the columns that narrower packs add to it."""
    for one in book.objects("table"):
        model = one.model
        assert isinstance(model, TableContract)
        whole = model
        if model.adds_to is not None:
            if not book.has("table", model.adds_to):
                yield _no_table(book, one, model.adds_to, ("adds_to",))
                continue
            whole = book.table(model.adds_to)
        for index, column in enumerate(model.fields):
            yield from _column(book, one, column, ("fields", index))
        yield from _aliases(one, model, whole)
        yield from _keys(book, one, model, whole)
        yield from _checks(book, one, model, whole)
        yield from _ratios(book, one, model, whole)
        yield from _owers(book, one, model)


def _column(book: LawBook, one: LawObject, column: Column, route: Route) -> Iterator[Problem]:
    limits = column.constraints
    numeric = column.type in _NUMERIC
    for key in ("unit", "digits"):
        if getattr(column, key) is not None and not numeric:
            yield problem("PACK-128", one.place(*route, key), column=column.name, type=column.type, key=key)
    if column.adds_up and not numeric:
        yield problem("PACK-128", one.place(*route, "adds_up"), column=column.name, type=column.type, key="adds_up")
    for key in ("minimum", "maximum"):
        if getattr(limits, key) is not None and not numeric:
            place = one.place(*route, "constraints", key)
            yield problem("PACK-128", place, column=column.name, type=column.type, key=key)
    if column.unit is not None:
        yield from unit_problems(one, column.unit, (*route, "unit"))
    if column.taxonomy is not None and not book.has("taxonomy", column.taxonomy):
        known = [other.id for other in book.objects("taxonomy")]
        place = one.place(*route, "taxonomy")
        yield problem("PACK-108", place, id=column.taxonomy, nearest=nearest(column.taxonomy, known))
    yield from _named_lists(book, one, column, route)
    if (column.taxonomy or column.format) and column.type != "string":
        yield problem("PACK-129", one.place(*route, "type"), column=column.name, type=column.type)
    for word in column.alone:
        if word not in column.allowed or column.delimiter is None:
            allowed = "、".join(column.allowed) or "—"
            yield problem("PACK-152", one.place(*route, "alone"), column=column.name, word=word, allowed=allowed)
    yield from _limits(one, column, route)


def _named_lists(book: LawBook, one: LawObject, column: Column, route: Route) -> Iterator[Problem]:
    """A family of ids (`districts`, `light`) may be empty where no region is at hand; a word near to one is a slip."""
    if column.names_from is None and column.methods is None:
        return
    ids = {other.id for other in book.objects("taxonomy")}
    lists = ids | {id.rpartition(".")[2] for id in ids}
    rules = {other.id.partition(".")[0] for other in book.objects("method")}
    for key, code, named, known in (
        ("names_from", "PACK-108", column.names_from, lists),
        ("methods", "PACK-134", column.methods, rules),
    ):
        near = nearest(named or "", sorted(known - {named}))
        if named is not None and named not in known and near in known:
            yield problem(code, one.place(*route, key), id=named, nearest=near)


def _limits(one: LawObject, column: Column, route: Route) -> Iterator[Problem]:
    limits = column.constraints
    if "enum" in limits.model_fields_set and not limits.enum:
        yield problem("PACK-119", one.place(*route, "constraints", "enum"), key="enum")
    if "categories" in column.model_fields_set and not column.categories:
        yield problem("PACK-119", one.place(*route, "categories"), key="categories")
    yield from _categories(one, column, route)
    if limits.minimum is not None and limits.maximum is not None and exact(limits.minimum) > exact(limits.maximum):
        place = one.place(*route, "constraints", "minimum")
        yield problem("PACK-130", place, minimum=limits.minimum, maximum=limits.maximum)
    if limits.pattern is not None:
        try:
            re.compile(limits.pattern)
        except re.error as error:
            yield problem("PACK-131", one.place(*route, "constraints", "pattern"), detail=error)


def _aliases(one: LawObject, model: TableContract, whole: TableContract) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    added = {column.name: index for index, column in enumerate(model.fields)}
    for column in whole.fields:
        words = {comparable(word): word for word in (column.name, column.title, column.title_en, *column.aliases)}
        for key, word in words.items():
            other = owners.setdefault(key, column.name)
            if other != column.name and (column.name in added or other in added):
                place = one.place("fields", added.get(column.name, added.get(other, 0)))
                yield problem("PACK-118", place, column=column.name, other=other, word=word)


def _categories(one: LawObject, column: Column, route: Route) -> Iterator[Problem]:
    """A word of a file means one value only; the same value twice is the same word twice."""
    owners: dict[str, int] = {}
    for index, category in enumerate(column.categories):
        words = {
            comparable(word): word for word in (category.value, category.title, category.title_en, *category.aliases)
        }
        clash = next((key for key in words if key in owners), None)
        if clash is not None:
            other = column.categories[owners[clash]].value
            place = one.place(*route, "categories", index)
            said = {"column": column.name, "word": words[clash], "value": category.value, "other": other}
            yield problem("PACK-037", place, **said)
        owners.update(dict.fromkeys(words, index))


def _keys(book: LawBook, one: LawObject, model: TableContract, whole: TableContract) -> Iterator[Problem]:
    yield from _columns_exist(one, whole, model.primary_key, ("primaryKey",))
    for index, source in enumerate(model.derived_from):
        if not book.has("table", source):
            yield _no_table(book, one, source, ("derived_from", index))
    for index, key in enumerate(model.foreign_keys):
        route: Route = ("foreignKeys", index)
        yield from _columns_exist(one, whole, key.fields, (*route, "fields"))
        target = key.reference.resource
        if not book.has("table", target):
            yield _no_table(book, one, target, (*route, "reference", "resource"))
        else:
            yield from _columns_exist(one, book.table(target), key.reference.fields, (*route, "reference", "fields"))


def _no_table(book: LawBook, one: LawObject, id: str, route: Route) -> Problem:
    return problem("PACK-110", one.place(*route), id=id, nearest=nearest(id, [t.id for t in book.objects("table")]))


def _columns_exist(one: LawObject, table: TableContract, names: Sequence[str], route: Route) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in table.column_names:
            near = nearest(name, table.column_names)
            yield problem("PACK-111", one.place(*route, index), table=table.id, column=name, nearest=near)


def _checks(book: LawBook, one: LawObject, model: TableContract, whole: TableContract) -> Iterator[Problem]:
    names = column_types(whole)
    for index, row_check in enumerate(model.checks):
        route: Route = ("checks", index)
        yield from reference(book, one, row_check.document, row_check.clause, route)
        place = one.place(*route, "expression")
        try:
            typed = check(parse(row_check.expression, place), names)
            wrong = None if isinstance(typed.type, BooleanType) else typed.text
        except ProblemsError as error:
            wrong = " ".join(f"{found.code} {found.what()}" for found in error.problems)
        if wrong is not None:
            yield problem("PACK-133", place, check=row_check.id, detail=wrong)


def _ratios(book: LawBook, one: LawObject, model: TableContract, whole: TableContract) -> Iterator[Problem]:
    for index, ratio in enumerate(model.ratios):
        route: Route = ("ratios", index)
        yield from reference(book, one, ratio.document, ratio.clause, route)
        table, column = ratio.beside
        if table and not book.has("table", table):
            yield _no_table(book, one, table, (*route, "per"))
            continue
        other = book.table(table) if table else whole
        units = []
        for owner, name, key in ((whole, ratio.of, "of"), (other, column, "per")):
            if name not in owner.column_names:
                near = nearest(name, owner.column_names)
                yield problem("PACK-111", one.place(*route, key), table=owner.id, column=name, nearest=near)
            else:
                units.append(Unit.parse(owner.column(name).unit or "1"))
        if len(units) > 1:
            yield from unit_problems(one, ratio.unit, (*route, "unit"), (units[0] / units[1]).symbol)
        for key, limits in (("row", ratio.row), ("usual", ratio.usual)):
            low, high = limits.minimum, limits.maximum
            if low is not None and high is not None and exact(low) > exact(high):
                yield problem("PACK-130", one.place(*route, key), minimum=low, maximum=high)


def _owers(book: LawBook, one: LawObject, model: TableContract) -> Iterator[Problem]:
    owed = model.owed_by
    if owed is None:
        return
    known = {title for each in book.objects("ladder") if isinstance(each.model, Ladder) for title in each.model.titles}
    for index, title in enumerate(owed.titles):
        if known and title not in known:
            near = nearest(title, sorted(known))
            yield problem("PACK-148", one.place("owed_by", "titles", index), title=title, nearest=near)
    if (owed.who == "holders") != bool(owed.titles):
        yield problem("PACK-150", one.place("owed_by", "who"), who=owed.who)
    if owed.where and book.has("table", "enterprise"):
        yield from _columns_exist(one, book.table("enterprise"), tuple(owed.where), ("owed_by", "where"))


def column_types(table: TableContract) -> Mapping[str, Type]:
    """Return the columns of a table as names and types for formulas; a column with an unknown unit is left out."""
    names: dict[str, Type] = {}
    for column in table.fields:
        if column.type in _NUMERIC:
            try:
                names[column.name] = NumberType(Unit.parse(column.unit or "1"))
            except ValueError:
                continue
        elif column.type == "boolean":
            names[column.name] = BooleanType()
        else:
            names[column.name] = DateType() if column.type in ("date", "datetime") else TextType()
    return names
