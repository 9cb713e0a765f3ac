"""Columns that name a rule: the values they may hold are the rules there are, by their titles."""

from __future__ import annotations

from collections.abc import Iterable

from jiqun.packs.models.base import Header
from jiqun.packs.models.table import Category, Column, TableContract


def with_rule_names(contract: TableContract, methods: Iterable[Header]) -> TableContract:
    """Return a contract whose columns that name rules allow these methods, each by its title."""
    if not any(one.methods for one in contract.fields):
        return contract
    known = {one.id: one for one in methods}
    fields = tuple(_with_rules(one, known.values()) for one in contract.fields)
    return contract.model_copy(update={"fields": fields})


def _with_rules(column: Column, methods: Iterable[Header]) -> Column:
    if column.methods is None:
        return column
    begin = f"{column.methods}."
    named = [
        Category(value=one.id, title=one.title, title_en=one.title_en) for one in methods if one.id.startswith(begin)
    ]
    return column.model_copy(update={"categories": tuple(named)})
