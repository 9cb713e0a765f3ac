"""From a department's file to the ledger: check, return file, commit — as `jiqun import` and the demo do it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import polars as pl

from jiqun.desk.bounds import within
from jiqun.desk.context import Context
from jiqun.desk.reader import Reader
from jiqun.desk.renamed import with_renamed
from jiqun.ledger.imports import Committed, Told, commit
from jiqun.ledger.intake import Beside, Checked, ColumnReading, check_file, look, write_return_file
from jiqun.ledger.log import SourceColumn
from jiqun.ledger.reported import Reported
from jiqun.ledger.view import View, latest
from jiqun.packs import Column, TableContract
from jiqun.problems import ProblemsError, problem
from jiqun.values import Period, comparable, decimal_text


@dataclass(frozen=True)
class Asked:
    """What a person says with a file: table, period, and what the file itself does not say.

    `nothing`: that there is nothing to report of the period (零报告).
    """

    file: Path
    table: str
    period: Period | None = None
    sheet: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    header_row: int | None = None
    dates: Literal["dmy", "mdy"] | None = None
    midnight: Literal["closes", "opens"] | None = None
    note: str = ""
    clears: tuple[str, ...] = ()
    corrects: int | None = None
    nothing: bool = False


@dataclass(frozen=True)
class Imported:
    """What came of it: the commit, and the workbook of the rows that did not pass (None where all did)."""

    committed: Committed
    return_file: Path | None


def check(context: Context, asked: Asked, reader: Reader | None = None) -> Checked:
    """Hold a file against its table's contract, and against the period before where the ledger has one.

    What it says of the ledger is no more than the reader may see, and rows of another place are sent back. Of rows that
    correct an import, columns and units are read as they were told there: they go back with its headers.
    """
    contract, view = context.contract(asked.table), latest(context.workspace)
    asked = _as_corrected(view, contract, asked)
    checked = check_file(
        asked.file,
        contract,
        period=asked.period,
        sheet=asked.sheet,
        units=asked.units,
        mapping=asked.mapping,
        constants=asked.constants,
        header_row=asked.header_row,
        dates=asked.dates,
        midnight=asked.midnight,
        previous=_previous(view, contract, asked.period, reader),
        beside=_beside(context, view, contract, reader),
        sets=known_codes(context, contract),
        names=_named_codes(context, contract),
        nothing=asked.nothing,
    )
    if reader is not None and reader.bounds is not None:
        checked = within(context, checked, reader.bounds)
    return with_renamed(view, checked)


def bring_in(context: Context, asked: Asked, checked: Checked, who: str = "") -> Imported:
    """Commit the good rows; the bad ones wait in the quarantine as a workbook with an error column.

    `who` is the person who says so, by default the one at this computer.
    CLI-008 where no row is good: nothing is committed, the return file lies beside the original's name in quarantine.
    """
    told = Told(
        who=who or context.who,
        when=context.now,
        period=str(asked.period or ""),
        note=asked.note,
        clears=asked.clears,
        corrects=asked.corrects,
    )
    if checked.good.is_empty() and not checked.bad.is_empty():
        target = context.workspace.quarantine / f"{asked.file.stem}.{checked.source.sha256[:8]}.xlsx"
        write_return_file(checked, target)
        raise ProblemsError([*checked.problems, problem("CLI-008", count=checked.bad.height, file=target)])
    with tempfile.TemporaryDirectory() as folder:
        returned = Path(folder) / "return.xlsx"
        if not checked.bad.is_empty():
            write_return_file(checked, returned)
        found = commit(
            context.workspace,
            checked.contract,
            to_reported(checked),
            told,
            returned if returned.is_file() else None,
        )
    kept = context.workspace.quarantine / f"{found.number}.xlsx"
    return Imported(found, kept if kept.is_file() else None)


def to_reported(checked: Checked) -> Reported:
    """Return the good rows of a checked file as the store takes them: with letter, header and factor of each column."""
    return Reported(
        table=checked.contract_name,
        rows=checked.good,
        file=checked.source.path,
        sha256=checked.source.sha256,
        sheet=checked.source.sheet or "",
        columns=tuple(
            SourceColumn(one.field, one.column, one.header, one.unit_from, one.unit_to, _factor(one))
            for one in checked.header.columns
        ),
        bad_rows=checked.bad.height,
    )


def _as_corrected(view: View, contract: TableContract, asked: Asked) -> Asked:
    """Tell of a file what a person told of the import that it corrects, where its own headers do not say it."""
    before = next((one for one in view.log.imports if one.number == asked.corrects), None)
    if before is None or before.table != asked.table or contract.derived:
        return asked
    head = look(asked.file, contract, period=asked.period, sheet=asked.sheet, header_row=asked.header_row)
    if head is None:
        return asked
    read = {one.field: one for one in head.columns}
    told = set(asked.mapping.values())
    free = {one.header for one in head.ignored if not {one.header, one.column} & told}
    mapping = {one.field: one.header for one in before.columns if one.field not in read and one.header in free}
    units = {
        one.field: one.from_unit
        for one in before.columns
        if one.from_unit and (one.field in mapping or (one.field in read and not read[one.field].unit_from))
    }
    return replace(asked, mapping=mapping | dict(asked.mapping), units=units | dict(asked.units))


def _previous(view: View, contract: TableContract, period: Period | None, reader: Reader | None) -> pl.DataFrame | None:
    """Return the rows of the year before, for finding values whose unit seems wrong."""
    if period is None or contract.period != "year" or contract.id not in view.tables:
        return None
    rows = view.table(contract.id) if reader is None else reader.sees(view, contract.id)
    rows = rows.filter(pl.col("year") == period.year - 1)
    return None if rows.is_empty() else rows


def _beside(context: Context, view: View, contract: TableContract, reader: Reader | None) -> dict[str, Beside]:
    """Return the tables that the ratios of a contract read beside a file's own rows, as far as the reader sees them."""
    tables = {one.beside[0] or contract.id for one in contract.ratios} & set(view.tables)
    return {
        one: Beside(context.contract(one), view.table(one) if reader is None else reader.sees(view, one))
        for one in sorted(tables)
    }


def known_codes(context: Context, contract: TableContract) -> dict[str, frozenset[str]]:
    """Return the codes that every column of a table may hold, where a list in force says so."""
    return {
        one.name: frozenset(context.book.taxonomy(one.taxonomy).on(None).codes)
        for one in contract.fields
        if one.taxonomy is not None and context.book.has("taxonomy", one.taxonomy)
    }


def _named_codes(context: Context, contract: TableContract) -> dict[str, dict[str, str]]:
    """What the names of codes stand for in every column that holds such; a name of several codes stands for none."""
    found: dict[str, dict[str, str]] = {}
    for column in contract.fields:
        meant: dict[str, set[str]] = {}
        for taxonomy in _taxonomies(context, column):
            codes = context.book.taxonomy(taxonomy).on(None).codes
            for one in codes.values():
                if re.fullmatch(column.constraints.pattern or ".*", one.code):
                    above = codes.get(one.parent or "")
                    for word in {one.name, *one.aliases, *([above.name + one.name] if above else [])}:
                        meant.setdefault(comparable(word), set()).add(one.code)
        found[column.name] = {word: next(iter(codes)) for word, codes in meant.items() if len(codes) == 1}
    return {name: words for name, words in found.items() if words}


def _taxonomies(context: Context, column: Column) -> list[str]:
    if column.names_from is None:
        return [column.taxonomy] if column.taxonomy and context.book.has("taxonomy", column.taxonomy) else []
    own = column.names_from
    return [one.id for one in context.book.objects("taxonomy") if one.id == own or one.id.endswith(f".{own}")]


def _factor(column: ColumnReading) -> str:
    return decimal_text(column.factor) if column.converts else "1"
