"""Which names of a method something else in it uses."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.expressions import parse
from jiqun.methods.compiling.numbers import benchmark_names
from jiqun.methods.compiling.plan import BENCHMARK, all_scores, conditions
from jiqun.packs.models.method import Grade, Method
from jiqun.problems import ProblemsError


def names_used(method: Method) -> frozenset[str]:
    """Return every name that a formula, score, node, total, requirement, grade, move or entitlement uses."""
    used = {name for text in formulas(method) for name in _names(text)}
    used |= set(_by_scores(method)) | set(names_by_results(method))
    for prepared in method.prepared.values():
        used |= {prepared.measure, *prepared.over}
    for benchmark in method.benchmarks.values():
        if benchmark.statistic is not None:
            used |= {benchmark.statistic.measure, *benchmark.statistic.over, benchmark.statistic.otherwise or ""}
        if benchmark.lookup is not None:
            used.add(benchmark.lookup.key)
    items = {item for scores in method.scores.values() for item in scores}
    points = {name.removesuffix("_points") for name in used} & items
    held = {name.removesuffix(BENCHMARK) for name in used} & set(method.benchmarks)
    return frozenset(used | points | held)


def formulas(method: Method) -> Iterator[str]:
    """Go through every formula as written."""
    for source in method.inputs.values():
        if source.rollup is not None:
            among = source.rollup.repeats.among if source.rollup.repeats is not None else None
            yield from filter(None, (source.rollup.of, source.rollup.where, among))
    yield from (population.where for population in method.populations.values())
    yield from (one.where for one in method.exceptions.values() if one.where is not None)
    for measure in method.measures.values():
        yield measure.formula
    for benchmark in method.benchmarks.values():
        if benchmark.statistic is not None:
            yield from filter(None, (benchmark.statistic.numerator, benchmark.statistic.denominator))
    for path, _, score in all_scores(method):
        yield from (where for _, where in conditions(path, score))
    for total in method.totals.values():
        yield from filter(None, (total.factor,))
        for addition in (*total.bonuses.values(), *total.deductions.values()):
            yield from filter(None, (addition.points, addition.where))
    for criterion in method.criteria.values():
        yield from filter(None, (criterion.test, criterion.applies))
    for move in method.moves.values():
        yield from filter(None, (move.where,))
    for entitlement in method.entitlements.values():
        budget = entitlement.budget
        yield from filter(None, (entitlement.where, entitlement.amount, budget.amount if budget is not None else None))
    yield from (ceiling.at_most for ceiling in method.ceilings.values())
    yield from (shared.amount for shared in method.budgets.values())


def _names(text: str) -> frozenset[str]:
    try:
        return parse(text).names
    except ProblemsError:
        return frozenset()  # compiling tells what is wrong with it


def _by_scores(method: Method) -> Iterator[str]:
    for _, item, score in all_scores(method):
        yield score.measure or item
        yield from benchmark_names(score)
        if score.choice is not None:
            yield score.choice.by
        if score.rank is not None:
            yield from score.rank.over
    for node in method.nodes.values():
        yield from node.of
    for total in method.totals.values():
        yield from total.of or ()


def names_by_results(method: Method) -> Iterator[str]:
    """Go through the names by which criteria, requirements, grades and moves work."""
    for criterion in method.criteria.values():
        yield from filter(None, (criterion.recorded,))
    for requirement in method.requirements.values():
        yield from (*(requirement.all or ()), *(requirement.any or ()), *(requirement.of or ()))
    yield from (one.unless for one in method.exceptions.values() if one.unless is not None)
    for grade in method.grades.values():
        yield from _by_grade(grade)
    budgets = [one.budget for one in method.entitlements.values() if one.budget is not None]
    for budget in (*budgets, *method.budgets.values()):
        yield from (*budget.over, *(name.removeprefix("-") for name in budget.order))
    for move in method.moves.values():
        if move.inherit is not None:
            yield move.inherit.from_subject
        if move.share is not None:
            yield move.share.group


def _by_grade(grade: Grade) -> Iterator[str]:
    if grade.quota is not None:
        quota = grade.quota
        yield from (quota.of, *quota.pools, *(name.removeprefix("-") for name in quota.ties.by))
        yield from (limit.by for limit in quota.per_group)
        if quota.small_pool is not None:
            yield from quota.small_pool.wider or ()
    if grade.cuts is not None:
        yield grade.cuts_of
        for cut in grade.cuts:
            yield from cut.held
    if grade.ladder is not None:
        yield from (rung.requires for rung in grade.ladder.rungs)
    for part in grade.lowest_of or ():
        yield from _by_grade(part)
