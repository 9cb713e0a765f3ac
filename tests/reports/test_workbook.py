"""The Excel, CSV and Parquet of an evaluation, read back cell by cell."""

from __future__ import annotations

import csv
import shutil
import subprocess
import time
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from jiqun import methods
from jiqun.methods.explanation.explain import explain
from jiqun.reports import Evaluated, export
from jiqun.reports.layout import Head, Page
from jiqun.reports.workbook import workbook_bytes

Make = Callable[..., Evaluated]


def _table(sheet: Worksheet) -> list[dict[str, object]]:
    """Read a sheet below its two header rows; the header is the row that is frozen last but one."""
    first = int("".join(sign for sign in str(sheet.freeze_panes) if sign.isdigit()))
    heads = [str(cell.value) for cell in sheet[first - 2]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=first)]


@pytest.fixture
def book(evaluated: Make, tmp_path: Path) -> openpyxl.Workbook:
    export(evaluated(), tmp_path / "r.xlsx")
    return openpyxl.load_workbook(tmp_path / "r.xlsx")


def test_the_sheets_stand_in_their_order(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["结果", "亩均税收", "汇总", "调整", "办法", "问题"]


def test_figures_of_the_published_kind_come_out_digit_for_digit(book: openpyxl.Workbook) -> None:
    # 87.5 万元 ÷ 10 亩 = 8.7500; 8.7500 ÷ 24.097 × 100 = 36.31157…, to four digits 36.3116, total 36.31
    row = next(one for one in _table(book["亩均税收"]) if one["代码"] == "F000007")
    assert (row["税收"], row["用地"], row["指标值"], row["基准值"], row["权重"], row["得分"]) == (
        87.5,
        10,
        8.75,
        24.097,
        100,
        36.3116,
    )
    assert row["怎样得来"] == "按本企业数据计分"
    total = next(one for one in _table(book["结果"]) if one["代码"] == "F000007")
    assert total["总分"] == 36.31


def test_a_missing_figure_is_blank_and_never_zero(book: openpyxl.Workbook) -> None:
    row = next(one for one in _table(book["亩均税收"]) if one["代码"] == "F000003")
    assert (row["税收"], row["指标值"], row["得分"], row["怎样得来"]) == (None, None, None, "数据缺失，得分未知")
    result = next(one for one in _table(book["结果"]) if one["代码"] == "F000003")
    assert (result["总分"], result["档次"]) == (None, None)
    zero = next(one for one in _table(book["亩均税收"]) if one["代码"] == "F000000")
    assert (zero["税收"], zero["得分"]) == (0, 0)


def test_points_over_a_zero_cannot_be_computed_and_are_not_missing(evaluated: Make, tmp_path: Path) -> None:
    export(evaluated(land=0.0), tmp_path / "r.xlsx")
    rows = {one["代码"]: one for one in _table(openpyxl.load_workbook(tmp_path / "r.xlsx")["亩均税收"])}
    assert (rows["F000004"]["用地"], rows["F000004"]["得分"]) == (0, None)
    assert rows["F000004"]["怎样得来"] == "算不出，得分未知"
    assert rows["F000003"]["怎样得来"] == "数据缺失，得分未知"


def test_moves_stand_apart_from_the_ranking(book: openpyxl.Workbook) -> None:
    (move,) = _table(book["调整"])
    assert (move["代码"], move["调整前"], move["调整后"], move["文件"]) == ("F000007", "A", "D", "虚拟〔2022〕1号")
    result = next(one for one in _table(book["结果"]) if one["代码"] == "F000007")
    assert (result["档次"], result["名次"], result["同组户数"], result["调整"]) == ("D", 1, 7, "一票否决 A→D")


def test_the_summary_counts_everybody_and_its_shares_are_of_those_graded(book: openpyxl.Workbook) -> None:
    everybody = _table(book["汇总"])[0]
    assert (everybody["户数"], everybody["定档户数"], everybody["未能定档"]) == (8, 7, 1)
    counts = [everybody[f"{grade}档户数"] for grade in "ABCD"]
    assert sum(counts) == 7  # type: ignore[arg-type]
    assert [everybody[f"{grade}档占比"] for grade in "ABCD"] == pytest.approx([one / 7 for one in counts])  # type: ignore[operator]


def test_text_that_a_spreadsheet_would_run_stays_text(book: openpyxl.Workbook, evaluated: Make, tmp_path: Path) -> None:
    row = next(one for one in _table(book["结果"]) if one["代码"] == "F000001")
    assert str(row["名称"]).startswith("'=HYPERLINK")
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    export(evaluated(), tmp_path / "r.csv")
    assert ",'=HYPERLINK" in (tmp_path / "r.csv").read_text("utf-8-sig").replace('"', "")


def test_numbers_are_numbers_right_aligned_with_fixed_decimals(book: openpyxl.Workbook) -> None:
    sheet = book["亩均税收"]
    first = int("".join(filter(str.isdigit, str(sheet.freeze_panes))))
    heads = {str(cell.value): cell.column for cell in sheet[first - 2]}
    cell = sheet.cell(first, heads["得分"])
    assert (cell.number_format, cell.alignment.horizontal, isinstance(cell.value, (int, float))) == (
        "#,##0.0000",
        "right",
        True,
    )
    assert sheet.cell(first - 1, heads["指标值"]).value == "万元/亩"
    assert str(sheet.auto_filter.ref).startswith(f"A{first - 1}:")


def test_a_trial_says_so_on_every_sheet_and_an_official_result_nowhere(evaluated: Make, tmp_path: Path) -> None:
    for official in (False, True):
        export(evaluated(official=official), tmp_path / "r.xlsx")
        for sheet in openpyxl.load_workbook(tmp_path / "r.xlsx"):
            said = (str(sheet["A3"].value), sheet.oddHeader.center.text or "")
            assert all(("试算" in text) is (not official) for text in said)


def test_every_word_of_the_layout_is_english_when_asked(evaluated: Make, tmp_path: Path) -> None:
    export(evaluated(language="en"), tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Results", "Tax per mu", "Summary", "Moves", "Rule", "Problems"]
    sheet = book["Results"]
    first = int("".join(filter(str.isdigit, str(sheet.freeze_panes))))
    assert not any("\u4e00" <= sign <= "\u9fff" for cell in sheet[first - 2] for sign in str(cell.value))


def test_a_long_title_is_whole_on_paper_and_the_mark_stands_below_it() -> None:
    title = "重庆市制造业企业亩均效益综合评价办法（试行）" * 4
    for said, mark in ((title, "\n试算"), ("2024 年亩均税收 20 强", " 试算")):
        with ZipFile(BytesIO(workbook_bytes(Head(said, (), "试算", trial=True), [Page("a", "a", ())]))) as parts:
            sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        header = unescape(sheet.partition("<oddHeader>")[2].partition("</oddHeader>")[0])
        assert f"&9 {said}&C" in header and header.endswith(f"&14{mark}") and len(header) <= 255


def test_the_mark_behind_the_cells_is_in_the_language_of_the_sheet() -> None:
    pictures = []
    for language in ("zh", "en"):
        head = Head("a", (), "trial", trial=True, language=language)  # type: ignore[arg-type]
        with ZipFile(BytesIO(workbook_bytes(head, [Page("a", "a", ())]))) as parts:
            pictures.append(parts.read("xl/media/image1.png"))
    assert pictures[0] != pictures[1]


def test_the_same_result_gives_the_same_bytes(evaluated: Make, tmp_path: Path) -> None:
    for ending in ("xlsx", "csv", "parquet"):
        paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
        for path in paths:
            export(evaluated(), path)
            time.sleep(0.01)
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_parquet_is_the_wide_trace_as_it_is(evaluated: Make, tmp_path: Path) -> None:
    run = evaluated()
    export(run, tmp_path / "r.parquet")
    assert pl.read_parquet(tmp_path / "r.parquet").equals(run.trace)


def test_an_unknown_ending_is_refused(evaluated: Make, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xlsx"):
        export(evaluated(), tmp_path / "r.docx")


def test_the_csv_tells_value_points_and_reason_of_every_indicator_in_the_words_of_the_explanation(
    evaluated: Make, tmp_path: Path
) -> None:
    run = evaluated()
    export(run, tmp_path / "r.csv")
    lines = {one["代码"]: one for one in csv.DictReader((tmp_path / "r.csv").open(encoding="utf-8-sig", newline=""))}
    assert set(lines) == set(run.trace["enterprise"]) and len(lines) == run.trace.height
    for subject in sorted(lines):
        told = explain(run.plan, run.trace, run.gathered, subject, moves=run.moves, book=run.book)
        for item in told.items:
            line = lines[subject]
            points, words = line[f"{item.title} 得分（分）"], line[f"{item.title} 说明"]
            assert (points or None) == (item.points and item.points.replace(",", "")) and words.startswith(
                item.reason_words
            )
            assert all(one in words for one in item.missing)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed here")
def test_libreoffice_opens_the_workbook_with_chinese_intact(evaluated: Make, tmp_path: Path) -> None:
    export(evaluated(), tmp_path / "r.xlsx")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", str(tmp_path), str(tmp_path / "r.xlsx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "r.csv").read_text("utf-8")
    assert "评价结果 · 试验办法" in text
    assert "示范2有限公司" in text and "10.37" in text  # 25 万元 ÷ 10 亩 ÷ 24.097 × 100
    assert "#NAME?" not in text and "Err:" not in text


def test_each_firm_stands_beside_its_own_benchmark_and_a_rule_without_grades_counts_no_missing_ones(
    tmp_path: Path,
) -> None:
    firms = pl.DataFrame(
        {
            "enterprise": ["a", "b", "c"],
            "year": [2022] * 3,
            "scale": ["above", "above", "below"],
            **dict.fromkeys(("tax", "value_added", "energy", "rd", "revenue", "power"), [9.0] * 3),
            "staff": [1] * 3,
            "emission": [0.5, None, None],
        }
    )
    land = firms.select("enterprise", "year", used=1.0)
    tables = {"enterprise_year": firms, "land_use": land}
    run = methods.load("per-mu.huangyan").evaluate(tables, period=2022)
    export(Evaluated(run.plan, run.trace, run.gathered, run.moves, "r", "s", False, book=run.book), tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    # 24.097 above scale and 11.5932 below, as published for 2022
    assert [(row["代码"], row["基准值"]) for row in _table(book["亩均税收"])] == [
        ("a", 24.097),
        ("b", 24.097),
        ("c", 11.5932),
    ]
    assert {row["代码"]: row["条款"] for row in _table(book["单位排放增加值"])} == {"a": "公式-规上", "b": "缺排放"}
    everybody = _table(book["汇总"])[0]
    assert (everybody["户数"], everybody["已评价"]) == (3, 3) and "未能定档" not in everybody
