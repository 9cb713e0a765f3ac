"""Who is evaluated (S2, S3) and on which figures (S4)."""

from __future__ import annotations

from collections.abc import Iterable

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.criteria import MANUAL, UNKNOWN, UNMET
from jiqun.methods.exact.member import Member
from jiqun.values import half_up


def place_in_population(plan: Plan, member: Member) -> None:
    """Let the first population condition that is not false decide: true takes the subject, unknown leaves it open."""
    for name in plan.method.populations:
        verdict = member.truth(plan, f"populations.{name}.where")
        if verdict is None:
            member.status = "population_unknown"
            return
        if verdict:
            member.status = "graded"
            member.population = name
            member.know("population", name)
            return


def treat_specially(plan: Plan, member: Member) -> None:
    """Apply the first exception whose condition is true; an unknown one on the way there is flagged."""
    for name, treatment in plan.method.exceptions.items():
        if treatment.where is None:
            continue  # looked at after the criteria
        if treatment.populations is not None and member.population not in treatment.populations:
            continue
        verdict = member.truth(plan, f"exceptions.{name}.where")
        if verdict is None:
            member.exception_unknown = True
        if verdict:
            member.exception = name
            if treatment.effect == "exempt":
                member.status = "exempt"
            elif treatment.effect == "scored_not_graded":
                member.status = "scored"
                member.treated_as = treatment.treated_as
            else:
                member.floor_grade = treatment.treated_as
            return


def may_be_graded(plan: Plan, member: Member) -> bool:
    """Whether nothing that being graded asks for is unmet or open; everything is met before the criteria are judged."""
    return all(
        member.verdicts.get(one.unless) not in (UNMET, UNKNOWN, MANUAL)
        for one in plan.method.exceptions.values()
        if one.unless is not None and (one.populations is None or member.population in one.populations)
    )


def take_out(plan: Plan, members: Iterable[Member]) -> None:
    """Take who does not meet what being graded asks for out of the ranking; where that is open, the grade waits."""
    for member in members:
        asked = [
            (name, one, member.verdicts[one.unless])
            for name, one in plan.method.exceptions.items()
            if one.unless is not None
            and member.status == "graded"
            and (one.populations is None or member.population in one.populations)
        ]
        for name, one, verdict in asked:
            if verdict == UNMET:
                member.status, member.exception, member.treated_as = "scored", name, one.treated_as
                break
        else:
            member.is_open = any(verdict in (UNKNOWN, MANUAL) for _, _, verdict in asked)
            member.exception_unknown |= member.is_open


def find_members(plan: Plan, members: Iterable[Member]) -> None:
    """Place every subject in its population and apply exceptions."""
    for member in members:
        place_in_population(plan, member)
        if member.is_member:
            treat_specially(plan, member)


def measure(plan: Plan, member: Member) -> None:
    """Compute every measure in its declared unit, rounded half-up to its digits."""
    for name, one in plan.method.measures.items():
        value = member.number(plan, f"measures.{name}.formula")
        rounded = None if value is None else half_up(value, one.digits)
        member.measures[name] = rounded
        member.know(name, rounded)
