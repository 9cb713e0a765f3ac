"""The files of the departments, from the true tables, with layout and mess as packs/demo/region says."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.handover import HandedFile
from jiqun.cli.demo.mess import Mess, another_form, spoil
from jiqun.cli.demo.records import Cell, Record
from jiqun.cli.demo.region import Region, Row, rows
from jiqun.cli.demo.sheets import Column, Line, Planted, Sheet, Shown, planted_in, write_csv, write_workbook
from jiqun.cli.demo.tables import Truth
from jiqun.values import Unit

_EPOCH = date(1899, 12, 30)  # day 0 of Excel's serial dates (1900 system)
_ENCODINGS = {"statistics_below": "gb18030", "power": "utf-8-sig"}

# which rows of its table a department knows
_KNOWS: Mapping[str, Callable[[Record], bool]] = {
    "statistics_above": lambda one: one["scale"] == "above",
    "statistics_below": lambda one: one["scale"] == "below",
    "ecology": lambda one: one["scale"] == "above" or one["emission"] is not None,
    "science": lambda one: one["rd"] is not None,
    "certificates": lambda one: one["kind"] == "own",
    "leases": lambda one: one["kind"] == "lease",
    "sublets": lambda one: one["kind"] == "sublet",
}


@dataclass(frozen=True)
class _Plan:
    """One sheet to make: its line of files.csv and its year (0 = standing register)."""

    file: Row
    year: int

    @property
    def path(self) -> str:
        return self.file["path"].format(year=self.year)


class _Office:
    """Writes the sheets of all departments."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self._truth, self._seed = truth, seed
        region = truth.region
        self._layouts = rows(region.folder, "layouts")
        self._messes = rows(region.folder, "mess")
        self._words = {(row["column"], row["value"]): row["shown"] for row in rows(region.folder, "words")}

    def sheet(self, plan: _Plan) -> Sheet:
        """Make one sheet, mess included."""
        key = plan.file["key"]
        columns = tuple(self._columns(key, plan.year))
        records = [one for one in self._truth.tables[plan.file["table"]] if _belongs(key, one, plan.year)]
        chance = Chance(self._seed, "file", key, plan.year)
        lines = [Line(one, self._cells(plan, columns, one, chance)) for one in records]
        messes = [
            Mess(row["kind"], row["column"], int(row["per_mille"]), row["expectation"])
            for row in self._messes
            if row["file"] == key
        ]
        total = self._total(columns, records) if plan.file["total"] == "yes" else ()
        spoil(lines, columns, messes, chance)
        title, unit_line = (plan.file[name].format(year=plan.year) for name in ("title", "unit_line"))
        footer = plan.file["footer"]
        return Sheet(key, plan.file["sheet"], title, unit_line, footer, plan.year, columns, lines, total)

    def _columns(self, key: str, year: int) -> Iterator[Column]:
        """Yield the columns of a layout; the layout of the last described year goes on after it."""
        described = [row for row in self._layouts if row["file"] == key]
        last = max((int(part) for row in described for part in row["years"].split("|") if part), default=year)
        for row in described:
            if not row["years"] or str(min(year, last)) in row["years"].split("|"):
                yield Column(row["group"], row["header"], row["column"], row["unit"], row["style"])

    def _cells(self, plan: _Plan, columns: Sequence[Column], record: Record, chance: Chance) -> list[Shown]:
        marks = plan.file["missing"].split("|")
        missing = chance.pick(marks) or None
        return [
            missing if record.get(one.column) is None and one.unit else self._shown(plan, one, record, chance)
            for one in columns
        ]

    def _shown(self, plan: _Plan, column: Column, record: Record, chance: Chance) -> Shown:
        if column.column == "#":
            return 0
        cell: Cell = record[column.column]
        if isinstance(cell, date):
            return _day(cell, column.style, plan, chance)
        if isinstance(cell, int) and column.unit:
            return self._truth.region.amounts[column.column].shown(cell, Unit.parse(column.unit))
        return self._words.get((column.column, str(cell)), cell)

    def _total(self, columns: Sequence[Column], records: Sequence[Record]) -> tuple[Shown, ...]:
        """Sum the columns of amounts as the department did before anything went wrong."""
        region: Region = self._truth.region
        result: list[Shown] = ["合计"]
        for one in columns[1:]:
            cells = [record.get(one.column) for record in records] if one.unit else []
            kept = [cell for cell in cells if isinstance(cell, int)]
            result.append(region.amounts[one.column].shown(sum(kept), Unit.parse(one.unit)) if kept else None)
        return tuple(result)


def _belongs(key: str, record: Record, year: int) -> bool:
    in_year = not year or record["year"] == year
    return in_year and (key not in _KNOWS or _KNOWS[key](record))


def _day(day: date, style: str, plan: _Plan, chance: Chance) -> Shown:
    """Show a day: a real Excel date, or mixed with serial numbers (Excel only) and text."""
    form = chance.whole(0, 3) if style == "mixed" else 0
    if form == 0:
        return day
    if form == 1 and plan.path.endswith(".xlsx"):
        return (day - _EPOCH).days
    return another_form(day, chance)


def write_files(truth: Truth, seed: int, years: Sequence[int], to: Path) -> tuple[list[HandedFile], list[Planted]]:
    """Write every department's files and say what was handed over and what was planted in it."""
    office = _Office(truth, seed)
    described = rows(truth.region.folder, "files")
    plans = [_Plan(row, year) for row in described for year in (years if row["yearly"] == "yes" else (0,))]
    books: dict[str, list[tuple[_Plan, Sheet]]] = {}
    for plan in sorted(plans, key=lambda one: one.year):
        books.setdefault(plan.path, []).append((plan, office.sheet(plan)))
    handed: list[HandedFile] = []
    planted: list[Planted] = []
    for name, made in books.items():
        path = to / name
        if path.suffix == ".csv":
            write_csv(path, made[0][1], _ENCODINGS[made[0][1].file])
        else:
            write_workbook(path, [sheet for _, sheet in made])
        for plan, sheet in made:
            row = plan.file
            period = str(plan.year or "")
            handed.append(HandedFile(path, row["department"], row["table"], period, sheet.name, row["note"]))
            planted += planted_in(sheet, name)
    return handed, planted


def write_planted(planted: Sequence[Planted], path: Path) -> None:
    """Write the list of what was planted."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(one.name for one in fields(Planted))
        writer.writerows(astuple(one) for one in planted)
