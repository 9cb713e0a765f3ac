"""What a measure is held against (S6), subject by subject."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from jiqun.expressions import Exact, NumberType
from jiqun.methods.compiling.plan import BENCHMARK, Plan, is_late
from jiqun.methods.exact.member import Member, as_number, groups
from jiqun.methods.exact.prepared import median
from jiqun.packs.models.method import Lookup, Statistic
from jiqun.values import exact, half_up

Key = tuple[Exact, ...]


def set_benchmarks(plan: Plan, members: Sequence[Member], earlier: Sequence[Member], late: bool = False) -> None:
    """Give every scored member its benchmarks; `earlier` are the scored members of the period before.

    `late` are those of the totals, when these are added up.
    """
    chosen = {name: one for name, one in plan.method.benchmarks.items() if is_late(plan.method, one.statistic) == late}
    cohorts = {
        name: _cohort_values(plan, name, one.statistic, members if one.statistic.period == "this" else earlier)
        for name, one in chosen.items()
        if one.statistic is not None
    }
    for member in members:
        for name in chosen:
            member.benchmarks[name] = _benchmark(plan, name, member, cohorts)
        for name in cohorts:
            member.know(f"{name}{BENCHMARK}", member.benchmarks[name])


def _benchmark(plan: Plan, name: str, member: Member, cohorts: dict[str, dict[Key, Fraction]]) -> Fraction | None:
    """Return a benchmark rounded half-up to its digits; a small cohort's `otherwise` is rounded to these digits too."""
    one = plan.method.benchmarks[name]
    if name in plan.fixed:
        return plan.fixed[name].value
    if one.lookup is not None:
        return look_up(plan, name, one.lookup, member)
    assert one.statistic is not None
    key = member.key(one.statistic.over)
    if key is None:
        return None
    if key in cohorts[name]:
        return half_up(cohorts[name][key], one.digits)
    if one.statistic.otherwise is None:
        return None
    other = one.statistic.otherwise
    here = other in cohorts or plan.method.benchmarks[other].statistic is None  # or it came before the totals
    instead = _benchmark(plan, other, member, cohorts) if here else member.benchmarks[other]
    return None if instead is None else half_up(instead, one.digits)


def look_up(plan: Plan, name: str, lookup: Lookup, member: Member) -> Fraction | None:
    """Return the value whose key is the longest beginning of the subject's own key."""
    key = member.names[lookup.key]
    if key is None:
        return None
    text = str(key)
    fitting = [known for known in plan.lookups[name] if text.startswith(known)]
    return plan.lookups[name][max(fitting, key=len)].value if fitting else None


def _cohort_values(plan: Plan, name: str, statistic: Statistic, members: Sequence[Member]) -> dict[Key, Fraction]:
    """Compute k × the statistic of every cohort that is large enough."""
    if statistic.members == "graded":
        members = [member for member in members if member.status == "graded"]
    found: dict[Key, Fraction] = {}
    for key, cohort in groups(members, lambda member: member.key(statistic.over)):
        value = (
            _aggregate(plan, name, statistic, cohort)
            if statistic.take == "aggregate"
            else _of_values(statistic, [as_number(member.names[statistic.measure]) for member in cohort])
        )
        if value is not None:
            found[key] = value * exact(statistic.times)
    return found


def _of_values(statistic: Statistic, figures: Sequence[Fraction | None]) -> Fraction | None:
    values = [value for value in figures if value is not None]
    if len(values) < max(statistic.smallest_cohort, 1):
        return None
    values = _remaining(values, statistic)
    if not values:
        return None
    match statistic.take:
        case "sum":
            return sum(values, Fraction(0))
        case "mean":
            return _mean(values)
        case "median":
            return median(values)
        case "max":
            return max(values)
        case "min":
            return min(values)
        case _:
            return percentile(values, exact(statistic.percentile or "0"))


def _remaining(values: list[Fraction], statistic: Statistic) -> list[Fraction]:
    """Leave out ⌊n·p⌋ values at each end, or those further from the middle than k deviations."""
    size, beyond = len(values), statistic.without_beyond
    if beyond is None:
        lowest, highest = floor(size * exact(statistic.without_lowest)), floor(size * exact(statistic.without_highest))
        return sorted(values)[lowest : size - highest]
    times = exact(beyond.times)
    if beyond.of == "median":
        middle = median(values)
        reach = times * median([abs(value - middle) for value in values])
        return [value for value in values if abs(value - middle) <= reach]
    mean, under = _mean(values), size if beyond.of == "population" else size - 1
    if under == 0:
        return values
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / under
    return [value for value in values if (value - mean) ** 2 <= times**2 * variance]


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def percentile(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """Return the value at position share × (n − 1), linear between order statistics.

    >>> percentile([Fraction(1), Fraction(2), Fraction(4)], Fraction(3, 4))
    Fraction(3, 1)
    """
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _aggregate(plan: Plan, name: str, statistic: Statistic, cohort: Sequence[Member]) -> Fraction | None:
    """Σ numerator ÷ Σ denominator over the members where both are there, in the unit of the measure."""
    path = f"benchmarks.{name}.statistic"
    over = plan if statistic.period == "this" or plan.previous is None else plan.previous
    pairs = [
        (member.number(over, f"{path}.numerator"), member.number(over, f"{path}.denominator")) for member in cohort
    ]
    both = [(above, below) for above, below in pairs if above is not None and below is not None]
    if len(both) < max(statistic.smallest_cohort, 1):
        return None
    under = sum((below for _, below in both), Fraction(0))
    if under == 0:
        return None
    return sum((above for above, _ in both), Fraction(0)) / under * _to_measure_unit(over, path, statistic.measure)


def _to_measure_unit(plan: Plan, path: str, measure: str) -> Fraction:
    above, below = (plan.formulas[f"{path}.{part}"].type for part in ("numerator", "denominator"))
    wanted = plan.names[measure]
    assert isinstance(above, NumberType) and isinstance(below, NumberType) and isinstance(wanted, NumberType)
    return (above.unit / below.unit).factor_to(wanted.unit)
