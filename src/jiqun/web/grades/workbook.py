"""The workbook of a rule's newest run: the firms with their grades, and the grades by district and industry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from jiqun.methods.explanation.restricted import MASKED
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.run import Evaluated
from jiqun.reports.speech import say
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.grades.queries import Cross, cross, total_digits

_TITLES = {
    "zh": ("统一社会信用代码", "企业", "评价对象", "区县", "行业", "等级"),
    "en": ("code", "firm", "subject", "district", "industry", "grade"),
}


def grades_workbook(data: Evaluated, rows: pl.DataFrame, letters: tuple[str, ...], language: Language) -> bytes:
    """Return the bytes of the workbook for the rows handed in; what is not signed is a trial on every page."""
    zh = language == "zh"
    method = data.plan.method
    head = Head(
        title=f"{method.title if zh else method.title_en} {data.plan.period}",
        facts=(
            say("fact.run", language, value=data.run),
            say("fact.snapshot", language, value=data.snapshot),
            f"办法版本 {method.edition or '—'}，{_completeness(method.completeness, zh)}"
            if zh
            else f"edition {method.edition or '—'}, {_completeness(method.completeness, zh)}",
        ),
        state=say("official" if data.official else "trial", language),
        trial=not data.official,
        language=language,
    )
    of_firms = data.plan.subject == "enterprise"
    sheets = [
        _firms(data, rows, zh),
        _cross("按区县" if zh else "By district", cross(rows, "district", letters), letters, zh, of_firms),
        _cross("按行业大类" if zh else "By industry", cross(rows, "industry", letters), letters, zh, of_firms),
    ]
    return workbook_bytes(head, sheets)


def _completeness(value: str, zh: bool) -> str:
    words = {"complete": "原文完整", "partial": "原文部分读到", "illustrative": "示意，不得作为正式依据"}
    return words.get(value, value) if zh else value


def _firms(data: Evaluated, rows: pl.DataFrame, zh: bool) -> Sheet:
    digits = total_digits(data)
    fields = (
        *(Field(one, kind="code" if at in (0, 2) else "text") for at, one in enumerate(_TITLES["zh" if zh else "en"])),
        *((Field("分值" if zh else "total", kind="number", digits=digits),) if digits is not None else ()),
    )
    found: list[list[Value]] = []
    for row in rows.iter_rows(named=True):
        line: list[Value] = [
            row["enterprise"],
            row["name"],
            "" if row["subject"] == row["enterprise"] else row["subject"],
            data.district(row["district"]) or row["district"],
            data.industry(row["industry"]) or row["industry"],
            row["grade"],
        ]
        found.append([*line, *(() if digits is None else (_total(row, digits),))])
    note = "空白的等级表示没有定级（缺数据或不在范围），不是最差。" if zh else "No grade means unknown, not the worst."
    return Sheet("名单" if zh else "Firms", "谁是什么等级" if zh else "Who has which grade", fields, found, (note,), 2)


def _total(row: Mapping[str, Any], digits: int) -> Value:
    if row["untold"]:
        return MASKED
    return None if row["total"] is None else float(row["total"] / 10**digits)


def _cross(title: str, groups: Sequence[Cross], letters: tuple[str, ...], zh: bool, of_firms: bool) -> Sheet:
    unit = ("家" if of_firms else "个") if zh else ("firms" if of_firms else "")
    fields = (
        Field("代码" if zh else "code", kind="code"),
        Field("名称" if zh else "name"),
        Field("合计" if zh else "all", unit, "number"),
        *(Field(one, unit, "number") for one in letters),
        Field("未定级" if zh else "no grade", unit, "number"),
    )
    rows: list[list[Value]] = [
        [one.code, one.name, one.all, *(count for _, count in one.counts), one.open] for one in groups
    ]
    return Sheet(title, title, fields, rows)
