"""A parameter's dated values as a workbook that officers change and hand back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jiqun.desk.drafts.parameter_sheet import SHEET
from jiqun.desk.drafts.section_text import Row
from jiqun.methods.wording.phrases import say
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.workbook import workbook_bytes

_EXACT = 15  # digits that a spreadsheet keeps; a longer number is written as text


def parameter_workbook(
    title: str, rows: Sequence[Row], titles: Mapping[str, str], unit: str, trial: bool, language: Language
) -> bytes:
    """Return a workbook with one row per dated value; a draft says that it is one."""
    at = 0 if language == "zh" else 1
    digits = max((len(row.at("value").partition(".")[2]) for row in rows), default=0)
    kinds = {"value": "number", "from": "code", "to": "code", "published": "code", "key": "code"}
    fields = tuple(
        Field(names[at], kind=kinds.get(name, "text"), digits=digits if name == "value" else 0)  # type: ignore[arg-type]
        for name, names in SHEET.items()
    )
    cells = [[_cell(row, name, titles, unit, language) for name in SHEET] for row in rows]
    note = (
        "改数值、增删行后可上传到草稿；表头和“键”不要改，“名称”只供对照。"
        if language == "zh"
        else "Change numbers, add or remove rows, upload into the draft; keep head and keys. Names are for reading."
    )
    state = (
        ("草稿，未发布" if trial else "现行") if language == "zh" else ("draft, not published" if trial else "in force")
    )
    head = Head(title=title, facts=(), state=state, trial=trial, language=language)
    sheet = "参数" if language == "zh" else "Values"
    return workbook_bytes(head, [Sheet(sheet, title, fields, cells, notes=(note,), frozen=2)])


def _cell(row: Row, name: str, titles: Mapping[str, str], unit: str, language: Language) -> Value:
    if name == "key":
        return row.key
    if name == "title":
        return titles.get(row.key, "")
    said = row.at(name)
    if name == "value":
        return float(said) if len(said.replace(".", "").lstrip("-+0")) <= _EXACT else said
    if name == "unit":
        return said or unit
    if name == "completeness" and said:
        return say(f"completeness.{said}", language)
    return said
