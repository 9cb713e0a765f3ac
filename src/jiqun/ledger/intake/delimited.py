"""Reading .csv and .txt tables: utf-8, utf-16 with mark or gb18030; comma, semicolon, tab or bar between the cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from datetime import datetime
from pathlib import Path

import polars as pl

from jiqun.ledger.intake.archive import Limits
from jiqun.ledger.intake.lengths import refuse_long
from jiqun.ledger.intake.raw import RawColumn, RawSheet
from jiqun.ledger.intake.workbook import EPOCH_1900
from jiqun.problems import Place, ProblemsError, problem

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 50


class DelimitedBook:
    """A text table on disk, seen as a workbook with one sheet without name; records count as rows."""

    names: tuple[str, ...] = ("",)
    all_names: tuple[str, ...] = ("",)
    epoch: datetime = EPOCH_1900

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits

    def read(self, name: str) -> RawSheet:
        """Read the table; ProblemsError for bytes of no known encoding, a quote without end, or too many cells."""
        text = _decoded(self.path)
        rows = _records(text, delimiter_of(text), self.path, self.limits)
        width = max(map(len, rows), default=0)
        if not self.limits.bear(len(rows), width):
            raise self.limits.too_large(len(rows), width, Place(self.path.name))
        widths = tuple(map(len, rows))
        for row in rows:
            row.extend([""] * (width - len(row)))
        texts = [pl.Series(values, dtype=pl.String) for values in zip(*rows, strict=True)]
        refuse_long(texts, self.limits, Place(self.path.name))
        return RawSheet(name, tuple(map(RawColumn.of_texts, texts)), widths=widths)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _as(content[len(mark) :], encoding, path)
    if b"\x00" in content:
        raise ProblemsError([problem("LEDGER-009", Place(path.name), file=path.name)])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _as(content, "gb18030", path)


def _as(content: bytes, encoding: str, path: Path) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProblemsError([problem("LEDGER-012", Place(path.name, line=line), byte=error.start + 1)]) from None


def delimiter_of(text: str) -> str:
    """Return the separator that gives most of the first lines the same number of cells, more than one.

    >>> delimiter_of("名称;税收\\n甲;1,5\\n乙;2,5")
    ';'
    """
    sample = [line for line in text[:100_000].splitlines()[:_SAMPLE_LINES] if line.strip()]
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        counts = Counter(len(next(csv.reader([line], delimiter=delimiter), [])) for line in sample)
        width, lines = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width > 1 and (lines, width) > best_score:
            best, best_score = delimiter, (lines, width)
    return best


def _records(text: str, delimiter: str, path: Path, limits: Limits) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    start = 1
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > limits.text_rows:
                size, limit = f"> {limits.text_rows:,} 行 / rows", f"{limits.text_rows:,}"
                raise ProblemsError([problem("LEDGER-005", Place(path.name), size=size, limit=limit)])
            start = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            length, limit = f"> {csv.field_size_limit():,}", f"{limits.cell_characters:,}"
            raise ProblemsError(
                [problem("LEDGER-095", Place(path.name, line=start), length=length, limit=limit)]
            ) from None
        raise ProblemsError([problem("LEDGER-013", Place(path.name, line=start), line=start)]) from None
    return rows
