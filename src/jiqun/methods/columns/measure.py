"""Figures of members, rounded half-up to scaled integers (S4)."""

from __future__ import annotations

from collections.abc import Mapping

from jiqun.methods.columns import referee
from jiqun.methods.columns.work import Work, is_member
from jiqun.methods.compiling.plan import Plan


def measure(work: Work) -> None:
    """Add `measure__X` of every measure for members; those that use other measures come after them."""
    for names in stages(work.plan):
        referee.settle(
            work,
            [
                referee.rounded(
                    work,
                    f"measures.{name}.formula",
                    work.plan.method.measures[name].digits,
                    f"measure__{name}",
                    is_member(),
                )
                for name in names
            ],
        )


def stages(plan: Plan) -> list[list[str]]:
    """Measures in groups that need only the groups before them."""
    depth: dict[str, int] = {}
    for name in plan.method.measures:
        used: Mapping[str, int] = {
            one: depth[one] for one in plan.formulas[f"measures.{name}.formula"].names if one in depth
        }
        depth[name] = 1 + max(used.values(), default=-1)
    return [[name for name, own in depth.items() if own == level] for level in sorted(set(depth.values()))]
