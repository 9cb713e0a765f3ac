"""Bare numbers, which take the unit of what they stand beside."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from jiqun.expressions import nodes
from jiqun.expressions.nodes import TypedNode
from jiqun.expressions.tree import Literal, Node, Operation
from jiqun.expressions.types import NumberType


def may_adopt(node: Node) -> bool:
    """Tell whether a node takes the unit of what it is compared with: a bare number, or a choice between such."""
    if isinstance(node, Operation) and node.operator == "if":
        return all(may_adopt(one) or is_missing(one) for one in node.operands[1:])
    return is_bare(node)


def is_missing(node: Node) -> bool:
    """Tell whether a part is the word `missing`."""
    return isinstance(node, Literal) and node.value is None


def adopted(node: TypedNode, kind: NumberType) -> TypedNode:
    """Give a bare number, or every branch of a choice between such, a unit."""
    if isinstance(node, nodes.Choice):
        then, otherwise = (adopted(branch, kind) for branch in (node.then, node.otherwise))
        return nodes.Choice(node.test, then, otherwise, kind)
    return node if node.type is None else replace(node, type=kind)


def is_bare(node: Node) -> bool:
    """Tell whether a part is made of plain numbers only, so that it may take its neighbour's unit."""
    if isinstance(node, Operation):
        return node.operator in ("+", "-", "*", "/", "negative") and all(map(is_bare, node.operands))
    return isinstance(node, Literal) and isinstance(node.value, Fraction)
