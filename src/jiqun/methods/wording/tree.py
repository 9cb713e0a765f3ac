"""What each item counts for in a total that is taken over a tree of means, for the printed rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from jiqun.methods.columns.cohort_nodes import judgement_texts
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Node
from jiqun.values import exact

_MEANS = ("arithmetic", "geometric", "harmonic")


def shares_in_total(plan: Plan, population: str) -> Mapping[str, Fraction] | None:
    """Return the share of the total's weight that falls on each item; None where the items' own points are added up.

    In a mean, a part has its weight ÷ Σ weights of the mean's share. An item below a minimum, a choice of the best, a
    comparison with the cohort, or weights that the cohort decides has no share of its own and is left out.
    """
    total = plan.total(population)
    if total is None or total.of is None:
        return None
    if total.take == "sum" and not any(_is_mean(plan, name) for name in total.of):
        return None
    found: dict[str, Fraction] = {}
    if total.take in (*_MEANS, "sum"):
        _share_out(plan, total.of, dict.fromkeys(total.of, Fraction(1)), Fraction(1), found)
    return found


def _is_mean(plan: Plan, name: str) -> bool:
    """Tell whether a mean (or anything but a sum) stands at a node or below it."""
    node = plan.method.nodes.get(name)
    return node is not None and (node.take != "sum" or any(_is_mean(plan, child) for child in node.of))


def _share_out(
    plan: Plan, names: Sequence[str], weights: Mapping[str, Fraction], share: Fraction, found: dict[str, Fraction]
) -> None:
    whole = sum(weights.values(), Fraction(0))
    for name in names:
        part = share * weights[name] / whole
        node = plan.method.nodes.get(name)
        if node is None:
            found[name] = found.get(name, Fraction(0)) + part
        elif node.take in (*_MEANS, "sum") and not node.of_cohort and node.best is None:
            _share_out(plan, node.of, _weights(node), part, found)


def _weights(node: Node) -> dict[str, Fraction]:
    written = judgement_texts(node) or node.weights or {}
    return {name: exact(written.get(name, "1")) for name in node.of}
