"""Text, codes, dates, truth words: understood where one meaning is possible, asked where two are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from jiqun.ledger.intake import check_file, neutralise, original
from jiqun.ledger.intake.cells_date import parse_moment
from jiqun.packs.models.table import TableContract
from jiqun.values import Period

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
Code = Callable[[int], str]
YEAR = Period.parse("2024")
INDUSTRIES = frozenset({"34", "341", "3411", "0111", "111", "0112", "1120"})


@pytest.mark.parametrize(
    "text",
    ["2024-01-31", "2024/1/31", "2024.1.31", "2024年1月31日", "2024年01月31号", "20240131", "２０２４－０１－３１", " 2024-1-31 ", "2024年1 月31日"],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    assert parse_moment(text) == datetime(2024, 1, 31)


def test_the_hour_24_is_the_next_day() -> None:
    assert parse_moment("2024-01-31 24:00") == datetime(2024, 2, 1)
    assert parse_moment("2024-01-31 08:15:30") == datetime(2024, 1, 31, 8, 15, 30)


def test_day_and_month_are_told_apart_only_by_what_the_user_says() -> None:
    assert parse_moment("31-12-2018") == "LEDGER-029"
    assert parse_moment("31-12-2018 00:15", "dmy") == datetime(2018, 12, 31, 0, 15)
    assert parse_moment("12/31/2018", "mdy") == datetime(2018, 12, 31)
    assert parse_moment("31/12/2018", "mdy") == "LEDGER-028"


def test_dates_as_excel_cells_serial_days_and_eight_digits(workbook: Workbook, tables: Tables, code: Code) -> None:
    cells = [date(2012, 5, 18), 41047, 20120518, "2012.5.18", "20120518"]
    rows = [
        ["统一社会信用代码", "企业名称", "成立日期"],
        *([code(row), f"企业{row}", cell] for row, cell in enumerate(cells)),
    ]
    checked = check_file(workbook(rows), tables("enterprise"))
    assert checked.good["registered_on"].to_list() == [date(2012, 5, 18)] * 5
    assert [(one.code, one.place.cell, one.values["read"]) for one in checked.notices] == [
        ("LEDGER-044", "C3", "2012-05-18")
    ]


def test_a_midnight_after_a_later_time_of_its_day_must_be_explained(tmp_path: Path, tables: Tables) -> None:
    path = tmp_path / "读数.csv"
    lines = ["表号,时刻,用电量(kWh)", "m1,2018-12-31 23:45,3", "m2,2018-12-31 23:45,5", "m1,2018-12-31 00:00,4", "m2,2018-12-31 00:00,6"]  # fmt: skip
    path.write_text("\n".join(lines), "utf-8")
    asked = check_file(path, tables("reading"))
    assert [(one.code, one.place.cell, one.values["rows"]) for one in asked.problems] == [("LEDGER-029", "B4", "2")]
    assert asked.good.height == 2
    closed = check_file(path, tables("reading"), midnight="closes")
    assert closed.good["at"].to_list()[2:] == [datetime(2019, 1, 1)] * 2
    opened = check_file(path, tables("reading"), midnight="opens")
    assert opened.good["at"].to_list()[2:] == [datetime(2018, 12, 31)] * 2


def test_a_midnight_that_opens_its_day_needs_no_explanation(tmp_path: Path, tables: Tables) -> None:
    path = tmp_path / "读数.csv"
    path.write_text("表号,时刻,用电量(kWh)\nm1,2018-12-31 00:00,3\nm1,2018-12-31 00:15,5\n", "utf-8")
    assert check_file(path, tables("reading")).good.height == 2


def industries(workbook: Workbook, tables: Tables, code: Code, *cells: object) -> tuple[list[object], list[str]]:
    rows = [["统一社会信用代码", "行业代码"], *([code(row), cell] for row, cell in enumerate(cells))]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR, sets={"industry": INDUSTRIES})
    return checked.good["industry"].to_list(), [one.code for one in checked.problems]


def test_codes_stored_as_numbers_are_codes_again(workbook: Workbook, tables: Tables, code: Code) -> None:
    assert industries(workbook, tables, code, 3411, "3411", " ３４１１ ", "C3411") == (["3411"] * 4, [])


def test_a_leading_zero_comes_back_where_one_code_alone_can_be_meant(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    assert industries(workbook, tables, code, 111, "112", "0111") == (["0111", "0112", "0111"], [])
    assert industries(workbook, tables, code, 11, 7) == ([], ["LEDGER-038", "LEDGER-038"])


def test_a_code_that_is_too_broad_is_told_with_the_classes_under_it(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["统一社会信用代码", "行业代码"], [code(1), "65"]]
    known = frozenset({"6", "65", "651", "6511", "6512", "6513", "6519", "7511"})
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR, sets={"industry": known})
    (said,) = checked.problems
    assert said.code == "LEDGER-105" and "6511、6512、6513…" in said.text("zh")


NAMES = {"industry": {"金属切削机床制造": "3421", "锅炉及辅助设备制造": "3411"}, "district": {"北碚区": "500109"}}


@pytest.mark.parametrize(
    "text",
    [
        "金属切削机床制造",
        " 金属切削 机床制造",
        "3421金属切削机床制造",
        "C3421 金属切削机床制造",
        "3421（金属切削机床制造）",
    ],
)
def test_a_code_may_be_written_by_its_name_or_with_it(
    workbook: Workbook, tables: Tables, code: Code, text: str
) -> None:
    rows = [["统一社会信用代码", "行业代码", "行政区划"], [code(1), text, "北碚区"]]
    checked = check_file(
        workbook(rows), tables("enterprise_year"), period=YEAR, sets={"industry": INDUSTRIES}, names=NAMES
    )
    assert (checked.good["industry"].to_list(), checked.good["district"].to_list()) == (["3421"], ["500109"])
    assert [one.code for one in checked.notices] == ["LEDGER-044", "LEDGER-044"]


def test_a_code_beside_the_name_of_another_is_refused(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [["统一社会信用代码", "行业代码", "行政区划"], [code(1), "3411 金属切削机床制造", "南城区"]]
    checked = check_file(
        workbook(rows), tables("enterprise_year"), period=YEAR, sets={"industry": INDUSTRIES}, names=NAMES
    )
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-038", "B2"), ("LEDGER-036", "C2")]


def test_a_code_that_may_have_lost_a_zero_or_not_is_a_question(workbook: Workbook, tables: Tables, code: Code) -> None:
    contract = tables("enterprise_year")
    column = contract.column("industry").model_copy(update={"constraints": type(contract.column("name").constraints)()})
    fields = tuple(column if one.name == "industry" else one for one in contract.fields)
    loose = contract.model_copy(update={"fields": fields})
    rows = [["统一社会信用代码", "行业代码"], [code(1), 111], [code(2), "111"]]
    checked = check_file(workbook(rows), loose, period=YEAR, sets={"industry": INDUSTRIES})
    assert [(one.code, one.place.cell) for one in checked.problems] == [("LEDGER-031", "B2")]
    assert checked.good["industry"].to_list() == ["111"]


def test_a_social_credit_code_is_read_through_blanks_case_and_a_letter_o(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    true = code(7)
    cells = [true.lower(), f"{true[:2]} {true[2:8]} {true[8:]}", true.replace("0", "O", 1), true + "\u3000"]
    for row, cell in enumerate(cells):
        path = workbook([["统一社会信用代码", "税收（万元）"], [cell, row]])
        checked = check_file(path, tables("enterprise_year"), period=YEAR)
        assert checked.problems == () and checked.good["enterprise"].to_list() == [true]


def test_a_key_that_is_no_social_credit_code_is_noticed_not_refused(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["统一社会信用代码", "企业名称"], ["500112000012345", "甲"], [code(1), "乙"], ["旧-12", "丙"]]
    checked = check_file(workbook(rows), tables("enterprise"))
    assert checked.problems == () and checked.good.height == 3
    assert [(one.code, one.place.cell, one.values["rows"]) for one in checked.notices] == [("LEDGER-046", "A2", "2")]


def test_choices_are_read_by_their_chinese_words(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["统一社会信用代码", "规模"],
        *([code(row), word] for row, word in enumerate(["规上", "规模以下", "above", " 规 下 "])),
    ]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.good["scale"].to_list() == ["above", "below", "above", "below"]


def test_truth_words(workbook: Workbook, tables: Tables, code: Code) -> None:
    words = ["是", "否", "√", "×", "Y", "n", 1, 0, True, False, None, "—"]
    head = ["统一社会信用代码", "权利编号", "类别", "是否自主研发"]
    rows = [head, *([code(1), f"ZL{row}", "Ⅰ类", word] for row, word in enumerate(words))]
    checked = check_file(workbook(rows), tables("ip_right"))
    assert checked.problems == () and set(checked.good["class"]) == {"1"}
    assert checked.good["own_developed"].to_list() == [True, False] * 5 + [None, None]


def test_several_names_in_one_cell(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [["统一社会信用代码", "企业名称", "曾用名"], [code(1), "甲", "甲一厂； 甲二厂;\n甲三厂"]]
    assert check_file(workbook(rows), tables("enterprise")).good["former_names"].to_list() == ["甲一厂;甲二厂;甲三厂"]


def test_a_choice_that_stands_alone_contradicts_every_other_beside_it(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["统一社会信用代码", "年度", "网络建设", "人才建设"], [code(1), 2024, "无", "专职团队、常态培训"]]
    rows += [[code(2), 2024, "工控网络;无", "无；无"]]
    found = check_file(workbook(rows), tables("sme_digital"), period=YEAR)
    assert found.good.select("network", "talent").rows() == [("无", "专职团队;常态培训")]
    assert [(one.code, one.place.cell) for one in found.problems] == [("LEDGER-116", "C3")]
    assert "填了“无”，又填了工控网络" in found.problems[0].what()


def test_years_may_be_written_with_their_word(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["统一社会信用代码", "年度", "税收（万元）"],
        [code(1), "2024年", 1],
        [code(2), "2024年度", 1],
        [code(3), 2024, 1],
    ]
    checked = check_file(workbook(rows), tables("enterprise_year"))
    assert checked.problems == () and checked.good["year"].to_list() == [2024] * 3


def test_text_that_a_spreadsheet_would_run_stays_text(workbook: Workbook, tables: Tables, code: Code) -> None:
    risky = '=HYPERLINK("http://x","甲")'
    assert neutralise(risky) == f"'{risky}" and original(neutralise(risky)) == risky
    assert [neutralise(text) for text in ("-5", "+3.2%", "—", "-", "甲=乙")] == ["-5", "+3.2%", "—", "-", "甲=乙"]
    assert all(neutralise(text).startswith("'") for text in ("@SUM(1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1"))
    rows = [["统一社会信用代码", "企业名称"], [code(1), risky], [code(2), f"'{risky}"]]
    assert check_file(workbook(rows), tables("enterprise")).good["name"].to_list() == [risky, risky]


def test_repeated_rows_are_kept_once_and_told(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["序号", "统一社会信用代码", "税收（万元）"],
        [1, code(1), 5],
        [2, code(2), 6],
        [3, code(1), 5],
        [4, code(1), 5],
    ]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.good["_row"].to_list() == [2, 3] and checked.summary().repeated == 2
    assert [one.values["rows"] for one in checked.notices if one.code == "LEDGER-043"] == ["4、5"]


def test_csv_and_parquet_are_read_like_a_workbook(tmp_path: Path, tables: Tables, code: Code) -> None:
    content = f"统一社会信用代码;企业名称;税收（元）\n{code(1)};甲;12,500.5\n\n{code(2)};乙;\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        (tmp_path / "a.csv").write_text(content, encoding)
        checked = check_file(tmp_path / "a.csv", tables("enterprise_year"), period=YEAR)
        assert checked.good["tax"].to_list() == [1.25005, None] and checked.good["_row"].to_list() == [2, 4]
    frame = pl.DataFrame(
        {"enterprise": [code(1), code(2)], "name": ["甲", "乙"], "staff": [5, None], "rd（元）": [1.5, 2.0]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    checked = check_file(tmp_path / "a.parquet", tables("enterprise_year"), period=YEAR)
    assert checked.good.select("staff", "rd", "_row").rows() == [(5, 0.00015, 2), (None, 0.0002, 3)]


def test_a_change_of_more_than_ten_times_is_told_with_both_numbers(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["统一社会信用代码", "税收（万元）"], *([code(row), 100 + row] for row in range(8))]
    before = pl.DataFrame(
        {"enterprise": [code(row) for row in range(8)], "tax": [100.0 + row for row in range(7)] + [2.5]}
    )
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR, previous=before)
    assert [(one.code, one.place.cell) for one in checked.notices] == [("LEDGER-047", "B9")]
    assert "B9 2.5 万元 → 107 万元" in checked.notices[0].what()
    assert checked.good.height == 8


def test_many_tenfold_changes_of_a_column_are_one_notice_with_the_first_cells(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    """Twelve of forty firms jump in tax and three in staff: two notices, every cell in the summary."""
    rows = [["统一社会信用代码", "税收（万元）", "平均职工人数"], *([code(row), 100 + row, 50] for row in range(40))]
    tax = [(100.0 + row) / (20 + row if row < 12 else 1) for row in range(40)]
    before = {"enterprise": [code(row) for row in range(40)], "tax": tax, "staff": [1, 1, 1] + [50] * 37}
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR, previous=pl.DataFrame(before))
    found = {one.values["field"]: one for one in checked.notices if one.code == "LEDGER-047"}
    assert {field: one.values["count"] for field, one in found.items()} == {"实缴税金": "12", "平均职工人数": "3"}
    assert found["实缴税金"].place.cell == "B13", "the widest change first"
    assert found["实缴税金"].what().count("→") == 6 and "…" in found["实缴税金"].what()
    assert len(checked.summary().jumps) == 15


def test_a_whole_column_in_a_wrong_unit_is_told_once(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [["统一社会信用代码", "税收（万元）"], *([code(row), (100 + row) * 10_000] for row in range(8))]
    before = pl.DataFrame({"enterprise": [code(row) for row in range(8)], "tax": [110.0] * 8})
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR, previous=before)
    assert [(one.code, one.place.cell) for one in checked.notices] == [("LEDGER-048", "B1")]


def test_a_rule_check_of_severity_notice_lists_its_rows(workbook: Workbook, tables: Tables, code: Code) -> None:
    head = ["统一社会信用代码", "营业收入（万元）", "研发经费（万元）"]
    rows = [head, [code(1), 100, 5], [code(2), 0.3, 0.3], [code(3), 100, 100.01], [code(4), None, 7]]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    (only,) = checked.notices
    assert (only.code, only.place.row, only.values["count"]) == ("LEDGER-049", 4, "1")
    assert "营业收入 100 万元，研发经费 100.01 万元" in only.what() and checked.good.height == 4


def test_shares_that_are_all_one_per_cent_or_less_are_asked_back_and_years_are_not_added_up(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [["统一社会信用代码", "年度", "全国细分市场占有率（%）", "净利润（万元）"]]
    small = check_file(workbook([*rows, *([code(row), 2025, 0.12, 5] for row in range(3))]), tables("sme_profile"))
    assert [(one.code, one.place.cell) for one in small.notices] == [("LEDGER-102", "C2")]
    assert [one.field for one in small.summary().totals] == ["net_profit"]
    usual = check_file(
        workbook([*rows, *([code(row), 2025, share, 5] for row, share in enumerate((0.5, 12, 1)))]),
        tables("sme_profile"),
    )
    assert not usual.notices
