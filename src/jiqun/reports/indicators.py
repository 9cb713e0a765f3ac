"""One sheet per indicator: each firm's inputs, value, benchmark and points, and how the points came to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from jiqun.methods.explanation.items import OWN, reason_words
from jiqun.methods.explanation.restricted import MASKED, points_hidden
from jiqun.methods.wording.figures import benchmarks_of
from jiqun.methods.wording.scores import score_words
from jiqun.packs.models.method import Score
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.run import Evaluated

_MEMBERS = ("graded", "scored")
_MOST_DECIMALS = 6


def indicator_sheets(run: Evaluated) -> Iterator[Sheet]:
    """Make the sheets of all items that are scored in some population, in the order of the method."""
    return (Indicator(run, item).sheet() for item in run.plan.items())


class Indicator:
    """What an indicator's sheet and its columns elsewhere say of every firm that is scored by it."""

    def __init__(self, run: Evaluated, item: str) -> None:
        self.run, self.item = run, item
        plan = run.plan
        self.scores: dict[str, Score] = {
            one: plan.scores(one)[item] for one in plan.populations if item in plan.scores(one)
        }
        # options of a choice bring measures and benchmarks of their own
        every = {one: list(_with_options(score)) for one, score in self.scores.items()}
        self.measures = list(dict.fromkeys(plan.measure_of(item, each) for chosen in every.values() for each in chosen))
        self.benchmarks = self._benchmark_columns(every)
        self.inputs = list(dict.fromkeys(self._inputs()))
        self.cohorts = run.cohorts
        self.labels = {one: run.voice.label(one) for one in self.scores}
        self.clauses = {one: self._clause(score.clause) for one, score in self.scores.items()}
        self.missing_clauses = {
            one: self._clause(score.missing_clause or score.clause) for one, score in self.scores.items()
        }

    def _benchmark_columns(self, every: Mapping[str, list[Score]]) -> dict[str, dict[str, str]]:
        """The columns of benchmarks by title, with the benchmark of every population that has one there.

        What two populations are held against under one title stands in one column, each firm's own; two of one
        population with the same title are numbered.
        """
        columns: dict[str, dict[str, str]] = {}
        for population, chosen in every.items():
            for name in dict.fromkeys(name for each in chosen for name in benchmarks_of(each)):
                title, at = self.run.voice.benchmark_label(name), 1
                while population in columns.get(title if at == 1 else f"{title}{at}", {}):
                    at += 1
                columns.setdefault(title if at == 1 else f"{title}{at}", {})[population] = name
        return columns

    def _clause(self, named: str | None) -> str:
        clause = self.run.voice.clause(named or self._measure_clause())
        return "" if clause is None else clause.clause

    def _inputs(self) -> Iterator[str]:
        plan = self.run.plan
        for population, score in self.scores.items():
            for path in plan.formulas:
                if path.startswith(f"{plan.score_path(population, self.item)}.") and (
                    score.flag or score.cases or score.choice
                ):
                    yield from self._columns(path)
        for name in self.measures:
            source = name
            while source in plan.method.prepared:
                source = plan.method.prepared[source].measure
            if f"measures.{source}.formula" in plan.formulas:
                yield from self._columns(f"measures.{source}.formula")

    def _columns(self, path: str) -> Iterator[str]:
        plan = self.run.plan
        for name in sorted(plan.formulas[path].names):
            if name in plan.method.measures:
                yield from self._columns(f"measures.{name}.formula")
            elif name in self.run.gathered.columns and name not in plan.given:
                yield name

    def sheet(self) -> Sheet:
        run = self.run
        joined = self.joined()
        inputs = [self._input_field(name, joined[f"input__{name}"]) for name in self.inputs]
        fields = [
            Field(run.say("subject"), kind="code", widest=20),
            Field(run.say("name"), widest=40),
            Field(run.say("population"), widest=26),
            *inputs,
            *(self.measure_field(name) for name in self.measures),
            *(self._benchmark_field(title, names) for title, names in self.benchmarks.items()),
            Field(run.say("weight"), kind="number", digits=max(_decimals(one.weight) for one in self.scores.values())),
            self.points_field(),
            Field(run.say("how"), widest=44),
            Field(run.say("clause"), widest=24),
        ]
        rows = [self._row(row) for row in joined.iter_rows(named=True)]
        title = run.voice.score_title(self.item)
        return Sheet(title, run.say("title.indicator", item=title), tuple(fields), rows, tuple(self._notes()), frozen=2)

    def _notes(self) -> Iterator[str]:
        """The formula of the measure and of the points, once for every population that has its own."""
        run, plan = self.run, self.run.plan
        for name in self.measures:
            if f"measures.{name}.formula" in plan.formulas:
                yield f"{run.voice.label(name)} = {run.voice.formula(f'measures.{name}.formula')}"
        said: dict[str, list[str]] = {}
        for population, score in self.scores.items():
            words = score_words(run.voice, plan.score_path(population, self.item), self.item, score)
            said.setdefault(words, []).append(run.voice.label(population))
        for words, populations in said.items():
            yield f"{run.voice.listed(populations)}{run.say('colon')}{words}"
        clause = run.voice.clause(next(iter(self.scores.values())).clause or self._measure_clause())
        if clause is not None and clause.document:
            number = f"（{clause.number}）" if clause.number else ""
            yield f"{run.say('basis')}{run.say('colon')}{clause.document}{number}"

    def joined(self) -> pl.DataFrame:
        """The members that are scored, with their inputs as they were gathered; only the columns that are shown."""
        subject = self.run.plan.subject
        held = {name: None for names in self.benchmarks.values() for name in names.values()}
        figures = [f"measure__{name}" for name in self.measures] + [f"benchmark__{name}" for name in held]
        said = ("fact__name", "population", f"reason__{self.item}", f"points__{self.item}", *figures)
        inputs = self.run.gathered.select(subject, *(pl.col(name).alias(f"input__{name}") for name in self.inputs))
        scored = pl.col("status").cast(pl.String).is_in(_MEMBERS)
        here = pl.col("population").cast(pl.String).is_in(list(self.scores))
        rows = self.run.rows.filter(scored & here)
        rows = rows.select(subject, *(name for name in dict.fromkeys(said) if name in rows.columns))
        return rows.join(inputs, on=subject, how="left", maintain_order="left")

    def _row(self, row: Mapping[str, Any]) -> list[Value]:
        run = self.run
        population = str(row["population"])
        score = self.scores[population]
        values, (points, words) = self._values(row), self._earned(row)
        return [
            row[run.plan.subject],
            row["fact__name"],
            self.labels[population],
            *(self._shown(name, _plain(row[f"input__{name}"])) for name in self.inputs),
            *values,
            *(self._benchmark(row, names.get(population)) for names in self.benchmarks.values()),
            float(score.weight),
            points,
            words,
            (self.missing_clauses if self._is_missing(row, score) else self.clauses)[population],
        ]

    def brief(self, row: Mapping[str, Any]) -> tuple[Value, ...]:
        """Return the values, points and words of a firm; what is missing is named behind the words."""
        points, words = self._earned(row)
        lacking = [name for name in self.inputs if row[f"input__{name}"] is None]
        if words and lacking and all(value is None for value in self._values(row)):
            names = self.run.voice.listed(map(self.run.voice.label, lacking))
            words += self.run.say("in_brackets", words=self.run.voice.say("why.missing", names=names))
        return (*self._values(row), points, words)

    def points_field(self) -> Field:
        """Return the column of the points."""
        digits = max(one.digits for one in self.scores.values())
        return Field(self.run.say("points"), self.run.say("points_unit"), "number", digits)

    def _values(self, row: Mapping[str, Any]) -> list[Value]:
        return [self._shown(name, self._measure(row, name)) for name in self.measures]

    def _earned(self, row: Mapping[str, Any]) -> tuple[Value, str]:
        """The points as the reader may see them, and why there are these."""
        run, score = self.run, self.scores[str(row["population"])]
        reason, points = row.get(f"reason__{self.item}"), row.get(f"points__{self.item}")
        is_hidden = points is not None and points_hidden(run.hidden, self.item)
        reason = OWN[0] if is_hidden and reason in OWN else reason
        if reason == "missing" and self.inputs and all(row[f"input__{name}"] is not None for name in self.inputs):
            reason = "undefined"  # nothing is missing: the formula has no value, as over zero
        said = reason_words(run.voice, score, str(reason or ""), lambda name: row.get(f"benchmark__{name}"))
        return MASKED if is_hidden else None if points is None else points / 10**score.digits, said

    def _is_missing(self, row: Mapping[str, Any], score: Score) -> bool:
        name = self.run.plan.measure_of(self.item, score)
        return score.missing_clause is not None and row.get(f"measure__{name}") is None

    def _shown(self, name: str, value: Value) -> Value:
        return MASKED if value is not None and name in self.run.hidden else value

    def _measure_clause(self) -> str | None:
        measure = self.run.plan.method.measures.get(self.measures[0])
        return None if measure is None else measure.clause

    def _measure(self, row: Mapping[str, Any], name: str) -> Value:
        figure = self.run.plan.figure(name)
        value = row.get(f"measure__{name}")
        return None if figure is None or value is None else float(int(value) / 10**figure.digits)

    def _benchmark(self, row: Mapping[str, Any], name: str | None) -> Value:
        if name is None:
            return None
        fixed = self.run.plan.fixed.get(name)
        if fixed is not None:
            return float(fixed.scaled / 10**fixed.digits)
        value = row.get(f"benchmark__{name}")
        if value is None:
            return None
        if self.cohorts.tells_one(name, str(row[self.run.plan.subject]), self.run.hidden):
            return MASKED
        return float(int(value) / 10 ** self.run.plan.method.benchmarks[name].digits)

    def _input_field(self, name: str, values: pl.Series) -> Field:
        unit = self.run.voice.unit(name)
        symbol = "" if unit is None or not unit.powers else unit.said(self.run.language)
        if not values.dtype.is_numeric():
            return Field(self.run.voice.label(name), symbol, widest=24)
        return Field(self.run.voice.label(name), symbol, "number", _needed_decimals(values))

    def measure_field(self, name: str) -> Field:
        """Return the column of one of the indicator's measures."""
        unit = self.run.voice.unit(name)
        figure = self.run.plan.figure(name)
        title = self.run.say("value") if len(self.measures) == 1 else self.run.voice.label(name)
        symbol = "" if unit is None or not unit.powers else unit.said(self.run.language)
        return Field(title, symbol, "number", 0 if figure is None else figure.digits)

    def _benchmark_field(self, title: str, names: Mapping[str, str]) -> Field:
        plan = self.run.plan
        digits = max(
            plan.fixed[name].digits if name in plan.fixed else plan.method.benchmarks[name].digits
            for name in names.values()
        )
        unit = self.run.voice.unit(self.measures[0])
        symbol = "" if unit is None or not unit.powers else unit.said(self.run.language)
        title = self.run.say("benchmark") if len(self.benchmarks) == 1 else title
        return Field(title, symbol, "number", digits)


def _with_options(score: Score) -> Iterator[Score]:
    if score.choice is None:
        yield score
        return
    for one in score.choice.options.values():
        yield from _with_options(one)


def _plain(value: object) -> Value:
    if value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool)):
        return value
    return str(value)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _needed_decimals(values: pl.Series) -> int:
    """The fewest decimals, six at most, that show every number of a column as it is."""
    numbers = values.cast(pl.Float64).drop_nulls()
    for digits in range(_MOST_DECIMALS):
        if (numbers.round(digits) == numbers).all():
            return digits
    return _MOST_DECIMALS
