"""The trace in long form: a line per subject and step, with inputs, benchmark, value, points, verdict, reason, clause.

Everything is text; a figure is written with exactly the decimals it was rounded to. The lines are read from the wide
trace, the gathered inputs and the log of moves; nothing is computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from jiqun.expressions import NumberType
from jiqun.methods.columns.additions import parts, written
from jiqun.methods.columns.work import MEMBER_STATUSES
from jiqun.methods.compiling.numbers import benchmark_names
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Entitlement, Score
from jiqun.values import decimal_text, exact

COLUMNS = ("step", "item", "inputs", "benchmark", "value", "points", "verdict", "reason", "clause")
MISSING = "—"


def long_trace(
    plan: Plan, trace: pl.DataFrame, gathered: pl.DataFrame, moves: pl.DataFrame, subject: str | None = None
) -> pl.DataFrame:
    """Return subject, step, item, inputs, benchmark, value, points, verdict, reason, clause; what a step lacks is null.

    Steps, in order: population · measure · prepared · benchmark · score · node · bonus · deduction · factor · total ·
    criterion · requirement · rank · move · grade · entitlement · assumption.
    """
    if subject is not None:
        trace, gathered, moves = (one.filter(pl.col(plan.subject) == subject) for one in (trace, gathered, moves))
    known = trace.join(gathered.select(_new(gathered, trace, plan)), on=plan.subject, how="left")
    reader = _Reader(plan, known)
    lines = list(reader.lines())
    frames = [line.read(known, plan.subject, order) for order, line in enumerate(lines)]
    frames.append(_moved(plan, moves, next(place for place, line in enumerate(lines) if line.step == "grade")))
    return pl.concat(frames).sort(plan.subject, "order", "suborder").drop("order", "suborder")


def _new(gathered: pl.DataFrame, trace: pl.DataFrame, plan: Plan) -> list[str]:
    return [plan.subject, *(name for name in gathered.columns if name not in trace.columns)]


@dataclass(frozen=True)
class Line:
    """One line per subject for which `where` holds; every part is a text expression over the known columns."""

    step: str
    item: str
    where: pl.Expr
    inputs: pl.Expr | None = None
    benchmark: pl.Expr | None = None
    value: pl.Expr | None = None
    points: pl.Expr | None = None
    verdict: pl.Expr | None = None
    reason: pl.Expr | None = None
    clause: pl.Expr | str | None = None

    def read(self, known: pl.DataFrame, subject: str, order: int) -> pl.DataFrame:
        cells = {name: getattr(self, name) for name in COLUMNS}
        made = [
            (value if isinstance(value, pl.Expr) else pl.lit(value, pl.String)).cast(pl.String).alias(name)
            for name, value in cells.items()
        ]
        place = [pl.lit(order, pl.Int64).alias("order"), pl.lit(0, pl.Int64).alias("suborder")]
        return known.filter(self.where).select(pl.col(subject), *made, *place)


def _moved(plan: Plan, moves: pl.DataFrame, before: int) -> pl.DataFrame:
    """The log of moves as lines; `inputs` are the grade before and the document."""
    document = pl.when(pl.col("document") != "").then(pl.format("; document={}", "document")).otherwise(pl.lit(""))
    nothing = pl.lit(None, pl.String)
    return moves.select(
        pl.col(plan.subject).cast(pl.String),
        pl.lit("move").alias("step"),
        pl.col("move").alias("item"),
        (pl.format("from={}", pl.col("from").fill_null(MISSING)) + document).alias("inputs"),
        nothing.alias("benchmark"),
        nothing.alias("value"),
        nothing.alias("points"),
        pl.col("to").alias("verdict"),
        "reason",
        pl.when(pl.col("clause") != "").then(pl.col("clause")).alias("clause"),
        pl.lit(before, pl.Int64).alias("order"),
        (pl.col("order") - pl.lit(10**6)).cast(pl.Int64).alias("suborder"),
    )


class _Reader:
    """Writes the lines of a method over the known columns."""

    def __init__(self, plan: Plan, known: pl.DataFrame) -> None:
        self.plan = plan
        self.method = plan.method
        self.known = known
        self.member = pl.col("status").cast(pl.String).is_in(MEMBER_STATUSES)

    def lines(self) -> Iterator[Line]:
        yield self._population()
        yield from self._figures()
        yield from self._scores()
        yield from self._totals()
        yield from self._results()

    def _population(self) -> Line:
        exceptions = {name: one.clause for name, one in self.method.exceptions.items()}
        populations = {name: one.clause for name, one in self.method.populations.items()}
        flagged = pl.when(pl.col("exception_unknown")).then(pl.lit("exception_unknown"))
        return Line(
            "population", "population", pl.lit(True), value=pl.col("population"), verdict=pl.col("status"),
            reason=pl.coalesce(pl.col("exception").cast(pl.String), flagged),
            clause=pl.coalesce(_clauses("exception", exceptions), _clauses("population", populations)),
        )  # fmt: skip

    def _figures(self) -> Iterator[Line]:
        for name, one in self.method.measures.items():
            value = scaled_text(pl.col(f"measure__{name}"), one.digits)
            inputs = self._inputs([f"measures.{name}.formula"])
            yield Line("measure", name, self.member, inputs, value=value, clause=one.clause)
        for name, prepared in self.method.prepared.items():
            value = scaled_text(pl.col(f"measure__{name}"), prepared.digits)
            inputs = self._named([prepared.measure])
            yield Line("prepared", name, self.member, inputs, value=value, clause=prepared.clause)
        for name, benchmark in self.method.benchmarks.items():
            if name not in self.plan.fixed:
                text = scaled_text(pl.col(f"benchmark__{name}"), benchmark.digits)
                there = pl.col(f"benchmark__{name}").is_not_null()
                yield Line("benchmark", name, self.member & there, benchmark=text, clause=benchmark.clause)

    def _scores(self) -> Iterator[Line]:
        for key, scores in self.method.scores.items():
            populations = [one for one in self.plan.populations if self.plan.scores(one) is scores]
            for item, score in scores.items():
                inputs, value = self._looked_at(f"scores.{key}.{item}", item, score)
                yield Line(
                    "score", item, self.member & self._in(populations), inputs, self._benchmarks(score), value,
                    scaled_text(pl.col(f"points__{item}"), score.digits),
                    reason=pl.col(f"reason__{item}"), clause=self._score_clause(item, score),
                )  # fmt: skip

    def _score_clause(self, item: str, score: Score) -> pl.Expr | str | None:
        """The clause a score rests on: that of missing values where it has one and the value is missing."""
        if score.missing_clause is None:
            return score.clause
        absent = pl.col(f"reason__{item}").cast(pl.String).is_in(["missing", "cohort_mean", "penalty"])
        own = pl.lit(score.clause, pl.String)
        return pl.when(absent).then(pl.lit(score.missing_clause)).otherwise(own)

    def _looked_at(self, path: str, item: str, score: Score) -> tuple[pl.Expr | None, pl.Expr | None]:
        """What a score looks at, as inputs and as value; a flag has no value of its own."""
        if score.flag is not None:
            return self._inputs([f"{path}.flag.where"]), None
        name = score.choice.by if score.choice is not None else score.measure or item
        return self._named([name]), self._value(name)

    def _benchmarks(self, score: Score) -> pl.Expr | None:
        texts = []
        for name in dict.fromkeys(benchmark_names(score)):
            fixed = self.plan.fixed.get(name)
            digits = self.method.benchmarks[name].digits
            known = pl.lit(str(fixed)) if fixed is not None else scaled_text(pl.col(f"benchmark__{name}"), digits)
            texts.append(pl.format("{}={}", pl.lit(name), known.fill_null(MISSING)))
        return pl.concat_str(texts, separator="; ") if texts else None

    def _totals(self) -> Iterator[Line]:
        for name, node in self.method.nodes.items():
            text = scaled_text(pl.col(f"node__{name}"), node.digits)
            yield Line("node", name, self.member, self._points(node.of), points=text, clause=node.clause)
        for path, total, populations in written(self.plan):
            where = self.member & self._in(populations)
            for at, column, one in parts(path, total):
                kind, _, name = column.partition("__")
                unknown = pl.when(pl.col(f"{column}__unknown")).then(pl.lit("unknown"))
                asked = [f"{at}.points", *([f"{at}.where"] if one.where is not None else [])]
                text = scaled_text(pl.col(column), one.digits)
                yield Line(kind, name, where, self._inputs(asked), points=text, reason=unknown, clause=one.clause)
            if total.factor is not None:
                text = scaled_text(pl.col("factor"), total.factor_digits)
                yield Line("factor", "factor", where, self._inputs([f"{path}.factor"]), value=text, clause=total.clause)
            text = scaled_text(pl.col("total"), total.digits)
            for population in populations:
                own = self.member & self._in([population])
                of = self._points(self.plan.total_of(population))
                yield Line("total", "total", own, of, points=text, clause=total.clause)

    def _results(self) -> Iterator[Line]:
        for name, one in self.method.criteria.items():
            asked = [f"criteria.{name}.{part}" for part in ("applies", "test") if getattr(one, part) is not None]
            inputs = self._named([one.recorded]) if one.recorded is not None else self._inputs(asked)
            yield Line("criterion", name, self.member, inputs, verdict=pl.col(f"criterion__{name}"), clause=one.clause)
        for name, requirement in self.method.requirements.items():
            verdict = pl.col(f"requirement__{name}")
            yield Line("requirement", name, self.member, verdict=verdict, clause=requirement.clause)
        clauses = {one: grade.clause for one in self.plan.populations if (grade := self.plan.grade(one)) is not None}
        pooled = pl.when(pl.col("pool").is_not_null()).then(pl.format("pool={}", "pool"))
        yield Line(
            "rank", "rank", pl.col("population").is_not_null(), pooled, value=pl.col("rank"),
            verdict=pl.col("grade__ranked"), reason=pl.col("grade__reason"), clause=_clauses("population", clauses),
        )  # fmt: skip
        treated = pl.when(pl.col("treated_as").is_not_null()).then(
            pl.format("treated_as={}", pl.col("treated_as").cast(pl.String))
        )
        yield Line("grade", "grade", pl.col("population").is_not_null(), treated, verdict=pl.col("grade"))
        for name, entitlement in self.method.entitlements.items():
            amount = scaled_text(pl.col(f"entitlement__{name}"), entitlement.digits)
            value = pl.format("{} {}", amount, pl.lit(entitlement.unit)) if entitlement.unit != "1" else amount
            asked = [f"entitlements.{name}.{part}" for part in ("where", "amount") if getattr(entitlement, part)]
            yield Line(
                "entitlement", name, self.member, self._inputs(asked), value=value,
                verdict=pl.col(f"entitlement__{name}__state"), reason=self._reduced(name, entitlement),
                clause=entitlement.clause,
            )  # fmt: skip
        for name, given in self.method.inputs.items():
            if f"assumed__{name}" in self.known.columns:
                assumed = pl.col(f"assumed__{name}").fill_null(False)
                yield Line("assumption", name, assumed, value=pl.lit(str(given.if_missing)), clause=given.clause)

    # --- texts

    def _reduced(self, name: str, one: Entitlement) -> pl.Expr | None:
        """Say what an amount was before a cap or a budget made it less."""
        column = f"entitlement__{name}__asked"
        if column not in self.known.columns:
            return None
        before = pl.format("before cap and budget {} {}", scaled_text(pl.col(column), one.digits), pl.lit(one.unit))
        unknown = pl.col(f"entitlement__{name}__state") == "unknown"
        less = pl.col(f"entitlement__{name}") != pl.col(column)
        return pl.when(less | (unknown & pl.col(column).is_not_null())).then(before)

    def _in(self, populations: Iterable[str]) -> pl.Expr:
        return pl.col("population").cast(pl.String).is_in(list(populations))

    def _inputs(self, paths: Sequence[str]) -> pl.Expr | None:
        names = dict.fromkeys(name for path in paths for name in sorted(self.plan.formulas[path].names))
        return self._named(list(names))

    def _named(self, names: Sequence[str]) -> pl.Expr | None:
        """`name=value unit` of every name, separated by semicolons."""
        texts = [pl.format("{}={}", pl.lit(name), self._with_unit(name)) for name in names]
        return pl.concat_str(texts, separator="; ") if texts else None

    def _with_unit(self, name: str) -> pl.Expr:
        value = self._value(name)
        kind = self.plan.names.get(name)
        unit = kind.unit.symbol if isinstance(kind, NumberType) else "1"
        return (value if unit == "1" else pl.format("{} {}", value, pl.lit(unit))).fill_null(MISSING)

    def _points(self, names: Sequence[str]) -> pl.Expr | None:
        texts = []
        for name in names:
            column = f"node__{name}" if name in self.method.nodes else f"points__{name}"
            texts.append(pl.format("{}={}", pl.lit(name), self._scaled(column, name).fill_null(MISSING)))
        return pl.concat_str(texts, separator="; ") if texts else None

    def _value(self, name: str) -> pl.Expr:
        """A name's value as text: a figure by its decimals, a gathered number as its shortest decimal."""
        if name in self.plan.given:
            given = self.plan.given[name]
            return pl.lit(str(given) if not hasattr(given, "numerator") else decimal_text(exact(given)))  # type: ignore[arg-type]
        if self.plan.figure(name) is not None:
            return self._scaled(f"measure__{name}", name)
        held = self.plan.held_against(name)
        if held is not None:
            return scaled_text(pl.col(f"benchmark__{held}"), self.method.benchmarks[held].digits)
        streak = self._streak(name)
        if streak is not None:
            return streak
        if name in self.known.columns and name != "total":
            return ledger_text(self.known[name])
        if name == "total":
            return self._scaled("total", name)
        if name in self.method.nodes:
            return self._scaled(f"node__{name}", name)
        column = f"points__{name.removesuffix('_points')}"
        return self._scaled(column, name) if column in self.known.columns else pl.lit(None, pl.String)

    def _streak(self, name: str) -> pl.Expr | None:
        """How long this method's grade has been held, the grade just given included."""
        one = self.method.inputs.get(name)
        if one is None or one.streak is None or one.streak.method not in (None, self.method.id):
            return None
        held = pl.col("grade").cast(pl.String) == one.streak.grade
        counted = pl.when(held).then(pl.col(name) + 1).otherwise(0)
        return pl.when(pl.col(name).is_not_null()).then(counted).cast(pl.String)

    def _scaled(self, column: str, name: str) -> pl.Expr:
        cases = []
        for population in self.plan.populations:
            try:
                digits = self.plan.digits(population, name)
            except KeyError:
                continue
            cases.append(pl.when(self._in([population])).then(scaled_text(pl.col(column), digits)))
        return pl.coalesce(cases) if cases else pl.lit(None, pl.String)


def _clauses(column: str, clauses: dict[str, str | None]) -> pl.Expr:
    """The clause of what a column names."""
    known = {name: clause for name, clause in clauses.items() if clause is not None}
    if not known:
        return pl.lit(None, pl.String)
    return pl.col(column).cast(pl.String).replace_strict(known, default=None, return_dtype=pl.String)


def scaled_text(scaled: pl.Expr, digits: int) -> pl.Expr:
    """Write scaled integers as decimal text with exactly `digits` decimals; see `jiqun.values.plain`."""
    if digits == 0:
        return scaled.cast(pl.String)
    sign = pl.when(scaled < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = scaled.abs().cast(pl.String).str.pad_start(digits + 1, "0")
    whole = size.str.slice(0, size.str.len_chars() - digits)
    return sign + whole + pl.lit(".") + size.str.tail(digits)


def ledger_text(column: pl.Series) -> pl.Expr:
    """Write gathered values as text; a float as the shortest decimal it stands for, never in powers of ten."""
    if column.dtype != pl.Float64:
        return pl.col(column.name).cast(pl.String)
    text = pl.col(column.name).cast(pl.String).str.strip_suffix(".0")
    odd = column.filter(column.cast(pl.String).str.contains("e").fill_null(False)).unique().to_list()
    if not odd:
        return text
    said = {one: decimal_text(exact(one), 330) for one in odd}
    return pl.coalesce(pl.col(column.name).replace_strict(said, default=None, return_dtype=pl.String), text)
