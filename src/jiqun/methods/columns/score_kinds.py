"""The raw points of each kind of score, as columns: a float with its error bound, or an exact integer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import ceil, floor, lcm
from operator import and_, or_

import narwhals as nw

from jiqun.engines import guarded_round, unscaled
from jiqun.expressions.rounding import ROUNDOFF
from jiqun.methods.columns.first import First
from jiqun.methods.columns.integers import ROOM, check_room, half_up_quotient, has_room
from jiqun.methods.columns.work import Work, first_of, is_member
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Around, Band, Between, Count, Efficacy, Rank, Ratio, Score
from jiqun.values import exact, to_scaled

LARGEST_EXACT = 2**53
_U = ROUNDOFF


@dataclass(frozen=True)
class Raw:
    """Points rounded to the score's digits, before cap and floor; missing where the kind gives none.

    `near` are rows that only the exact reading can tell, `lacking` rows whose benchmark is missing, `undefined` rows
    that would be divided by zero or have no cohort.
    """

    scaled: nw.Expr
    near: nw.Expr | None = None
    lacking: nw.Expr | None = None
    undefined: nw.Expr | None = None


@dataclass(frozen=True)
class Held:
    """A benchmark as scaled integer: one number for everybody, or a column."""

    scaled: int | nw.Expr
    digits: int

    @property
    def constant(self) -> Fraction | None:
        return Fraction(self.scaled, 10**self.digits) if isinstance(self.scaled, int) else None


def held(plan: Plan, name: str) -> Held:
    """Return a benchmark as a score sees it."""
    if name in plan.fixed:
        return Held(plan.fixed[name].scaled, plan.fixed[name].digits)
    return Held(nw.col(f"benchmark__{name}"), plan.method.benchmarks[name].digits)


def raw_points(work: Work, first: First, one: Score, measure: str) -> Raw:
    """Points of a score from its measure."""
    figure = work.plan.figure(measure)
    assert figure is not None
    value, digits = nw.col(f"measure__{measure}"), figure.digits
    weight = exact(one.weight)
    if one.ratio is not None:
        largest = work.sizes.get(f"measure__{measure}")
        whole = _whole_ratio(work.plan, one.ratio, weight, value, digits, largest, one.digits)
        return whole or _ratio(work.plan, first, one.ratio, weight, value, digits, one.digits)
    if one.around is not None:
        return _around(work.plan, first, one.around, weight, value, digits, one.digits)
    if one.between is not None:
        return _between(work.plan, first, one.between, weight, value, digits, one.digits)
    if one.efficacy is not None:
        return _efficacy(work.plan, first, one.efficacy, weight, value, digits, one.digits)
    if one.bands is not None:
        return Raw(_banded(one.bands, value, digits, one.digits))
    if one.rank is not None:
        return _ranked(work, one.rank, weight, value, one.digits)
    if one.count is not None:
        return _counted(first, one.count, value, digits, one.digits)
    points = value.cast(nw.Float64) * float(weight / 100 / 10**digits)
    return _rounded(first, points, points.abs() * (3 * _U), one.digits)


def _rounded(
    first: First,
    points: nw.Expr,
    bound: nw.Expr,
    digits: int,
    held_against: Sequence[Held] = (),
    undefined: nw.Expr | None = None,
) -> Raw:
    scaled, near = guarded_round(first.keep(points, 1), first.keep(bound * 1.001, 1), digits)
    lacking = [one.scaled.is_null() for one in held_against if isinstance(one.scaled, nw.Expr)]
    return Raw(scaled, near, reduce(or_, lacking) if lacking else None, undefined)


def _undefined(value: nw.Expr) -> Raw:
    """A fixed benchmark of zero: nobody has points."""
    return Raw(nw.when(value.is_null()).then(value), undefined=~value.is_null())


def _whole_ratio(
    plan: Plan, ratio: Ratio, weight: Fraction, value: nw.Expr, digits: int, largest: int | None, to: int
) -> Raw | None:
    """weight × value ÷ one number in integers; None where that is no product, or 64 bits might not hold it."""
    base = held(plan, ratio.to).constant
    if largest is None or ratio.reversed or not base or ratio.least is not None:
        return None
    factor = weight / base * Fraction(10**to, 10**digits)
    above, below = factor.numerator, factor.denominator
    size = max(largest, 1) * abs(above)
    if not has_room(4 * (size + below)) or size >= LARGEST_EXACT // 16 * below:
        return None
    return Raw(half_up_quotient(value * above, below))


def _ratio(plan: Plan, first: First, ratio: Ratio, weight: Fraction, value: nw.Expr, digits: int, to: int) -> Raw:
    """weight × value ÷ benchmark; value and benchmark are integers and exact as floats, so few roundings err."""
    other = held(plan, ratio.to)
    base = other.constant
    number = value.cast(nw.Float64)
    zero: nw.Expr | None = None
    points: nw.Expr
    if ratio.reversed:
        zero = value == 0
        if base is not None:
            points = nw.when(~zero).then(float(weight * base * 10**digits) / number)
        else:
            assert isinstance(other.scaled, nw.Expr)
            factor = float(weight * Fraction(10**digits, 10**other.digits))
            points = nw.when(~zero).then(other.scaled.cast(nw.Float64) * factor / number)
    elif base is not None:
        if base == 0:
            return _undefined(value)
        points = number * float(weight / base / 10**digits)
    else:
        assert isinstance(other.scaled, nw.Expr)
        zero = other.scaled == 0
        factor = float(weight * Fraction(10**other.digits, 10**digits))
        points = nw.when(~zero).then(number * factor / other.scaled.cast(nw.Float64))
    raw = _rounded(first, points, points.abs() * (4 * _U), to, [other], zero)
    return raw if ratio.least is None else _none_below(raw, points, weight * exact(ratio.least))


def _none_below(raw: Raw, points: nw.Expr, line: Fraction) -> Raw:
    """No points where they would be fewer than those of the least share; on the line the exact reading decides."""
    at = float(line)
    assert raw.near is not None
    near = ((points - at).abs() <= (points.abs() + abs(at)) * (6 * _U)).fill_null(False)
    missed = (points < at) if line >= 0 else (points > at)
    return replace(raw, scaled=nw.when(missed).then(nw.lit(0, nw.Int64)).otherwise(raw.scaled), near=raw.near | near)


def _around(plan: Plan, first: First, around: Around, weight: Fraction, value: nw.Expr, digits: int, to: int) -> Raw:
    """max(0, weight − weight × value ÷ (benchmark × zero_at))."""
    other, zero_at = held(plan, around.benchmark), exact(around.zero_at)
    base, number = other.constant, value.cast(nw.Float64)
    zero: nw.Expr | None = None
    if base is not None:
        if base == 0:
            return _undefined(value)
        part = number * float(weight / base / zero_at / 10**digits)
    else:
        assert isinstance(other.scaled, nw.Expr)
        zero = other.scaled == 0
        factor = float(weight / zero_at * Fraction(10**other.digits, 10**digits))
        part = nw.when(~zero).then(number * factor / other.scaled.cast(nw.Float64))
    part = first.keep(part, 0)
    points = float(weight) - part
    bound = (part.abs() + abs(float(weight))) * (6 * _U)
    # max with a number: narwhals' max_horizontal would skip a missing value
    return _rounded(first, nw.when(points < 0.0).then(nw.lit(0.0)).otherwise(points), bound, to, [other], zero)


def _at_scale(one: Held, digits: int) -> tuple[nw.Expr | int, nw.Expr | None]:
    """Say a number in a finer scale; `too large` marks rows where a float could not hold the integer."""
    step = 10 ** (digits - one.digits)
    if isinstance(one.scaled, int):
        return one.scaled * step, None
    fits = one.scaled.abs() <= LARGEST_EXACT // step
    return nw.when(fits).then(one.scaled) * step, (~fits).fill_null(False)


def _share(value: Held, low: Held, high: Held) -> tuple[nw.Expr, nw.Expr | None, nw.Expr]:
    """(value − low) ÷ (high − low) with one rounding; rows that are too large; rows with low = high."""
    digits = max(value.digits, low.digits, high.digits)
    parts = [_at_scale(one, digits) for one in (value, low, high)]
    (x, _), (a, _), (b, _) = parts
    assert isinstance(x, nw.Expr)
    wide = b - a
    above = (x - a).cast(nw.Float64)
    large = [mark for _, mark in parts if mark is not None]
    if isinstance(wide, int):
        share = above / float(wide) if wide else nw.lit(None, nw.Float64)
        flat = nw.lit(wide == 0)
    else:
        flat = wide == 0
        share = nw.when(~flat).then(above / wide.cast(nw.Float64))
    return share, reduce(or_, large) if large else None, flat


def _between(plan: Plan, first: First, one: Between, weight: Fraction, value: nw.Expr, digits: int, to: int) -> Raw:
    low, high = held(plan, one.low), held(plan, one.high)
    share, large, flat = _share(Held(value, digits), low, high)
    share = first.keep(share, 0)
    worse = share < 0.0  # of an exact difference of integers: its sign is right
    if one.clamp:
        share = first_of([(share < 0.0, nw.lit(0.0)), (share > 1.0, nw.lit(1.0))], share)
    start, width = weight * exact(one.start) / 100, weight * (exact(one.end) - exact(one.start)) / 100
    points = share * float(width) + float(start)
    bound = (share.abs() * abs(float(width)) + abs(float(start))) * (6 * _U)
    raw = _rounded(first, points, bound, to, [low, high])
    assert raw.near is not None
    near = raw.near if large is None else raw.near | large
    if one.below is not None:
        fixed = nw.lit(to_scaled(weight * exact(one.below) / 100, to), nw.Int64)
        raw = replace(raw, scaled=nw.when(worse).then(fixed).otherwise(raw.scaled))
    if one.flat is None:
        return Raw(raw.scaled, near, raw.lacking, flat)
    at_flat = nw.lit(to_scaled(weight * exact(one.flat) / 100, to), nw.Int64)
    there = nw.when(~value.is_null()).then(at_flat)
    return Raw(nw.when(flat).then(there).otherwise(raw.scaled), near, raw.lacking)


def _efficacy(plan: Plan, first: First, one: Efficacy, weight: Fraction, value: nw.Expr, digits: int, to: int) -> Raw:
    """Piecewise linear between standards, best first; where the best is the lowest number, lower is better."""
    standards = [held(plan, name) for name in one.standards]
    coefficients = [exact(text) for text in one.coefficients]
    own = Held(value, digits)
    numbers = [_float(standard) for standard in standards]
    lower = numbers[0] < numbers[-1]
    cases: list[tuple[nw.Expr, nw.Expr]] = []
    marks: list[nw.Expr] = []
    for index, standard in enumerate(standards):
        number, limit = _float(own), numbers[index]
        reached = first_of([(lower, number <= limit)], number >= limit)
        if index == 0:
            cases.append((reached, nw.lit(float(coefficients[0]))))
            continue
        share, large, _ = _share(own, standard, standards[index - 1])
        step = coefficients[index - 1] - coefficients[index]
        cases.append((reached, share * float(step) + float(coefficients[index])))
        marks += [] if large is None else [large]
    coefficient = first.keep(first_of(cases, nw.lit(float(exact(one.below)))), 0)
    points = nw.when(~value.is_null()).then(coefficient) * float(weight)
    largest = float(max(map(abs, [*coefficients, exact(one.below)])) * abs(weight))
    raw = _rounded(first, points, nw.lit(largest * 12 * _U), to, standards)
    assert raw.near is not None
    return Raw(raw.scaled, reduce(or_, marks, raw.near), raw.lacking)


def _float(one: Held) -> nw.Expr:
    """The float nearest to a scaled integer's decimal of at most 15 digits: comparing two compares the decimals."""
    value = nw.lit(one.scaled, nw.Int64) if isinstance(one.scaled, int) else one.scaled
    return unscaled(value, one.digits)


def inside(value: nw.Expr, digits: int, band: Band) -> nw.Expr:
    """Whether a scaled integer lies in a band: v ≥ b ⟺ v ≥ ⌈b·10^d⌉, v > b ⟺ v > ⌊b·10^d⌋, so no end is rounded."""
    tests = []
    if band.at_least is not None:
        tests.append(value >= ceil(exact(band.at_least) * 10**digits))
    if band.more_than is not None:
        tests.append(value > floor(exact(band.more_than) * 10**digits))
    if band.at_most is not None:
        tests.append(value <= floor(exact(band.at_most) * 10**digits))
    if band.less_than is not None:
        tests.append(value < ceil(exact(band.less_than) * 10**digits))
    return reduce(and_, tests, ~value.is_null())


def _banded(bands: Sequence[Band], value: nw.Expr, digits: int, to: int) -> nw.Expr:
    cases = [(inside(value, digits, band), nw.lit(to_scaled(exact(band.points), to), nw.Int64)) for band in bands]
    return first_of(cases, nw.lit(None, nw.Int64))


def _counted(first: First, one: Count, value: nw.Expr, digits: int, to: int) -> Raw:
    """start + each × ⌊value ÷ every⌋, at most cap; what would leave 64 bits goes to the referee, who refuses it."""
    every, each = exact(one.every), exact(one.each)
    above, below = every.denominator, every.numerator * 10**digits
    fits = value.abs() <= ROOM // above
    number = nw.when(fits).then(value) * above
    size = number.abs()
    times = first.keep(nw.when(number < 0).then(-((size + (below - 1)) // below)).otherwise(size // below), 0)
    points, start = Fraction(each * 10**to), exact(one.start) * 10**to
    below = lcm(points.denominator, start.denominator)
    a_time, at_start = int(points * below), int(start * below)
    most = (ROOM - 2 * abs(at_start)) // max(2 * abs(a_time), 1)
    small = times.abs() <= most
    product = first.keep(nw.when(small).then(times) * a_time + at_start, 1)
    scaled = half_up_quotient(product, below)
    if one.cap is not None:
        cap = to_scaled(exact(one.cap), to)
        scaled = nw.when(scaled > cap).then(nw.lit(cap, nw.Int64)).otherwise(scaled)
    return Raw(scaled, (~(fits & small)).fill_null(False))


def _ranked(work: Work, one: Rank, weight: Fraction, value: nw.Expr, to: int) -> Raw:
    """Points by the rank among members of the same cohort who have a value, in integers."""
    keys = {f"_over_{index}": work.value(name) for index, name in enumerate(one.over)} or {"_over_0": nw.lit(0)}
    present = reduce(and_, (~key.is_null() for key in keys.values()), is_member() & ~value.is_null())
    number = sum(name.startswith("_place_") for name in work.columns)
    work.add(**keys, _ranked=nw.when(present).then(value))
    place = nw.col("_ranked").rank("min", descending=one.order == "descending").over(list(keys))
    size = nw.col("_ranked").count().over(list(keys))
    work.add(**{f"_place_{number}": place.cast(nw.Int64), f"_size_{number}": size.cast(nw.Int64)})
    work.drop(["_ranked", *keys])
    work.settle()
    rank, many = nw.col(f"_place_{number}"), nw.col(f"_size_{number}")
    made = _by_place(work, one, weight * 10**to, rank, many, f"rank {number}", to)
    return Raw(nw.when(~rank.is_null()).then(made), undefined=rank.is_null())


def _by_place(work: Work, one: Rank, top: Fraction, rank: nw.Expr, many: nw.Expr, what: str, to: int) -> nw.Expr:
    """The points of a place among many; `top` are those of the weight, scaled."""
    if one.places:
        at = [(rank == place, text) for place, text in enumerate(one.places, start=1)]
        cases = [(test, nw.lit(to_scaled(exact(text), to), nw.Int64)) for test, text in at]
        return first_of(cases, nw.lit(to_scaled(exact(one.beyond), to), nw.Int64))
    step = Fraction(0) if one.step is None else exact(one.step) * 10**to
    last = top * exact(one.last) / 100
    below = lcm(top.denominator, step.denominator, last.denominator)
    whole, each, least = int(top * below), int(step * below), int(last * below)
    check_room(4 * max(abs(whole), abs(each), abs(least), below) * max(work.table.height, 1), what)
    if one.step is not None:
        return half_up_quotient((rank - 1) * -each + whole, below)
    if one.by_count:
        return half_up_quotient((many - rank + 1) * whole, many * below)
    shared = half_up_quotient((many - 1) * least + (many - rank) * (whole - least), (many - 1) * below)
    single = half_up_quotient(nw.lit(whole, nw.Int64), below)
    return nw.when(many == 1).then(single).otherwise(nw.when(many > 1).then(shared))
