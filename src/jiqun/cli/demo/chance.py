"""Chance that gives the same numbers on every machine: only `Random.random()`, whose sequence Python guarantees."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from math import exp
from random import Random
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
_NORMAL = NormalDist()


class Chance:
    """One stream of chance; its labels keep it apart from every other stream of the same seed.

    >>> Chance(1, "firms").whole(1, 6) == Chance(1, "firms").whole(1, 6)
    True
    """

    def __init__(self, seed: int, *labels: object) -> None:
        self.uniform = Random(":".join(str(part) for part in (seed, *labels))).random

    def normal(self) -> float:
        """Draw from the standard normal distribution by inverting it."""
        return normal_at(self.uniform())

    def factor(self, spread: float) -> float:
        """Draw a log-normal factor with median 1 and the given standard deviation of its logarithm."""
        return exp(spread * self.normal())

    def whole(self, first: int, last: int) -> int:
        """Draw an integer from first to last, both included."""
        return first + int(self.uniform() * (last - first + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Draw one item, each as likely as the others."""
        return items[int(self.uniform() * len(items))]

    def happens(self, per_mille: int) -> bool:
        """Tell whether something of this likelihood (in ‰) happens."""
        return self.uniform() * 1000 < per_mille

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        return [item for _, _, item in sorted((self.uniform(), place, item) for place, item in enumerate(items))]

    def day(self, year: int) -> date:
        """Draw a day of a year, never the 29th to 31st."""
        return date(year, self.whole(1, 12), self.whole(1, 28))


class Weighted:
    """Items drawn in proportion to their weights."""

    def __init__(self, items: Sequence[str], weights: Sequence[int]) -> None:
        self._items = items
        self._ends = list(accumulate(weights))

    def draw(self, chance: Chance) -> str:
        """Draw one item; an item of weight 0 never comes."""
        return self._items[bisect_right(self._ends, chance.uniform() * self._ends[-1])]


def normal_at(share: float) -> float:
    """Return the quantile of the standard normal distribution, kept off its infinite ends."""
    return _NORMAL.inv_cdf(min(max(share, 1e-9), 1 - 1e-9))


def spread_evenly(chance: Chance, count: int) -> list[float]:
    """Draw `count` standard normal values, one from each of `count` equally likely slices, in random order.

    The heavy tail of firm sizes then looks alike in a region of 200 and of 6,000 firms.
    """
    slices = chance.shuffled(range(count))
    return [normal_at((place + chance.uniform()) / count) for place in slices]
