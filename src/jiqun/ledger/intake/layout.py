"""Which rows below the header are data: blank rows, totals, remarks and repeated headers are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from jiqun.ledger.intake.header_find import Head
from jiqun.ledger.intake.raw import BLANKS, RawSheet, shown
from jiqun.ledger.intake.reading import clipped
from jiqun.values import narrow

_BLANK = r"[\s\x{a0}\x{3000}]*"
# 合计, 全市合计, 涪陵区小计, 总计（3户）: no firm's name ends like this
_TOTAL_WORDS = rf"^[^:：]{{0,20}}[总合小共累]{_BLANK}计{_BLANK}(?:[(（].{{0,20}}[)）])?{_BLANK}[:：]?{_BLANK}$"
_REMARK_WORDS = (
    rf"^{_BLANK}(?:(?:填报人|填表人|制表人?|经办人|审核人?|复核人?|负责人|联系人|联系电话|电话|填报日期|填报单位|报送日期"
    r"|填表单位|填表日期|制表单位|制表日期|编制单位|编制日期|报表日期|统计日期|打印日期|单位"
    r"|单位负责人|统计负责人|注|备注|说明|填报说明|附注|数据来源)(?:[（(].{0,8}[）)])?"
    rf"{_BLANK}\d?{_BLANK}[:：]"
    rf"|其中{_BLANK}[:：]|[*＊※▲△](?:[^S]|S[^T])|第{_BLANK}\d+{_BLANK}页|共{_BLANK}\d+{_BLANK}[页户家]|[(（]?以下空白)"
)
_DATE_LINE = re.compile(r"\d{4}\s*[-年./]\s*\d{1,2}\s*(?:[-月./]\s*(?:\d{1,2}\s*日?)?)?")


@dataclass(frozen=True)
class Layout:
    """The data rows (0-based rows of the sheet) and the rows left out, each with its first text."""

    rows: pl.Series
    left_out: tuple[tuple[int, str], ...]

    @property
    def totals(self) -> tuple[tuple[int, str], ...]:
        """The rows left out as totals, in their order."""
        return tuple((row, text) for row, text in self.left_out if re.search(_python(_TOTAL_WORDS), text))


def lay_out(sheet: RawSheet, head: Head, keys: Sequence[int]) -> Layout:
    """Tell data rows from the rest; `keys` are the columns of text keys: a row that has its key is never a total."""
    body = pl.int_range(head.data_row, sheet.height, eager=True, dtype=pl.Int64)
    many = pl.repeat(0, sheet.height, dtype=pl.Int32, eager=True)
    for column in sheet.columns:
        many = many + column.filled().cast(pl.Int32)
    suspects = {*_marked(sheet, alone=many == 1), *_like_header(sheet, head)}
    left = {row: text for row in sorted(suspects) if row >= head.data_row and (text := _reason(sheet, head, row, keys))}
    kept = body.filter((many > 0).gather(body) & ~body.is_in(list(left)))
    return Layout(kept, tuple(left.items()))


def _marked(sheet: RawSheet, *, alone: pl.Series) -> Iterator[int]:
    """Return the rows that a cell marks as a total, a remark or, where it stands `alone`, the day of the table.

    1234.5 looks like a year and a month: beside other cells it is a figure, and no row is to be looked at for it.
    """
    for column in sheet.columns:
        if column.texts.null_count() == len(column):
            continue
        said = column.texts.str.contains
        day = alone & said(f"^{_DATE_LINE.pattern}$")
        yield from reduce(or_, (said(_TOTAL_WORDS), said(_REMARK_WORDS), day)).fill_null(False).arg_true()


def _reason(sheet: RawSheet, head: Head, row: int, keys: Sequence[int]) -> str:
    """Return the text for which a row is left out, or nothing where it is data."""
    texts = [shown(cell) for cell in sheet.row(row)]
    firsts = [text for text in texts if text]
    if _is_header_again(texts, head):
        return clipped(firsts[0])
    if len(firsts) == 1 and _DATE_LINE.fullmatch(firsts[0]):
        return clipped(firsts[0])
    marked = [text for text in texts if re.search(_python(_TOTAL_WORDS), text)]
    if not marked and not re.search(_python(_REMARK_WORDS), firsts[0]):
        return ""
    has_key = any(texts[column] and not _is_mark(texts[column]) for column in keys)
    return "" if has_key else clipped(marked[0] if marked else firsts[0])


def _python(pattern: str) -> str:
    return pattern.replace(r"\x{a0}", "\u00a0").replace(r"\x{3000}", "\u3000")


def _is_mark(text: str) -> bool:
    return bool(re.search(_python(_TOTAL_WORDS), text) or re.search(_python(_REMARK_WORDS), text))


def _like_header(sheet: RawSheet, head: Head) -> list[int]:
    if not head.matches:
        return []
    column = head.matches[0].column
    written = sheet.columns[column].texts[head.last_row] or ""
    return (sheet.columns[column].texts == written).fill_null(False).arg_true().to_list() if written else []


def _is_header_again(texts: Sequence[str], head: Head) -> bool:
    leaves: Mapping[int, str] = {one.column: head.parts[one.column][-1] for one in head.matches}
    same = [narrow(texts[column].strip(BLANKS)) == leaf for column, leaf in leaves.items()]
    return len(same) > 1 and all(same)
