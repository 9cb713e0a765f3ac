"""A method made ready for one period: every formula checked, every parameter dated, every code set drawn up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TypeVar

from jiqun.expressions import Exact, Type, Typed, WorkingDays
from jiqun.packs.models import TableContract
from jiqun.packs.models.base import Completeness
from jiqun.packs.models.method import ALL, Grade, Measure, Method, Prepared, Score, Statistic, Total
from jiqun.values import Period, Unit, from_scaled, plain

# what is known about an item's points: how they came to be
REASONS = (
    "own", "capped", "floored", "missing", "cohort_mean", "penalty", "no_benchmark", "no_band", "undeclared",
    "not_positive",
)  # fmt: skip
BENCHMARK = "_benchmark"  # behind the name of a cohort's statistic, where a formula reads it
PERIOD_NAMES = ("period_start", "period_end")
V = TypeVar("V")


def frozen(mapping: Mapping[str, V]) -> Mapping[str, V]:
    """Return a read-only view of a copy."""
    return MappingProxyType(dict(mapping))


@dataclass(frozen=True)
class FixedBenchmark:
    """A benchmark that is the same for everybody: scaled × 10^-digits, and where the number stands."""

    scaled: int
    digits: int
    source: str = ""
    clause: str = ""
    completeness: Completeness = "complete"  # how sure the number is

    @property
    def value(self) -> Fraction:
        return from_scaled(self.scaled, self.digits)

    def __str__(self) -> str:
        return plain(self.scaled, self.digits)


@dataclass(frozen=True)
class Plan:
    """A compiled method.

    `names` types every name a formula may use; `labels` are their titles (zh, en). `formulas` are keyed by their path
    in the method (`measures.tax_per_mu.formula`, `totals.all.bonuses.safety.where`); measures, additions and amounts
    are already said in their declared unit. `given` are names with a constant value (parameters, period_start,
    period_end): they are part of the formulas and need no column. `fixed` are the benchmarks with one value for
    everybody, `lookups` those with a value per key; `ancestors` map a code to the class above it, `by_key` a key to its
    number, by input. `rests_on` says how complete every parameter and taxonomy is that the plan reads numbers or codes
    from, `by_hand` which of the overrides it reads. `previous` is the plan of the period before, where a statistic
    asks for `last`.
    """

    method: Method
    period: Period
    book_digest: str
    names: Mapping[str, Type]
    labels: Mapping[str, tuple[str, str]]
    formulas: Mapping[str, Typed]
    classes: Mapping[str, frozenset[str]]
    contracts: Mapping[str, TableContract]
    fixed: Mapping[str, FixedBenchmark] = field(default_factory=dict)
    lookups: Mapping[str, Mapping[str, FixedBenchmark]] = field(default_factory=dict)
    parameters: Mapping[str, tuple[Fraction, Unit]] = field(default_factory=dict)
    given: Mapping[str, Exact] = field(default_factory=dict)
    ancestors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_key: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    overrides: Mapping[str, Fraction] = field(default_factory=dict)
    rests_on: Mapping[str, str] = field(default_factory=dict)
    by_hand: frozenset[str] = frozenset()
    previous: Plan | None = None

    @property
    def subject(self) -> str:
        """The column that names the subject."""
        return self.method.evaluates.subject

    @property
    def calendar(self) -> WorkingDays | None:
        """The calendar by which some formula counts working days; None where none does."""
        return next((typed.calendar for typed in self.formulas.values() if typed.calendar is not None), None)

    @property
    def populations(self) -> tuple[str, ...]:
        return tuple(self.method.populations)

    def scores(self, population: str) -> Mapping[str, Score]:
        """The scores of a population, or those of `all`."""
        return self.method.scores_of(population)

    def score(self, population: str, item: str) -> Score:
        """The score of an item; KeyError where the population has none of that name."""
        return self.method.scores_of(population)[item]

    def score_path(self, population: str, item: str) -> str:
        """The path of a score in the method: `scores.<population or all>.<item>`."""
        return f"scores.{population if population in self.method.scores else ALL}.{item}"

    def measure_of(self, item: str, score: Score) -> str:
        """The name of the measure, prepared measure or input that a score looks at."""
        return score.measure or item

    def figure(self, name: str) -> Measure | Prepared | None:
        """The measure or prepared measure of a name; None for a column or input."""
        return self.method.measures.get(name) or self.method.prepared.get(name)

    def graded_parts(self, population: str) -> tuple[Grade, ...]:
        """The grade of a population and, where it is the lowest of several, its parts."""
        grade = self.grade(population)
        return () if grade is None else (grade, *(grade.lowest_of or ()))

    def total(self, population: str) -> Total | None:
        return self.method.total_of(population)

    def total_path(self, population: str) -> str:
        return f"totals.{population if population in self.method.totals else ALL}"

    def total_of(self, population: str) -> tuple[str, ...]:
        """What a population's total is taken over: the names written, or all its scores."""
        total = self.total(population)
        return () if total is None else (total.of if total.of is not None else tuple(self.scores(population)))

    def grade(self, population: str) -> Grade | None:
        return self.method.grade_of(population)

    def grade_path(self, population: str) -> str:
        return f"grades.{population if population in self.method.grades else ALL}"

    def held_against(self, name: str) -> str | None:
        """The benchmark that later formulas read as `<benchmark>_benchmark`; None for any other name."""
        found = name.removesuffix(BENCHMARK)
        return found if found != name and found in statistics(self.method) and name in self.names else None

    def digits(self, population: str, name: str) -> int:
        """The decimals of a scaled figure by its name: measure, prepared, `<item>_points`, node or `total`.

        An item without a measure of its name may be named without `_points`. KeyError where the population has no
        such figure.
        """
        figure = self.figure(name)
        if figure is not None:
            return figure.digits
        if name in self.method.nodes:
            return self.method.nodes[name].digits
        total = self.total(population)
        if name == "total" and total is not None:
            return total.digits
        return self.score(population, name.removesuffix("_points")).digits

    def compared(self, name: str) -> tuple[str, int]:
        """The trace's column and the decimals of what a cohort's statistic is taken of: a measure, or the total."""
        figure = self.figure(name)
        if figure is not None:
            return f"measure__{name}", figure.digits
        return "total", next(iter(self.method.totals.values())).digits

    def items(self) -> tuple[str, ...]:
        """Every item that is scored in some population, in the order first written."""
        found: dict[str, None] = {}
        for population in self.populations:
            found.update(dict.fromkeys(self.scores(population)))
        return tuple(found)


def statistics(method: Method) -> Mapping[str, Statistic]:
    """The benchmarks that are statistics of cohorts; formulas after them may read each as `<benchmark>_benchmark`."""
    return {name: one.statistic for name, one in method.benchmarks.items() if one.statistic is not None}


def is_late(method: Method, statistic: Statistic | None) -> bool:
    """Whether a statistic is one of the totals (高于全市平均分), which is there only after they are added up."""
    return statistic is not None and statistic.measure == "total" and "total" not in method.measures


def all_scores(method: Method) -> Iterator[tuple[str, str, Score]]:
    """Go through every written score with its path and item; the options of a choice follow the choice."""
    for key, scores in method.scores.items():
        for item, score in scores.items():
            yield from _with_options(f"scores.{key}.{item}", item, score)


def conditions(path: str, score: Score) -> Iterator[tuple[str, str]]:
    """The conditions of a flag or of cases: where each stands in the method, and its formula."""
    if score.flag is not None:
        yield f"{path}.flag.where", score.flag.where
    for index, one in enumerate(score.cases.of if score.cases is not None else ()):
        yield f"{path}.cases.of.{index}.where", one.where


def _with_options(path: str, item: str, score: Score) -> Iterator[tuple[str, str, Score]]:
    yield path, item, score
    if score.choice is not None:
        for option, inner in score.choice.options.items():
            yield from _with_options(f"{path}.choice.options.{option}", option, inner)
