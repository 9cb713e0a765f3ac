"""Who is evaluated together, and who is treated specially (S2, S3)."""

from __future__ import annotations

from functools import reduce
from operator import or_

import narwhals as nw

from jiqun.methods.columns import referee
from jiqun.methods.columns.criteria import MANUAL, UNKNOWN, UNMET, result_column
from jiqun.methods.columns.work import MEMBER, STATUSES, Work, in_populations, word

OPEN = "open__"  # whether it is open that a subject may be graded at all
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
    exceptions = {name: one for name, one in work.plan.method.exceptions.items() if one.where is not None}
    names = tuple(work.plan.method.exceptions)
    member = ~nw.col("population").is_null()
    inside = {
        name: member if one.populations is None else in_populations(one.populations) for name, one in exceptions.items()
    }
    tests = dict(zip(exceptions, _conditions(work, [f"exceptions.{name}.where" for name in exceptions]), strict=True))
    exception, flagged = word(None, names or ("—",)), nw.lit(False)
    for name in reversed(list(exceptions)):
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


def take_out(work: Work) -> None:
    """Take those who do not meet what being graded asks for out of the ranking: scored, with the exception's name.

    Whether it is met may be open: then the place is kept, the exception is flagged as unknown, and `open__` says that
    the grade waits.
    """
    asked = {name: one for name, one in work.plan.method.exceptions.items() if one.unless is not None}
    if not asked:
        return
    names, out, waits = tuple(work.plan.method.exceptions), nw.lit(False), nw.lit(False)
    graded, exception = nw.col("status") == "graded", nw.col("exception")
    for name, one in reversed(list(asked.items())):
        result = nw.col(result_column(work.plan, one.unless or "")).cast(nw.String)
        inside = graded if one.populations is None else graded & in_populations(one.populations)
        unmet = (inside & (result == UNMET)).fill_null(False)
        exception = nw.when(unmet).then(word(name, names)).otherwise(exception)
        out = out | unmet
        waits = waits | (inside & ((result == UNKNOWN) | (result == MANUAL))).fill_null(False)
    work.add(
        exception=exception,
        exception_unknown=nw.col("exception_unknown") | (waits & ~out),
        status=nw.when(out).then(word("scored", STATUSES)).otherwise(nw.col("status")),
        **{OPEN: waits & ~out},
    )


def _leftover(work: Work) -> list[str]:
    return [name for name in work.columns if name.startswith("_where_")]
