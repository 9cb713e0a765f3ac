"""A ranking list as a title and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping

from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.workbook import workbook_bytes
from jiqun.values import unit_said
from jiqun.web.land.ranked import Asked, List
from jiqun.web.region import ledger


def title_of(asked: Asked, language: Language, within: str) -> str:
    """Return what the list is called, e.g. 2024 年万州区亩均税收 20 强."""
    if language == "zh":
        ends = "排名" if not asked.size else f"后 {asked.size} 名" if asked.last else f" {asked.size} 强"
        return f"{asked.year} 年{within}{asked.measure.title}{ends}"
    which = "All" if not asked.size else f"{'Last' if asked.last else 'First'} {asked.size}"
    named = f"{which} by {asked.measure.title_en}, {asked.year}"
    return f"{within}: {named}" if within else named


def workbook(asked: Asked, of: List, title: str, language: Language, columns: Mapping[str, tuple[str, str]]) -> bytes:
    """Return the list as a workbook, with the figures that the measure is made of."""
    zh = language == "zh"
    notes = (
        ("并列同名次，后面的名次跳过；数据存疑的和缺数的企业不排名。",)
        if zh
        else ("Equal values share a rank; firms in doubt or without the figure have none.",)
    )
    facts = (
        f"数据年度 {asked.year}" if zh else f"data year {asked.year}",
        f"参加排名 {of.ranked} 家" if zh else f"{of.ranked} firms ranked",
        ledger().state(language),
    )
    state = "按台账现有数据排名，不是评价结果" if zh else "from the ledger as it stands; no evaluation"
    head = Head(title, facts, state, trial=False, language=language)
    return workbook_bytes(head, [Sheet(title, title, _fields(asked, zh, columns), _cells(asked, of), notes, frozen=3)])


def _fields(asked: Asked, zh: bool, columns: Mapping[str, tuple[str, str]]) -> tuple[Field, ...]:
    parts = asked.measure.columns if asked.measure.whole else ()
    unit = unit_said(asked.measure.unit, "zh" if zh else "en")
    return (
        Field("名次" if zh else "Rank", "", "number"),
        Field("统一社会信用代码" if zh else "Code", kind="code"),
        Field("企业" if zh else "Firm", widest=44),
        Field("区县" if zh else "District"),
        Field(asked.measure.title if zh else asked.measure.title_en, unit, "number", 4),
        Field("上年名次" if zh else "Rank before", "", "number"),
        *(Field(*columns[one], "number", 2) for one in parts),
    )


def _cells(asked: Asked, of: List) -> list[list[Value]]:
    cells: list[list[Value]] = []
    for one in of.rows:
        parts = one.parts if asked.measure.whole else ()
        line = (one.rank, one.enterprise, one.name, one.district, float(one.value), one.before)
        cells.append([*line, *(float(part) for part in parts)])
    return cells
