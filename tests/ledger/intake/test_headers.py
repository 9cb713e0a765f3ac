"""Headers: found below titles, over one or several rows, matched by title or alias, never by a guess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from jiqun.ledger.intake import Checked, check_file, layout
from jiqun.ledger.intake.header_text import readings
from jiqun.packs.models.table import TableContract
from jiqun.problems import ProblemsError
from jiqun.values import Period

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
Code = Callable[[int], str]
YEAR = Period.parse("2024")


def read(checked: Checked) -> dict[str, tuple[str, str]]:
    return {one.field: (one.column, one.unit_from) for one in checked.header.columns}


@pytest.mark.parametrize(
    ("header", "name", "unit", "year"),
    [
        ("实缴税金（万元）", "实缴税金", "万元", None),
        ("实缴税金[元]", "实缴税金", "元", None),
        ("税收/万元", "税收", "万元", None),
        ("税收万元", "税收", "万元", None),
        ("税收（单位：亿元）", "税收", "亿元", None),
        ("2024年税收(万元)", "税收", "万元", 2024),
        ("综合能耗（吨标准煤，等价值）", "综合能耗(等价值)", "吨标准煤", None),
        ("亩均税收（万元/亩）", "亩均税收", "万元/亩", None),
        ("Usage_kWh", "usage", "kWh", None),
        ("CO2(tCO2)", "co2", "tCO2", None),
        ("1.营业收入[元]", "营业收入", "元", None),
    ],
)
def test_a_header_gives_name_unit_and_year(header: str, name: str, unit: str, year: int | None) -> None:
    assert (name, unit, year) in [(one.name, one.unit, one.year) for one in readings(header)]


def test_titles_unit_lines_and_signatures_around_a_table(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["2024年度工业企业税收情况表"],
        ["填报单位：示范税务局", None, None, "单位：万元"],
        ["序号", "纳税人识别号", "纳税人名称", "税收合计"],
        [1, code(1), "甲厂", 10],
        [2, code(2), "乙厂", 20],
        [None, None, "合 计", 30],
        ["填表人：张三", None, None, "审核：李四"],
    ]
    checked = check_file(workbook(rows, merged=["A1:D1"]), tables("enterprise_year"), period=YEAR)
    assert checked.problems == () and checked.good["tax"].to_list() == [10.0, 20.0]
    assert (checked.header.header_row, checked.header.data_row) == (3, 4)
    left = [one for one in checked.notices if one.code == "LEDGER-041"]
    assert [one.values["rows"] for one in left] == ["6、7"] and checked.summary().left_out == 2


def test_figures_that_read_like_a_year_and_a_month_are_not_looked_at_row_by_row(
    tmp_path: Path, tables: Tables, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{code(one)},{1000 + one}.5" for one in range(200)]
    file = tmp_path / "税收.csv"
    file.write_text("\n".join(["统一社会信用代码,税收（万元）", *rows, "2024年1月,", ""]), encoding="utf-8")
    seen: list[int] = []
    reason = layout._reason
    monkeypatch.setattr(layout, "_reason", lambda *told: (seen.append(told[2]), reason(*told))[1])
    checked = check_file(file, tables("enterprise_year"), period=YEAR)
    assert checked.good["tax"].to_list() == [1000.5 + one for one in range(200)]
    assert seen == [201] and checked.summary().left_out == 1  # the day of the table, alone in its row


def test_a_unit_line_counts_for_money_only_and_the_header_goes_before_it(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["单位：万元"], ["统一社会信用代码", "营业收入", "税收（元）", "用电量（千瓦时）"], [code(1), 5, 6, 7]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert read(checked)["revenue"] == ("B", "万元") and read(checked)["tax"] == ("C", "元")
    assert read(checked)["power"] == ("D", "kWh")


def test_two_header_rows_with_merged_parents(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["统一社会信用代码", "企业名称", "用电量（万千瓦时）", None, "税收（万元）", None],
        [None, None, "2023年", "2024年", "上年", "本年"],
        [code(1), "甲", 1, 2, 3, 4],
    ]
    path = workbook(rows, merged=["A1:A2", "B1:B2", "C1:D1", "E1:F1"])
    checked = check_file(path, tables("enterprise_year"), period=YEAR)
    assert checked.good.select("power", "tax").rows() == [(2.0, 4.0)]
    assert [one.column for one in checked.header.ignored] == ["C", "E"]


def test_months_below_a_parent_are_not_a_year(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["统一社会信用代码", "用电量（万千瓦时）", None, None],
        [None, "1月", "2月", "合计"],
        [code(1), 1, 2, 3],
    ]
    checked = check_file(workbook(rows, merged=["A1:A2", "B1:D1"]), tables("enterprise_year"), period=YEAR)
    assert checked.good["power"].to_list() == [3.0]
    assert [one.column for one in checked.header.ignored] == ["B", "C"]


def test_last_years_column_is_never_this_years(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [["统一社会信用代码", "企业名称", "2023年税收（万元）", "税收同比增速（%）"], [code(1), "甲", 1, 2]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert "tax" not in read(checked)
    assert [(one.column, one.other_period) for one in checked.header.ignored] == [("C", True), ("D", False)]


def test_a_row_of_units_and_a_row_of_column_numbers_are_no_data(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["统一社会信用代码", "企业名称", "营业收入", "税收"],
        [None, None, "千元", "万元"],
        ["甲", "乙", 1, 2],
        [code(1), "甲厂", 5000, 6],
    ]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.good.select("revenue", "tax").rows() == [(500.0, 6.0)] and checked.problems == ()


def test_a_header_repeated_on_every_page_is_no_row(workbook: Workbook, tables: Tables, code: Code) -> None:
    head = ["统一社会信用代码", "税收（万元）"]
    checked = check_file(workbook([head, [code(1), 1], head, [code(2), 2]]), tables("enterprise_year"), period=YEAR)
    assert checked.good["_row"].to_list() == [2, 4] and checked.problems == ()


def test_a_firm_whose_name_begins_like_a_total_stays(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [["统一社会信用代码", "企业名称", "税收（万元）"], [code(1), "合计", 1], [code(2), "总计装饰有限公司", 2]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.good["name"].to_list() == ["合计", "总计装饰有限公司"]


def test_the_calibre_in_a_header_is_part_of_its_name(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [["统一社会信用代码", "税收（万元）", "综合能源消费量（吨标准煤，当量值）"], [code(1), 1, 2]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert "energy" not in read(checked) and checked.header.ignored[0].nearest.startswith("energy")


def test_what_the_user_tells_of_columns_units_and_header_row_is_taken(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["某表"], ["代码列", "统一社会信用代码", "应缴", "应缴"], ["x", code(1), 1, 20000]]
    told = {"mapping": {"tax": "D"}, "units": {"tax": "元"}, "header_row": 2}
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR, **told)  # type: ignore[arg-type]
    assert checked.good["tax"].to_list() == [2.0]
    column = checked.header.of("tax")
    assert column is not None and (column.column, column.how) == ("D", "told")


def test_the_table_is_found_among_other_sheets(workbook: Workbook, tables: Tables, code: Code) -> None:
    sheets = {
        "说明": [["字段", "单位"], ["税收", "万元"]],
        "数据": [["统一社会信用代码", "税收（万元）"], [code(1), 5]],
        "汇总": [["区县", "税收（万元）"], ["北碚", 5]],
    }
    checked = check_file(workbook(sheets), tables("enterprise_year"), period=YEAR)
    assert checked.source.sheet == "数据" and checked.good["tax"].to_list() == [5.0]


def test_a_column_without_header_that_holds_data_is_not_passed_over_in_silence(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    checked = check_file(
        workbook([["统一社会信用代码", "税收（万元）"], [code(1), 5, "备注"]]), tables("enterprise_year"), period=YEAR
    )
    assert [(one.column, one.header) for one in checked.header.ignored] == [("C", "")]


def test_an_assumed_unit_is_told(workbook: Workbook, tables: Tables, code: Code) -> None:
    checked = check_file(
        workbook([["统一社会信用代码", "职工人数"], [code(1), 5]]), tables("enterprise_year"), period=YEAR
    )
    assert [one.code for one in checked.notices] == ["LEDGER-045"]
    assert checked.header.columns[1].unit_assumed


def test_one_header_for_two_fields_is_a_question(workbook: Workbook, code: Code) -> None:
    field = {"title_en": "x", "type": "string", "aliases": ("名称",)}
    contract = TableContract.model_validate(
        {
            "kind": "table", "id": "t", "title": "表", "title_en": "T", "primaryKey": ("a",),
            "fields": ({**field, "name": "a", "title": "甲", "title_en": "a1"}, {**field, "name": "b", "title": "乙", "title_en": "b1"}),
        }
    )  # fmt: skip
    with pytest.raises(ProblemsError) as caught:
        check_file(workbook([["甲", "名称", "其他"], ["1", "2", "3"]]), contract, header_row=1)
    assert [(one.code, one.place.cell, one.values["fields"]) for one in caught.value.problems] == [
        ("LEDGER-017", "B1", "a、b")
    ]


@pytest.mark.parametrize("hides", ["veryHidden", "hidden"])
def test_a_hidden_sheet_is_named_and_read_only_when_told(
    workbook: Workbook, tables: Tables, code: Code, hides: str
) -> None:
    file = workbook([["统一社会信用代码", "税收合计（万元）"], [code(1), 10]])
    book = openpyxl.load_workbook(file)
    book.active.title, book.active.sheet_state = "税收", hides
    book.create_sheet("封面").append(["见附表"])
    book.active = 1
    book.save(file)
    with pytest.raises(ProblemsError) as refused:
        check_file(file, tables("enterprise_year"), period=YEAR)
    (told,) = refused.value.problems
    assert told.code == "LEDGER-014" and "隐藏的工作表 “税收” 没有读" in told.text("zh") and "“税收”" in told.text("en")
    read = check_file(file, tables("enterprise_year"), period=YEAR, sheet="税收")
    assert read.good["tax"].to_list() == [10.0] and not read.notices


def test_hidden_sheets_beside_the_table_are_told_but_not_the_lists_of_a_template(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    file = workbook([["统一社会信用代码", "税收合计（万元）"], [code(1), 10]])
    book = openpyxl.load_workbook(file)
    for name in ("选项", "上年"):
        book.create_sheet(name).sheet_state = "hidden"
    book.save(file)
    told = [one.text("zh") for one in check_file(file, tables("enterprise_year"), period=YEAR).notices]
    assert len(told) == 1 and "“上年”" in told[0] and "选项" not in told[0]


def test_a_name_or_a_code_read_in_other_letters_than_written_is_told(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows: list[list[object]] = [["统一社会信用代码", "企业名称", "税收合计（万元）"]]
    wide = "９１" + code(3)[2:]
    rows += [
        [code(1), "乙\u3000厂\n", 1],
        [code(2), "（集团）Ⅲ号㈱", 2],
        [wide, "丙\x07厂", 3],
        [f" {code(4)} ", "'=丁厂 ", 4],
    ]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.good["name"].to_list() == ["乙 厂", "（集团）Ⅲ号㈱", "丙 厂", "=丁厂"]  # letters stay as written
    told = {one.place.cell: (one.values["rows"], one.values["read"]) for one in checked.notices}
    assert told == {"B4": ("1", "丙 厂"), "A4": ("1", code(3))}
