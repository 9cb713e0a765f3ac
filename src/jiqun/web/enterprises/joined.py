"""Workshops and branches that were added to a firm: what of theirs counts for it, from which cells, and who said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from jiqun.ledger.decisions import PART_OF
from jiqun.ledger.lineage import Cell, called
from jiqun.ledger.parts import lists_things
from jiqun.ledger.resolve import PART
from jiqun.methods.explanation.restricted import MASKED
from jiqun.packs import TableContract
from jiqun.problems import Language
from jiqun.values import decimal_text, exact, grouped
from jiqun.web.enterprises import dossier
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, region


@dataclass(frozen=True)
class Added:
    """One figure of a workshop with its cell; `value` is None where it is unknown, as the sum then is."""

    title: str
    unit: str
    value: str | None
    cell: str


@dataclass(frozen=True)
class Rows:
    """What one row of a workshop gave: the table, of which period or thing, whether it counts, and its figures."""

    table: str
    of: str
    counts: bool
    figures: tuple[Added, ...]


@dataclass(frozen=True)
class Joined:
    """One workshop, with whoever added it to the firm, when and why."""

    name: str
    district: str
    who: str
    when: datetime | str
    note: str
    rows: tuple[Rows, ...]


def joined(code: str, scope: Scope, language: Language) -> list[Joined]:
    """Return the workshops that were added to a firm; the newest decision first, restricted figures masked by scope."""
    standing = ledger().view.standing
    if not standing.parts:
        return []
    mine = standing.settled.filter(pl.col("verdict") == PART_OF, pl.col("enterprise") == code)
    return [
        Joined(
            name=called(one["reported"]),
            district=one["district"] or "",
            who=one["who"],
            when=dossier.moment(one["when"]),
            note=one["note"] or "",
            rows=tuple(_rows(code, one["reported"], standing.parts[one["reported"]], scope, language)),
        )
        for one in mine.to_dicts()
    ]


def _rows(
    code: str, report: str, adds: Mapping[str, tuple[str, ...]], scope: Scope, language: Language
) -> Iterator[Rows]:
    view = ledger().view
    for table in sorted(set(adds) & set(view.tables)):
        contract, key = region().contract(table), view.key(table)
        found = view.told_by(table, view.log.valid(table), apart=True, firm=code).filter(pl.col(PART) == report)
        own = dossier.of_firm(table, code).select(key)
        for row in found.sort(key, descending=True).to_dicts():
            of = {name: row[name] for name in key if name != "enterprise"}
            counts = (
                lists_things(key) or not own.filter(pl.all_horizontal(pl.col(n) == v for n, v in of.items())).is_empty()
            )
            cells = dossier.cells_of(table, code, **of) if counts else {}
            title = contract.title if language == "zh" else contract.title_en
            words = " ".join(str(value) for value in of.values())
            yield Rows(title, words, counts, tuple(_figures(report, contract, cells, scope, language)))


def _figures(
    report: str, contract: TableContract, cells: Mapping[str, Cell], scope: Scope, language: Language
) -> Iterator[Added]:
    hidden = () if scope.sees_restricted else tuple(dossier.restricted(contract))
    for field in contract.fields:
        cell = cells.get(field.name)
        if cell is None or not (cell.adds or cell.lacks):
            continue
        heading, unit = dossier.heading(field, language), field.unit or ""
        part: Any = next((one for one in cell.adds if one.part == report), None)
        if part is not None:
            yield Added(heading, unit, MASKED if field.name in hidden else _signed(part.value), str(part))
        elif report in cell.lacks:
            yield Added(heading, unit, None, "")


def _signed(value: float) -> str:
    """Write what is added exactly, with its sign.

    >>> _signed(1234.5), _signed(-3)
    ('+1,234.5', '−3')
    """
    return ("−" if value < 0 else "+") + grouped(decimal_text(exact(abs(value))))
