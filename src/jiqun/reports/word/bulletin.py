"""The bulletin of an evaluation (评价通报), by the mu or by another rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl

from jiqun.desk.reporting import Bulletin
from jiqun.methods.explanation.restricted import MASKED, total_hidden
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.results import results_sheet
from jiqun.reports.run import Evaluated
from jiqun.reports.summary import grade_words
from jiqun.reports.word.common import (
    account_sheet,
    account_words,
    counted,
    evaluation_words,
    facts_of,
    moved_sheet,
    moved_words,
    pool_words,
    share_text,
    source_of,
)
from jiqun.reports.word.model import Attachment, Heading, Paragraph, Part, Report, cell_number, day_words, signature_of

_ENDS = 10  # how many firms the lists of the best and the last have
_MOVERS = 20
_LEFT_OUT = frozenset({"行业代码", "评价情况", "同组户数"})
_REMARKS = ("视同档次", "说明", "调整")  # few firms have any: one column on paper
_CODE = Field("统一社会信用代码", kind="code", widest=20)


def bulletin_report(run: Evaluated, told: Bulletin, today: date, *, place: str = "") -> Report:
    """Make the bulletin; `place` names the part of the region that a narrowed run is about."""
    return _Bulletin(run, told, today, place).report()


class _Bulletin:
    def __init__(self, run: Evaluated, told: Bulletin, today: date, place: str) -> None:
        self.run, self.told, self.today, self.place = run, told, today, place
        self.grades = grade_words(run)
        self.rows = run.rows
        self.year = told.grounds.year

    def report(self) -> Report:
        """Lay the bulletin out; one of a part of the region bears neither the number nor the organ of the whole one."""
        signed = None if self.place else self.run.sign_off
        return Report(
            title=f"关于{self.place}{self.year}年度{evaluation_words(self.told.grounds)}结果的通报",
            number="" if signed is None else signed.document,
            trial=not self.told.grounds.official,
            facts=(*facts_of(self.told.grounds, self.run), f"成文日期 {day_words(self.today)}"),
            parts=tuple(self._parts()),
            attachments=tuple(self._attachments()),
            signature=signature_of(signed),
            source=source_of(self.told.grounds),
        )

    def _parts(self) -> Iterator[Part]:
        yield Paragraph(f"按照《{self.told.grounds.method}》，现将{self.place}{self.year}年度评价结果通报如下。")
        yield from self._overall()
        yield Heading("各区县情况")
        name = self.run.district
        yield self._grades_by("fact__district", "区县", "各区县档次分布", name)
        yield Heading("各行业情况")
        divisions = self.rows.with_columns(division=pl.col("fact__industry").str.slice(0, 2))
        yield self._grades_by("division", "行业大类", "各行业档次分布", self.run.division, divisions)
        yield from self._moves()
        yield from self._ends()

    def _overall(self) -> Iterator[Part]:
        rows = self.rows
        status = Counter(rows["status"].cast(pl.String).to_list())
        by_grade: Counter[str] = Counter(rows["grade"].cast(pl.String).drop_nulls().to_list())
        graded = sum(by_grade.values())
        yield Heading("总体情况")
        yield Heading("评价范围", 2)
        open_ones = rows.filter((pl.col("status").cast(pl.String) == "graded") & pl.col("grade").is_null()).height
        yield Paragraph(
            f"台账中有企业 {rows.height} 户。其中：定档 {graded} 户；计分不定档 {status['scored']} 户；"
            f"免评 {status['exempt']} 户；缺数据、未能定档 {open_ones} 户；不在评价范围 {status['outside']} 户；"
            f"评价类别未知 {status['population_unknown']} 户。"
        )
        yield Heading("档次分布", 2)
        shares = "、".join(f"{one} 档占 {share_text(by_grade.get(one, 0), graded)}" for one in self.grades)
        yield Paragraph(f"定档的 {graded} 户中，{counted(by_grade, self.grades)}。{shares}。")
        yield self._grades_by("_kind", "评价类别", "各类企业档次分布", self.run.voice.label, self._kinds())
        if self.told.grounds.by_the_mu:
            yield Heading("亩均账", 2)
            whole = self.told.whole
            yield Paragraph(f"{whole.firms} 户规上工业企业：{account_words(whole)}。各区县、各行业见附件 2。")

    def _kinds(self) -> pl.DataFrame:
        """Return the rows with the kind of firm: outside the rule is known, and no unknown kind."""
        is_outside = pl.col("status").cast(pl.String) == "outside"
        kind = pl.when(is_outside).then(pl.lit("不在评价范围")).otherwise(pl.col("population").cast(pl.String))
        return self.rows.with_columns(kind.alias("_kind"))

    def _grades_by(self, column: str, head: str, title: str, named: Any, rows: pl.DataFrame | None = None) -> Sheet:
        """Count firms and grades by a column."""
        every = self.rows if rows is None else rows
        grade = pl.col("grade").cast(pl.String)
        counted_rows = (
            every.group_by(pl.col(column).cast(pl.String).alias("_key"))
            .agg(
                pl.len(),
                grade.is_not_null().sum().alias("_graded"),
                *((grade == one).sum().alias(one) for one in self.grades),
            )
            .sort("_key", nulls_last=True)
        )
        fields = (
            Field(head, widest=30),
            Field("企业", "户", "number"),
            Field("定档", "户", "number"),
            *(Field(f"{one}档", "户", "number") for one in self.grades),
            Field(f"{self.grades[0]}档占比", "占定档", "share", 1),
        )
        cells: list[list[Value]] = []
        for key, firms, graded, *numbers in counted_rows.iter_rows():
            first = numbers[0] / graded if graded else None
            cells.append([(named(key) or key) if key else "未知", firms, graded, *numbers, first])
        return Sheet(title, title, fields, cells, (), 1)

    def _moves(self) -> Iterator[Part]:
        yield Heading("与上年比较")
        if self.told.moved is None:
            yield Paragraph("没有同一办法上一年度的评价结果，不作比较。")
            return
        yield Paragraph(moved_words(self.told.moved, self.year))
        if self.told.moved.movers:
            title = "档次变动最大的企业"
            yield moved_sheet(self.told.moved, title, self._districts(), most=_MOVERS, untold=self.run.untold)

    def _districts(self) -> dict[str, str]:
        codes = self.rows["fact__district"].drop_nulls().unique().to_list()
        moved = self.told.moved
        if moved is not None:
            codes += [one.groups.get("district", "") for one in moved.movers]
        return {code: self.run.district(code) or code for code in codes}

    def _ends(self) -> Iterator[Part]:
        yield Heading("前列和末位企业")
        for population in self.run.plan.populations:
            ranked = self.rows.filter(
                (pl.col("population").cast(pl.String) == population) & pl.col("total").is_not_null()
            )
            if ranked.is_empty():
                continue
            label = self.run.voice.label(population)
            ordered = ranked.sort("total", self.run.plan.subject, descending=[True, False])
            yield self._list(f"{label}总分前 {min(_ENDS, ordered.height)} 名", ordered.head(_ENDS))
            if (rest := min(_ENDS, ordered.height - _ENDS)) > 0:
                yield self._list(f"{label}总分后 {rest} 名", ordered.tail(rest))

    def _list(self, title: str, rows: pl.DataFrame) -> Sheet:
        fields = (
            _CODE,
            Field("企业名称", widest=34),
            Field("区县", widest=10),
            Field("行业", widest=20),
            Field("总分", "分", "number", 2),
            Field("档次", kind="code"),
        )
        return Sheet(title, title, fields, [self._firm(row) for row in rows.iter_rows(named=True)], (), 2, by=2)

    def _firm(self, row: dict[str, Any]) -> list[Value]:
        total = self.run.plan.total(str(row["population"] or "")) if row["population"] else None
        return [
            row[self.run.plan.subject],
            row["fact__name"],
            self.run.district(row["fact__district"]) or row["fact__district"],
            self.run.industry(row["fact__industry"]),
            self.run.total(row, None if total is None else total.digits),
            row["grade"],
        ]

    def _attachments(self) -> Iterator[Attachment]:
        results = results_sheet(self.run)
        yield Attachment("企业评价结果", (_slim(results, self.rows["fact__district"].to_list()),), wide=True)
        if self.told.grounds.by_the_mu:
            yield Attachment("区县和行业亩均账", tuple(self._accounts()), wide=True)
        yield Attachment("低效企业名单" if self.told.grounds.by_the_mu else "末档企业名单", tuple(self._last_class()))
        yield Attachment("各组划档线", (self._cuts(),))

    def _accounts(self) -> Iterator[Part]:
        told, run = self.told, self.run
        yield account_sheet("区县", "各区县亩均账（规上）", told.districts, run.district)
        yield account_sheet("行业大类", "各行业亩均账（规上）", told.divisions, run.division)

    def _last_class(self) -> Iterator[Part]:
        last = self.grades[-1]
        rows = self.rows.filter(pl.col("grade").cast(pl.String) == last)
        then = "，处置方式由属地另行提出" if self.told.grounds.by_the_mu else ""
        yield Paragraph(f"最末一档（{last} 档）{rows.height} 户。名单按评价类别、总分排列{then}。")
        yield self._list(f"{last} 档企业", rows)

    def _cuts(self) -> Sheet:
        fields = (
            Field("评价类别", widest=20),
            Field("排名范围", widest=24),
            Field("档次", kind="code"),
            Field("户数", "户", "number"),
            Field("末位名次", "名", "number"),
            Field("末位总分", "分", "number", 2),
        )
        rows = [
            [
                self.run.voice.label(one.population),
                pool_words(self.run, one.pool),
                one.grade,
                one.firms,
                one.rank,
                MASKED if total_hidden(self.run.hidden, one.population) else cell_number(one.total),
            ]
            for one in self.told.cuts
        ]
        notes = ("按排名定的档次；定档、提档、降档和一票否决在排名之后",)
        return Sheet("划档线", "各组各档的末位名次和总分", fields, rows, notes, 2)


def _slim(sheet: Sheet, districts: Sequence[str | None]) -> Sheet:
    """Lay the results out for paper: by district, without columns that hold nothing, remarks in one column."""
    titles = [one.title for one in sheet.fields]
    kept = [
        at
        for at, title in enumerate(titles)
        if title not in (*_LEFT_OUT, *_REMARKS) and any(row[at] not in (None, "") for row in sheet.rows)
    ]
    remarked = [at for at, title in enumerate(titles) if title in _REMARKS]
    fields = (*(sheet.fields[at] for at in kept), Field("备注", widest=28))
    place = next((at for at, one in enumerate(fields) if one.title == "区县"), None)
    order = sorted(range(len(sheet.rows)), key=lambda at: (districts[at] is None, districts[at] or ""))
    rows = [[*(sheet.rows[at][column] for column in kept), _remark(titles, sheet.rows[at], remarked)] for at in order]
    return Sheet(sheet.name, sheet.title, fields, rows, sheet.notes, 2, by=place)


def _remark(titles: Sequence[str], row: Sequence[Value], columns: Sequence[int]) -> Value:
    """Say what else is to be said of a firm, each with its column's title where it is a mere letter."""
    said = [(titles[at], row[at]) for at in columns if row[at] not in (None, "")]
    return "；".join(f"{title} {value}" if title == _REMARKS[0] else str(value) for title, value in said) or None
