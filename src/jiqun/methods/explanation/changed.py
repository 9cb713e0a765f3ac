"""Why one year's grade differs from another's: two explanations of a subject taken apart, item by item.

Nothing is computed of the data again: points, totals and lines are those the two explanations tell, masked as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from jiqun.methods.explanation.model import AdditionLine, Explanation, ItemLine
from jiqun.methods.explanation.restricted import MASKED

_ROUNDING = Decimal("0.05")  # what totals of two decimals and a handful of rounded points differ by at most
_SIGNS = {"bonus": 1, "deduction": -1}


@dataclass(frozen=True)
class Sides:
    """Something that had one text before and has another now; None where there was or is none."""

    before: str | None
    after: str | None

    @property
    def differ(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Part:
    """One part of the difference of the totals: an item, an addition, what is hidden, or what is left over.

    `kind` is item, bonus, deduction, hidden or rest. `points` are masked or None where not told; then `effect` is None
    and what it adds is in the part `hidden` (of `count` figures) or `rest`. `reached` is the total after this part.
    """

    kind: str
    title: str
    points: Sides
    effect: Decimal | None
    reached: Decimal
    value: Sides
    benchmark: Sides
    weight: Sides
    count: int = 1

    @property
    def is_rounding(self) -> bool:
        """Whether it is so little that only rounding leaves it over."""
        return self.kind == "rest" and self.effect is not None and abs(self.effect) < _ROUNDING


@dataclass(frozen=True)
class LineMoved:
    """The line of a grade in both years."""

    grade: str
    values: Sides
    moved: Decimal | None


@dataclass(frozen=True)
class Changed:
    """From one year to the next: totals, the parts between them, and the lines.

    `at_old_lines` is the grade that the total of now would have had at the lines of before; None where not told.
    """

    before: Explanation
    after: Explanation
    totals: tuple[Decimal, Decimal]
    parts: tuple[Part, ...]
    lines: tuple[LineMoved, ...]
    at_old_lines: str | None

    @property
    def difference(self) -> Decimal:
        return self.totals[1] - self.totals[0]


def changed(before: Explanation, after: Explanation) -> Changed | None:
    """Take the difference of two totals apart; None where one of them is missing or may not be told.

    Parts are the differences of the items' points and of bonuses and deductions; what they leave of the difference of
    the totals (rounding, factors, means instead of sums, points not known) is the rest, so that it always adds up.
    """
    first, second = figure(before.total), figure(after.total)
    if first is None or second is None:
        return None
    parts = tuple(_reached([*_items(before, after), *_additions(before, after)], first, second))
    return Changed(before, after, (first, second), parts, _lines(before, after), _at_old_lines(before, second))


def figure(text: str | None) -> Decimal | None:
    """Read a figure of an explanation; None for a missing or a masked one."""
    try:
        return None if text is None else Decimal(text.replace(",", "").replace("−", "-"))
    except InvalidOperation:
        return None


def _effect(was: ItemLine | AdditionLine | None, now: ItemLine | AdditionLine | None, sign: int = 1) -> Decimal | None:
    """What a part adds; one that was not asked for before counts from 0, one that is masked or not known not at all."""
    sides = [Decimal(0) if one is None else figure(one.points) for one in (was, now)]
    return None if sides[0] is None or sides[1] is None else sign * (sides[1] - sides[0])


_NOTHING = Sides(None, None)
_Line = TypeVar("_Line")


def _sides(was: _Line | None, now: _Line | None, read: Callable[[_Line], str | None]) -> Sides:
    return Sides(None if was is None else read(was), None if now is None else read(now))


def _items(before: Explanation, after: Explanation) -> Iterator[Part]:
    old, new = ({one.item: one for one in side.items} for side in (before, after))
    for name in [*new, *(one for one in old if one not in new)]:
        was, now = old.get(name), new.get(name)
        one = now or was
        assert one is not None
        points = _sides(was, now, lambda it: it.points)
        effect = _effect(was, now)
        value, weight = _sides(was, now, lambda it: it.value), _sides(was, now, lambda it: it.weight)
        yield Part("item", one.title, points, effect, Decimal(0), value, _sides(was, now, _held), weight)


def _held(one: ItemLine) -> str | None:
    """What an item was held against, where it was one thing."""
    return one.benchmarks[0].value if len(one.benchmarks) == 1 else None


def _additions(before: Explanation, after: Explanation) -> Iterator[Part]:
    sides = [{(one.kind, one.name): one for one in side.additions if one.kind in _SIGNS} for side in (before, after)]
    for kind, name in dict.fromkeys([*sides[1], *sides[0]]):
        was, now = (side.get((kind, name)) for side in sides)
        one = now or was
        assert one is not None
        points = _sides(was, now, lambda it: it.points)
        effect = _effect(was, now, _SIGNS[kind])
        if effect != 0:
            yield Part(kind, one.title, points, effect, Decimal(0), _NOTHING, _NOTHING, _NOTHING)


def _reached(parts: Sequence[Part], first: Decimal, last: Decimal) -> Iterator[Part]:
    """Give every part the total after it; what is not told comes last, so that the end is the total of now."""
    at, untold = first, 0
    for one in parts:
        at += one.effect or 0
        untold += one.effect is None and MASKED in (one.points.before, one.points.after)
        yield replace(one, reached=at)
    if untold or at != last:
        alone = untold == 1  # what one figure alone adds would tell it
        kind, left = "hidden" if untold else "rest", None if alone else last - at
        yield Part(kind, "", _NOTHING, left, last, _NOTHING, _NOTHING, _NOTHING, untold or 1)


def _lines(before: Explanation, after: Explanation) -> tuple[LineMoved, ...]:
    """The lines of the grades that both years have, best first; the last grade has no line to hold."""
    old = {one.grade: one.value for one in before.lines}
    found = []
    for one in after.lines[:-1]:
        values = Sides(old.get(one.grade), one.value)
        sides = figure(values.before), figure(values.after)
        moved = None if sides[0] is None or sides[1] is None else sides[1] - sides[0]
        found.append(LineMoved(one.grade, values, moved))
    return tuple(found)


def _at_old_lines(before: Explanation, total: Decimal) -> str | None:
    """The best grade whose last member of before had no more than the total; the last grade where all had more."""
    values = [figure(one.value) for one in before.lines[:-1]]
    if not values or any(one is None for one in values) or values != sorted(values, reverse=True):  # type: ignore[type-var]
        return None
    for one, value in zip(before.lines, values, strict=False):
        if value is not None and total >= value:
            return one.grade
    return before.lines[-1].grade
