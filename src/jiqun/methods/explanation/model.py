"""What an explanation consists of: data in one language, ready for a page, a Word annex or an API."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from jiqun.methods.wording.voice import ClauseText
from jiqun.problems import Language


@dataclass(frozen=True)
class InputLine:
    """A figure of the firm that a step used: `value` None is missing; `source` is the file and cell it came from."""

    name: str
    label: str
    value: str | None
    unit: str
    source: str | None
    assumed: bool = False


@dataclass(frozen=True)
class BenchmarkLine:
    """What the value was held against, where the number stands, how certain that is, and whose statistic it is."""

    name: str
    label: str
    value: str | None
    words: str
    completeness: str
    mark: str
    clause: ClauseText | None
    cohort: str = ""
    lacking: str = ""  # why there is no value


@dataclass(frozen=True)
class ItemLine:
    """One scored item: its measure in words with the firm's own numbers, its points in words, and what was missing."""

    item: str
    title: str
    measure_words: str
    value: str | None
    unit: str
    benchmarks: tuple[BenchmarkLine, ...]
    points: str | None
    weight: str
    bounds: tuple[str, ...]
    reason: str
    reason_words: str
    points_words: str
    inputs: tuple[InputLine, ...]
    missing: tuple[str, ...]
    clause: ClauseText | None
    undefined: str = ""  # why there is no value although nothing is missing


@dataclass(frozen=True)
class AdditionLine:
    """A bonus or deduction, or a block of items: what it is and how many points it gave."""

    name: str
    kind: str
    title: str
    points: str | None
    words: str
    unknown: bool
    clause: ClauseText | None


@dataclass(frozen=True)
class CriterionLine:
    """A test with its result; `lacking` says in words what the firm lacks where the test is unmet.

    `workings` say how the measures in the test were made, `inputs` are the figures they were made from.
    """

    name: str
    title: str
    verdict: str
    verdict_words: str
    words: str
    lacking: str
    missing: tuple[str, ...]
    clause: ClauseText | None
    workings: tuple[str, ...] = ()
    inputs: tuple[InputLine, ...] = ()
    undefined: str = ""


@dataclass(frozen=True)
class FigureLine:
    """A measure without points of its own that the grade is drawn over: how it was made, and from which figures."""

    name: str
    words: str
    inputs: tuple[InputLine, ...]
    missing: tuple[str, ...]
    clause: ClauseText | None
    undefined: str = ""


@dataclass(frozen=True)
class LineOfClass:
    """A class in the subject's pool: how many are in it, the value of its last member, and the distance to there.

    `distance` is what the subject lacks (positive) or has to spare (negative or zero). `is_cut` tells that the value is
    a line of the rule and no member's; `part` is the title of the part of a lowest-of grade. `past` is `above` or
    `below` where the line itself is not enough. `made` names the benchmark that the line is, where it is one. `told` is
    a line of the rule as it is said: with its unit, without zeros that say nothing.
    """

    grade: str
    count: int
    value: str | None
    distance: str | None
    own: bool
    is_cut: bool = False
    part: str = ""
    past: Literal["", "above", "below"] = ""
    made: str = ""
    told: str = ""

    @property
    def said(self) -> str | None:
        """The value as sentences and tables say it."""
        return self.told or self.value


@dataclass(frozen=True)
class MoveLine:
    """A change of grade after the ranking, with the document it rests on."""

    order: int
    title: str
    from_grade: str | None
    to_grade: str | None
    reason: str
    document: str
    clause: ClauseText | None

    @property
    def changed(self) -> bool:
        return self.from_grade != self.to_grade


@dataclass(frozen=True)
class EntitlementLine:
    """A measure that follows from the grade, with its amount."""

    name: str
    title: str
    state: str
    state_words: str
    amount: str | None
    asked: str | None  # before cap and budget, where these made it less
    unit: str
    effect: str
    words: str
    clause: ClauseText | None
    workings: tuple[str, ...] = ()
    inputs: tuple[InputLine, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why a subject has the grade it has; as text (`print`) it reads as a page, in the language it was made in."""

    language: Language
    method: str
    edition: str
    completeness: str
    period: str
    official: bool
    tried: str
    signed: str
    subject: str
    name: str
    status: str
    status_words: str
    status_reason: str
    population: str
    grade_title: str
    grade: str | None
    ranked_grade: str | None
    treated_as: str | None
    grade_reason: str
    grade_words: str
    grade_clause: ClauseText | None
    total: str | None
    total_words: str
    total_clause: ClauseText | None
    factor: str | None
    rank: int | None
    pool: str
    pool_size: int | None
    lines: tuple[LineOfClass, ...]
    figures: tuple[FigureLine, ...]
    items: tuple[ItemLine, ...]
    additions: tuple[AdditionLine, ...]
    criteria: tuple[CriterionLine, ...]
    moves: tuple[MoveLine, ...]
    entitlements: tuple[EntitlementLine, ...]
    refereed: tuple[str, ...]
    unknown: tuple[str, ...]
    counted: str = ""  # what the evaluated are counted in: 家, 个
    results: tuple[str, ...] = ()  # results of other evaluations that were read, and whether they are signed

    def __str__(self) -> str:
        from jiqun.methods.explanation.text import render_text  # the text is written from this model

        return render_text(self)

    @property
    def document(self) -> str:
        """The document that most of its clauses stand in, to be named once; empty where no step rests on a clause."""
        clauses = (
            self.grade_clause,
            self.total_clause,
            *(item.clause for item in self.items),
            *(addition.clause for addition in self.additions),
            *(criterion.clause for criterion in self.criteria),
            *(move.clause for move in self.moves),
            *(measure.clause for measure in self.entitlements),
        )
        counted = Counter(one.name for one in clauses if one is not None)
        return max(counted, key=lambda one: counted[one], default="")
