"""The workbook of a ladder screening: every firm's rung, next rung and what is missing; deadlines; targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jiqun.methods.ladder import Assessment, CultivationRow, Evaluated, Standing
from jiqun.methods.ladder.words import (
    all_lacking_words,
    count_words,
    criterion_title,
    edition_words,
    lacking_words,
    phrase,
    rung_title,
    title_words,
)
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.speech import say


@dataclass(frozen=True)
class Screened:
    """A screening to be laid out; `districts` are the names of districts by code."""

    evaluated: Evaluated
    standings: Sequence[Standing]
    targets: Sequence[CultivationRow]
    snapshot: str
    districts: Mapping[str, str]
    language: Language = "zh"

    def both(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def district(self, code: str | None) -> str:
        return "" if code is None else self.districts.get(code, code)


def ladder_sheets(run: Screened) -> tuple[Head, list[Sheet]]:
    """Lay a screening out. It is a self-assessment and always marked as a trial."""
    ladder, evaluated = run.evaluated.ladder, run.evaluated
    head = Head(
        title=run.both(ladder.title, ladder.title_en),
        facts=(
            run.both(f"筛查日 {evaluated.on}", f"day {evaluated.on}"),
            run.both(f"数据年度 {evaluated.year}", f"data year {evaluated.year}"),
            say("fact.snapshot", run.language, value=run.snapshot),
        ),
        state=say("trial", run.language),
        trial=True,
        language=run.language,
    )
    return head, [_firms(run), _criteria(run), _deadlines(run), _targets(run)]


def _firm_fields(run: Screened) -> tuple[Field, ...]:
    return (
        Field(say("subject", run.language), kind="code"),
        Field(say("name", run.language), widest=36),
        Field(say("district", run.language), widest=14),
    )


def _firm(run: Screened, one: Standing) -> list[Value]:
    return [one.enterprise, one.name, run.district(one.district)]


def _firms(run: Screened) -> Sheet:
    both, ladder = run.both, run.evaluated.ladder
    fields = (
        *_firm_fields(run),
        Field(both("现有层级", "rung held"), widest=24),
        Field(both("已达库", "pool reached"), widest=20),
        Field(both("下一层级", "next rung"), widest=24),
        Field(both("适用版本", "edition"), widest=30),
        Field(both("结论", "advice"), widest=30),
        *(Field(phrase(f"result.{one}", run.language), both("项", "criteria"), "number") for one in _COUNTED),
        Field(both("已知比例", "known"), kind="share"),
        Field(both("具体还差什么", "what is missing"), wrap=True, widest=80),
    )
    rows: list[list[Value]] = []
    for one in run.standings:
        row = [
            *_firm(run, one),
            rung_title(ladder, one.held, run.language),
            rung_title(ladder, one.pool, run.language),
        ]
        rows.append(row + _next_cells(run, one.next))
    notes = (
        both(
            "自评结论不等于认定，申报起止时间以当年通知为准。空白表示未知，不是零。",
            "A self-assessment is no recognition; each year's call says when to apply. A blank is unknown.",
        ),
        both(
            f"可判断条件的已知比例低于 {float(ladder.least_coverage):.0%} 的不作推荐。",
            f"Below {float(ladder.least_coverage):.0%} of known criteria nothing is recommended.",
        ),
    )
    return Sheet(
        both("企业", "Firms"), both("每家企业在哪一级、下一级差什么", "Where each firm stands"), fields, rows, notes, 2
    )


_COUNTED = ("met", "unmet", "unknown", "manual_review")


def _next_cells(run: Screened, one: Assessment | None) -> list[Value]:
    if one is None:
        return ["", "", "", None, None, None, None, None, ""]
    covered = one.plan is not None
    return [
        rung_title(run.evaluated.ladder, one.rung, run.language),
        edition_words(one.edition, run.language),
        phrase(f"advice.{one.advice}", run.language),
        *(one.count(result) if covered else None for result in _COUNTED),
        float(one.coverage) if covered else None,
        all_lacking_words(one, run.language),
    ]


def _criteria(run: Screened) -> Sheet:
    both = run.both
    fields = (
        *_firm_fields(run),
        Field(both("层级", "rung"), widest=24),
        Field(both("申报性质", "case"), widest=10),
        Field(both("条件", "criterion"), widest=44),
        Field(both("结果", "result"), widest=14),
        Field(both("还差什么", "missing"), wrap=True, widest=60),
    )
    rows: list[list[Value]] = []
    for standing in run.standings:
        for one in (standing.next, standing.review):
            for state in one.criteria if one is not None else ():
                assert one is not None
                said = lacking_words(one, state, run.language) if state.blocks else ""
                rows.append(
                    [
                        *_firm(run, standing),
                        rung_title(run.evaluated.ladder, one.rung, run.language),
                        phrase(f"case.{one.case.case_type}", run.language),
                        criterion_title(one, state.name, run.language),
                        phrase(f"result.{state.standing}", run.language),
                        said,
                    ]
                )
    return Sheet(
        both("逐项条件", "Criteria"), both("下一层级和到期复核的逐项条件", "Every criterion"), fields, rows, (), 2
    )


def _deadlines(run: Screened) -> Sheet:
    both, ladder = run.both, run.evaluated.ladder
    fields = (
        *_firm_fields(run),
        Field(both("称号", "title"), widest=28),
        Field(both("事项", "what"), widest=28),
        Field(both("日期", "day"), kind="date"),
        Field(both("已过", "missed"), widest=6),
    )
    rows: list[list[Value]] = [
        [
            *_firm(run, standing),
            title_words(ladder, one.title, run.language),
            phrase(f"deadline.{one.kind}", run.language),
            str(one.day),
            both("是", "yes") if one.missed else "",
        ]
        for standing in run.standings
        for one in standing.deadlines
    ]
    rows.sort(key=lambda row: (str(row[5]), str(row[0])))
    return Sheet(both("期限", "Deadlines"), both("更新、复核和重新申报的日期", "What falls due"), fields, rows, (), 2)


def _targets(run: Screened) -> Sheet:
    both, ladder = run.both, run.evaluated.ladder
    fields = (
        Field(both("层级", "title"), widest=28),
        Field(both("口径", "count"), widest=14),
        Field(both("区县", "district"), widest=16),
        Field(both("目标数", "target"), both("家", "firms"), "number"),
        Field(both("完成数", "done"), both("家", "firms"), "number"),
        Field(both("完成率", "share"), kind="share", digits=1),
        Field(both("截止", "by"), kind="date"),
    )
    rows: list[list[Value]] = [
        [
            title_words(ladder, one.title, run.language),
            count_words(one, run.language),
            both("全部", "all") if one.district is None else run.district(one.district),
            None if one.target is None else float(one.target),
            one.done,
            None if one.share is None else float(one.share),
            "" if one.by is None else str(one.by),
        ]
        for one in run.targets
    ]
    note = both("没有公布分解目标的区县，目标数空白，不按比例推算。", "Targets that were not published are blank.")
    return Sheet(
        both("培育目标", "Targets"), both("培育目标与完成", "Targets and what is done"), fields, rows, (note,), 3
    )
