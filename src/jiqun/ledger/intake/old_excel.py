"""Error cells of an old .xls file, which the fast reader gives as empty cells.

An .xls is a compound file ([MS-CFB]) whose stream `Workbook` is a list of records ([MS-XLS] 2.4): BOUNDSHEET8 names the
sheets and where each begins, BOOLERR holds an error value, FORMULA a result that may be one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_END = 0xFFFFFFF0  # sector numbers from here on are marks, not sectors
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_FORMULA, _BOOLERR, _BOUNDSHEET, _FILEPASS = 0x0006, 0x0205, 0x0085, 0x002F


def is_locked(content: bytes) -> bool:
    """Tell whether a compound file is an encrypted package or an .xls that asks for a password."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return True
    try:
        return any(kind == _FILEPASS for kind, _, _ in _records(_workbook_stream(content)))
    except (struct.error, IndexError, ValueError):
        return False


def error_cells(path: Path) -> dict[str, tuple[tuple[int, int, str], ...]]:
    """Return (row, column, error text) of every error cell, 0-based, by sheet; empty for a stream not understood."""
    try:
        stream = _workbook_stream(path.read_bytes())
        starts = {
            struct.unpack("<I", data[:4])[0]: _name(data) for kind, _, data in _records(stream) if kind == _BOUNDSHEET
        }
        found: dict[str, list[tuple[int, int, str]]] = {name: [] for name in starts.values()}
        sheet = ""
        for kind, position, data in _records(stream):
            sheet = starts.get(position, sheet)
            error = _error(kind, data)
            if error is not None and sheet:
                row, column = struct.unpack("<HH", data[:4])
                found[sheet].append((row, column, _ERRORS.get(error, "#N/A")))
    except (struct.error, IndexError, ValueError):
        return {}
    return {name: tuple(cells) for name, cells in found.items()}


def _error(kind: int, data: bytes) -> int | None:
    if kind == _BOOLERR and data[7] == 1:
        return data[6]
    if kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
        return data[8]
    return None


def _name(data: bytes) -> str:
    size, wide = data[6], data[7] & 1
    return data[8 : 8 + size * 2].decode("utf-16-le") if wide else data[8 : 8 + size].decode("latin-1")


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield kind, position, stream[position + 4 : position + 4 + size]
        position += 4 + size


def _workbook_stream(content: bytes) -> bytes:
    if not content.startswith(MAGIC):
        raise ValueError("not a compound file")
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    first_directory, _, small_limit, first_small = struct.unpack_from("<IIII", content, 48)

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    table_sectors = [one for one in struct.unpack_from("<109I", content, 76) if one < _END]
    more, per_sector = struct.unpack_from("<I", content, 68)[0], size // 4
    while more < _END and len(table_sectors) * per_sector * size <= 2 * len(content) + size * per_sector * 110:
        entries = struct.unpack(f"<{per_sector}I", sector(more))
        table_sectors += [one for one in entries[:-1] if one < _END]
        more = entries[-1]
    table = [entry for one in table_sectors for entry in struct.unpack(f"<{per_sector}I", sector(one))]

    def chain(start: int, links: list[int]) -> list[int]:
        found: list[int] = []
        while start < _END:
            if len(found) > len(links):
                raise ValueError("the chain of sectors runs in a circle")
            found.append(start)
            start = links[start]
        return found

    directory = b"".join(map(sector, chain(first_directory, table)))
    root_start = struct.unpack_from("<I", directory, 116)[0]
    for entry in range(0, len(directory), 128):
        name_size = struct.unpack_from("<H", directory, entry + 64)[0]
        name = directory[entry : entry + max(0, name_size - 2)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            start, length = struct.unpack_from("<II", directory, entry + 116)
            if length >= small_limit:
                return b"".join(map(sector, chain(start, table)))[:length]
            small = b"".join(map(sector, chain(root_start, table)))
            links = [
                link for one in chain(first_small, table) for link in struct.unpack(f"<{per_sector}I", sector(one))
            ]
            return b"".join(small[one * 64 : (one + 1) * 64] for one in chain(start, links))[:length]
    raise ValueError("no workbook stream")
