"""The result of an evaluation: the wide trace, the table of benchmarks, the log of moves, and the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import unscaled
from jiqun.methods.columns.sources import as_source
from jiqun.methods.columns.work import pieces
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.explanation.explain import explain
from jiqun.methods.explanation.model import Explanation
from jiqun.methods.explanation.nearest import Nearest, nearest
from jiqun.methods.explanation.reader import Lineage
from jiqun.methods.trace import long_trace
from jiqun.packs import LawBook
from jiqun.problems import Language, Problem

REFEREED = {"subject": pl.String, "column": pl.String, "changed": pl.Boolean}


@dataclass(frozen=True)
class Result:
    """What an evaluation gives.

    `trace` has one row per subject, sorted; figures are scaled integers whose decimals the plan knows. `gathered` are
    the inputs that formulas read, `benchmarks` what measures were held against, `moves` the log of changed grades,
    `refereed` the figures of the trace that the referee decided, and `manifest` what makes the run the same again.
    """

    plan: Plan
    trace: pl.DataFrame
    gathered: pl.DataFrame
    benchmarks: pl.DataFrame
    moves: pl.DataFrame
    manifest: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    refereed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFEREED), repr=False)
    tables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    book: LawBook | None = field(default=None, repr=False)

    @property
    def grades(self) -> pl.DataFrame:
        """Subject, population, status, total (float64, for reading), rank and grade."""
        cases = {
            one: unscaled(nw.col("total"), total.digits)
            for one in self.plan.populations
            if (total := self.plan.total(one)) is not None
        }
        value = pieces(cases) if cases else nw.lit(None, nw.Float64)
        shown = ("status", "population", "rank", "grade", "treated_as", "grade__reason")
        frame = nw.from_native(self.trace).select(self.plan.subject, *shown, total=value)
        return frame.to_native()

    def explain(
        self, subject: str, language: Language = "zh", *, lineage: Lineage | None = None, official: bool = False
    ) -> Explanation:
        """Say why a subject has its grade, down to clauses and inputs; METHOD-081 for an unknown subject."""
        everybody = self.gathered  # whole: cohorts are counted in it
        if "name" not in everybody.columns:
            everybody = everybody.with_columns(name=pl.lit(self._name_of(subject), pl.String))
        return explain(
            self.plan,
            self.trace,
            everybody,
            subject,
            moves=self.moves,
            language=language,
            book=self.book,
            lineage=lineage,
            official=official,
            refereed=self.refereed_of(subject),
            benchmarks=self.benchmarks,
        )

    def refereed_of(self, subject: str) -> dict[str, bool]:
        """The columns of the trace that the referee decided for a subject, and whether it changed them."""
        rows = self.refereed.filter(pl.col("subject") == subject)
        return dict(rows.select("column", "changed").iter_rows())

    def long_trace(self, subject: str | None = None) -> pl.DataFrame:
        """Return the trace in long form, for one subject or for all: a line per step (see `methods.trace`)."""
        return long_trace(self.plan, self.trace, self.gathered, self.moves, subject)

    def next(self, subject: str) -> Nearest:
        """Return the nearest ways to the next better grade; METHOD-081 for an unknown subject."""
        return nearest(self.plan, self.trace, self.gathered, subject)

    def _name_of(self, subject: str) -> str | None:
        """The subject's name, where the evaluated table or the table of enterprises writes one."""
        for table in (self.plan.method.evaluates.table, "enterprise"):
            source = as_source(self.tables[table]) if table in self.tables else None
            if isinstance(source, (pl.DataFrame, pl.LazyFrame)):
                columns = source.lazy().collect_schema().names()
                if {"name", self.plan.subject} <= set(columns):
                    found = source.lazy().filter(pl.col(self.plan.subject) == subject).select("name").collect()
                    names = found["name"].drop_nulls()
                    if names.len():
                        return str(names[-1])
        return None
