"""One result's rule on another's data: what two results are compared over."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.evaluate import evaluate
from jiqun.methods.result import Result
from jiqun.packs import LawBook


def mixed(rule: Result, data: Result) -> Result:
    """Evaluate the rule of one result, with its numbers as they were dated there, on the data of another.

    Where both have the same rule the other result itself is returned, where both have the same data the first.
    """
    if _same_rule(rule, data):
        return data
    if _same_data(rule, data):
        return rule
    plan = compile_method(
        rule.plan.method,
        data.plan.period,
        book=rule.book,
        contracts=rule.plan.contracts if rule.book is None else None,
        parameters=dated_parameters(rule.plan, rule.book),
    )
    return evaluate(plan, data.tables, book=rule.book)


def _same_rule(one: Result, other: Result) -> bool:
    return (
        one.plan.method == other.plan.method
        and dated_parameters(one.plan, one.book) == dated_parameters(other.plan, other.book)
        and one.plan.classes == other.plan.classes
    )


def _same_data(one: Result, other: Result) -> bool:
    if one.plan.period != other.plan.period or one.tables.keys() != other.tables.keys():
        return False
    return all(one.tables[name] is other.tables[name] for name in one.tables)


def dated_parameters(plan: Plan, book: LawBook | None) -> dict[str, Fraction]:
    """Every parameter that a plan uses with its value at the plan's period, by id."""
    found: dict[str, Fraction] = {}
    for id_ in _ids(plan):
        if id_ in plan.overrides:
            found[id_] = plan.overrides[id_]
        elif book is not None:
            found[id_] = book.parameter(id_, on=plan.period.last).value
    return found


def _ids(plan: Plan) -> Iterator[str]:
    for name, one in plan.method.benchmarks.items():
        if one.parameter is not None:
            yield one.parameter
        elif one.lookup is not None:
            yield from (f"{one.lookup.parameter}.{key}" for key in plan.lookups.get(name, {}))
    for source in plan.method.inputs.values():
        if source.parameter is not None:
            yield source.parameter
