"""Reading .xlsx, .xlsm and .xls sheets: values only — macros, links and formulas are never run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from jiqun.ledger.intake import old_excel
from jiqun.ledger.intake.archive import Hidden, Inside, Limits
from jiqun.ledger.intake.lengths import refuse_long, refuse_long_shared
from jiqun.ledger.intake.raw import RawSheet, columns_of_rows
from jiqun.problems import Place, ProblemsError, problem

_LONGEST = 120  # seconds
_TRIAL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name)
"""
EPOCH_1900 = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)


class Book(Protocol):
    """A file with sheets, each readable by name; `epoch` is the day that serial dates count from.

    `names` are the sheets in view, `all_names` hidden ones too.
    """

    names: tuple[str, ...]
    all_names: tuple[str, ...]
    epoch: datetime

    def read(self, name: str) -> RawSheet: ...


@contextmanager
def _told_as_problem(place: Place) -> Iterator[None]:
    """Turn what the readers raise on a damaged or locked file into LEDGER-004 or 007."""
    try:
        yield
    except PasswordError:
        raise ProblemsError([problem("LEDGER-007", place, file=place.file)]) from None
    except (CalamineError, ElementTree.ParseError, LookupError, OSError, ValueError):
        raise ProblemsError([problem("LEDGER-004", place, file=place.file)]) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what Rust code raises; its class cannot be imported
            raise
        raise ProblemsError([problem("LEDGER-004", place, file=place.file)]) from None


class ExcelBook:
    """A workbook on disk; hidden sheets are read only when told by name."""

    def __init__(self, path: Path, limits: Limits, old: bool) -> None:
        self.path, self.limits = path, limits
        if old and not _is_survived(path):
            raise ProblemsError([problem("LEDGER-004", Place(path.name), file=path.name)])
        with _told_as_problem(Place(path.name)):
            self._inside = None if old else Inside(path)
        self._old_errors = old_excel.error_cells(path) if old else {}
        self.epoch = EPOCH_1904 if self._inside and self._inside.epoch_1904 else EPOCH_1900
        with _told_as_problem(Place(path.name)):
            self._book = CalamineWorkbook.from_filelike(path.open("rb"))
        self.all_names = tuple(one.name for one in self._book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet)
        self.names = tuple(one.name for one in self._book.sheets_metadata if _is_in_view(one))

    def read(self, name: str) -> RawSheet:
        """Read one sheet; ProblemsError where it cannot be read."""
        with _told_as_problem(Place(self.path.name, name)):
            inside, errors = self._inside, self._old_errors.get(name, ())
            hidden = inside.hidden(name, self.limits) if inside else Hidden(errors=errors)
            if inside:
                refuse_long_shared(*inside.texts(name), self.limits, Place(self.path.name, name))
            sheet = self._book.get_sheet_by_name(name)
            rows: list[list[Any]] = list(sheet.to_python(skip_empty_area=False))
            merged = sheet.merged_cell_ranges or []
        self._put_errors(rows, hidden)
        ranges = tuple((first[0], first[1], last[0], last[1]) for first, last in merged)
        width = len(rows[0]) if rows else 0
        columns = columns_of_rows(rows, width)
        refuse_long((one.texts for one in columns), self.limits, Place(self.path.name, name))
        return RawSheet(name, columns, ranges, hidden.percent, hidden.uncalculated)

    def _put_errors(self, rows: list[list[Any]], hidden: Hidden) -> None:
        for row, column, text in hidden.errors:
            _grow(rows, row, column)
            rows[row][column] = text


def _is_survived(path: Path) -> bool:
    """Tell whether an old file can be read without ending the process that reads it: a child tries it first.

    Sizes stand in its records; the reader makes room for them before it looks whether so much is there.
    """
    try:
        child = subprocess.run([sys.executable, "-I", "-c", _TRIAL, str(path)], capture_output=True, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        return False
    return child.returncode >= 0


def _is_in_view(sheet: SheetMetadata) -> bool:
    return sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible


def _grow(rows: list[list[Any]], row: int, column: int) -> None:
    width = max(column + 1, len(rows[0]) if rows else 0)
    if rows and len(rows[0]) < width:
        for one in rows:
            one.extend([""] * (width - len(one)))
    while len(rows) <= row:
        rows.append([""] * width)
