"""What a firm lacks for a criterion: the distance to every bound that is missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from jiqun.expressions import Exact, NumberType, nodes
from jiqun.expressions.exactly import evaluated
from jiqun.expressions.nodes import TypedNode
from jiqun.methods.compiling.plan import Plan

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
