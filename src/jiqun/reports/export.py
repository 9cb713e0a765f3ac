"""Writing a result as a file: Excel for people, CSV for spreadsheets, Parquet (the wide trace) for machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl

from jiqun.ledger.intake.excel_safety import neutralise
from jiqun.reports.evaluation import evaluation_sheets, head_of
from jiqun.reports.items import item_columns
from jiqun.reports.layout import Field, Page, Sheet, Value
from jiqun.reports.results import results_sheet
from jiqun.reports.run import Evaluated
from jiqun.reports.workbook import write_workbook

ENDINGS = (".xlsx", ".csv", ".parquet")


def export(run: Evaluated, path: Path, step: Callable[[str], None] = lambda title: None) -> None:
    """Write a run as the file's ending says; ValueError for another ending. `step` is told the sheet being written.

    The CSV is UTF-8 with a byte order mark, so that Excel reads it; its last column says 试算 or 正式.
    """
    ending = path.suffix.lower()
    if ending == ".xlsx":
        write_workbook(path, head_of(run), _told(evaluation_sheets(run), step))
    elif ending == ".csv":
        _write_csv(run, path, step)
    elif ending == ".parquet":
        metadata = {"jiqun.run": run.run, "jiqun.snapshot": run.snapshot, "jiqun.state": head_of(run).state}
        run.trace.write_parquet(path, metadata=metadata)
    else:
        raise ValueError(f"{path.name}: one of {', '.join(ENDINGS)}")


def _told(sheets: Iterable[Sheet | Page], step: Callable[[str], None]) -> Iterator[Sheet | Page]:
    for one in sheets:
        step(one.name)
        yield one


def _write_csv(run: Evaluated, path: Path, step: Callable[[str], None]) -> None:
    """One row per firm: what the sheet of results says, then value, points and reason of every indicator."""
    sheet = results_sheet(run)
    columns: dict[str, pl.Series] = {}
    for at, field in enumerate(sheet.fields):
        columns[_free(neutralise(_head(run, field)), columns)] = _texts(field, [row[at] for row in sheet.rows])
    subjects = [str(row[0]) for row in sheet.rows]
    for one in item_columns(run):
        step(one.title)
        cells = [one.of(subject) for subject in subjects]
        for at, field in enumerate(one.fields):
            columns[_free(neutralise(_head(run, field)), columns)] = _texts(field, [row[at] for row in cells])
    frame = pl.DataFrame(columns).with_columns(pl.lit(head_of(run).state).alias(run.say("state")))
    frame.write_csv(path, include_bom=True, line_terminator="\r\n")


def _texts(field: Field, values: list[Value]) -> pl.Series:
    if field.kind in ("number", "share"):
        texts = [f"{value:.{field.digits}f}" if isinstance(value, (int, float)) else value for value in values]
    else:
        texts = [None if value is None else neutralise(str(value)) for value in values]
    return pl.Series(texts, dtype=pl.String)


def _head(run: Evaluated, field: Field) -> str:
    unit = f"（{field.unit}）" if run.language == "zh" else f" ({field.unit})"
    return field.title + (unit if field.unit else "")


def _free(head: str, columns: dict[str, pl.Series]) -> str:
    name, count = head, 1
    while name in columns:
        count += 1
        name = f"{head} {count}"
    return name
