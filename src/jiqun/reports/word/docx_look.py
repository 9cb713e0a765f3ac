"""The look of official documents after GB/T 9704—2012: paper, margins, type, line pitch, page numbers."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor

TITLE, BODY, LEVEL_1, LEVEL_2, TABLE = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
LATIN = "Times New Roman"
# type that a reader's machine may lack, and what stands in for it
_SUBSTITUTES = {TITLE: "SimSun", BODY: "FangSong", LEVEL_1: "SimHei", LEVEL_2: "KaiTi", TABLE: "SimSun"}
PITCH = Pt(28)
CELL_SIZES = (18, 15)  # half points: 小五, and 六号 where names would be broken into many lines
SIDES = {"left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER}
SIZES = {"title": Pt(22), "body": Pt(16), "page": Pt(14), "caption": Pt(12), "cell": Pt(9), "note": Pt(9)}
AMBER = RGBColor(0x9A, 0x67, 0x00)
_MARGINS = {"top_margin": Mm(37), "bottom_margin": Mm(35), "left_margin": Mm(28), "right_margin": Mm(26)}
_TURNED = {"top_margin": Mm(28), "bottom_margin": Mm(26), "left_margin": Mm(25), "right_margin": Mm(25)}
_SHORT, _LONG = Mm(210), Mm(297)


def type_of(run: Any, family: str, size: Any, *, bold: bool = False) -> None:
    """Set the type of a run for Chinese and Latin letters alike."""
    run.font.name, run.font.size, run.font.bold = LATIN, size, bold
    run.font.color.rgb = RGBColor(0, 0, 0)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), family)


def set_styles(document: Document) -> None:
    """Set the styles that paragraphs and headings use."""
    _style(document.styles["Normal"], BODY, SIZES["body"])
    for level, family in ((1, LEVEL_1), (2, LEVEL_2), (3, BODY)):
        style: Any = document.styles[f"Heading {level}"]
        _style(style, family, SIZES["body"], bold=level == 3)
        spaced(style.paragraph_format)
        indented(style)
    for side, place in SIDES.items():
        for half_points in CELL_SIZES:
            cell: Any = document.styles.add_style(cell_style(side, half_points), WD_STYLE_TYPE.PARAGRAPH)
            _style(cell, TABLE, Pt(half_points / 2))
            cell.paragraph_format.alignment = place
            cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(1)
            cell.paragraph_format.line_spacing = 1
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = _font_table()


def cell_style(side: str, half_points: int) -> str:
    """Name the style of the paragraphs in a table's cells; said once, it need not stand in each of them."""
    return f"Cell{side}{half_points}"


def _style(style: Any, family: str, size: Any, *, bold: bool = False) -> None:
    type_of(style, family, size, bold=bold)
    fonts = style._element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    style._element.get_or_add_rPr().append(language)


def _font_table() -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in _SUBSTITUTES.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<w:fonts xmlns:w="{space}">{fonts}<w:font w:name="{LATIN}"/></w:fonts>'.encode()


def spaced(form: Any) -> None:
    """Give lines the pitch of official documents and no space between paragraphs."""
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    form.space_before = form.space_after = Pt(0)


def indented(paragraph: Any, signs: int = 2) -> None:
    """Indent the first line by so many signs."""
    place = paragraph._element.get_or_add_pPr().get_or_add_ind()
    place.set(qn("w:firstLineChars"), str(100 * signs))
    place.set(qn("w:firstLine"), str(320 * signs))


def set_page(section: Section, *, wide: bool = False) -> None:
    """Set paper and margins; a turned page has narrower edges for wide tables."""
    section.page_width, section.page_height = (_LONG, _SHORT) if wide else (_SHORT, _LONG)
    section.orientation = 1 if wide else 0  # type: ignore[assignment]
    for name, width in (_TURNED if wide else _MARGINS).items():
        setattr(section, name, width)
    section.header_distance, section.footer_distance = Mm(15), Mm(12 if wide else 28)


def set_edges(document: Document, mark: str) -> None:
    """Number the pages — 1 —, outside on both sides of the sheet; a mark stands in every head."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    sides = (
        (section.footer, section.header, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, section.even_page_header, WD_ALIGN_PARAGRAPH.LEFT),
    )
    for footer, header, side in sides:
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        form = paragraph.paragraph_format  # GB/T 9704 7.5: one sign from the edge of the type area
        form.left_indent = form.right_indent = SIZES["page"]
        _page_number(paragraph)
        if mark:
            line = header.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = line.add_run(mark)
            type_of(run, LEVEL_1, SIZES["page"], bold=True)
            run.font.color.rgb = AMBER


def _page_number(paragraph: Any) -> None:
    for text, code in (("— ", ""), ("", "PAGE"), (" —", "")):
        run = paragraph.add_run(text)
        type_of(run, TABLE, SIZES["page"])
        if code:
            for kind, inner in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
                run._element.append(_field_part(kind, inner))


def _field_part(kind: str, inner: str) -> Any:
    if kind in ("", "shown"):
        text = OxmlElement("w:t" if kind else "w:instrText")
        text.text = inner
        return text
    sign = OxmlElement("w:fldChar")
    sign.set(qn("w:fldCharType"), kind)
    return sign
