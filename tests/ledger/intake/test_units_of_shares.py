"""A share whose header does not say whether it is in per cent is asked about where its numbers do not show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiqun.ledger.intake import check_file
from jiqun.packs.models.table import TableContract
from jiqun.problems import ProblemsError

SHARES = TableContract.model_validate(
    {
        "kind": "table",
        "id": "t",
        "title": "表",
        "title_en": "table",
        "primaryKey": ("key",),
        "fields": (
            {"name": "key", "title": "代码", "title_en": "key", "type": "string"},
            {"name": "emission", "title": "污染物", "title_en": "emission", "type": "number", "unit": "当量吨"},
            {"name": "share", "title": "占比", "title_en": "share", "type": "number", "unit": "%"},
        ),
    }
)


def read(folder: Path, header: str, *values: str, **units: str) -> list[object]:
    file = folder / "x.csv"
    file.write_text(f"代码,{header}\n" + "".join(f"K{at},{value}\n" for at, value in enumerate(values)), "utf-8")
    return check_file(file, SHARES, units=units).good["share"].to_list()


def test_numbers_up_to_one_are_asked_about(tmp_path: Path) -> None:
    for values in (("0.65", "0.4"), ("0.65", "65%"), ("0", "1", "")):
        with pytest.raises(ProblemsError, match="LEDGER-101"):
            read(tmp_path, "占比", *values)


def test_what_is_said_or_shown_is_not_asked_about(tmp_path: Path) -> None:
    assert read(tmp_path, "占比（%）", "0.65", "0.4") == [0.65, 0.4]
    assert read(tmp_path, "占比", "0.65", "3.4") == [0.65, 3.4]
    assert read(tmp_path, "占比", "65%", "0.4%") == [65, 0.4]
    assert read(tmp_path, "占比", "0", "") == [0, None]
    assert read(tmp_path, "占比", "0.65", "0.4", share="1") == [65, 40]
    assert read(tmp_path, "占比", "0.65", "0.4", share="%") == [0.65, 0.4]


def test_a_unit_that_is_told_stands_for_one_in_the_header_that_cannot_be_right(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("代码,污染物（吨）\nK1,3\n", "utf-8")
    with pytest.raises(ProblemsError, match="LEDGER-019.*--unit emission=当量吨"):
        check_file(file, SHARES)
    checked = check_file(file, SHARES, units={"emission": "当量吨"})
    assert checked.good["emission"].to_list() == [3] and [one.code for one in checked.notices] == ["LEDGER-104"]
    file.write_text("代码,污染物（当量吨）,占比（%）\nK1,3,5\n", "utf-8")
    with pytest.raises(ProblemsError, match="LEDGER-020"):
        check_file(file, SHARES, units={"share": "1"})
