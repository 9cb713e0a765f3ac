"""Why a figure has no value although everything it is made from is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jiqun.expressions import Exact, nodes
from jiqun.expressions.exactly import evaluated
from jiqun.expressions.nodes import TypedNode
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import read_members
from jiqun.methods.explanation.reader import Reader
from jiqun.values import from_scaled


def why_undefined(reader: Reader, paths: Iterable[str]) -> str:
    """Say that a formula divides by zero, or that the rule computes nothing here; empty for a figure not to be told."""
    found = [path for path in paths if path in reader.plan.formulas]
    if not found or any(map(reader.reads_hidden, found)):
        return ""
    values = _values(reader)
    divides = any(_divides_by_zero(reader.plan, reader.plan.formulas[path].root, values) for path in found)
    return reader.voice.say("why.zero" if divides else "why.not_computed")


def _values(reader: Reader) -> dict[str, Exact]:
    """What the subject's formulas read: its gathered cells and its figures."""
    values = dict(read_members(reader.plan, [reader.gathered])[0].names)
    for name in (*reader.plan.method.measures, *reader.plan.method.prepared):
        cell = reader.row.get(f"measure__{name}")
        digits = reader.plan.digits(reader.population, name)
        values[name] = None if cell is None else from_scaled(int(cell), digits)
    return values | {"population": reader.population or None}


def _divides_by_zero(plan: Plan, node: TypedNode, values: Mapping[str, Exact]) -> bool:
    """Whether a part that was reached has a zero under it; measures without value are looked into."""
    if isinstance(node, nodes.Named):
        inner = f"measures.{node.name}.formula"
        looked = values.get(node.name) is None and inner in plan.formulas
        return looked and _divides_by_zero(plan, plan.formulas[inner].root, values)
    if isinstance(node, nodes.Choice):
        verdict = evaluated(node.test, values)
        taken = () if verdict is None else (node.then if verdict else node.otherwise,)
        return any(_divides_by_zero(plan, one, values) for one in (node.test, *taken))
    if isinstance(node, nodes.Quotient) and evaluated(node.right, values) == 0:
        return True
    return any(_divides_by_zero(plan, one, values) for one in nodes.children(node))
