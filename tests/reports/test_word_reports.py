"""Official reports read back from Word: figures equal to independent counts, marks, layout, the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import BytesIO
from typing import Any

import docx
import openpyxl
import polars as pl
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from tests.demo_region import Demo

from jiqun.desk import reporting
from jiqun.desk.accounts import account
from jiqun.desk.clusters import Ratio
from jiqun.desk.context import Context
from jiqun.desk.reporting import Reach
from jiqun.desk.running import Run, all_runs
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.runs.sign_off import SignOff
from jiqun.reports.layout import Field, Sheet
from jiqun.reports.word import making
from jiqun.reports.word.bulletin import bulletin_report
from jiqun.reports.word.common import ratio_value, ratio_words
from jiqun.reports.word.letter import AppealTerms
from jiqun.reports.word.model import Attachment, Heading, Paragraph, Report
from jiqun.reports.word.titles import title_lines
from jiqun.reports.word.writing import report_bytes
from jiqun.values import exact

TODAY = date(2026, 3, 2)
YEAR = 2024
LONG = "重庆市非常非常长的名称精密机械制造与自动化成套装备研发生产股份有限公司第二分公司"


@pytest.fixture(scope="module")
def context(demo: Demo) -> Context:
    return Context(demo.folder)


@pytest.fixture(scope="module")
def run(context: Context) -> Run:
    """The demo region's own evaluation of the newest year."""
    found = [one for one in all_runs(context) if context.book.has("method", one.method_id)]
    return max(found, key=lambda one: one.period)


@pytest.fixture(scope="module")
def bulletin(context: Context, run: Run) -> Report:
    return making.bulletin(context, run, Reach(), TODAY, before=reporting.earlier(context, run))


def opened(report: Report) -> Any:
    return docx.Document(BytesIO(report_bytes(report, ".docx")))


def tables(document: Any) -> Iterator[tuple[str, list[list[str]]]]:
    """Read caption and cells of every table."""
    caption = ""
    for one in document.element.body.iterchildren():
        if one.tag == qn("w:p"):
            caption = "".join(text.text or "" for text in one.iter(qn("w:t"))) or caption
        elif one.tag == qn("w:tbl"):
            rows = one.iter(qn("w:tr"))
            yield (
                caption,
                [
                    ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
                    for row in rows
                ],
            )


def test_the_grades_of_the_bulletin_are_those_counted_in_the_run(run: Run, bulletin: Report) -> None:
    read = dict(tables(opened(bulletin)))
    cells = next(rows for caption, rows in read.items() if "各区县档次分布" in caption)
    heads = [one.partition("（")[0] for one in cells[0]]
    districts = run.gathered.select("enterprise", "district")
    counted = (
        run.trace.select("enterprise", pl.col("grade").cast(pl.String))
        .join(districts, on="enterprise", how="left")
        .group_by("grade")
        .len()
    )
    for grade, count in counted.drop_nulls("grade").iter_rows():
        at = heads.index(f"{grade}档")
        assert sum(int(row[at]) for row in cells[1:]) == count
    assert sum(int(row[heads.index("企业")]) for row in cells[1:]) == run.trace.height


def test_every_firm_of_the_run_stands_in_the_annex_with_its_grade(run: Run, bulletin: Report) -> None:
    cells = next(rows for caption, rows in tables(opened(bulletin)) if "评价结果" in caption)
    grade = cells[0].index("档次")
    told = {row[0]: row[grade] for row in cells[1:]}
    expected = {firm: letter or "—" for firm, letter in run.trace.select("enterprise", "grade").iter_rows()}
    assert told == expected


def test_a_cut_is_the_total_of_the_last_firm_that_has_the_grade_by_rank(run: Run) -> None:
    for line in reporting.cuts(run):
        same = (pl.col("pool").cast(pl.String) == line.pool) & (pl.col("population").cast(pl.String) == line.population)
        totals = run.trace.filter(same & (pl.col("grade__ranked").cast(pl.String) == line.grade))["total"].to_list()
        assert (line.firms, min(totals)) == (len(totals), line.total * 10**line.digits)


def test_sums_of_a_district_leave_out_what_nobody_reported() -> None:
    rows = pl.DataFrame(
        {"enterprise": ["a", "b"], "year": [YEAR, YEAR], "scale": ["above"] * 2, "district": ["x"] * 2}
        | {"output": [1.5, None], "value_added": [None, None], "tax": [0.2, 0.1], "land": [2.0, None]}
        | {"revenue": [1.0, 1.0], "rd": [0.0, 0.0], "staff": [1, 1], "energy": [1.0, 1.0]},
        schema_overrides={"value_added": pl.Float64},
    )
    told = account(rows, YEAR)
    assert (told.sums["output"].value, told.sums["output"].covered) == (1.5, 1)
    assert told.sums["value_added"].value is None
    assert told.ratios["tax_per_mu"].value == exact("0.1")  # 0.2 ÷ 2: the firm without land is in neither sum


def test_a_trial_says_so_in_its_title_and_on_every_page(bulletin: Report) -> None:
    document = opened(bulletin)
    assert bulletin.trial
    assert document.paragraphs[1].text == "（试算）"
    first = document.sections[0]
    for head in (first.header, first.even_page_header):
        assert "试算" in head.paragraphs[0].text
    assert all(section.header.is_linked_to_previous for section in list(document.sections)[1:])


def test_an_official_report_has_no_mark_but_a_signature() -> None:
    report = Report("通报", False, ("运行 1",), (Paragraph("正文"),), signature=("市经信委", "2026年3月2日"))
    document = opened(report)
    texts = [one.text for one in document.paragraphs]
    assert not any("试算" in one for one in (*texts, document.sections[0].header.paragraphs[0].text))
    assert any("市经信委" in one for one in texts)


def test_the_page_is_that_of_official_documents(bulletin: Report) -> None:
    document = opened(bulletin)
    section = document.sections[0]
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one / Mm(1)) for one in edges] == [37, 35, 28, 26]
    footer = "".join(one.text or "" for one in section.footer._element.iter(qn("w:t"), qn("w:instrText")))
    assert footer == "— PAGE1 —"
    heading = next(one for one in document.paragraphs if one.text == "一、总体情况")
    assert heading.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    rows = [table.find(qn("w:tr")) for table in document.element.body.iter(qn("w:tbl"))]
    assert all(row.find(f".//{qn('w:tblHeader')}") is not None for row in rows)
    kept = [one.find(f".//{qn('w:keepNext')}") for row in rows for one in row.iter(qn("w:p"))]
    assert None not in kept  # a head alone at the end of a page takes the rows out of sight in LibreOffice


def test_the_same_report_is_the_same_file(bulletin: Report) -> None:
    assert report_bytes(bulletin, ".docx") == report_bytes(bulletin, ".docx")
    with zipfile.ZipFile(BytesIO(report_bytes(bulletin, ".docx"))) as package:
        assert {one.date_time for one in package.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_a_long_name_wraps_within_a_table_as_wide_as_the_page() -> None:
    fields = (Field("代码", kind="code", widest=20), Field("名称", widest=30), Field("总分", "分", "number", 2))
    sheet = Sheet("表", "表", fields, [["91500000MA5U000000", LONG, 1234567.891]])
    parts = (Heading("一"), sheet)
    document = opened(Report("题", True, (), parts, attachments=(Attachment("附", (sheet,), wide=True),)))
    narrow, wide = document.element.body.iter(qn("w:tbl"))
    for table, width in ((narrow, 156), (wide, 247)):
        columns = [int(one.get(qn("w:w"))) for one in table.iter(qn("w:gridCol"))]
        assert abs(sum(columns) - width * 56.69) < 10
    assert "1,234,567.89" in "".join(one.text or "" for one in narrow.iter(qn("w:t")))


def test_the_workbook_of_a_report_has_the_same_tables(context: Context, run: Run) -> None:
    report = making.clusters(context, reporting.snapshot(context, run), YEAR, Reach(), TODAY)
    book = openpyxl.load_workbook(BytesIO(report_bytes(report, ".xlsx")))
    assert len(book.sheetnames) == 1 + sum(1 for _ in report.sheets)
    assert sum(len(sheet.rows) for sheet in report.sheets) == 30
    assert "试算" in str(book[book.sheetnames[1]]["A3"].value)


def test_the_monthly_says_how_every_cluster_stands_beside_the_steady_path(context: Context, run: Run) -> None:
    frozen = reporting.snapshot(context, run)
    report = making.clusters(context, frozen, YEAR, Reach(), TODAY)
    said = {row[0]: row[7] for one in report.sheets for row in one.rows}
    judged, from_ledger = 0, 0
    for one in reporting.cluster_figures(context, frozen, YEAR, Reach()).found:
        if one.pace is None or one.sound is None:
            assert said[one.name] in ("无目标", "无数据", "无基数")
            continue
        base, target = float(one.pace.base.value), float(one.pace.target)
        due = base * (target / base) ** ((one.year - one.pace.base.year) / (one.horizon - one.pace.base.year))
        off = (float(one.sound) / max(base, due) - 1) * 100
        word, judged = str(said[one.name]), judged + 1
        assert word.startswith("达到" if off >= 0 else "略慢" if off >= -5 else "落后"), (one.name, off)
        if off < 0:
            assert abs(float(word.split()[1].rstrip("%")) + off) < 0.06  # behind by so much: no second minus
        from_ledger += not one.pace.base.published
    assert judged and from_ledger  # where no base is published the ledger's is taken, as on the first page


def test_a_letter_says_grade_points_sources_and_until_when_to_object(context: Context, run: Run) -> None:
    firm = run.trace.filter(pl.col("grade").cast(pl.String) == "C").sort("enterprise")["enterprise"][0]
    terms = AppealTerms("2024年批次", date(2026, 4, 1), 2)
    document = opened(making.letter(context, run, firm, Reach(), TODAY, terms=terms))
    text = "\n".join(one.text for one in document.paragraphs)
    assert "档次为 C 档" in text
    assert "2026年4月1日 前" in text
    assert run.id in text
    cells = next(rows for caption, rows in tables(document) if "出处" in caption)
    assert any("!" in row[-1] for row in cells[1:])


def test_restricted_figures_of_a_letter_are_masked_for_whom_they_are_not(context: Context, run: Run) -> None:
    firm = run.trace.filter(pl.col("grade").cast(pl.String) == "C").sort("enterprise")["enterprise"][0]
    tax = run.gathered.filter(pl.col("enterprise") == firm)["tax"][0]
    open_one, masked = (
        str(list(tables(opened(making.letter(context, run, firm, Reach(None, sees), TODAY))))) for sees in (True, False)
    )
    figure = f"{tax:,.10f}".rstrip("0").rstrip(".")
    assert figure in open_one
    assert figure not in masked
    assert MASKED in masked


def test_a_district_brief_tells_of_its_own_firms_only(context: Context, run: Run) -> None:
    code = run.gathered["district"].drop_nulls().sort()[0]
    own = reporting.firms_of_district(context, run, code)
    report = making.district(context, run, code, Reach(own), TODAY, before=reporting.earlier(context, run))
    firms = {row[0] for _, rows in tables(opened(report)) for row in rows[1:] if row[0].startswith("91")}
    assert firms
    assert firms <= own


def test_a_ratio_is_named_without_the_figures_in_doubt_and_says_what_it_is_with_them() -> None:
    told = Ratio("tax_per_mu", Fraction(693, 100), 4265, 4277, Fraction(1955, 100), 15)
    said = ratio_words(told)
    assert said == "亩均税收 19.55 万元/亩（4277 户中 4265 户两项齐全，已剔除存疑 15 户，含存疑为 6.93 万元/亩）"
    assert ratio_value(told) == Fraction(1955, 100)
    assert "都存疑" in ratio_words(replace(told, sound=None))


def test_sums_leave_out_a_figure_a_thousand_times_that_of_the_year_before() -> None:
    firms = {"enterprise": ["a", "b"] * 2, "year": [YEAR - 1] * 2 + [YEAR] * 2, "scale": ["above"] * 4}
    figures = {"tax": [5.0, 7.0, 5_000.0, 8.0], "land": [1.0, 1.0, 1.0, 1.0]}
    told = account(pl.DataFrame(firms | figures), YEAR)
    assert (told.sums["tax"].value, told.sums["tax"].sound) == (5_008, 8)
    assert (told.ratios["tax_per_mu"].value, told.ratios["tax_per_mu"].sound) == (2_504, 8)


def test_a_long_list_of_firms_is_a_table_for_every_district_in_word_and_one_sheet_in_excel() -> None:
    rows = [[f"{at}", ("万州区", "涪陵区", None)[at % 3], at] for at in range(300)]
    fields = (Field("代码", kind="code"), Field("区县"), Field("名次", kind="number"))
    report = Report("名单", False, (), (Sheet("名单", "结果", fields, rows, ("说明",), by=1),))
    document = docx.Document(BytesIO(report_bytes(report, ".docx")))
    assert [len(one.rows) for one in document.tables] == [101, 101, 101]
    assert [one.text for one in document.tables[0].rows[0].cells] == ["代码", "名次"]
    captions = [one.text for one in document.paragraphs if one.text.startswith("表")]
    assert captions == ["表1　结果：万州区（100 户）", "表2　结果：涪陵区（100 户）", "表3　结果：未知（100 户）"]
    assert sum("说明" in one.text for one in document.paragraphs) == 1
    book = openpyxl.load_workbook(BytesIO(report_bytes(report, ".xlsx")))
    assert book.sheetnames == ["正文", "名单"] and book["名单"].max_row >= 300


def _small_districts(context: Context, run: Run) -> dict[str, frozenset[str]]:
    """The above-scale firms of the year that told their tax, by district: counted here, not by the reports."""
    rows = reporting.yearly(reporting.snapshot(context, run), run.plan.period.year)
    told = rows.filter(
        (pl.col("year") == run.plan.period.year) & (pl.col("scale") == "above") & pl.col("tax").is_not_null()
    )
    return {
        str(key[0]): frozenset(part["enterprise"]) for key, part in told.partition_by("district", as_dict=True).items()
    }


def test_a_bulletin_leaves_no_difference_of_one_or_two_firms_to_who_may_not_see_them(
    context: Context, run: Run
) -> None:
    report = making.bulletin(context, run, Reach(None, sees_restricted=False), TODAY, before=None)
    sheet = next(one for one in report.sheets if one.title.startswith("各区县亩均账"))
    tax = [one.title for one in sheet.fields].index("实缴税金")
    masked = {str(row[0]) for row in sheet.rows if row[tax] == MASKED}
    firms = {
        making.evaluated_of(context, run, Reach()).district(code) or code: found
        for code, found in _small_districts(context, run).items()
    }
    small = {name for name, found in firms.items() if len(found) < 3}
    assert small and small <= masked and len(masked) < len(firms)
    assert len(frozenset().union(*(firms[name] for name in masked if name in firms))) >= 3
    open_to_all = making.bulletin(context, run, Reach(), TODAY, before=None)
    assert not any(MASKED in row for one in open_to_all.sheets for row in one.rows)


def test_only_the_bulletin_of_the_whole_region_bears_the_number_and_the_organ_that_signed(
    context: Context, run: Run
) -> None:
    signed = SignOff("郑岚", TODAY, "渝经信〔2026〕1号", organ="市经信委")
    read = replace(making.evaluated_of(context, run, Reach()), sign_off=signed)
    told = reporting.bulletin(context, run, None, Reach())
    whole, part = (bulletin_report(read, told, TODAY, place=place) for place in ("", "万州区"))
    assert (whole.number, whole.signature[0]) == ("渝经信〔2026〕1号", "市经信委")
    assert (part.number, part.signature) == ("", ()) and any("郑岚" in one for one in part.facts)
    firms, ends = read.rows["population"].value_counts().height, [one for one in whole.sheets if "总分后" in one.title]
    assert 0 < len(ends) <= firms and all(one.rows for one in ends)


def test_a_report_on_a_rule_that_is_not_by_the_mu_names_the_rule_and_tells_no_land(context: Context, run: Run) -> None:
    read, told = making.evaluated_of(context, run, Reach()), reporting.bulletin(context, run, None, Reach())
    other = replace(told, grounds=replace(told.grounds, by_the_mu=False, method="数字化水平测评"))
    by_the_mu, level = (bulletin_report(read, one, TODAY) for one in (told, other))
    assert by_the_mu.title == f"关于{YEAR}年度工业企业亩均效益综合评价结果的通报"
    assert level.title == f"关于{YEAR}年度《数字化水平测评》评价结果的通报"
    words = [
        *(one.text for one in level.parts if not isinstance(one, Sheet)),
        *(one.title for one in level.attachments),
    ]
    assert not [one for one in words if "亩均账" in one or "低效" in one or "附件 2" in one]
    assert len(by_the_mu.attachments) == len(level.attachments) + 1


def test_the_brief_of_a_district_of_two_firms_tells_neither_their_sum_nor_its_growth(
    context: Context, run: Run
) -> None:
    code = min(_small_districts(context, run).items(), key=lambda one: len(one[1]))[0]
    reach = Reach(reporting.firms_of_district(context, run, code), sees_restricted=False)
    report = making.district(context, run, code, reach, TODAY, before=None)
    sheet = next(one for one in report.sheets if one.name == "区县账")
    rows = {str(row[0]): row for row in sheet.rows}
    for name in ("实缴税金", "工业增加值", "亩均税收", "全员劳动生产率"):
        assert rows[name][2] == rows[name][4] == MASKED
    assert rows["用地"][2] != MASKED
    words = next(part.text for part in report.parts if isinstance(part, Paragraph))
    assert f"亩均税收{MASKED}" in words and "高于" not in words and "低于" not in words


def test_a_cluster_of_two_firms_is_masked_with_its_share_of_the_target(context: Context, run: Run) -> None:
    rows = reporting.snapshot(context, run).table("enterprise").select("enterprise")
    frozen = reporting.snapshot(context, run)
    whole = reporting.cluster_figures(context, frozen, YEAR, Reach())
    cluster = max(whole.found, key=lambda one: len(one.of))
    two = frozenset(sorted(cluster.of)[:2])
    assert two <= frozenset(rows["enterprise"])
    report = making.clusters(context, frozen, YEAR, Reach(two, sees_restricted=False), TODAY)
    found = [row for one in report.sheets for row in one.rows if row[0] == cluster.name]
    assert [row[2] for row in found] == [MASKED] and all(row[5] in (MASKED, None) for row in found)
    said = "".join(part.text for part in report.parts if isinstance(part, Paragraph))
    assert f"亩均税收{MASKED}" in said and cluster.name not in said


def test_a_firm_whose_total_is_one_masked_figure_is_not_placed_among_those_near_the_next_grade(
    context: Context, run: Run
) -> None:
    codes = run.gathered["district"].drop_nulls().unique().sort().to_list()
    found = []
    for code in codes[:12]:
        reach = Reach(reporting.firms_of_district(context, run, code), sees_restricted=False)
        untold = making.evaluated_of(context, run, reach).untold
        near = reporting.near(run, reach)
        if not {one.enterprise for one in near} & untold:
            continue
        report = making.district(context, run, code, reach, TODAY, before=None)
        sheet = next(one for one in report.sheets if one.name == "临近上一档")
        listed = [row[0] for row in sheet.rows]
        assert listed == [one.enterprise for one in near if one.enterprise not in untold]
        assert f"另有 {len(near) - len(listed)} 户" in sheet.notes[1]
        found.append(code)
        break
    assert found


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于2024年度工业企业亩均效益综合评价结果的公示", ["关于2024年度工业企业", "亩均效益综合评价结果的公示"]),
        ("渝示范00017橡塑制品工业（集团）有限公司\u3000一企一档", None),  # the name alone is longer than a line
        ("两江新区某某制造有限公司\u3000一企一档", ["两江新区某某制造有限公司\u3000一企一档"]),
        ("重庆两江新区某某精密制造有限公司\u3000一企一档", ["重庆两江新区某某精密制造有限公司", "一企一档"]),
        ("没有可断之处的很长很长很长很长很长很长的题目", ["没有可断之处的很长很长很长很长很长很长的题目"]),
    ],
)
def test_a_title_is_broken_where_a_word_ends_as_gb_9704_wants(title: str, lines: list[str] | None) -> None:
    found = title_lines(title)
    assert "".join(found).replace("\u3000", "") == title.replace("\u3000", "")
    assert lines is None or found == lines
    assert lines is not None or len(found) == 2


def test_firms_outside_the_rule_are_no_unknown_kind_in_the_table_of_kinds(bulletin: Report, run: Run) -> None:
    rows = next(cells for caption, cells in tables(opened(bulletin)) if "各类企业档次分布" in caption)
    status = run.trace["status"].cast(pl.String).to_list()
    counts = {cells[0]: int(cells[1].replace(",", "")) for cells in rows[1:]}
    assert status.count("outside") > 0
    assert counts["不在评价范围"] == status.count("outside")
    assert counts.get("未知", 0) == status.count("population_unknown")


def test_authority_and_date_stand_on_one_page_with_a_line_of_the_text() -> None:
    parts = (Paragraph("正文。"), Paragraph("决定人：甲。"))
    report = Report("答复书", False, ("某次运行",), parts, signature=("示例市经信委", "2026年3月2日"))
    said = [(one.text.strip(), one.paragraph_format.keep_with_next) for one in opened(report).paragraphs]
    at = next(n for n, (text, _) in enumerate(said) if text == "示例市经信委")
    assert [text for text, _ in said[at - 2 : at + 2]] == ["决定人：甲。", "", "示例市经信委", "2026年3月2日"]
    assert [bool(keep) for _, keep in said[at - 3 : at + 2]] == [False, True, True, True, False]
