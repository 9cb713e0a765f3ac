"""Treatments of a measure over its cohort (S5): impute, winsorise, logarithm, normalise.

These steps look at a whole cohort at once and some take roots and logarithms, so a cohort leaves the engine and is
treated over fractions, with decimals of 90 digits for what is irrational. That costs some microseconds a value and
step: meant for the hundreds or thousands of units of a composite index, not for millions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from itertools import accumulate

import narwhals as nw
import polars as pl

from jiqun.methods.columns.work import ROW, Work, is_member
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Deviation, Prepared, PrepareStep
from jiqun.values import exact, from_scaled, half_up, to_scaled

Cell = Fraction | None
_DECIMALS = 40
_PRECISE = Context(prec=90, Emax=10**9, Emin=-(10**9))


def prepare(work: Work) -> None:
    """Add `measure__X` of every prepared measure for scored members; those without cohort have none."""
    for name, one in work.plan.method.prepared.items():
        keys = [f"over__{index}" for index in range(len(one.over))]
        values = {key: work.value(column) for key, column in zip(keys, one.over, strict=True)}
        chosen = work.frame.filter(is_member()).select(
            nw.col(ROW), nw.col(f"measure__{one.measure}").alias("scaled"), **values
        )
        table = work.collect(chosen).drop_nulls(keys).sort(ROW)
        cohorts = table.partition_by(keys) if keys else [table]
        made = pl.concat([_cohort(work.plan, one, each) for each in cohorts]) if table.height else None
        _join(work, f"measure__{name}", made)


def _join(work: Work, column: str, made: pl.DataFrame | None) -> None:
    if made is None:
        work.add(**{column: nw.lit(None, nw.Int64)})
        return
    right = made.rename({"prepared": column})
    work.attach(work.rows.join(right, left_on=ROW, right_on="prepared__row", how="left"), column)


def _cohort(plan: Plan, one: Prepared, rows: pl.DataFrame) -> pl.DataFrame:
    figure = plan.figure(one.measure)
    assert figure is not None
    values: list[Cell] = [None if cell is None else from_scaled(cell, figure.digits) for cell in rows["scaled"]]
    for step in one.steps:
        values = _applied(step, values, one.direction == "lower")
    scaled = [None if value is None else to_scaled(value, one.digits) for value in values]
    return pl.DataFrame([rows[ROW].alias("prepared__row"), pl.Series("prepared", scaled, pl.Int64)])


def _applied(step: PrepareStep, values: list[Cell], lower: bool) -> list[Cell]:
    present = [value for value in values if value is not None]
    if not present:
        return values
    if step.impute is not None:
        filling = sum(present, Fraction(0)) / len(present) if step.impute == "mean" else _middle(sorted(present))
        return [filling if value is None else value for value in values]
    change = _change(step, present, lower)
    return [None if value is None else change(value) for value in values]


def _change(step: PrepareStep, present: list[Fraction], lower: bool) -> Callable[[Fraction], Cell]:
    """What the step makes of one value of the cohort; equal values always become equal values."""
    if step.winsorise is not None:
        return _cut_ends(sorted(present), exact(step.winsorise))
    if step.points is not None:
        return _cut_tails(step, present, exact(step.skewness), exact(step.kurtosis))
    if step.beyond is not None:
        return _within_reach(step, step.beyond, present)
    if step.logarithm:
        return _logarithm(present)
    if step.natural_logarithm:
        return lambda value: _settled(_PRECISE.ln(_decimal(value))) if value > 0 else None
    if step.normalise is None:
        return lambda value: value
    turn = max(present) + min(present)
    seen = [turn - value for value in present] if lower else present
    scale = _scales(step, seen)
    return (lambda value: scale(turn - value)) if lower else scale


def _middle(ordered: Sequence[Fraction]) -> Fraction:
    below, above = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (below + above) / 2


def _cut_ends(ordered: list[Fraction], share: Fraction) -> Callable[[Fraction], Cell]:
    """Set the lowest and highest ⌊n·p/2⌋ values to the next ones."""
    cut = int(len(ordered) * share / 2)
    if not 0 < 2 * cut < len(ordered):
        return lambda value: value
    low, high = ordered[cut], ordered[len(ordered) - 1 - cut]
    return lambda value: low if value < low else min(value, high)


def _cut_tails(
    step: PrepareStep, present: list[Fraction], skewness: Fraction, kurtosis: Fraction
) -> Callable[[Fraction], Cell]:
    """While skewed and peaked, and fewer than `points` values changed: the tail's extreme value becomes the next one.

    COINr `winsorise`; skewness at or above 0 moves the maximum, else the minimum. What stays skewed and peaked takes
    the logarithm of the values as they were, if the step says so (COINr `Treat` with `log_CT`).
    """
    most = step.points or 0
    skewed = peaked = False
    counts = Counter(present)
    now = {value: value for value in counts}
    changed: set[Fraction] = set()
    while True:
        current = Counter[Fraction]()
        for value, number in counts.items():
            current[now[value]] += number
        if len(current) < 2 or len(present) < 4:
            break
        skewed_up, skewed, peaked = _shape(current, skewness, kurtosis)
        if not (skewed and peaked) or sum(counts[value] for value in changed) >= most:
            break
        ordered = sorted(current)
        extreme, following = (ordered[-1], ordered[-2]) if skewed_up else (ordered[0], ordered[1])
        changed |= {value for value, at in now.items() if at == extreme}
        now = {value: following if at == extreme else at for value, at in now.items()}
    if step.otherwise == "logarithm" and skewed and peaked:
        return _logarithm(present)
    return lambda value: now[value]


def _shape(counts: Counter[Fraction], skewness: Fraction, kurtosis: Fraction) -> tuple[bool, bool, bool]:
    """Whether skewness ≥ 0, |G1| > `skewness`, G2 > `kurtosis` (bias-corrected, as in Excel's SKEW and KURT).

    G1 = g1·√(n(n−1))/(n−2) is compared by its square, so that no root is taken; G2 = ((n+1)·g2 + 6)(n−1)/((n−2)(n−3)).
    """
    n = sum(counts.values())
    mean = sum((value * number for value, number in counts.items()), Fraction(0)) / n
    second, third, fourth = (
        sum(((value - mean) ** power * number for value, number in counts.items()), Fraction(0)) / n
        for power in (2, 3, 4)
    )
    squared = third**2 / second**3 * Fraction(n * (n - 1), (n - 2) ** 2)
    excess = fourth / second**2 - 3
    peak = ((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3))
    return third >= 0, squared > skewness**2 if skewness >= 0 else True, peak > kurtosis


def _within_reach(step: PrepareStep, beyond: Deviation, present: list[Fraction]) -> Callable[[Fraction], Cell]:
    """Set what lies beyond middle ± k deviations to that end, or leave it out."""
    n, ordered = len(present), sorted(present)
    if beyond.of == "median":
        middle = _middle(ordered)
        spread = _middle(sorted(abs(value - middle) for value in ordered))
    elif n == 1 and beyond.of == "standard":
        return lambda value: value
    else:
        middle = sum(present, Fraction(0)) / n
        variance = sum((value * value for value in present), Fraction(0)) / n - middle * middle
        spread = _settled(_PRECISE.sqrt(_decimal(variance * n / (n - 1) if beyond.of == "standard" else variance)))
    low, high = middle - exact(beyond.times) * spread, middle + exact(beyond.times) * spread
    if step.becomes == "missing":
        return lambda value: value if low <= value <= high else None
    return lambda value: low if value < low else min(value, high)


def _logarithm(present: list[Fraction]) -> Callable[[Fraction], Cell]:
    """ln(x − min + 1 % of the range), COINr `log_CT`."""
    low, width = min(present), max(present) - min(present)
    if width == 0:
        return lambda value: None
    return lambda value: _settled(_PRECISE.ln(_decimal(value - low + width / 100)))


def _scales(step: PrepareStep, present: list[Fraction]) -> Callable[[Fraction], Cell]:
    low, high, n = min(present), max(present), len(present)
    match step.normalise:
        case "min_max":
            start, end = exact(step.low), exact(step.high)
            return lambda value: None if low == high else start + (end - start) * (value - low) / (high - low)
        case "distance_to_best":
            return lambda value: None if high == 0 else value / high
        case "distance_to_reference":
            against, less = _reference(step, present), 1 if step.centred else 0
            return lambda value: None if against == 0 else value / against - less
        case "above_below_mean":
            mean, width = sum(present, Fraction(0)) / n, exact(step.threshold)
            upper, lower = mean * (1 + width), mean * (1 - width)
            return lambda value: Fraction((value > upper) - (value < lower))
        case "z_score":
            return _standard(present)
        case "percentile_rank":
            ranks = _ranks(present)
            return lambda value: None if n == 1 else (ranks[value] - 1) / (n - 1)
        case _:
            ranks = _ranks(present)
            return lambda value: ranks[value]


def _reference(step: PrepareStep, present: list[Fraction]) -> Fraction:
    match step.reference:
        case "mean":
            return sum(present, Fraction(0)) / len(present)
        case "median":
            return _middle(sorted(present))
        case "highest":
            return max(present)
        case "lowest":
            return min(present)
        case written:
            return exact(written or "0")


def _ranks(present: list[Fraction]) -> dict[Fraction, Fraction]:
    """Rank 1 for the lowest; equal values share the mean of their places."""
    counts = sorted(Counter(present).items())
    ends = accumulate(number for _, number in counts)
    return {value: end - Fraction(number - 1, 2) for (value, number), end in zip(counts, ends, strict=True)}


def _standard(present: list[Fraction]) -> Callable[[Fraction], Cell]:
    """(x − mean) ÷ s with the sample's standard deviation."""
    n = len(present)
    mean = sum(present, Fraction(0)) / n
    squares = sum(((value - mean) ** 2 for value in present), Fraction(0))
    if n < 2 or squares == 0:
        return lambda value: None
    deviation = _settled(_PRECISE.sqrt(_decimal(squares / (n - 1))))
    return lambda value: (value - mean) / deviation


def _decimal(value: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def _settled(value: Decimal) -> Fraction:
    return half_up(Fraction(value), _DECIMALS)
