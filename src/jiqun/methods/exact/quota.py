"""Grades by shares of a pool (S10): class sizes, order, ties, minima."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cmp_to_key, partial
from math import ceil, floor
from typing import Any

from jiqun.expressions import Exact
from jiqun.methods.exact.member import Member
from jiqun.packs.models.method import Quota
from jiqun.values import exact, to_scaled


def class_sizes(quota: Quota, classes: Sequence[str], whole: int, candidates: int) -> dict[str, int]:
    """Return how many of `candidates` places each class gets, where shares are taken of `whole`.

    Only classes with a share, and `rest`, take part; the others of the grade come by moves.

    >>> quota = Quota(shares={"A": "0.2", "B": "0.4", "C": "0.35", "D": "0.05"})
    >>> class_sizes(quota, ["A", "B", "C", "D"], 100, 100)
    {'A': 20, 'B': 40, 'C': 35, 'D': 5}
    """
    classes = quota_classes(quota, classes)
    shares = [exact(quota.shares.get(name, "0")) for name in classes]
    rest = quota.rest or classes[-1]
    if quota.rounding == "largest_remainder":
        wanted = _largest_remainder(shares, whole)
        return _from_best(classes, wanted, candidates, rest)
    if quota.counting == "cumulative":
        reached = 0
        wanted = []
        for index, name in enumerate(classes):
            mark = _rounded(sum(shares[: index + 1], Fraction(0)) * whole, quota.rounding)
            wanted.append(_asked(quota, name, max(mark - reached, 0)))
            reached += wanted[-1]
        return _from_best(classes, wanted, candidates, rest)
    wanted = [
        _asked(quota, name, _rounded(share * whole, quota.class_rounding.get(name, quota.rounding)))
        for name, share in zip(classes, shares, strict=True)
    ]
    return _from_best(classes, wanted, candidates, rest)


def quota_classes(quota: Quota, classes: Sequence[str]) -> list[str]:
    """Return the classes that the quota hands out, best first."""
    return [name for name in classes if quota.hands_out(name)]


def _asked(quota: Quota, name: str, by_share: int) -> int:
    """Places written for the class, or those of its share held between `least` and `most`."""
    size = quota.places.get(name, by_share)
    if name in quota.least and size < quota.least[name]:
        size = quota.least[name]
    if name in quota.most and size > quota.most[name]:
        size = quota.most[name]
    return size


def _rounded(count: Fraction, how: str) -> int:
    if how == "floor":
        return floor(count)
    return ceil(count) if how == "ceil" else to_scaled(count, 0)


def _largest_remainder(shares: Sequence[Fraction], whole: int) -> list[int]:
    """Hamilton: whole parts first, what is left one by one to the largest remainders, the better class first."""
    sizes = [floor(share * whole) for share in shares]
    left = floor(sum(shares, Fraction(0)) * whole) - sum(sizes)
    by_remainder = sorted(range(len(shares)), key=lambda index: (sizes[index] - shares[index] * whole, index))
    for index in by_remainder[:left]:
        sizes[index] += 1
    return sizes


def _from_best(classes: Sequence[str], wanted: Sequence[int], candidates: int, rest: str) -> dict[str, int]:
    """Give every class what it wants while there is something left, the better first; `rest` takes what remains."""
    sizes = dict.fromkeys(classes, 0)
    left = candidates
    for name, want in zip(classes, wanted, strict=True):
        if name != rest:
            sizes[name] = min(want, left)
            left -= sizes[name]
    sizes[rest] = left
    return sizes


def by_quota(
    quota: Quota, classes: Sequence[str], candidates: Sequence[Member], whole: int
) -> dict[str, tuple[int, str]]:
    """Return rank and class of every candidate of one pool; their values must be there."""
    ordered = sorted(candidates, key=cmp_to_key(partial(comparison, quota)))
    sizes = class_sizes(quota, classes, whole, len(ordered))
    if quota.per_group:
        return _by_group(quota, classes, ordered, sizes)
    class_at = [name for name, size in sizes.items() for _ in range(size)]
    found: dict[str, tuple[int, str]] = {}
    first = 0
    while first < len(ordered):
        after = first + 1
        while after < len(ordered) and comparison(quota, ordered[first], ordered[after]) == 0:
            after += 1
        deciding = first if quota.ties.then == "better" else after - 1
        for member in ordered[first:after]:
            found[member.subject] = (first + 1, with_minimum(quota, classes, class_at[deciding], member))
        first = after
    return found


def _by_group(
    quota: Quota, classes: Sequence[str], ordered: Sequence[Member], sizes: Mapping[str, int]
) -> dict[str, tuple[int, str]]:
    ties: list[list[Member]] = []
    for member in ordered:
        if ties and comparison(quota, ties[-1][0], member) == 0:
            ties[-1].append(member)
        else:
            ties.append([member])
    named = [[(member.subject, groups_of(quota, member)) for member in tie] for tie in ties]
    given = classes_by_group(quota, sizes, named)
    first, found = 1, {}
    for tie in ties:
        for member in tie:
            found[member.subject] = (first, with_minimum(quota, classes, given[member.subject], member))
        first += len(tie)
    return found


def groups_of(quota: Quota, member: Member) -> tuple[Exact, ...]:
    """The groups of a member of which only so many may have a class."""
    return tuple(member.names[limit.by] for limit in quota.per_group)


def classes_by_group(
    quota: Quota, sizes: Mapping[str, int], ties: Sequence[Sequence[tuple[str, tuple[Any, ...]]]]
) -> dict[str, str]:
    """Return the class of every subject where a group may have only so many of one; `ties` are in order, best first.

    Class by class: those of a group beyond its number are passed over and wait for the next class, and the places go
    to those behind them. A tie is taken together or, by the tie rule, left together. Of several groups at once, one who
    is beyond the number of one does not count in the others.

    >>> two = Quota(places={"推荐": 3}, rest="其他", counting="each", per_group={"by": "parent", "most": {"推荐": 2}})
    >>> ties = [[("甲", ("一",))], [("乙", ("一",))], [("丙", ("一",))], [("丁", ("二",))]]
    >>> classes_by_group(two, {"推荐": 3, "其他": 1}, ties)
    {'甲': '推荐', '乙': '推荐', '丁': '推荐', '丙': '其他'}
    """
    found: dict[str, str] = {}
    reached = 0
    for name, size in sizes.items():
        reached += size
        place, before = len(found), Counter[tuple[int, Any]]()
        limits = [limit.most.get(name) for limit in quota.per_group]
        for tie in [[one for one in tie if one[0] not in found] for tie in ties]:
            own = Counter((at, group) for _, groups in tie for at, group in enumerate(groups))
            here = Counter[tuple[int, Any]]() if quota.ties.then == "better" else own
            over = {subject: set(_beyond(groups, limits, before, here)) for subject, groups in tie}
            eligible = [subject for subject, _ in tie if not over[subject]]
            if (place + 1 if quota.ties.then == "better" else place + len(eligible)) <= reached:
                found |= dict.fromkeys(eligible, name)
            place += len(eligible)
            for subject, groups in tie:
                before.update((at, group) for at, group in enumerate(groups) if not over[subject] - {at})
    return found


def _beyond(
    groups: Sequence[Any], limits: Sequence[int | None], before: Mapping[Any, int], here: Mapping[Any, int]
) -> Iterator[int]:
    """Which of one's groups are full: counted from the first of a tie, or its last where `here` counts those of it."""
    for at, (group, most) in enumerate(zip(groups, limits, strict=True)):
        number = before[at, group] + (here[at, group] or 1)
        if most is not None and group is not None and number > most:
            yield at


def with_minimum(quota: Quota, classes: Sequence[str], name: str, member: Member) -> str:
    """Return the class itself, or the next one whose minimum the value reaches; the last class asks for nothing."""
    value = member.names[quota.of]
    assert isinstance(value, Fraction)
    for one in classes[classes.index(name) :]:
        if one not in quota.minimum or value >= exact(quota.minimum[one]):
            return one
    return classes[-1]


def comparison(quota: Quota, one: Member, other: Member) -> int:
    """Tell who comes first: by value, then by the tie names in turn; -1 for `one`, 0 for a tie."""
    keys = [(quota.of, quota.order == "descending")]
    keys += [(name.removeprefix("-"), not name.startswith("-")) for name in quota.ties.by]
    for name, descending in keys:
        verdict = ranked(one.names[name], other.names[name], descending)
        if verdict != 0:
            return verdict
    return 0


def ranked(one: Any, other: Any, descending: bool) -> int:
    """Tell which of two values comes first: -1 for `one`, 0 where they are equal; a missing one comes last."""
    if one is None or other is None:
        return (one is None) - (other is None)
    if one == other:
        return 0
    return -1 if (one > other) == descending else 1
