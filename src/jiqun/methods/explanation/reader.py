"""What an explanation is read from: the wide trace, gathered inputs, the log of moves, the lineage of inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.columns.gather import history_of
from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import read_value
from jiqun.methods.explanation.cohorts import Cohorts
from jiqun.methods.explanation.model import InputLine
from jiqun.methods.explanation.restricted import MASKED, total_hidden
from jiqun.methods.wording.numbers import number_text, scaled_text, short_text
from jiqun.methods.wording.voice import Voice
from jiqun.values import exact, from_scaled, half_up

Lineage = Callable[[str, str, str, int], str | None]  # table, key, column, year → file!sheet!cell
RowLineage = Callable[[str, object], str | None]  # rolled-up input, what its rows are of → the cells of its rows

_MOST_DECIMALS = 6


def _figure_text(value: Fraction) -> str:
    """Write a figure with the digits it has; one that was computed, such as a year's mean land, to six decimals."""
    near = half_up(value, _MOST_DECIMALS)
    return number_text(near) if near == value else f"≈{number_text(near)}"


@dataclass(frozen=True)
class Reader:
    """One subject's rows and those of everybody (trace, gathered); what is said is read from here.

    `hidden` are the names whose figures the listener may not see, `others` those that may not be told of other firms.
    """

    voice: Voice
    row: Mapping[str, Any]
    gathered: Mapping[str, Any]
    trace: pl.DataFrame
    everybody: pl.DataFrame
    moves: tuple[Mapping[str, Any], ...]
    lineage: Lineage | None = None
    hidden: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    row_lineage: RowLineage | None = None
    benchmarks: pl.DataFrame | None = None
    results: Mapping[str, str] = field(
        default_factory=dict
    )  # inputs that are other evaluations' results → their standing
    counted: Cohorts | None = None  # of the run, where somebody keeps them from one subject to the next

    @property
    def plan(self) -> Plan:
        return self.voice.plan

    @property
    def population(self) -> str:
        return str(self.row["population"] or "")

    def scaled(self, column: str, digits: int) -> str | None:
        """A scaled figure of the trace as text; None where it is missing."""
        value = self.row.get(column)
        return None if value is None else scaled_text(int(value), digits)

    def short(self, column: str, digits: int) -> str | None:
        """A scaled figure of the trace as text within a sentence, without zeros that say nothing."""
        value = self.scaled(column, digits)
        return None if value is None else short_text(value)

    def value(self, name: str) -> object:
        """The raw value of the population, a column or an input; None where it is missing."""
        return self.row["population"] if name == "population" else self.gathered.get(name)

    def text(self, name: str) -> str | None:
        """The value of a name as a formula read it, as text without unit; None where it is missing."""
        return self.told(name, self._text(name))

    def told(self, name: str, said: str | None) -> str | None:
        """What may be said of a name's figure: itself, asterisks where it is hidden, None where it is missing."""
        return MASKED if said is not None and self.is_hidden(name) else said

    def is_hidden(self, name: str) -> bool:
        """Whether the listener may not see a name's figure: a restricted one, or one that tells another firm's."""
        held = self.plan.held_against(name)
        if name in self.hidden or (held is not None and self.tells_one(held)):
            return True
        if name == "total":
            return total_hidden(self.hidden, self.population)
        return name in self.plan.method.measures and self.reads_hidden(f"measures.{name}.formula")

    @cached_property
    def cohorts(self) -> Cohorts:
        return self.counted or Cohorts(self.plan, self.trace, self.everybody)

    def cohort(self, name: str) -> int | None:
        """How many firms of the run a benchmark's statistic was taken over; None where the run does not tell."""
        return self.cohorts.size(name, str(self.row[self.plan.subject]))

    def tells_one(self, name: str) -> bool:
        """Whether a benchmark would give away another firm's figure to the listener."""
        return self.cohorts.tells_one(name, str(self.row[self.plan.subject]), self.others)

    def _text(self, name: str) -> str | None:
        figure = self.plan.figure(name)
        if figure is not None:
            return self.short(f"measure__{name}", figure.digits)
        held = self.plan.held_against(name)
        if held is not None:
            return self.short(f"benchmark__{held}", self.plan.method.benchmarks[held].digits)
        if name in ("population", "grade", "rank"):
            return None if self.row.get(name) is None else str(self.row[name])
        if name in self.plan.method.nodes:
            return self.scaled(f"node__{name}", self.plan.method.nodes[name].digits)
        total = self.plan.total(self.population)
        if name == "total":
            return None if total is None else self.scaled("total", total.digits)
        if name not in self.gathered and name.endswith("_points"):
            return self._points(name.removesuffix("_points"))
        return self._cell(name)

    def _points(self, item: str) -> str | None:
        scores = self.plan.scores(self.population)
        return self.scaled(f"points__{item}", scores[item].digits) if item in scores else None

    def _held(self, name: str) -> object:
        """A gathered value; of years in a row with a grade of this rule's own, the year just graded counts too."""
        value, one = self.gathered.get(name), self.plan.method.inputs.get(name)
        if value is None or one is None or one.streak is None or one.streak.method not in (None, self.plan.method.id):
            return value
        return int(str(value)) + 1 if self.row["grade"] == one.streak.grade else 0

    def _cell(self, name: str) -> str | None:
        value = self._held(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return self.voice.say("truth.yes" if value else "truth.no")
        if isinstance(value, (date, str)):
            return self.voice.coded(name, value)
        assert isinstance(value, (int, float, Fraction))
        return _figure_text(exact(value))

    def reads_hidden(self, path: str) -> bool:
        """Say whether the formula at a path reads a figure that the listener may not see."""
        return path in self.plan.formulas and any(map(self.is_hidden, self.plan.formulas[path].names))

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """The values of names for the words of a formula; empty text says missing."""
        return {name: self.text(name) or "" for name in names if name not in self.plan.given}

    def formula(self, path: str) -> str:
        """Say the formula at a path with the subject's own numbers; of a choice, the branch that these take."""
        names = self.plan.formulas[path].names
        known = {name: self._exact(name) for name in names if not self.is_hidden(name) and self._is_gathered(name)}
        return self.voice.formula(path, self.values(names), known=known)

    def _is_gathered(self, name: str) -> bool:
        """Whether the exact value of a name is at hand: a cell, or a figure rounded as the rule says."""
        return name == "population" or self.plan.figure(name) is not None or name in self.gathered

    def _exact(self, name: str) -> Exact:
        figure = self.plan.figure(name)
        if figure is None:
            return read_value(self._held(name) if name != "population" else self.population)
        value = self.row.get(f"measure__{name}")
        return None if value is None else from_scaled(int(value), figure.digits)

    def source_column(self, name: str) -> tuple[str, str]:
        """The table and column that a name comes from; an empty column where it comes from several rows."""
        one = self.plan.method.inputs.get(name)
        own = self.plan.method.evaluates.table
        if one is None:
            return own, name
        if one.column is not None:
            return split_column(one.column, own)
        if one.ancestor is not None:
            return own, one.ancestor.column
        if one.rollup is not None:
            return one.rollup.table, ""
        if one.certified is not None:
            return "certified_score", "score"
        return (history_of(self.plan.method), "grade") if one.streak is not None else ("", "")

    def source(self, name: str) -> str | None:
        """Where a name's value came from: file!sheet!cell, those of its rows, or what the ledger says."""
        if name in self.results:
            return self.results[name]
        one = self.plan.method.inputs.get(name)
        if one is not None and one.rollup is not None and self.row_lineage is not None:
            return self.row_lineage(name, self.value(one.rollup.key or self.plan.subject))
        if self.lineage is None:
            return None
        table, column = self.source_column(name)
        year = self.plan.period.year - (one.earlier if one is not None else 0)
        return self.lineage(table, str(self.row[self.plan.subject]), column, year) if table else None

    def inputs(self, paths: Iterable[str]) -> tuple[InputLine, ...]:
        """The gathered figures that formulas read, those inside measures they read included."""
        names: dict[str, None] = {}
        for path in paths:
            self._collect(path, names)
        return tuple(self._input(name) for name in names)

    def _collect(self, path: str, names: dict[str, None]) -> None:
        for name in sorted(self.plan.formulas[path].names):
            if name in self.plan.method.measures:
                self._collect(f"measures.{name}.formula", names)
            elif name in self.gathered and name not in self.plan.given:
                names[name] = None

    def _input(self, name: str) -> InputLine:
        unit = self.voice.unit(name)
        symbol = "" if unit is None or not unit.powers else unit.symbol
        assumed = bool(self.gathered.get(f"assumed__{name}"))
        return InputLine(name, self.voice.label(name), self.text(name), symbol, self.source(name), assumed)

    def missing(self, lines: Iterable[InputLine]) -> tuple[str, ...]:
        """The labels of those that are missing."""
        return tuple(line.label for line in lines if line.value is None)
