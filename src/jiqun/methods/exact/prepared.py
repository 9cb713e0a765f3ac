"""Treatments of a measure over its cohort (S5): OECD/JRC handbook, steps 3 to 5, as COINr computes them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.irrational import square_root
from jiqun.methods.exact.member import Member, as_number, groups
from jiqun.packs.models.method import Deviation, Prepared, PrepareStep
from jiqun.values import exact, half_up, logarithm

Values = list[Fraction]


def prepare(plan: Plan, members: Sequence[Member]) -> None:
    """Compute every prepared measure over its cohorts of scored members."""
    for name, one in plan.method.prepared.items():
        for member in members:
            member.measures[name] = None
        for _, cohort in groups(members, lambda member, over=one.over: member.key(over)):  # type: ignore[misc]
            for member, value in zip(cohort, _treated(one, cohort), strict=True):
                member.measures[name] = None if value is None else half_up(value, one.digits)
        for member in members:
            member.know(name, member.measures[name])


def _treated(one: Prepared, cohort: Sequence[Member]) -> list[Fraction | None]:
    values = [as_number(member.names[one.measure]) for member in cohort]
    for step in one.steps:
        there = [value for value in values if value is not None]
        if not there:
            return values
        if step.impute is not None:
            filling = sum(there, Fraction(0)) / len(there) if step.impute == "mean" else median(there)
            values = [filling if value is None else value for value in values]
            continue
        changed = iter(_step(step, there, lower=one.direction == "lower"))
        values = [None if value is None else next(changed) for value in values]
    return values


def _step(step: PrepareStep, values: Values, lower: bool) -> Sequence[Fraction | None]:
    if step.winsorise is not None:
        return winsorise_share(values, exact(step.winsorise))
    if step.points is not None:
        treated = winsorise_points(values, step.points, exact(step.skewness), exact(step.kurtosis))
        stays = step.otherwise == "logarithm" and _too_skewed(treated, exact(step.skewness), exact(step.kurtosis))
        return coin_logarithm(values) if stays else treated
    if step.beyond is not None:
        return _without_far(values, step.beyond, step.becomes == "missing")
    if step.logarithm:
        return coin_logarithm(values)
    if step.natural_logarithm:
        return [logarithm(value) if value > 0 else None for value in values]
    if step.normalise is None:
        return values
    turned = [max(values) + min(values) - value for value in values] if lower else values
    if step.normalise == "distance_to_reference":
        return _distances(turned, step)
    if step.normalise == "above_below_mean":
        return _sides_of_mean(turned, exact(step.threshold))
    return normalise(turned, step.normalise, exact(step.low), exact(step.high))


def _without_far(values: Values, beyond: Deviation, leaves_out: bool) -> Sequence[Fraction | None]:
    """Bring what is further from the middle than k deviations to that limit, or make it missing."""
    n, times = len(values), exact(beyond.times)
    if beyond.of == "median":
        middle = median(values)
        reach = times * median([abs(value - middle) for value in values])
    else:
        middle, under = sum(values, Fraction(0)) / n, n if beyond.of == "population" else n - 1
        if under == 0:
            return values
        reach = times * square_root(sum(((value - middle) ** 2 for value in values), Fraction(0)) / under)
    limits = (middle - reach, middle + reach)
    if leaves_out:
        return [value if limits[0] <= value <= limits[1] else None for value in values]
    return [min(max(value, limits[0]), limits[1]) for value in values]


def _distances(values: Values, step: PrepareStep) -> Sequence[Fraction | None]:
    """x ÷ reference, less 1 where centred; missing where the reference is 0."""
    of_cohort = {"mean": sum(values, Fraction(0)) / len(values), "median": median(values)}
    of_cohort |= {"highest": max(values), "lowest": min(values)}
    name = str(step.reference)
    reference = of_cohort[name] if name in of_cohort else exact(name)
    if reference == 0:
        return [None] * len(values)
    return [value / reference - (1 if step.centred else 0) for value in values]


def _sides_of_mean(values: Values, threshold: Fraction) -> Values:
    """1 more than a share above the mean, −1 more than it below, otherwise 0."""
    mean = sum(values, Fraction(0)) / len(values)
    distances = [value - mean for value in values]
    return [Fraction(0) if abs(one) <= threshold * mean else Fraction(1 if one > 0 else -1) for one in distances]


def median(values: Values) -> Fraction:
    """Return the middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def winsorise_share(values: Values, share: Fraction) -> Values:
    """Set the lowest and the highest floor(n × share ÷ 2) values to the next ones."""
    cut = floor(len(values) * share / 2)
    if cut == 0 or 2 * cut >= len(values):
        return values
    ordered = sorted(values)
    low, high = ordered[cut], ordered[-cut - 1]
    return [min(max(value, low), high) for value in values]


def winsorise_points(values: Values, points: int, skewness: Fraction, kurtosis: Fraction) -> Values:
    """Move the most extreme tail value to the next one while skewed and peaked, up to `points` changed values.

    COINr `winsorise`: skewness ≥ 0 moves all values at the maximum, otherwise all at the minimum.

    >>> [int(x) for x in winsorise_points([Fraction(x) for x in (*range(1, 11), 100)], 5, Fraction(2), Fraction("3.5"))]
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]
    """
    current = list(values)
    changed: set[int] = set()
    while len(changed) < points and len(set(current)) > 1 and len(current) >= 4:
        skew, peak = skew_and_kurtosis(current)
        if abs(skew) <= skewness or peak <= kurtosis:
            break
        extreme = max(current) if skew >= 0 else min(current)
        rest = [value for value in current if value != extreme]
        neighbour = max(rest) if skew >= 0 else min(rest)
        changed |= {index for index, value in enumerate(current) if value == extreme}
        current = [neighbour if value == extreme else value for value in current]
    return current


def _too_skewed(values: Values, skewness: Fraction, kurtosis: Fraction) -> bool:
    """Tell whether values are both skewed and peaked; fewer than four, or all the same, are not."""
    if len(values) < 4 or len(set(values)) < 2:
        return False
    skew, peak = skew_and_kurtosis(values)
    return abs(skew) > skewness and peak > kurtosis


def skew_and_kurtosis(values: Values) -> tuple[Fraction, Fraction]:
    """Return bias-corrected skewness and excess kurtosis (G1 and G2 of Excel, e1071 type 2) for n ≥ 4."""
    n = len(values)
    mean = sum(values, Fraction(0)) / n
    second, third, fourth = (sum(((value - mean) ** power for value in values), Fraction(0)) for power in (2, 3, 4))
    skew_squared = Fraction(n) * third**2 / second**3 * n * (n - 1) / (n - 2) ** 2
    skew = square_root(skew_squared) * (-1 if third < 0 else 1)
    ratio = n * fourth / second**2
    return skew, ((n + 1) * (ratio - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))


def coin_logarithm(values: Values) -> Sequence[Fraction | None]:
    """Return ln(x − min + 1 % of the range) (COINr `log_CT`); missing where all values are equal."""
    spread = max(values) - min(values)
    if spread == 0:
        return [None] * len(values)
    return [logarithm(value - min(values) + spread / 100) for value in values]


def normalise(values: Values, kind: str, low: Fraction, high: Fraction) -> Sequence[Fraction | None]:
    """Bring values to a common scale; missing where the scale has no width (all equal, or the best is 0)."""
    n = len(values)
    if kind == "min_max":
        spread = max(values) - min(values)
        return [None if spread == 0 else low + (high - low) * (value - min(values)) / spread for value in values]
    if kind == "z_score":
        return _standardised(values)
    if kind == "distance_to_best":
        best = max(values)
        return [None if best == 0 else value / best for value in values]
    ranks = average_ranks(values)
    if kind == "percentile_rank":
        return [None if n == 1 else (rank - 1) / (n - 1) for rank in ranks]
    return [*ranks]


def _standardised(values: Values) -> Sequence[Fraction | None]:
    n = len(values)
    mean = sum(values, Fraction(0)) / n
    squares = sum(((value - mean) ** 2 for value in values), Fraction(0))
    if n < 2 or squares == 0:
        return [None] * n
    deviation = square_root(squares / (n - 1))
    return [(value - mean) / deviation for value in values]


def average_ranks(values: Values) -> Values:
    """Rank from 1 for the lowest; equal values share the mean of their places."""
    return [
        sum(other < value for other in values) + Fraction(sum(other == value for other in values) + 1, 2)
        for value in values
    ]
