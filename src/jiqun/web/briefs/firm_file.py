"""The file of one firm (一企一档) as an official document, from the parts that its page shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.word.model import Heading, Paragraph, Part, Report, day_words, number_text
from jiqun.values import exact
from jiqun.web.enterprises import dossier
from jiqun.web.enterprises.register import place_names, register
from jiqun.web.enterprises.sites import land_by_year, sites
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, names_of, region

_FACTS = ("enterprise", "name", "industry", "district", "town", "park", "registered_on", "status", "listed_code")


def firm_report(code: str, scope: Scope, today: date) -> Report:
    """Make the file of a firm within the scope; restricted figures are masked for whom they are not."""
    rows, run = register(scope)
    row = rows.filter(pl.col("enterprise") == code).row(0, named=True)
    state = ledger().state("zh")
    facts = [state, f"制表日期 {day_words(today)}"]
    if run is not None:
        facts.append(f"最近评价 运行 {run.id}（{'正式' if run.official else '试算'}），数据快照 {run.snapshot}")
    return Report(
        title=f"{row['name'] or code}　一企一档",
        trial=False,
        facts=tuple(facts),
        parts=tuple(_parts(code, row, scope, today)),
        source=f"{state}，{day_words(today)}",
    )


def _parts(code: str, row: dict[str, Any], scope: Scope, today: date) -> Iterator[Part]:
    yield Heading("基本情况")
    fields = {one.name: one for one in region().contract("enterprise").fields}
    cells: list[list[Value]] = [
        [dossier.heading(fields[name], "zh"), _named(name, row[name], today)] for name in _FACTS if name in row
    ]
    yield Sheet("基本情况", "登记信息", (Field("项目", widest=24), Field("内容", widest=60)), cells)
    names: list[list[Value]] = [[one.name, one.source] for one in dossier.names(code, row, "zh")]
    yield Sheet("名称", "名称和来源", (Field("名称", widest=40), Field("来源", widest=40)), names)
    yield Heading("经济和能耗")
    yield from _figures(code, scope)
    yield Heading("用地")
    yield from _land(code)
    yield Heading("亩均档次")
    yield from _grades(code, scope)
    yield Heading("称号")
    yield from _titles(code, today)
    yield Heading("事件")
    yield from _events(code, scope)
    yield Heading("数据来源")
    origins: list[list[Value]] = [
        [one.table, one.file, one.sheet, one.period, one.rows, "已撤销" if one.undone else "有效"]
        for one in dossier.origins(code, scope, "zh")
    ]
    heads = (Field("表", widest=16), Field("文件", widest=40), Field("工作表", widest=14), Field("期间", kind="code"))
    yield Sheet(
        "来源", "填报本企业的文件", (*heads, Field("行数", "行", "number"), Field("状态", kind="code")), origins
    )


def _named(name: str, value: Any, today: date) -> Value:
    if value is None:
        return None
    known = {"district": place_names(), "industry": names_of("gbt4754", today)}.get(name, {})
    return f"{known[value]}（{value}）" if value in known else str(value)


def _figures(code: str, scope: Scope) -> Iterator[Part]:
    years, lines = dossier.figure_lines(code, scope, "zh")
    if not lines:
        yield Paragraph("没有年度数据。")
        return
    fields = (
        Field("指标", widest=26),
        Field("单位", kind="code"),
        *(Field(f"{year}年", kind="number", digits=2) for year in years),
    )
    rows: list[list[Value]] = [
        [one.title, one.unit, *(_cell(each.value, one.digits) for each in one.figures)] for one in lines
    ]
    notes = ("“＊＊＊”为受限数据，按读者权限不显示",) if not scope.sees_restricted else ()
    yield Sheet("年度数据", "历年数据", fields, rows, notes, 2)


def _cell(value: Any, digits: int) -> Value:
    """Write a figure with the decimals of its own line, as the page does."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(exact(value), digits)
    return None if value is None else str(value)


def _land(code: str) -> Iterator[Part]:
    used = sites(code, "zh")
    totals = land_by_year(code)
    if totals:
        parts = {"owned": "自有", "leased_in": "租入", "leased_out": "租出", "used": "使用"}
        fields = (Field("年度", kind="code"), *(Field(one, "亩", "number", 4) for one in parts.values()))
        years: list[list[Value]] = [[str(one["year"]), *(one.get(name) for name in parts)] for one in totals]
        yield Sheet("用地", "历年用地（按天加权）", fields, years)
    if not used:
        yield Paragraph("没有宗地和租用记录。")
        return
    heads = (
        Field("宗地", kind="code", widest=24),
        Field("坐落", widest=24),
        Field("宗地面积", "亩", "number", 4),
        Field("方式", widest=10),
        Field("起", kind="date"),
        Field("止", kind="date"),
        Field("对方", widest=24),
    )
    rows: list[list[Value]] = [
        [one.parcel, one.address, one.area, one.kind, _day(one.from_), _day(one.to), one.other_name] for one in used
    ]
    yield Sheet("宗地", "宗地和租用", heads, rows)


def _day(value: date | None) -> Value:
    return None if value is None else value.isoformat()


def _grades(code: str, scope: Scope) -> Iterator[Part]:
    rows: list[list[Value]] = [
        [one.title, one.period, one.grade, one.total, "正式" if one.official else "试算", one.run]
        for one in dossier.grades(code, scope, "zh")
    ]
    if not rows:
        yield Paragraph("没有评价结果。")
        return
    heads = (Field("办法", widest=36), Field("年度", kind="code"), Field("档次", kind="code"))
    more = (Field("总分", "分", "code"), Field("效力", kind="code"), Field("运行", kind="code", widest=18))
    yield Sheet("档次", "各次评价的档次", (*heads, *more), rows, ("“试算”不具行政效力",))


def _titles(code: str, today: date) -> Iterator[Part]:
    rows: list[list[Value]] = []
    for one in dossier.held_titles(code, today, "zh"):
        dues = "；".join(f"{what} {day.isoformat()}（{_left(left)}）" for what, day, left in one.dues)
        held = one.holding
        rows.append([one.title, one.state, _day(held.since), _day(held.valid_to), dues, held.document])
    if not rows:
        yield Paragraph("没有称号记录。")
        return
    heads = (
        Field("称号", widest=24),
        Field("状态", widest=12),
        Field("认定", kind="date"),
        Field("有效至", kind="date"),
    )
    yield Sheet("称号", "称号和期限", (*heads, Field("到期事项", widest=30), Field("文件", widest=24)), rows)


def _left(days: int) -> str:
    return f"逾期 {-days} 天" if days < 0 else f"剩 {days} 天"


def _events(code: str, scope: Scope) -> Iterator[Part]:
    contract = region().contract("event")
    rows: list[list[Value]] = [
        [
            None if one.get(name) is None else str(one[name])
            for name in ("date", "kind", "level", "document", "description")
        ]
        for one in dossier.events(code, scope, "zh")
    ]
    if not rows:
        yield Paragraph("没有事件记录。没有记录不等于没有发生。")
        return
    titles = [
        dossier.heading(contract.column(name), "zh") for name in ("date", "kind", "level", "document", "description")
    ]
    fields = (Field(titles[0], kind="date"), *(Field(one, widest=24) for one in titles[1:]))
    yield Sheet("事件", "安全、环保、信用等事件", fields, rows)
