"""The names that formulas start from: columns of the evaluated table, code sets, and inputs of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jiqun.expressions import (
    BooleanType,
    CodesType,
    DateType,
    Exact,
    NumberType,
    TextType,
    Type,
    columns,
)
from jiqun.methods.columns.in_a_row import MONTHS, dated_by, unit_of
from jiqun.methods.columns.tables import PERIOD_COLUMNS
from jiqun.methods.compiling.checking import Checker
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Ancestor, Beside, Input, Lookup, Repeats, Rollup
from jiqun.packs.models.table import Column
from jiqun.problems import Place, ProblemsError
from jiqun.values import Unit, exact

RESULT_TYPES: Mapping[str, Type] = {"grade": TextType()}
_PERIODS = {"year": "年度", "quarter": "季度", "month": "月"}
_WANTED = {
    NumberType: ("数", "a number"), BooleanType: ("是非（true、false）", "true or false"),
    DateType: ("日期（2022-01-01）", "a day (2022-01-01)"), TextType: ("文本", "a text"),
}  # fmt: skip


class InputCompiler(Checker):
    """Adds the names that formulas start from: columns, code sets, inputs."""

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

    def _classes(self) -> None:
        for name, one in self.method.classes.items():
            path = f"classes.{name}"
            codes: frozenset[str] = frozenset()
            if self.book is None:
                self.fault("METHOD-008", path, taxonomy=one.taxonomy, detail="—")
            else:
                try:
                    codes = self.book.codes(one.taxonomy, one.under, on=self.period.last)
                    self._rests_on(one.taxonomy)
                except ProblemsError as error:
                    self.faults += [each.at(**_place(self.at(path))) for each in error.problems]
            self.classes[name] = codes
            self._define(name, CodesType(codes), path, (one.title, one.title))

    def _inputs(self) -> None:
        for name, one in self.method.inputs.items():
            path = f"inputs.{name}"
            if one.streak is not None and self.method.evaluates.per == "month":
                self.fault("METHOD-071", f"{path}.streak", name=name)
            kind = self._input_type(name, one, path)
            if kind is None or one.streak is not None:
                continue
            self._define(name, kind, path, (one.title, one.title_en), shadows=one.column == name)
            if one.if_missing is not None and stated_value(one.if_missing, kind) is None:
                zh, en = _WANTED[type(kind)]
                self.fault("METHOD-006", f"{path}.if_missing", formula=one.if_missing, wanted_zh=zh, wanted_en=en)

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
        if one.ancestor is not None:
            return self._ancestor_type(name, one.ancestor, f"{path}.ancestor")
        if one.lookup is not None:
            return self._lookup_type(name, one.lookup, one.unit, f"{path}.lookup")
        if one.column is None:
            return NumberType(unit)
        return self._column_input(one, path)

    def _ancestor_type(self, name: str, ancestor: Ancestor, path: str) -> Type | None:
        """Draw up which class stands above each code of the taxonomy on the evaluated day."""
        contract = self.contract(self.method.evaluates.table, path)
        if contract is None:
            return None
        if ancestor.column not in contract.column_names:
            self._unknown_column(ancestor.column, contract, f"{path}.column")
            return None
        if self.book is None:
            self.fault("METHOD-008", path, taxonomy=ancestor.taxonomy, detail="—")
            return None
        try:
            view = self.book.taxonomy(ancestor.taxonomy).on(self.period.last)
            self._rests_on(ancestor.taxonomy)
        except ProblemsError as error:
            self.faults += [each.at(**_place(self.at(path))) for each in error.problems]
            return None
        above = {code: view.at_level(code, ancestor.level) for code in view.codes}
        self.ancestors[name] = {code: one for code, one in above.items() if one is not None}
        return TextType()

    def _key_column(self, name: str, path: str) -> None:
        """A key is a text column of the evaluated table, or a text input written before."""
        contract = self.contracts[self.method.evaluates.table]
        kind = self.names.get(name)
        if kind is None:
            self._unknown_column(name, contract, path)
        elif not isinstance(kind, TextType):
            self.fault("METHOD-006", path, formula=name, wanted_zh="文本", wanted_en="a text")

    def _lookup_type(self, name: str, lookup: Lookup, unit: str | None, path: str) -> Type | None:
        self._key_column(lookup.key, f"{path}.key")
        found = self.numbers.table(lookup.parameter, unit, path)
        self.by_key[name] = {key: value for key, (value, _) in found.items()}
        units = list(dict.fromkeys(own for _, own in found.values()))
        for own in units[1:]:
            self.fault("METHOD-005", path, unit=own, wanted=units[0])
        return NumberType(units[0]) if units else None

    def _rests_on(self, taxonomy: str) -> None:
        assert self.book is not None
        self.numbers.rests_on[taxonomy] = self.book.taxonomy(taxonomy).model.completeness

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
        for name in rollup.each:
            if name not in contract.column_names:
                self._unknown_column(name, contract, f"{path}.rollup.each")
        if rollup.key is not None:
            self._key_column(rollup.key, f"{path}.rollup.key")
        asks_when = rollup.rows != "all" or rollup.take == "newest" or rollup.beside
        if asks_when and rollup.date_column is None and not set(PERIOD_COLUMNS) & set(contract.column_names):
            self.fault("METHOD-013", f"{path}.rollup", table=rollup.table)
        if rollup.in_a_row:
            self._periods_in_a_row(rollup, contract, path)
        scope = {one.name: kind for one in contract.fields if (kind := column_type(one)) is not None}
        scope |= {name: self.names[name] for name in (*self.given, *self.classes) if name in self.names}
        for name, beside in rollup.beside.items():
            self._beside(name, beside, contract, scope, f"{path}.rollup.beside.{name}")
        if rollup.where is not None:
            self.boolean(f"{path}.rollup.where", rollup.where, scope)
        if rollup.repeats is not None:
            self._repeats(rollup.repeats, contract, scope, f"{path}.rollup.repeats")
        if rollup.take in ("any", "count") or rollup.in_a_row:
            is_truth = rollup.take == "any" or rollup.reaches is not None
            return BooleanType() if is_truth else NumberType(self.unit(unit or "1", f"{path}.unit"))
        if rollup.of is None:
            self.fault("METHOD-014", f"{path}.rollup", take=rollup.take)
            return None
        typed = self.formula(f"{path}.rollup.of", rollup.of, scope)
        if typed is None:
            return None
        by_time = rollup.take == "newest" and isinstance(typed.type, (DateType, TextType))
        if by_time or (rollup.take in ("max", "min") and isinstance(typed.type, DateType)):
            if rollup.no_rows is None:
                return typed.type
            path = f"{path}.rollup.no_rows"
            self.fault("METHOD-006", path, formula=typed.text, wanted_zh="数", wanted_en="a number")
            return None
        if rollup.take == "distinct":
            return NumberType(self.unit(unit or "1", f"{path}.unit"))
        typed = self._number(f"{path}.rollup.of", typed, unit)
        return None if typed is None else typed.type

    def _beside(self, name: str, one: Beside, contract: TableContract, scope: dict[str, Type], path: str) -> None:
        """Give the formulas of a rollup the name of a figure of an earlier row."""
        kind = scope.get(one.column) if one.column in contract.column_names else None
        if one.column not in contract.column_names:
            self._unknown_column(one.column, contract, f"{path}.column")
        elif not isinstance(kind, NumberType):
            self.fault("METHOD-006", f"{path}.column", formula=one.column, wanted_zh="数", wanted_en="a number")
        elif name in scope:
            self.fault("METHOD-001", path, name=name)
        else:
            scope[name] = kind

    def _periods_in_a_row(self, rollup: Rollup, contract: TableContract, path: str) -> None:
        """Rows of a year do not tell what held in its quarters."""
        dated = dated_by(contract, rollup)
        if dated != "date" and MONTHS[unit_of(dated, rollup)] < MONTHS[dated]:
            said = {"own_zh": _PERIODS[dated], "per_zh": _PERIODS[unit_of(dated, rollup)]}
            self.fault("METHOD-070", f"{path}.rollup.per", table=contract.id, per=rollup.per, own=dated, **said)

    def _repeats(self, repeats: Repeats, contract: TableContract, scope: Mapping[str, Type], path: str) -> None:
        for name in repeats.by:
            if name not in contract.column_names:
                self._unknown_column(name, contract, f"{path}.by")
        if repeats.among is None:
            return
        self.boolean(f"{path}.among", repeats.among, scope)
        typed = self.formulas.get(f"{path}.among")
        if typed is not None and columns(typed).doubt is not None:  # it is read in columns only, so it must be certain
            self.fault(
                "METHOD-006", f"{path}.among", formula=typed.text, wanted_zh="不用算的条件", wanted_en="a plain test"
            )


def stated_value(written: str | bool, kind: Type) -> Exact:
    """Read what a rule states in place of a value of a type; None where it is no such value.

    >>> stated_value("0.5", NumberType(Unit.none())), stated_value("D", TextType()), stated_value("D", BooleanType())
    (Fraction(1, 2), 'D', None)
    """
    if isinstance(kind, BooleanType):
        return written if isinstance(written, bool) else None
    if isinstance(written, bool):
        return None
    if isinstance(kind, TextType):
        return written
    try:
        return date.fromisoformat(written) if isinstance(kind, DateType) else exact(written)
    except ValueError:
        return None


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
