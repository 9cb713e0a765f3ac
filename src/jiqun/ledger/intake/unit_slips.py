"""Figures whose unit seems wrong by what stands beside them: revenue per head, power per revenue, tax of revenue.

A figure without an earlier one cannot be compared with the period before. A ratio edit holds it against another figure
of the same firm and period (UNECE glossary of data editing: a ratio of two fields lies between bounds); what lies far
outside, and comes back by one power of ten that units differ by, is a slip of the unit (as the 1000-error of Statistics
Norway's Kostra). The bounds are data of the contract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log

import polars as pl

from jiqun.ledger.intake.checked import HeaderReport
from jiqun.ledger.intake.row_checks import ROW, number_text
from jiqun.packs.models.table import Column, Range, Ratio, TableContract
from jiqun.problems import Place, Problem, problem
from jiqun.values import Unit, decimal_text, exact, grouped

_TIMES = (1e3, 1e4, 1e8)  # 千, 万, 亿
_FEWEST_ROWS = 5
_SHOWN = 5
_RATIO = "_ratio"


@dataclass(frozen=True)
class Beside:
    """A table of the ledger with the rows that the reader of the check may see."""

    contract: TableContract
    rows: pl.DataFrame


@dataclass(frozen=True)
class Figure:
    """A column that a ratio reads: of the file, or of a table of the ledger."""

    column: Column
    in_file: bool


@dataclass(frozen=True)
class Slip:
    """A figure (without `row`: a whole column) that seems `times` too large, below 1 too small, by a ratio.

    `value` is the ratio as it stands, of a column its median over `rows` rows; `figure` is the cell's own figure. The
    cell that it is told at is of the column `at`, which is another one where the figure itself stands in the ledger.
    """

    suspect: Figure
    other: Figure
    at: str
    ratio: Ratio
    times: float
    value: float
    rows: int
    row: int = 0
    figure: str = ""


@dataclass(frozen=True)
class _Held:
    """A ratio over the rows that have both figures above zero; by their names, its figures."""

    ratio: Ratio
    figures: Mapping[str, Figure]
    frame: pl.DataFrame

    @property
    def in_file(self) -> bool:
        """Whether the file says one of both; a ratio of the ledger alone only bears witness."""
        return any(one.in_file for one in self.figures.values())

    def told(self, name: str, times: float, value: float, rows: int, row: int = 0, figure: str = "") -> Slip:
        """Say of one of both figures how many times too large it is if the other one is right."""
        other = next(one for key, one in self.figures.items() if key != name)
        at = name if self.figures[name].in_file else next(key for key, one in self.figures.items() if one.in_file)
        own = times if name == self.ratio.of else 1 / times
        return Slip(self.figures[name], other, at, self.ratio, own, value, rows, row, figure)


def unit_slips(
    frame: pl.DataFrame, beside: Mapping[str, Beside], contract: TableContract, suspected: frozenset[str]
) -> tuple[list[Slip], list[Slip]]:
    """Return the columns and the cells that are thousands of times off by the ratios of a contract.

    `beside` has what the ledger knows of the same firms and period, by table; what the file itself says comes first.
    `suspected` are columns whose unit is in doubt already. Of the figures that ratios compare the one is meant that
    most ratios speak against and fewest for; where none stands out, each of them is named.
    """
    held = [one for one in (_held(frame, beside, contract, ratio) for ratio in contract.ratios) if one is not None]
    many = [one for one in held if one.frame.height >= _FEWEST_ROWS]
    medians = {one.ratio.id: _median(one) for one in many}
    off = {one.ratio.id: _slip(medians[one.ratio.id], one.ratio.usual, one.ratio) for one in many}
    columns: list[Slip] = []
    for name in _blamed(many, off, medians):
        if name not in suspected:
            one = next(one for one in many if one.in_file and name in one.figures and off[one.ratio.id])
            columns.append(one.told(name, off[one.ratio.id], medians[one.ratio.id], one.frame.height))
    clear = [one for one in held if not off.get(one.ratio.id) and not suspected & set(one.figures)]
    return columns, list(_cells(clear))


def _cells(held: Sequence[_Held]) -> Iterator[Slip]:
    off: set[int] = set()
    for one in held:
        low, high = _ends(one.ratio.row)
        off |= set(one.frame.filter((pl.col(_RATIO) < low) | (pl.col(_RATIO) > high))[ROW])
    numbers: dict[int, dict[str, dict[str, float]]] = {row: {} for row in sorted(off)}
    for one in held:
        for found in one.frame.filter(pl.col(ROW).is_in(sorted(off))).iter_rows(named=True):
            numbers[found[ROW]][one.ratio.id] = found
    for row, by_ratio in numbers.items():
        here = [one for one in held if one.ratio.id in by_ratio]
        values = {id: found[_RATIO] for id, found in by_ratio.items()}
        times = {one.ratio.id: _slip(values[one.ratio.id], one.ratio.row, one.ratio) for one in here}
        for name in _blamed(here, times, values):
            one = next(one for one in here if one.in_file and name in one.figures and times[one.ratio.id])
            found = by_ratio[one.ratio.id]
            figure = number_text(found[name], one.figures[name].column) if one.figures[name].in_file else ""
            yield one.told(name, times[one.ratio.id], found[_RATIO], 1, row, figure)


def _blamed(held: Sequence[_Held], off: Mapping[str, float], values: Mapping[str, float]) -> list[str]:
    """Return the figures that most ratios speak against and fewest for; a ratio in the usual range speaks for both.

    Where a figure of the file and one of the ledger stand alike, the file is at hand to be looked at.
    """
    score: Counter[str] = Counter()
    against: dict[str, bool] = {}
    for one in held:
        low, high = _ends(one.ratio.usual)
        for name, figure in one.figures.items():
            score[name] += 1 if off[one.ratio.id] else -(low <= values[one.ratio.id] <= high)
            if off[one.ratio.id] and one.in_file:
                against[name] = figure.in_file
    most = max((score[name] for name in against), default=0)
    blamed = sorted(name for name in against if score[name] == most)
    return [name for name in blamed if against[name]] or blamed


def _slip(value: float, bounds: Range, ratio: Ratio) -> float:
    """Return how many times too large a ratio outside of bounds is, as units differ; 0 where no step brings it back.

    Of several steps that bring it back, the one to the middle of what is usual is taken.

    >>> usual = Range(minimum="5", maximum="500")
    >>> head = Ratio(id="a", title="a", title_en="a", of="b", per="c", usual=usual, reason="a")
    >>> [_slip(value, usual, head) for value in (80.0, 800_000.0, 0.08, 600.0)]
    [0.0, 10000.0, 0.001, 0.0]
    """
    low, high = _ends(bounds)
    least, most = _ends(ratio.usual)
    if low <= value <= high:
        return 0.0
    steps = [one for times in _TIMES for one in (times, 1 / times) if least <= value / one <= most]
    return min(steps, key=lambda one: abs(log(value / one) - (log(least) + log(most)) / 2), default=0.0)


def _ends(bounds: Range) -> tuple[float, float]:
    low, high = bounds.minimum, bounds.maximum
    return (-inf if low is None else float(low), inf if high is None else float(high))


def _median(one: _Held) -> float:
    return float(one.frame[_RATIO].median())  # type: ignore[arg-type]


def _held(frame: pl.DataFrame, beside: Mapping[str, Beside], contract: TableContract, ratio: Ratio) -> _Held | None:
    """Put both figures of a ratio beside each other for the firms of the file; None where no row has both."""
    table, column = ratio.beside
    keys = list(contract.primary_key)
    if any(key not in frame.columns for key in keys):
        return None
    figures: dict[str, Figure] = {}
    joined = frame.select(ROW, *keys)
    for where, name, called in ((contract.id, ratio.of, ratio.of), (table or contract.id, column, ratio.per)):
        if where == contract.id and name in frame.columns:
            figures[called] = Figure(contract.column(name), in_file=True)
            joined = joined.with_columns(frame[name].cast(pl.Float64).alias(called))
            continue
        known = beside.get(where)
        if known is None or any(one not in known.rows.columns for one in (name, *keys)):
            return None
        figures[called] = Figure(known.contract.column(name), in_file=False)
        there = known.rows.select(*keys, pl.col(name).cast(pl.Float64).alias(called)).drop_nulls()
        joined = joined.join(there.unique(keys, keep="last"), on=keys, how="left")
    of, per = (Unit.parse(one.column.unit or "1") for one in figures.values())
    factor = float((of / per).factor_to(Unit.parse(ratio.unit)))
    value = (pl.col(ratio.of) / pl.col(ratio.per) * factor).alias(_RATIO)
    both = joined.filter((pl.col(ratio.of) > 0) & (pl.col(ratio.per) > 0)).with_columns(value)
    return _Held(ratio, figures, both) if not both.is_empty() else None


def slip_notices(
    columns: Sequence[Slip], cells: Sequence[Slip], at: Callable[[int, str], Place], header: HeaderReport
) -> Iterator[Problem]:
    """Say which columns and cells seem to be in another unit; cells of a column by one ratio are told together."""
    for one in columns:
        said = _said(one) | {"rows": one.rows, "name": one.suspect.column.name if one.suspect.in_file else ""}
        yield problem("LEDGER-114", at(header.header_row, one.at), **said)
    alike: dict[tuple[str, str, float], list[Slip]] = {}
    for one in cells:
        alike.setdefault((one.at, one.ratio.id, one.times), []).append(one)
    for several in alike.values():
        first = several[0]
        shown = [f"{at(one.row, one.at).cell} {one.figure}（{one.ratio.title} {_ratio_text(one)}）" for one in several]
        listed = "；".join(shown[:_SHOWN]) + ("…" if len(shown) > _SHOWN else "")
        said = _said(first) | {"count": len(several), "cells": listed}
        yield problem("LEDGER-112", at(first.row, first.at), **said)


def _said(one: Slip) -> dict[str, object]:
    usual = one.ratio.usual
    factor = f"{max(one.times, 1 / one.times):.0f}"
    return {
        "field": one.suspect.column.title if one.suspect.in_file else "",
        "kept": "" if one.suspect.in_file else one.suspect.column.title,
        "other": one.other.column.title,
        "ratio": one.ratio.title,
        "ratio_en": one.ratio.title_en,
        "value": _ratio_text(one),
        "low": usual.minimum or "",
        "high": _with_unit(usual.maximum or "", one.ratio),
        "larger": factor if one.times > 1 else "",
        "smaller": factor if one.times < 1 else "",
        "illustrative": factor if one.ratio.completeness == "illustrative" else "",
        "reason": one.ratio.reason,
    }


def _ratio_text(one: Slip) -> str:
    return _with_unit(decimal_text(exact(float(f"{one.value:.3g}"))), one.ratio)


def _with_unit(number: str, ratio: Ratio) -> str:
    return Unit.parse(ratio.unit).behind(grouped(number), "zh")
