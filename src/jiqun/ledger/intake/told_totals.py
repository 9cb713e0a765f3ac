"""合计, 小计 and 总计 of a file held against the exact sums of its rows, in the file's own unit.

Only cells of the file are compared with each other, so a check tells nobody more than he handed in (decision 0031).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, islice

import polars as pl

from jiqun.ledger.intake.body import Body
from jiqun.ledger.intake.cells_number import read_numbers
from jiqun.ledger.intake.checked import ColumnReading, ToldTotal
from jiqun.ledger.intake.exact_numbers import split
from jiqun.ledger.intake.header_report import Understood
from jiqun.ledger.intake.raw import RawSheet, number_of, shown
from jiqun.ledger.intake.reading import Task, clipped, missing_words
from jiqun.packs.models.table import TableContract
from jiqun.problems import Place, Problem, problem
from jiqun.values import Unit, decimal_text, exact, grouped

_RANKS = ((re.compile(r"小\s*计"), 1), (re.compile(r"[合共]\s*计"), 2), (re.compile(r"总\s*计"), 3))
MOST_TOLD = 500  # the sheet of the return file has all of them
_HALF_A_BIT = Fraction(1, 2**53)
Span = tuple[int, int]  # the stretches of rows from … to (not included) that a total is of


@dataclass(frozen=True)
class _Stated:
    """A row that states totals: 0-based row of the sheet, its label, and how wide it sums (小计 1, 合计 2, 总计 3)."""

    row: int
    label: str
    rank: int


@dataclass(frozen=True)
class _Stretch:
    """The rows of a column between two stated totals: what they add up to, and how many have no number."""

    sum: Fraction = Fraction(0)
    size: Fraction = Fraction(0)
    rows: int = 0
    blank: int = 0
    unreadable: int = 0

    def __add__(self, other: _Stretch) -> _Stretch:
        return _Stretch(
            self.sum + other.sum,
            self.size + other.size,
            self.rows + other.rows,
            self.blank + other.blank,
            self.unreadable + other.unreadable,
        )

    def __sub__(self, other: _Stretch) -> _Stretch:
        return _Stretch(
            self.sum - other.sum,
            self.size - other.size,
            self.rows - other.rows,
            self.blank - other.blank,
            self.unreadable - other.unreadable,
        )


@dataclass(frozen=True)
class _Column:
    """A column of amounts: the sums up to each stretch, the decimals it is written with, and what the totals say."""

    read: ColumnReading
    upto: tuple[_Stretch, ...]
    decimals: int
    told: Sequence[Fraction | None]
    told_decimals: Sequence[int | None]
    texts: Sequence[str]

    def of(self, span: Span) -> _Stretch:
        return self.upto[span[1]] - self.upto[span[0]]

    def tolerance(self, index: int, span: Span) -> Fraction:
        """Half a unit of the last digit of the stated total, or what adding floats one by one may have lost."""
        found, decimals = self.of(span), self.told_decimals[index]
        last = Fraction(1, 2 * 10**decimals) if decimals is not None else Fraction(0)
        return max(
            last if decimals is not None and decimals < self.decimals else Fraction(0),
            found.rows * found.size * _HALF_A_BIT,
        )

    def agrees(self, index: int, span: Span) -> bool | None:
        told, found = self.told[index], self.of(span)
        return None if told is None or not found.rows else abs(told - found.sum) <= self.tolerance(index, span)


def told_totals(raw: RawSheet, body: Body, found: Understood) -> tuple[ToldTotal, ...]:
    """Return every stated total of a column of amounts with the exact sum of the rows that it is of.

    小计 is of the block above it, or below it where totals stand before their rows; 总计 and a single 合计 are of all
    rows. Where several readings are possible, a row is of those that agree in most of its columns.
    """
    stated = [one for one in map(_stated, body.layout.totals) if one is not None]
    if not stated or not len(body.layout.rows):
        return ()
    columns = [_column(one, raw, body, found, stated) for one in found.report.columns if _adds_up(one, body)]
    rows, result = body.layout.rows, list[ToldTotal]()
    cuts = [0, *rows.search_sorted(pl.Series([one.row for one in stated])), len(rows)]
    for index, spans in enumerate(_spans(stated, cuts)):
        if spans:
            agreeing = [sum(column.agrees(index, one) is True for column in columns) for one in spans]
            span = spans[agreeing.index(max(agreeing))]
            within = int(rows[cuts[span[0]]]) + 1, int(rows[cuts[span[1]] - 1]) + 1
            told = [column for column in columns if column.texts[index]]
            result += [_told(column, stated[index], index, span, within) for column in told]
    return tuple(result)


def told_notices(told: Sequence[ToldTotal], place: Place, contract: TableContract) -> Iterator[Problem]:
    """Say at its cell where a stated total is another than the sum of its rows, or could not be compared with it."""
    for one in islice((one for one in told if not one.agrees), MOST_TOLD):
        at = Place(place.file, place.sheet, one.row, one.cell)
        said = {"label": one.label, "field": contract.column(one.field).title, "text": one.text}
        said |= {"rows": str(one.rows), "first": str(one.first), "last": str(one.last)}
        said |= {name: str(count) if count else "" for name, count in _unsummed(one).items()}
        if one.difference is None:
            yield problem("LEDGER-110", at, **said, unread=one.text if one.told is None else "", told=one.text)
        else:
            by_rounding = abs(one.difference) <= one.rounding
            numbers = {"told": one.told, "sum": one.summed, "difference": one.difference}
            said |= {name: _with_unit(number, one.unit) for name, number in numbers.items() if number is not None}
            yield problem("LEDGER-108", at, **said, rounding=decimal_text(one.rounding) if by_rounding else "")


def _with_unit(number: Fraction, unit: str) -> str:
    return Unit.parse(unit).behind(grouped(decimal_text(number)), "zh")


def _unsummed(one: ToldTotal) -> Mapping[str, int]:
    return {"blank": one.blank, "unreadable": one.unreadable}


def _stated(one: tuple[int, str]) -> _Stated | None:
    """A total of the rows of the file; 累计 is none, as earlier months are in it."""
    row, label = one
    rank = max((rank for words, rank in _RANKS if words.search(label)), default=0)
    return _Stated(row, label, rank) if rank else None


def _adds_up(one: ColumnReading, body: Body) -> bool:
    reading = body.readings[number_of(one.column)]
    return reading.stated is not None and Unit.parse(body.contract.column(one.field).unit or "").is_amount


def _column(one: ColumnReading, raw: RawSheet, body: Body, found: Understood, stated: Sequence[_Stated]) -> _Column:
    column = number_of(one.column)
    field = body.contract.column(one.field)
    at = pl.Series([total.row for total in stated], dtype=pl.Int64)
    cells = raw.columns[column].take(at)
    percent = frozenset(row for row, where in raw.percent_cells if where == column)
    missing = missing_words(body.contract, field)
    task = Task(cells, at.to_list(), column, field, missing, found.units[column], percent=percent)
    reading = read_numbers(task)
    numbers = reading.stated if reading.stated is not None else pl.Series([None] * len(stated), dtype=pl.Float64)
    numbers = numbers.set(~numbers.is_finite().fill_null(True), None)
    wrong = {fault.row for fault in reading.faults}
    texts = [
        clipped(shown(cell))
        if number is not None or row in wrong
        else ("=" if (row, column) in raw.uncalculated else "")
        for cell, number, row in zip(cells.cells(), numbers, at, strict=True)
    ]
    stretches, decimals = _stretches(column, raw, body, at)
    return _Column(
        one,
        tuple(accumulate(stretches, initial=_Stretch())),
        decimals,
        [None if number is None else exact(number) for number in numbers],
        split(numbers).decimals.to_list(),
        texts,
    )


def _stretches(column: int, raw: RawSheet, body: Body, at: pl.Series) -> tuple[list[_Stretch], int]:
    """Add up a column between the stated totals; the second is the most decimals that a number of it has."""
    rows, values = body.layout.rows, body.readings[column].stated
    assert values is not None
    values = values.set(~values.is_finite().fill_null(True), None)
    unread = rows.is_in([one.row for one in body.faults if one.column in (column, None)]) & values.is_null()
    parts = split(values)
    frame = pl.DataFrame(
        {
            "stretch": at.search_sorted(rows, side="left"),
            "value": values,
            "scaled": parts.scaled,
            "decimals": parts.decimals,
            "unread": unread,
        }
    )
    counted = frame.group_by("stretch").agg(
        pl.col("value").abs().sum().alias("size"),
        pl.col("value").count().alias("rows"),
        (pl.col("value").is_null() & ~pl.col("unread")).sum().alias("blank"),
        pl.col("unread").sum(),
    )
    sums: dict[int, Fraction] = {}
    whole = frame.filter(pl.col("scaled").is_not_null()).group_by("stretch", "decimals")
    for stretch, decimals, scaled in whole.agg(pl.col("scaled").cast(pl.Int128).sum()).iter_rows():
        sums[stretch] = sums.get(stretch, Fraction(0)) + Fraction(int(scaled), 10**decimals)
    for stretch, value in frame.filter(pl.col("scaled").is_null()).select("stretch", "value").drop_nulls().iter_rows():
        sums[stretch] = sums.get(stretch, Fraction(0)) + exact(value)
    found = [_Stretch()] * (len(at) + 1)
    for stretch, size, count, blank, unreadable in counted.iter_rows():
        found[stretch] = _Stretch(sums.get(stretch, Fraction(0)), Fraction(size), count, blank, unreadable)
    most = parts.decimals.max()
    return found, most if isinstance(most, int) else 0


def _spans(stated: Sequence[_Stated], cuts: Sequence[int]) -> Iterator[list[Span]]:
    """Return what every total may be of, the likeliest first: all rows, the block above it, the block below it.

    A block ends at the next total as wide as this one, or at the next of any kind. One pass each way: a file may state
    as many totals as it has rows.
    """
    end = len(stated) + 1
    above: list[dict[int, int]] = [{}]  # by width, after which total the block begins
    for index, one in enumerate(stated):
        above.append(above[-1] | dict.fromkeys(range(1, one.rank + 1), index + 1))
    below: list[dict[int, int]] = [{}]
    for index in range(len(stated) - 1, -1, -1):
        below.append(below[-1] | dict.fromkeys(range(1, stated[index].rank + 1), index + 1))
    below.reverse()
    for index, one in enumerate(stated):
        blocks: list[Span] = []
        for least in (one.rank, 1):
            both = [(above[index].get(least, 0), index + 1), (index + 1, below[index + 1].get(least, end))]
            blocks += reversed(both) if not cuts[1] else both
        every = ([(0, end)] if one.rank > 1 else []) + (blocks if one.rank < len(_RANKS) else [])
        yield [span for span in dict.fromkeys(every) if cuts[span[0]] < cuts[span[1]]]


def _told(column: _Column, total: _Stated, index: int, span: Span, rows: Span) -> ToldTotal:
    found, decimals = column.of(span), column.told_decimals[index]
    half = Fraction(1, 2)
    rounding = found.rows * half / 10**column.decimals + half / 10 ** (decimals or 0)
    first, last = rows
    return ToldTotal(
        field=column.read.field,
        label=total.label,
        row=total.row + 1,
        cell=f"{column.read.column}{total.row + 1}",
        text=column.texts[index],
        told=column.told[index],
        summed=found.sum if found.rows else None,
        unit=column.read.unit_from,
        first=first,
        last=last,
        rows=found.rows,
        blank=found.blank,
        unreadable=found.unreadable,
        rounding=rounding,
        tolerance=column.tolerance(index, span),
        is_whole=span == (0, len(column.upto) - 1),
    )
