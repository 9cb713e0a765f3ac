"""Checking a file against a contract: check → preview → commit; this is the check, and nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from jiqun.ledger.derived import worked_out
from jiqun.ledger.intake.archive import Limits
from jiqun.ledger.intake.body import Body, read_body
from jiqun.ledger.intake.cells_date import Days
from jiqun.ledger.intake.checked import Checked, HeaderReport, Summary, Total
from jiqun.ledger.intake.exact_numbers import total
from jiqun.ledger.intake.header_match import Vocabulary
from jiqun.ledger.intake.header_report import Understood, understand
from jiqun.ledger.intake.header_units import told_units
from jiqun.ledger.intake.raw import RawSheet, letter, number_of, shown
from jiqun.ledger.intake.reading import Fault
from jiqun.ledger.intake.rows import Judged, judge
from jiqun.ledger.intake.sheet_choice import Looking, choose_sheet, hidden_sheets
from jiqun.ledger.intake.source import Source, open_book
from jiqun.ledger.intake.told_totals import told_notices, told_totals
from jiqun.ledger.intake.unit_slips import Beside
from jiqun.ledger.intake.workbook import Book
from jiqun.packs.models.table import TableContract
from jiqun.problems import Place, Problem, ProblemsError, by_place, problem
from jiqun.values import Period, Unit, file_digest

MOST_PROBLEMS = 5_000
_ONE_FOR_ALL = ("LEDGER-029",)


@dataclass(frozen=True)
class Given:
    """What the user told beside the file; every name is checked against the contract."""

    units: Mapping[str, str]
    mapping: Mapping[str, str]
    constants: Mapping[str, str]
    days: Days
    midnight: Literal["closes", "opens"] | None


_PERIODS = {"year", "month"}
_FEWEST_SHARES = 3


def check_file(
    path: Path,
    contract: TableContract,
    *,
    period: Period | None = None,
    sheet: str | None = None,
    units: Mapping[str, str] | None = None,
    header_row: int | None = None,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    dates: Literal["dmy", "mdy"] | None = None,
    midnight: Literal["closes", "opens"] | None = None,
    previous: pl.DataFrame | None = None,
    beside: Mapping[str, Beside] | None = None,
    sets: Mapping[str, frozenset[str]] | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
    limits: Limits | None = None,
    nothing: bool = False,
) -> Checked:
    """Read a department's file as rows of a table and check every cell and row of it.

    `units` tells a field's unit (`tax` → 元), `mapping` its column (`tax` → header text or column letter), `constants`
    a value that is not in the file (`meter` → its number); a field may be called by its title too. `dates` says in
    which order a file writes day and month, `midnight` whether 00:00 closes the day it is written with. `sets` gives
    the known codes of a column, `names` what the names of codes stand for (in comparable form). `previous` are the rows
    of the period before, `beside` what the ledger has of the period, for ratios of columns. `nothing` says that there
    is nothing of the period to report (零报告): then a form without rows is what is expected, and rows are a
    contradiction (LEDGER-097). What forbids reading the file at all raises
    ProblemsError (LEDGER-001 … 021, 094, 097, 098, 100); faults of cells and rows are returned.
    """
    if contract.derived:
        raise ProblemsError([worked_out(contract, Place(path.name))])
    if nothing:
        _may_say_nothing(contract, period, Place(path.name))
    vocabulary = Vocabulary(contract)

    def by_field(told: Mapping[str, str] | None) -> dict[str, str]:
        return {vocabulary.field(word): said for word, said in (told or {}).items()}

    given = Given(by_field(units), by_field(mapping), by_field(constants), Days(dates), midnight)
    place = Place(path.name)
    fields = {one.name: one for one in contract.fields}
    unit_of, problems = told_units(given.units, fields, place)
    problems += _unknown_names(given, fields, place)
    if problems:
        raise ProblemsError(problems)
    book = open_book(path, limits)
    told = {header: fields[name] for name, header in given.mapping.items()}
    looking = Looking(contract, vocabulary, period.year if period else None, told, header_row)
    raw, head = choose_sheet(book, path.name, looking, sheet)
    place = Place(path.name, raw.name)
    outside = frozenset(given.constants) | ({"year"} if period is not None and "year" in fields else frozenset())
    found = understand(raw, head, contract, vocabulary, outside, unit_of, place)
    problems = [*found.problems, *_unused(given, found, place)]
    if problems:
        raise ProblemsError(problems)
    days = replace(given.days, epoch=book.epoch)
    body = read_body(raw, head, found, contract, sets or {}, days, given.midnight, names or {})
    if body.frame.is_empty() and not nothing:
        raise ProblemsError([problem("LEDGER-094", place, table=contract.title)])
    if nothing and not body.frame.is_empty():
        raise ProblemsError([problem("LEDGER-097", place, table=contract.title, rows=body.frame.height)])
    body = body.with_constants(given.constants, period)
    judged = judge(body, contract, period, previous, sets or {}, beside or {})
    source = Source(path, file_digest(path), raw.name or None, book.names)
    unread = [] if sheet is not None else _hidden(book, Place(path.name))
    return _checked(source, contract, raw, found, body, judged, place, unread)


def look(
    path: Path,
    contract: TableContract,
    *,
    period: Period | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    limits: Limits | None = None,
) -> HeaderReport | None:
    """Return how the head of a file reads although something in it is missing; None where no head is found.

    It is for asking a person what a column means, where `check_file` could not go on.
    """
    vocabulary = Vocabulary(contract)
    looking = Looking(contract, vocabulary, period.year if period else None, {}, header_row)
    try:
        raw, head = choose_sheet(open_book(path, limits), path.name, looking, sheet)
    except ProblemsError:
        return None
    return understand(raw, head, contract, vocabulary, frozenset(), {}, Place(path.name, raw.name)).report


def refuse(checked: Checked, faults: Sequence[Fault]) -> Checked:
    """Return the check with more rows at fault: they go from the good rows to those that are sent back."""
    if not faults:
        return checked
    place = Place(checked.source.path.name, checked.source.sheet or "")
    every = tuple(sorted((*checked.faults, *faults), key=lambda one: (one.row, one.column or 0, one.code)))
    good = checked.good.filter(~pl.col("_row").is_in([one.row + 1 for one in faults]))
    problems = _problems(every, place)
    by_code = dict(sorted(Counter(one.code for one in every).items()))
    counts = replace(checked.counts, good=good.height, bad=len({one.row for one in every}), by_code=by_code)
    bad = _bad_frame(checked.raw, every, problems, place)
    return replace(checked, good=good, bad=bad, problems=problems, faults=every, counts=counts)


def _may_say_nothing(contract: TableContract, period: Period | None, place: Place) -> None:
    """A statement that there is nothing names its period, and is of a table of what happens.

    A table with one row for everybody who is evaluated has nothing to say that: a row that did not come is unknown.
    """
    beside = set(contract.primary_key) - _PERIODS
    if period is None or len(beside) < 2:  # noqa: PLR2004
        raise ProblemsError([problem("LEDGER-098", place, table=contract.title)])


def _unknown_names(given: Given, fields: Mapping[str, object], place: Place) -> list[Problem]:
    names = [*given.mapping, *given.constants]
    known = "、".join(fields)
    return [problem("LEDGER-021", place, word=name, nearest=known) for name in names if name not in fields]


def _unused(given: Given, found: Understood, place: Place) -> list[Problem]:
    """What was told of a column that is not there would have no effect, so it is told back."""
    written = [one.header for one in found.report.columns] + [one.header for one in found.report.ignored]
    headers = "、".join(written) or "—"
    read = {one.field: one.how for one in found.report.columns}
    problems = [
        problem("LEDGER-021", place, word=header, nearest=headers)
        for name, header in given.mapping.items()
        if read.get(name) != "told"
    ]
    return problems + [
        problem("LEDGER-021", place, word=name, nearest=headers) for name in given.units if name not in read
    ]


def _hidden(book: Book, place: Place) -> list[Problem]:
    """Say which hidden sheets were not read: what a department means to hand over may stand in one."""
    sheets = "、".join(f"“{one}”" for one in hidden_sheets(book))
    return [problem("LEDGER-096", place, sheets=sheets)] if sheets else []


def _checked(
    source: Source,
    contract: TableContract,
    raw: RawSheet,
    found: Understood,
    body: Body,
    judged: Judged,
    place: Place,
    unread: Sequence[Problem],
) -> Checked:
    faults = tuple(sorted((*body.faults, *judged.faults), key=lambda one: (one.row, one.column or 0, one.code)))
    bad_rows = {one.row + 1 for one in faults}
    is_bad = body.frame["_row"].is_in(list(bad_rows))
    is_repeated = body.frame["_row"].is_in(list(judged.repeated)) & ~is_bad
    good = body.frame.filter(~is_bad & ~is_repeated)
    problems = _problems(faults, place)
    asked = (*found.notices, *_tiny_shares(body, found, contract, place))
    told = told_totals(raw, body, found)
    notices = by_place(
        (
            *unread,
            *asked,
            *body.notices(place),
            *judged.notices(place, found.report),
            *told_notices(told, place, contract),
        )
    )
    summary = Summary(
        rows=body.frame.height,
        good=good.height,
        bad=len(bad_rows),
        repeated=int(is_repeated.sum()),
        left_out=len(body.layout.left_out),
        jumps=tuple(found.report.cell(one.row, one.field.name) for one in judged.jumps),
        by_code=dict(sorted(Counter(one.code for one in faults).items())),
        totals=_totals(body, found, contract),
        told=told,
    )
    bad = _bad_frame(raw, faults, problems, place)
    return Checked(contract.id, source, found.report, good, bad, problems, notices, contract, raw, faults, summary)


def _tiny_shares(body: Body, found: Understood, contract: TableContract, place: Place) -> Iterator[Problem]:
    """Ask back where all shares of a column are 1 % or less: mostly 12 % was written as 0.12."""
    for one in found.report.columns:
        if contract.column(one.field).unit != "%" or one.unit_from != "%":
            continue
        told = body.frame[one.field].cast(pl.Float64).drop_nulls()
        told = told.filter(told != 0)
        if told.len() >= _FEWEST_SHARES and bool((told.abs() <= 1).all()):
            at = Place(place.file, place.sheet, cell=f"{one.column}{found.report.data_row}")
            yield problem("LEDGER-102", at, field=contract.column(one.field).title, count=told.len())


def _totals(body: Body, found: Understood, contract: TableContract) -> tuple[Total, ...]:
    totals: list[Total] = []
    for one in found.report.columns:
        reading = body.readings[number_of(one.column)]
        if reading.stated is not None and Unit.parse(contract.column(one.field).unit or "").is_amount:
            values = body.frame[one.field].cast(pl.Float64)
            stated = total(reading.stated.filter(reading.stated.is_finite().fill_null(False)))
            empty = values.null_count()
            totals.append(
                Total(one.field, stated, one.unit_from, total(values), one.unit_to, len(values) - empty, empty)
            )
    return tuple(totals)


def _problems(faults: Sequence[Fault], place: Place) -> tuple[Problem, ...]:
    """Say each fault at its cell; a way of reading that the whole column shares is asked once."""
    asked: dict[tuple[str, int | None], int] = Counter((one.code, one.column) for one in faults)
    said: set[tuple[str, int | None]] = set()
    problems: list[Problem] = []
    for one in faults:
        key = (one.code, one.column)
        if one.code in _ONE_FOR_ALL and key in said:
            continue
        said.add(key)
        if len(problems) == MOST_PROBLEMS:
            break
        problems.append(fault_problem(one, place, asked[key]))
    return by_place(problems)


def fault_problem(fault: Fault, place: Place, rows: int = 1) -> Problem:
    """Return a fault as a problem at its cell."""
    cell = f"{letter(fault.column)}{fault.row + 1}" if fault.column is not None else ""
    at = Place(place.file, place.sheet, fault.row + 1, cell)
    return problem(fault.code, at, **{"rows": rows, **fault.values})


def _bad_frame(raw: RawSheet, faults: Sequence[Fault], problems: Sequence[Problem], place: Place) -> pl.DataFrame:
    by_row: dict[int, list[Fault]] = {}
    for one in faults:
        by_row.setdefault(one.row, []).append(one)
    rows = pl.Series(list(by_row), dtype=pl.Int64)
    columns = {"_row": rows + 1}
    for index, column in enumerate(raw.columns):
        written = [shown(cell) or None for cell in column.take(rows).cells()]
        columns[letter(index)] = pl.Series(written, dtype=pl.String)
    texts = ["；".join(fault_problem(one, place).text() for one in group) for group in by_row.values()]
    return pl.DataFrame({**columns, "_errors": pl.Series(texts, dtype=pl.String)})
