"""What a firm lacks for a criterion: the distance to every bound that is missed, and the inputs that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from jiqun.expressions import Exact, NumberType, nodes
from jiqun.expressions.exactly import evaluated
from jiqun.expressions.nodes import TypedNode
from jiqun.methods.plan import Plan, conditions

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Gap:
    """A bound that is missed: the figure, where it is, where it must be, and how far that is."""

    figure: str
    value: Fraction
    comparison: str
    bound: Fraction
    unit: str

    @property
    def distance(self) -> Fraction:
        """How much the figure must move; 0 where it stands on a bound that it must pass."""
        return abs(self.bound - self.value)


def gaps(plan: Plan, path: str, values: Mapping[str, Exact]) -> tuple[Gap, ...]:
    """Return the bounds that a false test misses; of alternatives (`or`) those of each."""
    return tuple(dict.fromkeys(_gaps(plan.formulas[path].root, values)))


def _gaps(node: TypedNode, values: Mapping[str, Exact]) -> Iterator[Gap]:
    if isinstance(node, nodes.Logic):
        for item in node.items:
            if evaluated(item, values) is False:
                yield from _gaps(item, values)
    elif isinstance(node, nodes.Choice):
        # a test such as `true if sure >= 4 else (…)` is missed where its first condition is
        if isinstance(node.then, nodes.Constant) and node.then.value is True:
            yield from _gaps(node.test, values)
    elif isinstance(node, nodes.Comparison) and evaluated(node, values) is False:
        yield from _missed(node, values)


def _missed(node: nodes.Comparison, values: Mapping[str, Exact]) -> Iterator[Gap]:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, nodes.Constant):
        left, right, operator = right, left, _MIRRORED[operator]
    named = next((one for one in _inside(left) if isinstance(one, nodes.Named)), None)
    value, bound = evaluated(left, values), evaluated(right, values)
    if named is None or not isinstance(value, Fraction) or not isinstance(bound, Fraction):
        return
    unit = left.type.unit.symbol if isinstance(left.type, NumberType) and left.type.unit.powers else ""
    yield Gap(named.name, value, operator, bound, unit)


def _inside(node: TypedNode) -> Iterator[TypedNode]:
    return nodes.typed_walk(node)


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
