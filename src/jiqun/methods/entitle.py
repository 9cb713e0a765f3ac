"""What follows from a grade: entitlements with their amounts."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.methods.referee import Asked, decided, patch, rounded, settle
from jiqun.methods.work import ROW, Work, first_of, is_member, word
from jiqun.packs.models.method import Budget, Entitlement
from jiqun.values import exact

STATES = ("applies", "superseded", "unknown", "no")
TEST = "entitled__"  # + entitlement: whether its grade and condition hold


def add_entitlements(work: Work) -> None:
    """Add `entitlement__X` (the amount, scaled) and `entitlement__X__state` for members.

    States: applies · superseded (a higher amount of the same exclusive group applies) · unknown · no. The grade that
    counts is the final one, or the one a scored-but-not-graded subject is treated as. A grade that is still open, an
    unknown condition or a missing amount makes the entitlement unknown, never no. Amounts are rounded half-up to their
    digits, then capped; at equal amounts of a group the first written applies; then budgets are shared out. Where there
    is a cap or a budget, `entitlement__X__asked` keeps the amount before both.
    """
    entitlements = work.plan.method.entitlements
    if not entitlements:
        return
    settle(work, [asked for name, one in entitlements.items() for asked in _asked(work, name, one)])
    work.add(**{f"{TEST}{name}": _test(name, one) for name, one in entitlements.items()})
    for name, one in entitlements.items():
        amount = _amount(name, one)
        state = _state(nw.col(f"{TEST}{name}"), amount)
        applies = nw.col(f"{TEST}{name}").fill_null(False)
        shown = nw.lit(None, nw.Int64) if amount is None else nw.when(is_member() & applies).then(amount)
        work.add(
            **{f"entitlement__{name}": shown, f"entitlement__{name}__state": nw.when(is_member()).then(state)},
        )
        if one.reduces:
            asked = nw.when(is_member() & applies).then(nw.col(f"amount__{name}"))
            work.add(**{f"entitlement__{name}__asked": asked})
    for group in {one.exclusive for one in entitlements.values() if one.exclusive is not None}:
        _settle_exclusive(work, [name for name, one in entitlements.items() if one.exclusive == group])
    for name, one in entitlements.items():
        if one.budget is not None:
            _share_out(work, name, one.budget)
    passing = [name for name in work.columns if name.startswith(("entitled__", "amount__", "budget__"))]
    work.drop(passing)
    work.settle()


def _asked(work: Work, name: str, one: Entitlement) -> list[Asked]:
    found = []
    if one.where is not None:
        found.append(decided(work, f"entitlements.{name}.where", f"entitled__where__{name}", is_member()))
    if one.amount is not None:
        found.append(rounded(work, f"entitlements.{name}.amount", one.digits, f"amount__{name}", is_member()))
    if one.budget is not None:
        found.append(rounded(work, f"entitlements.{name}.budget.amount", one.digits, f"budget__{name}", is_member()))
    return found


def _test(name: str, one: Entitlement) -> nw.Expr:
    """Whether grade and condition hold: true, false or missing; one false settles it."""
    parts = [nw.lit(True)] if not one.grades else [_grade_test(one)]
    if one.where is not None:
        parts.append(nw.col(f"entitled__where__{name}"))
    return reduce(and_, parts)


def _grade_test(one: Entitlement) -> nw.Expr:
    grade = nw.coalesce(nw.col("grade").cast(nw.String), nw.col("treated_as"))
    among = reduce(or_, (grade == name for name in one.grades))
    is_open = grade.is_null() & (nw.col("status") == "graded")
    return nw.when(~is_open).then(among.fill_null(False))


def _amount(name: str, one: Entitlement) -> nw.Expr | None:
    if one.amount is None:
        return None
    amount = nw.col(f"amount__{name}")
    if one.cap is None:
        return amount
    cap = nw.lit(int(exact(one.cap) * 10**one.digits), nw.Int64)
    return nw.when(amount > cap).then(cap).otherwise(amount)


def _state(test: nw.Expr, amount: nw.Expr | None) -> nw.Expr:
    unknown = test.is_null() if amount is None else test.is_null() | amount.is_null()
    return first_of([(~test, word("no", STATES)), (unknown, word("unknown", STATES))], word("applies", STATES))


def _settle_exclusive(work: Work, names: list[str]) -> None:
    """Within a group only the highest amount applies; it is compared in the finest decimals of the group."""
    entitlements = work.plan.method.entitlements
    finest = max(entitlements[name].digits for name in names)
    amounts = {}
    for name in names:
        in_force = (nw.col(f"entitlement__{name}__state").cast(nw.String) == "applies").fill_null(False)
        amount = nw.col(f"entitlement__{name}").fill_null(0) * 10 ** (finest - entitlements[name].digits)
        amounts[name] = nw.when(in_force).then(amount)
    beaten = {}
    for place, name in enumerate(names):
        better = [amounts[other] >= amounts[name] for other in names[:place]]
        better += [amounts[other] > amounts[name] for other in names[place + 1 :]]
        beaten[name] = reduce(or_, (one.fill_null(False) for one in better)) if better else nw.lit(False)
    work.add(
        **{
            f"entitlement__{name}__state": nw.when(beaten[name])
            .then(word("superseded", STATES))
            .otherwise(nw.col(f"entitlement__{name}__state"))
            for name in names
        }
    )


def _share_out(work: Work, name: str, budget: Budget) -> None:
    """Cut the amounts of every group that asks for more than its budget: ⌊amount × budget ÷ Σ amounts⌋.

    Those who get something are few beside a population, and the products outgrow 64 bits, so this runs over Python's
    integers. Where the budget or the group is missing, the amount is unknown.
    """
    work.settle()
    amount, state = f"entitlement__{name}", f"entitlement__{name}__state"
    groups = {f"group__{index}": work.value(column) for index, column in enumerate(budget.over)}
    applies = nw.col(state).cast(nw.String) == "applies"
    table = work.collect(work.frame.filter(applies).select(ROW, amount, f"budget__{name}", **groups))
    asked: dict[tuple[Any, ...], int] = {}
    for _, own, _, *key in table.iter_rows():
        asked[tuple(key)] = asked.get(tuple(key), 0) + own
    shares: list[int | None] = []
    for _, own, whole, *key in table.iter_rows():
        wanted = asked[tuple(key)]
        shares.append(None if whole is None or None in key else own if wanted <= whole else own * whole // wanted)
    states = ["unknown" if one is None else "applies" for one in shares]
    patch(work, table[ROW], {amount: shares})
    said = work.table[state].cast(pl.String).scatter(table[ROW], pl.Series(states, dtype=pl.String))
    work.keep(work.table.with_columns(said.cast(pl.Enum(STATES)).alias(state)))
