"""Intervals of exact numbers with open or closed ends, and what a set of them leaves out or covers twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering

from jiqun.values import decimal_text


@total_ordering
@dataclass(frozen=True)
class Cut:
    """A place between numbers: just below `at`, or just above it; at None it lies beyond every number."""

    at: Fraction | None
    above: bool

    def __lt__(self, other: Cut) -> bool:
        return self._key < other._key

    @property
    def _key(self) -> tuple[int, Fraction, bool]:
        if self.at is None:
            return (1 if self.above else -1, Fraction(0), self.above)
        return (0, self.at, self.above)


@dataclass(frozen=True)
class Interval:
    """All numbers between two cuts.

    >>> str(Interval.between(at_least=Fraction(60), less_than=Fraction(80)))
    '[60, 80)'
    """

    start: Cut
    end: Cut

    @classmethod
    def between(
        cls,
        at_least: Fraction | None = None,
        more_than: Fraction | None = None,
        at_most: Fraction | None = None,
        less_than: Fraction | None = None,
    ) -> Interval:
        """Make an interval from the words of a rule: 以上 at_least, 超过 more_than, 以下 at_most, 不足 less_than."""
        start = Cut(more_than, True) if more_than is not None else Cut(at_least, False)
        end = Cut(less_than, False) if less_than is not None else Cut(at_most, True)
        return cls(start, end)

    @property
    def is_empty(self) -> bool:
        return not self.start < self.end

    def contains(self, value: Fraction) -> bool:
        """Tell whether a number lies in the interval."""
        return self.start <= Cut(value, False) and Cut(value, True) <= self.end

    def __str__(self) -> str:
        low = "(-∞" if self.start.at is None else ("(" if self.start.above else "[") + decimal_text(self.start.at)
        high = "+∞)" if self.end.at is None else decimal_text(self.end.at) + ("]" if self.end.above else ")")
        return f"{low}, {high}"


WHOLE_LINE = Interval(Cut(None, False), Cut(None, True))


@dataclass(frozen=True)
class Overlap:
    """Two intervals, by their place in the given order, and the numbers that both hold."""

    first: int
    second: int
    common: Interval


@dataclass(frozen=True)
class Coverage:
    """What intervals leave out of a range and where they overlap."""

    gaps: tuple[Interval, ...]
    overlaps: tuple[Overlap, ...]


def gaps_and_overlaps(intervals: Sequence[Interval], over: Interval = WHOLE_LINE) -> Coverage:
    """Find the numbers of `over` in none of the intervals, and every two intervals with numbers in common.

    An empty interval holds nothing and overlaps nothing.

    >>> low, high = Interval.between(less_than=Fraction(60)), Interval.between(more_than=Fraction(60))
    >>> [str(gap) for gap in gaps_and_overlaps([low, high]).gaps]
    ['[60, 60]']
    """
    held = sorted((one for one in intervals if not one.is_empty), key=lambda one: (one.start, one.end))
    gaps: list[Interval] = []
    reached = over.start
    for one in held:
        if reached < one.start and reached < over.end:
            gaps.append(Interval(reached, min(one.start, over.end)))
        reached = max(reached, one.end)
    if reached < over.end:
        gaps.append(Interval(reached, over.end))
    return Coverage(tuple(gaps), tuple(_overlaps(intervals)))


def _overlaps(intervals: Sequence[Interval]) -> list[Overlap]:
    found = []
    for second, right in enumerate(intervals):
        for first, left in enumerate(intervals[:second]):
            common = Interval(max(left.start, right.start), min(left.end, right.end))
            if not (common.is_empty or left.is_empty or right.is_empty):
                found.append(Overlap(first, second, common))
    return found
