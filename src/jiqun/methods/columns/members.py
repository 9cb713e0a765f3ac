"""Who is evaluated together, and who is treated specially (S2, S3)."""

from __future__ import annotations

from functools import reduce
from operator import or_

import narwhals as nw

from jiqun.methods.columns import referee
from jiqun.methods.columns.work import MEMBER, STATUSES, Work, in_populations, word

_EFFECTS = {"exempt": "exempt", "scored_not_graded": "scored", "protected": "graded"}


def place(work: Work) -> None:
    """Add status, population, exception, exception_unknown.

    The first population whose condition is not false decides: true takes the subject, unknown leaves it open. Of the
    exceptions the first true one applies; an unknown one before it is flagged and does not apply.
    """
    plan = work.plan
    tests = _conditions(work, [f"populations.{name}.where" for name in plan.populations])
    population, unknown = word(None, plan.populations), nw.lit(False)
    for name, test in reversed(list(zip(plan.populations, tests, strict=True))):
        population = (
            nw.when(test).then(word(name, plan.populations)).otherwise(nw.when(~test.is_null()).then(population))
        )
        unknown = nw.when(test).then(nw.lit(False)).otherwise(test.is_null() | unknown)
    work.add(population=population, _unknown=unknown)
    _treat(work)


def _conditions(work: Work, paths: list[str]) -> list[nw.Expr]:
    """The verdicts of conditions; those with doubtful rows are decided and kept as columns first."""
    asked = [referee.decided(work, path, f"_where_{index}") for index, path in enumerate(paths)]
    if all(one.near is None for one in asked):
        return [one.columns[one.name] for one in asked]
    referee.settle(work, asked)
    return [nw.col(one.name) for one in asked]


def _treat(work: Work) -> None:
    exceptions = work.plan.method.exceptions
    names = tuple(exceptions)
    member = ~nw.col("population").is_null()
    inside = {
        name: member if one.populations is None else in_populations(one.populations) for name, one in exceptions.items()
    }
    tests = dict(zip(names, _conditions(work, [f"exceptions.{name}.where" for name in names]), strict=True))
    exception, flagged = word(None, names or ("—",)), nw.lit(False)
    for name in reversed(names):
        applies = (inside[name] & tests[name]).fill_null(False)
        exception = nw.when(applies).then(word(name, names)).otherwise(exception)
        flagged = nw.when(applies).then(nw.lit(False)).otherwise((inside[name] & tests[name].is_null()) | flagged)
    work.add(exception=exception, exception_unknown=flagged)
    status = word("graded", STATUSES)
    for effect, made in _EFFECTS.items():
        those = [name for name, one in exceptions.items() if one.effect == effect]
        if those and made != "graded":
            applies = reduce(or_, (nw.col("exception") == name for name in those)).fill_null(False)
            status = nw.when(applies).then(word(made, STATUSES)).otherwise(status)
    outside = (
        nw.when(nw.col("_unknown")).then(word("population_unknown", STATUSES)).otherwise(word("outside", STATUSES))
    )
    work.add(status=nw.when(member).then(status).otherwise(outside))
    work.add(**{MEMBER: (nw.col("status") == "graded") | (nw.col("status") == "scored")})
    work.drop(["_unknown", *_leftover(work)])


def _leftover(work: Work) -> list[str]:
    return [name for name in work.columns if name.startswith("_where_")]
