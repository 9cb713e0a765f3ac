"""An evaluation under way: the frame with what is known so far, and how formulas read it.

The frame has one row per subject. Columns of the evaluated table and inputs stand under their own names, figures under
those of the wide trace (`measure__X`, `points__X`, `status`); compiling refuses a column that would hide a figure.
Texts of a closed set (status, population, reasons, grades) are enumerations: one byte a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import or_
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import Engine, Frame, unscaled
from jiqun.expressions import Columns, Exact, Parts, columns, parts
from jiqun.methods.columns.tables import Tables
from jiqun.methods.compiling.plan import Plan
from jiqun.problems import Problem
from jiqun.values import from_scaled

STATUSES = ("graded", "scored", "exempt", "outside", "population_unknown")
MEMBER_STATUSES = ("graded", "scored")
MEMBER = "member__"
ROW = "row__"  # the number of a row in the order of subjects: a key that joins faster than a text
_NEED = "need__"


@dataclass
class Work:
    """What the steps of an evaluation hand on to each other; each step adds columns.

    `table` holds what is computed, in the order of rows; the engine only ever computes the columns that are new.
    """

    plan: Plan
    engine: Engine
    table: pl.DataFrame
    tables: Tables | None = None  # related tables
    refereed: dict[str, tuple[int, int]] = field(default_factory=dict)  # column → rows looked at, rows changed
    judged: list[tuple[str, str, bool]] = field(default_factory=list)  # subject, column, whether the referee changed it
    benchmarks: list[dict[str, Any]] = field(default_factory=list)  # one row per benchmark and cohort
    sizes: dict[str, int] = field(default_factory=dict)  # column → greatest size, where it has been asked for
    moves: pl.DataFrame = field(default_factory=pl.DataFrame)
    notices: list[Problem] = field(default_factory=list)
    _frame: Frame | None = field(default=None, repr=False)  # the table on the engine, with the added columns
    _added: list[dict[str, nw.Expr]] = field(default_factory=list, repr=False)  # not on the engine yet
    _fresh: dict[str, None] = field(default_factory=dict, repr=False)  # the columns not computed yet
    _gone: set[str] = field(default_factory=set, repr=False)  # columns of the table to be taken out

    @property
    def subject(self) -> str:
        return self.plan.subject

    @property
    def present(self) -> tuple[str, ...]:
        """The populations that have members; what only others are given need not be worked out. All, where none has."""
        self.settle()
        there = set(self.table["population"].drop_nulls().unique().cast(pl.String))
        return tuple(one for one in self.plan.populations if one in there) or self.plan.populations

    @property
    def rows(self) -> pl.DataFrame:
        """The numbers of all rows, to join something narrow to."""
        return self.table.select(ROW)

    @property
    def frame(self) -> Frame:
        """Every column, those added and not computed yet among them."""
        frame = self.engine.load(self.table) if self._frame is None else self._frame
        for new in self._added:
            frame = frame.with_columns(**new)
        self._added.clear()
        self._frame = frame
        return frame

    @property
    def columns(self) -> list[str]:
        """The names of every column."""
        return list(dict.fromkeys((*(name for name in self.table.columns if name not in self._gone), *self._fresh)))

    def add(self, **new: nw.Expr) -> None:
        """Add columns without computing them yet; one of a name that is there already takes its place."""
        if new:
            self._added.append(new)
            self._fresh |= dict.fromkeys(new)

    def drop(self, names: Iterable[str]) -> None:
        """Take columns out; those not computed yet never will be, unless another column is made from them."""
        passing = set(names)
        self._gone |= passing & set(self.table.columns)  # still there for what was added and is made from it
        self._fresh = {name: None for name in self._fresh if name not in passing}
        if not self._fresh:
            self.settle()

    def settle(self) -> None:
        """Compute what was added, once, and lay it beside what is there."""
        if not self._fresh:
            if self._gone:
                self.keep(self.table.drop(self._gone))
            self._added.clear()
            return
        last = self._added.pop() if self._added else {}
        before = [name for name in self._fresh if name not in last]
        wanted = {name: value for name, value in last.items() if name in self._fresh}
        self._lay(self.collect(self.frame.select(ROW, *before, **wanted)), [*before, *wanted])

    def keep(self, table: pl.DataFrame) -> None:
        """Go on with a table of the same rows in the same order; what was added and not computed is given up."""
        self.table, self._frame = table, None
        self._added.clear()
        self._fresh.clear()
        self._gone.clear()

    def attach(self, narrow: Frame | pl.DataFrame, *names: str) -> None:
        """Lay columns beside the table; `narrow` has every row once, in any order, and its number.

        Work that joins is done on a narrow frame, because a join copies every column.
        """
        part = narrow if isinstance(narrow, pl.DataFrame) else self.collect(narrow)
        self.settle()
        self._lay(part, names)

    def _lay(self, part: pl.DataFrame, names: Sequence[str]) -> None:
        if not part[ROW].is_sorted():  # several threads hand rows out as they come
            part = part.sort(ROW)
        old = self._gone | set(names) & set(self.table.columns)
        self.keep(self.table.drop(old).hstack(part.select(names)))

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Compute a part of the frame and hand it out."""
        return self.engine.collect(frame)

    def largest(self, columns: Sequence[str]) -> dict[str, int]:
        """The greatest size in columns, from which the size of every sum and product follows."""
        self.settle()
        ends = (pl.col(columns).min().name.prefix("low "), pl.col(columns).max().name.prefix("high "))
        found = self.table.select(*ends).row(0, named=True) if columns else {}
        return {name: max(abs(int(found[f"{end} {name}"] or 0)) for end in ("low", "high")) for name in columns}

    def read(self, path: str) -> Columns:
        """The column reading of the formula at a path of the method."""
        return columns(self.plan.formulas[path], self.named(self.plan.formulas[path].names))

    def parts(self, path: str) -> Parts:
        """What the column reading of the formula at a path is put together from."""
        return parts(self.plan.formulas[path], self.named(self.plan.formulas[path].names))

    def named(self, names: Iterable[str]) -> dict[str, nw.Expr]:
        """What formulas read for each name: numbers as float64 in their unit, texts as text."""
        return {name: self.value(name) for name in names}

    def value(self, name: str) -> nw.Expr:
        """What a formula reads for one name."""
        if name in ("population", "grade"):
            return nw.col(name).cast(nw.String)
        if name == "rank":
            return nw.col("rank").cast(nw.Float64)
        streak = self.method_streak(name)
        if streak is not None:
            return streak
        if self.is_gathered(name):
            return nw.col(name)
        parts = [
            nw.when(test).then(unscaled(nw.col(column), digits)) if test is not None
            else unscaled(nw.col(column), digits)
            for column, digits, test in self.scaled(name)
        ]  # fmt: skip
        if not parts:
            return nw.lit(None, nw.Float64)
        return parts[0] if len(parts) == 1 else nw.coalesce(*parts)

    def is_gathered(self, name: str) -> bool:
        """Tell whether a name is a column or input rather than a figure."""
        method = self.plan.method
        if name in method.inputs:
            return True
        contract = self.plan.contracts[method.evaluates.table]
        return name in contract.column_names

    def method_streak(self, name: str) -> nw.Expr | None:
        """How long a grade has been held, the grade just given included; None for a name that is no streak."""
        one = self.plan.method.inputs.get(name)
        if one is None or one.streak is None:
            return None
        earlier = nw.col(name)
        if one.streak.method not in (None, self.plan.method.id):
            return earlier
        held = (nw.col("grade").cast(nw.String) == one.streak.grade).fill_null(False)
        return nw.when(held).then(earlier + 1).otherwise(nw.when(~earlier.is_null()).then(nw.lit(0)))

    def scaled(self, name: str) -> list[tuple[str, int, nw.Expr | None]]:
        """Where a figure stands as scaled integer: column, decimals, and for which rows (None: for all).

        Decimals of points and totals may differ by population, so there may be several; none where nobody has it.
        """
        method = self.plan.method
        figure = self.plan.figure(name)
        if figure is not None:
            return [(f"measure__{name}", figure.digits, None)]
        held = self.plan.held_against(name)
        if held is not None:
            return [(f"benchmark__{held}", method.benchmarks[held].digits, None)]
        if name in method.nodes:
            return [(f"node__{name}", method.nodes[name].digits, None)]
        column = "total" if name == "total" else f"points__{name.removesuffix('_points')}"
        digits: dict[int, list[str]] = {}
        for population in self.plan.populations:
            try:
                digits.setdefault(self.plan.digits(population, name), []).append(population)
            except KeyError:
                continue
        if len(digits) == 1:
            return [(column, next(iter(digits)), None)]
        return [(column, each, in_populations(chosen)) for each, chosen in digits.items()]

    def needs(self, names: Iterable[str]) -> dict[str, nw.Expr]:
        """The columns from which `exact_values` makes the exact value of each name."""
        found: dict[str, nw.Expr] = {}
        for name in names:
            if self.is_gathered(name) or name in ("population", "grade", "rank"):
                found[f"{_NEED}{name}"] = self.value(name)
            else:
                for column, digits, test in self.scaled(name):
                    value = nw.col(column)
                    found[f"{_NEED}{name}__{digits}"] = value if test is None else nw.when(test).then(value)
        return found


def exact_values(names: Iterable[str], row: Mapping[str, Any], read: Callable[[Any], Exact]) -> dict[str, Exact]:
    """Make the exact value of each name from a row that `Work.needs` collected; `read` turns a cell into its value.

    Names that the row does not hold are missing.
    """
    values: dict[str, Exact] = dict.fromkeys(names)
    for column, cell in row.items():
        if column.startswith(_NEED) and cell is not None:
            name, digits = _needed(column)
            values[name] = read(cell) if digits is None else from_scaled(int(cell), digits)
    return values


@cache
def _needed(column: str) -> tuple[str, int | None]:
    """Read `need__<name>` or `need__<name>__<digits>`; names of columns and inputs hold no `__`."""
    name, _, digits = column.removeprefix(_NEED).rpartition("__")
    return (name, int(digits)) if name else (digits, None)


def is_member() -> nw.Expr:
    """Rows that have figures and points: status graded or scored."""
    return nw.col(MEMBER)


def in_populations(names: Sequence[str]) -> nw.Expr:
    """Rows of some populations; false, not missing, for rows of none."""
    if not names:
        return nw.lit(False)
    return reduce(or_, (nw.col("population") == name for name in names)).fill_null(False)


def words(values: Sequence[str]) -> nw.Enum:
    """The type of a text of a closed set."""
    return nw.Enum(list(values))


def word(value: str | None, values: Sequence[str]) -> nw.Expr:
    """A text of a closed set as a constant."""
    return nw.lit(value, nw.String).cast(words(values))


def first_of(cases: Sequence[tuple[nw.Expr, nw.Expr]], otherwise: nw.Expr) -> nw.Expr:
    """The value of the first case whose condition is true."""
    result = otherwise
    for test, value in reversed(cases):
        result = nw.when(test).then(value).otherwise(result)
    return result


def pieces(cases: Mapping[str, nw.Expr]) -> nw.Expr:
    """One column out of expressions by population; missing for rows of none of them."""
    names = list(cases)
    result = nw.when(nw.col("population") == names[-1]).then(cases[names[-1]])
    for name in reversed(names[:-1]):
        result = nw.when(nw.col("population") == name).then(cases[name]).otherwise(result)  # type: ignore[assignment]
    return result
