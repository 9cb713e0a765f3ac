"""A sum that many share: their amounts cut in proportion, or served in an order until nothing is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import groupby
from operator import or_
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.columns.referee import patch
from jiqun.methods.columns.work import ROW, Work, exact_values
from jiqun.methods.exact.member import read_value
from jiqun.packs.models.method import Budget, SharedBudget

STATES = ("applies", "superseded", "unknown", "no")


@dataclass(frozen=True)
class Claim:
    """What one subject asks of a budget: an amount of each kind (None: not in force), the whole, names of its order."""

    own: tuple[int | None, ...]
    whole: int | None
    names: Mapping[str, Exact]

    @property
    def asked(self) -> int:
        return sum(one or 0 for one in self.own)


def share_out(work: Work, of: Sequence[str], budget: Budget, whole: str) -> None:
    """Cut the amounts in force of every group that asks for more than its budget, which stands in the column `whole`.

    Those who get something are few beside a population, and the products outgrow 64 bits, so this runs over Python's
    integers. Where the budget or the group is missing, or nobody can say who came first, the amount is unknown.
    """
    work.settle()
    amounts = [f"entitlement__{name}" for name in of]
    states = [f"{amount}__state" for amount in amounts]
    groups = {f"group__{index}": work.value(column) for index, column in enumerate(budget.over)}
    order = [column.removeprefix("-") for column in budget.order]
    applies = reduce(or_, (nw.col(state).cast(nw.String) == "applies" for state in states))
    asked = work.frame.filter(applies).select(ROW, *amounts, *states, whole, **groups, **work.needs(order))
    table = work.collect(asked)
    rows = list(table.iter_rows(named=True))
    found: dict[tuple[Any, ...], list[int]] = {}
    for at, row in enumerate(rows):
        found.setdefault(tuple(row[group] for group in groups), []).append(at)
    given: list[Sequence[int | None]] = [()] * len(rows)
    for key, places in found.items():
        claims = []
        for row in (rows[at] for at in places):
            own = [row[name] if row[state] == "applies" else None for name, state in zip(amounts, states, strict=True)]
            known = None if None in key else row[whole]
            claims.append(Claim(tuple(own), known, exact_values(order, row, read_value)))
        for at, shares in zip(places, shared(claims, budget), strict=True):
            given[at] = shares
    for kind, (amount, state) in enumerate(zip(amounts, states, strict=True)):
        claiming = [at for at, row in enumerate(rows) if row[state] == "applies"]
        here = table[ROW].gather(claiming)
        shares = [given[at][kind] for at in claiming]
        patch(work, here, {amount: shares})
        told = pl.Series(["unknown" if one is None else "applies" for one in shares], dtype=pl.String)
        said = work.table[state].cast(pl.String).scatter(here, told)
        work.keep(work.table.with_columns(said.cast(pl.Enum(STATES)).alias(state)))


def shared(claims: Sequence[Claim], budget: Budget) -> list[Sequence[int | None]]:
    """What each of a group gets of each kind.

    >>> claims = [Claim((60, 40), 120, {}), Claim((None, 100), 120, {})]
    >>> both = SharedBudget(title="合计", of=("a", "b"), amount="120", kinds="in_turn")
    >>> shared(claims, both)
    [[60, 17], [None, 42]]
    """
    if not (isinstance(budget, SharedBudget) and budget.kinds == "in_turn"):
        return _together(claims, budget)
    found: list[list[int | None]] = [[None] * len(claim.own) for claim in claims]
    spent: int | None = 0
    for kind in range(len(claims[0].own)):
        here = [at for at, claim in enumerate(claims) if claim.own[kind] is not None]
        left = [_only(claims[at], kind, spent) for at in here]
        shares = [one[0] for one in _together(left, budget)]
        for at, share in zip(here, shares, strict=True):
            found[at][kind] = share
        spent = None if spent is None or None in shares else spent + sum(one or 0 for one in shares)
    return list(found)


def _only(claim: Claim, kind: int, spent: int | None) -> Claim:
    """The claim of one kind on what others left of the budget."""
    whole = None if claim.whole is None or spent is None else max(claim.whole - spent, 0)
    return replace(claim, own=(claim.own[kind],), whole=whole)


def _together(claims: Sequence[Claim], budget: Budget) -> list[Sequence[int | None]]:
    """What each gets where all kinds count alike; in an order, one subject's kinds stand behind each other."""
    wanted = sum(claim.asked for claim in claims)
    if budget.cut == "in_proportion":
        return [[_part(own, claim.whole, wanted) for own in claim.own] for claim in claims]
    found: list[Sequence[int | None]] = []
    for claim, span in zip(claims, _asked_before(claims, budget.order), strict=True):
        shares: list[int | None] = []
        for kind, own in enumerate(claim.own):
            earlier = sum(one or 0 for one in claim.own[:kind])
            ends = {_served(own, before + earlier, claim.whole, budget.last) for before in span}
            shares.append(ends.pop() if len(ends) == 1 else None)
        found.append(shares)
    return found


def _part(own: int | None, whole: int | None, wanted: int) -> int | None:
    if own is None or whole is None:
        return None
    return own if wanted <= whole else own * whole // wanted


def _served(own: int | None, before: int, whole: int | None, last: str) -> int | None:
    """What one gets when `before` is asked for ahead of it."""
    if own is None or whole is None:
        return None
    if before + own <= whole:
        return own
    return 0 if last == "nothing" else max(whole - before, 0)


def _asked_before(claims: Sequence[Claim], order: Sequence[str]) -> list[tuple[int, int]]:
    """The least and the most that may be asked for ahead of each.

    One whose own place is not known may stand before or behind everybody, and of those at the same place each may come
    first or last.
    """
    placed = [at for at, claim in enumerate(claims) if None not in claim.names.values()]
    wanted = sum(claim.asked for claim in claims)
    floating = wanted - sum(claims[at].asked for at in placed)

    def key(at: int) -> tuple[Any, ...]:
        return tuple(claims[at].names[name.removeprefix("-")] for name in order)

    for name in reversed(order):
        bare = name.removeprefix("-")
        placed.sort(key=partial(_named, claims, bare), reverse=bare == name)
    found = [(0, wanted - claim.asked) for claim in claims]
    before = 0
    for _, together in groupby(placed, key):
        level = list(together)
        tied = sum(claims[at].asked for at in level)
        for at in level:
            found[at] = (before, before + floating + tied - claims[at].asked)
        before += tied
    return found


def _named(claims: Sequence[Claim], name: str, at: int) -> Any:
    return claims[at].names[name]
