"""How figures become points (S7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import floor

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import Member, Points, as_number
from jiqun.packs.models.method import Around, Band, Between, Cases, Count, Efficacy, Options, Rank, Ratio, Score
from jiqun.values import exact, half_up

OWN = frozenset({"own", "capped", "floored", "not_positive"})
_AWAITS_MEAN = Points(None, "cohort_mean")
_SEPARATORS = re.compile(r"[;；、]")


def score(plan: Plan, members: Sequence[Member]) -> None:
    """Give every member the points of its population's items."""
    for population in plan.populations:
        own = [member for member in members if member.population == population]
        for item, one in plan.scores(population).items():
            path = plan.score_path(population, item)
            for member in own:
                member.points[item] = points_of(plan, path, item, one, member, members)
            _fill_with_mean(item, one, own)
            for member in own:
                member.know(f"{item}_points", member.points[item].value)


def _fill_with_mean(item: str, one: Score, members: Sequence[Member]) -> None:
    """Give those whose rule says so the mean of the item's points that members have from their own data."""
    own = [
        points.value
        for points in (member.points[item] for member in members)
        if points.value is not None and points.reason in OWN
    ]
    mean = half_up(sum(own, Fraction(0)) / len(own), one.digits) if own else None
    for member in members:
        if member.points[item] == _AWAITS_MEAN:
            member.points[item] = Points(None, "missing") if mean is None else Points(mean, "cohort_mean")


def points_of(plan: Plan, path: str, item: str, one: Score, member: Member, members: Sequence[Member]) -> Points:
    """Compute one item's points of one subject."""
    if one.choice is not None:
        return _chosen(plan, path, one, member, members)
    if one.flag is not None:
        verdict = member.truth(plan, f"{path}.flag.where")
        if verdict is None:
            return _missing(one, "missing")
        return _bounded(one, exact(one.flag.points if verdict else one.flag.otherwise))
    if one.cases is not None:
        return _first_case(plan, path, one, one.cases, member)
    name = plan.measure_of(item, one)
    if one.options is not None:
        return _optional(one, one.options, member.names[name])
    value = as_number(member.names[name])
    if value is None:
        return _missing(one, "missing")
    return _from_value(one, name, value, member, members)


def _from_value(one: Score, name: str, value: Fraction, member: Member, members: Sequence[Member]) -> Points:
    if any(member.benchmarks[needed] is None for needed in needed_benchmarks(one)):
        return Points(None, "no_benchmark")
    if one.not_positive is not None and value <= 0:
        return Points(half_up(exact(one.not_positive), one.digits), "not_positive")
    if one.bands is not None:
        raw = _banded(one.bands, value)
        return Points(None, "no_band") if raw is None else _bounded(one, raw)
    if one.rank is not None:
        return _bounded(one, _ranked(one.rank, exact(one.weight), name, member, members))
    made = _by_formula(one, value, member)
    return Points(None, "no_benchmark") if made is None else _bounded(one, made)


def needed_benchmarks(one: Score) -> tuple[str, ...]:
    """Return the names of the benchmarks a score divides by or lies between."""
    if one.ratio is not None:
        return (one.ratio.to,)
    if one.around is not None:
        return (one.around.benchmark,)
    if one.between is not None:
        return (one.between.low, one.between.high)
    return one.efficacy.standards if one.efficacy is not None else ()


def _by_formula(one: Score, value: Fraction, member: Member) -> Fraction | None:
    """Compute exact points; None where the formula would divide by zero."""
    weight = exact(one.weight)
    known = {name: number for name, number in member.benchmarks.items() if number is not None}
    if one.ratio is not None:
        return _ratio(one.ratio, weight, value, known)
    if one.around is not None:
        return _around(one.around, weight, value, known)
    if one.between is not None:
        return _between(one.between, weight, value, known)
    if one.efficacy is not None:
        return weight * _coefficient(one.efficacy, value, [known[name] for name in one.efficacy.standards])
    if one.count is not None:
        return _counted(one.count, value)
    return weight * value / 100


def _ratio(ratio: Ratio, weight: Fraction, value: Fraction, known: dict[str, Fraction]) -> Fraction | None:
    above, below = (known[ratio.to], value) if ratio.reversed else (value, known[ratio.to])
    if below == 0:
        return None
    missed = ratio.least is not None and above / below < exact(ratio.least)
    return Fraction(0) if missed else weight * above / below


def _around(around: Around, weight: Fraction, value: Fraction, known: dict[str, Fraction]) -> Fraction | None:
    benchmark, zero_at = known[around.benchmark], exact(around.zero_at)
    return None if benchmark == 0 else max(Fraction(0), weight * (zero_at - value / benchmark) / zero_at)


def _between(between: Between, weight: Fraction, value: Fraction, known: dict[str, Fraction]) -> Fraction | None:
    low, high = known[between.low], known[between.high]
    if low == high:
        return None if between.flat is None else weight * exact(between.flat) / 100
    share = (value - low) / (high - low)
    if between.below is not None and share < 0:
        return weight * exact(between.below) / 100
    if between.clamp:
        share = min(max(share, Fraction(0)), Fraction(1))
    start, end = exact(between.start), exact(between.end)
    return weight * (start + (end - start) * share) / 100


def _coefficient(efficacy: Efficacy, value: Fraction, standards: Sequence[Fraction]) -> Fraction:
    """Return the coefficient of a value; where the best standard is the lowest number, lower is better."""
    coefficients = [exact(text) for text in efficacy.coefficients]
    lower_is_better = standards[0] < standards[-1]
    for index, (standard, coefficient) in enumerate(zip(standards, coefficients, strict=True)):
        if value <= standard if lower_is_better else value >= standard:
            if index == 0:
                return coefficient
            upper, more = standards[index - 1], coefficients[index - 1]
            return coefficient + (value - standard) / (upper - standard) * (more - coefficient)
    return exact(efficacy.below)


def _counted(count: Count, value: Fraction) -> Fraction:
    made = exact(count.start) + exact(count.each) * floor(value / exact(count.every))
    return made if count.cap is None else min(made, exact(count.cap))


def _banded(bands: Sequence[Band], value: Fraction) -> Fraction | None:
    for band in bands:
        if within(value, band.at_least, band.more_than, band.at_most, band.less_than):
            return exact(band.points)
    return None


def within(
    value: Fraction, at_least: str | None, more_than: str | None, at_most: str | None, less_than: str | None
) -> bool:
    """Tell whether a value lies in an interval whose ends are written as the rule says them."""
    return (
        (at_least is None or value >= exact(at_least))
        and (more_than is None or value > exact(more_than))
        and (at_most is None or value <= exact(at_most))
        and (less_than is None or value < exact(less_than))
    )


def _ranked(rank: Rank, weight: Fraction, name: str, member: Member, members: Sequence[Member]) -> Fraction | None:
    """Points by the rank among members of the same cohort who have a value; see the model for the four forms."""
    cohort = member.key(rank.over)
    if cohort is None:
        return None
    value = as_number(member.names[name])
    assert value is not None
    others = [
        number
        for number in (as_number(other.names[name]) for other in members if other.key(rank.over) == cohort)
        if number is not None
    ]
    better = sum(other > value if rank.order == "descending" else other < value for other in others)
    return _by_place(rank, weight, better + 1, len(others))


def _by_place(rank: Rank, weight: Fraction, place: int, many: int) -> Fraction:
    if rank.places:
        return exact(rank.places[place - 1] if place <= len(rank.places) else rank.beyond)
    if rank.step is not None:
        return weight - exact(rank.step) * (place - 1)
    if rank.by_count:
        return weight * (many - place + 1) / many
    last = weight * exact(rank.last) / 100
    return weight if many == 1 else last + (weight - last) * (many - place) / (many - 1)


def _optional(one: Score, options: Options, written: object) -> Points:
    """Add up the options named; an option that the rule does not know is undeclared, not zero."""
    if written is None:
        return _missing(one, "undeclared")
    named = {part.strip() for part in _SEPARATORS.split(str(written)) if part.strip()}
    if named - set(options.points) - set(options.zeroing):
        return _missing(one, "undeclared")
    made = sum((exact(points) for name, points in options.points.items() if name in named), Fraction(0))
    if named & set(options.zeroing):
        made = Fraction(0)
    return _bounded(one, made if options.cap is None else min(made, exact(options.cap)))


def _first_case(plan: Plan, path: str, one: Score, cases: Cases, member: Member) -> Points:
    """Go through the cases until one is true; an unknown one on the way ends the search."""
    for index, case in enumerate(cases.of):
        verdict = member.truth(plan, f"{path}.cases.of.{index}.where")
        if verdict is None:
            return _missing(one, "missing")
        if verdict:
            return _bounded(one, exact(case.points))
    return _bounded(one, exact(cases.otherwise))


def _chosen(plan: Plan, path: str, one: Score, member: Member, members: Sequence[Member]) -> Points:
    """Take the points of the item the applicant chose, in this item's digits and within its cap and floor."""
    assert one.choice is not None
    by = member.names[one.choice.by]
    if by is None or by not in one.choice.options:
        return _missing(one, "undeclared")
    inner = points_of(plan, f"{path}.choice.options.{by}", str(by), one.choice.options[str(by)], member, members)
    if inner.value is None or inner.reason not in OWN:
        return inner
    outer = _bounded(one, inner.value)
    return Points(outer.value, inner.reason) if outer.reason == "own" else outer


def _missing(one: Score, reason: str) -> Points:
    if one.missing == "unknown":
        return Points(None, reason)
    if one.missing == "cohort_mean_score":
        return _AWAITS_MEAN
    return Points(half_up(exact(one.missing), one.digits), "penalty")


def _bounded(one: Score, raw: Fraction | None) -> Points:
    """Round half-up to the item's digits, then apply cap and floor."""
    if raw is None:
        return Points(None, "no_benchmark")
    rounded = half_up(raw, one.digits)
    caps = [exact(one.cap)] if one.cap is not None else []
    if one.cap_times is not None:
        caps.append(exact(one.cap_times) * exact(one.weight))
    if caps and rounded > min(caps):
        return Points(min(caps), "capped")
    if one.floor is not None and rounded < exact(one.floor):
        return Points(exact(one.floor), "floored")
    return Points(rounded, "own")
