"""What every section of a method is compiled with: names, formulas, units, tables, and faults at their place."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction

from jiqun.expressions import (
    BooleanType,
    DateType,
    Exact,
    NumberType,
    Type,
    Typed,
    check,
    in_unit,
    parse,
)
from jiqun.expressions.nearest import nearest
from jiqun.methods.compiling.numbers import Numbers
from jiqun.packs.lawbook import LawBook
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Method
from jiqun.packs.working_days import working_days
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Number, Period, Unit

Where = Callable[[str], Place]
_DAY_OF_YEAR = re.compile(r"on_(\d\d)_(\d\d)")
_COMMON_YEAR = 2023  # 29 February is not a day of every year


class Checker:
    """Keeps the names known so far, checks formulas against them, and collects every fault."""

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
        self.ancestors: dict[str, dict[str, str]] = {}
        self.by_key: dict[str, dict[str, Fraction]] = {}
        self.calendar = None if book is None else working_days(book)
        self.numbers = Numbers(period, book, parameters, self.fault)

    def fault(self, code: str, path: str, **values: object) -> None:
        made = problem(code, self.at(path), **values)
        if made not in self.faults:
            self.faults.append(made)

    def told(self) -> list[Problem]:
        """Return the faults without those that only say that a name is unknown because its input has one."""
        failed = {name for name in self.method.inputs if name not in self.names}
        return [one for one in self.faults if one.code != "EXPR-010" or one.values["name"] not in failed]

    def _define(self, name: str, kind: Type, path: str, label: tuple[str, str], shadows: bool = False) -> None:
        if name in self.names and not shadows:
            self.fault("METHOD-001", path, name=name)
        self.names[name] = kind
        self.labels[name] = (label[0] or name, label[1] or label[0] or name)

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

    def _unknown_column(self, name: str, contract: TableContract, path: str) -> None:
        self.fault("METHOD-003", path, name=name, table=contract.id, nearest=nearest(name, contract.column_names))

    def formula(self, path: str, text: str, scope: Mapping[str, Type]) -> Typed | None:
        """Check a formula against a scope and keep it under its path."""
        try:
            tree = parse(text, self.at(path))
            scope = {**scope, **self._days(tree.names.difference(scope))}
            given = {name: value for name, value in self.given.items() if name in scope}
            typed = check(tree, scope, given, self.calendar)
        except ProblemsError as error:
            self.faults += error.problems
            return None
        self.formulas[path] = typed
        return typed

    def _days(self, names: Iterable[str]) -> Mapping[str, Type]:
        """The days of the evaluated year among names: `on_04_30` is its 30 April."""
        found: dict[str, Type] = {}
        for name in names:
            written = _DAY_OF_YEAR.fullmatch(name)
            month, day = (int(part) for part in written.groups()) if written else (0, 0)
            if 1 <= month <= 12 and 1 <= day <= monthrange(_COMMON_YEAR, month)[1]:
                found[name] = DateType()
                self.given[name] = date(self.period.year, month, day)
                self.labels[name] = (f"当年{month}月{day}日", f"{day} {month_name[month]} of the year")
        self.names |= found
        return found

    def boolean(self, path: str, text: str, scope: Mapping[str, Type]) -> None:
        """Check a condition."""
        typed = self.formula(path, text, scope)
        if typed is not None and not isinstance(typed.type, BooleanType):
            self.fault("METHOD-006", path, formula=text, wanted_zh="是非", wanted_en="a truth value")

    def number(self, path: str, text: str, scope: Mapping[str, Type], unit: str | None) -> None:
        """Check a number and say it in a unit; `unit` None keeps its own."""
        typed = self.formula(path, text, scope)
        if unit is not None and parsed(unit) is None:
            self.unit(unit, f"{path.rpartition('.')[0]}.unit")
        elif typed is not None:
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
        found = parsed(text)
        if found is None:
            self.fault("METHOD-015", path, unit=text)
        return found or Unit.none()


def parsed(unit: str) -> Unit | None:
    """Read a unit; None where it is not known."""
    try:
        return Unit.parse(unit)
    except ValueError:
        return None
