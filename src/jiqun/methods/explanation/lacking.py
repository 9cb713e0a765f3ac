"""The inputs that are not there: what leaves a test undecided, traced through points and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jiqun.expressions import Exact
from jiqun.methods.compiling.plan import Plan, conditions


def lacking_inputs(plan: Plan, population: str, path: str, values: Mapping[str, Exact]) -> tuple[str, ...]:
    """Return the columns and inputs without value that leave a test undecided, traced through points and figures."""
    found: dict[str, None] = {}
    for name in sorted(plan.formulas[path].names):
        found.update(dict.fromkeys(_leaves(plan, population, name, values)))
    return tuple(found)


def _leaves(plan: Plan, population: str, name: str, values: Mapping[str, Exact]) -> Iterator[str]:
    if values.get(name) is not None:
        return
    method = plan.method
    if name in method.measures:
        inner = sorted(plan.formulas[f"measures.{name}.formula"].names)
    elif name in method.prepared:
        inner = [method.prepared[name].measure]
    elif name in method.nodes:
        inner = [_point_name(plan, population, one) for one in method.nodes[name].of]
    elif name == "total":
        inner = [_point_name(plan, population, one) for one in plan.total_of(population)]
    elif name.endswith("_points") and name.removesuffix("_points") in plan.scores(population):
        inner = list(_of_score(plan, population, name.removesuffix("_points")))
    else:
        yield name
        return
    for one in inner:
        yield from _leaves(plan, population, one, values)


def _point_name(plan: Plan, population: str, name: str) -> str:
    return name if name in plan.method.nodes else f"{name}_points"


def _of_score(plan: Plan, population: str, item: str) -> Iterator[str]:
    score, path = plan.score(population, item), plan.score_path(population, item)
    if score.choice is not None:
        yield score.choice.by
        return
    wheres = [where for where, _ in conditions(path, score)]
    for where in wheres:
        yield from sorted(plan.formulas[where].names)
    if not wheres:
        yield plan.measure_of(item, score)
