"""How long the texts of a sheet are: a small file may say one long text a million times.

A shared string of a workbook and a dictionary of a Parquet file are stored once and read as often as cells name them,
so neither the size of the file nor what it unpacks to tells what reading it would take.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import polars as pl

from jiqun.ledger.intake.archive import Limits
from jiqun.ledger.intake.raw import letter
from jiqun.problems import Place, ProblemsError, problem

_TAG = re.compile(rb"<[^>]*>")
_SHARED_CELL = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*\st=["']s["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>\s*(\d+)""", re.DOTALL
)
_IS_SHARED = re.compile(rb"""\st=["']s["']""")


def refuse_long(columns: Iterable[pl.Series], limits: Limits, place: Place, header_rows: int = 0) -> None:
    """Raise LEDGER-095 at the first cell with too long a text, LEDGER-005 where all texts together are too much.

    `header_rows` stand above the first value of the columns.
    """
    whole = 0
    for at, column in enumerate(columns):
        if column.dtype != pl.String or column.is_empty():
            continue
        lengths = column.str.len_chars()
        longest = lengths.max()
        if isinstance(longest, int) and longest > limits.cell_characters:
            row = int((lengths == longest).arg_max() or 0) + header_rows + 1
            raise _too_long(longest, limits, Place(place.file, place.sheet, cell=f"{letter(at)}{row}"))
        whole += int(column.str.len_bytes().sum())
    _refuse_whole(whole, limits, place)


def refuse_long_shared(sheet: bytes, shared: bytes, limits: Limits, place: Place) -> None:
    """Raise as `refuse_long` does, from a sheet and the shared strings of its workbook, before it is read."""
    parts = shared.split(b"</si>")[:-1]
    longest = max(map(len, parts), default=0)
    if longest <= limits.cell_characters and longest * len(_IS_SHARED.findall(sheet)) <= limits.unpacked_bytes:
        return
    lengths = [len(_TAG.sub(b"", one)) for one in parts]
    characters = max((len(_TAG.sub(b"", one).decode("utf-8", "replace")) for one in parts), default=0)
    if characters > limits.cell_characters:
        raise _too_long(characters, limits, place)
    named = Counter(int(one) for one in _SHARED_CELL.findall(sheet))
    _refuse_whole(sum(lengths[at] * times for at, times in named.items() if at < len(lengths)), limits, place)


def _too_long(characters: int, limits: Limits, place: Place) -> ProblemsError:
    said = {"length": f"{characters:,}", "limit": f"{limits.cell_characters:,}"}
    return ProblemsError([problem("LEDGER-095", place, **said)])


def _refuse_whole(whole: int, limits: Limits, place: Place) -> None:
    if whole > limits.unpacked_bytes:
        size, limit = (f"{one / 2**20:,.0f} MB" for one in (whole, limits.unpacked_bytes))
        raise ProblemsError([problem("LEDGER-005", place, size=size, limit=limit)])
