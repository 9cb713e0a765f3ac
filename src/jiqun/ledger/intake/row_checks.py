"""What a row must satisfy: required cells, bounds, registers, its period, unique keys, and the rule checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import narwhals as nw
import polars as pl

from jiqun.expressions import Exact, Typed, check, columns, exact_value, parse
from jiqun.ledger.intake.reading import clipped
from jiqun.packs.lint_tables import column_types
from jiqun.packs.models.table import Check, Column, TableContract
from jiqun.problems import Place
from jiqun.values import Period, Unit, decimal_text, exact, grouped

ROW = "_row"


@dataclass(frozen=True)
class RowFault:
    """A row (1-based) that does not satisfy something, at a field or (None) as a whole."""

    row: int
    field: str | None
    code: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Noticed:
    """Rows that a check of severity `notice` points at, with the first one's values."""

    check: Check
    rows: tuple[int, ...]
    values: str


def empty_faults(
    frame: pl.DataFrame, field: Column, unreadable: frozenset[int], excused: pl.Series | None = None
) -> list[RowFault]:
    """Find the empty cells of a required column; not those whose fault is told already, nor excused rows."""
    empty = frame[field.name].is_null()
    rows = frame[ROW].filter(empty if excused is None else empty & ~excused)
    return [RowFault(row, field.name, "LEDGER-033", {"field": field.title}) for row in rows if row not in unreadable]


def bound_faults(frame: pl.DataFrame, field: Column) -> list[RowFault]:
    """Find numbers below the minimum or above the maximum of their column; both bounds are allowed values."""
    series, rows = frame[field.name], frame[ROW]
    faults: list[RowFault] = []
    limits = field.constraints
    if (limits.minimum is None and limits.maximum is None) or not series.dtype.is_numeric():
        return faults
    low, high = (_limit(text) for text in (limits.minimum, limits.maximum))
    inside = series.is_between(low if low is not None else -inf, high if high is not None else inf)
    for index in (~inside).fill_null(False).arg_true():
        bounds = {"minimum": limits.minimum or "—", "maximum": limits.maximum or "—"}
        values = {**bounds, "field": field.title, "text": number_text(series[index], field)}
        faults.append(RowFault(int(rows[index]), field.name, "LEDGER-034", values))
    return faults


def _limit(text: str | None) -> float | None:
    return float(exact(text)) if text is not None else None


def number_text(value: float | int, field: Column) -> str:
    """Write a number of the ledger with its unit; a year and a code have none, and no separators."""
    text = decimal_text(exact(value), 15)
    return Unit.parse(field.unit).behind(grouped(text), "zh") if field.unit else text


def register_faults(frame: pl.DataFrame, field: Column, known: frozenset[str]) -> list[RowFault]:
    """Find the values of a foreign key that do not stand in the table it points to."""
    series = frame[field.name]
    unknown = (~series.is_in(list(known))).fill_null(False).arg_true()
    return [
        RowFault(
            int(frame[ROW][index]),
            field.name,
            "LEDGER-038",
            {"field": field.title, "text": clipped(str(series[index])), "nearest": "—"},
        )
        for index in unknown
    ]


def period_faults(frame: pl.DataFrame, field: Column, period: Period) -> list[RowFault]:
    """Find the rows of another year than the one being imported."""
    series = frame[field.name]
    other = (series != period.year).fill_null(False).arg_true()
    return [
        RowFault(
            int(frame[ROW][index]),
            field.name,
            "LEDGER-040",
            {"field": field.title, "text": str(series[index]), "period": str(period)},
        )
        for index in other
    ]


def key_faults(frame: pl.DataFrame, keys: Sequence[str], titles: Mapping[str, str]) -> tuple[list[RowFault], list[int]]:
    """Find rows with the same key: contradicting ones are faults; of identical ones the later are returned.

    A fault names the columns in which the rows differ, by their `titles`: who mends the file looks there.
    """
    present = [key for key in keys if key in frame.columns]
    if not present or len(present) < len(keys):
        return [], []
    contents = [name for name in frame.columns if name != ROW]
    shared = (
        frame.drop_nulls(present)
        .filter(pl.struct(present).is_duplicated())
        .with_columns(
            pl.struct(contents).n_unique().over(present).alias("_variants"),
            pl.col(ROW).min().over(present).alias("_first"),
        )
    )
    same = pl.col("_variants") == 1
    repeated = shared.filter(same & (pl.col(ROW) > pl.col("_first")))[ROW].sort().to_list()
    faults: list[RowFault] = []
    others = [name for name in contents if name not in present]
    differing = [(pl.col(name).n_unique() > 1).alias(name) for name in others]
    unlike = shared.filter(~same).group_by(present, maintain_order=True).agg(pl.col(ROW).sort(), *differing)
    for one in unlike.to_dicts():
        differ = "、".join(titles.get(name, name) for name in others if one[name])
        said = {"key": " ".join(str(one[name]) for name in present), "rows": rows_text(one[ROW]), "differ": differ}
        faults += [RowFault(row, present[0], "LEDGER-037", said) for row in one[ROW]]
    return faults, repeated


def rows_text(rows: Sequence[int], most: int = 10) -> str:
    """List rows for a message; a long list ends with …

    >>> rows_text([4, 7])
    '4、7'
    """
    return "、".join(map(str, rows[:most])) + ("…" if len(rows) > most else "")


def run_checks(frame: pl.DataFrame, contract: TableContract) -> tuple[list[RowFault], list[Noticed]]:
    """Run the contract's checks whose columns are all there; what the columns call false is settled with fractions."""
    types = column_types(contract)
    faults: list[RowFault] = []
    noticed: list[Noticed] = []
    for one in contract.checks:
        typed = check(parse(one.expression, Place(item=f"{contract.id}.{one.id}")), types)
        if typed.names <= set(frame.columns):
            broken = _broken_rows(frame, typed)
            _sort_out(frame, contract, one, typed, broken, faults, noticed)
    return faults, noticed


def _broken_rows(frame: pl.DataFrame, typed: Typed) -> list[int]:
    plan = columns(typed)
    lazy = nw.from_native(frame.lazy())
    doubt = plan.doubt if plan.doubt is not None else nw.lit(False)
    suspected = lazy.select(
        (~plan.value).fill_null(False).alias("false"), doubt.fill_null(False).alias("doubt")
    ).to_native()
    table = suspected.collect()
    marks = (table["false"] | table["doubt"]).extend_constant(False, max(0, frame.height - table.height))
    return [index for index in marks.arg_true() if exact_value(typed, _exact_row(frame, index, typed)) is False]


def _exact_row(frame: pl.DataFrame, index: int, typed: Typed) -> dict[str, Exact]:
    return {name: _exact(frame[name][index]) for name in typed.names}


def _exact(value: object) -> Exact:
    return exact(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value  # type: ignore[return-value]


def _sort_out(
    frame: pl.DataFrame,
    contract: TableContract,
    one: Check,
    typed: Typed,
    broken: Sequence[int],
    faults: list[RowFault],
    noticed: list[Noticed],
) -> None:
    if not broken:
        return
    if one.severity == "notice":
        rows = tuple(int(frame[ROW][index]) for index in broken)
        noticed.append(Noticed(one, rows, _values(frame, contract, typed, broken[0])))
        return
    for index in broken:
        said = {"title": one.title, "title_en": one.title_en, "expression": one.expression}
        said["values"] = _values(frame, contract, typed, index)
        faults.append(RowFault(int(frame[ROW][index]), None, "LEDGER-039", said))


def _values(frame: pl.DataFrame, contract: TableContract, typed: Typed, index: int) -> str:
    named = [name for name in contract.column_names if name in typed.names]
    return "，".join(
        f"{contract.column(name).title} {_shown(frame[name][index], contract.column(name))}" for name in named
    )


def _shown(value: object, field: Column) -> str:
    if value is None:
        return "—"
    if isinstance(value, (int, float, Fraction)) and not isinstance(value, bool):
        return number_text(value, field)  # type: ignore[arg-type]
    return str(value)
