"""What stands on paper: names of tables, notes, citations, and lists that can be printed."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import docx
import polars as pl
import pytest
from tests.demo_region import Demo

from jiqun.desk import reporting
from jiqun.desk.context import Context
from jiqun.desk.reporting import Reach
from jiqun.desk.running import Run, all_runs
from jiqun.methods.wording.voice import ClauseText
from jiqun.reports.layout import Field, Sheet
from jiqun.reports.word import making
from jiqun.reports.word.letter import _clause
from jiqun.reports.word.model import Attachment, Report
from jiqun.reports.word.writing import report_bytes

TODAY = date(2026, 3, 2)
ONE = Sheet("甲", "甲", (Field("企业"),), [["示范厂"]], ("空白表示未知。", "只列示范厂"))


def lines(report: Report) -> list[str]:
    return [one.text for one in docx.Document(BytesIO(report_bytes(report, ".docx"))).paragraphs]


def names(*attachments: Attachment) -> list[str]:
    said = lines(Report("告知书", False, ("运行 1",), (ONE, ONE), attachments=attachments))
    return [one for one in said if one.startswith(("表", "附表"))]


def test_no_two_tables_of_a_document_have_the_same_number() -> None:
    one = Attachment("出处", (ONE,))
    assert names(one) == ["表1　甲", "表2　甲", "附表1　甲"]
    assert names(one, one) == ["表1　甲", "表2　甲", "表1-1　甲", "表2-1　甲"]


def test_notes_below_a_table_end_with_one_full_stop() -> None:
    assert "注：空白表示未知；只列示范厂。" in lines(Report("通报", False, ("运行 1",), (ONE,)))


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (
            ClauseText("关于推进改革的意见", "示府〔2023〕72号", "评价对象", ""),
            "依据：《关于推进改革的意见》（示府〔2023〕72号）“评价对象”。",
        ),
        (ClauseText("关于印发《细则》的通知", "", "第五条", ""), "依据：《关于印发〈细则〉的通知》第五条。"),
        (ClauseText("", "", "附件2-1", ""), "依据：附件2-1。"),
        (None, ""),
    ],
)
def test_a_clause_is_cited_with_the_marks_of_titles(clause: ClauseText | None, said: str) -> None:
    assert _clause(clause) == said


@pytest.fixture(scope="module")
def context(demo: Demo) -> Context:
    return Context(demo.folder)


@pytest.fixture(scope="module")
def run(context: Context) -> Run:
    found = [one for one in all_runs(context) if one.method_id == "per-mu.chongqing-template"]
    return max(found, key=lambda one: one.period)


@pytest.fixture(scope="module")
def bulletin(context: Context, run: Run) -> Report:
    return making.bulletin(context, run, Reach(), TODAY, before=reporting.earlier(context, run))


def titles(sheet: Sheet) -> list[str]:
    return [one.title for one in sheet.fields]


def test_the_list_of_results_has_a_line_for_a_firm_and_says_where_its_items_are_told(bulletin: Report) -> None:
    (sheet,) = (one for one in bulletin.attachments[0].parts if isinstance(one, Sheet))
    assert "各项说明" not in titles(sheet) and "总分" in titles(sheet)
    assert sheet.notes == ("“—”或空白表示未知或没有，不是零", "逐项的得分和说明见各企业告知书和结果表")


def test_who_is_outside_of_an_evaluation_is_not_counted_as_unknown(run: Run, bulletin: Report) -> None:
    sheet = next(one for one in bulletin.sheets if one.name == "各类企业档次分布")
    counted = {str(row[0]): row[1] for row in sheet.rows}
    status = pl.col("status").cast(pl.String)
    outside, unknown = (run.trace.filter(status == one).height for one in ("outside", "population_unknown"))
    assert outside and counted["不在评价范围"] == outside
    assert counted.get("未知", 0) == unknown


def test_firms_of_the_last_class_stand_by_district_population_and_total(run: Run, bulletin: Report) -> None:
    sheet = next(one for one in bulletin.sheets if one.name == "D 档企业")
    place, population, total = (titles(sheet).index(one) for one in ("区县", "评价类别", "总分"))
    code = dict(run.gathered.select("enterprise", "district").iter_rows())
    order = [
        (code[str(row[0])] or "~", -["规模以上制造业企业", "规模以下制造业企业"].index(str(row[population])))
        for row in sheet.rows
    ]
    assert [one for one, _ in order] == sorted(one for one, _ in order) and len({row[place] for row in sheet.rows}) > 1
    keys = [(district, -rank, -float(str(row[total]))) for (district, rank), row in zip(order, sheet.rows, strict=True)]
    assert keys == sorted(keys)
