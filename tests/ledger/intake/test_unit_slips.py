"""Figures and columns in a wrong unit, seen by what stands beside them where nothing earlier can be compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from jiqun.ledger.intake import Beside, Checked, check_file
from jiqun.packs.models.table import TableContract
from jiqun.problems import Problem
from jiqun.values import Period

Tables = Callable[[str], TableContract]
Workbook = Callable[..., Path]
Code = Callable[[int], str]
YEAR = Period.parse("2024")
HEAD = ["统一社会信用代码", "企业名称", "营业收入（万元）", "税收（万元）", "平均职工人数（人）", "用电量（万kWh）"]
FIRMS = [
    (12_000, 400, 90, 200),
    (800, 0.4, 30, 0.9),
    (90_000, 6_000, 310, 9_000),
    (5_000, 90, 80, 60),
    (30_000, 500, 400, 700),
]


def told(found: Checked, *codes: str) -> list[Problem]:
    return [one for one in found.notices if one.code in (codes or ("LEDGER-112", "LEDGER-114"))]


def test_a_first_year_in_the_right_units_draws_no_notice_and_one_slip_is_named_at_its_cell(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows: list[list[object]] = [[code(at), f"{at}厂", *row] for at, row in enumerate(FIRMS, start=1)]
    contract = tables("enterprise_year")
    assert told(check_file(workbook([HEAD, *rows]), contract, period=YEAR)) == []
    rows[0][2], rows[4][5] = 120_000_000, 7_000_000
    found = check_file(workbook([HEAD, *rows], name="错.xlsx"), contract, period=YEAR)
    assert not found.problems and found.counts.good == len(FIRMS)
    said = {one.place.cell: one.what() for one in told(found)}
    assert set(said) == {"C2", "F6"} and "大了约 10000 倍" in said["C2"] and "用电量" in said["F6"]


def test_a_whole_column_in_another_unit_is_told_once_at_its_head(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    rows = [[code(at), f"{at}厂", row[0], row[1] * 10_000, *row[2:]] for at, row in enumerate(FIRMS, start=1)]
    (found,) = told(check_file(workbook([HEAD, *rows]), tables("enterprise_year"), period=YEAR))
    assert (found.code, found.place.cell) == ("LEDGER-114", "D1")
    assert "“实缴税金”整列像是大了约 10000 倍" in found.what() and "示意" in found.why() and "tax" in found.fix()


def test_a_file_of_one_column_is_held_against_what_the_ledger_has_of_the_same_firms_and_year(
    workbook: Workbook, tables: Tables, code: Code
) -> None:
    contract = tables("enterprise_year")
    kept = pl.DataFrame(
        [
            {"enterprise": code(at), "year": 2024, "revenue": float(row[0]), "staff": row[2]}
            for at, row in enumerate(FIRMS, 1)
        ]
    )
    file = workbook([HEAD[:2] + HEAD[5:], *([code(at), f"{at}厂", row[3] * 10_000] for at, row in enumerate(FIRMS, 1))])

    def against(rows: pl.DataFrame) -> list[Problem]:
        beside = {"enterprise_year": Beside(contract, rows)}
        return told(check_file(file, contract, period=YEAR, beside=beside))

    (found,) = against(kept)
    assert found.place.cell == "C1" and "“用电量”整列像是大了约 10000 倍" in found.what()
    assert against(kept.with_columns(year=pl.lit(2023, pl.Int64))) == []
    sound = workbook(
        [HEAD[:2] + HEAD[5:], *([code(at), f"{at}厂", row[3]] for at, row in enumerate(FIRMS, 1))], name="对.xlsx"
    )
    wrong = Beside(contract, kept.with_columns(pl.col("revenue") / 10_000))
    (found,) = told(check_file(sound, contract, period=YEAR, beside={"enterprise_year": wrong}))
    assert "台账里的“营业收入”" in found.what() or "“用电量”整列" in found.what()


SIDES = ["统一社会信用代码", "企业名称", "营业收入（万元）", "工业总产值（万元）", "综合能耗（tce）", "用水量（t）",
         "化学需氧量（t）", "主要污染物排放量（当量吨）", "出口退税（万元）", "利润总额（万元）"]  # fmt: skip
BESIDE = [
    (12_000, 12_500, 700, 15_000, 1.2, 3.4, 35, 650),
    (800, 820, 30, 900, 0.08, 0.2, 4, 42),
    (90_000, 91_000, 60_000, 2_000_000, 45, 420, 900, 5_100),
    (5_000, 4_900, 90, 500, 0.5, 0.9, 150, -30),
    (30_000, 31_000, 9_000, 60_000, 20, 61, 12, 1_900),
    (150, 160, 1, 40, 0.01, 0.02, 0.01, 3),
]


@pytest.mark.parametrize(
    ("cell", "factor", "called"),
    [
        ("F5", 1e-4, "“用水量”有 1 处像是小了约 10000 倍"),
        ("F4", 1e4, "“用水量”有 1 处像是大了约 10000 倍"),
        ("G6", 1e4, "“化学需氧量”有 1 处像是大了约 10000 倍"),
        ("H4", 1e4, "“主要污染物排放量”有 1 处像是大了约 10000 倍"),
        ("I5", 1e4, "“出口退税”有 1 处像是大了约 10000 倍"),
    ],
)
def test_water_emissions_and_refunds_in_another_unit_are_named_at_their_cell(
    workbook: Workbook, tables: Tables, code: Code, cell: str, factor: float, called: str
) -> None:
    rows: list[list[object]] = [[code(at), f"{at}厂", *row] for at, row in enumerate(BESIDE, start=1)]
    contract = tables("enterprise_year")
    assert told(check_file(workbook([SIDES, *rows], name="对.xlsx"), contract, period=YEAR)) == []
    row, column = int(cell[1:]) - 2, ord(cell[0]) - ord("A")
    rows[row][column] = float(str(rows[row][column])) * factor
    found = told(check_file(workbook([SIDES, *rows]), contract, period=YEAR))
    assert [(one.place.cell, called in one.what()) for one in found] == [(cell, True)], [one.what() for one in found]


@pytest.mark.parametrize(("column", "called"), [("J", "利润总额"), ("I", "出口退税"), ("H", "主要污染物排放量")])
def test_a_whole_column_of_profit_refunds_or_emissions_in_another_unit_is_told(
    workbook: Workbook, tables: Tables, code: Code, column: str, called: str
) -> None:
    at = ord(column) - ord("A") - 2
    rows = [
        [code(number), f"{number}厂", *(value * 10_000 if place == at else value for place, value in enumerate(row))]
        for number, row in enumerate(BESIDE, start=1)
    ]
    (found,) = told(check_file(workbook([SIDES, *rows]), tables("enterprise_year"), period=YEAR))
    assert (found.code, found.place.cell) == ("LEDGER-114", f"{column}1")
    assert f"“{called}”整列像是大了约 10000 倍" in found.what()


@pytest.mark.parametrize(
    ("co2", "zero", "income", "cells"),
    [
        (266.0, 100.0, 500.0, {}),
        (440.0, 0.5, 900.0, {}),
        (1.2, 170.0, 500.0, {}),
        (266_000.0, 100.0, 500.0, {"C2": "“能源消费二氧化碳排放量”有 1 处像是大了约 1000 倍"}),
        (40_000.0, 100.0, 500.0, {"C2": "“能源消费二氧化碳排放量”有 1 处像是大了约 1000 倍"}),
        (266.0, 100_000.0, 500.0, {"D2": "“零碳电力扣减量”有 1 处像是大了约 1000 倍"}),
        (266.0, 100.0, 5_000_000.0, {"E2": "“增加值（收入法）”有 1 处像是大了约 10000 倍"}),
    ],
)
def test_carbon_is_held_against_the_energy_the_power_and_the_value_added_of_the_same_year(
    workbook: Workbook, tables: Tables, code: Code, co2: float, zero: float, income: float, cells: dict[str, str]
) -> None:
    """100 tce of coal are 266 t CO2, all current by its own heat 440 t, nearly all of it green 1.2 t."""
    head = ["统一社会信用代码", "企业名称", "碳排放量（tCO2）", "零碳电力扣减量（tCO2）", "增加值（收入法）（万元）"]
    kept = {"enterprise": code(1), "year": 2024, "energy": 100.0, "power": 30.0, "value_added": 520.0}
    beside = {"enterprise_year": Beside(tables("enterprise_year"), pl.DataFrame([kept]))}
    file = workbook([head, [code(1), "甲厂", co2, zero, income]])
    found = told(check_file(file, tables("carbon_year"), period=YEAR, beside=beside))
    assert {one.place.cell for one in found} == set(cells), [one.what() for one in found]
    assert all(cells[one.place.cell] in one.what() for one in found)
