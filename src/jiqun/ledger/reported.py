"""What an import brings: checked rows of one table, and where in which file they stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jiqun.ledger.derived import worked_out
from jiqun.ledger.intake.checked import Checked
from jiqun.ledger.log import SourceColumn
from jiqun.ledger.resolve import ROW
from jiqun.packs.models.table import TableContract
from jiqun.problems import Place, Problem, problem

DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}


@dataclass(frozen=True)
class Reported:
    """Checked rows of a table: canonical columns plus `_row` (the row in the file), and the file they came from.

    `rows` has only the columns that the file had; `bad_rows` counts the rows that did not pass.
    """

    table: str
    rows: pl.DataFrame
    file: Path
    sha256: str
    sheet: str = ""
    columns: tuple[SourceColumn, ...] = ()
    bad_rows: int = 0

    @classmethod
    def of(cls, checked: Checked) -> Reported:
        """Take over what intake has checked: the good rows, and how each column was read."""
        return cls(
            table=checked.contract_name,
            rows=checked.good,
            file=checked.source.path,
            sha256=checked.source.sha256,
            sheet=checked.source.sheet or "",
            columns=tuple(
                SourceColumn(one.field, one.column, one.header, one.unit_from, one.unit_to, str(one.factor))
                for one in checked.header.columns
            ),
            bad_rows=checked.bad.height,
        )

    def place(self, row: int = 0, field: str = "") -> Place:
        """Return the place of a row in the file, to the cell where the column is known."""
        letter = next((one.letter for one in self.columns if one.field == field), "")
        cell = f"{letter}{row}" if letter and row else ""
        return Place(file=self.file.name, sheet=self.sheet, row=row, cell=cell)


def typed(contract: TableContract, reported: Reported) -> pl.DataFrame:
    """Return the rows with every column of the contract in its type, and `_row`; null where the file had none."""
    rows = reported.rows
    columns = [
        (
            pl.col(one.name).cast(DTYPES[one.type])
            if one.name in rows.columns
            else pl.lit(None, dtype=DTYPES[one.type])
        ).alias(one.name)
        for one in contract.fields
    ]
    return rows.select(*columns, pl.col(ROW).cast(pl.Int64))


def row_problems(contract: TableContract, reported: Reported, clears: Sequence[str]) -> list[Problem]:
    """Return what forbids a commit: unknown columns, wrong types, empty or repeated keys, NaN, clears of a key."""
    found = list(_shape_problems(contract, reported))
    for column in clears:
        if column not in contract.column_names or column in contract.primary_key:
            found.append(problem("LEDGER-066", reported.place(), table=reported.table, column=column))
    return found or [*_key_problems(contract, reported), *_number_problems(contract, reported)]


def repeated_keys(rows: pl.DataFrame, key: Sequence[str]) -> list[tuple[int, ...]]:
    """Return, for each key that stands on several rows, the numbers of those rows."""
    complete = rows.drop_nulls(list(key))
    several = complete.filter(pl.struct(list(key)).is_duplicated())
    groups = several.group_by(list(key), maintain_order=True).agg(pl.col(ROW).sort())
    return sorted(tuple(numbers) for numbers in groups[ROW].to_list())


def same_key_problem(contract: TableContract, reported: Reported, rows: Sequence[int]) -> Problem:
    """Return the problem of several rows of one file that speak of the same thing."""
    numbers = "、".join(str(row) for row in rows)
    return problem("LEDGER-062", reported.place(rows[0]), rows=numbers, key="、".join(contract.primary_key))


def _shape_problems(contract: TableContract, reported: Reported) -> Iterator[Problem]:
    at = reported.place()
    if contract.derived:
        yield worked_out(contract, at)
    for name in (*contract.primary_key, ROW):
        if name not in reported.rows.columns and name != "enterprise":
            yield problem("LEDGER-065", at, table=reported.table, detail=name)
    for name, kind in reported.rows.schema.items():
        if name == ROW:
            continue
        if name not in contract.column_names:
            yield problem("LEDGER-065", at, table=reported.table, detail=name)
        elif kind not in (DTYPES[contract.column(name).type], pl.Null()):
            yield problem("LEDGER-065", at, table=reported.table, detail=f"{name}: {kind}")


def _key_problems(contract: TableContract, reported: Reported) -> Iterator[Problem]:
    key = [name for name in contract.primary_key if name in reported.rows.columns]
    for name in key:
        if name == "enterprise":
            continue
        for row in reported.rows.filter(pl.col(name).is_null())[ROW].to_list():
            yield problem("LEDGER-063", reported.place(row, name), column=name, table=reported.table)
    if len(key) == len(contract.primary_key):
        for rows in repeated_keys(reported.rows, key):
            yield same_key_problem(contract, reported, rows)


def _number_problems(contract: TableContract, reported: Reported) -> Iterator[Problem]:
    for name in (one.name for one in contract.fields if one.type == "number" and one.name in reported.rows.columns):
        for row in reported.rows.filter(~pl.col(name).cast(pl.Float64).is_finite())[ROW].to_list():
            yield problem("LEDGER-064", reported.place(row, name), column=name)
