"""Where the headers of a sheet stand: below titles and unit lines, over one or several rows, merged cells filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jiqun.ledger.intake.header_match import Match, Unmatched, Vocabulary, doubled, match_headers
from jiqun.ledger.intake.header_text import unit_in
from jiqun.ledger.intake.raw import BLANKS, Range, RawSheet, letter, shown
from jiqun.packs.models.table import Column
from jiqun.values import narrow

SEARCHED_ROWS = 40
_MOST_HEADER_ROWS = 3
_UNIT_LINE = re.compile(r"(?<![填编报制送管责属在])单位\s*:\s*([^()\[\]]+)")
_LABELLED = re.compile(r"(?:单位|日期|时间|编号|表号|电话|文号|地区|年度|报告期|机关)\s*:")
_NUMBERED = re.compile(r"[甲乙丙丁戊己]|\(?\d{1,2}\)?|[A-Z]")


@dataclass(frozen=True)
class Head:
    """The head of a sheet: its header rows, the units around them, and where the data begin (0-based rows)."""

    first_row: int
    last_row: int
    data_row: int
    parts: tuple[tuple[str, ...], ...]
    headers: tuple[str, ...]  # each column's header as the file writes it
    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    unit_line: tuple[str, ...]
    row_units: Mapping[int, str]

    @property
    def score(self) -> tuple[int, int]:
        """How many fields are matched, and (negative) how many twice."""
        return len({one.field.name for one in self.matches}), -len(doubled(self.matches))


class Top:
    """The first rows of a sheet as texts: as they are written, narrowed, and both with merged cells filled."""

    def __init__(self, sheet: RawSheet) -> None:
        self.height = min(SEARCHED_ROWS, sheet.height)
        self.written = [[shown(cell).strip(BLANKS) for cell in sheet.row(row)] for row in range(self.height)]
        self.plain = [[narrow(text) for text in row] for row in self.written]
        self.merged = tuple(one for one in sheet.merged if one[0] < self.height)
        self.filled = [list(row) for row in self.plain]
        self.seen = [list(row) for row in self.written]
        for top, left, bottom, right in self.merged:
            for row in range(top, min(bottom, self.height - 1) + 1):
                for column in range(left, min(right, len(self.filled[row]) - 1) + 1):
                    self.filled[row][column] = self.plain[top][left]
                    self.seen[row][column] = self.written[top][left]

    def is_parent(self, row: int) -> bool:
        """Tell whether a row groups the columns of the row below it."""
        width = len(self.plain[row])
        texts = {text for text in self.filled[row] if text}
        if len(texts) < 2 or any(_LABELLED.search(text) for text in texts):
            return False
        grouping = [one for one in self.merged if one[0] <= row <= one[2] and _spans_some(one, width)]
        return bool(grouping) or any(one[0] <= row < one[2] for one in self.merged)

    def parents(self, leaf: int) -> int:
        """Return the first of the rows that belong to the header whose lowest row is `leaf`."""
        first = leaf
        while first > 0 and leaf - first < _MOST_HEADER_ROWS - 1 and self.is_parent(first - 1):
            first -= 1
        if first == leaf and leaf > 0 and not self.merged and self._looks_grouped(leaf - 1):
            first = leaf - 1
            self._fill_to_the_right(first, leaf)
        return first

    def _looks_grouped(self, row: int) -> bool:
        texts = [text for text in self.plain[row] if text]
        return len(texts) > 1 and not any(_LABELLED.search(text) for text in texts)

    def _fill_to_the_right(self, row: int, leaf: int) -> None:
        last = ("", "")
        for column, text in enumerate(self.plain[row]):
            last = (text, self.written[row][column]) if text else last
            if not text and last[0] and self.plain[leaf][column]:
                self.filled[row][column], self.seen[row][column] = last

    def parts(self, first: int, last: int) -> tuple[tuple[str, ...], ...]:
        """Return each column's header texts from top to bottom, the same text once."""
        columns = zip(*self.filled[first : last + 1], strict=True)
        return tuple(tuple(dict.fromkeys(text for text in column if text)) for column in columns)

    def headers(self, first: int, last: int) -> tuple[str, ...]:
        """Return each column's header as it is written, in one line."""
        columns = zip(*self.seen[first : last + 1], strict=True)
        return tuple(" ".join(dict.fromkeys("".join(text.splitlines()) for text in one if text)) for one in columns)


def _spans_some(one: Range, width: int) -> bool:
    return one[3] > one[1] and one[3] - one[1] + 1 < max(2, width)


def find_head(
    sheet: RawSheet,
    vocabulary: Vocabulary,
    year: int | None,
    told: Mapping[str, Column],
    header_row: int | None = None,
) -> Head | None:
    """Return the best head of the sheet, or None where no row looks like one; `header_row` is 1-based.

    `told` maps header texts or column letters to fields.
    """
    top = Top(sheet)
    if header_row is not None:
        rows: Sequence[int] = [header_row - 1] if 0 < header_row <= top.height else []
    else:
        rows = range(top.height)
    heads = [_head(top, row, vocabulary, year, told) for row in rows]
    good = [head for head in heads if header_row is not None or head.score[0] >= 2 or _is_whole(head)]
    return max(good, key=lambda head: (head.score, -head.last_row), default=None)


def _is_whole(head: Head) -> bool:
    return bool(head.matches) and not head.unmatched


def _head(top: Top, leaf: int, vocabulary: Vocabulary, year: int | None, told: Mapping[str, Column]) -> Head:
    first = top.parents(leaf)
    below = [one[2] for one in top.merged if one[0] <= leaf < one[2] and one[3] == one[1]]
    last = min(max([leaf, *below]), top.height - 1)
    parts = top.parts(first, leaf)
    matches, unmatched = match_headers(parts, vocabulary, year, _told_columns(parts, told))
    data_row, units = _below(top, last + 1)
    lines = tuple(unit for row in top.filled[:first] for text in dict.fromkeys(row) for unit in _line_units(text))
    headers = top.headers(first, leaf)
    return Head(first, last, data_row, parts, headers, tuple(matches), tuple(unmatched), lines, units)


def _told_columns(parts: Sequence[Sequence[str]], told: Mapping[str, Column]) -> dict[int, Column]:
    found: dict[int, Column] = {}
    for column, texts in enumerate(parts):
        names = {narrow(" ".join(texts)), narrow("".join(texts)), *(narrow(text) for text in texts[-1:])}
        names.add(letter(column))
        for word, field in told.items():
            if narrow(word) in names:
                found[column] = field
    return found


def _below(top: Top, row: int) -> tuple[int, dict[int, str]]:
    """Step over a row of units and a row of column numbers right below the header."""
    units: dict[int, str] = {}
    for _ in range(2):
        if row >= top.height:
            break
        texts = {column: text for column, text in enumerate(top.plain[row]) if text}
        found = {column: unit for column, text in texts.items() if (unit := unit_in(text.strip("()[]")))}
        rest = [text for column, text in texts.items() if column not in found]
        if found and all(text in ("-", "—", "/", "无") for text in rest):
            units = found
        elif not _counts_columns(list(texts.values())):
            break
        row += 1
    return row, units


def _counts_columns(texts: Sequence[str]) -> bool:
    if len(texts) < 3 or not all(_NUMBERED.fullmatch(text) for text in texts):
        return False
    numbers = [int(text.strip("()")) for text in texts if text.strip("()").isdigit()]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


def _line_units(text: str) -> list[str]:
    found = _UNIT_LINE.search(text)
    return [unit for part in re.split(r"[、,;\s]+", found.group(1)) if (unit := unit_in(part))] if found else []
