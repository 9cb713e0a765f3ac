"""Types of formulas: a number carries its unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jiqun.values import Unit

Exact = Fraction | bool | str | date | None


@dataclass(frozen=True)
class NumberType:
    """A number with its unit; `Unit.none()` is a pure number."""

    unit: Unit = Unit.none()


@dataclass(frozen=True)
class BooleanType:
    """True, false or missing, by Kleene's three-valued logic."""


@dataclass(frozen=True)
class TextType:
    """Text, compared character by character."""


@dataclass(frozen=True)
class DateType:
    """A day of the calendar."""


@dataclass(frozen=True)
class CodesType:
    """A named set of codes, right only behind `in` and `not in`."""

    codes: frozenset[str]


Type = NumberType | BooleanType | TextType | DateType | CodesType

_NAMES: dict[type, tuple[str, str]] = {
    BooleanType: ("是非", "a truth value"),
    TextType: ("文字", "a text"),
    DateType: ("日期", "a date"),
    CodesType: ("代码集", "a set of codes"),
}


def type_name(kind: Type | None, language: str = "zh") -> str:
    """Name a type for a reader; None is the type of a bare `missing`."""
    zh = language == "zh"
    if kind is None:
        return "缺失" if zh else "missing"
    if isinstance(kind, NumberType):
        if not kind.unit.powers:
            return "无单位的数" if zh else "a number without unit"
        return f"以{kind.unit}计的数" if zh else f"a number in {kind.unit}"
    return _NAMES[type(kind)][0 if zh else 1]
