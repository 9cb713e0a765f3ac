"""亩均账: what a region's districts, parks, industries and clusters yield, use and employ, beside the region's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from jiqun.desk.by_register import by_register
from jiqun.desk.clusters import INDUSTRIES, Ratio, Wanted, doubted, ratios
from jiqun.methods.explanation.restricted import FEWEST
from jiqun.packs import LawBook
from jiqun.values import exact_sum

GROUPINGS = ("district", "division", "cluster", "park")
TOLD_RATIOS = (
    "tax_per_mu",
    "value_added_per_mu",
    "output_per_mu",
    "rd_intensity",
    "labour_productivity",
    "value_added_per_energy",
)
_SUMS = ("land", "tax", "value_added", "output", "revenue")


@dataclass(frozen=True)
class Sum:
    """A sum over the firms that reported it, and without those in doubt, `of` the others; None where nobody did."""

    value: Fraction | None
    sound: Fraction | None
    covered: int
    of: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Account:
    """A group's account of a year: how many above-scale firms, what they add up to, and its ratios.

    `ratios` are sum ÷ sum over the firms that reported both parts; `growth` is the change against the year before in
    per cent, without the firms whose figures are in doubt; `before` are the ratios of that year. `withheld` names the
    sums and ratios that the reader may not be told; it is made for who may not see `restricted` figures.
    """

    key: str
    firms: int
    sums: Mapping[str, Sum]
    ratios: Mapping[str, Ratio]
    growth: Mapping[str, Fraction | None]
    before: Mapping[str, Ratio]
    withheld: frozenset[str] = frozenset()
    restricted: bool = False

    def tells_doubts(self, name: str) -> bool:
        """Tell whether a ratio may be told with the figures in doubt too; the difference is of those firms."""
        return not self.restricted or not 0 < self.ratios[name].doubtful < FEWEST


def account(firms: pl.DataFrame, year: int) -> Account:
    """Return the account of all firms; what a firm did not report is left out, never counted as zero."""
    return _account("", firms, year, doubted(firms, year))


def accounts(book: LawBook, firms: pl.DataFrame, year: int, by: str) -> tuple[Account, tuple[Account, ...]]:
    """Return the account of all firms, and one for each group, by its key.

    `firms` are rows of enterprise_year of a year and the one before with `land` (亩) and, for parks, `park` beside them
    (`with_parks`); groupings are GROUPINGS. Clusters overlap, the other groups do not. A firm without the grouping's
    value is only in the whole.
    """
    doubts = doubted(firms, year)
    groups = (_account(key, rows, year, doubts) for key, rows in _groups(book, firms, year, by))
    return _account("", firms, year, doubts), tuple(one for one in groups if one.firms)


def with_parks(firms: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Put beside yearly rows the park that the register has each firm in, and its district and trade where not told."""
    parks = register.select("enterprise", "park")
    firms = by_register(firms, register)
    return firms.drop("park", strict=False).join(parks, on="enterprise", how="left")


def _groups(book: LawBook, firms: pl.DataFrame, year: int, by: str) -> Iterator[tuple[str, pl.DataFrame]]:
    if by == "cluster":
        yield from _clusters(book, firms, year)
        return
    column = pl.col("industry").str.slice(0, 2) if by == "division" else pl.col(by).cast(pl.String)
    keyed = firms.with_columns(_group=column).filter(pl.col("_group").is_not_null())
    for (key,), rows in sorted(keyed.group_by("_group"), key=lambda one: str(one[0][0])):
        yield str(key), rows.drop("_group")


def _clusters(book: LawBook, firms: pl.DataFrame, year: int) -> Iterator[tuple[str, pl.DataFrame]]:
    taxonomy = Wanted().taxonomy
    if not book.has("taxonomy", taxonomy):
        return
    day = date(year, 12, 31)
    view = book.taxonomy(taxonomy).on(day)
    for code in (one for one in view.codes if view.level(one) == 2):
        inside = book.codes(taxonomy, [code], day, of=INDUSTRIES)
        yield code, firms.filter(pl.col("industry").is_in(list(inside)))


def _account(key: str, firms: pl.DataFrame, year: int, doubts: Mapping[str, Set[str]]) -> Account:
    inside = set(firms["enterprise"].to_list())
    doubts = {name: found & inside for name, found in doubts.items()}  # most groups have none, and are quicker so
    now, before = ratios(firms, year, doubts), ratios(firms, year - 1, doubts)
    rows = firms.filter((pl.col("year") == year) & (pl.col("scale") == "above"))
    cells = rows.to_dict(as_series=False)
    sums = {name: summed(cells, name, doubts.get(name, frozenset())) for name in _SUMS}
    now, before = ({name: one[name] for name in TOLD_RATIOS if name in one} for one in (now, before))
    return Account(key, rows.height, sums, now, {name: _growth(now[name], before[name]) for name in now}, before)


def summed(cells: Mapping[str, list[Any]], name: str, doubtful: Set[str]) -> Sum:
    """Add up what firms reported in a column, with and without those whose figure is in doubt."""
    if name not in cells:
        return Sum(None, None, 0)
    known = [(firm, one) for firm, one in zip(cells["enterprise"], cells[name], strict=True) if one is not None]
    sound = {firm: one for firm, one in known if firm not in doubtful}
    value = exact_sum(one for _, one in known) if known else None
    same = len(sound) == len(known)
    steady = value if same else exact_sum(sound.values()) if sound else None
    return Sum(value, steady, len(known), frozenset(sound))


def _growth(now: Ratio, before: Ratio) -> Fraction | None:
    if now.sound is None or not before.sound:
        return None
    return (now.sound / before.sound - 1) * 100


@dataclass(frozen=True)
class Place:
    """A firm's place in a ranking; equal values share a rank, and the next rank counts them all (1, 2, 2, 4)."""

    rank: int
    subject: str
    value: Fraction


def ranking(values: Iterable[tuple[str, Fraction | None]], *, ascending: bool = False) -> tuple[Place, ...]:
    """Rank subjects by a value, the largest first unless `ascending`; who has no value has no rank.

    >>> [(one.rank, one.subject) for one in ranking([("a", Fraction(1)), ("b", Fraction(2)), ("c", Fraction(2))])]
    [(1, 'b'), (1, 'c'), (3, 'a')]
    """
    known = [(value if ascending else -value, subject, value) for subject, value in values if value is not None]
    places: list[Place] = []
    for at, (_, subject, value) in enumerate(sorted(known), start=1):
        tied = bool(places) and places[-1].value == value
        places.append(Place(places[-1].rank if tied else at, subject, value))
    return tuple(places)
