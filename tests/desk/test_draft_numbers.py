"""Dated numbers and documents are changed line by line, told in words, and go through Excel and back."""

from __future__ import annotations

from datetime import date

import pytest
import xlsxwriter
import yaml

from jiqun.desk.context import Context
from jiqun.desk.drafts.drafting import lay
from jiqun.desk.drafts.law_changes import changes
from jiqun.desk.drafts.parameter_sheet import read_rows
from jiqun.desk.drafts.parts import DOCUMENT, PARAMETER, Basis, carried, copied, with_next_year
from jiqun.desk.drafts.rule_text import head_of, with_head
from jiqun.desk.drafts.section_text import ClauseRow, Row, clause_rows, dated_rows, with_clauses, with_rows
from jiqun.ledger.workspace import init
from jiqun.packs import builtin_root
from jiqun.packs.models import Document, Parameter, TableContract
from jiqun.packs.models.document import Clause, Origin
from jiqun.problems import ProblemsError
from jiqun.reports.parameters import parameter_workbook

BASE = (builtin_root() / "zhejiang/parameters/huangyan-base.yaml").read_text("utf-8")
PAPER = (builtin_root() / "zhejiang/documents/huangyan-2018-12.yaml").read_text("utf-8")
EVERY = sorted(builtin_root().glob("*/parameters/*.yaml"))
OPEN = """kind: parameter
id: power.price
title: 加价
title_en: Surcharge
unit: 元/kWh
values:
  # the first notice
  - {from: "2023-01-01", value: "0.10", clause: 加价}  # read on paper
"""


def test_a_text_whose_aliases_stand_for_millions_of_words_is_not_unfolded():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    assert head_of(f"{bomb}title: *i\n") == {} and not dated_rows(f"{bomb}values: *i\n")


def test_a_classification_names_no_file_outside_its_pack(region_of_packs, tmp_path):
    context, basis = region_of_packs
    files = copied(context, basis, "2026", "2026-01-01", paper=False)
    for name in ("/etc/hostname", "../pack.yaml", "pack.yaml", "taxonomies/../../x.csv"):
        text = with_head(files["taxonomy.yaml"], {"data": name})
        lay(context, basis, {"taxonomy.yaml": text}, tmp_path / name.replace("/", "_"))
        there = sorted(one.name for one in (tmp_path / name.replace("/", "_")).rglob("*") if one.is_file())
        assert len(there) == 2 and "pack.yaml" in there, (name, there)


@pytest.fixture
def region_of_packs(tmp_path):
    """A workspace without a ledger, and a classification whose codes lie in a table beside it."""
    folder = tmp_path / "workspace"
    init(folder, packs=("chongqing",), region="500000")
    context = Context(folder)
    one = next(one for one in context.book.objects("taxonomy") if one.model.data)
    return context, Basis(one.id, one.model.edition or "", "taxonomy")


def parameter(text):
    return Parameter.model_validate(yaml.load(text, yaml.BaseLoader), strict=False)


@pytest.mark.parametrize("file", EVERY, ids=lambda one: one.stem)
def test_every_parameter_of_the_packs_takes_a_value_more_and_gives_it_back(file):
    text = file.read_text("utf-8")
    rows = dated_rows(text)
    assert with_rows(text, rows) == text
    more = [*rows, Row(rows[-1].key, {"from": "2030-01-01", "value": "9.5", "clause": "四：x"})]
    found = dated_rows(with_rows(text, more))
    assert [(one.key, one.said) for one in found] == [(one.key, one.said) for one in more]
    again = [one for one in found if one.at("from") != "2030-01-01"]
    assert [(one.key, one.said) for one in dated_rows(with_rows(with_rows(text, more), again))] == [
        (one.key, one.said) for one in rows
    ]


def test_only_the_line_of_a_changed_value_is_written_anew():
    rows = dated_rows(BASE)
    changed = with_rows(BASE, [Row(rows[0].key, {**rows[0].said, "value": "26.02"}, 0), *rows[1:]])
    apart = [(old, new) for old, new in zip(BASE.splitlines(), changed.splitlines(), strict=True) if old != new]
    assert len(apart) == 1 and '"26.01"' in apart[0][0] and '"26.02"' in apart[0][1]
    more = with_rows(OPEN, [*dated_rows(OPEN), Row("", {"from": "2026-01-01", "value": "0.2"})])
    assert "# the first notice" in more and "# read on paper" in more


def test_last_years_values_are_copied_for_the_next_and_an_open_one_ends_the_day_before():
    found = carried(dated_rows(BASE), 2022, date(2023, 1, 1), date(2023, 12, 31), "hy-2024")
    tax = [one for one in found if one.key == "tax_per_mu"]
    assert [one.at("value") for one in tax] == ["26.01", "24.097", "24.097"]  # 2021, 2022 as published, 2023 copied
    assert tax[-1].said == {
        "from": "2023-01-01", "to": "2023-12-31", "value": "24.097", "unit": "万元/亩", "clause": "基准值-2023",
        "document": "hy-2024",
    }  # fmt: skip
    assert len(found) == 24 and len(carried(found, 2022, date(2023, 1, 1), None, "x")) == 24  # not twice
    first, second = carried(dated_rows(OPEN), 2025, date(2026, 1, 1), None, "")
    assert first.at("to") == "2025-12-31" and second.at("from") == "2026-01-01" and not second.at("to")


def test_the_clause_of_the_new_year_stands_in_the_drafts_document():
    files = {PARAMETER: BASE, DOCUMENT: PAPER.replace("id: huangyan-2018-12", "id: hy-2024", 1)}
    found = with_next_year(files, PARAMETER, 2022, date(2023, 1, 1), date(2023, 12, 31))
    assert [one.id for one in clause_rows(found[DOCUMENT])][-1] == "基准值-2023"
    assert found[DOCUMENT].startswith(files[DOCUMENT].rstrip())  # every clause before stays as it was written


def test_clauses_are_added_changed_and_dropped_without_touching_the_others():
    rows = clause_rows(PAPER)
    new = ClauseRow("四：x", "加价", '说 "x": y')
    found = with_clauses(PAPER, [rows[0], *rows[2:], new])
    assert clause_rows(found) == [rows[0], *rows[2:], new]
    assert PAPER.splitlines()[15] in found and rows[1].text not in found
    assert clause_rows(with_clauses(PAPER, [])) == []


def test_a_clause_that_is_worded_anew_keeps_how_well_it_was_read():
    paper = "clauses:\n  一: {text: 甲, evidence: G}\n  二: {text: 乙}\n"
    found = with_clauses(paper, [ClauseRow("一", "", "丙"), ClauseRow("二", "", "丁")])
    assert found == 'clauses:\n  一: {text: "丙", evidence: "G"}\n  二: {text: "丁"}\n'


def words(old, new, language="zh", **titles):
    return [(one.section, one.name, one.before, one.after) for one in changes(old, new, language, titles)]


def test_changed_numbers_are_told_from_to_with_the_difference():
    old = parameter(BASE)
    rows = carried(dated_rows(BASE), 2022, date(2023, 1, 1), date(2023, 12, 31), "hy-2024")
    rows = [Row(one.key, {**one.said, "value": "26.5067"}, one.index) if one.at("from") == "2023-01-01"
            and one.key == "tax_per_mu" else one for one in rows]  # fmt: skip
    rows[0] = Row(rows[0].key, {**rows[0].said, "value": "26.1"}, 0)
    found = words(old, parameter(with_rows(BASE, rows)), tax_per_mu="亩均税收")
    assert (
        "亩均税收", "2023-01-01 起", "",
        "26.5067 万元/亩（至 2023-12-31，hy-2024，基准值-2023）；比上一期 +10.00%",  # 24.097 × 1.1 = 26.5067
    ) in found  # fmt: skip
    corrected = next(one for one in found if one[2].startswith("26.01 "))
    assert corrected[3].startswith("26.1 万元/亩") and "比原值 +0.35%" in corrected[3]  # 0.09 / 26.01
    assert sum("与上一期相同" in one[3] for one in found) == 7
    english = words(old, parameter(with_rows(BASE, rows)), "en")
    assert any("on the value before" in one[3] for one in english)


def test_a_documents_number_days_and_clauses_are_told_in_words():
    head = {
        "kind": "document",
        "id": "a",
        "title": "甲",
        "title_en": "A",
        "issuer": "区政府",
        "source": Origin(evidence="O"),
    }
    old = Document(**head, number="〔2023〕1号", clauses={"一": Clause(text="税收30分"), "二": Clause(text="旧")})
    new = Document(**{**head, "id": "b"}, number="〔2026〕2号", issued=date(2026, 1, 5), supersedes=("a",),
                   clauses={"一": Clause(text="税收35分"), "三": Clause(text="新")})  # fmt: skip
    assert words(old, new) == [
        ("文件", "文号", "〔2023〕1号", "〔2026〕2号"),
        ("文件", "成文日期", "", "2026-01-05"),
        ("文件", "接替", "", "a"),
        ("条款", "一", "税收30分", "税收35分"),
        ("条款", "三", "", "新"),
        ("条款", "二", "旧", ""),
    ]


def test_any_other_object_is_told_leaf_by_leaf_by_the_names_in_its_lists():
    head = {"kind": "table", "id": "t", "title": "甲", "title_en": "A"}
    land = {"name": "land", "title": "用地", "title_en": "Land", "type": "number", "unit": "亩"}
    staff = {"name": "staff", "title": "人数", "title_en": "Staff", "type": "integer"}
    old = TableContract.model_validate({**head, "fields": [land, staff]}, strict=False)
    new = TableContract.model_validate(
        {**head, "edition": "2026", "fields": [staff, {**land, "unit": "ha"}]}, strict=False
    )
    assert words(old, new) == [("版本", "版本", "", "2026"), ("列", "land · 单位", "亩", "ha")]


# --- Excel


def written(tmp_path, rows, head=("键", "起", "止", "数值", "单位", "完整度")):
    path = tmp_path / "基准值.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("参数")
    for at, row in enumerate([head, *rows]):
        sheet.write_row(at, 0, row)
    book.close()
    return path


def test_values_handed_out_and_back_unchanged_change_nothing(tmp_path):
    for file in EVERY:
        text = file.read_text("utf-8")
        rows, unit = dated_rows(text), yaml.load(text, yaml.CSafeLoader).get("unit") or ""
        path = tmp_path / "out.xlsx"
        path.write_bytes(parameter_workbook("参数", rows, {}, unit, True, "zh"))
        assert with_rows(text, read_rows(path, rows, unit)) == text, file.stem


def test_a_number_changed_in_excel_changes_that_value_and_keeps_what_the_sheet_does_not_show(tmp_path):
    path = written(tmp_path, [("tax_per_mu", "2021-01-01", "2021-12-31", 26.5, "万元/亩", "部分"),
                              ("tax_per_mu", "2023年1月1日", "", "1，024.5", "万元/亩", "")])  # fmt: skip
    found = read_rows(path, dated_rows(BASE), "")
    assert found[0].said == {
        "from": "2021-01-01", "to": "2021-12-31", "value": "26.5", "unit": "万元/亩", "clause": "基准值-2021",
        "completeness": "partial",
    }  # fmt: skip
    assert found[1].said == {"from": "2023-01-01", "value": "1024.5", "unit": "万元/亩"} and found[1].index is None


def test_what_cannot_be_read_is_told_at_its_cell_and_never_taken_for_nothing(tmp_path):
    rows = [
        ("tax_per_mu", "2023-01-01", "", "约24", "万元/亩", ""),
        ("tax_per_nu", "2023-01-01", "", 3, "", ""),
        ("tax_per_mu", "明年", "", "", "", "全"),
        ("rd_share", "2023-01-01", "", 3, "", ""),
        ("rd_share", "2023-01-01", "", 4, "", ""),
    ]
    with pytest.raises(ProblemsError) as told:
        read_rows(written(tmp_path, rows), dated_rows(BASE), "")
    found = {(one.code, one.place.cell) for one in told.value.problems}
    assert found == {("DRAFT-007", "D2"), ("DRAFT-008", "A3"), ("DRAFT-007", "B4"), ("DRAFT-007", "D4"),
                     ("DRAFT-007", "F4"), ("DRAFT-009", "B6")}  # fmt: skip
    with pytest.raises(ProblemsError, match="DRAFT-005"):
        read_rows(written(tmp_path, [], head=("甲", "乙")), dated_rows(BASE), "")
