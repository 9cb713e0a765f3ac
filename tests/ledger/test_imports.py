"""Imports: nothing is lost, nothing is doubled, a blank erases nothing, and what is undone can still be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.ledger.conftest import ENTERPRISE, PARCEL, WHEN, YEARLY, Bring, code, contract, reported

from jiqun.ledger import Told, Workspace, commit, freeze, history, latest, row, undo
from jiqun.ledger.status import status
from jiqun.problems import ProblemsError

A, B = code(1), code(2)
KEY = {"enterprise": A, "year": 2024}


def test_a_later_report_goes_before_an_earlier_one_column_by_column(workspace: Workspace, bring: Bring) -> None:
    bring(
        YEARLY, [{"enterprise": A, "year": 2024, "tax": 10.5, "staff": 7}, {"enterprise": B, "year": 2024, "tax": 1.0}]
    )
    bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 11.0, "production_started_on": date(2020, 5, 1)}])
    found = row(latest(workspace), "enterprise_year", KEY)
    assert (found["tax"], found["staff"], found["production_started_on"]) == (11.0, 7, date(2020, 5, 1))
    assert latest(workspace).table("enterprise_year").height == 2


def test_a_blank_never_erases_a_value(workspace: Workspace, bring: Bring) -> None:
    bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 10.5, "staff": 7}])
    bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": None, "staff": 8}])
    assert row(latest(workspace), "enterprise_year", KEY)["tax"] == 10.5


def test_an_import_that_clears_a_column_erases_it_for_its_own_rows_only(workspace: Workspace, bring: Bring) -> None:
    bring(YEARLY, [{"enterprise": one, "year": 2024, "tax": 10.5, "staff": 7} for one in (A, B)])
    cleared = bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": None}], clears=("tax",))
    view = latest(workspace)
    assert row(view, "enterprise_year", KEY)["tax"] is None
    assert row(view, "enterprise_year", KEY)["staff"] == 7
    assert row(view, "enterprise_year", {"enterprise": B, "year": 2024})["tax"] == 10.5
    undo(workspace, cleared.number, who="王工", when=WHEN, note="误清")
    assert row(latest(workspace), "enterprise_year", KEY)["tax"] == 10.5


def test_an_undone_import_counts_no_more_but_stays_in_the_history(workspace: Workspace, bring: Bring) -> None:
    bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 10.5}])
    wrong = bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 99.0}], note="重报")
    undo(workspace, wrong.number, who="王工", when=WHEN, note="报错表")
    view = latest(workspace)
    assert row(view, "enterprise_year", KEY)["tax"] == 10.5
    told = history(view, "enterprise_year", KEY, "tax")
    assert told.select("value", "state", "who", "note").rows() == [
        ("10.5", "current", "李工", ""),
        ("99.0", "undone", "李工", "重报"),
    ]
    found = view.log.find(wrong.number)
    assert found is not None and (found.undone_by, found.undone_note) == ("王工", "报错表")


def test_the_history_tells_a_restatement_from_what_it_replaced(workspace: Workspace, bring: Bring) -> None:
    for tax in (1.0, 2.0, 3.0):
        bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": tax}])
    told = history(latest(workspace), "enterprise_year", KEY, "tax")
    assert told.select("import", "value", "state").rows() == [
        (1, "1.0", "superseded"), (2, "2.0", "superseded"), (3, "3.0", "current"),
    ]  # fmt: skip


def test_undoing_twice_or_what_never_was_is_refused(workspace: Workspace, bring: Bring) -> None:
    made = bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 1.0}])
    undo(workspace, made.number, who="王工", when=WHEN, note="")
    for number in (made.number, 77):
        with pytest.raises(ProblemsError, match="LEDGER-061"):
            undo(workspace, number, who="王工", when=WHEN, note="")


def test_the_same_file_twice_is_recognised_and_doubles_nothing(workspace: Workspace, bring: Bring) -> None:
    rows = [{"enterprise": A, "year": 2024, "tax": 1.0}]
    first = bring(YEARLY, rows, file="税务.csv")
    again = bring(YEARLY, rows, file="税务.csv")
    assert again.already and again.number == first.number
    assert [one.code for one in again.problems] == ["LEDGER-060"] and again.problems[0].severity == "notice"
    assert latest(workspace).reported("enterprise_year").height == 1
    other_period = bring(YEARLY, rows, file="税务.csv", period="2023")
    assert not other_period.already


def test_an_undone_file_may_come_again(workspace: Workspace, bring: Bring) -> None:
    rows = [{"enterprise": A, "year": 2024, "tax": 1.0}]
    first = bring(YEARLY, rows, file="税务.csv")
    undo(workspace, first.number, who="王工", when=WHEN, note="")
    again = bring(YEARLY, rows, file="税务.csv")
    assert not again.already and latest(workspace).table("enterprise_year").height == 1


def test_two_rows_of_one_key_in_a_file_are_refused_with_both_rows_named(bring: Bring, workspace: Workspace) -> None:
    rows = [{"parcel": "P1", "area": 5.0}, {"parcel": "P2", "area": 5.0}, {"parcel": "P1", "area": 6.0}]
    with pytest.raises(ProblemsError) as raised:
        bring(PARCEL, rows, file="宗地.csv")
    (found,) = raised.value.problems
    assert (found.code, found.values["rows"], found.place.row, found.place.file) == (
        "LEDGER-062",
        "2、4",
        2,
        "宗地.csv",
    )
    assert latest(workspace).tables == ()


def test_every_fault_of_the_rows_is_told_at_once(bring: Bring) -> None:
    rows = [
        {"parcel": None, "area": 5.0},
        {"parcel": "P2", "area": float("nan")},
        {"parcel": "P3", "area": float("inf")},
    ]
    with pytest.raises(ProblemsError) as raised:
        bring(PARCEL, rows)
    assert [(one.code, one.place.row) for one in raised.value.problems] == [
        ("LEDGER-063", 2), ("LEDGER-064", 3), ("LEDGER-064", 4),
    ]  # fmt: skip


def test_columns_and_types_that_the_contract_does_not_have_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("x")
    good = reported(PARCEL, [{"parcel": "P1", "area": 5.0}], file)
    for rows in (
        good.rows.with_columns(pl.lit("x").alias("colour")),
        good.rows.with_columns(pl.col("area").cast(pl.String)),
        good.rows.drop("parcel"),
    ):
        wrong = type(good)("parcel", rows, file, good.sha256)
        with pytest.raises(ProblemsError, match="LEDGER-065"):
            commit(workspace, PARCEL, wrong, Told("李工", WHEN))


def test_a_contract_may_gain_a_column_and_old_rows_have_none_of_it(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    wider = contract(
        "parcel", ["parcel"], **{name: PARCEL.column(name).type for name in PARCEL.column_names}, slope="number"
    )
    bring(wider, [{"parcel": "P2", "area": 6.0, "slope": 3.5}])
    assert latest(workspace).table("parcel").select("parcel", "area", "slope").rows() == [
        ("P1", 5.0, None),
        ("P2", 6.0, 3.5),
    ]


def test_a_contract_may_not_change_a_key_or_a_type(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    with pytest.raises(ProblemsError, match="LEDGER-055"):
        bring(contract("parcel", ["parcel"], parcel="string", area="integer"), [{"parcel": "P2", "area": 6}])
    with pytest.raises(ProblemsError, match="LEDGER-067"):
        bring(contract("parcel", ["parcel", "area"], parcel="string", area="number"), [{"parcel": "P2", "area": 6.0}])


def test_a_key_cannot_be_cleared(bring: Bring) -> None:
    with pytest.raises(ProblemsError, match="LEDGER-066"):
        bring(PARCEL, [{"parcel": "P1", "area": 5.0}], clears=("parcel",))


def test_a_file_that_changed_after_the_check_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "宗地.csv"
    file.write_text("checked")
    checked = reported(PARCEL, [{"parcel": "P1", "area": 5.0}], file)
    file.write_text("changed")
    with pytest.raises(ProblemsError, match="LEDGER-058"):
        commit(workspace, PARCEL, checked, Told("李工", WHEN))
    file.unlink()
    with pytest.raises(ProblemsError, match="LEDGER-057"):
        commit(workspace, PARCEL, checked, Told("李工", WHEN))
    assert latest(workspace).tables == ()


def test_a_quarantine_stays_open_until_its_corrected_file_comes(
    workspace: Workspace, bring: Bring, tmp_path: Path
) -> None:
    back = tmp_path / "return.xlsx"
    back.write_bytes(b"rows that did not pass")
    file = tmp_path / "宗地.csv"
    file.write_text("5 rows, 2 bad")
    made = commit(workspace, PARCEL, reported(PARCEL, [{"parcel": "P1"}], file, bad_rows=2), Told("李工", WHEN), back)
    (waiting,) = status(workspace).quarantine
    assert (waiting.number, waiting.bad_rows) == (made.number, 2)
    assert waiting.return_file is not None and waiting.return_file.read_bytes() == b"rows that did not pass"
    corrected = bring(PARCEL, [{"parcel": "P2"}], corrects=made.number)
    assert status(workspace).quarantine == ()
    undo(workspace, corrected.number, who="王工", when=WHEN, note="")
    assert [one.number for one in status(workspace).quarantine] == [made.number]


def test_the_status_counts_rows_years_and_filled_cells(workspace: Workspace, bring: Bring) -> None:
    bring(ENTERPRISE, [{"enterprise": A, "name": "甲厂"}, {"enterprise": B, "name": None}])
    bring(
        YEARLY,
        [{"enterprise": A, "year": 2023, "tax": 1.0}, {"enterprise": A, "year": 2024}, {"enterprise": B, "year": 2024}],
    )
    found = status(workspace)
    firms, yearly = found.tables
    assert (firms.rows, firms.filled["name"], firms.completeness("name")) == (2, 1, pytest.approx(0.5))
    assert (yearly.rows, yearly.years, yearly.filled["tax"]) == (3, {2023: 1, 2024: 2}, 1)
    assert [one.table for one in found.imports] == ["enterprise", "enterprise_year"] and found.open_identities == 0


def test_moments_and_truth_values_come_back_as_they_went_in(workspace: Workspace, bring: Bring) -> None:
    reading = contract(
        "reading", ["meter", "at"], meter="string", at="datetime", usage_kwh="number", estimated="boolean"
    )
    bring(reading, [{"meter": "M1", "at": WHEN, "usage_kwh": 0.1, "estimated": False}])
    assert latest(workspace).table("reading").rows() == [("M1", WHEN, 0.1, False)]


def test_a_file_without_one_good_row_leaves_only_its_quarantine(workspace: Workspace, tmp_path: Path) -> None:
    for table in (PARCEL, YEARLY):
        file = tmp_path / f"{table.id}.csv"
        file.write_text(table.id)
        full = reported(table, [dict.fromkeys(table.column_names)], file, bad_rows=3)
        empty = replace(full, rows=full.rows.clear())
        assert commit(workspace, table, empty, Told("李工", WHEN)).rows == 0
    assert [one.bad_rows for one in status(workspace).quarantine] == [3, 3]
    assert freeze(workspace, when=WHEN).table("parcel").is_empty()
    assert [one.rows for one in status(workspace).tables] == [0, 0]
