"""Writing a report as Word or Excel: the same report gives the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Pt

from jiqun.reports.layout import Sheet, Value
from jiqun.reports.word import docx_look as look
from jiqun.reports.word.docx_table import table_xml
from jiqun.reports.word.model import UNKNOWN, Attachment, Heading, Paragraph, Part, Report, cell_text
from jiqun.reports.word.titles import title_lines
from jiqun.reports.workbook import workbook_bytes
from jiqun.values import printable

ENDINGS = (".docx", ".xlsx")
_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the file says nothing about when it was written
_ZIP_DAY = (2000, 1, 1, 0, 0, 0)
_DIGITS = "零一二三四五六七八九十"
_TWIPS_PER_EMU = 635
_LONGEST_TITLE = 255  # signs that the properties of a file may have
_LONG = 200  # rows of a table that still are looked through as one


def write_report(path: Path, report: Report) -> None:
    """Write a report as the file's ending says: .docx or .xlsx; ValueError for another."""
    path.write_bytes(report_bytes(report, path.suffix.lower()))


def report_bytes(report: Report, ending: str) -> bytes:
    """Return a report as Word or Excel."""
    if ending == ".docx":
        return _Writer(report).bytes()
    if ending == ".xlsx":
        return workbook_bytes(report.head, report.workbook_sheets())
    raise ValueError(f"{ending}: one of {', '.join(ENDINGS)}")


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.document = docx.Document()
        self.counts = [0, 0, 0]
        self.tables = 0
        self.within = "表"  # tables of an attachment are numbered by it, so that no two have the same name

    def bytes(self) -> bytes:
        look.set_styles(self.document)
        look.set_page(self.document.sections[0])
        look.set_edges(self.document, self.report.state if self.report.trial else "")
        self._title(self.report.title)
        for line in filter(None, (self.report.subtitle, self.report.number)):
            self._centred(line, look.LEVEL_2, "body")
        self._line("")
        if self.report.recipient:
            self._line(f"{self.report.recipient}：")
        self._parts(self.report.parts)
        self._attachment_list()
        self._signature()
        self._source()
        for number, one in enumerate(self.report.attachments, start=1):
            self._attachment(number, one)
        self._say_what()
        target = BytesIO()
        self.document.save(target)
        return _settled(target.getvalue())

    def _say_what(self) -> None:
        told = self.document.core_properties
        told.title, told.subject = printable(self.report.full_title)[:_LONGEST_TITLE], self.report.state
        told.author = told.last_modified_by = told.comments = told.keywords = ""
        told.created = told.modified = _WRITTEN
        told.revision, told.language = 1, "zh-CN"

    def _line(self, text: str, family: str = look.BODY, size: str = "body") -> Any:
        paragraph = self.document.add_paragraph()
        look.spaced(paragraph.paragraph_format)
        look.type_of(paragraph.add_run(printable(text)), family, look.SIZES[size])
        return paragraph

    def _centred(self, text: str, family: str, size: str) -> None:
        self._line(text, family, size).alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _title(self, text: str) -> None:
        paragraph = self._line("\n".join(title_lines(text)), look.TITLE, "title")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing = Pt(36)
        if self.report.trial:
            self._centred("（试算）", look.LEVEL_2, "body")

    def _parts(self, parts: tuple[Part, ...]) -> None:
        for part in parts:
            if isinstance(part, Heading):
                self._heading(part)
            elif isinstance(part, Paragraph):
                look.indented(self._line(part.text))
            else:
                self._table(part)

    def _heading(self, part: Heading) -> None:
        at = part.level - 1
        self.counts[at:] = [self.counts[at] + 1, *([0] * (2 - at))]
        number = self.counts[at]
        mark = (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}.")[at]
        family = (look.LEVEL_1, look.LEVEL_2, look.BODY)[at]
        paragraph = self.document.add_heading(level=part.level)
        look.type_of(paragraph.add_run(mark + printable(part.text)), family, look.SIZES["body"], bold=at == 2)

    def _table(self, sheet: Sheet) -> None:
        for one in _broken_up(sheet):
            self._one_table(one)

    def _one_table(self, sheet: Sheet) -> None:
        self.tables += 1
        caption = self._line(f"{self.within}{self.tables}　{sheet.title}", look.LEVEL_1, "caption")
        caption.alignment, caption.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
        section = self.document.sections[-1]
        width = section.page_width - section.left_margin - section.right_margin  # type: ignore[operator]
        caption._element.addnext(table := table_xml(sheet, int(width) // _TWIPS_PER_EMU))
        said = [f"注：{'；'.join(one.rstrip('。') for one in sheet.notes)}。"] if sheet.notes else []
        after = self._small("".join([*said, f"来源：{self.report.source}。" if self.report.source else ""]))
        table.addnext(after._element)

    def _small(self, text: str) -> Any:
        paragraph = self.document.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before, form.space_after = Pt(2), Pt(6)
        if not text:  # the type of a paragraph without text is that of the body, and so would be its height
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, look.SIZES["note"]
        look.type_of(paragraph.add_run(printable(text)), look.TABLE, look.SIZES["note"])
        return paragraph

    def _attachment_list(self) -> None:
        several = len(self.report.attachments) > 1
        for number, one in enumerate(self.report.attachments, start=1):
            if number == 1:
                self._line("")
            lead = "附件：" if number == 1 else "　　　"
            look.indented(self._line(f"{lead}{f'{number}. ' if several else ''}{one.title}"))

    def _signature(self) -> None:
        if not self.report.signature:
            return
        last = self.document.paragraphs[-1]  # authority and date stand on one page, with a line of the text
        for one in (last, self._line("")):
            one.paragraph_format.keep_with_next = True
        for text in self.report.signature:
            paragraph = self._line(f"{text}　　　　")
            paragraph.alignment, paragraph.paragraph_format.keep_together = WD_ALIGN_PARAGRAPH.RIGHT, True
            paragraph.paragraph_format.keep_with_next = text != self.report.signature[-1]

    def _source(self) -> None:
        self._small("依据：" + "；".join(self.report.facts) + "。“—”表示未知，不是零。")

    def _attachment(self, number: int, one: Attachment) -> None:
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        look.set_page(section, wide=one.wide)
        self.counts, self.tables = [0, 0, 0], 0
        several = len(self.report.attachments) > 1
        self.within = f"表{number}-" if several else "附表"
        self._line(f"附件{number if several else ''}", look.LEVEL_1)
        self._title(one.title)
        self._parts(one.parts)


def _broken_up(sheet: Sheet) -> Iterator[Sheet]:
    """Give a long table in parts by its column `by`, each named by its value and without the column."""
    if sheet.by is None or len(sheet.rows) <= _LONG:
        yield sheet
        return
    at, parts = sheet.by, dict[str, list[Sequence[Value]]]()
    for row in sheet.rows:
        parts.setdefault(cell_text(sheet.fields[at], row[at]), []).append([*row[:at], *row[at + 1 :]])
    fields = (*sheet.fields[:at], *sheet.fields[at + 1 :])
    last = len(parts) - 1
    for number, (name, rows) in enumerate(parts.items()):
        title = f"{sheet.title}：{'未知' if name == UNKNOWN else name}（{len(rows)} 户）"
        notes = sheet.notes if number == last else ()
        yield replace(sheet, title=title, fields=fields, rows=rows, notes=notes, by=None)


def chinese(number: int) -> str:
    """Write a number below 100 in Chinese.

    >>> chinese(3), chinese(10), chinese(12), chinese(20), chinese(31)
    ('三', '十', '十二', '二十', '三十一')
    """
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return lead + (_DIGITS[ones] if ones or not tens else "")


def _settled(content: bytes) -> bytes:
    """Return the package with every part dated alike, so that the same report is the same file."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as settled:
        for one in made.infolist():
            entry = zipfile.ZipInfo(one.filename, _ZIP_DAY)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            settled.writestr(entry, made.read(one.filename))
    return target.getvalue()
