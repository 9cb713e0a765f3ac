"""A parameter's dated values as rows of a sheet: read back from Excel, every fault at its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from jiqun.desk.drafts.rule_text import NUMBER
from jiqun.desk.drafts.section_text import Row
from jiqun.ledger.intake.cells_date import parse_moment
from jiqun.ledger.intake.raw import Cell, RawSheet, letter, shown
from jiqun.ledger.intake.source import open_book
from jiqun.methods.wording.phrases import say
from jiqun.packs.checking import nearest
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import exact, narrow

# column → title; `key` and `title` say which series a value belongs to, the rest is as in the packs
SHEET: Mapping[str, tuple[str, str]] = {
    "key": ("键", "Key"), "title": ("名称", "Name"), "from": ("起", "From"), "to": ("止", "To"),
    "value": ("数值", "Value"), "unit": ("单位", "Unit"), "document": ("文件", "Document"),
    "clause": ("条款", "Clause"), "completeness": ("完整度", "Completeness"), "reason": ("说明", "Reason"),
    "published": ("公布日期", "Published"),
}  # fmt: skip
_NEEDED = ("key", "from", "value")
_DAYS = ("from", "to", "published")
_HEAD_WITHIN = 12  # rows above the table: title, facts, state, notes


def completeness_words() -> dict[str, str]:
    """Return word → id of completeness, in both languages and as the packs write it."""
    ids = ("complete", "partial", "illustrative")
    return {
        word: id_ for id_ in ids for word in (id_, say(f"completeness.{id_}", "zh"), say(f"completeness.{id_}", "en"))
    }


def read_rows(path: Path, old: Sequence[Row], unit: str) -> list[Row]:
    """Read a parameter's values from the first sheet of a file: the whole table as it is to be.

    A row with the key, first day and vintage of an old value is that value, and keeps what the sheet does not show;
    `unit` is the one of the parameter, which its values need not repeat.
    DRAFT-005 where a column is missing, DRAFT-007 to 009 at the cells, LEDGER problems where the file cannot be read.
    """
    book = open_book(path)
    sheet = book.read(book.names[0])
    place = Place(path.name, sheet.name)
    head, at = _head(sheet, place)
    reader = _Reader(place, at, {_identity(row): row for row in old}, list(dict.fromkeys(row.key for row in old)))
    rows = [row for index in range(head + 1, sheet.height) if (row := reader.row(index, sheet.row(index))) is not None]
    if reader.problems:
        raise ProblemsError(reader.problems)
    written = {_identity(row): row for row in old}
    return [_as_written(row, written.get(_identity(row)), unit) for row in rows]


def _as_written(row: Row, was: Row | None, unit: str) -> Row:
    """Keep an old value's own writing where the sheet only shows it otherwise: 0.1 for 0.10, the common unit."""
    said = dict(row.said)
    if said.get("unit") == unit and (was is None or not was.at("unit")):
        said.pop("unit", None)
    if was is not None and exact(was.at("value") or "0") == exact(said.get("value", "0")):
        said["value"] = was.at("value")
    return Row(row.key, said, row.index)


def _identity(row: Row) -> tuple[str, str, str]:
    return row.key, row.at("from"), row.at("published")


def _head(sheet: RawSheet, place: Place) -> tuple[int, dict[str, int]]:
    names = {title.casefold(): name for name, titles in SHEET.items() for title in titles}
    best: dict[str, int] = {}
    for index in range(min(sheet.height, _HEAD_WITHIN)):
        found = {
            names[text]: at for at, cell in enumerate(sheet.row(index)) if (text := _text(cell).casefold()) in names
        }
        if all(name in found for name in _NEEDED):
            return index, found
        best = max(best, found, key=len)
    lacking = [name for name in _NEEDED if name not in best]
    raise ProblemsError([problem("DRAFT-005", place, column=" / ".join(SHEET[name])) for name in lacking])


def _text(cell: Cell) -> str:
    return shown(cell).strip()


class _Reader:
    """Reads rows one by one and keeps what is wrong with them."""

    def __init__(
        self, place: Place, at: Mapping[str, int], old: Mapping[tuple[str, str, str], Row], keys: Sequence[str]
    ) -> None:
        self.place, self.at, self.old, self.keys = place, at, old, keys
        self.problems: list[Problem] = []
        self.seen: dict[tuple[str, str, str], Place] = {}

    def row(self, index: int, cells: Sequence[Cell]) -> Row | None:
        """Return a row; None for an empty one and the line of units under the head."""
        told = {name: _text(cells[column]) for name, column in self.at.items()}
        if not any(text for name, text in told.items() if name != "title"):
            return None
        said = {
            name: self._said(name, told[name], self._place(index, name))
            for name in told
            if name not in ("key", "title")
        }
        if "value" in said and not told["value"]:
            self._fault("DRAFT-007", index, "value", text="", wanted="数字", wanted_en="number")
        if told["key"] not in self.keys:
            self._fault("DRAFT-008", index, "key", key=told["key"], nearest=nearest(told["key"], self.keys))
        row = Row(told["key"], {name: text for name, text in said.items() if text})
        here = self._place(index, "from")
        other = self.seen.setdefault(_identity(row), here)
        if other != here:
            self._fault(
                "DRAFT-009", index, "from", key=row.key, day=row.at("from") or "—", other=f"{other.sheet}!{other.cell}"
            )
        was = self.old.get(_identity(row))
        kept = {} if was is None else {name: text for name, text in was.said.items() if name not in said}
        return Row(row.key, {**kept, **row.said}, None if was is None else was.index)

    def _place(self, index: int, name: str) -> Place:
        return Place(self.place.file, self.place.sheet, cell=f"{letter(self.at.get(name, 0))}{index + 1}")

    def _fault(self, code: str, index: int, name: str, **values: str) -> None:
        self.problems.append(problem(code, self._place(index, name), **values))

    def _said(self, name: str, text: str, place: Place) -> str:
        if not text:
            return ""
        if name == "value":
            return self._number(text, place)
        if name in _DAYS:
            moment = parse_moment(text)
            if isinstance(moment, str):
                return self._wrong(text, place, "日期（如 2026-01-01）", "day (such as 2026-01-01)")
            return moment.date().isoformat()
        if name == "completeness":
            words = completeness_words()
            if text not in words:
                return self._wrong(
                    text, place, "完整度（完整、部分、示意）", "completeness (complete, partial, illustrative)"
                )
            return words[text]
        return text

    def _number(self, text: str, place: Place) -> str:
        told = narrow(text).replace(",", "")
        if "e" in told.casefold():  # a spreadsheet shows very large and very small numbers so
            try:
                told = f"{Decimal(told):f}"
            except ArithmeticError:
                return self._wrong(text, place, "数字", "number")
        return told if NUMBER.fullmatch(told) else self._wrong(text, place, "数字", "number")

    def _wrong(self, text: str, place: Place, wanted: str, wanted_en: str) -> str:
        self.problems.append(problem("DRAFT-007", place, text=text, wanted=wanted, wanted_en=wanted_en))
        return ""
