"""The typed tree of a checked formula: every node knows its type, and every number its unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Literal

from jiqun.expressions.types import Exact, Type
from jiqun.expressions.working_days import WorkingDays


@dataclass(frozen=True)
class Constant:
    """A value written in the formula, or a named value given with it; `type` None is a bare `missing`."""

    value: Exact
    type: Type | None
    text: str
    name: str = ""


@dataclass(frozen=True)
class Named:
    """A name of the ledger or of an earlier step."""

    name: str
    type: Type | None


@dataclass(frozen=True)
class Sum:
    """Terms added (sign 1) or taken away (sign -1), from left to right."""

    terms: tuple[tuple[int, TypedNode], ...]
    type: Type | None


@dataclass(frozen=True)
class Product:
    left: TypedNode
    right: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Quotient:
    """A division; a zero denominator makes it missing."""

    left: TypedNode
    right: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Converted:
    """The same quantity said in another unit: value × factor."""

    item: TypedNode
    factor: Fraction
    type: Type | None


@dataclass(frozen=True)
class Negative:
    item: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Absolute:
    item: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Extreme:
    """The least or greatest of its items; missing if one of them is missing."""

    which: Literal["min", "max"]
    items: tuple[TypedNode, ...]
    type: Type | None


@dataclass(frozen=True)
class Floor:
    """The next whole number below, or above where `up`."""

    item: TypedNode
    type: Type | None
    up: bool = False


@dataclass(frozen=True)
class Rounded:
    """Rounded half away from zero to `digits` decimals."""

    item: TypedNode
    digits: int
    type: Type | None


@dataclass(frozen=True)
class Root:
    """The root of a pure number, to 40 decimals; missing where the number is negative."""

    item: TypedNode
    degree: int
    type: Type | None


@dataclass(frozen=True)
class Power:
    """A pure number to a power, exact or to 40 decimals; missing where it is negative or the exponent beyond ±100."""

    item: TypedNode
    exponent: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Logarithm:
    """The natural logarithm of a pure number, to 40 decimals; missing where the number is not positive."""

    item: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Said:
    """A number, the bounds at which it is cut, and the rates of its parts: what words say of segments."""

    item: TypedNode
    bounds: tuple[TypedNode, ...]
    rates: tuple[TypedNode, ...]


@dataclass(frozen=True)
class Segments:
    """The parts of a number between bounds, each at its own rate: computed as `made`, said as `said`."""

    made: TypedNode
    said: Said
    type: Type | None


@dataclass(frozen=True)
class YearsBetween:
    """Full years from the first day to the second; negative where the second lies before the first."""

    first: TypedNode
    second: TypedNode
    type: Type | None


@dataclass(frozen=True)
class MonthsBetween:
    """Full months from the first day to the second, or months `begun`; negative where the second lies before."""

    first: TypedNode
    second: TypedNode
    begun: bool
    type: Type | None


@dataclass(frozen=True)
class DaysBetween:
    """Days from the first day to the second; negative where the second lies before the first."""

    first: TypedNode
    second: TypedNode
    type: Type | None


@dataclass(frozen=True)
class WorkingDaysBetween:
    """Working days after the first day up to and with the second; missing beyond the years of the calendar."""

    first: TypedNode
    second: TypedNode
    calendar: WorkingDays
    type: Type | None


@dataclass(frozen=True)
class Comparison:
    operator: str
    left: TypedNode
    right: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Membership:
    """Whether a text is one of a set; `name` is empty for a set written in the formula, `listed` has it as written."""

    item: TypedNode
    codes: frozenset[str]
    name: str
    negated: bool
    type: Type | None
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class IsMissing:
    item: TypedNode
    negated: bool
    type: Type | None


@dataclass(frozen=True)
class Not:
    item: TypedNode
    type: Type | None


@dataclass(frozen=True)
class Logic:
    which: Literal["and", "or"]
    items: tuple[TypedNode, ...]
    type: Type | None


@dataclass(frozen=True)
class Choice:
    """`then` where the test is true, `otherwise` where it is false, missing where the test is missing."""

    test: TypedNode
    then: TypedNode
    otherwise: TypedNode
    type: Type | None


TypedNode = (
    Constant
    | Named
    | Sum
    | Product
    | Quotient
    | Converted
    | Negative
    | Absolute
    | Extreme
    | Floor
    | Rounded
    | Root
    | Power
    | Logarithm
    | Segments
    | YearsBetween
    | MonthsBetween
    | DaysBetween
    | WorkingDaysBetween
    | Comparison
    | Membership
    | IsMissing
    | Not
    | Logic
    | Choice
)


@dataclass(frozen=True)
class Typed:
    """A checked formula, ready for its three readings."""

    text: str
    root: TypedNode
    type: Type

    @cached_property
    def names(self) -> frozenset[str]:
        """The names whose values the formula needs; sets of codes are part of the formula and not among them."""
        return frozenset(node.name for node in typed_walk(self.root) if isinstance(node, Named))

    @property
    def given(self) -> frozenset[str]:
        """The names of the values that were given with the formula, such as dated parameters."""
        return frozenset(node.name for node in typed_walk(self.root) if isinstance(node, Constant) and node.name)

    @property
    def calendar(self) -> WorkingDays | None:
        """The calendar by which the formula counts working days; None where it counts none."""
        found = (node.calendar for node in typed_walk(self.root) if isinstance(node, WorkingDaysBetween))
        return next(found, None)


def children(node: TypedNode) -> tuple[TypedNode, ...]:
    """Return the direct sub-formulas of a node, from left to right."""
    if isinstance(node, Sum):
        return tuple(term for _, term in node.terms)
    found: list[TypedNode] = []
    for name in _field_names(type(node)):  # type: ignore[arg-type]
        value = getattr(node, name)
        if isinstance(value, TypedNode):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(one for one in value if isinstance(one, TypedNode))
    return tuple(found)


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind))


def typed_walk(node: TypedNode) -> Iterator[TypedNode]:
    """Go through a typed tree, parents first."""
    yield node
    for child in children(node):
        yield from typed_walk(child)
