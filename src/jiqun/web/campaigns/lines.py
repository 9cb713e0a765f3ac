"""The results of a campaign opened at the lines: a few firms above and below each, with how far they are from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from jiqun.methods.explanation.restricted import MASKED, total_hidden
from jiqun.reports.run import Evaluated
from jiqun.web.campaigns.arithmetic import pool_words
from jiqun.web.campaigns.queries import KINDS, Firms
from jiqun.web.campaigns.state import State
from jiqun.web.land.queries import (
    GridRow,
    Item,
    cut_words,
    grid_rows,
    hidden_from,
    items_of,
    total_digits,
    unscaled,
    within,
)
from jiqun.web.people.scope import Scope
from jiqun.web.region import evaluated
from jiqun.web.shell.language import both, spoken

_SIDE = 3  # firms shown on either side of a line
_BETWEEN = "~"


@dataclass(frozen=True)
class Pool:
    """Firms that were ranked together, as far as the reader may see them; `id` names the pool in an address."""

    id: str
    title: str
    firms: int


@dataclass(frozen=True)
class LineRow:
    """A firm near a line: the line it is nearest to and how far from it, and what is under way about it.

    `skipped` firms lie between it and the row before; `cuts` are the lines just above it: grade and words.
    """

    row: GridRow
    nearest: str
    distance: str | None
    appeal: int | None
    adjusted: str
    skipped: int
    cuts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Opened:
    """One pool opened at its lines."""

    pools: tuple[Pool, ...]
    pool: Pool
    population: str
    ranked: int
    items: tuple[Item, ...]
    rows: tuple[LineRow, ...]
    last_cuts: tuple[tuple[str, str], ...]
    grades: tuple[str, ...]

    @property
    def span(self) -> int:
        return 8 + len(self.items)


def opened(run_id: str, state: State, firms: Firms, scope: Scope, wanted: str = "") -> Opened | None:
    """Open the pool that was asked for, else the one with most firms; None where the reader sees no ranked firms.

    A firm sees itself only, on its own page. Lines are those of everybody in the pool, rows those of the reader.
    """
    data = evaluated(run_id, spoken())
    if scope.column == "enterprise" or "grade__ranked" not in data.rows.columns:
        return None
    seen = _ranked(within(data, scope))
    if state.campaign.district:
        seen = seen.filter(pl.col(data.plan.subject).is_in(list(firms.names)))
    pools = tuple(_pools(data, seen))
    if not pools:
        return None
    pool = next((one for one in pools if one.id == wanted), max(pools, key=lambda one: one.firms))
    return _Opening(data, pool, state, hidden_from(data, scope)).opened(pools, seen)


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("rank").is_not_null() & pl.col("grade__ranked").is_not_null())


def _pools(data: Evaluated, rows: pl.DataFrame) -> Iterator[Pool]:
    keys = rows.select(pl.col("population", "pool").cast(pl.String))
    order = list(data.plan.populations)
    counted = sorted(
        keys.group_by("population", "pool").len().rows(), key=lambda one: (order.index(one[0]), -one[2], one[1] or "")
    )
    for population, pool, firms in counted:
        title = pool_words(pool or population, data.voice, str(data.plan.period))
        yield Pool(f"{population}{_BETWEEN}{pool or ''}", title, firms)


class _Opening:
    def __init__(self, data: Evaluated, pool: Pool, state: State, hidden: frozenset[str]) -> None:
        self.data, self.pool, self.state, self.hidden = data, pool, state, hidden
        self.population, _, self.name = pool.id.partition(_BETWEEN)
        grade = data.plan.grade(self.population)
        self.classes = list(grade.classes) if grade is not None else []
        self.by_total = grade is not None and grade.quota is not None and grade.quota.of == "total"
        everybody = self._inside(_ranked(data.rows))
        self.ranked = everybody.height
        # in the order of ranks, so that the last one stays
        last = {str(row["grade__ranked"]): row for row in self._placed(everybody)}
        there = [one for one in self.classes if one in last]
        self.lines: Mapping[str, Mapping[str, Any]] = {one: last[one] for one in there[:-1]}

    def opened(self, pools: tuple[Pool, ...], seen: pl.DataFrame) -> Opened:
        frame = self._inside(seen)
        items = tuple(items_of(self.data, self.population, self.hidden))
        own = self._placed(frame)
        at = {one: sum(self._place(row) <= self._place(last) for row in own) for one, last in self.lines.items()}
        near = sorted({n for cut in at.values() for n in range(cut - _SIDE, cut + _SIDE) if 0 <= n < len(own)})
        grid = grid_rows(self.data, frame[near], list(items), False, self.hidden)
        rows, before = [], -1
        for n, shown in zip(near, grid, strict=True):
            cuts = tuple(self._cut(one) for one, cut in at.items() if before < cut <= n)
            rows.append(self._row(shown, own[n], n - before - 1, cuts))
            before = n
        rest = tuple(self._cut(one) for one, cut in at.items() if cut > before)
        return Opened(pools, self.pool, self.population, self.ranked, items, tuple(rows), rest, tuple(self.lines))

    def _inside(self, rows: pl.DataFrame) -> pl.DataFrame:
        same = pl.col("population").cast(pl.String) == self.population
        if self.name:
            same &= pl.col("pool").cast(pl.String) == self.name
        return rows.filter(same).sort("rank", self.data.plan.subject)

    @staticmethod
    def _placed(rows: pl.DataFrame) -> list[dict[str, Any]]:
        return rows.select("population", "rank", "grade__ranked", "total").to_dicts()

    def _place(self, row: Mapping[str, Any]) -> int:
        return self.classes.index(str(row["grade__ranked"]))

    def _cut(self, grade: str) -> tuple[str, str]:
        return grade, cut_words(self.data, self.lines[grade], self.hidden)

    def _row(self, shown: GridRow, row: Mapping[str, Any], skipped: int, cuts: Sequence[tuple[str, str]]) -> LineRow:
        nearest, distance = self._distance(row)
        appeal = next((one.number for one in self.state.open_appeals if one.said["enterprise"] == shown.subject), None)
        kinds = [
            both(*KINDS[one.said["kind"]])
            for one in self.state.adjustments.values()
            if one.said["enterprise"] == shown.subject and one.stands
        ]
        return LineRow(shown, nearest, distance, appeal, both("、", ", ").join(kinds), skipped, tuple(cuts))

    def _distance(self, row: Mapping[str, Any]) -> tuple[str, str | None]:
        """The nearest line of its own grade or the one above, and the points above (+) or below (−) its last firm."""
        at = self._place(row)
        beside = [one for one in self.lines if self.classes.index(one) in (at - 1, at)]
        if not beside or not self.by_total or row["total"] is None:
            return "", None
        gaps = {one: row["total"] - self.lines[one]["total"] for one in beside}
        nearest = min(gaps, key=lambda one: abs(gaps[one]))
        if total_hidden(self.hidden, self.population):
            return "", MASKED
        said = unscaled(gaps[nearest], total_digits(self.data, self.population)) or ""
        return nearest, said if gaps[nearest] < 0 else f"+{said}" if gaps[nearest] else said
