"""Grades by intervals of a value, compared exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import and_, ge, gt, le, lt
from typing import Any

import narwhals as nw

from jiqun.engines import unscaled
from jiqun.methods.columns.score_kinds import Held, held
from jiqun.methods.columns.work import first_of, word
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.base import is_name
from jiqun.packs.models.method import Cut
from jiqun.values import exact

_COMPARED: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Fraction], int]]] = {
    "at_least": (ge, ceil),
    "more_than": (gt, floor),
    "at_most": (le, floor),
    "less_than": (lt, ceil),
}


def grade_by_cuts(value: nw.Expr, cuts: Sequence[Cut], digits: int | None, classes: Sequence[str]) -> nw.Expr:
    """Return the grade of the first interval that holds the value; missing where none does.

    A scaled integer v of `digits` decimals lies at or above b where v ≥ ⌈b·10^digits⌉, above b where v > ⌊b·10^digits⌋,
    and so on, so that no end is rounded. Without digits the value is a ledger number and is compared as it is.
    """
    cases = [(inside_cut(value, cut, digits, None), word(cut.grade, classes)) for cut in cuts]
    return first_of(cases, word(None, classes))


def grade_by_lines(
    plan: Plan, value: nw.Expr, cuts: Sequence[Cut], digits: int | None, classes: Sequence[str]
) -> tuple[nw.Expr, nw.Expr]:
    """Return the grade by cuts whose ends may be benchmarks, and whether a missing one leaves it open.

    The first interval that holds the value gives the grade, unless it is open whether an earlier one does.
    """
    inside = [inside_cut(value, cut, digits, plan) for cut in cuts]
    cases = []
    for cut, holds in zip(cuts, inside, strict=True):
        cases += [(holds.is_null(), word(None, classes))] if cut.held else []
        cases.append((holds, word(cut.grade, classes)))
    any_open = reduce(lambda left, right: left | right, (holds.is_null() for holds in inside))
    return first_of(cases, word(None, classes)), any_open & ~value.is_null()


def inside_cut(value: nw.Expr, cut: Cut, digits: int | None, plan: Plan | None) -> nw.Expr:
    """Return whether a value lies within a cut; missing where that hangs on a benchmark that is not there."""
    tests = [~value.is_null()]
    for name, text in cut.ends.items():
        compare, whole = _COMPARED[name]
        if plan is not None and is_name(text):
            tests.append(_against(value, compare, held(plan, text), digits))
        else:
            tests.append(compare(value, _end(text, digits, whole)))
    return reduce(and_, tests)


def _end(text: str, digits: int | None, whole: Callable[[Fraction], int]) -> int | float:
    return float(exact(text)) if digits is None else whole(exact(text) * 10**digits)


def _against(value: nw.Expr, compare: Callable[[Any, Any], Any], other: Held, digits: int | None) -> nw.Expr:
    """Compare with a benchmark: both as whole numbers of the finer last decimal, or a ledger number with a decimal."""
    if digits is None:
        scaled = other.scaled
        line = float(Fraction(scaled, 10**other.digits)) if isinstance(scaled, int) else unscaled(scaled, other.digits)
        found: nw.Expr = compare(value, line)
        return found
    finest = max(digits, other.digits)
    whole: nw.Expr = compare(value * 10 ** (finest - digits), other.scaled * 10 ** (finest - other.digits))
    return whole
