"""A sum that many share: their amounts cut in proportion, or served in an order until nothing is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.exact.member import read_value
from jiqun.methods.referee import patch
from jiqun.methods.work import ROW, Work, exact_values
from jiqun.packs.models.method import Budget

STATES = ("applies", "superseded", "unknown", "no")
Claim = tuple[int, int | None, Mapping[str, Exact]]  # the amount, the whole budget, the names of its order


def share_out(work: Work, name: str, budget: Budget) -> None:
    """Cut the amounts in force of every group that asks for more than its budget.

    Those who get something are few beside a population, and the products outgrow 64 bits, so this runs over Python's
    integers. Where the budget or the group is missing, or nobody can say who came first, the amount is unknown.
    """
    work.settle()
    amount, state = f"entitlement__{name}", f"entitlement__{name}__state"
    groups = {f"group__{index}": work.value(column) for index, column in enumerate(budget.over)}
    order = [column.removeprefix("-") for column in budget.order]
    applies = nw.col(state).cast(nw.String) == "applies"
    asked = work.frame.filter(applies).select(ROW, amount, f"budget__{name}", **groups, **work.needs(order))
    table = work.collect(asked)
    found: dict[tuple[Any, ...], list[int]] = {}
    rows = list(table.iter_rows(named=True))
    for at, row in enumerate(rows):
        found.setdefault(tuple(row[group] for group in groups), []).append(at)
    shares: list[int | None] = [None] * len(rows)
    for key, places in found.items():
        claims = [
            (row[amount], row[f"budget__{name}"], exact_values(order, row, read_value))
            for row in (rows[at] for at in places)
        ]
        for at, share in zip(places, _shares(claims, budget), strict=True):
            shares[at] = None if None in key else share
    states = ["unknown" if one is None else "applies" for one in shares]
    patch(work, table[ROW], {amount: shares})
    said = work.table[state].cast(pl.String).scatter(table[ROW], pl.Series(states, dtype=pl.String))
    work.keep(work.table.with_columns(said.cast(pl.Enum(STATES)).alias(state)))


def _shares(claims: Sequence[Claim], budget: Budget) -> list[int | None]:
    """What each of a group gets."""
    wanted = sum(own for own, _, _ in claims)
    if budget.cut == "in_proportion":
        return [
            None if whole is None else own if wanted <= whole else own * whole // wanted for own, whole, _ in claims
        ]
    found: list[int | None] = []
    for (own, whole, _), span in zip(claims, _asked_before(claims, budget.order), strict=True):
        ends = set() if whole is None else {_served(own, before, whole, budget.last) for before in span}
        found.append(ends.pop() if len(ends) == 1 else None)
    return found


def _served(own: int, before: int, whole: int, last: str) -> int:
    """What one gets when `before` is asked for ahead of it."""
    if before + own <= whole:
        return own
    return 0 if last == "nothing" else max(whole - before, 0)


def _asked_before(claims: Sequence[Claim], order: Sequence[str]) -> list[tuple[int, int]]:
    """The least and the most that may be asked for ahead of each.

    One whose own place is not known may stand before or behind everybody, and of those at the same place each may come
    first or last.
    """
    placed = [at for at, (_, _, names) in enumerate(claims) if None not in names.values()]
    wanted = sum(own for own, _, _ in claims)
    floating = wanted - sum(claims[at][0] for at in placed)

    def key(at: int) -> tuple[Any, ...]:
        return tuple(claims[at][2][name.removeprefix("-")] for name in order)

    for name in reversed(order):
        bare = name.removeprefix("-")
        placed.sort(key=partial(_named, claims, bare), reverse=bare == name)
    found = [(0, wanted - own) for own, _, _ in claims]
    before = 0
    for _, together in groupby(placed, key):
        level = list(together)
        tied = sum(claims[at][0] for at in level)
        for at in level:
            found[at] = (before, before + floating + tied - claims[at][0])
        before += tied
    return found


def _named(claims: Sequence[Claim], name: str, at: int) -> Any:
    return claims[at][2][name]
