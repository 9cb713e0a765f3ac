"""Reading dates and moments: 2024-01-31, 2024/1/31, 2024.1.31, 2024年1月31日, 20240131, Excel's serial days.

Day-month-year is read only when the file was told so; otherwise 01-02-2018 is two days and therefore a fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import polars as pl

from jiqun.ledger.intake.raw import BLANKS
from jiqun.ledger.intake.reading import Fault, Reading, Task, by_text, is_excel_error, is_missing
from jiqun.ledger.intake.workbook import EPOCH_1900
from jiqun.values import narrow

_CLOCK = r"(?:[ T]?(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?)?"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?\s*" + _CLOCK)
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})" + _CLOCK)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\s*" + _CLOCK)
_SERIALS = (20_000, 80_000)  # 1954-10-03 … 2119-01-11: no year, no month, no eight digits looks like this
_EIGHT_DIGITS = (19_000_101, 21_001_231)


@dataclass(frozen=True)
class Days:
    """How day and month are told apart (`dmy`, `mdy`, None for not told) and where Excel's serial days start."""

    order: str | None = None
    epoch: datetime = EPOCH_1900


def parse_moment(text: str, order: str | None = None) -> datetime | str:
    """Read one text cell as a moment, or return the code of what is wrong.

    >>> parse_moment("2024年1月31日"), parse_moment("01-02-2018"), parse_moment("01-02-2018", "dmy")
    (datetime.datetime(2024, 1, 31, 0, 0), 'LEDGER-029', datetime.datetime(2018, 2, 1, 0, 0))
    """
    cleaned = narrow(text.strip(BLANKS).removeprefix("'")).replace("年 ", "年").replace("月 ", "月")
    found = _YEAR_FIRST.fullmatch(cleaned) or _EIGHT.fullmatch(cleaned)
    if found:
        year, month, day, *clock = found.groups()
        return _moment(year, month, day, clock)
    found = _YEAR_LAST.fullmatch(cleaned)
    if not found:
        return "LEDGER-028"
    first, second, year, *clock = found.groups()
    if order is None:
        return "LEDGER-029"
    day, month = (first, second) if order == "dmy" else (second, first)
    return _moment(year, month, day, clock)


def _moment(year: str, month: str, day: str, clock: list[str | None]) -> datetime | str:
    hour, minute, second = (int(part or 0) for part in clock)
    try:
        if (hour, minute, second) == (24, 0, 0):
            return datetime(int(year), int(month), int(day)) + timedelta(days=1)
        return datetime(int(year), int(month), int(day), hour, minute, second)
    except (ValueError, OverflowError):
        return "LEDGER-028"


def read_dates(task: Task, days: Days) -> Reading:
    """Read a column of dates or moments; a date field takes no time of day."""
    frame: dict[int, datetime] = {}
    faults: list[Fault] = []
    for text, rows in by_text(task.raw.texts):
        if is_missing(text, task.missing):
            continue
        found = "LEDGER-023" if is_excel_error(text) else parse_moment(text, days.order)
        if isinstance(found, str):
            faults += task.faults(rows, found, text)
        else:
            frame.update(dict.fromkeys(rows, found))
    serials = _serials(task, days, frame, faults)
    faults += task.faults(task.raw.flags.is_not_null().arg_true().to_list(), "LEDGER-028")
    values = task.raw.moments
    if frame:
        values = values.clone().scatter(list(frame), list(frame.values()))
    changes = task.change(serials, str(frame[serials[0]].date())) if serials else ()
    if task.field.type == "date":
        timed = (values.dt.time() != time()).fill_null(False).arg_true().to_list()
        faults += task.faults(timed, "LEDGER-028")
        return Reading(values.cast(pl.Date), tuple(faults), changes)
    return Reading(values, tuple(faults), changes)


def _serials(task: Task, days: Days, found: dict[int, datetime], faults: list[Fault]) -> list[int]:
    """Read numbers that can only be a serial day or eight digits of a date; return the rows of serial days."""
    rows: list[int] = []
    for row in task.raw.numbers.is_not_null().arg_true():
        value = float(task.raw.numbers[row])
        if _SERIALS[0] <= value < _SERIALS[1]:
            found[row] = days.epoch + timedelta(seconds=round(value * 86_400))
            rows.append(row)
        elif value.is_integer() and _EIGHT_DIGITS[0] <= value <= _EIGHT_DIGITS[1]:
            moment = parse_moment(str(int(value)))
            if isinstance(moment, datetime):
                found[row] = moment
            else:
                faults += task.faults([row], moment)
        else:
            faults += task.faults([row], "LEDGER-028")
    return rows


def closing_midnights(moments: pl.Series, groups: pl.Series | None = None) -> pl.Series:
    """Tell which 00:00 follow a later time of the same date, so that they must close that day rather than open it."""
    frame = pl.DataFrame(
        {"at": moments, "of": groups if groups is not None else pl.repeat("", len(moments), eager=True)}
    )
    before = pl.col("at").shift(1).over("of")
    midnight = pl.col("at").dt.time() == time()
    return frame.select(
        (midnight & (before.dt.date() == pl.col("at").dt.date()) & (before > pl.col("at"))).fill_null(False).alias("at")
    ).to_series()
