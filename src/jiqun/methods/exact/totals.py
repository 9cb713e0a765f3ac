"""Sums and means over points, and the total (S8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.irrational import geometric_mean
from jiqun.methods.exact.member import Added, Member, as_number, groups
from jiqun.methods.exact.weighting import compared, weights_of
from jiqun.packs.models.method import Addition, Node
from jiqun.values import exact, half_up


def add_up(plan: Plan, members: Sequence[Member], others: Sequence[Member] = ()) -> None:
    """Compute nodes, additions and the total of every member; `others` only belong to the cohorts."""
    for name in _in_order(plan):
        node = plan.method.nodes[name]
        if node.of_cohort:
            _cohort_node(plan, name, node, members, others)
        else:
            for member in members:
                parts = [_child(plan, member, child) for child in node.of]
                _settle(member, name, node, node_value(node, parts, weights_of(node, ())))
    for member in members:
        _total(plan, member)


def _in_order(plan: Plan) -> list[str]:
    """Nodes after the nodes that they are made of."""
    order: list[str] = []
    waiting = list(plan.method.nodes)
    while waiting:
        ready = [name for name in waiting if not set(plan.method.nodes[name].of) & set(waiting)]
        order += ready
        waiting = [name for name in waiting if name not in ready]
    return order


def _child(plan: Plan, member: Member, name: str) -> Fraction | None:
    return as_number(member.names.get(name if name in plan.method.nodes else f"{name}_points"))


def _settle(member: Member, name: str, node: Node, value: Fraction | None) -> None:
    member.nodes[name] = None if value is None else settled(node, value)
    member.know(name, member.nodes[name])


def settled(node: Node, value: Fraction) -> Fraction:
    """Round a node's value half-up to its digits and hold it within its cap and floor."""
    value = half_up(value, node.digits)
    value = value if node.cap is None else min(value, exact(node.cap))
    return value if node.floor is None else max(value, exact(node.floor))


def _cohort_node(plan: Plan, name: str, node: Node, members: Sequence[Member], others: Sequence[Member]) -> None:
    own = {id(member) for member in members}
    for member in members:
        _settle(member, name, node, None)
    for _, cohort in groups([*others, *members], lambda member: member.key(node.over)):
        rows = [[_child(plan, member, child) for child in node.of] for member in cohort]
        weights = weights_of(node, rows)
        if weights is None:
            continue
        values = compared(node, rows, weights) if node.compares else [node_value(node, row, weights) for row in rows]
        for member, value in zip(cohort, values, strict=True):
            if id(member) in own:
                _settle(member, name, node, value)


def node_value(node: Node, children: Sequence[Fraction | None], weights: Sequence[Fraction] | None) -> Fraction | None:
    """A node's value of its parts before rounding; None where too much is missing, or it is undefined."""
    assert weights is not None
    there = [(value, weight) for value, weight in zip(children, weights, strict=True) if value is not None]
    if len(there) < len(children) and node.missing == "unknown":
        return None
    whole = sum(weights, Fraction(0))
    available = sum((weight for _, weight in there), Fraction(0))
    if not there or whole == 0 or available / whole < exact(node.least_share):
        return None
    if node.best is not None:
        there = sorted(there, reverse=True)[: node.best]
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
