"""Bare numbers added to per cent: `rate - 15` takes 1500 % away, which hardly any rule means."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from jiqun.expressions import NumberType, nodes
from jiqun.expressions.nodes import TypedNode, typed_walk
from jiqun.methods.compiling.compile import Where
from jiqun.methods.compiling.plan import Plan
from jiqun.problems import Problem, problem
from jiqun.values import Unit

_PER_CENT = Unit.parse("%")


def bare_beside_per_cent(plan: Plan, at: Where) -> Iterator[Problem]:
    """Return every bare number of 2 or more that a formula adds to a per cent or takes from it.

    Compared with a per cent a bare number is one (rate >= 15); added to it, it is a pure number, so that 1 + growth can
    be written.
    """
    for path, typed in plan.formulas.items():
        for node in typed_walk(typed.root):
            terms = [_bare(term) for _, term in node.terms] if isinstance(node, nodes.Sum) else []
            if any(_unit(term) == _PER_CENT for term in terms):
                for term in terms:
                    if isinstance(term, nodes.Constant) and not term.name and _is_large(term):
                        yield problem("METHOD-141", at(path), formula=typed.text, number=term.text)


def _bare(node: TypedNode) -> TypedNode:
    return node.item if isinstance(node, nodes.Converted) else node


def _unit(node: TypedNode) -> Unit | None:
    return node.type.unit if isinstance(node.type, NumberType) else None


def _is_large(node: nodes.Constant) -> bool:
    return _unit(node) == Unit.none() and isinstance(node.value, Fraction) and abs(node.value) >= 2
