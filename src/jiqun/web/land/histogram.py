"""The totals of a group of a run as a histogram, as a reader's scope may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from jiqun.methods.explanation.restricted import FEWEST, total_hidden
from jiqun.problems import Language
from jiqun.web.kept import kept
from jiqun.web.land.queries import hidden_from, total_digits, unscaled
from jiqun.web.people.scope import Scope
from jiqun.web.region import evaluated
from jiqun.web.shell.language import spoken


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram of totals, in a field 100 wide and 26 high; `grade` is the one most of it has."""

    left: float
    width: float
    top: float
    tall: float
    grade: str
    count: int
    low: str
    high: str


@dataclass(frozen=True)
class Totals:
    """The totals of a group as a histogram, with its ends (scaled) and their decimals."""

    bars: tuple[Bar, ...] = ()
    low: int = 0
    high: int = 0
    digits: int = 2

    def place(self, total: int | None) -> float | None:
        """Return where a total lies in the field, 0 to 100."""
        if total is None or self.high == self.low:
            return None
        return round(100 * (total - self.low) / (self.high - self.low), 2)

    @property
    def ends(self) -> tuple[str, str]:
        return str(unscaled(self.low, self.digits)), str(unscaled(self.high, self.digits))


_BARS, _FIELD = 36, 26


def histogram_for(scope: Scope, id_: str, row: Mapping[str, Any]) -> Totals:
    """Return the histogram of the pool that a row of a run is in, as the scope may see it."""
    population = str(row["population"] or "")
    if total_hidden(hidden_from(evaluated(id_, spoken()), scope), population):
        return Totals()
    return histogram(id_, population, str(row.get("pool") or ""), spoken(), 0 if scope.whole else FEWEST)


@kept(64)
def histogram(id_: str, population: str, pool: str, language: Language, few: int = 0) -> Totals:
    """Count the totals of a pool of a population in bars of equal width.

    For who may not see every firm, bars of fewer than `few` firms are left out, and so are the ends where the field
    begins: they would tell the total of a single competitor.
    """
    data = evaluated(id_, language)
    rows = data.rows.filter((pl.col("population") == population) & pl.col("total").is_not_null())
    if "pool" in rows.columns and pool:
        rows = rows.filter(pl.col("pool") == pool)
    if rows.is_empty():
        return Totals()
    low, high = (int(one) for one in rows.select(pl.min("total"), pl.max("total").alias("high")).row(0))
    width = max(1, -(-(high - low + 1) // _BARS))
    if few:  # the ends are then round numbers that say nothing of the last and the first
        low = low // width * width
        width = max(1, -(-(high - low + 1) // _BARS))
    letter = "grade__ranked" if "grade__ranked" in rows.columns else "grade"
    grouped = rows.group_by(bin=(pl.col("total") - low) // width)
    binned = grouped.agg(pl.len().alias("count"), pl.col(letter).drop_nulls().mode().sort().first().alias("letter"))
    digits = total_digits(data, population)
    binned = binned.filter(pl.col("count") >= few)
    if binned.is_empty():
        return Totals((), low, low + _BARS * width, digits)
    most = max(binned["count"].to_list())
    bars = []
    for at, count, most_have in binned.sort("bin").iter_rows():
        tall = round(_FIELD * count / most, 2)
        ends = (str(unscaled(low + one * width, digits)) for one in (at, at + 1))
        spot = round(100 * at / _BARS, 3), round(90 / _BARS, 3), round(_FIELD - tall, 2), tall
        bars.append(Bar(*spot, (most_have or "u").lower(), count, *ends))
    return Totals(tuple(bars), low, low + _BARS * width, digits)
