"""Means that cannot exist for the lowest of a cohort: geometric or harmonic over what is normalised from 0 on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jiqun.methods.compiling.compile import Where
from jiqun.methods.compiling.plan import Plan
from jiqun.problems import Place, Problem, problem
from jiqun.values import exact

_TAKES = {"geometric": "几何", "harmonic": "调和"}
_FROM_LOW = ("min_max", "rank", "percentile_rank")


def zero_parts(plan: Plan, at: Where) -> Iterator[Problem]:
    """Warn of every block and total that takes such a mean over a part whose lowest value is 0."""
    for name, node in plan.method.nodes.items():
        yield from _zeros(plan, at(f"nodes.{name}"), name, node.take, node.of)
    for key, total in plan.method.totals.items():
        parts = total.of or tuple(item for scores in plan.method.scores.values() for item in scores)
        yield from _zeros(plan, at(f"totals.{key}"), "total", total.take, parts)


def _zeros(plan: Plan, place: Place, name: str, take: str, parts: Sequence[str]) -> Iterator[Problem]:
    zeros = [one for one in dict.fromkeys(parts) if take in _TAKES and _from_zero(plan, one)]
    if zeros:
        said = {"name": name, "take": take, "take_zh": _TAKES[take], "parts": "、".join(zeros)}
        yield problem("METHOD-132", place, **said)


def _from_zero(plan: Plan, item: str) -> bool:
    """Tell whether an item's points are a normalised value whose low end is 0."""
    for scores in plan.method.scores.values():
        score = scores.get(item)
        if score is None or not score.value or (score.floor is not None and exact(score.floor) > 0):
            continue
        prepared = plan.method.prepared.get(plan.measure_of(item, score))
        last = prepared.steps[-1] if prepared is not None else None
        if last is not None and last.normalise in _FROM_LOW and exact(last.low) <= 0:
            return True
    return False
