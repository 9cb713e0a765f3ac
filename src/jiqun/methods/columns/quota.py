"""How many get each class of a quota: exact fractions and integers, one pool at a time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor

from jiqun.packs.models.method import Quota
from jiqun.values import exact, to_scaled


def quota_classes(quota: Quota, classes: Sequence[str]) -> tuple[str, ...]:
    """Return the classes that the quota hands out, best first; the others of the grade come by moves only."""
    return tuple(one for one in classes if quota.hands_out(one))


def class_sizes(quota: Quota, classes: Sequence[str], number: int, candidates: int) -> tuple[int, ...]:
    """Return how many of the ranked candidates each class of the quota gets, best class first.

    `number` is N, the count that shares are taken of; `candidates` are those that are ranked (at most N). With shares
    s_1…s_k, best first: cumulative: class c ends at place round(N·(s_1+…+s_c)), the last class takes the rest; each:
    n_c = round(N·s_c) from the top for classes better than `rest` and from the bottom for worse ones, `rest` takes what
    remains, and where too few remain better classes are served first; largest_remainder: floor(N·s_c), then one more
    each by the largest remainders (Hamilton). `places`, `least` and `most` of a class come before its share. The sizes
    always add up to `candidates`.

    >>> shares = {"A": "0.2", "B": "0.4", "C": "0.35", "D": "0.05"}
    >>> class_sizes(Quota(shares=shares), "ABCD", 100, 100)
    (20, 40, 35, 5)
    >>> class_sizes(Quota(shares=shares, denominator="scored", counting="each", rest="B"), "ABCD", 275, 265)
    (55, 100, 96, 14)
    """
    ranked = quota_classes(quota, classes)
    shares = [exact(quota.shares.get(one, "0")) for one in ranked]
    roundings = [quota.class_rounding.get(one, quota.rounding) for one in ranked]
    if quota.rounding == "largest_remainder":
        wanted = _largest_remainder(shares, number)
    elif quota.counting == "each":
        wanted = [
            _bounded(quota, name, _rounded(number * share, rounding))
            for name, share, rounding in zip(ranked, shares, roundings, strict=True)
        ]
    else:
        wanted = []
        for name, share in zip(ranked, accumulate(shares), strict=True):
            wanted.append(_bounded(quota, name, max(_rounded(number * share, quota.rounding) - sum(wanted), 0)))
    rest = ranked.index(quota.rest) if quota.rest is not None else len(ranked) - 1
    return _filled(wanted, rest, candidates)


def _bounded(quota: Quota, name: str, size: int) -> int:
    if name in quota.places:
        return quota.places[name]
    return min(max(size, quota.least.get(name, 0)), quota.most.get(name, max(size, quota.least.get(name, 0))))


def _rounded(value: Fraction, rounding: str) -> int:
    if rounding == "half_up":
        return to_scaled(value, 0)
    return floor(value) if rounding == "floor" else ceil(value)


def _largest_remainder(shares: Sequence[Fraction], number: int) -> list[int]:
    """Hand out N places by Hamilton's method; equal remainders go to the better class."""
    sizes = [floor(number * share) for share in shares]
    left = floor(number * sum(shares)) - sum(sizes)
    by_remainder = sorted(range(len(shares)), key=lambda at: (sizes[at] - number * shares[at], at))
    for at in by_remainder[:left]:
        sizes[at] += 1
    return sizes


def _filled(wanted: Sequence[int], rest: int, candidates: int) -> tuple[int, ...]:
    """Serve better classes first while there are candidates; `rest` takes what remains."""
    left = candidates
    sizes = [0] * len(wanted)
    for at, size in enumerate(wanted):
        if at != rest:
            sizes[at] = min(size, left)
            left -= sizes[at]
    sizes[rest] = left
    return tuple(sizes)
