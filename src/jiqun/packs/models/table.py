"""The contract of a ledger table: Frictionless Table Schema plus unit, aliases, sensitivity and checks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jiqun.packs.models.base import Code, Codes, Completeness, Header, Identifier, Model, Names, Num

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime"]
Sensitivity = Literal["public", "internal", "restricted"]
CheckSeverity = Literal["notice", "disqualifies"]
TablePeriod = Literal["none", "year", "month", "day"]


class Constraints(Model):
    """What a cell must satisfy; minimum and maximum are inclusive, and a pattern must match the whole text."""

    required: bool = False
    unique: bool = False
    minimum: Num | None = None
    maximum: Num | None = None
    enum: Codes = ()
    pattern: str | None = None


class Category(Model):
    """One allowed value of a column, with the words departments write for it."""

    value: Code
    title: str
    title_en: str
    aliases: Names = ()


class Column(Model):
    """One column: `digits` are the decimals it is shown with; `aliases` are other header words that mean it.

    `delimiter` marks a cell with several texts; one that is in `alone` (无) contradicts every other beside it, and what
    is meant is then unknown. `taxonomy` marks a cell that holds a code of that taxonomy, `methods` a cell that
    names a rule whose id begins so (`light` for `light.sanya`) by its title. `size` marks how large the one is of
    whom the row tells (revenue, staff, assets): nobody is advised to make it smaller. `names_from` is for codes of
    which a region has its own list (`districts`: every taxonomy whose id ends so): a file may write the name of one.
    Only with `unit_assumed` may a file leave the unit out. A column that is not `changeable` (a height above the sea)
    is never part of advice. What `adds_up` (output, tax, staff; no rate, rank, date or code) is the sum of a firm's own
    row and those of its workshops.
    """

    name: Identifier
    title: str
    title_en: str
    type: FieldType
    unit: str | None = None
    unit_assumed: bool = False
    digits: int | None = Field(default=None, ge=0, le=12)
    aliases: Names = ()
    format: Literal["uscc"] | None = None
    delimiter: str | None = None
    alone: Names = ()
    taxonomy: Identifier | None = None
    names_from: Identifier | None = None
    methods: Identifier | None = None
    categories: tuple[Category, ...] = ()
    constraints: Constraints = Constraints()
    size: bool = False
    adds_up: bool = False
    missing_values: Names = Field(default=(), alias="missingValues")
    sensitivity: Sensitivity = "internal"
    description: str | None = None
    example: Code | None = None
    changeable: bool = True

    @property
    def allowed(self) -> tuple[str, ...]:
        """The values a cell may hold: those of `categories`, else of `constraints.enum`; empty where all may stand."""
        return tuple(one.value for one in self.categories) or self.constraints.enum


class Reference(Model):
    """The table and columns a foreign key points to."""

    resource: Identifier
    fields: Names


class ForeignKey(Model):
    """Columns of this table whose values must stand in another table."""

    fields: Names
    reference: Reference


class Check(Model):
    """A row check: an expression over the table's columns that must not be false; unknown is not false."""

    id: Identifier
    expression: str
    severity: CheckSeverity
    title: str
    title_en: str
    document: Identifier | None = None
    clause: Code | None = None


class Range(Model):
    """From `minimum` to `maximum`, both inclusive; an end that is not said is open."""

    minimum: Num | None = None
    maximum: Num | None = None


class Ratio(Model):
    """A ratio of two columns that a wrong unit (元 for 万元) throws out of every range that firms have.

    `per` is a column of the same row, or `table.column` of the same firm and period. Beyond `row` a single firm's ratio
    is hardly possible; `usual` is where the middle firm of a list lies. Only what some power of ten that units differ
    by brings back into `usual` is told, as a notice.
    """

    id: Identifier
    title: str
    title_en: str
    of: Identifier
    per: Identifier
    unit: str = "1"
    row: Range = Range()
    usual: Range
    reason: str
    document: Identifier | None = None
    clause: Code | None = None
    completeness: Completeness = "illustrative"

    @property
    def beside(self) -> tuple[str, str]:
        """The table (empty: the same) and the column that the ratio is per."""
        table, _, column = self.per.rpartition(".")
        return table, column


class Owers(Model):
    """Who owes the rows of a table for a year, in words and as far as the ledger can count them.

    `every_firm`: every registered firm in operation; `above_scale`: the firms above scale of the year; `holders`: who
    validly holds one of `titles` (of the ladder) at the end of the year; `districts`: every district. Of `applicants`
    (whoever applies) and `listed` (whom an office names) the ledger has no list, so there is no rate. `where` narrows
    it to firms whose column of the register has one of the values.
    """

    who: Literal["every_firm", "above_scale", "holders", "districts", "applicants", "listed"]
    words: str
    words_en: str
    titles: Names = ()
    where: dict[Identifier, Codes] = {}


class TableContract(Header):
    """A table of the ledger; its id is its name. With `adds_to` it only adds columns and checks to that table.

    A `derived` table is worked out from those it is `derived_from` and never filled in. `when_empty` says what a table
    that nobody gave means: that nothing was reported, or, for a register which the office itself keeps, that there is
    nothing. Where a table `lists_things`, each row is a thing of its own (a lease, an award, an event): one reported
    under a workshop's name is its firm's.
    """

    kind: Literal["table"]
    adds_to: Identifier | None = None
    period: TablePeriod = "none"
    derived: bool = False
    derived_from: Names = ()
    when_empty: Literal["unknown", "none"] = "unknown"
    lists_things: bool = False
    fields: tuple[Column, ...]
    primary_key: Names = Field(default=(), alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Field(default=(), alias="foreignKeys")
    missing_values: Names = Field(default=("",), alias="missingValues")
    checks: tuple[Check, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    owed_by: Owers | None = None

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError where the table has none of that name."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)
