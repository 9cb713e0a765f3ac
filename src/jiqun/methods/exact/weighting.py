"""Nodes that look at a cohort, and weights that are computed (S8): the exact reading."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from jiqun.methods.exact.irrational import geometric_mean, square_root
from jiqun.packs.models.method import Ahp, Node
from jiqun.values import exact, half_up, logarithm

Row = Sequence[Fraction | None]


def weights_of(node: Node, rows: Sequence[Row]) -> list[Fraction] | None:
    """The weights of a node's parts, rounded where they are computed; `rows` are the cohort's parts."""
    how = node.weighting
    if how is None or how.equal:
        return [exact((node.weights or {}).get(name, "1")) for name in node.of]
    if how.ahp is not None:
        found: list[Fraction] | None = judgement_weights(how.ahp)
    else:
        whole = [[value for value in row if value is not None] for row in rows if None not in row]
        if len(whole) < 2:
            return None
        plain = how.entropy is not None and how.entropy.of == "share"
        columns = [
            _turned(list(column), name in node.lower and not plain)
            for name, column in zip(node.of, zip(*whole, strict=True), strict=True)
        ]
        found = _critic(columns) if how.critic else _entropy(columns, plain)
    return None if found is None else [half_up(weight, how.digits) for weight in found]


def _turned(column: list[Fraction], lower: bool) -> list[Fraction]:
    return [max(column) + min(column) - value for value in column] if lower else column


def _entropy(columns: Sequence[list[Fraction]], plain: bool) -> list[Fraction] | None:
    """Σ p·ln p is Σ x·ln x ÷ S − ln S for the shares p = x ÷ S."""
    left = []
    for column in columns:
        values = column if plain else [value - min(column) for value in column]
        if any(value < 0 for value in values):
            return None
        total = sum(values)
        if total == 0:
            left.append(Fraction(0))
            continue
        inner = sum((value * logarithm(value) for value in values if value), Fraction(0)) / total - logarithm(total)
        left.append(1 + half_up(inner / logarithm(Fraction(len(values))), 30))
    together = sum(left, Fraction(0))
    return [one / together for one in left] if together else None


def _critic(columns: Sequence[list[Fraction]]) -> list[Fraction] | None:
    n = len(columns[0])
    means = [sum(column, Fraction(0)) / n for column in columns]

    def covariance(j: int, k: int) -> Fraction:
        pairs = zip(columns[j], columns[k], strict=True)
        return sum(((x - means[j]) * (y - means[k]) for x, y in pairs), Fraction(0)) / (n - 1)

    said = []
    for j, column in enumerate(columns):
        own, width, unlike = covariance(j, j), max(column) - min(column), Fraction(0)
        for k in range(len(columns)):
            other, both = covariance(k, k), covariance(j, k)
            if own and other:
                r = square_root(both**2 / (own * other))
                unlike += 1 - r if both > 0 else 1 + r
        said.append(square_root(own / width**2) * unlike if own else Fraction(0))
    together = sum(said, Fraction(0))
    return [one / together for one in said] if together else None


def judgement_weights(ahp: Ahp) -> list[Fraction]:
    """Weigh by pairwise judgements: the matrix is squared until its rows stand in one proportion (Saaty)."""
    cells = [list(row) for row in ahp.judgements]
    if ahp.by == "geometric_mean":
        raw = [half_up(geometric_mean(row, [Fraction(1)] * len(row)), 30) for row in cells]
        return [value / sum(raw) for value in raw]
    if ahp.by == "column_mean":
        shares = [[cell / sum(column, Fraction(0)) for cell in column] for column in zip(*cells, strict=True)]
        return [sum(row, Fraction(0)) / len(cells) for row in zip(*shares, strict=True)]
    before: list[Fraction] = []
    for _ in range(20):
        sums = [sum(row, Fraction(0)) for row in cells]
        now = [half_up(one / sums[0], 60) for one in sums]
        if now == before:
            break
        before, size = now, sum(sums)
        cells = [[half_up(cell / size, 90) for cell in row] for row in _squared(cells)]
    first = [half_up(value, 30) for value in before]
    return [value / sum(first) for value in first]


def _squared(cells: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    turned = list(zip(*cells, strict=True))
    return [[sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in turned] for row in cells]


def compared(node: Node, rows: Sequence[Row], weights: Sequence[Fraction]) -> list[Fraction | None]:
    """TOPSIS closeness or grey relational degree of every row within the rows that have all parts."""
    whole = [row for row in rows if None not in row]
    if not whole:
        return [None] * len(rows)
    columns = [
        _turned([value for value in column if value is not None], name in node.lower)
        for name, column in zip(node.of, zip(*whole, strict=True), strict=True)
    ]
    if node.take == "grey":
        found = iter(_grey(columns, weights, exact(node.rho)))
    else:
        squares = [
            sum((value**2 for value in column if value is not None), Fraction(0)) for column in zip(*whole, strict=True)
        ]
        found = iter(_topsis(columns, weights, squares))
    return [None if None in row else next(found) for row in rows]


def _topsis(
    columns: Sequence[list[Fraction]], weights: Sequence[Fraction], squares: Sequence[Fraction]
) -> list[Fraction | None]:
    """Turned columns have the same distances, and the best is the highest; lengths are those before turning."""
    found: list[Fraction | None] = []
    for index in range(len(columns[0])):
        above = below = Fraction(0)
        for column, weight, square in zip(columns, weights, squares, strict=True):
            if square != 0:
                above += weight**2 * (max(column) - column[index]) ** 2 / square
                below += weight**2 * (column[index] - min(column)) ** 2 / square
        up, down = square_root(above), square_root(below)
        found.append(None if up + down == 0 else down / (up + down))
    return found


def _grey(columns: Sequence[list[Fraction]], weights: Sequence[Fraction], rho: Fraction) -> list[Fraction | None]:
    found: list[Fraction | None] = []
    for index in range(len(columns[0])):
        degree = Fraction(0)
        for column, weight in zip(columns, weights, strict=True):
            width = max(column) - min(column)
            gap = Fraction(0) if width == 0 else (max(column) - column[index]) / width
            degree += weight * rho / (gap + rho)
        found.append(degree / sum(weights) if sum(weights) else None)
    return found
