"""Comparison with the period before: a firm or a whole column that changed so much that its unit may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from jiqun.ledger.intake.row_checks import ROW, number_text
from jiqun.packs.models.table import Column, TableContract

FACTOR = 10.0
_UNIT_RATIOS = (1e3, 1e4, 1e8)  # 千, 万, 亿: what a wrong unit of money, power or weight makes
_NEARNESS = 2.0
_FEWEST_ROWS = 5


@dataclass(frozen=True)
class Jump:
    """One cell that changed more than ten times."""

    row: int
    field: Column
    now: str
    before: str
    times: float


@dataclass(frozen=True)
class Suspicion:
    """A whole column that is about 1,000, 10,000 or 100,000,000 times (or parts) of the period before."""

    field: Column
    ratio: str
    rows: int


def compare(frame: pl.DataFrame, previous: pl.DataFrame, contract: TableContract) -> tuple[list[Suspicion], list[Jump]]:
    """Compare every number that has a unit with the same key's number of the period before, the worst first.

    A suspected column is told once, without its single cells.
    """
    keys = [key for key in contract.primary_key if key != "year" and contract.column(key).type == "string"]
    if not keys or any(key not in frame.columns or key not in previous.columns for key in keys):
        return [], []
    suspicions: list[Suspicion] = []
    jumps: list[Jump] = []
    for field in contract.fields:
        if field.unit and field.type in ("number", "integer") and field.name in frame.columns:
            _compare_field(frame, previous, keys, field, suspicions, jumps)
    return suspicions, sorted(jumps, key=lambda one: (-one.times, one.row))


def _compare_field(
    frame: pl.DataFrame,
    previous: pl.DataFrame,
    keys: Sequence[str],
    field: Column,
    suspicions: list[Suspicion],
    jumps: list[Jump],
) -> None:
    if field.name not in previous.columns:
        return
    before = previous.select(*keys, pl.col(field.name).alias("_before")).drop_nulls().unique(keys, keep="last")
    now = pl.col(field.name).cast(pl.Float64)
    both = (
        frame.select(ROW, *keys, field.name)
        .join(before, on=list(keys))
        .filter((now > 0) & (pl.col("_before") > 0))
        .with_columns((now / pl.col("_before")).alias("_ratio"))
        .sort(ROW)
    )
    if both.height >= _FEWEST_ROWS:
        median = float(both["_ratio"].median())  # type: ignore[arg-type]
        if any(unit / _NEARNESS <= size <= unit * _NEARNESS for unit in _UNIT_RATIOS for size in (median, 1 / median)):
            suspicions.append(Suspicion(field, f"{median:.4g}", both.height))
            return
    changed = both.filter((pl.col("_ratio") > FACTOR) | (pl.col("_ratio") < 1 / FACTOR))
    for row, value, earlier, ratio in changed.select(ROW, field.name, "_before", "_ratio").iter_rows():
        times = max(ratio, 1 / ratio)
        jumps.append(Jump(row, field, number_text(value, field), number_text(earlier, field), times))
