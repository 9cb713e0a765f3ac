"""What follows from a grade (S12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import Entitled, Member, as_number
from jiqun.methods.exact.quota import ranked
from jiqun.packs.models.method import Budget, Ceiling, SharedBudget, Streak
from jiqun.values import exact, half_up


def entitle(plan: Plan, members: Sequence[Member]) -> None:
    """Give every member its entitlements."""
    for member in members:
        for name, one in plan.method.inputs.items():
            if one.streak is not None:
                member.know(name, streak(plan, member, name, one.streak))
        for name in plan.method.entitlements:
            member.entitlements[name] = _entitled(plan, member, name)
        _settle_exclusive(plan, member)
        for name, ceiling in plan.method.ceilings.items():
            _hold_together(plan, member, name, ceiling)
    for name, entitlement in plan.method.entitlements.items():
        if entitlement.budget is not None:
            _share_out(plan, members, (name,), entitlement.budget, f"entitlements.{name}.budget.amount")
    for name, shared in plan.method.budgets.items():
        _share_out(plan, members, shared.of, shared, f"budgets.{name}.amount")


Part = tuple[Member, str]  # a member and the entitlement it claims
Wholes = Mapping[str, Fraction | None]  # what there is to share, by subject


def _share_out(plan: Plan, members: Sequence[Member], of: Sequence[str], budget: Budget, path: str) -> None:
    """Cut the amounts of every group that asks for more than its budget."""
    digits = plan.method.entitlements[of[0]].digits
    groups: dict[tuple[Any, ...], list[Member]] = {}
    for member in members:
        if any(member.entitlements[name].state == "applies" for name in of):
            groups.setdefault(tuple(member.names[column] for column in budget.over), []).append(member)
    for key, group in groups.items():
        wholes: dict[str, Fraction | None] = {}
        for member in group:
            whole = member.number(plan, path)
            wholes[member.subject] = None if whole is None or None in key else half_up(whole, digits)
        in_turn = isinstance(budget, SharedBudget) and budget.kinds == "in_turn"
        left, spent = wholes, Fraction(0)
        for together in [(name,) for name in of] if in_turn else [of]:
            parts = [(one, name) for one in group for name in together if one.entitlements[name].state == "applies"]
            cut = _proportional if budget.cut == "in_proportion" else _served
            found = cut(budget, parts, left, digits)
            for (member, name), share in zip(parts, found, strict=True):
                state = "unknown" if share is None else "applies"
                member.entitlements[name] = Entitled(state, share, member.entitlements[name].asked)
            spent += sum((share for share in found if share is not None), Fraction(0))
            unknown = {one for one, whole in left.items() if whole is None or None in found}
            left = {one: None if one in unknown else _less(whole, spent) for one, whole in wholes.items()}


def _less(whole: Fraction | None, spent: Fraction) -> Fraction | None:
    return None if whole is None else max(whole - spent, Fraction(0))


def _asks(member: Member, name: str) -> Fraction:
    return member.entitlements[name].amount or Fraction(0)


def _proportional(budget: Budget, parts: Sequence[Part], wholes: Wholes, digits: int) -> list[Fraction | None]:
    """Each amount × budget ÷ Σ amounts, rounded down, where they ask for more."""
    asked = sum((_asks(member, name) for member, name in parts), Fraction(0))
    found: list[Fraction | None] = []
    for member, name in parts:
        whole, own = wholes[member.subject], _asks(member, name)
        if whole is not None and asked > whole:
            found.append(Fraction(floor(own * whole / asked * 10**digits), 10**digits))
        else:
            found.append(None if whole is None else own)
    return found


def _served(budget: Budget, parts: Sequence[Part], wholes: Wholes, digits: int) -> list[Fraction | None]:
    """Give every part what is left when its turn comes, at the earliest and at the latest turn it may have."""
    found: list[Fraction | None] = []
    for place, (member, name) in enumerate(parts):
        whole, own = wholes[member.subject], _asks(member, name)
        if whole is None:
            found.append(None)
            continue
        ends = []
        for turn in ("before", "perhaps"):
            ahead = sum((_asks(one, other) for one, other in parts[:place] if one is member), Fraction(0))
            for one, other in parts:
                if one is not member and turns(budget.order, one, member) in ("before", turn):
                    ahead += _asks(one, other)
            fits = ahead + own <= whole
            ends.append(own if fits else Fraction(0) if budget.last == "nothing" else max(whole - ahead, Fraction(0)))
        found.append(ends[0] if ends[0] == ends[1] else None)
    return found


def turns(order: Sequence[str], one: Member, other: Member) -> str:
    """Tell whether `one` comes before, after, or perhaps before the other: at the same place, or without a place."""
    names = [name.removeprefix("-") for name in order]
    if any(member.names[name] is None for member in (one, other) for name in names):
        return "perhaps"
    for written, name in zip(order, names, strict=True):
        verdict = ranked(one.names[name], other.names[name], not written.startswith("-"))
        if verdict != 0:
            return "before" if verdict < 0 else "after"
    return "perhaps"


def streak(plan: Plan, member: Member, name: str, one: Streak) -> Fraction | None:
    """Count for how many periods in a row the subject held a grade, up to the evaluated one.

    What was gathered counts the periods before; for this method the grade just given counts as the last one.
    """
    earlier = as_number(member.names.get(name))
    if earlier is None or one.method not in (None, plan.method.id):
        return earlier
    return earlier + 1 if member.grade == one.grade else Fraction(0)


def effective_grade(member: Member) -> str | None:
    """The grade whose measures apply: the final one, or the one a scored-but-not-graded subject is treated as."""
    return member.grade if member.grade is not None else member.treated_as


def _entitled(plan: Plan, member: Member, name: str) -> Entitled:
    """Grade and condition together, one false settling it; a grade that is still open is unknown, never no."""
    one = plan.method.entitlements[name]
    tests = [_has_grade(member, one.grades)]
    if one.where is not None:
        tests.append(member.truth(plan, f"entitlements.{name}.where"))
    if False in tests:
        return Entitled("no")
    if None in tests:
        return Entitled("unknown")
    if one.amount is None:
        return Entitled("applies")
    amount = member.number(plan, f"entitlements.{name}.amount")
    if amount is None:
        return Entitled("unknown")
    rounded = half_up(amount, one.digits)
    return Entitled("applies", rounded if one.cap is None else min(rounded, exact(one.cap)), rounded)


def _has_grade(member: Member, grades: Sequence[str]) -> bool | None:
    effective = effective_grade(member)
    if not grades:
        return True
    if effective is None and member.status == "graded":
        return None
    return effective in grades


def _settle_exclusive(plan: Plan, member: Member) -> None:
    """Within a group only the highest amount applies; at equal amounts the first written one."""
    for group in {one.exclusive for one in plan.method.entitlements.values() if one.exclusive is not None}:
        rivals = [
            name
            for name, one in plan.method.entitlements.items()
            if one.exclusive == group and member.entitlements[name].state == "applies"
        ]
        if not rivals:
            continue
        highest = max(rivals, key=lambda name: member.entitlements[name].amount or Fraction(0))
        for name in rivals:
            if name != highest:
                beaten = member.entitlements[name]
                member.entitlements[name] = Entitled("superseded", beaten.amount, beaten.asked)


def _hold_together(plan: Plan, member: Member, name: str, one: Ceiling) -> None:
    """Cut amounts to a ceiling: in the order written, or in proportion and rounded down."""
    digits = plan.method.entitlements[one.of[0]].digits
    most = member.number(plan, f"ceilings.{name}.at_most")
    held = {part: member.entitlements[part] for part in one.of}
    left = None if most is None else max(half_up(most, digits), Fraction(0))
    asked = sum((each.amount or Fraction(0) for each in held.values() if each.state == "applies"), Fraction(0))
    together = one.cut == "in_proportion" and any(each.state == "unknown" for each in held.values())
    for part, each in held.items():
        if each.state == "unknown":
            together = True
        if each.state != "applies" or each.amount is None:
            continue
        if left is None or together:
            member.entitlements[part] = Entitled("unknown", None, each.asked)
        elif one.cut == "in_order":
            member.entitlements[part] = Entitled("applies", min(each.amount, left), each.asked)
            left -= min(each.amount, left)
        elif asked > left:
            cut = Fraction(floor(each.amount * left / asked * 10**digits), 10**digits)
            member.entitlements[part] = Entitled("applies", cut, each.asked)
