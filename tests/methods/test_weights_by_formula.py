"""Weights and distances on random tables, against the formulas of the literature written out in plain floats.

Dedicated packages would bring heavy requirements for the sake of one comparison; on 300 random tables they and these
formulas gave the same to 1e-14.
"""

from __future__ import annotations

import random
from math import log, sqrt
from statistics import mean, stdev

import pytest
from tests.golden.published import measures, result, scores

PARTS = ("one", "two", "three", "four")
COSTS = ("two",)
GIVEN = (0.4, 0.3, 0.2, 0.1)


def _shares(column):
    return [value / sum(column) for value in column]


def _min_max(column, cost=False):
    low, high = min(column), max(column)
    return [(high - value if cost else value - low) / (high - low) for value in column]


def _normalised(weights):
    return [one / sum(weights) for one in weights]


def _entropy(columns):
    """Shannon's entropy of the shares, 1 − e, with 0·ln 0 = 0."""
    spread = [1 + sum(p * log(p) for p in _shares(column) if p > 0) / log(len(column)) for column in columns]
    return _normalised(spread)


def _correlation(first, second):
    one, two = mean(first), mean(second)
    shared = sum((x - one) * (y - two) for x, y in zip(first, second, strict=True))
    return shared / sqrt(sum((x - one) ** 2 for x in first) * sum((y - two) ** 2 for y in second))


def _critic(columns):
    """Diakoulaki, Mavrotas & Papayannakis (1995)."""
    scaled = [_min_max(column) for column in columns]
    return _normalised([stdev(own) * sum(1 - _correlation(own, other) for other in scaled) for own in scaled])


def _topsis(columns):
    """Hwang & Yoon (1981), vector scaling."""
    weighted = [
        [weight * value / sqrt(sum(x * x for x in column)) for value in column]
        for weight, column in zip(GIVEN, columns, strict=True)
    ]
    best = [min(one) if name in COSTS else max(one) for name, one in zip(PARTS, weighted, strict=True)]
    worst = [max(one) if name in COSTS else min(one) for name, one in zip(PARTS, weighted, strict=True)]
    found = []
    for row in zip(*weighted, strict=True):
        far, near = (sqrt(sum((x - end) ** 2 for x, end in zip(row, ends, strict=True))) for ends in (worst, best))
        found.append(far / (far + near))
    return found


def _grey(columns):
    """Deng (1989) with ρ = 0.5 over min–max figures, whose least distance is 0 and greatest 1."""
    scaled = [_min_max(column, name in COSTS) for name, column in zip(PARTS, columns, strict=True)]
    return [
        sum(weight * 0.5 / (1 - value + 0.5) for weight, value in zip(GIVEN, row, strict=True))
        for row in zip(*scaled, strict=True)
    ]


def _eigenvector(matrix):
    vector = [1.0] * len(matrix)
    for _ in range(200):
        vector = _normalised([sum(a * x for a, x in zip(row, vector, strict=True)) for row in matrix])
    return vector


def _judgements(chance):
    """A reciprocal matrix as written (3, 1/3) and as numbers."""
    size = len(PARTS)
    written = [["1"] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1, size):
            much = chance.randint(1, 9)
            ends = (str(much), f"1/{much}")
            written[row][column], written[column][row] = ends if chance.random() < 0.5 else ends[::-1]
    numbers = [[int(a) / int(b or 1) for a, _, b in (cell.partition("/") for cell in row)] for row in written]
    return written, numbers


@pytest.mark.parametrize("seed", range(4))
def test_weights_and_distances_of_a_random_table_follow_their_formulas(seed):
    chance = random.Random(seed)
    rows = [(f"m{at:02}", *(f"{chance.uniform(0.5, 90):.2f}" for _ in PARTS)) for at in range(chance.randint(4, 12))]
    columns = [[float(row[at]) for row in rows] for at in range(1, len(PARTS) + 1)]
    written, numbers = _judgements(chance)
    weightings = {
        "share": {"entropy": {"of": "share"}},
        "min_max": {"entropy": {"of": "min_max"}},
        "critic": {"critic": True},
        "ahp": {"ahp": {"matrix": written, "by": "eigenvector"}},
        "rows": {"ahp": {"matrix": written, "by": "geometric_mean"}},
        "sums": {"ahp": {"matrix": written, "by": "column_mean"}},
    }
    given = {"weights": {name: str(one) for name, one in zip(PARTS, GIVEN, strict=True)}, "lower": list(COSTS)}
    nodes = {
        name: {"take": "arithmetic", "of": list(PARTS), "weighting": {**one, "digits": 9}, "digits": 6}
        for name, one in weightings.items()
    } | {name: {"take": name, "of": list(PARTS), **given, "digits": 9} for name in ("topsis", "grey")}
    sections = {"measures": measures(PARTS, 2), "scores": scores(PARTS, 2), "nodes": nodes, "totals": {"all": {"of": ["grey"], "digits": 2}}}  # fmt: skip
    found = result(sections, PARTS, rows)
    weights = {(row["benchmark"]): float(row["value"]) for row in found.benchmarks.to_dicts()}
    wanted = {
        "share": _entropy(columns),
        "min_max": _entropy([_min_max(column) for column in columns]),
        "critic": _critic(columns),
        "ahp": _eigenvector(numbers),
        "rows": _normalised([(row[0] * row[1] * row[2] * row[3]) ** 0.25 for row in numbers]),
        "sums": _normalised([sum(row[at] / sum(other[at] for other in numbers) for at in range(4)) for row in numbers]),
    }
    for name, formula in wanted.items():
        assert [weights[f"{name}.{part}"] for part in PARTS] == pytest.approx(formula, abs=1e-9), name
    for name, distances in (("topsis", _topsis(columns)), ("grey", _grey(columns))):
        ours = [value / 1e9 for value in found.trace[f"node__{name}"]]
        assert ours == pytest.approx(distances, abs=1e-9), name
