"""The departments' files hold the truth, except exactly where something was planted."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime
from functools import cache
from pathlib import Path

import openpyxl
import polars as pl
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from jiqun.cli.demo import HandedFile, Handover

Grid = list[list[object]]


@cache
def grid(path: Path, sheet: str) -> Grid:
    """Read a sheet with another library than the one that wrote it."""
    if path.suffix == ".csv":
        encoding = "gb18030" if "规下" in path.name else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as stream:
            return [[cell or None for cell in row] for row in csv.reader(stream)]
    book = openpyxl.load_workbook(path, read_only=False)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def handed(handover: Handover, word: str, period: str) -> HandedFile:
    return next(one for one in handover.files if word in one.path.name and one.period == period)


def dirty_rows(planted: list[dict[str, str]], file: str) -> set[int]:
    return {int(row["row"]) for row in planted if row["file"].endswith(file)}


def test_every_planted_thing_stands_in_the_cell_the_list_names(planted: list[dict[str, str]], root: Path) -> None:
    for row in planted:
        letters, number = coordinate_from_string(row["cell"])
        cell = grid(root / row["file"], row["sheet"])[number - 1][column_index_from_string(letters) - 1]
        assert text(cell) == row["shown"], row
        assert int(row["row"]) == number


def test_every_kind_of_mess_is_planted_and_the_share_stays_small(
    handover: Handover, planted: list[dict[str, str]], packs_root: Path
) -> None:
    with (packs_root / "demo/region/mess.csv").open(encoding="utf-8", newline="") as stream:
        kinds = {row["kind"] for row in csv.DictReader(stream)}
    assert kinds <= {row["kind"] for row in planted}
    rows = sum(len(grid(one.path, one.sheet)) for one in handover.files)
    faults = [row for row in planted if row["expectation"] != "skipped"]
    assert len(faults) == handover.faults
    assert len(faults) / rows < 0.05  # at least one of each kind weighs more in a small region


def test_no_row_carries_two_planted_things(planted: list[dict[str, str]]) -> None:
    rows = Counter((row["file"], row["sheet"], row["row"]) for row in planted)
    assert max(rows.values()) == 1


def test_clean_rows_of_the_tax_bureau_are_the_true_taxes_in_yuan(
    handover: Handover, planted: list[dict[str, str]]
) -> None:
    file = handed(handover, "税务局", "2023")
    rows = grid(file.path, file.sheet)
    dirty = dirty_rows(planted, file.path.name)
    truth = pl.read_parquet(handover.truth / "enterprise_year.parquet").filter(pl.col("year") == 2023)
    true_tax = dict(zip(truth["enterprise"], truth["tax"], strict=True))
    assert rows[2] == ["序号", "纳税人识别号", "纳税人名称", "实缴税金合计(元)", "出口退税额(元)"]
    clean = [row for number, row in enumerate(rows, start=1) if number > 3 and number not in dirty]
    assert len(clean) > 180
    assert all(round(float(str(row[3])) / 10000, 6) == true_tax[str(row[1])] for row in clean)


def test_clean_rows_of_statistics_are_true_in_thousand_yuan_and_in_ten_thousand_yuan(
    handover: Handover, planted: list[dict[str, str]]
) -> None:
    file = handed(handover, "规上", "2024")
    rows = grid(file.path, file.sheet)
    headers = [str(one) for one in rows[3]]
    assert rows[2][0] == "基本情况" and rows[2][6] == "经营情况"  # the upper row of the merged header
    truth = {one["enterprise"]: one for one in _years(handover, 2024)}
    dirty = dirty_rows(planted, file.path.name)
    for number, row in enumerate(rows[4:], start=5):
        if number in dirty:
            continue
        cells, true = dict(zip(headers, row, strict=True)), truth[str(row[0])]
        assert round(float(str(cells["营业收入（千元）"])) / 10, 1) == true["revenue"]
        assert float(str(cells["工业增加值（万元）"])) == true["value_added"]
        assert cells["平均用工人数（人）"] == true["staff"]
        assert cells["企业规模"] == "规上"
        assert text(cells["投产日期"]) == str(true["production_started_on"])


def test_clean_parcels_are_true_in_square_metres(handover: Handover, planted: list[dict[str, str]]) -> None:
    file = next(one for one in handover.files if one.table == "parcel")
    rows = grid(file.path, file.sheet)
    dirty = {int(row["row"]) for row in planted if row["sheet"] == file.sheet}
    truth = pl.read_parquet(handover.truth / "parcel.parquet")
    areas = dict(zip(truth["parcel"], truth["area"], strict=True))
    place = rows[2].index("使用权面积（㎡）")
    clean = [row for number, row in enumerate(rows, start=1) if number > 3 and number not in dirty]
    assert len(clean) > 100
    assert all(abs(float(str(row[place])) * 3 / 2000 - areas[str(row[0])]) < 1e-9 for row in clean)


def test_power_stands_in_kilowatt_hours_until_2023_and_in_ten_thousands_after(
    handover: Handover, planted: list[dict[str, str]]
) -> None:
    for year, factor, header in ((2023, 10000, "用电量(千瓦时)"), (2024, 1, "全年用电量(万千瓦时)")):
        file = handed(handover, "电力公司", str(year))
        rows = grid(file.path, "")
        assert rows[0][3] == header
        truth = {one["enterprise"]: one["power"] for one in _years(handover, year)}
        dirty = dirty_rows(planted, file.path.name)
        clean = [row for number, row in enumerate(rows, start=1) if number > 1 and number not in dirty]
        assert all(round(float(str(row[3])) / factor, 4) == truth[str(row[2])] for row in clean)


def test_the_total_row_is_the_sum_the_department_made_before_anything_went_wrong(
    handover: Handover, planted: list[dict[str, str]]
) -> None:
    file = handed(handover, "科技局", "2022")
    row = next(one for one in planted if one["kind"] == "total_row" and one["file"].endswith(file.path.name))
    total = grid(file.path, file.sheet)[int(row["row"]) - 1]
    truth = sum(one["rd"] or 0 for one in _years(handover, 2022))
    assert abs(float(str(total[2])) - truth) < 0.01


def test_an_unknown_emission_is_a_dash_or_a_blank_and_never_a_zero(
    handover: Handover, planted: list[dict[str, str]]
) -> None:
    file = handed(handover, "生态环境局", "2023")
    unknown = {one["enterprise"] for one in _years(handover, 2023) if one["emission"] is None}
    dirty = dirty_rows(planted, file.path.name)
    rows = enumerate(grid(file.path, file.sheet), start=1)
    cells = [row[-1] for number, row in rows if row[0] in unknown and number not in dirty]
    assert set(cells) == {"—", None}


def test_statistics_know_nothing_of_taxes_and_the_tax_bureau_nothing_of_output(handover: Handover) -> None:
    for one in handover.files:
        words = " ".join(text(cell) for row in grid(one.path, one.sheet)[:4] for cell in row)
        assert ("税" in words) == ("税务局" in one.path.name)
        assert ("总产值" in words) == ("统计局" in one.path.name)


def test_leases_show_days_as_dates_serial_numbers_and_text(handover: Handover, planted: list[dict[str, str]]) -> None:
    file = next(one for one in handover.files if one.sheet == "土地租赁")
    rows = grid(file.path, file.sheet)
    place = rows[2].index("起租日期")
    forms = {type(row[place]) for row in rows[3:-1]}
    assert {datetime, int, str} <= forms
    true_days = set(pl.read_parquet(handover.truth / "occupancy.parquet")["from"])
    serials = [date.fromordinal(693594 + row[place]) for row in rows[3:-1] if isinstance(row[place], int)]
    assert set(serials) <= true_days


def _years(handover: Handover, year: int) -> list[dict[str, object]]:
    frame = pl.read_parquet(handover.truth / "enterprise_year.parquet")
    return frame.filter(pl.col("year") == year).to_dicts()
