"""Looking into an .xlsx file before it is opened: is it whole, harmless and of a bearable size, and what it hides.

An .xlsx is a zip of XML parts. Size, number of entries and ratio are refused from the directory alone; then every part
is unpacked once against its check sum, and none may declare a document type (entities that grow). The reader that
follows gives an error cell (#REF!) and a formula that was never calculated as an empty cell, so both are found here.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from jiqun.ledger.intake.raw import number_of
from jiqun.problems import Place, Problem, ProblemsError, problem


@dataclass(frozen=True)
class Limits:
    """What a file may cost: bytes on disk and unpacked (also of all texts read), their ratio, parts in the zip, columns
    and cells of a sheet, rows of a text file, characters of a cell (what Excel holds).
    """

    file_bytes: int = 200 * 2**20
    unpacked_bytes: int = 2**30
    ratio: int = 300
    ratio_from_bytes: int = 10 * 2**20
    entries: int = 2_000
    columns: int = 4_096
    cells: int = 60_000_000
    text_rows: int = 5_000_000
    cell_characters: int = 32_767

    def bear(self, rows: int, columns: int) -> bool:
        """Tell whether a sheet of this size can be read: every column is looked at, however short it is."""
        return columns <= self.columns and rows * columns <= self.cells

    def too_large(self, rows: int, columns: int, place: Place) -> ProblemsError:
        """Return LEDGER-005 for a sheet that is not borne."""
        limit = f"{self.cells:,}" if columns <= self.columns else f"… × {self.columns:,}"
        return ProblemsError([problem("LEDGER-005", place, size=f"{rows:,} × {columns:,}", limit=limit)])


@dataclass(frozen=True)
class Hidden:
    """What the fast reader does not tell of a sheet: error cells, uncalculated formulas, cells shown as per cent."""

    errors: tuple[tuple[int, int, str], ...] = ()
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    percent: frozenset[tuple[int, int]] = frozenset()


_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_R = rb"""[\s"']r\s*=\s*["']"""  # the attribute that places a cell or row, with the blanks that XML allows
_ADDRESS = re.compile(_R + rb"""([A-Za-z]{1,3})(\d{1,7})["']""")
_STYLE = re.compile(rb"""\ss=["'](\d+)["']""")
_TEXT_RESULT = re.compile(rb"""\st=["'](?:str|e)["']""")
_WIDE = re.compile(_R + rb"""([A-Za-z]{2,})\d""")
_CELL_ROW = re.compile(_R + rb"""[A-Za-z]+(\d+)["']""")
_STRANGE = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;|#)")  # the reader would give such a cell as empty
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?""" + _R + rb"""(\d+)""")
_FULL_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/])>\s*<(?:\w+:)?(?:v|is)\b")
_ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\b([^>]*\st=["']e["'][^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<""", re.DOTALL
)
_FORMULA_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^>]*[^/])>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ANY_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_PERCENT_FORMATS = {9, 10}
_SHARED = "xl/sharedstrings.xml"
_SEARCHED_FOR_DOCTYPE = 4 * 2**20


def refuse_bombs(path: Path, limits: Limits) -> None:
    """Raise ProblemsError where a zip is broken, would unpack to too much, or declares a document type."""
    place = Place(file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            found = _oversized(archive, limits, place)
            if found is None:
                found = _encrypted(archive, place) or _damaged(archive, place) or _typed(archive, place)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError):
        found = problem("LEDGER-004", place, file=path.name)
    if found is not None:
        raise ProblemsError([found])


def is_workbook(path: Path) -> bool:
    """Tell whether a zip holds an Excel workbook."""
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _oversized(archive: zipfile.ZipFile, limits: Limits, place: Place) -> Problem | None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    too_dense = unpacked > limits.ratio_from_bytes and unpacked > limits.ratio * packed
    if len(parts) <= limits.entries and unpacked <= limits.unpacked_bytes and not too_dense:
        return None
    size = f"{unpacked / 2**20:,.0f} MB / {len(parts)} / {unpacked // packed}×"
    limit = f"{limits.unpacked_bytes / 2**20:,.0f} MB / {limits.entries} / {limits.ratio}×"
    return problem("LEDGER-005", place, size=size, limit=limit)


def _encrypted(archive: zipfile.ZipFile, place: Place) -> Problem | None:
    locked = any(part.flag_bits & 1 for part in archive.infolist())
    return problem("LEDGER-007", place, file=place.file) if locked else None


def _damaged(archive: zipfile.ZipFile, place: Place) -> Problem | None:
    try:
        whole = archive.testzip() is None
    except Exception:  # zlib and zipfile raise many kinds for one thing: bytes that do not unpack
        whole = False
    return None if whole else problem("LEDGER-004", place, file=place.file)


def _typed(archive: zipfile.ZipFile, place: Place) -> Problem | None:
    for name in archive.namelist():
        if name.endswith((".xml", ".rels", ".vml")):
            with archive.open(name) as stream:
                start = stream.read(_SEARCHED_FOR_DOCTYPE)
            if _DOCTYPE.search(start.replace(b"\0", b"")):  # without zeros, so that UTF-16 hides nothing
                return problem("LEDGER-006", place, part=name)
    return None


class Inside:
    """The XML parts of one workbook, by sheet name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self._parts = dict(_sheet_parts(archive))
            self._percent_styles = _percent_styles(archive)
            self.epoch_1904 = b'date1904="1"' in archive.read("xl/workbook.xml")

    def _xml(self, sheet: str) -> bytes:
        """Return a sheet's part; ValueError where none is found or it is no UTF-8, so that nothing is read unseen."""
        if sheet not in self._parts:
            raise ValueError(f"the sheet {sheet} has no part")
        with zipfile.ZipFile(self.path) as archive:
            xml = archive.read(self._parts[sheet])
        if b"\0" in xml:
            raise ValueError(f"the sheet {sheet} is not written in UTF-8")
        return xml

    def texts(self, sheet: str) -> tuple[bytes, bytes]:
        """Return the XML of a sheet and that of the shared strings its cells name."""
        with zipfile.ZipFile(self.path) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            shared = archive.read(names[_SHARED]) if _SHARED in names else b""
        return self._xml(sheet), shared

    def hidden(self, sheet: str, limits: Limits) -> Hidden:
        """Return what the reader would not tell; ProblemsError where the sheet spans more cells than bearable."""
        xml = self._xml(sheet)
        rows, columns = _span(xml, limits)
        if _STRANGE.search(xml) or rows > _MOST_ROWS or columns > _MOST_COLUMNS:
            # the reader makes room for every cell up to the farthest, and stops the whole program where there is none
            raise ProblemsError([problem("LEDGER-004", Place(self.path.name, sheet), file=self.path.name)])
        if not limits.bear(rows, columns):
            rows, columns = _full_span(xml)
        if not limits.bear(rows, columns):
            raise limits.too_large(rows, columns, Place(self.path.name, sheet))
        errors = tuple(
            (*place, text.decode("utf-8", "replace"))
            for found, text in _ERROR_CELL.findall(xml if b't="e"' in xml or b"t='e'" in xml else b"")
            if (place := _address(found))
        )
        formulas = _FORMULA_CELL.findall(xml) if re.search(rb"<(?:\w+:)?f[ >/]", xml) else []
        uncalculated = {place for one in formulas if not _TEXT_RESULT.search(one) and (place := _address(one))}
        return Hidden(errors, frozenset(uncalculated), frozenset(self._percent_cells(xml)))

    def _percent_cells(self, xml: bytes) -> Iterator[tuple[int, int]]:
        if not self._percent_styles:
            return
        for found in _ANY_CELL.findall(xml):
            style = _STYLE.search(found)
            if style and int(style.group(1)) in self._percent_styles:
                place = _address(found)
                if place:
                    yield place


def _address(attributes: bytes) -> tuple[int, int] | None:
    found = _ADDRESS.search(attributes)
    return (int(found.group(2)) - 1, number_of(found.group(1).decode())) if found else None


def _span(xml: bytes, limits: Limits) -> tuple[int, int]:
    """Return rows and columns of a sheet; a cell may lie in another row than the one it is written in."""
    widest = max((number_of(one.decode()) + 1 for one in set(_WIDE.findall(xml))), default=26)
    rows = max((int(one) for one in _ROW.findall(xml)), default=0)
    odd = re.search(_R + rb"""(?:[A-Za-z]{4,}\d|[A-Za-z]+(?:\d{%d,}|0))""" % (len(str(rows)) + 1), xml)
    if odd or not limits.bear(10 ** len(str(rows)), widest):
        written = {int(one) for one in _CELL_ROW.findall(xml)}
        rows = _MOST_ROWS + 1 if 0 in written else max(rows, *written, 0)
    return rows, widest


def _full_span(xml: bytes) -> tuple[int, int]:
    places = [place for one in _FULL_CELL.findall(xml) if (place := _address(one))]
    return max((row for row, _ in places), default=-1) + 1, max((column for _, column in places), default=-1) + 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    names = {name.lower(): name for name in archive.namelist()}  # the reader does not look at case either
    if "xl/_rels/workbook.xml.rels" not in names:
        return
    targets = {
        one.get("Id", ""): one.get("Target", "")
        for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for one in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if _local(one.tag) == "sheet":
            link = next((value for key, value in one.attrib.items() if _local(key) == "id"), "")
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found = names.get(part.replace("\\", "/").lower())
            if found is not None:
                yield one.get("name", ""), found


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = {
        int(one.get("numFmtId", "0"))
        for one in root.iter()
        if _local(one.tag) == "numFmt" and "%" in re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
    }
    cell_formats = next((one for one in root if _local(one.tag) == "cellXfs"), None)
    if cell_formats is None:
        return frozenset()
    wanted = own | _PERCENT_FORMATS
    return frozenset(index for index, one in enumerate(cell_formats) if int(one.get("numFmtId", "0")) in wanted)
