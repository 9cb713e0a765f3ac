"""What the exact reading found, in the columns of the wide trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import Member, Moved, scaled

Cell = str | int | bool | None


@dataclass(frozen=True)
class ExactResult:
    """One subject's row of the wide trace and its lines of the log of moves."""

    subject: str
    row: Mapping[str, Cell]
    moves: tuple[Moved, ...]

    @property
    def grade(self) -> str | None:
        return None if self.row["grade"] is None else str(self.row["grade"])


def results(plan: Plan, everybody: Sequence[Member]) -> dict[str, ExactResult]:
    """Freeze every subject's result."""
    return {
        member.subject: ExactResult(member.subject, _row(plan, member), tuple(member.moves)) for member in everybody
    }


def _row(plan: Plan, member: Member) -> dict[str, Cell]:
    row: dict[str, Cell] = {
        plan.subject: member.subject,
        "status": member.status,
        "population": member.population,
        "exception": member.exception,
        "exception_unknown": member.exception_unknown,
    }
    row |= _figures(plan, member) | _points(plan, member) | _totals(plan, member)
    for kind, names in (("criterion", plan.method.criteria), ("requirement", plan.method.requirements)):
        row |= {f"{kind}__{name}": member.verdicts.get(name) for name in names}
    row |= {
        "pool": member.pool,
        "rank": member.rank,
        "grade__ranked": member.ranked_grade,
        "grade": member.grade,
        "treated_as": member.treated_as,
        "grade__reason": member.grade_reason,
    }
    for name, one in plan.method.entitlements.items():
        entitled = member.entitlements.get(name)
        row[f"entitlement__{name}"] = None if entitled is None else scaled(entitled.amount, one.digits)
        row[f"entitlement__{name}__state"] = None if entitled is None else entitled.state
        if plan.method.may_be_cut(name):
            row[f"entitlement__{name}__asked"] = None if entitled is None else scaled(entitled.asked, one.digits)
    return row


def _figures(plan: Plan, member: Member) -> dict[str, Cell]:
    row: dict[str, Cell] = {}
    for name in (*plan.method.measures, *plan.method.prepared):
        figure = plan.figure(name)
        assert figure is not None
        row[f"measure__{name}"] = scaled(member.measures.get(name), figure.digits)
    for name, benchmark in plan.method.benchmarks.items():
        if name not in plan.fixed:
            row[f"benchmark__{name}"] = scaled(member.benchmarks.get(name), benchmark.digits)
    return row


def _points(plan: Plan, member: Member) -> dict[str, Cell]:
    row: dict[str, Cell] = {}
    for item in plan.items():
        points = member.points.get(item)
        digits = None if points is None else plan.score(member.population or "", item).digits
        row[f"points__{item}"] = None if points is None or digits is None else scaled(points.value, digits)
        row[f"reason__{item}"] = None if points is None else points.reason
    return row


def _totals(plan: Plan, member: Member) -> dict[str, Cell]:
    row: dict[str, Cell] = {
        f"node__{name}": scaled(member.nodes.get(name), node.digits) for name, node in plan.method.nodes.items()
    }
    for kind, part in (("bonus", "bonuses"), ("deduction", "deductions")):
        for written in plan.method.totals.values():
            for name in getattr(written, part):
                row |= {f"{kind}__{name}": None, f"{kind}__{name}__unknown": None}
    total = plan.total(member.population or "")
    row |= {"factor": None, "total": None}
    if total is None or member.population is None:
        return row
    for kind, additions in (("bonus", total.bonuses), ("deduction", total.deductions)):
        for name, one in additions.items():
            added = member.additions.get(name)
            row[f"{kind}__{name}"] = None if added is None else scaled(added.value, one.digits)
            row[f"{kind}__{name}__unknown"] = None if added is None else added.unknown
    row["factor"] = scaled(member.factor, total.factor_digits)
    row["total"] = scaled(member.total, total.digits)
    return row
