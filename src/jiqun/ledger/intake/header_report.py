"""From the head of a sheet to the columns that will be read, with every problem of headers and units told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jiqun.ledger.intake.checked import ColumnReading, HeaderReport, IgnoredColumn
from jiqun.ledger.intake.header_find import Head
from jiqun.ledger.intake.header_match import Match, Unmatched, Vocabulary, cell_name, doubled
from jiqun.ledger.intake.header_units import UnitReading, read_unit
from jiqun.ledger.intake.raw import RawSheet, letter
from jiqun.packs.models.table import Column, TableContract
from jiqun.problems import Place, Problem, problem
from jiqun.values import Unit

_FIRM, _NAME = "enterprise", "name"
_PER_CENT = Unit.parse("%")


@dataclass(frozen=True)
class Understood:
    """The head as understood: the report, the matches to read, their units, and what is wrong or worth knowing."""

    report: HeaderReport
    matches: tuple[Match, ...]
    units: Mapping[int, Unit | None]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]


def understand(
    raw: RawSheet,
    head: Head,
    contract: TableContract,
    vocabulary: Vocabulary,
    given: frozenset[str],
    units: Mapping[str, Unit],
    place: Place,
) -> Understood:
    """Say what each column is and in which unit; `given` are the fields that do not come from the file."""
    problems = [*_doubled(head, place), *_ambiguous(head, place)]
    problems += _absent(head, contract, vocabulary, given, place)
    notices: list[Problem] = []
    readings: list[ColumnReading] = []
    from_units: dict[int, Unit | None] = {}
    for match in head.matches:
        found = read_unit(match, head, units, place)
        problems += [found.problem] if found.problem else _share_or_per_cent(raw, head, match, found, place)
        notices += [found.notice] if found.notice else []
        unit = _PER_CENT if _is_shown_in_per_cent(raw, head, match, found.unit) else found.unit
        from_units[match.column] = unit
        readings.append(_reading(match, head, unit, found.notice is not None and found.notice.code == "LEDGER-045"))
    nameless = [
        Unmatched(index, "") for index, parts in enumerate(head.parts) if not parts and _has_data(raw, head, index)
    ]
    ignored = tuple(_ignored(one, head, vocabulary) for one in (*head.unmatched, *nameless) if not one.fields)
    if ignored:
        at = Place(place.file, place.sheet, head.last_row + 1)
        shown = "、".join(f"{one.column}“{one.header}”" for one in ignored)
        notices.append(problem("LEDGER-042", at, count=len(ignored), columns=shown))
    report = HeaderReport(
        place.sheet or None, head.first_row + 1, head.last_row + 1, head.data_row + 1, tuple(readings), ignored
    )
    return Understood(report, head.matches, from_units, tuple(problems), tuple(notices))


def _share_or_per_cent(raw: RawSheet, head: Head, match: Match, unit: UnitReading, place: Place) -> list[Problem]:
    """Ask whether 0.65 is 65 % or 0.65 % where a header does not say it and no plain number is more than 1."""
    if unit.is_stated or unit.unit != _PER_CENT:
        return []
    column = raw.columns[match.column]
    shown = [row for row, at in raw.percent_cells if at == match.column]
    plain = column.numbers.fill_null(column.texts.str.strip_chars().cast(pl.Float64, strict=False))
    sizes = plain.clone().scatter(shown, None).slice(head.data_row).abs()
    if not sizes.is_between(0, 1, closed="right").any() or (sizes > 1).any():
        return []
    first = head.data_row + int((sizes > 0).arg_true()[0])
    at = Place(place.file, place.sheet, first + 1, cell_name(match.column, first))
    return [problem("LEDGER-101", at, header=head.headers[match.column], name=match.field.name, value=plain[first])]


def _has_data(raw: RawSheet, head: Head, column: int) -> bool:
    return bool(raw.columns[column].filled().slice(head.data_row).any())


def _is_shown_in_per_cent(raw: RawSheet, head: Head, match: Match, unit: Unit | None) -> bool:
    """Tell whether every number of a plain share is shown in per cent: 0.35 in a cell that shows 35%."""
    if unit is None or unit.powers or match.field.type != "number" or unit == _PER_CENT:
        return False
    numbers = raw.columns[match.column].numbers
    rows = [row for row in numbers.is_not_null().arg_true().to_list() if row >= head.data_row]
    return bool(rows) and all((row, match.column) in raw.percent_cells for row in rows)


def _reading(match: Match, head: Head, unit: Unit | None, assumed: bool) -> ColumnReading:
    name = match.field.name
    return ColumnReading(
        letter(match.column),
        head.headers[match.column],
        name,
        str(unit or ""),
        match.field.unit or ("" if unit is None else str(Unit.none())),  # what the ledger keeps
        match.how,
        assumed,
    )


def _ignored(one: Unmatched, head: Head, vocabulary: Vocabulary) -> IgnoredColumn:
    near = "—" if one.other_period else vocabulary.nearest(one.header)
    return IgnoredColumn(letter(one.column), head.headers[one.column], near, one.other_period)


def _doubled(head: Head, place: Place) -> list[Problem]:
    return [
        problem(
            "LEDGER-016",
            Place(place.file, place.sheet, head.last_row + 1, cell_name(group[1].column, head.last_row)),
            cells="、".join(f"{cell_name(one.column, head.last_row)}“{head.headers[one.column]}”" for one in group),
            field=group[0].field.title,
            name=name,
        )
        for name, group in doubled(head.matches).items()
    ]


def _ambiguous(head: Head, place: Place) -> list[Problem]:
    return [
        problem(
            "LEDGER-017",
            Place(place.file, place.sheet, head.last_row + 1, cell_name(one.column, head.last_row)),
            header=head.headers[one.column],
            fields="、".join(one.fields),
        )
        for one in head.unmatched
        if one.fields
    ]


def _absent(
    head: Head, contract: TableContract, vocabulary: Vocabulary, given: frozenset[str], place: Place
) -> list[Problem]:
    there = {one.field.name for one in head.matches} | given
    possible = {name for one in head.unmatched for name in one.fields}
    at = Place(place.file, place.sheet, head.last_row + 1)
    problems: list[Problem] = []
    for field in contract.fields:
        if field.name in there | possible or not is_needed(field, contract):
            continue
        if field.name == _FIRM and _NAME in there:
            continue
        near = next((head.headers[one.column] for one in head.unmatched if _is_near(vocabulary, one, field)), "—")
        problems.append(problem("LEDGER-015", at, field=field.title, name=field.name, nearest=near))
    return problems


def _is_near(vocabulary: Vocabulary, one: Unmatched, field: Column) -> bool:
    return vocabulary.nearest(one.header).startswith(f"{field.name}（")


def is_needed(field: Column, contract: TableContract) -> bool:
    """Tell whether a column must be there: required by the contract, or part of the key."""
    return field.constraints.required or field.name in contract.primary_key
