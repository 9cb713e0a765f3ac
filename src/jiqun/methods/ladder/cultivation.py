"""Cultivation targets: how many firms a rung should have, how many it has, and the share reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from jiqun.methods.ladder.titles import Holding
from jiqun.packs import LawBook
from jiqun.packs.lawobject import DatedValue

Count = Literal["stock", "new", "yearly"]
# how a target counts → the parameter table that holds it, keyed by title, or by `title@district`
TABLES: Mapping[Count, str] = {"stock": "sme.target-stock", "new": "sme.target-new", "yearly": "sme.target-yearly"}


@dataclass(frozen=True)
class CultivationRow:
    """A target with what is done. `district` None is the whole region; a target that was not published is None.

    stock: valid holders on the day. new: firms first recognised in the days of the target. yearly: in the day's year.
    `done` is None where the ledger has nothing of the title at all: nobody knows then how many there are.
    """

    title: str
    count: Count
    district: str | None
    target: Fraction | None
    done: int | None
    by: date | None
    document: str | None
    clause: str | None

    @property
    def share(self) -> Fraction | None:
        """done ÷ target; None without a target or where nothing is known to be done."""
        return None if not self.target or self.done is None else Fraction(self.done) / self.target


def cultivation(
    book: LawBook,
    holdings: Iterable[Holding],
    on: date,
    districts: Mapping[str, str] | None = None,
    every_district: Collection[str] = (),
) -> tuple[CultivationRow, ...]:
    """Set done beside target for every title that has one: the region first, then each district of its firms.

    The whole region's target is never shared out: a district has a target only where one was published for it.
    """
    own = tuple(holdings)
    where = districts or {}
    rows = []
    recorded = {one.title for one in own}
    for count, table in TABLES.items():
        for title in _titles(book, table):
            target = _target(book, f"{table}.{title}", on)
            holders = set(_done(own, title, count, on, target))
            known = title in recorded
            rows.append(_row(title, count, None, target, len(holders) if known else None))
            for district in sorted({*every_district, *(where[firm] for firm in holders if firm in where)}):
                there = sum(where.get(firm) == district for firm in holders)
                rows.append(
                    _row(
                        title,
                        count,
                        district,
                        _target(book, f"{table}.{title}@{district}", on),
                        there if known else None,
                    )
                )
    return tuple(rows)


def _titles(book: LawBook, table: str) -> Iterator[str]:
    for id_ in book.parameter_ids:
        if id_.startswith(f"{table}.") and "@" not in id_:
            yield id_.removeprefix(f"{table}.")


def _target(book: LawBook, id_: str, on: date) -> DatedValue | None:
    """The target that is due next."""
    if id_ not in book.parameter_ids:
        return None
    due = [one for one in book.parameter_series(id_) if one.to is None or one.to >= on]
    return min(due, key=lambda one: one.to or date.max, default=None)


def _done(own: Iterable[Holding], title: str, count: Count, on: date, target: DatedValue | None) -> Iterator[str]:
    for one in own:
        if one.title != title:
            continue
        if count == "stock":
            counts = one.is_valid
        elif count == "yearly":
            counts = one.since.year == on.year
        else:
            counts = target is None or target.from_ is None or one.since >= target.from_
        if counts and one.state != "revoked":
            yield one.enterprise


def _row(title: str, count: Count, district: str | None, target: DatedValue | None, done: int | None) -> CultivationRow:
    if target is None:
        return CultivationRow(title, count, district, None, done, None, None, None)
    return CultivationRow(title, count, district, target.value, done, target.to, target.document, target.clause)
