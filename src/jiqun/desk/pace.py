"""序时应达: where a steady path from a base to a target would be in a year, and whether a figure keeps up with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from jiqun.packs import LawBook

_CERTAIN = ("exactly", "about")  # "more than" names no point that a path could start from
SLOW = Fraction(5, 100)  # as far below the path a figure is slow, further below it is behind

Standing = Literal["kept", "slow", "behind"]


@dataclass(frozen=True)
class Base:
    """Where the path starts, in 亿元: what was published for a whole year, else what firms of the ledger add up to.

    `document` is the id of the document it was published in; `firms` is how many are in the sum, None for a published
    figure, and `of` which they are.
    """

    value: Fraction
    year: int
    document: str = ""
    firms: int | None = None
    of: frozenset[str] = frozenset()

    @property
    def published(self) -> bool:
        return self.firms is None


@dataclass(frozen=True)
class Pace:
    """The path base × (target ÷ base)^(n ÷ m): n years gone since the base of the m years until the target's.

    It grows by the same rate every year. A base that is at the target already stays there.
    """

    base: Base
    target: Fraction
    year: int
    horizon: int

    @property
    def gone(self) -> int:
        return self.year - self.base.year

    @property
    def span(self) -> int:
        return self.horizon - self.base.year

    @property
    def due(self) -> float:
        """What the path has reached in the year, in 亿元."""
        if self.base.value >= self.target:
            return float(self.target)
        grown: float = float(self.target / self.base.value) ** (self.gone / self.span)
        return float(self.base.value) * grown

    @property
    def share(self) -> float:
        """The path's place over the target."""
        return self.due / float(self.target)

    def gap(self, figure: Fraction) -> float:
        """How far a figure is from the path, in per cent of it."""
        return (float(figure) / self.due - 1) * 100

    def standing(self, figure: Fraction) -> Standing:
        """Tell whether a figure keeps up: kept, slow (up to 5 % below the path) or behind; compared exactly."""
        if self._reaches(figure):
            return "kept"
        return "slow" if self._reaches(figure / (1 - SLOW)) else "behind"

    def _reaches(self, figure: Fraction) -> bool:
        if self.base.value >= self.target:
            return figure >= self.target
        grown: bool = (figure / self.base.value) ** self.span >= (self.target / self.base.value) ** self.gone
        return grown


def pace(base: Base | None, target: Fraction, year: int, horizon: int) -> Pace | None:
    """Return the path of a year; None without a base above zero that lies before the horizon and not after the year."""
    if base is None or base.value <= 0 or not base.year <= year or not base.year < horizon:
        return None
    return Pace(base, target, year, horizon)


def published_base(book: LawBook, series: str, counted: str | None, scope: str | None) -> Base | None:
    """Return the earliest figure of a whole year in a series that counts the same as the target; None where none does.

    Of several vintages of a year the one published last counts. Figures of some months are left out.
    """
    if series not in book.parameter_ids:
        return None
    whole = [
        one
        for one in book.parameter_series(series)
        if one.from_ is not None
        and (one.from_, one.to) == (date(one.from_.year, 1, 1), date(one.from_.year, 12, 31))
        and one.sense in _CERTAIN
        and (one.measure, one.scope) == (counted, scope)
    ]
    if not whole:
        return None
    first = min(one.from_ for one in whole if one.from_ is not None)
    found = max((one for one in whole if one.from_ == first), key=lambda one: one.published or date.min)
    return Base(found.value, first.year, found.document or "")
