"""One evaluation as the reports read it: trace, inputs, moves, and who the subjects are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from jiqun.desk.explaining import FACTS
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.explanation.cohorts import Cohorts
from jiqun.methods.explanation.restricted import MASKED, total_hidden
from jiqun.methods.runs.sign_off import SignOff
from jiqun.methods.wording.voice import Voice
from jiqun.packs import LawBook, View
from jiqun.problems import Language, Problem
from jiqun.reports.layout import Value
from jiqun.reports.speech import say

_DIVISION_LEVEL = 2  # 大类 of GB/T 4754: 门类 1, 大类 2, 中类 3, 小类 4
Namer = Callable[[object], str]


@dataclass(frozen=True)
class Evaluated:
    """What a report is made of.

    `trace` is the wide trace, `gathered` the frame it was computed from, `moves` the log of moves; `facts` (the
    subject's column, name, district, industry, scale) says who the subjects are and may lack columns. `rule` is the
    rule in words, as Markdown. `hidden` are the names whose figures the reader may not see. Where `trace` and
    `gathered` have only some of the subjects, `everybody` and `all_gathered` are the whole ones, which pools and
    cohorts are counted in.
    """

    plan: Plan
    trace: pl.DataFrame
    gathered: pl.DataFrame
    moves: pl.DataFrame
    run: str
    snapshot: str
    official: bool
    sign_off: SignOff | None = None
    rule: str = ""
    notices: tuple[Problem, ...] = ()
    facts: pl.DataFrame | None = None
    book: LawBook | None = None
    language: Language = "zh"
    hidden: frozenset[str] = frozenset()
    everybody: pl.DataFrame | None = None
    all_gathered: pl.DataFrame | None = None

    @cached_property
    def voice(self) -> Voice:
        return Voice(self.plan, self.language, self.book)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The wide trace with `fact__…` columns beside it, in the order of population, total and subject."""
        rows = self.trace
        if self.facts is not None:
            there = [name for name in FACTS if name in self.facts.columns]
            known = self.facts.select(self.plan.subject, *(pl.col(name).alias(f"fact__{name}") for name in there))
            rows = rows.join(known, on=self.plan.subject, how="left", maintain_order="left")
        nothing = pl.lit(None, dtype=pl.String)
        absent = [f"fact__{name}" for name in FACTS if f"fact__{name}" not in rows.columns]
        if "total" not in rows.columns:
            rows = rows.with_columns(total=pl.lit(None, dtype=pl.Int64))
        ranks = {name: at for at, name in enumerate(self.plan.populations)}
        place = pl.col("population").cast(pl.String).replace_strict(ranks, default=len(ranks), return_dtype=pl.Int64)
        placed = rows.with_columns(*(nothing.alias(name) for name in absent), _place=place)
        ordered = placed.sort("_place", "total", self.plan.subject, descending=[False, True, False], nulls_last=True)
        return ordered.drop("_place")

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of every subject that has one."""
        found = self.rows.select(self.plan.subject, "fact__name").drop_nulls()
        return dict(found.iter_rows())

    @cached_property
    def cohorts(self) -> Cohorts:
        """How many firms each benchmark was taken over, counted over everybody."""
        trace = self.trace if self.everybody is None else self.everybody
        return Cohorts(self.plan, trace, self.gathered if self.all_gathered is None else self.all_gathered)

    def total(self, row: Mapping[str, Any], digits: int | None) -> Value:
        """The total of a row at its decimals; asterisks where the reader may not see it, None where there is none."""
        if row["total"] is None or digits is None:
            return None
        return MASKED if total_hidden(self.hidden, str(row["population"])) else float(row["total"] / 10**digits)

    @cached_property
    def untold(self) -> frozenset[str]:
        """The subjects whose total the reader may not see."""
        populations = [one for one in self.plan.populations if total_hidden(self.hidden, one)]
        rows = self.trace.filter(pl.col("population").cast(pl.String).is_in(populations))
        return frozenset(rows[self.plan.subject].cast(pl.String))

    def say(self, phrase: str, **values: object) -> str:
        """Say a phrase; what firms are counted in (户) is not what parks, projects or lines are."""
        return say(phrase, self.language, self.plan.subject == "enterprise", **values)

    @cached_property
    def district(self) -> Namer:
        """Reads the name of a district's code."""
        return self._named("district")

    @cached_property
    def industry(self) -> Namer:
        """Reads the name of an industry's code."""
        return self._named("industry")

    @cached_property
    def division(self) -> Namer:
        """Reads code and name of the division (大类) above an industry's code."""
        view = self._view("industry")

        def named(code: object) -> str:
            above = view.at_level(str(code), _DIVISION_LEVEL) if view is not None and str(code) in view.codes else None
            return f"{above} {view.codes[above].name}" if view is not None and above is not None else ""

        return named

    def scale(self, value: object) -> str:
        """Say 规上 or 规下."""
        return self.say(f"scale.{value}") if value in ("above", "below") else str(value or "")

    def _named(self, column: str) -> Namer:
        view = self._view(column)
        return lambda code: view.codes[str(code)].name if view is not None and str(code) in view.codes else ""

    def _view(self, column: str) -> View | None:
        """The taxonomy of a column's codes, as it stood at the period's end."""
        return self.voice.classification(column)
