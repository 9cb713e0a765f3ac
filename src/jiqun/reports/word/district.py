"""The brief of a district (区县简报)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import polars as pl

from jiqun.desk.accounts import Account
from jiqun.desk.reporting import DistrictBrief
from jiqun.methods.explanation.restricted import FEWEST, MASKED
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.run import Evaluated
from jiqun.reports.summary import grade_words
from jiqun.reports.word.common import (
    DOUBTS_LEFT_OUT,
    RATIO_TITLES,
    SUMS,
    WITHHELD,
    counted,
    evaluation_words,
    facts_of,
    moved_sheet,
    moved_words,
    ratio_value,
    share_text,
    source_of,
)
from jiqun.reports.word.model import Heading, Paragraph, Part, Report, cell_number, day_words, number_text, signature_of
from jiqun.values import exact

_CODE, _NAME = Field("统一社会信用代码", kind="code", widest=20), Field("企业名称", widest=34)
_COLUMNS = {
    "tax": ("实缴税金", "万元"),
    "revenue": ("营业收入", "万元"),
    "value_added": ("工业增加值", "万元"),
    "output": ("工业总产值", "万元"),
    "energy": ("综合能耗（等价值）", "tce"),
    "emission": ("主要污染物排放量", "当量吨"),
    "rd": ("研发经费", "万元"),
    "staff": ("平均职工人数", "人"),
}


def district_report(
    run: Evaluated, told: DistrictBrief, today: date, *, hidden: frozenset[str], pending: tuple[str, ...] = ()
) -> Report:
    """Make the brief; `run` holds the district's firms, `hidden` the columns masked, `pending` other due matters."""
    return _Brief(run, told, today, hidden, pending).report()


class _Brief:
    def __init__(
        self, run: Evaluated, told: DistrictBrief, today: date, hidden: frozenset[str], pending: tuple[str, ...]
    ) -> None:
        self.run, self.told, self.today, self.hidden, self.pending = run, told, today, hidden, pending
        self.name = run.district(told.district) or told.district
        self.year = told.grounds.year

    def report(self) -> Report:
        return Report(
            title=f"{self.name}{self._about()}简报（{self.year}年度）",
            trial=not self.told.grounds.official,
            facts=(*facts_of(self.told.grounds, self.run), f"成文日期 {day_words(self.today)}"),
            parts=tuple(self._parts()),
            signature=signature_of(self.run.sign_off),
            source=source_of(self.told.grounds),
        )

    def _about(self) -> str:
        grounds = self.told.grounds
        return "工业企业亩均效益" if grounds.by_the_mu else evaluation_words(grounds)

    def _parts(self) -> Iterator[Part]:
        yield Heading("区县账")
        yield Paragraph(self._account_words())
        yield self._accounts()
        yield from self._grades()
        yield Heading("与上年比较")
        if self.told.moved is None:
            yield Paragraph("没有同一办法上一年度的评价结果，不作比较。")
        else:
            yield Paragraph(moved_words(self.told.moved, self.year))
            if self.told.moved.movers:
                yield moved_sheet(self.told.moved, "档次变动的企业", untold=self.run.untold)
        yield from self._near()
        yield from self._doubts()
        yield from self._dues()

    def _account_words(self) -> str:
        own, region = self.told.own.ratios["tax_per_mu"], self.told.region.ratios["tax_per_mu"]
        said = f"{self.name}有规上工业企业 {self.told.own.firms} 户。"
        if "tax_per_mu" in self.told.own.withheld | self.told.region.withheld:
            return said + f"亩均税收{MASKED}。"
        if own.sound is None or region.sound is None:
            return said + "亩均税收未知。"
        told = "高于" if own.sound > region.sound else ("低于" if own.sound < region.sound else "等于")
        return (
            f"{said}亩均税收 {number_text(own.sound)} 万元/亩，{told}全域的 {number_text(region.sound)} 万元/亩。"
            + self._doubt_words()
        )

    def _doubt_words(self) -> str:
        own, region = self.told.own.ratios["tax_per_mu"], self.told.region.ratios["tax_per_mu"]
        if not own.doubtful + region.doubtful:
            return ""
        said = f"以上已剔除数值存疑的企业（本区县 {own.doubtful} 户、全域 {region.doubtful} 户）"
        parts = (own.doubtful, region.doubtful, region.doubtful - own.doubtful)  # of here, of all, of elsewhere
        if self.told.own.restricted and any(0 < one < FEWEST for one in parts):
            return said + "。"
        return f"{said}；含存疑分别为 {number_text(own.value)} 和 {number_text(region.value)} 万元/亩。"

    def _accounts(self) -> Sheet:
        fields = (
            Field("指标", widest=22),
            Field("单位", kind="code"),
            Field(f"{self.name}{self.year}年", kind="number", digits=2),
            Field(f"{self.name}{self.year - 1}年", kind="number", digits=2),
            Field("比上年", kind="share", digits=1),
            Field(f"全域{self.year}年", kind="number", digits=2),
            Field("本区县填报", "户", "code"),
        )
        told = self.told
        rows: list[list[Value]] = []
        for name, (title, unit) in {**SUMS, **RATIO_TITLES}.items():
            one = told.own.sums.get(name) or told.own.ratios[name]
            rows.append([title, unit, *self._line(name), f"{one.covered}/{told.own.firms}"])
        notes = ["比值为合计比合计，只计两项都填报的企业；没有填报的不作零计", DOUBTS_LEFT_OUT]
        if told.own.withheld | told.own_before.withheld | told.region.withheld:
            notes.append(WITHHELD)
        return Sheet("区县账", f"{self.name}规上工业企业亩均账", fields, rows, tuple(notes), 1)

    def _line(self, name: str) -> list[Value]:
        """The figure of the district now and a year before, its growth, and the figure of the region."""
        own, before, region = (_figure(one, name) for one in (self.told.own, self.told.own_before, self.told.region))
        hidden = [name in one.withheld for one in (self.told.own, self.told.own_before, self.told.region)]
        growth = None if own is None or not before else float(own / before - 1)
        cells = [cell_number(own), cell_number(before), growth, cell_number(region)]
        is_hidden = (hidden[0], hidden[1], hidden[0] or hidden[1], hidden[2])
        return [MASKED if masked else cell for cell, masked in zip(cells, is_hidden, strict=True)]

    def _grades(self) -> Iterator[Part]:
        rows, grades = self.run.rows, grade_words(self.run)
        by_grade: Counter[str] = Counter(rows["grade"].cast(pl.String).drop_nulls().to_list())
        graded = sum(by_grade.values())
        yield Heading("档次分布")
        shares = "、".join(f"{one} 档占 {share_text(by_grade.get(one, 0), graded)}" for one in grades)
        yield Paragraph(f"评价涉及企业 {rows.height} 户，定档 {graded} 户：{counted(by_grade, grades)}。{shares}。")
        for grade in (grades[0], grades[-1]):
            found = rows.filter(pl.col("grade").cast(pl.String) == grade)
            if found.is_empty():
                continue
            yield self._of_grade(grade, found)

    def _of_grade(self, grade: str, found: pl.DataFrame) -> Sheet:
        """List the firms of a grade by their places, one population after the other."""
        plan, label = self.run.plan, self.run.voice.label
        several = found["population"].n_unique() > 1
        cells: list[list[Value]] = []
        for population in plan.populations:
            inside = found.filter(pl.col("population").cast(pl.String) == population)
            for row in inside.sort("rank", plan.subject, nulls_last=True).iter_rows(named=True):
                named = [row[plan.subject], row["fact__name"], self.run.industry(row["fact__industry"])]
                cells.append([*named, *([label(population)] if several else ()), row["rank"]])
        kind = (Field("评价类别", widest=20),) if several else ()
        fields = (_CODE, _NAME, Field("行业", widest=24), *kind, Field("组内名次", "名", "number"))
        return Sheet(f"{grade}档企业", f"{grade} 档企业", fields, cells, (), 2)

    def _near(self) -> Iterator[Part]:
        yield Heading("临近上一档和缺数据的企业")
        label, untold = self.run.voice.label, self.run.untold
        # whose total stays untold is left out: its place among the others would tell what it lacks
        near = [one for one in self.told.near if one.enterprise not in untold]
        if not near:
            yield Paragraph("没有按排名可升档的企业。")
        else:
            fields = (
                _CODE,
                _NAME,
                Field("档次", kind="code"),
                Field("上一档", kind="code"),
                Field("总分", "分", "number", 2),
                Field("还差", "分", "number", 2),
                Field("缺数据的指标", widest=20),
            )
            cells: list[list[Value]] = [
                [
                    one.enterprise,
                    self._named(one.enterprise),
                    one.grade,
                    one.wanted,
                    cell_number(one.total),
                    cell_number(one.lacks),
                    "、".join(label(name) for name in one.missing) or "无",
                ]
                for one in near
            ]
            notes = ["按排名的档次；其他企业不变时达到上一档末位所差的分数"]
            if len(near) < len(self.told.near):
                notes.append(f"另有 {len(self.told.near) - len(near)} 户的总分只由一项受限数据得出，不列")
            yield Sheet("临近上一档", f"离上一档最近的 {len(cells)} 户", fields, cells, tuple(notes), 2)
        if self.told.ungraded:
            rows: list[list[Value]] = [
                [firm, self._named(firm), "、".join(label(name) for name in names) or "见评价页"]
                for firm, names in self.told.ungraded.items()
            ]
            heads = (_CODE, _NAME, Field("缺数据的指标", widest=40))
            yield Sheet("缺数据", "缺数据、未能定档的企业", heads, rows, (), 2)

    def _named(self, firm: str) -> str:
        return self.told.names.get(firm) or self.run.names.get(firm) or firm

    def _doubts(self) -> Iterator[Part]:
        yield Heading("存疑数据")
        if not self.told.doubts:
            yield Paragraph(f"没有与 {self.year - 1} 年相差千倍以上的数值。")
            return
        cells: list[list[Value]] = []
        for one in self.told.doubts:
            title, unit = _COLUMNS[one.column]
            masked = one.column in self.hidden
            values = (MASKED, MASKED) if masked else (number_text(exact(one.before)), number_text(exact(one.now)))
            cells.append([one.enterprise, self._named(one.enterprise), title, unit, *values])
        fields = (
            _CODE,
            _NAME,
            Field("指标", widest=20),
            Field("单位", kind="code"),
            Field(f"{self.year - 1}年", kind="number"),
            Field(f"{self.year}年", kind="number"),
        )
        notes = ("两年相差千倍以上，多为单位填错；更正前按原值计算",)
        yield Sheet("存疑数据", "请核对的数值", fields, cells, notes, 2)

    def _dues(self) -> Iterator[Part]:
        yield Heading("到期事项")
        for text in self.pending:
            yield Paragraph(text)
        if not self.told.dues:
            yield Paragraph("90 天内没有到期或一年内逾期的称号复核、信息更新。")
            return
        cells: list[list[Value]] = [
            [one.enterprise, self._named(one.enterprise), one.title, one.what, one.day.isoformat(), _left(one.left)]
            for one in self.told.dues
        ]
        fields = (_CODE, _NAME, Field("称号", widest=20), Field("事项", kind="code"), Field("期限", kind="date"))
        title = "90 天内到期和一年内逾期的称号"
        yield Sheet("到期事项", title, (*fields, Field("状态", kind="code", widest=14)), cells, (), 2)


def _figure(account: Account, name: str) -> Fraction | None:
    return account.sums[name].sound if name in account.sums else ratio_value(account.ratios[name])


def _left(days: int) -> str:
    return f"逾期 {-days} 天" if days < 0 else ("今日到期" if days == 0 else f"剩 {days} 天")
