"""Sums and means over points, and the total (S8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from jiqun.methods.exact.irrational import geometric_mean
from jiqun.methods.exact.member import Added, Member
from jiqun.methods.plan import Plan
from jiqun.packs.models.method import Addition, Node
from jiqun.values import exact, half_up


def add_up(plan: Plan, members: Sequence[Member]) -> None:
    """Compute nodes, additions and the total of every member."""
    for member in members:
        for name in plan.method.nodes:
            _node(plan, member, name)
        _total(plan, member)


def _child(plan: Plan, member: Member, name: str) -> Fraction | None:
    if name in plan.method.nodes:
        return _node(plan, member, name)
    points = member.points.get(name)
    return None if points is None else points.value


def _node(plan: Plan, member: Member, name: str) -> Fraction | None:
    if name not in member.nodes:
        node = plan.method.nodes[name]
        value = _node_value(node, [_child(plan, member, child) for child in node.of])
        member.nodes[name] = None if value is None else half_up(value, node.digits)
        member.know(name, member.nodes[name])
    return member.nodes[name]


def _node_value(node: Node, children: Sequence[Fraction | None]) -> Fraction | None:
    weights = [exact((node.weights or {}).get(name, "1")) for name in node.of]
    there = [(value, weight) for value, weight in zip(children, weights, strict=True) if value is not None]
    if len(there) < len(children) and node.missing == "unknown":
        return None
    whole = sum(weights, Fraction(0))
    available = sum((weight for _, weight in there), Fraction(0))
    if not there or whole == 0 or available / whole < exact(node.least_share):
        return None
    return taken(node.take, [value for value, _ in there], [weight for _, weight in there])


def taken(take: str, values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction | None:
    """Σ w·x, Σ w·x ÷ Σ w, exp(Σ w·ln x ÷ Σ w), Σ w ÷ Σ (w ÷ x), the least or the greatest; None where undefined."""
    over = sum(weights, Fraction(0))
    weighted = sum((weight * value for value, weight in zip(values, weights, strict=True)), Fraction(0))
    match take:
        case "sum":
            return weighted
        case "min":
            return min(values)
        case "max":
            return max(values)
    if over == 0:
        return None
    if take == "arithmetic":
        return weighted / over
    if take == "geometric":
        return None if any(value <= 0 for value in values) else geometric_mean(values, weights)
    if any(value == 0 for value in values):
        return None
    below = sum((weight / value for value, weight in zip(values, weights, strict=True)), Fraction(0))
    return None if below == 0 else over / below


def _total(plan: Plan, member: Member) -> None:
    population = member.population
    assert population is not None
    total = plan.total(population)
    if total is None:
        return
    path = plan.total_path(population)
    bonus = _additions(plan, member, f"{path}.bonuses", total.bonuses, total.bonus_cap)
    deduction = _additions(plan, member, f"{path}.deductions", total.deductions, total.deduction_cap)
    children = [_child(plan, member, name) for name in plan.total_of(population)]
    values = [value for value in children if value is not None]
    base = taken(total.take, values, [Fraction(1)] * len(values)) if values and len(values) == len(children) else None
    factor: Fraction | None = Fraction(1)
    if total.factor is not None:
        raw = member.number(plan, f"{path}.factor")
        factor = member.factor = None if raw is None else half_up(raw, total.factor_digits)
    if base is not None and factor is not None:
        value = base * factor + bonus - deduction
        value = value if total.cap is None else min(value, exact(total.cap))
        value = value if total.floor is None else max(value, exact(total.floor))
        member.total = half_up(value, total.digits)
        member.know("total", member.total)


def _additions(plan: Plan, member: Member, path: str, additions: Mapping[str, Addition], cap: str | None) -> Fraction:
    """Add bonuses (or deductions), each within its cap, all within `cap`; one that is unknown counts 0 and says so."""
    for name, one in additions.items():
        member.additions[name] = _addition(plan, member, f"{path}.{name}", one)
    together = sum((member.additions[name].value for name in additions), Fraction(0))
    return together if cap is None else min(together, exact(cap))


def _addition(plan: Plan, member: Member, path: str, one: Addition) -> Added:
    verdict = True if one.where is None else member.truth(plan, f"{path}.where")
    if verdict is False:
        return Added(Fraction(0))
    points = member.number(plan, f"{path}.points")
    if verdict is None or points is None:
        return Added(Fraction(0), unknown=True)
    rounded = half_up(points, one.digits)
    return Added(rounded if one.cap is None else min(rounded, exact(one.cap)))
