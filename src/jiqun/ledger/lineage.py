"""Where a figure comes from: the import, the file, the sheet, the cell, and everything that was ever said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from jiqun.ledger.log import Import, SourceColumn
from jiqun.ledger.originals import original
from jiqun.ledger.parts import added, lists_things
from jiqun.ledger.resolve import IMPORT, MATCH, PART, ROW, is_internal
from jiqun.ledger.view import View, clears
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem

Value = str | int | float | bool | date | datetime | None
_HISTORY = {
    "import": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "cell": pl.String(),
    "row": pl.Int64(),
    "who": pl.String(),
    "when": pl.String(),
    "note": pl.String(),
    "state": pl.String(),
    "part": pl.String(),
}


@dataclass(frozen=True)
class Cell:
    """The cell of a file that a figure of the ledger was read from.

    `value` is the ledger's value; it is the cell's × `factor` (from `from_unit` to `to_unit`). `letter` and `cell` are
    blank where the value was told for the whole file. `matched` says how the row was matched to its firm. `part` is the
    report of the workshop whose row it is. Where workshops are added to the firm, `value` is the sum, `adds` are the
    cells that it was added up from, and `lacks` are those (the firm by its id, a workshop by its report) whose part is
    unknown, so that the sum is.
    """

    table: str
    column: str
    value: Value
    import_number: int
    file: str
    sha256: str
    sheet: str
    cell: str
    row: int
    header: str
    from_unit: str
    to_unit: str
    factor: str
    who: str
    when: str
    matched: str
    part: str = ""
    adds: tuple[Cell, ...] = ()
    lacks: tuple[str, ...] = ()

    def original(self, workspace: Workspace) -> Path:
        """Return the kept original of the file, its hash verified; LEDGER-059 where it is gone or was changed."""
        return original(workspace, self.file, self.sha256)

    @property
    def part_name(self) -> str:
        """How the workshop was called whose row it is; blank where it is the firm's own."""
        return called(self.part)

    def __str__(self) -> str:
        if self.adds:
            return " + ".join(map(str, self.adds))
        return "!".join(part for part in (self.file, self.sheet, self.cell or str(self.row)) if part)


def cells(view: View, table: str, key: Mapping[str, Value]) -> dict[str, Cell]:
    """Return, for every column of one resolved row that holds something, the cell that it was read from.

    Raises LEDGER-071 where the table holds nothing for the key, LEDGER-073 where a key column is missing.
    """
    rows = _rows(view, table, key, every=False)
    if rows.is_empty():
        raise ProblemsError([problem("LEDGER-071", Place(item=table), table=table, key=_words(key))])
    if PART not in rows.columns:
        return _last_cells(view, table, rows)
    own = rows.filter(pl.col(PART).is_null())
    return _with_parts(view, table, own, rows.filter(pl.col(PART).is_in(sorted(view.adding(table).columns))))


def _last_cells(view: View, table: str, rows: pl.DataFrame) -> dict[str, Cell]:
    """Return the cell that each column was last read from, in rows by import."""
    clearing = clears(view.log.valid(table))
    found: dict[str, Cell] = {}
    for row in rows.to_dicts():
        for column in rows.columns:
            if is_internal(column):
                continue
            if row[column] is not None:
                found[column] = _cell(view, table, column, row)
            elif row[IMPORT] in clearing.get(column, ()):
                found.pop(column, None)
    return found


def _with_parts(view: View, table: str, own: pl.DataFrame, of_parts: pl.DataFrame) -> dict[str, Cell]:
    """Return the cells of a firm's row with those of its workshops; nothing where its own row is needed and missing."""
    if own.is_empty() and not lists_things(view.key(table)):
        return {}
    found, adding = _last_cells(view, table, own), view.adding(table)
    cells_of = {str(report): _last_cells(view, table, rows) for (report,), rows in of_parts.group_by(PART)}
    imports = {str(report): rows[IMPORT].to_list() for (report,), rows in of_parts.group_by(PART)}
    for column in (one for one in of_parts.columns if not is_internal(one)):
        speaking = [one for one in sorted(cells_of) if adding.speaks(one, column, imports[one])]
        known = [cells_of[one][column] for one in sorted(cells_of) if column in cells_of[one]]
        if speaking:
            mine = [] if own.is_empty() else [(_firm(own), found.pop(column, None))]
            told = [*mine, *((one, cells_of[one].get(column)) for one in speaking)]
            if any(cell is not None for _, cell in told):
                found[column] = _sum_of(told)
        elif own.is_empty() and known and len({one.value for one in known}) == 1:
            found[column] = known[0]
    return found


def _sum_of(told: Sequence[tuple[str, Cell | None]]) -> Cell:
    """Make one cell of those that a figure is added up from, by whose they are."""
    adds = tuple(cell for _, cell in told if cell is not None)
    lacks = tuple(whose for whose, cell in told if cell is None)
    return replace(adds[0], value=None if lacks else added([cell.value for cell in adds]), adds=adds, lacks=lacks)


def _firm(rows: pl.DataFrame) -> str:
    return str(rows["enterprise"][0])


def called(report: str) -> str:
    """Return how a firm was called in the key of a report; its code where it had no name, what has no key as it is.

    >>> called("|示范一车间|500103"), called("5001-2||"), called("")
    ('示范一车间', '5001-2', '')
    """
    code, name, *_ = f"{report}||".split("|")
    return name or code


def lineage(view: View, table: str, key: Mapping[str, Value], column: str) -> Cell:
    """Return the cell that one figure was read from; LEDGER-071 where nothing was reported for it."""
    found = cells(view, table, key)
    if column not in found:
        words = f"{_words(key)}, {column}"
        raise ProblemsError([problem("LEDGER-071", Place(item=table), table=table, key=words)])
    return found[column]


def history(view: View, table: str, key: Mapping[str, Value], column: str | None = None) -> pl.DataFrame:
    """Return every value that was ever reported for a row, by import: by whom, when, from which cell.

    `state` is current, superseded, cleared (the import cleared the column) or undone.
    """
    rows = _rows(view, table, key, every=True)
    named = [name for name in rows.columns if not is_internal(name) and name not in key]
    if column is not None and column not in named:
        raise ProblemsError(
            [problem("LEDGER-073", Place(item=table), table=table, key="、".join(view.key(table)), column=column)]
        )
    told = []
    for name in [column] if column is not None else named:
        told += _column_history(view, rows, name)
    return pl.DataFrame(told, schema=_HISTORY)


def row(view: View, table: str, key: Mapping[str, Value]) -> dict[str, Value]:
    """Return one resolved row; LEDGER-071 where the table holds nothing for the key."""
    found = view.table(table).filter(_is(view, table, key))
    if found.is_empty():
        raise ProblemsError([problem("LEDGER-071", Place(item=table), table=table, key=_words(key))])
    return found.row(0, named=True)


def _column_history(view: View, rows: pl.DataFrame, name: str) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    standing: dict[object, dict[str, object]] = {}
    for row in rows.to_dicts():
        source = _import(view, row[IMPORT])
        cleared = row[name] is None and name in source.clears
        if row[name] is None and not cleared:
            continue
        entry = _entry(source, name, row)
        told.append(entry)
        if source.is_undone:
            entry["state"] = "undone"
            continue
        if entry["part"] in standing:
            standing[entry["part"]]["state"] = "superseded"
        entry["state"] = "cleared" if cleared else "current"
        standing[entry["part"]] = entry
    return told


def _entry(source: Import, name: str, row: Mapping[str, Value]) -> dict[str, object]:
    stood = source.column(name)
    value = row[name]
    return {
        "import": source.number,
        "column": name,
        "value": None if value is None else str(value),
        "file": source.file,
        "sheet": source.sheet,
        "cell": _address(stood, row),
        "row": row[ROW],
        "who": source.who,
        "when": source.when,
        "note": source.note,
        "part": called(_part(row)),
    }


def _cell(view: View, table: str, column: str, row: Mapping[str, Value]) -> Cell:
    source = _import(view, row[IMPORT])
    stood = source.column(column) or SourceColumn(column, "", "")
    return Cell(
        table=table,
        column=column,
        value=row[column],
        import_number=source.number,
        file=source.file,
        sha256=source.sha256,
        sheet=source.sheet,
        cell=_address(stood, row),
        row=int(str(row[ROW])),
        header=stood.header,
        from_unit=stood.from_unit,
        to_unit=stood.to_unit,
        factor=stood.factor,
        who=source.who,
        when=source.when,
        matched=str(row.get(MATCH) or ""),
        part=_part(row),
    )


def _part(row: Mapping[str, Value]) -> str:
    return str(row[PART]) if row.get(PART) else ""


def _address(stood: SourceColumn | None, row: Mapping[str, Value]) -> str:
    return f"{stood.letter}{row[ROW]}" if stood is not None and stood.letter else ""


def _import(view: View, number: Value) -> Import:
    source = view.log.find(int(str(number)))
    assert source is not None
    return source


def _rows(view: View, table: str, key: Mapping[str, Value], every: bool) -> pl.DataFrame:
    return view.reported(table, every=every, where=_is(view, table, key)).sort(IMPORT, ROW)


def _is(view: View, table: str, key: Mapping[str, Value]) -> pl.Expr:
    wanted = view.key(table)
    if set(wanted) != set(key):
        names = "、".join(wanted)
        raise ProblemsError([problem("LEDGER-073", Place(item=table), table=table, key=names, column="、".join(key))])
    return pl.all_horizontal(pl.col(name) == pl.lit(value) for name, value in key.items())


def _words(key: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}={value}" for name, value in key.items())
