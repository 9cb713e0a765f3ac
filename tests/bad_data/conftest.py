"""Makers of files: workbooks as departments send them, and an old .xls written byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from jiqun.packs import load
from jiqun.packs.models.table import TableContract

Rows = Sequence[Sequence[object]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tables() -> Callable[[str], TableContract]:
    """The contracts of the national pack."""
    return load(ROOT / "packs", pack_ids=("national",)).table


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as one or several sheets of an .xlsx."""

    def write(sheets: Rows | dict[str, Rows], name: str = "报表.xlsx") -> Path:
        path = tmp_path / name
        named = sheets if isinstance(sheets, dict) else {"表1": sheets}
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            for title, rows in named.items():
                page = book.add_worksheet(title)
                for row, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        if cell is not None:
                            page.write(row, column, cell)
        return path

    return write


@pytest.fixture
def old_workbook(tmp_path: Path) -> Callable[[Rows], Path]:
    """Write rows as an .xls (BIFF8 in a compound file); a text like `#REF!` becomes a real error cell."""

    def write(rows: Rows) -> Path:
        path = tmp_path / "旧版.xls"
        path.write_bytes(_compound(_biff(rows)))
        return path

    return write


_ERRORS = {"#DIV/0!": 0x07, "#REF!": 0x17, "#N/A": 0x2A}


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _biff(rows: Rows) -> bytes:
    cells = b"".join(_cell(row, column, cell) for row, line in enumerate(rows) for column, cell in enumerate(line))
    sheet = _bof(0x0010) + cells + _record(0x000A, b"")
    name = bytes([2, 1]) + "表1".encode("utf-16-le")
    size = len(_bof(0x0005)) + len(_record(0x0085, bytes(6) + name)) + len(_record(0x000A, b""))
    bound = struct.pack("<IBB", size, 0, 0) + name
    return _bof(0x0005) + _record(0x0085, bound) + _record(0x000A, b"") + sheet


def _cell(row: int, column: int, cell: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if cell is None:
        return b""
    if isinstance(cell, str) and cell in _ERRORS:
        return _record(0x0205, place + bytes([_ERRORS[cell], 1]))
    if isinstance(cell, str):
        return _record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    return _record(0x0203, place + struct.pack("<d", float(cell)))  # type: ignore[arg-type]


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    fat = struct.pack("<128I", *(chain + [0xFFFFFFFF] * (128 - len(chain))))
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry("Workbook", 2, 2, len(stream)) + bytes(256)
    return head + fat + directory + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
