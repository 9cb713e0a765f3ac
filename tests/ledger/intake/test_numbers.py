"""Numbers: kept exactly, read as departments write them, converted without losing a digit."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.ledger.intake import check_file
from jiqun.ledger.intake.cells_number import Written, parse_number
from jiqun.ledger.intake.exact_numbers import as_excel, split, times, to_15_digits, total
from jiqun.packs.models.table import TableContract
from jiqun.values import Period, Unit, exact

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
Code = Callable[[int], str]
YEAR = Period.parse("2024")
FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14)
DECIMALS = st.builds(lambda n, k: n / 10**k, st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(FLOATS | DECIMALS, min_size=1, max_size=40))
def test_every_float_is_taken_to_the_15_digits_that_excel_shows(floats: list[float]) -> None:
    kept, changed = as_excel(pl.Series(floats, dtype=pl.Float64))
    assert kept.to_list() == [float(f"{one:.15g}") for one in floats]
    assert changed.to_list() == [float(f"{one:.15g}") != one for one in floats]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(DECIMALS, min_size=1, max_size=40),
    st.sampled_from(["元→万元", "㎡→亩", "亿元→万元", "kWh→万kWh", "kg→t", "亩→㎡", "公顷→亩", "%→1"]),
)
def test_a_converted_column_equals_the_conversion_with_fractions(floats: list[float], units: str) -> None:
    one, other = (Unit.parse(part) for part in units.split("→"))
    factor = one.factor_to(other)
    stated, _ = as_excel(pl.Series(floats, dtype=pl.Float64))
    converted, rounded = times(stated, factor)
    expected = [to_15_digits(exact(value) * factor) for value in stated]
    assert list(zip(converted, rounded, strict=True)) == expected
    assert all(float(f"{value:.15g}") == value for value in converted)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | FLOATS, max_size=40))
def test_the_sum_of_a_column_is_the_sum_of_its_decimals(floats: list[float | None]) -> None:
    stated, _ = as_excel(pl.Series(floats, dtype=pl.Float64))
    assert total(stated) == sum((exact(value) for value in stated if value is not None), Fraction(0))


def test_a_column_of_one_row_is_converted_like_a_long_one() -> None:
    value = 728810350.291465
    alone, _ = times(pl.Series([value]), Fraction(1, 10**4))
    among, _ = times(pl.Series([value, 1.0, 2.0]), Fraction(1, 10**4))
    assert alone[0] == among[0] == 72881.0350291465


def test_a_float_that_is_no_short_decimal_does_not_split() -> None:
    assert split(pl.Series([0.1 + 0.2, 1e300, 0.25])).scaled.to_list() == [None, None, 25]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("１２，３４５．６", "12345.6", ""),
        (" 1,234,567 ", "1234567", ""),
        ("(123)", "-123", ""),
        ("（1，234.5）", "-1234.5", ""),
        ("-5.20", "-5.2", ""),
        ("－７", "-7", ""),
        ("−3", "-3", ""),
        ("+8", "8", ""),
        ("¥1,200", "1200", ""),
        ("1.2E+05", "120000", ""),
        (".5", "0.5", ""),
        ("0", "0", ""),
        ("12.5万元", "12.5", "万元"),
        ("3 亿元", "3", "亿元"),
        ("8.2亩", "8.2", "亩"),
        ("3.05%", "3.05", "%"),
        ("1,500kWh", "1500", "kWh"),
        ("\u00a0\u300015\u200b", "15", ""),
        ("1000000000000000000", "1000000000000000000", ""),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, value: str, unit: str) -> None:
    assert parse_number(text) == Written(Fraction(value), Unit.parse(unit) if unit else None)


@pytest.mark.parametrize("text", ["约5", "5以上", "1,23", "1.2.3", "--5", "(5", "(-5)", "5.5.", "3万", "五", "1/2", "1 2", ".", "e5", "0x1F", "NaN", "inf"])  # fmt: skip
def test_text_that_is_no_number_is_never_read_as_one(text: str) -> None:
    assert parse_number(text) == "LEDGER-024"


def test_missing_words_are_missing_and_a_zero_stays_zero(workbook: Workbook, tables: Tables, code: Code) -> None:
    words = ["-", "—", "——", "－", "/", "／", "无", " 无 ", "N/A", "暂无", "空", "", None, "\u3000", 0, "0", "０"]
    rows = [["统一社会信用代码", "税收（万元）"], *([code(row), word] for row, word in enumerate(words))]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.problems == () and checked.good["tax"].to_list() == [None] * 14 + [0.0, 0.0, 0.0]


def test_a_calculated_0_3_is_the_0_3_that_excel_shows(
    workbook: Workbook, tmp_path: Path, tables: Tables, code: Code
) -> None:
    source = workbook([["统一社会信用代码", "税收（万元）"], [code(1), 7], [code(2), 8]])
    stored = {b"<v>7</v>": b"<v>0.30000000000000004</v>", b"<v>8</v>": b"<v>59.999999999999993</v>"}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "算出.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for short, long in stored.items() if name.endswith("sheet1.xml") else ():
                content = content.replace(short, long)
            new.writestr(name, content)
    checked = check_file(tmp_path / "算出.xlsx", tables("enterprise_year"), period=YEAR)
    assert checked.good["tax"].to_list() == [0.3, 60.0]


def test_units_in_header_and_cell_are_converted_exactly(workbook: Workbook, tables: Tables, code: Code) -> None:
    rows = [
        ["统一社会信用代码", "税收（元）", "用电量[千瓦时]", "化学需氧量（千克）", "用水量（万吨）"],
        [code(1), 1234567.89, 10001, 1204, 1.52],
        [code(2), "12.5万元", "3.5万千瓦时", "1.2吨", "800吨"],
    ]
    checked = check_file(workbook(rows), tables("enterprise_year"), period=YEAR)
    assert checked.problems == ()
    assert checked.good.select("tax", "power", "cod", "water").rows() == [
        (123.456789, 1.0001, 1.204, 15200.0),
        (12.5, 3.5, 1.2, 800.0),
    ]
    tax = checked.summary().totals[0]
    assert (tax.stated, tax.unit_from, tax.converted) == (Fraction("1359567.89"), "元", Fraction("135.956789"))
    assert checked.header.notes[0] == "B 税收（元）：元 → 万元 ×0.0001"


def test_a_header_is_kept_as_the_file_writes_it(workbook: Workbook, tables: Tables, code: Code) -> None:
    """Full-width signs, a line break, a merged group above: what lineage shows is what the officer sees."""
    rows = [
        ["统一社会信用代码", "税收情况", None, "备　注"],
        [None, "实缴税金\n（元）", "出口退税（元）", None],
        [code(1), 12345.6, 5, "甲"],
    ]
    merged = ["A1:A2", "B1:C1", "D1:D2"]
    checked = check_file(workbook(rows, merged=merged), tables("enterprise_year"), period=YEAR)
    assert [one.header for one in checked.header.columns] == [
        "统一社会信用代码",
        "税收情况 实缴税金（元）",
        "税收情况 出口退税（元）",
    ]
    assert [one.header for one in checked.header.ignored] == ["备　注"]


def test_a_share_shown_in_per_cent_is_recorded_as_shown(workbook: Workbook, tables: Tables, code: Code) -> None:
    """Excel keeps 0.35 in a cell that shows 35%: the ledger has 0.35, and the factor that leads there is 1/100."""
    rows = [
        ["宗地代码", "统一社会信用代码", "起始日期", "占用方式", "份额"],
        ["P1", code(1), "2022-01-01", "自有", 0.35],
        ["P2", code(1), "2022-01-01", "自有", 0.5],
    ]
    checked = check_file(workbook(rows, percent=["E2", "E3"]), tables("occupancy"))
    assert checked.good["share"].to_list() == [0.35, 0.5]
    share = checked.header.of("share")
    assert share is not None
    assert (share.unit_from, share.unit_to, share.factor) == ("%", "1", Fraction(1, 100))
    mixed = check_file(workbook(rows, percent=["E2"]), tables("occupancy"))
    assert mixed.good["share"].to_list() == [0.35, 0.5]


def test_an_area_in_square_metres_becomes_mu_by_2000_thirds(workbook: Workbook, tables: Tables) -> None:
    rows = [["宗地代码", "使用权面积（㎡）"], ["A1", 66666.67], ["A2", 2000], ["A3", "1.5公顷"]]
    checked = check_file(workbook(rows), tables("parcel"))
    assert checked.good["area"].to_list() == [100.000005, 3.0, 22.5]


def test_a_cell_that_shows_per_cent_is_read_as_it_shows(workbook: Workbook, tables: Tables, code: Code) -> None:
    head = ["宗地代码", "统一社会信用代码", "起始日期", "占用方式", "占比（%）"]
    rows = [
        head,
        *(["A1", code(row), "2024-01-01", "自有", cell] for row, cell in enumerate([0.25, 25, "25%", "0.25"])),
    ]
    checked = check_file(workbook(rows, percent=["E2"]), tables("occupancy"))
    assert checked.problems == () and checked.good["share"].to_list() == [0.25, 0.25, 0.25, 0.0025]
    share = checked.header.of("share")
    assert share is not None and (share.unit_from, share.factor) == ("%", Fraction(1, 100))


def test_a_conversion_that_needs_more_than_15_digits_is_rounded_and_told(workbook: Workbook, tables: Tables) -> None:
    rows = [["宗地代码", "使用权面积（㎡）"], ["A1", 1.23456789012345], ["A2", 3]]
    checked = check_file(workbook(rows), tables("parcel"))
    assert checked.good["area"].to_list() == [0.00185185183518518, 0.0045]
    assert [(one.code, one.place.cell) for one in checked.notices] == [("LEDGER-044", "B2")]
