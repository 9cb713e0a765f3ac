"""Workshops and branches that a person has added to a firm: which of their figures add up, and to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jiqun.ledger.occupancy import fifteen_digits
from jiqun.ledger.resolve import IMPORT, PART, resolve
from jiqun.packs.models.table import TableContract
from jiqun.values import exact_sum

_FIRM = "enterprise"
_PERIODS = ("year", "quarter", "month")
_OF = "part of"  # PART while it is a key: the ledger's own columns are not resolved


@dataclass(frozen=True)
class Adding:
    """What is added in one table: `columns` by report; `silent`: the imports whose file had no such column at all.

    A report that is not in `columns` is of a table in which a workshop's rows say nothing of its firm.
    """

    columns: Mapping[str, Collection[str]]
    silent: Mapping[str, Collection[int]] = field(default_factory=dict)

    def speaks(self, report: str, column: str, imports: Iterable[int]) -> bool:
        """Tell whether a part was asked for a column that adds: only then is its blank an unknown summand."""
        silent = self.silent.get(column, ())
        return column in self.columns[report] and any(number not in silent for number in imports)


@dataclass(frozen=True)
class Part:
    """One row of a part as it stands, with the imports that it was reported in."""

    report: str
    values: Mapping[str, Any]
    imports: tuple[int, ...]


def additive(contracts: Iterable[TableContract]) -> dict[str, tuple[str, ...]]:
    """Return, for every table in which rows of a part count for its firm, the columns that add up.

    That is where a column `adds_up`, or where each row is a thing of its own (`lists_things`).
    """
    found = {}
    for one in contracts:
        if _FIRM not in one.primary_key or one.derived:
            continue
        columns = tuple(column.name for column in one.fields if column.adds_up)
        if columns or one.lists_things:
            found[one.id] = columns
    return found


def with_parts(
    rows: pl.DataFrame, key: Sequence[str], clears: Mapping[str, Collection[int]], adding: Adding
) -> pl.DataFrame:
    """Return the resolved rows of the firms, with those of their parts added; sorted by key.

    Every part is resolved for itself first, so that a later file corrects its own row. A column that adds up is
    own + Σ parts, exact and to 15 digits, unknown where one of them is; every other column is the firm's own. A part
    without its firm's row stands for nobody, unless the table lists things: then it is a row of the firm.
    """
    own = resolve(rows.filter(pl.col(PART).is_null()), key, clears)
    parts = _parts(rows, key, clears, adding)
    if not parts:
        return own
    keys = list(key)
    touched = pl.DataFrame(list(parts), schema={name: own.schema[name] for name in keys}, orient="row")
    firms = {tuple(one[name] for name in keys): one for one in own.join(touched, on=keys, how="semi").to_dicts()}
    made = []
    for of, each in parts.items():
        if of in firms or lists_things(key):
            told = dict(summed(own.columns, firms.get(of), each, adding))
            made.append({**told, **dict(zip(keys, of, strict=True))})
    merged = pl.DataFrame(made, schema=own.schema, orient="row")
    return pl.concat([own.join(touched, on=keys, how="anti"), merged]).sort(keys)


def lists_things(key: Sequence[str]) -> bool:
    """Tell whether a key says more than which firm and when."""
    return bool({*key} - {_FIRM, *_PERIODS})


def summed(
    columns: Iterable[str], own: Mapping[str, Any] | None, parts: Sequence[Part], adding: Adding
) -> Iterator[tuple[str, Any]]:
    """Yield each column with its value: a sum where it adds, else the firm's own.

    Without a row of the firm it is what all parts agree in.
    """
    for column in columns:
        speaking = [one for one in parts if adding.speaks(one.report, column, one.imports)]
        values = [one.values[column] for one in speaking]
        if speaking:
            yield column, added(values if own is None else [own[column], *values])
        elif own is not None:
            yield column, own[column]
        else:
            said = {one.values[column] for one in parts}
            yield column, said.pop() if len(said) == 1 else None


def added(values: Sequence[Any]) -> Any:
    """Return the sum of figures, exact and to 15 digits; None where one of them is unknown.

    >>> added([0.1, 0.2, 0.3]), added([2, 3]), added([1.0, None])
    (0.6, 5, None)
    """
    if any(one is None for one in values):
        return None
    if len(values) == 1:
        return values[0]
    whole = all(isinstance(one, int) for one in values)
    return sum(values) if whole else fifteen_digits(exact_sum(values))


def _parts(
    rows: pl.DataFrame, key: Sequence[str], clears: Mapping[str, Collection[int]], adding: Adding
) -> dict[tuple[Any, ...], list[Part]]:
    """Return the rows of parts as they stand, by key, each key's in the order of the reports."""
    of_parts = rows.filter(pl.col(PART).is_in(sorted(adding.columns))).with_columns(pl.col(PART).alias(_OF))
    if of_parts.is_empty():
        return {}
    keys = [*key, _OF]
    imports = of_parts.group_by(keys).agg(pl.col(IMPORT).unique().sort().alias(IMPORT))
    found: dict[tuple[Any, ...], list[Part]] = defaultdict(list)
    for one in resolve(of_parts, keys, clears).join(imports, on=keys).sort(keys).to_dicts():
        found[tuple(one[name] for name in key)].append(Part(one[_OF], one, tuple(one[IMPORT])))
    return found
