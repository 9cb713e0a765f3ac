"""What a formula's text says, before names, types and units are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from jiqun.problems import Place


@dataclass(frozen=True)
class Literal:
    """A number exactly as written, a text, a truth value, or `missing` (None)."""

    value: Fraction | str | bool | None
    text: str
    column: int


@dataclass(frozen=True)
class Word:
    """A name that the ledger, a pack or an earlier step must know."""

    name: str
    column: int


@dataclass(frozen=True)
class Operation:
    """An operator or function over its operands: `+`, `<=`, `and`, `is missing`, `if`, `min`, `in`, `texts` …"""

    operator: str
    operands: tuple[Node, ...]
    column: int


Node = Literal | Word | Operation


@dataclass(frozen=True)
class Expression:
    """A formula that could be read: its text, its tree and where it stands."""

    text: str
    root: Node
    at: Place | None = None

    @property
    def names(self) -> frozenset[str]:
        """Every name the formula uses."""
        return frozenset(node.name for node in walk(self.root) if isinstance(node, Word))


def walk(node: Node) -> Iterator[Node]:
    """Go through a tree, parents first."""
    yield node
    if isinstance(node, Operation):
        for operand in node.operands:
            yield from walk(operand)


def placed(at: Place | None, column: int) -> Place:
    """Return the place of a character of a formula that starts at `at`."""
    if at is None:
        return Place(column=column)
    if at.line and not at.column:
        return at
    start = max(at.column, 1)
    return Place(at.file, at.sheet, at.row, at.cell, at.line, start + column - 1, at.item)
