"""合计, 小计 and 总计 that a file states, held against the exact sums of its rows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import openpyxl

from jiqun.ledger.intake import Checked, check_file, write_return_file
from jiqun.packs.models.table import TableContract
from jiqun.values import Period

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
Code = Callable[[int], str]
YEAR = Period.parse("2024")
HEAD = ["统一社会信用代码", "企业名称", "营业收入（万元）", "税收（元）", "亩均税收（万元/亩）"]


def told(path: Path, tables: Tables) -> tuple[Checked, dict[str, object]]:
    checked = check_file(path, tables("enterprise_year"), period=YEAR)
    return checked, {one.cell: (one.told, one.summed, one.agrees) for one in checked.summary().told}


def test_a_total_is_the_exact_sum_of_the_rows_in_the_unit_of_the_file_and_a_difference_is_told_at_its_cell(
    workbook: Workbook, tables: Tables, code: Code, tmp_path: Path
) -> None:
    rows = [
        HEAD,
        [code(1), "甲厂", 0.1, 5000, 3],
        [code(2), "乙厂", 0.2, None, 4],
        [code(3), "丙厂", "待核实", 7000.25, 5],
        ["合计", None, 0.3, 13000, 4],
    ]
    checked, totals = told(workbook([*rows]), tables)
    tenth = Fraction(3, 10)
    assert totals == {"C5": (tenth, tenth, True), "D5": (13000, Fraction(48001, 4), False)}
    (found,) = (one for one in checked.notices if one.code == "LEDGER-108")
    assert found.place.cell == "D5" and "13,000 元" in found.what() and "12,000.25 元，差 999.75 元" in found.what()
    assert "另有 1 格空白没有算" in found.what() and "读不出来" not in found.what()
    write_return_file(checked, tmp_path / "退回.xlsx")
    page = openpyxl.load_workbook(tmp_path / "退回.xlsx")["合计核对"]
    assert [page.cell(2, column).value for column in (1, 4, 5, 6)] == ["D5", 13000, 12000.25, 999.75]
    again, _ = told(tmp_path / "退回.xlsx", tables)
    assert again.source.sheet == "表1" and again.summary().bad == 1 and not again.summary().told


def test_a_subtotal_is_of_its_block_whether_it_stands_below_or_above_it(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    first, second = [[code(1), "甲厂", 100, 50], [code(2), "乙厂", 200, 60]], [[code(3), "丙厂", 400, 70]]
    small, other, whole = ["涪陵区小计", None, 300, 110], ["长寿区合计", None, 400, 71], ["总计", None, 700, 181]
    below, totals = told(workbook([HEAD[:4], *first, small, *second, other, whole]), tables)
    wrong = [one.place.cell for one in below.notices if one.code == "LEDGER-108"]
    assert wrong == ["D6", "D7"] and totals["D6"] == (71, 70, False) and totals["C7"] == (700, 700, True)
    above, totals = told(workbook([HEAD[:4], whole, small, *first, other, *second], name="上.xlsx"), tables)
    wrong = [one.place.cell for one in above.notices if one.code == "LEDGER-108"]
    assert wrong == ["D2", "D6"] and totals["C3"] == (300, 300, True)


def test_rounding_is_no_difference_and_what_cannot_be_compared_is_said_instead_of_taken_for_zero(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [[code(number), f"{number}厂", 1.14, None] for number in range(1, 4)]
    head = HEAD[:4]
    checked, totals = told(workbook([head, *rows, ["合计", None, 3.4, 0], ["本年累计", None, 99, 99]]), tables)
    assert totals == {"C5": (Fraction(17, 5), Fraction(171, 50), True), "D5": (0, None, None)}
    (found,) = (one for one in checked.notices if one.code in ("LEDGER-108", "LEDGER-110"))
    assert found.code == "LEDGER-110" and "3 格空白，没有可以相加的数" in found.what()
    _, totals = told(workbook([head, *rows, ["合计", None, "#REF!", "—"]], name="错.xlsx"), tables)
    assert totals == {"C5": (None, Fraction(171, 50), None)}
