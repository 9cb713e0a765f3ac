"""In which unit each column of a file is written: what the user told, the header, the row below it, the line above it.

A unit is assumed only where the contract says so; a unit that is absent or contradicts what was told is a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiqun.ledger.intake.header_find import Head
from jiqun.ledger.intake.header_match import Match, cell_name, parsed_unit
from jiqun.packs.models.table import Column
from jiqun.problems import Place, Problem, problem
from jiqun.values import Unit


@dataclass(frozen=True)
class UnitReading:
    """The unit a column is written in (None for text and the like), or the problem with it; a notice where assumed.

    `is_stated` is false for a pure number, or a share, whose unit nobody wrote.
    """

    unit: Unit | None = None
    problem: Problem | None = None
    notice: Problem | None = None
    is_stated: bool = True


def read_unit(match: Match, head: Head, told: Mapping[str, Unit], place: Place) -> UnitReading:
    """Return the unit that a matched column is written in."""
    field = match.field
    if field.type not in ("number", "integer"):
        return UnitReading()
    own = parsed_unit(match.unit or head.row_units.get(match.column))
    at = Place(place.file, place.sheet, head.last_row + 1, cell_name(match.column, head.last_row))
    header = head.headers[match.column]
    wanted = Unit.parse(field.unit) if field.unit else Unit.none()
    given = told.get(field.name)
    if own is not None and given is not None and own != given:
        said = {"field": field.title, "first": own, "second": given}
        if own.fits(wanted):
            return UnitReading(problem=problem("LEDGER-020", at, **said))
        return UnitReading(given, notice=problem("LEDGER-104", at, **said))  # what the header says cannot be right
    stated = given or own
    if stated is None:
        return _from_line(match, head, wanted, at, header)
    if stated.fits(wanted):
        return UnitReading(stated)
    if field.type == "integer" and not wanted.powers:
        return UnitReading(wanted)
    values = {"text": header, "field": field.title, "name": field.name, "unit": wanted}
    return UnitReading(problem=problem("LEDGER-019", at, **values))


def _from_line(match: Match, head: Head, wanted: Unit, at: Place, header: str) -> UnitReading:
    field = match.field
    if not wanted.dimension:
        return UnitReading(wanted, is_stated=False)
    fitting = {unit for text in head.unit_line if (unit := parsed_unit(text)) and unit.fits(wanted)}
    if len(fitting) == 1:
        return UnitReading(fitting.pop())
    if fitting:
        first, second = sorted(map(str, fitting))[:2]
        return UnitReading(problem=problem("LEDGER-020", at, field=field.title, first=first, second=second))
    values = {"header": header, "name": field.name, "unit": wanted}
    if field.unit_assumed:
        return UnitReading(wanted, notice=problem("LEDGER-045", at, **values))
    return UnitReading(problem=problem("LEDGER-018", at, **values))


def told_units(
    units: Mapping[str, str], fields: Mapping[str, Column], place: Place
) -> tuple[dict[str, Unit], list[Problem]]:
    """Read the units that the user told by field; a field or unit that is not known, or does not fit, is a problem."""
    found: dict[str, Unit] = {}
    problems: list[Problem] = []
    for name, text in units.items():
        unit, field = parsed_unit(text), fields.get(name)
        if field is None or unit is None:
            word, near = (name, "、".join(fields)) if field is None else (text, field.unit or "1")
            problems.append(problem("LEDGER-021", place, word=word, nearest=near))
        elif not unit.fits(Unit.parse(field.unit or "1")):
            problems.append(problem("LEDGER-019", place, text=text, field=field.title, unit=field.unit or "1"))
        else:
            found[name] = unit
    return found, problems
