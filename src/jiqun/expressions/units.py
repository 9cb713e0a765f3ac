"""Units of sums, products and quotients, kept short: 万元 × % is 万元, 万元 ÷ 元 is a pure number."""

from __future__ import annotations

from fractions import Fraction

from jiqun.expressions.nodes import Converted, TypedNode
from jiqun.expressions.types import NumberType
from jiqun.values import Unit


def unit_of(node: TypedNode) -> Unit:
    """Return the unit of a node that is known to be a number."""
    if not isinstance(node.type, NumberType):
        raise TypeError(f"not a number: {node}")
    return node.type.unit


def conversion(node: TypedNode, unit: Unit) -> TypedNode:
    """Say a number in another unit of the same dimension, by the exact factor."""
    factor = unit_of(node).factor_to(unit)
    return Converted(node, factor, NumberType(unit))


def product_unit(left: Unit, right: Unit) -> tuple[Unit, Fraction]:
    """Return the unit of a product and the factor that brings the product of the two numbers to it."""
    return _short(left * right, left)


def quotient_unit(left: Unit, right: Unit) -> tuple[Unit, Fraction]:
    """Return the unit of a quotient and the factor that brings the quotient of the two numbers to it.

    >>> quotient_unit(Unit.parse("万元"), Unit.parse("元"))[1]
    Fraction(10000, 1)
    """
    return _short(left / right, left)


def _short(combined: Unit, left: Unit) -> tuple[Unit, Fraction]:
    """Keep one symbol for each dimension, the left one first, and no % beside another unit."""
    if len(combined.powers) == 1 and combined.powers[0][1] == 1:
        return combined, Fraction(1)
    preferred = [name for name, _ in left.powers]
    by_preference = sorted(combined.powers, key=lambda power: power[0] not in preferred)
    kept: dict[tuple[tuple[str, int], ...], str] = {}
    short = Unit.none()
    for name, power in by_preference:
        dimension = Unit(((name, 1),)).dimension
        if dimension:
            short = short * Unit(((kept.setdefault(dimension, name), power),))
    return short, combined.factor / short.factor
