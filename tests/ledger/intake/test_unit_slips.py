"""Figures and columns in a wrong unit, seen by what stands beside them where nothing earlier can be compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

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
