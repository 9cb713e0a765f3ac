"""The workbook of a kept screening: firms, criteria, deadlines, limited to the rows handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from jiqun.desk.screened import Screened
from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.words import phrase
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.speech import say
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.enterprises.register import place_names
from jiqun.web.ladder.queries import Due, told
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, region


def screening_workbook(
    screened: Screened, rows: pl.DataFrame, dues: Sequence[Due], scope: Scope, language: Language
) -> bytes:
    """Return the bytes of the workbook; a screening is a self-assessment and marked as a trial on every page."""
    zh = language == "zh"
    ladder = ladder_of(region().book)
    head = Head(
        title=ladder.title if zh else ladder.title_en,
        facts=(
            f"筛查日 {screened.on}" if zh else f"day {screened.on}",
            f"数据年度 {screened.year}" if zh else f"data year {screened.year}",
            say("fact.snapshot", language, value=screened.snapshot),
        ),
        state=say("trial", language),
        trial=True,
        language=language,
    )
    found = [told(row, language, scope) for row in rows.sort("enterprise").iter_rows(named=True)]
    return workbook_bytes(head, [_firms(found, zh), _criteria(found, zh), _deadlines(dues, zh)])


def calendar_workbook(dues: Sequence[Due], on: date, language: Language) -> bytes:
    """Return the bytes of the workbook of deadlines as they stand on a day; they follow from the ledger alone."""
    zh = language == "zh"
    head = Head(
        title="称号的更新和复核期限" if zh else "Deadlines of titles",
        facts=(f"按 {on} 台账" if zh else f"ledger of {on}", ledger().state(language)),
        state="按台账推算，以认定文件为准" if zh else "from the ledger; the recognising document decides",
        trial=False,
        language=language,
    )
    return workbook_bytes(head, [_deadlines(dues, zh)])


def _firms(found: Sequence[dict[str, Any]], zh: bool) -> Sheet:
    districts = place_names()
    titles = (
        ("统一社会信用代码", "企业", "区县", "现有层级", "下一层级", "适用版本", "结论")
        if zh
        else ("code", "firm", "district", "rung held", "next rung", "edition", "advice")
    )
    counts = ("满足", "不满足", "未知", "待人工核实") if zh else ("met", "unmet", "unknown", "for a person")
    fields = (
        *(Field(one, kind="code" if at == 0 else "text", widest=34) for at, one in enumerate(titles)),
        *(Field(one, "项" if zh else "criteria", "number") for one in counts),
        Field("已知比例" if zh else "known", kind="share"),
        Field("具体还差什么" if zh else "what is missing", wrap=True, widest=80),
    )
    return Sheet(
        "企业" if zh else "Firms",
        "每家企业在哪一级、下一级差什么" if zh else "Where each firm stands",
        fields,
        [_firm(one, districts.get(one["district"] or "", one["district"] or ""), zh) for one in found],
        (f"{phrase('recognition', 'zh' if zh else 'en')}{'。空白表示未知，不是零。' if zh else '.'}",),
        2,
    )


def _firm(one: dict[str, Any], district: str, zh: bool) -> list[Value]:
    record, following = one["record"], one["record"]["next"] or {}
    open_ones = (each for each in following.get("criteria", ()) if each["lacking"])
    between, colon = ("；", "：") if zh else ("; ", ": ")
    lacking = between.join(f"{each['title']}{colon}{each['lacking']}" for each in open_ones)
    return [
        one["enterprise"],
        one["name"],
        district,
        record["held"] or record["pool"],
        following.get("title", ""),
        following.get("edition", ""),
        following.get("said", ""),
        *(one[name] for name in ("met", "unmet", "unknown", "manual_review")),
        one["coverage"],
        lacking,
    ]


def _criteria(found: Sequence[dict[str, Any]], zh: bool) -> Sheet:
    titles = (
        ("统一社会信用代码", "企业", "层级", "申报性质", "条件", "结果", "还差什么")
        if zh
        else ("code", "firm", "rung", "case", "criterion", "result", "missing")
    )
    rows: list[list[Value]] = [
        [one["enterprise"], one["name"], held["title"], held["case"], each["title"], each["said"], each["lacking"]]
        for one in found
        for held in (one["record"]["next"], one["record"]["review"])
        if held is not None
        for each in held["criteria"]
    ]
    fields = tuple(Field(one, kind="code" if at == 0 else "text", wrap=at == 6) for at, one in enumerate(titles))
    title = "下一层级和到期复核的逐项条件" if zh else "Every criterion"
    return Sheet("逐项条件" if zh else "Criteria", title, fields, rows, (), 2)


def _deadlines(dues: Sequence[Due], zh: bool) -> Sheet:
    titles = (
        ("统一社会信用代码", "企业", "区县", "称号", "事项", "日期", "还剩")
        if zh
        else ("code", "firm", "district", "title", "what", "day", "left")
    )
    kinds = {0: "code", 5: "date", 6: "number"}
    fields = tuple(
        Field(one, ("天" if zh else "days") if at == 6 else "", kinds.get(at, "text"))  # type: ignore[arg-type]
        for at, one in enumerate(titles)
    )
    districts = place_names()
    rows: list[list[Value]] = [
        [
            one.enterprise,
            one.name,
            districts.get(one.district, one.district),
            one.title,
            one.what,
            str(one.day),
            one.left,
        ]
        for one in dues
    ]
    title = "更新和复核的日期，负数为已过天数" if zh else "What falls due; below zero: days missed"
    return Sheet("期限" if zh else "Deadlines", title, fields, rows, (), 2)
