"""Tables of official documents: fixed widths that add up to the page, a head that repeats, long names that wrap.

Rows are written as XML at once; a thousand rows made cell by cell through the library take half a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from jiqun.reports.layout import Field, Sheet
from jiqun.reports.word.docx_look import CELL_SIZES, LATIN, LEVEL_1, TABLE, cell_style
from jiqun.reports.word.model import cell_text
from jiqun.values import printable, text_width

_MEASURED = 300
_SIGN, _EDGES = 122, 130  # twentieths of a point that a sign of 小五 and a cell's edges take
_LEAST_TEXT = 900
_MANY = 8
_CRAMPED = 0.7  # of the room that the texts of a table would take on one line
_HEAD = {"number": 8, "share": 8}  # signs of a title that stay on one line; those of short codes may be broken earlier
_WIDER = {"code": 1.06, "share": 1.3}  # credit codes hold capitals and shares a per cent sign, wider than digits
_SIDES = {"number": "right", "share": "right", "code": "center", "date": "center"}
_CELL_MARGIN = 40  # twentieths of a point


def table_xml(sheet: Sheet, width: int) -> Any:
    """Return a table as wide as told (twentieths of a point)."""
    texts = [[cell_text(field, value) for field, value in zip(sheet.fields, row, strict=True)] for row in sheet.rows]
    size = CELL_SIZES[len(sheet.fields) > _MANY or _is_cramped(sheet.fields, texts, width)]
    widths = _widths(sheet.fields, texts, width, size)
    parts = [f"<w:tbl {nsdecls('w')}>", _properties(width), "<w:tblGrid>"]
    parts += [f'<w:gridCol w:w="{one}"/>' for one in widths]
    parts += ["</w:tblGrid>", _head(sheet.fields, widths, size)]
    parts += [_row(sheet.fields, row, widths, size) for row in texts]
    return parse_xml("".join([*parts, "</w:tbl>"]))


def _properties(width: int) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    inner = "".join(f'<w:{side} w:w="{_CELL_MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{inner}</w:tblCellMar></w:tblPr>'
    )


def _is_cramped(fields: Sequence[Field], texts: Sequence[Sequence[str]], whole: int) -> bool:
    """Tell whether the texts get much less room than they would take on one line."""
    needed = [_needed(field, [row[at] for row in texts], CELL_SIZES[0]) for at, field in enumerate(fields)]
    wanted = sum(one for one, field in zip(needed, fields, strict=True) if field.kind == "text")
    return whole - (sum(needed) - wanted) < _CRAMPED * wanted


def _widths(fields: Sequence[Field], texts: Sequence[Sequence[str]], whole: int, size: int) -> list[int]:
    """Give numbers and codes the room they need on one line, and share the rest among texts by what they hold."""
    needed = [_needed(field, [row[at] for row in texts], size) for at, field in enumerate(fields)]
    loose = [at for at, field in enumerate(fields) if field.kind == "text"] or list(range(len(fields)))
    firm = sum(one for at, one in enumerate(needed) if at not in loose)
    share = [needed[at] for at in loose]
    left = max(whole - firm, _LEAST_TEXT * len(loose))
    for at in loose:
        needed[at] = max(_LEAST_TEXT, left * needed[at] // sum(share))
    widths = [whole * one // sum(needed) for one in needed]
    widths[loose[0]] += whole - sum(widths)
    return widths


def _needed(field: Field, cells: Sequence[str], size: int) -> int:
    sign = _SIGN * size // CELL_SIZES[0]
    head = max(min(text_width(field.title), _HEAD.get(field.kind, 6)), text_width(field.unit) + 4 if field.unit else 0)
    if field.kind == "text":
        longest = max((text_width(one) for one in cells[:_MEASURED]), default=0)
        return sign * max(head, min(longest, field.widest)) + _EDGES
    longest = max((text_width(one) for one in cells), default=0)
    return int(sign * max(head, _WIDER.get(field.kind, 1) * min(longest, field.widest))) + _EDGES


def _head(fields: Sequence[Field], widths: Sequence[int], size: int) -> str:
    cells = []
    for field, width in zip(fields, widths, strict=True):
        side = _SIDES.get(field.kind, "left")
        lines = _paragraph(field.title, side, LEVEL_1, size)
        if field.unit:
            lines += _paragraph(f"（{field.unit}）", side, TABLE, size)
        cells.append(_cell(lines, width, '<w:shd w:val="clear" w:color="auto" w:fill="EEF3F8"/>'))
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _row(fields: Sequence[Field], row: Sequence[str], widths: Sequence[int], size: int) -> str:
    cells = (
        _cell(_plain(text, cell_style(_SIDES.get(field.kind, "left"), size)), width)
        for field, text, width in zip(fields, row, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _cell(content: str, width: int, shade: str = "") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'
    )


def _plain(text: str, style: str) -> str:
    said = f'<w:r><w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{said}</w:p>'


def _paragraph(text: str, side: str, family: str, half_points: int) -> str:
    """A line of the head; it stays with the first row: LibreOffice shows no row of a table whose head ends a page."""
    fonts = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{family}"/>'
    size = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    return (
        '<w:p><w:pPr><w:keepNext/><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
        f'<w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{fonts}{size}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r></w:p>'
    )
