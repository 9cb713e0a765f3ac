"""Grades by intervals of a value, compared exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import and_

import narwhals as nw

from jiqun.methods.columns.work import first_of, word
from jiqun.packs.models.method import Cut
from jiqun.values import exact


def grade_by_cuts(value: nw.Expr, cuts: Sequence[Cut], digits: int | None, classes: Sequence[str]) -> nw.Expr:
    """Return the grade of the first interval that holds the value; missing where none does.

    A scaled integer v of `digits` decimals lies at or above b where v ≥ ⌈b·10^digits⌉, above b where v > ⌊b·10^digits⌋,
    and so on, so that no end is rounded. Without digits the value is a ledger number and is compared as it is.
    """
    return first_of(
        [(_inside(value, cut, digits), word(cut.grade, classes)) for cut in cuts],
        word(None, classes),
    )


def _inside(value: nw.Expr, cut: Cut, digits: int | None) -> nw.Expr:
    tests = [~value.is_null()]
    if cut.at_least is not None:
        tests.append(value >= _end(cut.at_least, digits, ceil))
    if cut.more_than is not None:
        tests.append(value > _end(cut.more_than, digits, floor))
    if cut.at_most is not None:
        tests.append(value <= _end(cut.at_most, digits, floor))
    if cut.less_than is not None:
        tests.append(value < _end(cut.less_than, digits, ceil))
    return reduce(and_, tests)


def _end(text: str, digits: int | None, whole: Callable[[Fraction], int]) -> int | float:
    return float(exact(text)) if digits is None else whole(exact(text) * 10**digits)
