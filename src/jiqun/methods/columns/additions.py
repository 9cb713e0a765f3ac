"""Bonuses, deductions and the factor of a total, each rounded to its own decimals (S8)."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw

from jiqun.methods.columns import referee
from jiqun.methods.columns.work import Work, in_populations, is_member
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Addition, Total
from jiqun.values import exact, to_scaled

ADDITIONS = ("bonus__", "deduction__")


def written(plan: Plan) -> Iterator[tuple[str, Total, tuple[str, ...]]]:
    """Go through the totals as written: path, total, populations that use it."""
    for key, total in plan.method.totals.items():
        path = f"totals.{key}"
        yield path, total, tuple(one for one in plan.populations if plan.total_path(one) == path)


def parts(path: str, total: Total) -> Iterator[tuple[str, str, Addition]]:
    """Go through a total's additions: path, column of the trace, addition."""
    for kind, section, additions in (
        ("bonus", "bonuses", total.bonuses),
        ("deduction", "deductions", total.deductions),
    ):
        for name, one in additions.items():
            yield f"{path}.{section}.{name}", f"{kind}__{name}", one


def digits_of(total: Total) -> int:
    """The decimals in which a total's additions and their caps are whole numbers."""
    digits = max((one.digits for _, _, one in parts("", total)), default=0)
    for text in (total.bonus_cap, total.deduction_cap):
        while text is not None and (exact(text) * 10**digits).denominator != 1:
            digits += 1
    return digits


def add_additions(work: Work) -> None:
    """Add every `bonus__X` and `deduction__X` with its `…__unknown`, and `factor`.

    An addition counts if its condition is true and is 0 if it is false; it is 0 and marked unknown if the condition or
    the points are unknown.
    """
    plan = work.plan
    asked: list[referee.Asked] = []
    for path, total, populations in written(plan):
        only = is_member() & in_populations(populations)
        if total.factor is not None:
            asked.append(referee.rounded(work, f"{path}.factor", total.factor_digits, f"_{path}.factor", only))
        for at, _, one in parts(path, total):
            asked.append(referee.rounded(work, f"{at}.points", one.digits, f"_{at}.points", only))
            if one.where is not None:
                asked.append(referee.decided(work, f"{at}.where", f"_{at}.where", only))
    if asked:
        referee.settle(work, asked)
    columns: dict[str, nw.Expr] = {}
    for path, total, populations in written(plan):
        only = is_member() & in_populations(populations)
        if total.factor is not None:
            _also(columns, "factor", nw.when(only).then(nw.col(f"_{path}.factor")))
        for at, column, one in parts(path, total):
            value, unknown = _counted(at, one)
            _also(columns, column, nw.when(only).then(value))
            _also(columns, f"{column}__unknown", nw.when(only).then(unknown))
    work.add(**columns)
    if asked:
        work.settle()
        work.drop(one.name for one in asked)


def _also(columns: dict[str, nw.Expr], name: str, value: nw.Expr) -> None:
    columns[name] = value if name not in columns else nw.coalesce(columns[name], value)


def _counted(at: str, one: Addition) -> tuple[nw.Expr, nw.Expr]:
    """The value that counts, and whether it is unknown."""
    points = nw.col(f"_{at}.points")
    if one.cap is not None:
        cap = to_scaled(exact(one.cap), one.digits)
        points = nw.when(points > cap).then(nw.lit(cap, nw.Int64)).otherwise(points)
    unknown = points.is_null()
    if one.where is None:
        return points.fill_null(0), unknown
    where = nw.col(f"_{at}.where")
    value = nw.when(where).then(points.fill_null(0)).otherwise(nw.lit(0))
    unsure = nw.when(where).then(unknown).otherwise(where.is_null())
    return value, unsure
