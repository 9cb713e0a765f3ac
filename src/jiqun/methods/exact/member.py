"""A subject on its way through the steps, and what is known about it in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from jiqun.expressions import Exact, exact_value
from jiqun.methods.compiling.plan import Plan
from jiqun.values import exact, to_scaled

MEMBER_STATUSES = ("graded", "scored")


@dataclass(frozen=True)
class Points:
    """Points of an item with the reason how they came to be; see `plan.REASONS`."""

    value: Fraction | None
    reason: str


@dataclass(frozen=True)
class Added:
    """A bonus or deduction: its value, and whether its condition or amount was unknown (then it counts 0)."""

    value: Fraction
    unknown: bool = False


@dataclass(frozen=True)
class Moved:
    """One line of the log of moves: `order` is the move's place in the method, 1 for the first."""

    subject: str
    order: int
    move: str
    from_grade: str | None
    to_grade: str | None
    reason: str
    document: str = ""
    clause: str = ""


@dataclass(frozen=True)
class Entitled:
    """An entitlement: applies · superseded · unknown · no, with its amount where it has one."""

    state: str
    amount: Fraction | None = None
    asked: Fraction | None = None  # before cap and budget


@dataclass
class Member:
    """Everything known about one subject so far; each step adds its own part and changes nothing else."""

    subject: str
    names: dict[str, Exact]
    status: str = "outside"
    population: str | None = None
    exception: str | None = None
    exception_unknown: bool = False
    is_open: bool = False  # whether it may be graded at all is open: its grade waits
    floor_grade: str | None = None
    treated_as: str | None = None
    measures: dict[str, Fraction | None] = field(default_factory=dict)
    benchmarks: dict[str, Fraction | None] = field(default_factory=dict)
    points: dict[str, Points] = field(default_factory=dict)
    nodes: dict[str, Fraction | None] = field(default_factory=dict)
    additions: dict[str, Added] = field(default_factory=dict)
    factor: Fraction | None = None
    total: Fraction | None = None
    verdicts: dict[str, str] = field(default_factory=dict)
    pool: str | None = None
    rank: int | None = None
    ranked_grade: str | None = None
    grade: str | None = None
    grade_reason: str | None = None
    locked: bool = False
    moves: list[Moved] = field(default_factory=list)
    entitlements: dict[str, Entitled] = field(default_factory=dict)

    @property
    def is_member(self) -> bool:
        """Tell whether the subject has figures and points: status graded or scored."""
        return self.status in MEMBER_STATUSES

    def know(self, name: str, value: Exact) -> None:
        """Give later formulas a name's value."""
        self.names[name] = value

    def ask(self, plan: Plan, path: str) -> Exact:
        """Compute the formula at a path of the method."""
        return exact_value(plan.formulas[path], self.names)

    def truth(self, plan: Plan, path: str) -> bool | None:
        """Compute a condition."""
        verdict = self.ask(plan, path)
        return None if verdict is None else bool(verdict)

    def number(self, plan: Plan, path: str) -> Fraction | None:
        """Compute a number."""
        return as_number(self.ask(plan, path))

    def key(self, over: Iterable[str]) -> tuple[Exact, ...] | None:
        """Return the values of columns that make a cohort or pool; None where one of them is missing."""
        values = tuple(self.names.get(name) for name in over)
        return None if any(value is None for value in values) else values


def as_number(value: Exact) -> Fraction | None:
    """Return a number; None for missing."""
    return Fraction(value) if isinstance(value, (Fraction, int)) and not isinstance(value, bool) else None


def groups(
    members: Iterable[Member], key: Callable[[Member], tuple[Exact, ...] | None]
) -> Iterator[tuple[tuple[Exact, ...], list[Member]]]:
    """Put members with the same key together; those without key are in no group."""
    found: dict[tuple[Exact, ...], list[Member]] = {}
    for member in members:
        at = key(member)
        if at is not None:
            found.setdefault(at, []).append(member)
    yield from found.items()


def read_value(value: Any) -> Exact:
    """Read a cell of a gathered frame: a float stands for its shortest decimal, an instant for its day."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else exact(value)


def read_members(plan: Plan, rows: Iterable[Mapping[str, Any]]) -> list[Member]:
    """Make a member of every gathered row; names that come into being later are missing until then."""
    unknown: dict[str, Exact] = dict.fromkeys(plan.names)
    return [
        Member(str(row[plan.subject]), unknown | {name: read_value(value) for name, value in row.items()})
        for row in rows
    ]


def scaled(value: Fraction | None, digits: int) -> int | None:
    """Return a rounded value as scaled integer."""
    return None if value is None else to_scaled(value, digits)
