"""Whether the grading sections of a method can give exactly one result: shares, cuts, ladders, moves, entitlements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from jiqun.methods.compiling.numbers import benchmark_names
from jiqun.methods.compiling.plan import all_scores, is_late
from jiqun.packs import Interval, gaps_and_overlaps
from jiqun.packs.models.method import Cut, Entitlement, Grade, Ladder, Method, Move, Quota, Requirement
from jiqun.problems import Place, Problem, problem
from jiqun.values import Unit, exact

Where = Callable[[str], Place]


def grading_faults(method: Method, at: Where) -> list[Problem]:
    """Return everything in criteria, grades, moves and entitlements that has no or no single meaning."""
    faults: list[Problem] = []
    for key, requirement in method.requirements.items():
        faults += _at_least(requirement, at(f"requirements.{key}"))
    for key, grade in method.grades.items():
        faults += _grade(grade, f"grades.{key}", at)
        for path, cuts in _written_cuts(grade, f"grades.{key}"):
            overlaps = gaps_and_overlaps(_intervals([cut for cut in cuts if not cut.held])).overlaps
            if overlaps:
                common = "、".join(str(one.common) for one in overlaps)
                faults.append(problem("METHOD-055", at(path), value=common))
    for key, move in method.moves.items():
        faults += _move(method, key, move, at(f"moves.{key}"))
    for key, exception in method.exceptions.items():
        if exception.treated_as is not None:
            populations = exception.populations or tuple(method.populations)
            faults += _classes(method, populations, exception.treated_as, at(f"exceptions.{key}.treated_as"))
    faults += _figures(method, at)
    faults += _late(method, at)
    faults += _exclusive(method, at)
    faults += _together(method, at)
    for key, entitlement in method.entitlements.items():
        faults += _cap(entitlement, at(f"entitlements.{key}.cap"))
    return faults


def _figures(method: Method, at: Where) -> Iterator[Problem]:
    """A population is graded by figures that it has; where one lacks, nobody there could be ranked."""
    everywhere = {*method.measures, *method.prepared, *method.nodes}
    items = {item for scores in method.scores.values() for item in scores}
    for population in method.populations:
        grade = method.grade_of(population)
        own = {f"{item}_points" for item in method.scores_of(population)}
        for name in () if grade is None else dict.fromkeys(_ranked_names(grade)):
            lacking = name == "total" and method.total_of(population) is None
            lacking |= name.removesuffix("_points") in items and name not in own | everywhere
            if lacking:
                key = population if population in method.grades else "all"
                yield problem("METHOD-107", at(f"grades.{key}"), population=population, name=name)


def _late(method: Method, at: Where) -> Iterator[Problem]:
    """A statistic of the total is there after the totals only, for this period, and at one number of decimals."""
    late = {name for name, one in method.benchmarks.items() if is_late(method, one.statistic)}
    for name in late:
        one = method.benchmarks[name].statistic
        digits = {total.digits for total in method.totals.values()}
        if one is not None and (one.period == "last" or one.take == "aggregate" or len(digits) > 1):
            yield problem("METHOD-142", at(f"benchmarks.{name}"), name=name)
    for path, _, score in all_scores(method):
        for name in late.intersection(benchmark_names(score)):
            yield problem("METHOD-142", at(path), name=name)
    for key, other in method.benchmarks.items():
        if other.statistic is not None and other.statistic.otherwise in late and key not in late:
            yield problem("METHOD-142", at(f"benchmarks.{key}"), name=other.statistic.otherwise)


def _ranked_names(grade: Grade) -> Iterator[str]:
    if grade.quota is not None:
        yield grade.quota.of
        yield from (name.removeprefix("-") for name in grade.quota.ties.by)
    if grade.cuts is not None:
        yield grade.cuts_of
    for part in grade.lowest_of or ():
        yield from _ranked_names(part)


def _at_least(one: Requirement, place: Place) -> Iterator[Problem]:
    if one.at_least is not None and not 1 <= one.at_least <= len(one.of or ()):
        yield problem("METHOD-060", place, needed=one.at_least, count=len(one.of or ()))


def _grade(grade: Grade, path: str, at: Where) -> Iterator[Problem]:
    if grade.quota is not None:
        yield from _quota(grade.quota, grade.classes, at(f"{path}.quota"))
    if grade.ladder is not None:
        yield from _ladder(grade.ladder, grade.classes, at(f"{path}.ladder"))
    for index, part in enumerate(grade.lowest_of or ()):
        yield from _grade(part, f"{path}.lowest_of.{index}", at)


def _quota(quota: Quota, classes: Sequence[str], place: Place) -> Iterator[Problem]:
    shares = {name: exact(text) for name, text in quota.shares.items()}
    outside = [quota.shares[name] for name, share in shares.items() if not 0 <= share <= 1]
    if outside:
        yield problem("METHOD-051", place, value="、".join(outside))
    total = sum(shares.values(), Fraction(0))
    open_end = quota.rest is not None and quota.rest not in shares
    if total > 1 or (total < 1 and not open_end):
        yield problem("METHOD-050", place, sum=f"{float(total):g}")
    alone = quota.counting == "cumulative" or quota.rounding == "largest_remainder"
    for name in ("rest", "class_rounding"):
        if alone and getattr(quota, name):
            yield problem("METHOD-052", place, name=name, counting=quota.counting, rounding=quota.rounding)
    if quota.counting == "each" and quota.rounding == "largest_remainder":
        yield problem("METHOD-052", place, name="each", counting=quota.counting, rounding=quota.rounding)
    if quota.counting == "each" and quota.rest is None and quota.rounding != "largest_remainder":
        yield problem("METHOD-053", place)
    if quota.minimum and quota.order == "ascending":
        yield problem("METHOD-054", place, grade="、".join(quota.minimum), **_SAID["ascending"])
    if classes and classes[-1] in quota.minimum:
        yield problem("METHOD-054", place, grade=classes[-1], **_SAID["last"])


_SAID = {
    "ascending": {"why_zh": "越小越好的排序", "why_en": "where lower is better"},
    "last": {"why_zh": "最后一档", "why_en": "for the last class"},
    "no_amount": {"fault_zh": "没有金额", "fault_en": "has no amount"},
    "unit": {"fault_zh": "单位与同组的不同", "fault_en": "has another unit than the others"},
}


def grading_warnings(method: Method, at: Where) -> list[Problem]:
    """Return the numbers that no interval of a grade holds: subjects there stay without grade, which may be meant."""
    return [
        problem("METHOD-068", at(path), value=gap)
        for key, grade in method.grades.items()
        for path, cuts in _written_cuts(grade, f"grades.{key}")
        if not any(cut.held for cut in cuts)  # where lines move with a cohort, nobody knows beforehand
        for gap in gaps_and_overlaps(_intervals(cuts)).gaps
    ]


def _written_cuts(grade: Grade, path: str) -> Iterator[tuple[str, Sequence[Cut]]]:
    if grade.cuts is not None:
        yield f"{path}.cuts", grade.cuts
    if grade.quota is not None and grade.quota.small_pool is not None and grade.quota.small_pool.cuts is not None:
        yield f"{path}.quota.small_pool", grade.quota.small_pool.cuts
    for index, part in enumerate(grade.lowest_of or ()):
        yield from _written_cuts(part, f"{path}.lowest_of.{index}")


def _intervals(cuts: Sequence[Cut]) -> list[Interval]:
    names = ("at_least", "more_than", "at_most", "less_than")
    return [Interval.between(**{name: _end(cut, name) for name in names}) for cut in cuts]


def _end(cut: Cut, name: str) -> Fraction | None:
    text = getattr(cut, name)
    return None if text is None else exact(text)


def _ladder(ladder: Ladder, classes: Sequence[str], place: Place) -> Iterator[Problem]:
    names = [rung.grade for rung in ladder.rungs] + ([ladder.otherwise] if ladder.otherwise is not None else [])
    order = [classes.index(name) for name in names if name in classes]
    for before, after in zip(order, order[1:], strict=False):
        if after < before:
            yield problem("METHOD-056", place, grade=classes[after])


_BY_ORDER = ("raise", "lower", "not_below", "not_above", "share")  # moves that ask which class is better


def _move(method: Method, key: str, move: Move, place: Place) -> Iterator[Problem]:
    populations = move.populations or tuple(one for one in method.populations if method.grade_of(one) is not None)
    if move.to is not None:
        yield from _classes(method, populations, move.to, place)
    if move.move in _BY_ORDER:
        unordered = [one for one in populations if (found := method.grade_of(one)) and found.classes_are == "kinds"]
        if unordered:
            yield problem("METHOD-140", place, move=move.move, populations="、".join(unordered))
    kinds = {tuple(grade.classes) for one in populations if (grade := method.grade_of(one)) is not None}
    if len(kinds) > 1 and (move.share is not None or move.inherit is not None):
        yield problem("METHOD-061", place, move=key, populations="、".join(populations))


def _classes(method: Method, populations: Sequence[str], wanted: str, place: Place) -> Iterator[Problem]:
    if all(wanted not in grade.classes for grade in method.grades.values()):
        return  # a reference to no class at all is told as such
    for population in populations:
        grade = method.grade_of(population)
        if grade is not None and wanted not in grade.classes:
            yield problem("METHOD-057", place, population=population, grade=wanted, classes="、".join(grade.classes))


def _exclusive(method: Method, at: Where) -> Iterator[Problem]:
    units: dict[str, Unit] = {}
    for key, one in method.entitlements.items():
        if one.exclusive is None:
            continue
        said = {"group": one.exclusive, "name": key}
        if one.amount is None:
            yield problem("METHOD-058", at(f"entitlements.{key}"), **said, **_SAID["no_amount"])
        unit = _unit(one)
        if unit is not None and units.setdefault(one.exclusive, unit) != unit:
            yield problem("METHOD-058", at(f"entitlements.{key}.unit"), **said, **_SAID["unit"])


def _together(method: Method, at: Where) -> Iterator[Problem]:
    """Amounts that are added up have one unit and one number of decimals."""
    limits: list[tuple[str, str, Sequence[str]]] = [("ceilings", key, one.of) for key, one in method.ceilings.items()]
    limits += [("budgets", key, one.of) for key, one in method.budgets.items()]
    for section, key, of in limits:
        parts = [method.entitlements[name] for name in of if name in method.entitlements]
        for name, one in zip(of, parts, strict=False):
            fits = (_unit(one), one.digits) == (_unit(parts[0]), parts[0].digits)
            if one.amount is None or not fits:
                yield problem("METHOD-069", at(f"{section}.{key}.of"), ceiling=key, name=name)


def _unit(one: Entitlement) -> Unit | None:
    try:
        return Unit.parse(one.unit)
    except ValueError:
        return None


def _cap(one: Entitlement, place: Place) -> Iterator[Problem]:
    if one.cap is not None and (exact(one.cap) * 10**one.digits).denominator != 1:
        yield problem("METHOD-059", place, value=one.cap, digits=one.digits)
