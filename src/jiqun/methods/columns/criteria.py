"""Criteria and requirements as columns: met · unmet · unknown · manual_review · not_applicable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_

import narwhals as nw

from jiqun.methods.columns.referee import decided, settle
from jiqun.methods.columns.work import Work, is_member, word
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Requirement

MET, UNMET, UNKNOWN, MANUAL, NOT_APPLICABLE = RESULTS = ("met", "unmet", "unknown", "manual_review", "not_applicable")


def result_column(plan: Plan, name: str) -> str:
    """Return the wide trace's column of a criterion or requirement."""
    return f"criterion__{name}" if name in plan.method.criteria else f"requirement__{name}"


def add_criteria(work: Work) -> None:
    """Add the result of every criterion and requirement for members; others have none.

    A missing figure makes a test unknown, never unmet, and a manual criterion without a recorded word waits for a
    person (manual_review). What does not apply drops out of its requirement; in `all` the order is unmet, unknown,
    manual_review, met; in `any` met, unknown, manual_review, unmet; `at_least` counts what could still be met.
    """
    criteria = work.plan.method.criteria
    if not criteria and not work.plan.method.requirements:
        return
    parts = [(name, part) for name in criteria for part in ("applies", "test") if getattr(criteria[name], part)]
    settle(work, [decided(work, f"criteria.{name}.{part}", f"{part}__{name}") for name, part in parts])
    work.add(**{f"criterion__{name}": nw.when(is_member()).then(_criterion(work, name)) for name in criteria})
    work.drop(f"{part}__{name}" for name, part in parts)
    for name in _in_order(work.plan):
        result = _requirement(work.plan, work.plan.method.requirements[name])
        work.add(**{f"requirement__{name}": nw.when(is_member()).then(result)})


def _criterion(work: Work, name: str) -> nw.Expr:
    one = work.plan.method.criteria[name]
    if one.manual:
        recorded = nw.lit(None, nw.Boolean) if one.recorded is None else work.value(one.recorded)
        result = _of_truth(recorded, MANUAL)
    else:
        result = _of_truth(nw.col(f"test__{name}"), UNKNOWN)
    if one.applies is None:
        return result
    applies = nw.col(f"applies__{name}")
    ruled_out = nw.when(~applies).then(_said(NOT_APPLICABLE)).otherwise(_said(UNKNOWN))
    return nw.when(applies).then(result).otherwise(ruled_out)


def _said(result: str) -> nw.Expr:
    return word(result, RESULTS)


def _of_truth(truth: nw.Expr, missing: str) -> nw.Expr:
    return nw.when(truth).then(_said(MET)).otherwise(nw.when(~truth).then(_said(UNMET)).otherwise(_said(missing)))


def _in_order(plan: Plan) -> Iterator[str]:
    """Go through the requirements so that those a requirement stands on come before it."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name in plan.method.requirements and name not in done:
            for below in _parts(plan.method.requirements[name]):
                yield from visit(below)
            done.add(name)
            yield name

    for name in plan.method.requirements:
        yield from visit(name)


def _parts(one: Requirement) -> Sequence[str]:
    return one.all or one.any or one.of or ()


def _requirement(plan: Plan, one: Requirement) -> nw.Expr:
    results = [nw.col(result_column(plan, name)) for name in _parts(one)]
    verdict = _at_least(one.at_least, results) if one.at_least is not None else _first_found(one, results)
    nothing_left = reduce(and_, (each == NOT_APPLICABLE for each in results))
    return nw.when(nothing_left).then(_said(NOT_APPLICABLE)).otherwise(verdict)


def _first_found(one: Requirement, results: Sequence[nw.Expr]) -> nw.Expr:
    decides, remains = (UNMET, MET) if one.all is not None else (MET, UNMET)
    verdict = _said(remains)
    for kind in (MANUAL, UNKNOWN, decides):
        verdict = nw.when(reduce(or_, (each == kind for each in results))).then(_said(kind)).otherwise(verdict)
    return verdict


def _at_least(needed: int, results: Sequence[nw.Expr]) -> nw.Expr:
    met, unknown, manual = (_count(kind, results) for kind in (MET, UNKNOWN, MANUAL))
    still_open = nw.when(met + unknown >= needed).then(_said(UNKNOWN)).otherwise(_said(MANUAL))
    possible = nw.when(met + unknown + manual < needed).then(_said(UNMET)).otherwise(still_open)
    return nw.when(met >= needed).then(_said(MET)).otherwise(possible)


def _count(kind: str, results: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(lambda left, right: left + right, ((each == kind).cast(nw.Int64) for each in results))
