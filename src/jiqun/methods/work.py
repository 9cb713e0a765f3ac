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
from jiqun.expressions import Columns, Exact, columns
from jiqun.methods.plan import Plan
from jiqun.methods.tables import Tables
from jiqun.problems import Problem
from jiqun.values import from_scaled

STATUSES = ("graded", "scored", "exempt", "outside", "population_unknown")
MEMBER_STATUSES = ("graded", "scored")
ROW = "row__"  # the number of a row in the order of subjects: a key that joins faster than a text
_NEED = "need__"


@dataclass
class Work:
    """What the steps of an evaluation hand on to each other; each step adds columns to `frame`."""

    plan: Plan
    engine: Engine
    frame: Frame
    size: int = 0  # rows
    tables: Tables | None = None  # related tables
    refereed: dict[str, tuple[int, int]] = field(default_factory=dict)  # column → rows looked at, rows changed
    benchmarks: list[dict[str, Any]] = field(default_factory=list)  # one row per benchmark and cohort
    sizes: dict[str, int] = field(default_factory=dict)  # column → greatest size, where it has been asked for
    moves: pl.DataFrame = field(default_factory=pl.DataFrame)
    notices: list[Problem] = field(default_factory=list)
    _kept: Frame | None = field(default=None, repr=False)  # the frame as last computed
    _grown: Frame | None = field(default=None, repr=False)  # the kept frame with what was added to it since
    _fresh: set[str] = field(default_factory=set, repr=False)  # the columns added since

    def __post_init__(self) -> None:
        self._kept = self.frame

    @property
    def subject(self) -> str:
        return self.plan.subject

    @property
    def is_held(self) -> bool:
        """Tell whether Polars holds the frame, so that columns can be laid beside it without a join."""
        return isinstance(self.frame.to_native(), pl.LazyFrame)

    def add(self, **new: nw.Expr) -> None:
        """Add columns to the frame without computing them yet."""
        if not new:
            return
        if self.frame is self._kept:
            self._fresh.clear()
        traced = self.frame is self._kept or self.frame is self._grown
        self.frame = self.frame.with_columns(**new)
        if traced:
            self._grown = self.frame
            self._fresh |= new.keys()

    def drop(self, names: Iterable[str]) -> None:
        """Take columns out of the frame; one that is kept stays kept."""
        passing = list(names)
        if not passing:
            return
        kept, traced = self.frame is self._kept, self.frame is self._grown
        native = self.frame.to_native()
        if kept and isinstance(native, pl.LazyFrame):
            self.keep(native.collect().drop(passing))
            return
        self.frame = self.frame.drop(*passing)
        if traced:
            self._grown = self.frame

    def settle(self) -> None:
        """Compute the frame once and keep it; nothing happens to one that is kept already.

        Where columns were only added to a frame held by Polars, the others are taken over and not copied.
        """
        if self.frame is self._kept:
            return
        whole = self._with_fresh() if self.frame is self._grown else None
        if whole is not None:
            self.keep(whole)
        else:
            self.frame = self._kept = self.engine.settle(self.frame)

    def keep(self, whole: pl.DataFrame) -> None:
        """Go on with a table that is computed already."""
        self.frame = self._kept = self.engine.load(whole)

    def _with_fresh(self) -> pl.DataFrame | None:
        """The kept table with the columns added since; None where they cannot be laid beside it row by row."""
        assert self._kept is not None
        native = self._kept.to_native()
        names = self.frame.collect_schema().names()
        if not isinstance(native, pl.LazyFrame) or ROW not in names or ROW in self._fresh:
            return None
        fresh = [name for name in names if name in self._fresh]
        kept, new = native.collect(), self.collect(self.frame.select(ROW, *fresh))
        if not new[ROW].equals(kept[ROW]):
            return None
        return pl.DataFrame([(new if name in self._fresh else kept)[name] for name in names])

    def attach(self, narrow: Frame, *names: str) -> None:
        """Add columns of a frame that has a row for every row of this one, by row number.

        Work that joins is done on a narrow frame first, because a join copies every column. A frame held by Polars in
        the order of rows takes the columns as they are.
        """
        if self.is_held:
            self.settle()
            whole, part = self.frame.to_native().collect(), self.collect(narrow.select(ROW, *names))
            if whole[ROW].is_sorted():
                part = part if part[ROW].is_sorted() else part.sort(ROW)
                self.keep(whole.hstack(part.select(names)))
                return
        right = self.engine.settle(narrow.select(nw.col(ROW).alias("attach__row"), *names))
        self.frame = self.frame.join(right, left_on=ROW, right_on="attach__row", how="left")
        self.settle()

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Compute a part of the frame and hand it out."""
        return self.engine.collect(frame)

    def largest(self, columns: Sequence[str]) -> dict[str, int]:
        """The greatest size in columns, from which the size of every sum and product follows."""
        if not columns:
            return {}
        table = self.collect(self.frame.select(*(nw.col(name).abs().max() for name in columns)))
        return {name: int(table[name][0] or 0) for name in columns}

    def read(self, path: str) -> Columns:
        """The column reading of the formula at a path of the method."""
        return columns(self.plan.formulas[path], self.named(self.plan.formulas[path].names))

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
    return (nw.col("status") == "graded") | (nw.col("status") == "scored")


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
