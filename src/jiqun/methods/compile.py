"""From a method and a period to a plan: names, formulas, parameters and code sets, with every fault told at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jiqun.expressions import (
    BooleanType,
    CodesType,
    DateType,
    Exact,
    NumberType,
    TextType,
    Type,
    Typed,
    check,
    in_unit,
    parse,
)
from jiqun.expressions.nearest import nearest
from jiqun.methods.compile_grading import grading_faults
from jiqun.methods.compile_numbers import Numbers
from jiqun.methods.compile_references import hidden_figures, reference_faults
from jiqun.methods.plan import FixedBenchmark, Plan, all_scores, conditions, frozen
from jiqun.packs.lawbook import LawBook
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Addition, Input, Method, Rollup
from jiqun.packs.models.table import Column
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Number, Period, Unit, digest, exact

Where = Callable[[str], Place]
RESULT_TYPES: Mapping[str, Type] = {"grade": TextType()}
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
    make the run a trial, `at` says where a path of the method stands in its file. Raises ProblemsError with every fault.
    """
    when = period if isinstance(period, Period) else Period.parse(period)
    compiler = _Compiler(method, when, book, contracts, parameters or {}, at or _nowhere(method))
    plan = compiler.compile()
    faults = compiler.faults or hidden_figures(plan, compiler.at)
    if faults:
        raise ProblemsError(faults)
    return plan


def _nowhere(method: Method) -> Where:
    return lambda path: Place(item=f"{method.id} {path}".strip())


class _Compiler:
    """Goes through the sections of a method in their order; each one adds names for those that follow."""

    def __init__(
        self,
        method: Method,
        period: Period,
        book: LawBook | None,
        contracts: Mapping[str, TableContract] | None,
        parameters: Mapping[str, Number],
        at: Where,
    ) -> None:
        self.method = method
        self.period = period
        self.book = book
        self.own_contracts = contracts
        self.parameters = parameters
        self.at = at
        self.faults: list[Problem] = []
        self.contracts: dict[str, TableContract] = {}
        self.names: dict[str, Type] = {}
        self.labels: dict[str, tuple[str, str]] = {}
        self.given: dict[str, Exact] = {"period_start": period.first, "period_end": period.last}
        self.formulas: dict[str, Typed] = {}
        self.classes: dict[str, frozenset[str]] = {}
        self.numbers = Numbers(period, book, parameters, self.fault)

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
            given=frozen(self.given),
            overrides=frozen({name: exact(value) for name, value in self.parameters.items()}),
            previous=None if cohort_only or self.faults else self._previous(),
        )

    def fault(self, code: str, path: str, **values: object) -> None:
        self.faults.append(problem(code, self.at(path), **values))

    def _define(self, name: str, kind: Type, path: str, label: tuple[str, str], shadows: bool = False) -> None:
        if name in self.names and not shadows:
            self.fault("METHOD-001", path, name=name)
        self.names[name] = kind
        self.labels[name] = (label[0] or name, label[1] or label[0] or name)

    # --- tables, code sets, inputs

    def contract(self, table: str, path: str) -> TableContract | None:
        """Return the contract of a table, or tell that there is none."""
        if table in self.contracts:
            return self.contracts[table]
        known = self.own_contracts
        if known is None:
            known = {} if self.book is None else self.book.tables
        found = known.get(table)
        if found is None:
            self.fault("METHOD-002", path, table=table, nearest=nearest(table, known))
        else:
            self.contracts[table] = found
        return found

    def _columns(self) -> None:
        contract = self.contract(self.method.evaluates.table, "evaluates.table")
        if contract is None:
            return
        if self.method.evaluates.subject not in contract.column_names:
            self._unknown_column(self.method.evaluates.subject, contract, "evaluates.subject")
        for column in contract.fields:
            kind = column_type(column)
            if kind is not None:
                self._define(column.name, kind, "evaluates.table", (column.title, column.title_en))
        for name, label in (("period_start", ("期初", "first day")), ("period_end", ("期末", "last day"))):
            self._define(name, DateType(), "evaluates", label)

    def _unknown_column(self, name: str, contract: TableContract, path: str) -> None:
        self.fault(
            "METHOD-003", path, name=name, table=contract.id, nearest=nearest(name, contract.column_names)
        )

    def _classes(self) -> None:
        for name, one in self.method.classes.items():
            path = f"classes.{name}"
            codes: frozenset[str] = frozenset()
            if self.book is None:
                self.fault("METHOD-008", path, taxonomy=one.taxonomy, detail="—")
            else:
                try:
                    codes = self.book.codes(one.taxonomy, one.under, on=self.period.last)
                except ProblemsError as error:
                    self.faults += [each.at(**_place(self.at(path))) for each in error.problems]
            self.classes[name] = codes
            self._define(name, CodesType(codes), path, (one.title, one.title))

    def _inputs(self) -> None:
        for name, one in self.method.inputs.items():
            path = f"inputs.{name}"
            kind = self._input_type(name, one, path)
            if kind is None or one.streak is not None:
                continue
            self._define(name, kind, path, (one.title, one.title_en), shadows=one.column == name)
            if one.if_missing is not None and not isinstance(kind, NumberType):
                self.fault("METHOD-006", f"{path}.if_missing", formula=name, wanted_zh="数", wanted_en="a number")

    def _input_type(self, name: str, one: Input, path: str) -> Type | None:
        unit = self.unit(one.unit or "1", f"{path}.unit")
        if one.parameter is not None:
            found = self.numbers.parameter(one.parameter, one.unit, f"{path}.parameter")
            if found is None:
                return None
            self.numbers.parameters[name] = found
            self.given[name] = found[0]
            return NumberType(found[1])
        if one.result is not None:
            return RESULT_TYPES.get(one.result.item, NumberType(unit))
        if one.rollup is not None:
            return self._rollup_type(one.rollup, one.unit, path)
        if one.column is None:
            return NumberType(unit)
        return self._column_input(one, path)

    def _column_input(self, one: Input, path: str) -> Type | None:
        table, name = split_column(one.column or "", self.method.evaluates.table)
        contract = self.contract(table, f"{path}.column")
        if contract is None:
            return None
        if name not in contract.column_names and one.unit is not None:
            contract = self._declared_column(contract, name, one)
        for needed in (name, self.method.evaluates.subject):
            if needed not in contract.column_names:
                self._unknown_column(needed, contract, f"{path}.column")
                return None
        kind = column_type(contract.column(name))
        if isinstance(kind, NumberType) and one.unit is not None:
            wanted = self.unit(one.unit, f"{path}.unit")
            if kind.unit != wanted:
                self.fault("METHOD-005", f"{path}.unit", unit=kind.unit, wanted=wanted)
            return NumberType(wanted)
        return kind

    def _declared_column(self, contract: TableContract, name: str, one: Input) -> TableContract:
        """Add a column that the rule itself declares by its unit, for tables that carry more than their contract."""
        column = Column(name=name, title=one.title or name, title_en=one.title_en or name, type="number", unit=one.unit)
        grown = contract.model_copy(update={"fields": (*contract.fields, column)})
        self.contracts[contract.id] = grown
        return grown

    def _rollup_type(self, rollup: Rollup, unit: str | None, path: str) -> Type | None:
        contract = self.contract(rollup.table, f"{path}.rollup.table")
        if contract is None:
            return None
        for part, name in (("by", rollup.by or self.method.evaluates.subject), ("date_column", rollup.date_column)):
            if name is not None and name not in contract.column_names:
                self._unknown_column(name, contract, f"{path}.rollup.{part}")
        if rollup.rows != "all" and rollup.date_column is None and "year" not in contract.column_names:
            self.fault("METHOD-013", f"{path}.rollup", table=rollup.table)
        scope = {one.name: kind for one in contract.fields if (kind := column_type(one)) is not None}
        scope |= {name: self.names[name] for name in (*self.given, *self.classes) if name in self.names}
        if rollup.where is not None:
            self.boolean(f"{path}.rollup.where", rollup.where, scope)
        if rollup.take in ("any", "count"):
            return BooleanType() if rollup.take == "any" else NumberType(self.unit(unit or "1", f"{path}.unit"))
        if rollup.of is None:
            self.fault("METHOD-014", f"{path}.rollup", take=rollup.take)
            return None
        typed = self.formula(f"{path}.rollup.of", rollup.of, scope)
        if typed is None:
            return None
        if rollup.take in ("max", "min") and isinstance(typed.type, DateType):
            return typed.type
        typed = self._number(f"{path}.rollup.of", typed, unit)
        return None if typed is None else typed.type

    # --- formulas

    def formula(self, path: str, text: str, scope: Mapping[str, Type]) -> Typed | None:
        """Check a formula against a scope and keep it under its path."""
        given = {name: value for name, value in self.given.items() if name in scope}
        try:
            typed = check(parse(text, self.at(path)), scope, given)
        except ProblemsError as error:
            self.faults += error.problems
            return None
        self.formulas[path] = typed
        return typed

    def boolean(self, path: str, text: str, scope: Mapping[str, Type]) -> None:
        """Check a condition."""
        typed = self.formula(path, text, scope)
        if typed is not None and not isinstance(typed.type, BooleanType):
            self.fault("METHOD-006", path, formula=text, wanted_zh="是非", wanted_en="a truth value")

    def number(self, path: str, text: str, scope: Mapping[str, Type], unit: str | None) -> None:
        """Check a number and say it in a unit; `unit` None keeps its own."""
        typed = self.formula(path, text, scope)
        if typed is not None:
            self._number(path, typed, unit)

    def _number(self, path: str, typed: Typed, unit: str | None) -> Typed | None:
        if not isinstance(typed.type, NumberType):
            self.fault("METHOD-006", path, formula=typed.text, wanted_zh="数", wanted_en="a number")
            return None
        if unit is None:
            return typed
        try:
            self.formulas[path] = in_unit(typed, self.unit(unit, path), self.at(path))
        except ProblemsError as error:
            self.faults += error.problems
            return None
        return self.formulas[path]

    def unit(self, text: str, path: str) -> Unit:
        """Read a unit, or tell what is unknown in it."""
        try:
            return Unit.parse(text)
        except ValueError:
            self.fault("METHOD-015", path, unit=text)
            return Unit.none()

    # --- sections with formulas

    def _subjects(self) -> None:
        for name, population in self.method.populations.items():
            self.boolean(f"populations.{name}.where", population.where, self.names)
        self._define("population", TextType(), "populations", ("评价对象类别", "population"))
        for name, one in self.method.exceptions.items():
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
            pure = any(step.normalise is not None or step.logarithm for step in prepared.steps)
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
        return self.numbers.benchmarks(self.method, self.names)

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

    def _addition(self, path: str, addition: Addition) -> None:
        self.number(f"{path}.points", addition.points, self.names, None)
        typed = self.formulas.get(f"{path}.points")
        if typed is not None and isinstance(typed.type, NumberType):
            dimension = typed.type.unit.dimension
            if dimension and dimension not in _COUNTED:
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


def column_type(column: Column) -> Type | None:
    """The type of a column in formulas; None for a point in time, which formulas do not read."""
    match column.type:
        case "number" | "integer":
            return NumberType(Unit.parse(column.unit or "1"))
        case "boolean":
            return BooleanType()
        case "date":
            return DateType()
        case "string":
            return TextType()
        case _:
            return None


def split_column(text: str, own_table: str) -> tuple[str, str]:
    """Read `column` or `table.column`."""
    table, dot, name = text.rpartition(".")
    return (table, name) if dot else (own_table, text)


def _place(place: Place) -> dict[str, str | int]:
    return {"file": place.file, "line": place.line, "item": place.item}
