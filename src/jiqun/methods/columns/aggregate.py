"""Σ numerator ÷ Σ denominator of cohorts, exact at the benchmark's digits (S6)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import fsum
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.expressions import NumberType, exact_value
from jiqun.expressions.rounding import ROUNDOFF
from jiqun.methods.columns.work import MEMBER_STATUSES, Work, exact_values
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import read_value
from jiqun.packs.models.method import Statistic
from jiqun.values import exact, from_scaled, to_scaled

Key = tuple[Any, ...]
Sides = tuple[str, str]


def aggregates(work: Work, name: str, statistic: Statistic, digits: int) -> dict[Key, tuple[Fraction, int]]:
    """Return k × the ratio of every cohort that is large enough, with its size.

    Sums are taken with `math.fsum` (one rounding) and carry the error bounds of their rows. Where k × the ratio lies
    within that bound of a rounding half, the cohort's sums are taken again over fractions; elsewhere the ratio comes
    back already rounded to the benchmark's digits.
    """
    path = f"benchmarks.{name}.statistic"
    sides: Sides = (f"{path}.numerator", f"{path}.denominator")
    keys = [f"cohort__{index}" for index in range(len(statistic.over))]
    table = _pairs(work, statistic, sides, keys)
    factor = _to_measure_unit(work.plan, sides, statistic.measure) * exact(statistic.times)
    found: dict[Key, tuple[Fraction, int]] = {}
    for key, rows in table.partition_by(keys, as_dict=True).items() if keys else [((), table)]:
        if rows.height < max(statistic.smallest_cohort, 1) or None in key:
            continue
        ratio = _ratio(rows, factor, digits)
        if ratio is None:
            exactly = _exact_ratio(work, statistic, sides, rows[work.subject].to_list())
            ratio = None if exactly is None else exactly * factor
        if ratio is not None:
            found[key] = (ratio, rows.height)
    return found


def _pairs(work: Work, statistic: Statistic, sides: Sides, keys: Sequence[str]) -> pl.DataFrame:
    """Rows of scored members where both sides are there; `doubt` marks those only the exact reading can tell."""
    above, below = (work.read(side) for side in sides)
    assert above.bound is not None and below.bound is not None
    doubt: nw.Expr = nw.lit(False)
    for one in (above, below):
        doubt = doubt if one.doubt is None else doubt | one.doubt.fill_null(False)
    statuses = MEMBER_STATUSES if statistic.members == "scored" else ("graded",)
    members = work.frame.filter(nw.col("status").cast(nw.String).is_in(statuses))
    chosen = members.select(
        nw.col(work.subject),
        *(work.value(one).alias(key) for one, key in zip(statistic.over, keys, strict=True)),
        above=above.value,
        above_error=above.bound,
        below=below.value,
        below_error=below.bound,
        doubt=doubt,
    )
    return work.collect(chosen.filter(nw.col("doubt") | ~(nw.col("above").is_null() | nw.col("below").is_null())))


def _ratio(rows: pl.DataFrame, factor: Fraction, digits: int) -> Fraction | None:
    """The ratio times a factor, rounded to the digits; None where floats cannot tell to which side it rounds."""
    if rows["doubt"].any():
        return None
    above, below = fsum(rows["above"]), fsum(rows["below"])
    above_error = fsum(rows["above_error"]) * 1.001 + abs(above) * ROUNDOFF
    below_error = fsum(rows["below_error"]) * 1.001 + abs(below) * ROUNDOFF
    if abs(below) <= below_error:
        return None
    value = Fraction(above) / Fraction(below) * factor
    room = (Fraction(above_error) + abs(Fraction(above) / Fraction(below)) * Fraction(below_error)) / (
        abs(Fraction(below)) - Fraction(below_error)
    )
    room *= abs(factor)
    low, high = to_scaled(value - room, digits), to_scaled(value + room, digits)
    return from_scaled(low, digits) if low == high else None


def _exact_ratio(work: Work, statistic: Statistic, sides: Sides, subjects: Sequence[str]) -> Fraction | None:
    """Take the sums again over fractions."""
    typed = [work.plan.formulas[side] for side in sides]
    needs = {name: value for one in typed for name, value in work.needs(one.names).items()}
    chosen = work.engine.load(pl.DataFrame({"cohort__subject": subjects}))
    rows = work.frame.join(chosen, left_on=work.subject, right_on="cohort__subject", how="inner").select(**needs)
    above = below = Fraction(0)
    count = 0
    for row in work.collect(rows).iter_rows(named=True):
        pair = [exact_value(one, exact_values(one.names, row, read_value)) for one in typed]
        if isinstance(pair[0], Fraction) and isinstance(pair[1], Fraction):
            above, below, count = above + pair[0], below + pair[1], count + 1
    return None if below == 0 or count < max(statistic.smallest_cohort, 1) else above / below


def _to_measure_unit(plan: Plan, sides: Sides, measure: str) -> Fraction:
    above, below = (plan.formulas[side].type for side in sides)
    wanted = plan.names[measure]
    assert isinstance(above, NumberType) and isinstance(below, NumberType) and isinstance(wanted, NumberType)
    return (above.unit / below.unit).factor_to(wanted.unit)
