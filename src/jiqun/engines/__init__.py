"""Engines: where columns are computed, and the exact integer work done on them."""

from jiqun.engines.engine import Engine, Frame, Source
from jiqun.engines.opening import ENGINES, open_engine
from jiqun.engines.rounding import guarded_round, guarded_round_in_steps
from jiqun.engines.statistics import (
    MEDIAN,
    GroupStatistics,
    Neighbours,
    Quantile,
    Wanted,
    group_statistics,
    many_group_statistics,
)
from jiqun.expressions.rounding import DIVISION_STEPS, ROUNDOFF, unscaled

__all__ = [
    "DIVISION_STEPS",
    "ENGINES",
    "MEDIAN",
    "ROUNDOFF",
    "Engine",
    "Frame",
    "GroupStatistics",
    "Neighbours",
    "Quantile",
    "Source",
    "Wanted",
    "group_statistics",
    "guarded_round",
    "guarded_round_in_steps",
    "many_group_statistics",
    "open_engine",
    "unscaled",
]
