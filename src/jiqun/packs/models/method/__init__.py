"""The form of a method (办法): sections of closed step kinds, read from one YAML file.

The order of computation is fixed and is the order of the sections below: inputs → populations → exceptions → measures →
prepared → benchmarks → scores → nodes → totals → criteria → requirements → grades → moves → entitlements → ceilings
→ budgets.
A mapping keyed by population may use the key `all` for every population that has no entry of its own.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, cast

from pydantic import Field

from jiqun.packs.models.base import Codes, Header, Model
from jiqun.packs.models.method.grading import (
    Budget,
    Ceiling,
    Criterion,
    Cut,
    Entitlement,
    Grade,
    Inherit,
    Ladder,
    Move,
    PerGroup,
    Quota,
    Requirement,
    Rung,
    SharedBudget,
    ShareGroup,
    SmallPool,
    Ties,
)
from jiqun.packs.models.method.scoring import (
    SCORE_KINDS,
    Addition,
    Around,
    Band,
    Between,
    Case,
    Cases,
    Choice,
    Count,
    Efficacy,
    Flag,
    Node,
    Options,
    Rank,
    Ratio,
    Score,
    Total,
)
from jiqun.packs.models.method.shared import ALL, Clause, Deviation, Formula
from jiqun.packs.models.method.subjects import (
    Ancestor,
    Benchmark,
    Beside,
    Classes,
    Evaluates,
    Input,
    Lookup,
    Measure,
    Population,
    Prepared,
    PrepareStep,
    Repeats,
    ResultOf,
    Rollup,
    SpecialTreatment,
    Statistic,
    Streak,
)
from jiqun.packs.models.method.weighting import Ahp, Entropy, Weighting
from jiqun.values import digest, in_order
from jiqun.values.digest import Json


class Method(Header):
    """An evaluation rule as data."""

    kind: Literal["method"] = "method"
    supersedes: Codes = ()  # editions of this rule, in force until the day before it begins
    evaluates: Evaluates = Evaluates()
    classes: dict[str, Classes] = {}
    inputs: dict[str, Input] = {}
    populations: dict[str, Population] = Field(min_length=1)
    exceptions: dict[str, SpecialTreatment] = {}
    measures: dict[str, Measure] = {}
    prepared: dict[str, Prepared] = {}
    benchmarks: dict[str, Benchmark] = {}
    scores: dict[str, dict[str, Score]] = {}
    nodes: dict[str, Node] = {}
    totals: dict[str, Total] = {}
    criteria: dict[str, Criterion] = {}
    requirements: dict[str, Requirement] = {}
    grades: dict[str, Grade] = {}
    moves: dict[str, Move] = {}
    entitlements: dict[str, Entitlement] = {}
    ceilings: dict[str, Ceiling] = {}
    budgets: dict[str, SharedBudget] = {}

    @property
    def digest(self) -> str:
        """The hash of the rule's content, in the order written, which decides (first true, moves in turn)."""
        return digest(in_order(self.model_dump(mode="json", by_alias=True, exclude_defaults=True)))

    @property
    def computing_digest(self) -> str:
        """The hash of what computes and binds, without the words a rule is shown in: titles, description, doubts."""
        return digest(_without_words(self))

    def may_be_cut(self, entitlement: str) -> bool:
        """Whether a cap, a ceiling or a budget may leave less of an entitlement than was worked out."""
        one = self.entitlements[entitlement]
        held = [*(limit.of for limit in self.ceilings.values()), *(limit.of for limit in self.budgets.values())]
        return one.reduces or any(entitlement in of for of in held)

    def scores_of(self, population: str) -> dict[str, Score]:
        """Return the scores of a population, or those of `all`."""
        return self.scores.get(population, self.scores.get(ALL, {}))

    def total_of(self, population: str) -> Total | None:
        """Return the total of a population, or that of `all`."""
        return self.totals.get(population, self.totals.get(ALL))

    def grade_of(self, population: str) -> Grade | None:
        """Return the grading of a population, or that of `all`."""
        return self.grades.get(population, self.grades.get(ALL))


_WORDS = ("title", "title_en", "description", "doubts", "missing_item")


def _without_words(value: object) -> Json:
    if isinstance(value, Model):
        fields = {name: field for name, field in type(value).model_fields.items() if name not in _WORDS}
        parts = {name: getattr(value, name) for name in fields}
        return {name: _without_words(part) for name, part in parts.items() if part != fields[name].default}
    if isinstance(value, dict):  # in the order written, which decides
        return [[str(name), _without_words(part)] for name, part in value.items()]
    if isinstance(value, tuple):
        return [_without_words(part) for part in value]
    return str(value) if isinstance(value, date) else cast("Json", value)


__all__ = [
    "ALL",
    "Addition",
    "Ahp",
    "Ancestor",
    "Around",
    "Band",
    "Benchmark",
    "Beside",
    "Between",
    "Budget",
    "Case",
    "Cases",
    "Ceiling",
    "Choice",
    "Classes",
    "Clause",
    "Count",
    "Criterion",
    "Cut",
    "Deviation",
    "Efficacy",
    "Entitlement",
    "Entropy",
    "Evaluates",
    "Flag",
    "Formula",
    "Grade",
    "Inherit",
    "Input",
    "Ladder",
    "Lookup",
    "Measure",
    "Method",
    "Move",
    "Node",
    "Options",
    "PerGroup",
    "Population",
    "PrepareStep",
    "Prepared",
    "Quota",
    "Rank",
    "Ratio",
    "Repeats",
    "Requirement",
    "ResultOf",
    "Rollup",
    "Rung",
    "SCORE_KINDS",
    "Score",
    "ShareGroup",
    "SharedBudget",
    "SmallPool",
    "SpecialTreatment",
    "Statistic",
    "Streak",
    "Ties",
    "Total",
    "Weighting",
]
