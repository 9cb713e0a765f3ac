"""From a method and a period to a plan: names, formulas, parameters, code sets; every fault is told at its place."""

from __future__ import annotations

from collections.abc import Mapping

from jiqun.expressions import NumberType, TextType
from jiqun.methods.compiling.checking import Where
from jiqun.methods.compiling.grading import grading_faults
from jiqun.methods.compiling.inputs import InputCompiler, column_type, split_column
from jiqun.methods.compiling.plan import (
    BENCHMARK,
    FixedBenchmark,
    Plan,
    all_scores,
    conditions,
    frozen,
    is_late,
    statistics,
)
from jiqun.methods.compiling.references import hidden_figures, reference_faults
from jiqun.packs.lawbook import LawBook
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Addition, Method, Statistic
from jiqun.problems import Place, ProblemsError
from jiqun.values import Number, Period, digest, exact

__all__ = ["Plan", "Where", "column_type", "compile_method", "split_column"]
_POINTS = NumberType()


def compile_method(
    method: Method,
    period: Period | int | str,
    *,
    book: LawBook | None = None,
    contracts: Mapping[str, TableContract] | None = None,
    parameters: Mapping[str, Number] | None = None,
    at: Where | None = None,
) -> Plan:
    """Check a method against its tables and its law book, and date its numbers at the period's last day.

    `contracts` are the tables by name (those of the book where left out), `parameters` override parameters by id and
    make the run a trial, `at` says where a path of the method stands in its file. ProblemsError with every fault.
    """
    when = period if isinstance(period, Period) else Period.parse(period)
    compiler = _Compiler(method, when, book, contracts, parameters or {}, at or _nowhere(method))
    plan = compiler.compile()
    faults = compiler.told() or hidden_figures(plan, compiler.at)
    if faults:
        raise ProblemsError(faults)
    return plan


def _nowhere(method: Method) -> Where:
    return lambda path: Place(item=f"{method.id} {path}".strip())


class _Compiler(InputCompiler):
    """Goes through the sections of a method in their order; each one adds names for those that follow."""

    def compile(self, cohort_only: bool = False) -> Plan:
        """Compile all sections, or only those that a cohort of an earlier period needs."""
        self._columns()
        self._classes()
        self._inputs()
        self._subjects()
        self._measures()
        benchmarks = {} if cohort_only else self._benchmarks()
        if not cohort_only:
            self._points()
            self._results()
            self.faults += reference_faults(self.method, self.names, self.at)
            self.faults += grading_faults(self.method, self.at)
        return Plan(
            method=self.method,
            period=self.period,
            book_digest=digest(None) if self.book is None else self.book.digest,
            names=frozen(self.names),
            labels=frozen(self.labels),
            formulas=frozen(self.formulas),
            classes=frozen(self.classes),
            contracts=frozen(self.contracts),
            fixed=frozen(benchmarks),
            lookups=frozen(self.numbers.lookups),
            parameters=frozen(self.numbers.parameters),
            ancestors=frozen(self.ancestors),
            by_key=frozen(self.by_key),
            given=frozen(self.given),
            overrides=frozen({name: exact(value) for name, value in self.parameters.items()}),
            rests_on=frozen(self.numbers.rests_on),
            by_hand=frozenset(self.numbers.by_hand),
            previous=None if cohort_only or self.faults else self._previous(),
        )

    def _subjects(self) -> None:
        for name, population in self.method.populations.items():
            self.boolean(f"populations.{name}.where", population.where, self.names)
        self._define("population", TextType(), "populations", ("评价对象类别", "population"))
        for name, one in self.method.exceptions.items():
            if one.where is not None:
                self.boolean(f"exceptions.{name}.where", one.where, self.names)

    def _measures(self) -> None:
        for name, one in self.method.measures.items():
            path = f"measures.{name}"
            self.number(f"{path}.formula", one.formula, self.names, one.unit)
            kind = NumberType(self.unit(one.unit, f"{path}.unit"))
            self._define(name, kind, path, (one.title, one.title_en))
        for name, prepared in self.method.prepared.items():
            path = f"prepared.{name}"
            source = self.names.get(prepared.measure)
            pure = any(
                step.normalise or step.logarithm or step.otherwise or step.natural_logarithm for step in prepared.steps
            )
            made = source if isinstance(source, NumberType) and not pure else NumberType()
            self._define(name, made, path, (prepared.title, prepared.title_en))

    def _benchmarks(self) -> dict[str, FixedBenchmark]:
        for name, one in self.method.benchmarks.items():
            self.labels.setdefault(name, (one.title or name, one.title_en or one.title or name))
            if one.statistic is not None and one.statistic.take == "aggregate":
                for part in ("numerator", "denominator"):
                    text = getattr(one.statistic, part)
                    if text is None:
                        self.fault("METHOD-014", f"benchmarks.{name}.statistic", take=f"aggregate: {part}")
                    else:
                        self.number(f"benchmarks.{name}.statistic.{part}", text, self.names, None)
        found = self.numbers.benchmarks(self.method, self.names)
        self._statistics(late=False)
        return found

    def _statistics(self, late: bool) -> None:
        """Give later formulas the names of cohorts' statistics; those of the total come after it."""
        for name, statistic in statistics(self.method).items():
            if is_late(self.method, statistic) != late:
                continue
            kind = self.names.get(statistic.measure)
            if isinstance(kind, NumberType):
                self._define(f"{name}{BENCHMARK}", kind, f"benchmarks.{name}", self._held_against(name, statistic))
                self._aggregate_fits(f"benchmarks.{name}.statistic", kind)

    def _aggregate_fits(self, path: str, kind: NumberType) -> None:
        """The quotient of two sums is held against the measure, so it can be said in its unit."""
        sides = [self.formulas.get(f"{path}.{part}") for part in ("numerator", "denominator")]
        units = [one.type.unit for one in sides if one is not None and isinstance(one.type, NumberType)]
        if len(units) == len(sides) and not (units[0] / units[1]).fits(kind.unit):
            self.fault("METHOD-005", path, unit=units[0] / units[1], wanted=kind.unit)

    def _held_against(self, name: str, statistic: Statistic) -> tuple[str, str]:
        one, of = self.method.benchmarks[name], self.labels.get(statistic.measure, (name, name))
        return one.title or f"{of[0]}基准值", one.title_en or f"benchmark of {of[1]}"

    def _points(self) -> None:
        for path, _, score in all_scores(self.method):
            for where, text in conditions(path, score):
                self.boolean(where, text, self.names)
        for items in self.method.scores.values():
            for item, score in items.items():
                title = score.title or self.labels.get(item, (item, item))[0]
                english = score.title_en or self.labels.get(item, (item, item))[1]
                name = f"{item}_points"
                already = name in self.labels and name in self.names
                self._define(name, _POINTS, f"scores.{item}", (f"{title}得分", f"{english} points"), shadows=already)
        for name, node in self.method.nodes.items():
            self._define(name, _POINTS, f"nodes.{name}", (node.title, node.title_en))
        for key, total in self.method.totals.items():
            if total.factor is not None:
                self.number(f"totals.{key}.factor", total.factor, self.names, "1")
            for part, additions in (("bonuses", total.bonuses), ("deductions", total.deductions)):
                for name, addition in additions.items():
                    self._addition(f"totals.{key}.{part}.{name}", addition)
        if self.method.totals:
            first = next(iter(self.method.totals.values()))
            self._define("total", _POINTS, "totals", (first.title, first.title_en))
            self._statistics(late=True)

    def _addition(self, path: str, addition: Addition) -> None:
        self.number(f"{path}.points", addition.points, self.names, None)
        typed = self.formulas.get(f"{path}.points")
        if typed is not None and isinstance(typed.type, NumberType):
            dimension = typed.type.unit.dimension
            if not dimension:  # 600 % are 6 points, not 600
                self._number(f"{path}.points", typed, "1")
            elif dimension not in _COUNTED:
                self.fault("METHOD-005", f"{path}.points", unit=typed.type.unit, wanted="分")
        if addition.where is not None:
            self.boolean(f"{path}.where", addition.where, self.names)

    def _results(self) -> None:
        for name, criterion in self.method.criteria.items():
            for part, text in (("test", criterion.test), ("applies", criterion.applies)):
                if text is not None:
                    self.boolean(f"criteria.{name}.{part}", text, self.names)
        if self.method.grades:
            self._define("grade", TextType(), "grades", ("档次", "grade"))
            self._define("rank", _POINTS, "grades", ("名次", "rank"))
        for name, move in self.method.moves.items():
            if move.where is not None:
                self.boolean(f"moves.{name}.where", move.where, self.names)
        for name, one in self.method.inputs.items():
            if one.streak is not None:
                kind = NumberType(self.unit(one.unit or "1", f"inputs.{name}.unit"))
                self._define(name, kind, f"inputs.{name}", (one.title, one.title_en))
        for name, entitlement in self.method.entitlements.items():
            path = f"entitlements.{name}"
            if entitlement.where is not None:
                self.boolean(f"{path}.where", entitlement.where, self.names)
            if entitlement.amount is not None:
                self.number(f"{path}.amount", entitlement.amount, self.names, entitlement.unit)
            if entitlement.budget is not None:
                self.number(f"{path}.budget.amount", entitlement.budget.amount, self.names, entitlement.unit)
        self._limits()

    def _limits(self) -> None:
        for name, ceiling in self.method.ceilings.items():
            first = self.method.entitlements.get(ceiling.of[0])
            path = f"ceilings.{name}.at_most"
            self.number(path, ceiling.at_most, self.names, None if first is None else first.unit)
        for name, shared in self.method.budgets.items():
            first = self.method.entitlements.get(shared.of[0])
            self.number(f"budgets.{name}.amount", shared.amount, self.names, None if first is None else first.unit)

    def _previous(self) -> Plan | None:
        statistics = [one.statistic for one in self.method.benchmarks.values() if one.statistic is not None]
        if all(one.period == "this" for one in statistics):
            return None
        earlier = _Compiler(
            self.method, self.period.earlier(1), self.book, self.own_contracts, self.parameters, self.at
        )
        plan = earlier.compile(cohort_only=True)
        for name, one in self.method.benchmarks.items():
            if one.statistic is not None and one.statistic.take == "aggregate":
                for part in ("numerator", "denominator"):
                    path = f"benchmarks.{name}.statistic.{part}"
                    if path in self.formulas:
                        earlier.number(path, str(getattr(one.statistic, part)), earlier.names, None)
        self.faults += earlier.faults
        return Plan(**{**vars(plan), "formulas": frozen(earlier.formulas)})


_COUNTED = ((("points", 1),), (("count", 1),))
