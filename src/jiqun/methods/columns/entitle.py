"""What follows from a grade: entitlements with their amounts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.methods.columns.budget import STATES, share_out
from jiqun.methods.columns.referee import Asked, decided, patch, rounded, settle
from jiqun.methods.columns.work import ROW, Work, first_of, is_member, word
from jiqun.packs.models.method import Ceiling, Entitlement, SharedBudget
from jiqun.values import exact

_PASSING = ("entitled__", "amount__", "budget__", "ceiling__", "shared__")
TEST = "entitled__"  # + entitlement: whether its grade and condition hold


def add_entitlements(work: Work) -> None:
    """Add `entitlement__X` (the amount, scaled) and `entitlement__X__state` for members.

    States: applies · superseded (a higher amount of the same exclusive group applies) · unknown · no. The grade that
    counts is the final one, or the one a scored-but-not-graded subject is treated as. A grade that is still open, an
    unknown condition or a missing amount makes the entitlement unknown, never no. Amounts are rounded half-up to their
    digits, then capped; at equal amounts of a group the first written applies; then ceilings hold what one subject gets
    together, budgets are shared out, and at the end those that several entitlements share. Where one of them may cut,
    `entitlement__X__asked` keeps the amount before.
    """
    entitlements = work.plan.method.entitlements
    if not entitlements:
        return
    asked = [asked for name, one in entitlements.items() for asked in _asked(work, name, one)]
    asked += [_most(work, name, one) for name, one in work.plan.method.ceilings.items()]
    asked += [_whole(work, name, one) for name, one in work.plan.method.budgets.items()]
    settle(work, asked)
    work.add(**{f"{TEST}{name}": _test(name, one) for name, one in entitlements.items()})
    for name, one in entitlements.items():
        amount = _amount(name, one)
        state = _state(nw.col(f"{TEST}{name}"), amount)
        applies = nw.col(f"{TEST}{name}").fill_null(False)
        shown = nw.lit(None, nw.Int64) if amount is None else nw.when(is_member() & applies).then(amount)
        work.add(
            **{f"entitlement__{name}": shown, f"entitlement__{name}__state": nw.when(is_member()).then(state)},
        )
        if work.plan.method.may_be_cut(name):
            before = nw.when(is_member() & applies).then(nw.col(f"amount__{name}"))
            work.add(**{f"entitlement__{name}__asked": before})
    for group in {one.exclusive for one in entitlements.values() if one.exclusive is not None}:
        _settle_exclusive(work, [name for name, one in entitlements.items() if one.exclusive == group])
    for name, ceiling in work.plan.method.ceilings.items():
        _hold_together(work, name, ceiling)
    for name, one in entitlements.items():
        if one.budget is not None:
            share_out(work, (name,), one.budget, f"budget__{name}")
    for name, shared in work.plan.method.budgets.items():
        share_out(work, shared.of, shared, f"shared__{name}")
    passing = [name for name in work.columns if name.startswith(_PASSING)]
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


def _most(work: Work, name: str, one: Ceiling) -> Asked:
    digits = work.plan.method.entitlements[one.of[0]].digits
    return rounded(work, f"ceilings.{name}.at_most", digits, f"ceiling__{name}", is_member())


def _whole(work: Work, name: str, one: SharedBudget) -> Asked:
    digits = work.plan.method.entitlements[one.of[0]].digits
    return rounded(work, f"budgets.{name}.amount", digits, f"shared__{name}", is_member())


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


def _hold_together(work: Work, name: str, one: Ceiling) -> None:
    """Cut the amounts of a subject that come to more than its ceiling; few subjects have two in force."""
    work.settle()
    columns = [column for part in one.of for column in (f"entitlement__{part}", f"entitlement__{part}__state")]
    in_force = reduce(or_, (nw.col(column).cast(nw.String) == "applies" for column in columns[1::2]))
    rows = work.collect(work.frame.filter(in_force).select(ROW, f"ceiling__{name}", *columns))
    kept: dict[str, list[Any]] = {column: [] for column in columns}
    for _, most, *cells in rows.iter_rows():
        found = held_together(one, most, list(zip(cells[::2], cells[1::2], strict=True)))
        for column, cell in zip(columns, (cell for pair in found for cell in pair), strict=True):
            kept[column].append(cell)
    patch(work, rows[ROW], {column: kept[column] for column in columns[::2]})
    for column in columns[1::2]:
        said = work.table[column].cast(pl.String).scatter(rows[ROW], pl.Series(kept[column], dtype=pl.String))
        work.keep(work.table.with_columns(said.cast(pl.Enum(STATES)).alias(column)))


Standing = tuple[int | None, str]  # the scaled amount of an entitlement, and its state


def held_together(one: Ceiling, most: int | None, parts: Sequence[Standing]) -> list[Standing]:
    """What remains of the amounts in force under a ceiling; what a still unknown one may take leaves others unknown.

    >>> two = Ceiling(title="合计", of=("a", "b"), at_most="100")
    >>> held_together(two, 100, [(80, "applies"), (50, "applies")])
    [(80, 'applies'), (20, 'applies')]
    """
    open_ones = [state == "unknown" for _, state in parts]
    asked = sum(amount or 0 for amount, state in parts if state == "applies")
    room = None if most is None else max(most, 0)
    found: list[Standing] = []
    for place, (amount, state) in enumerate(parts):
        before = open_ones if one.cut == "in_proportion" else open_ones[:place]
        if state != "applies" or amount is None:
            found.append((amount, state))
        elif most is None or room is None or any(before):
            found.append((None, "unknown"))
        elif one.cut == "in_proportion":
            found.append((amount if asked <= room else amount * room // asked, "applies"))
        else:
            found.append((min(amount, room), "applies"))
            room -= min(amount, room)
    return found
