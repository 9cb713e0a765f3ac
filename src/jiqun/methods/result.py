"""The result of an evaluation: the wide trace, the table of benchmarks, the log of moves, and the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jiqun.methods.plan import Plan
from jiqun.problems import Problem


@dataclass(frozen=True)
class Result:
    """What an evaluation gives.

    `trace` has one row per subject, sorted; figures are scaled integers whose decimals the plan knows. `gathered` are
    the inputs that formulas read, `manifest` says what makes the run the same again and what the referee did.
    """

    plan: Plan
    trace: pl.DataFrame
    gathered: pl.DataFrame
    benchmarks: pl.DataFrame
    moves: pl.DataFrame
    manifest: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def grades(self) -> pl.DataFrame:
        """Subject, population, status, total (as decimal number in float64, for reading), rank and grade."""
        cases = [
            pl.when(pl.col("population") == one).then(pl.col("total") / 10**total.digits)
            for one in self.plan.populations
            if (total := self.plan.total(one)) is not None
        ]
        value = pl.coalesce(cases) if cases else pl.lit(None, pl.Float64)
        return self.trace.select(
            self.plan.subject, "status", "population", value.alias("total"), "rank", "grade", "treated_as", "grade__reason"
        )
