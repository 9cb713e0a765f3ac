"""Whether a sum may be told: the safety rules of statistical disclosure control for tables of magnitudes.

Minimum frequency and p%-rule as Hundepool et al. (Handbook on Statistical Disclosure Control, 4.2.1) define them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from fractions import Fraction
from itertools import islice

import polars as pl

from jiqun.methods.explanation.restricted import FEWEST
from jiqun.packs import LawBook
from jiqun.values import exact

PERCENT = "told-sums.p_percent"
_FEW = 64  # up to here sorting the firms is quicker than looking for them among all

Amounts = Mapping[str, Mapping[str, float]]  # column → firm → what it adds to the sum, as it was reported


def is_dominated(largest_first: Iterable[Fraction], percent: Fraction) -> bool:
    """Tell whether the second largest contributor comes to within p % of the largest by taking its own from the sum.

    p%-rule: X − x₁ − x₂ < p/100 · x₁, of contributions in descending order.

    >>> is_dominated([Fraction(50_000), Fraction(49_000), Fraction(1_000)], Fraction(10))  # the Handbook's example 1
    True
    >>> is_dominated([Fraction(52_000), Fraction(50_000), Fraction(8_000)], Fraction(10))  # and its example 2
    False
    """
    contributions = iter(largest_first)
    first, *_ = (*islice(contributions, 2), Fraction(0))
    enough, rest = percent / 100 * first, Fraction(0)
    for one in contributions:
        if rest >= enough:
            return False
        rest += one
    return rest < enough


class Safety:
    """The rules and the contributions that they are applied to.

    `of` names for what is no sum of one column (`ratios` of two restricted ones) the columns that all must be safe;
    without `percent` the law book has no p%-rule and only firms are counted. Negative contributions count by their
    size.
    """

    def __init__(
        self, percent: Fraction | None = None, amounts: Amounts | None = None, of: Mapping[str, Set[str]] | None = None
    ) -> None:
        self._percent, self._of, self.ratios = percent, of or {}, frozenset(of or {})
        self._found: dict[tuple[str, frozenset[str]], bool] = {}
        sizes = {name: {firm: abs(one) for firm, one in each.items()} for name, each in (amounts or {}).items()}
        self._sizes = sizes
        self._ordered = {name: sorted(each, key=each.__getitem__, reverse=True) for name, each in sizes.items()}

    def holds(self, column: str, firms: Set[str]) -> bool:
        """Tell whether the sum of a column over firms may be told; that of nobody may."""
        if not firms:
            return True
        if len(firms) < FEWEST:
            return False
        return self._percent is None or self._is_spread(column, frozenset(firms), self._percent)

    def _is_spread(self, column: str, firms: frozenset[str], percent: Fraction) -> bool:
        """Tell whether nobody dominates; the same groups are asked about again and again, so it is kept."""
        key = column, firms
        if key not in self._found:
            parts = self._of.get(column, {column})
            self._found[key] = not any(is_dominated(self._largest_first(one, firms), percent) for one in parts)
        return self._found[key]

    def _largest_first(self, column: str, firms: Set[str]) -> Iterator[Fraction]:
        sizes = self._sizes.get(column, {})
        if len(firms) <= _FEW:
            yield from map(exact, sorted((sizes.get(one, 0) for one in firms), reverse=True))
        else:
            yield from (exact(sizes[one]) for one in self._ordered.get(column, ()) if one in firms)


def percent_in_force(book: LawBook, year: int) -> Fraction | None:
    """Return the p of the p%-rule that a law book has at the end of a year; None where it has none."""
    if PERCENT not in book.parameter_ids:
        return None
    return Fraction(book.parameter(PERCENT, date(year, 12, 31)).value)


def contributions(firms: pl.DataFrame, year: int, columns: Iterable[str]) -> Amounts:
    """Return what every above-scale firm reported of some columns for a year."""
    rows = firms.filter((pl.col("year") == year) & (pl.col("scale") == "above"))
    return {
        name: dict(rows.select("enterprise", name).drop_nulls().iter_rows()) for name in columns if name in rows.columns
    }
