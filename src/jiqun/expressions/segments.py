"""A number cut into parts at bounds, each part at a rate of its own (分段累进), made from the plain kinds of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from jiqun.expressions import nodes
from jiqun.expressions.nodes import TypedNode
from jiqun.expressions.types import NumberType
from jiqun.expressions.units import product_unit, unit_of


def segments(item: TypedNode, bounds: Sequence[TypedNode], rates: Sequence[TypedNode]) -> nodes.Segments:
    """Return Σ rate_k × max(min(x, b_k) − b_(k−1), 0), with b_0 = 0 and no last bound; a negative x gives 0.

    The bounds are in the unit of x, and the rates in one unit.
    """
    nothing = nodes.Constant(Fraction(0), item.type, "0")
    starts: list[TypedNode] = [nothing, *bounds]
    ends: list[TypedNode | None] = [*bounds, None]
    unit, factor = product_unit(unit_of(item), unit_of(rates[0]))
    kind = NumberType(unit)
    parts: list[tuple[int, TypedNode]] = []
    for start, end, rate in zip(starts, ends, rates, strict=True):
        upto = item if end is None else nodes.Extreme("min", (item, end), item.type)
        above = upto if start is nothing else nodes.Sum(((1, upto), (-1, start)), item.type)
        part: TypedNode = nodes.Product(nodes.Extreme("max", (above, nothing), item.type), rate, kind)
        parts.append((1, part if factor == 1 else nodes.Converted(part, factor, kind)))
    return nodes.Segments(nodes.Sum(tuple(parts), kind), nodes.Said(item, tuple(bounds), tuple(rates)), kind)


def descends(bounds: Sequence[TypedNode]) -> bool:
    """Tell whether bounds that are written out do not grow from one to the next."""
    written = [one.value for one in bounds if isinstance(one, nodes.Constant) and isinstance(one.value, Fraction)]
    return any(after <= before for before, after in zip([Fraction(0), *written], written, strict=False))
