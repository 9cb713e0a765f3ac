"""How a total, a set of results or a place becomes a grade (S10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import ge, gt, le, lt

from jiqun.expressions import Exact
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.criteria import MANUAL, MET, UNKNOWN
from jiqun.methods.exact.member import Member, as_number, groups
from jiqun.methods.exact.quota import by_quota
from jiqun.packs.models.base import is_name
from jiqun.packs.models.method import Cut, Grade, Ladder, Quota, SmallPool
from jiqun.values import exact

_MEETS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "at_least": ge, "more_than": gt, "at_most": le, "less_than": lt,
}  # fmt: skip


@dataclass(frozen=True)
class Graded:
    """A grade, or why there is none; pool and rank where the grade came from a quota."""

    grade: str | None
    reason: str | None = None
    pool: tuple[Exact, ...] | None = None
    rank: int | None = None


def grade(plan: Plan, everybody: Sequence[Member]) -> None:
    """Grade the members of every population; those that are only scored or exempt get none."""
    for population in plan.populations:
        one = plan.grade(population)
        if one is None:
            continue
        own = [member for member in everybody if member.population == population]
        found = _graded(one, own)
        for member in own:
            if member.status == "graded":
                _write(member, found[member.subject])
            else:
                member.grade_reason = member.status


def _write(member: Member, result: Graded) -> None:
    if member.is_open and result.grade is not None:
        result = replace(result, grade=None, reason=f"could_be:{result.grade}")
    member.grade = member.ranked_grade = result.grade
    member.grade_reason = result.reason
    member.rank = result.rank
    member.pool = None if result.pool is None else pool_text(result.pool)
    member.know("grade", result.grade)
    member.know("rank", None if result.rank is None else Fraction(result.rank))


def pool_text(pool: tuple[Exact, ...]) -> str:
    """Write a pool as text: its values joined by `|`."""
    return "|".join(str(value) for value in pool)


def _graded(one: Grade, members: Sequence[Member]) -> dict[str, Graded]:
    if one.quota is not None:
        return _quota(one.quota, one.classes, members)
    if one.cuts is not None:
        return {member.subject: by_cuts(one.cuts, one.cuts_of, member) for member in members}
    if one.ladder is not None:
        return {member.subject: by_ladder(one.ladder, member) for member in members}
    parts = [_graded(part, members) for part in one.lowest_of or ()]
    return {member.subject: lowest(one.classes, [part[member.subject] for part in parts]) for member in members}


def by_cuts(cuts: Sequence[Cut], of: str, member: Member) -> Graded:
    """Return the grade of the first interval that holds the value."""
    value = as_number(member.names[of])
    if value is None:
        return Graded(None, missing_reason(of))
    for cut in cuts:
        holds = _holds(value, cut, member)
        if holds is None:
            return Graded(None, "line_missing")
        if holds:
            return Graded(cut.grade)
    return Graded(None, "no_cut")


def _holds(value: Fraction, cut: Cut, member: Member) -> bool | None:
    """Whether an interval holds a value; open where a missing benchmark would decide."""
    verdicts = []
    for name, text in cut.ends.items():
        end = member.benchmarks[text] if is_name(text) else exact(text)
        verdicts.append(None if end is None else _MEETS[name](value, end))
    if False in verdicts:
        return False
    return None if None in verdicts else True


def missing_reason(of: str) -> str:
    """Name the reason of a grade that is missing because its value is."""
    return "total_missing" if of == "total" else "value_missing"


def by_ladder(ladder: Ladder, member: Member) -> Graded:
    """Return the best grade whose requirement is met, open where a better one could still be met."""
    for rung in ladder.rungs:
        verdict = member.verdicts.get(rung.requires, UNKNOWN)
        if verdict == MET:
            return Graded(rung.grade)
        if verdict in (UNKNOWN, MANUAL):
            return Graded(None, f"could_be:{rung.grade}")
    return Graded(ladder.otherwise, None if ladder.otherwise is not None else "no_rung")


def lowest(classes: Sequence[str], parts: Sequence[Graded]) -> Graded:
    """Take the worst grade; one that is missing leaves it open unless another is already the worst class."""
    pool, rank = next(((part.pool, part.rank) for part in parts if part.rank is not None), (None, None))
    grades = [part.grade for part in parts if part.grade is not None]
    missing = [part for part in parts if part.grade is None]
    if missing and classes[-1] not in grades:
        return Graded(None, missing[0].reason, pool, rank)
    return Graded(max(grades, key=classes.index), None, pool, rank)


@dataclass(frozen=True)
class Pool:
    """Those who are ranked together; `small` where there are too few of them."""

    key: tuple[Exact, ...]
    members: Sequence[Member]
    small: bool = False


def pools_of(quota: Quota, members: Sequence[Member]) -> list[Pool]:
    """Put members into pools; members of small pools that share the wider columns form one pool each."""
    pools = [Pool(key, pool) for key, pool in groups(members, lambda member: member.key(quota.pools))]
    rule = quota.small_pool
    if rule is None:
        return pools
    few = [sum(is_candidate(quota, member) for member in pool.members) < rule.smallest for pool in pools]
    large = [pool for pool, small in zip(pools, few, strict=True) if not small]
    small = [pool for pool, small in zip(pools, few, strict=True) if small]
    if rule.wider is None:
        return large + [Pool(pool.key, pool.members, small=True) for pool in small]
    wider = rule.wider
    left = [member for pool in small for member in pool.members]
    return large + [Pool(key, pool) for key, pool in groups(left, lambda member: member.key(wider))]


def _quota(quota: Quota, classes: Sequence[str], members: Sequence[Member]) -> dict[str, Graded]:
    found = {member.subject: _not_a_candidate(quota, member) for member in members}
    for pool in pools_of(quota, members):
        if pool.small and quota.small_pool is not None:
            found |= _small(quota.small_pool, quota, classes, pool.key, pool.members)
        else:
            found |= _ranked(quota, classes, pool.key, pool.members)
    return found


def is_candidate(quota: Quota, member: Member) -> bool:
    """Tell whether a member takes part in the ranking: graded, with a value."""
    return member.status == "graded" and as_number(member.names[quota.of]) is not None


def _not_a_candidate(quota: Quota, member: Member) -> Graded:
    return Graded(None, "pool_missing" if is_candidate(quota, member) else missing_reason(quota.of))


def whole_of(quota: Quota, pool: Sequence[Member]) -> int:
    """N: the candidates, or with those that are only scored, or all who belong to the pool."""
    if quota.denominator == "evaluated":
        return len(pool)
    counted = ("graded",) if quota.denominator == "graded" else ("graded", "scored")
    return sum(member.status in counted and as_number(member.names[quota.of]) is not None for member in pool)


def _ranked(quota: Quota, classes: Sequence[str], key: tuple[Exact, ...], pool: Sequence[Member]) -> dict[str, Graded]:
    candidates = [member for member in pool if is_candidate(quota, member)]
    places = by_quota(quota, classes, candidates, whole_of(quota, pool))
    last = {name: max(rank for rank, other in places.values() if other == name) for _, name in places.values()}
    found: dict[str, Graded] = {}
    for subject, (rank, name) in places.items():
        behind = any(last.get(better, 0) > rank for better in classes[: classes.index(name)])
        found[subject] = Graded(name, "group_full" if behind and quota.per_group else None, key, rank)
    return found


def _small(
    small: SmallPool, quota: Quota, classes: Sequence[str], key: tuple[Exact, ...], pool: Sequence[Member]
) -> dict[str, Graded]:
    ranked = _ranked(quota, classes, key, pool)
    found: dict[str, Graded] = {}
    for member in pool:
        if is_candidate(quota, member):
            made = Graded(small.grade) if small.grade is not None else by_cuts(small.cuts or (), quota.of, member)
            found[member.subject] = Graded(made.grade, made.reason, key, ranked[member.subject].rank)
    return found
