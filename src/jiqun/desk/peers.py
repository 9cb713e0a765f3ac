"""What a firm's peers got: the median points of the firms of the same population and industry division."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from jiqun.methods.columns.work import MEMBER_STATUSES
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.wording.numbers import scaled_text
from jiqun.values import from_scaled, half_up, to_scaled

ENOUGH = 10  # a median of fewer firms says little of an industry, and more than it should of one of them
_DIVISION = 2  # characters of a code of GB/T 4754 that name its division (大类)


@dataclass(frozen=True)
class Peers:
    """Median points by item, of `size` firms; `division` is empty where the whole population stands for them.

    An item that fewer than ten of them have points for is left out.
    """

    population: str
    division: str
    size: int
    medians: Mapping[str, str]


def peers(plan: Plan, rows: pl.DataFrame, subject: str) -> Peers | None:
    """Return the median points of a subject's peers, itself among them; None where it is not scored or has too few.

    `rows` is the wide trace with `fact__industry` beside it. The peers are the scored firms of its population and
    industry division; where those are fewer than ten, of its population.
    """
    scored = rows.filter(pl.col("status").cast(pl.String).is_in(MEMBER_STATUSES))
    own = scored.filter(pl.col(plan.subject) == subject)
    if own.is_empty():
        return None
    population, industry = str(own["population"][0]), own["fact__industry"][0]
    everybody = scored.filter(pl.col("population").cast(pl.String) == population)
    division = str(industry or "")[:_DIVISION]
    same = everybody.filter(pl.col("fact__industry").str.slice(0, _DIVISION) == division) if division else None
    if same is None or same.height < ENOUGH:
        same, division = everybody, ""
    if same.height < ENOUGH:
        return None
    found = {}
    for item, score in plan.scores(population).items():
        points = same[f"points__{item}"].drop_nulls() if f"points__{item}" in same.columns else pl.Series([])
        if points.len() >= ENOUGH:
            found[item] = _text(points, score.digits)
    return Peers(population, division, same.height, found)


def _text(points: pl.Series, digits: int) -> str:
    """The median of scaled points: the middle one, of an even number the mean of the two in the middle, half up."""
    ordered = points.sort().to_list()
    middle = len(ordered) // 2
    low, high = ordered[middle - 1 + len(ordered) % 2], ordered[middle]
    value = half_up(Fraction(from_scaled(low + high, digits)) / 2, digits)
    return scaled_text(to_scaled(value, digits), digits)
