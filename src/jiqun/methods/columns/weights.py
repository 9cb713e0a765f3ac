"""Weights that are computed, and comparisons with a cohort: columns of values in, weights or closeness out.

Everything is exact but roots, which have 40 decimals, and entropies and eigenvectors, which have 30: enough to see an
exact half as a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from jiqun.packs.models.method import Ahp
from jiqun.values import half_up

Column = Sequence[Fraction]
# Saaty's mean random consistency indices for 1 to 10 parts (Saaty 1980)
RANDOM_INDEX = tuple(
    Fraction(text) for text in ("0", "0", "0.58", "0.90", "1.12", "1.24", "1.32", "1.41", "1.45", "1.49")
)
LARGEST_RATIO = Fraction(1, 10)  # judgements with CR at or above it should be made again
_ROOT, _SERIES = 40, 30
_PRECISE = Context(prec=100, Emax=10**9, Emin=-(10**9))
_MOST_ROUNDS = 20_000


def entropy_weights(columns: Sequence[Column], of: Literal["share", "min_max"]) -> list[Fraction] | None:
    """(1 − e) ÷ Σ (1 − e) with e = −Σ p·ln p ÷ ln n; None for n < 2, a negative share, no variation."""
    n = len(columns[0])
    if n < 2 or (of == "share" and any(value < 0 for column in columns for value in column)):
        return None
    spread = [1 - _entropy(list(column) if of == "share" else scaled(column)) for column in columns]
    whole = sum(spread, Fraction(0))
    return None if whole == 0 else [one / whole for one in spread]


def _entropy(values: Sequence[Fraction]) -> Fraction:
    """1 where nothing can be told apart, all zeros included."""
    together = sum(values, Fraction(0))
    if together == 0:
        return Fraction(1)
    shares = [value / together for value in values if value > 0]
    above = sum((_exactly(share) * _PRECISE.ln(_exactly(share)) for share in shares), Decimal(0))
    return half_up(Fraction(_PRECISE.divide(-above, _PRECISE.ln(Decimal(len(values))))), _SERIES)


def critic_weights(columns: Sequence[Column]) -> list[Fraction] | None:
    """s·Σ (1 − r) as shares; a part without variation has weight 0. None for fewer than two members or no conflict."""
    varied = [index for index, column in enumerate(columns) if len(set(column)) > 1]
    if not varied:
        return None
    apart = {index: _apart(columns[index]) for index in varied}
    content = dict.fromkeys(range(len(columns)), Fraction(0))
    for one in varied:
        own = _product(apart[one], apart[one])
        width = max(columns[one]) - min(columns[one])
        deviation = _root(own / (len(apart[one]) - 1) / width**2)
        conflict = Fraction(0)
        for other in varied:
            both = _product(apart[one], apart[other])
            size = _root(both**2 / (own * _product(apart[other], apart[other])))
            conflict += 1 - (size if both >= 0 else -size)
        content[one] = deviation * conflict
    whole = sum(content.values(), Fraction(0))
    return None if whole == 0 else [content[index] / whole for index in range(len(columns))]


def _apart(column: Column) -> list[Fraction]:
    mean = sum(column, Fraction(0)) / len(column)
    return [value - mean for value in column]


def _product(left: Column, right: Column) -> Fraction:
    return sum((one * other for one, other in zip(left, right, strict=True)), Fraction(0))


@dataclass(frozen=True)
class Judged:
    """Weights of pairwise judgements with λmax and the consistency ratio CR = (λmax − n) ÷ (n − 1) ÷ RI."""

    weights: tuple[Fraction, ...]
    largest: Fraction
    ratio: Fraction

    @property
    def consistent(self) -> bool:
        return self.ratio < LARGEST_RATIO


@cache
def judged(ahp: Ahp) -> Judged:
    """Weigh parts by pairwise judgements.

    >>> one = judged(Ahp.model_validate({"matrix": [[1, 2, 4], ["1/2", 1, 2], ["1/4", "1/2", 1]], "by": "eigenvector"}))
    >>> [str(weight) for weight in one.weights], one.ratio
    (['4/7', '2/7', '1/7'], Fraction(0, 1))
    """
    cells = ahp.judgements
    n = len(cells)
    found = {"eigenvector": _eigenvector, "geometric_mean": _row_means, "column_mean": _column_shares}
    raw = found[ahp.by](cells)
    together = sum(raw, Fraction(0))
    weights = tuple(value / together for value in raw)
    rows = [_product(row, weights) / weight for row, weight in zip(cells, weights, strict=True)]
    largest = half_up(sum(rows, Fraction(0)) / n, _SERIES - 5)
    ratio = Fraction(0) if n < 3 else (largest - n) / (n - 1) / RANDOM_INDEX[n - 1]
    return Judged(weights, largest, ratio)


def _eigenvector(cells: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """The principal right eigenvector by power iteration; its first part is 1."""
    rows = [[_exactly(cell) for cell in row] for row in cells]
    vector = [Decimal(1)] * len(rows)
    for _ in range(_MOST_ROUNDS):
        moved = [sum((_PRECISE.multiply(a, x) for a, x in zip(row, vector, strict=True)), Decimal(0)) for row in rows]
        following = [_PRECISE.divide(value, moved[0]) for value in moved]
        change = max(abs(new / old - 1) for new, old in zip(following, vector, strict=True))
        vector = following
        if change < Decimal(10) ** -50:
            break
    return [half_up(Fraction(value), _SERIES) for value in vector]


def _row_means(cells: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    found = []
    for row in cells:
        logarithms = sum((_PRECISE.ln(_exactly(cell)) for cell in row), Decimal(0))
        found.append(half_up(Fraction(_PRECISE.exp(_PRECISE.divide(logarithms, Decimal(len(row))))), _SERIES))
    return found


def _column_shares(cells: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """What each row has of every column, added up: the mean of the columns made to one (和积法)."""
    sums = [sum(column, Fraction(0)) for column in zip(*cells, strict=True)]
    return [sum((cell / whole for cell, whole in zip(row, sums, strict=True)), Fraction(0)) for row in cells]


# --- comparisons


def topsis(columns: Sequence[Column], weights: Column, lower: Sequence[bool]) -> list[Fraction | None]:
    """Closeness d⁻ ÷ (d⁺ + d⁻) of every member; None where all are the same."""
    squares = [sum((value**2 for value in column), Fraction(0)) for column in columns]
    best = [min(column) if less else max(column) for column, less in zip(columns, lower, strict=True)]
    worst = [max(column) if less else min(column) for column, less in zip(columns, lower, strict=True)]

    def distance(row: Sequence[Fraction], ideal: Column) -> Fraction:
        parts = (
            (weight * (value - end)) ** 2 / square
            for value, end, weight, square in zip(row, ideal, weights, squares, strict=True)
            if square
        )
        return _root(sum(parts, Fraction(0)))

    found: list[Fraction | None] = []
    for row in zip(*columns, strict=True):
        far, near = distance(row, worst), distance(row, best)
        found.append(far / (far + near) if far + near else None)
    return found


def grey(columns: Sequence[Column], weights: Column, lower: Sequence[bool], rho: Fraction) -> list[Fraction | None]:
    """Grey relational degree Σ w·ρ ÷ (Δ + ρ) ÷ Σ w to the best; a part without variation is at its best."""
    whole = sum(weights, Fraction(0))
    near = [scaled(column, less, Fraction(1)) for column, less in zip(columns, lower, strict=True)]
    return [
        sum((weight * rho / (1 - value + rho) for value, weight in zip(row, weights, strict=True)), Fraction(0)) / whole
        if whole
        else None
        for row in zip(*near, strict=True)
    ]


def scaled(column: Column, lower: bool = False, flat: Fraction = Fraction(0)) -> list[Fraction]:
    """Min–max values 0 to 1, turned round where less is better; `flat` where all are the same."""
    low, high = min(column), max(column)
    if low == high:
        return [flat] * len(column)
    return [(high - value if lower else value - low) / (high - low) for value in column]


def _exactly(value: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def _root(value: Fraction) -> Fraction:
    return half_up(Fraction(_PRECISE.sqrt(_exactly(value))), _ROOT)
