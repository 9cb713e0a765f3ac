"""Tests with five results and trees over them (S9)."""

from __future__ import annotations

from collections.abc import Sequence

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import Member
from jiqun.packs.models.method import Requirement

MET, UNMET, UNKNOWN, MANUAL, NOT_APPLICABLE = "met", "unmet", "unknown", "manual_review", "not_applicable"
_OF_TRUTH = {True: MET, False: UNMET, None: UNKNOWN}


def judge(plan: Plan, members: Sequence[Member]) -> None:
    """Give every member the result of every criterion and requirement."""
    for member in members:
        for name in (*plan.method.criteria, *plan.method.requirements):
            _verdict(plan, member, name)


def _verdict(plan: Plan, member: Member, name: str) -> str:
    if name not in member.verdicts:
        member.verdicts[name] = (
            _criterion(plan, member, name)
            if name in plan.method.criteria
            else _requirement(plan, member, plan.method.requirements[name])
        )
    return member.verdicts[name]


def _criterion(plan: Plan, member: Member, name: str) -> str:
    one = plan.method.criteria[name]
    if one.applies is not None:
        applies = member.truth(plan, f"criteria.{name}.applies")
        if applies is None:
            return UNKNOWN
        if not applies:
            return NOT_APPLICABLE
    if one.manual:
        recorded = None if one.recorded is None else member.names[one.recorded]
        return MANUAL if recorded is None else _OF_TRUTH[bool(recorded)]
    return _OF_TRUTH[member.truth(plan, f"criteria.{name}.test")]


def _requirement(plan: Plan, member: Member, one: Requirement) -> str:
    names = one.all or one.any or one.of or ()
    results = [result for result in (_verdict(plan, member, name) for name in names) if result != NOT_APPLICABLE]
    if not results:
        return NOT_APPLICABLE
    if one.all is not None:
        return next((result for result in (UNMET, UNKNOWN, MANUAL) if result in results), MET)
    if one.any is not None:
        return next((result for result in (MET, UNKNOWN, MANUAL) if result in results), UNMET)
    return _at_least(one.at_least or 0, results)


def _at_least(needed: int, results: Sequence[str]) -> str:
    met, unknown, manual = (results.count(kind) for kind in (MET, UNKNOWN, MANUAL))
    if met >= needed:
        return MET
    if met + unknown + manual < needed:
        return UNMET
    return UNKNOWN if met + unknown >= needed else MANUAL
