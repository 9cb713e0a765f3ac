"""A workshop added to its firm: what adds is added exactly, what is unknown stays so, and both cells can be found."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger.conftest import ENTERPRISE, WHEN, YEARLY, Bring, code, contract

from jiqun.ledger import SourceColumn, Workspace, cells, decide, freeze, history, latest, open_questions, row
from jiqun.ledger.content import content_hash
from jiqun.ledger.identity import reported_key
from jiqun.ledger.imports import undo
from jiqun.ledger.parts import Adding, with_parts
from jiqun.problems import ProblemsError

A, B = code(1), code(2)
WORKSHOP = reported_key(None, "甲一车间", None)
ADDS = {"enterprise_year": ("tax", "staff"), "accident": ()}
FIRM = {"enterprise": A, "year": 2024}
ACCIDENT = contract("accident", ["enterprise", "date"], enterprise="string", name="string", date="date", kind="string")
SCORE = contract("score", ["enterprise", "year"], enterprise="string", name="string", year="integer", score="number")


def register(bring: Bring) -> None:
    bring(ENTERPRISE, [{"enterprise": A, "name": "甲厂", "district": "500112"}, {"enterprise": B, "name": "乙厂"}])


def own(year: int = 2024, **figures: object) -> dict[str, object]:
    return {"enterprise": A, "name": "甲厂", "year": year, "tax": 679.44, "staff": 100, **figures}


def workshop(year: int = 2024, **figures: object) -> dict[str, object]:
    return {"enterprise": None, "name": "甲一车间", "year": year, "tax": 123.4, "staff": 20, **figures}


def join(workspace: Workspace, enterprise: str = A, reported: str = WORKSHOP) -> None:
    decide(workspace, reported, "part", enterprise, who="王工", when=WHEN, note="是甲的", adds=ADDS)


def figures(workspace: Workspace, year: int = 2024) -> tuple[object, object]:
    found = row(latest(workspace), "enterprise_year", {"enterprise": A, "year": year})
    return found["tax"], found["staff"]


def test_what_adds_is_added_and_the_rest_is_the_firm_s_own(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [own(listed=True, district="500112"), workshop(listed=False, district="500113")])
    reported = reported_key(None, "甲一车间", "500113")
    with pytest.raises(ProblemsError, match=r"LEDGER-106 .*add it to the firm \(part\)"):
        decide(workspace, reported, "same", A, who="王工", when=WHEN)
    join(workspace, reported=reported)
    found = row(latest(workspace), "enterprise_year", FIRM)
    assert (found["tax"], found["staff"]) == (802.84, 120)
    assert (found["name"], found["listed"], found["district"]) == ("甲厂", True, "500112")
    assert latest(workspace).table("enterprise_year").height == 1
    (said,) = open_questions(latest(workspace), which="settled")
    assert said.decided is not None
    assert (said.decided.verdict, said.decided.enterprise, said.firm) == ("part", A, "甲厂")


def test_an_unknown_part_leaves_the_sum_unknown_and_one_that_no_file_asked_for_does_not(
    workspace: Workspace, bring: Bring
) -> None:
    register(bring)
    bring(YEARLY, [own(), workshop(tax=None), own(2023, tax=None), workshop(2023)])
    bring(
        YEARLY,
        [own(2022), {"enterprise": None, "name": "甲一车间", "year": 2022, "staff": 7}],
        columns=[SourceColumn(name, "A", name) for name in ("enterprise", "name", "year", "tax", "staff")],
    )
    join(workspace)
    assert figures(workspace) == (None, 120)
    assert figures(workspace, 2023) == (None, 120)
    assert figures(workspace, 2022) == (None, 107)


def test_a_column_that_the_workshop_s_file_does_not_have_is_the_firm_s_own(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [own(staff=None)], columns=[SourceColumn(one, "A", one) for one in ("enterprise", "year", "tax")])
    asked = [SourceColumn(one, "A", one) for one in ("enterprise", "name", "year", "staff")]
    bring(YEARLY, [own(tax=None), workshop(tax=None)], columns=asked)
    join(workspace)
    assert figures(workspace) == (679.44, 120)


def test_a_workshop_without_its_firm_s_row_stands_for_nobody(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [workshop(), workshop(2023), own(2023)])
    join(workspace)
    assert latest(workspace).table("enterprise_year")["year"].to_list() == [2023]
    bring(YEARLY, [own()])
    assert figures(workspace) == (802.84, 120)


def test_taking_the_word_back_restores_and_asks_again(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [own(), workshop()])
    before = content_hash(latest(workspace).table("enterprise_year"), ["enterprise", "year"])
    join(workspace)
    decide(workspace, WORKSHOP, "different", A, who="李工", when=WHEN)
    assert figures(workspace) == (679.44, 100)
    assert content_hash(latest(workspace).table("enterprise_year"), ["enterprise", "year"]) == before
    assert [one.reported for one in open_questions(latest(workspace))] == [WORKSHOP]
    join(workspace)
    decide(workspace, WORKSHOP, "aside", "", who="李工", when=WHEN)
    assert figures(workspace) == (679.44, 100)


def test_later_files_are_added_without_asking_and_correct_each_row_for_itself(
    workspace: Workspace, bring: Bring
) -> None:
    register(bring)
    made = bring(YEARLY, [own(), workshop()])
    join(workspace)
    bring(YEARLY, [own(2025, tax=10.1), workshop(2025, tax=0.2)])
    assert figures(workspace, 2025) == (10.3, 120)
    assert not open_questions(latest(workspace))
    bring(YEARLY, [workshop(tax=200.0, staff=None)], note="车间更正")
    assert figures(workspace) == (879.44, 120)
    bring(YEARLY, [own(tax=600.0, staff=None)], note="本企业更正")
    assert figures(workspace) == (800.0, 120)
    undo(workspace, made.number, who="王工", when=WHEN, note="退回")
    assert figures(workspace) == (800.0, None)
    with pytest.raises(ProblemsError, match="LEDGER-062"):
        bring(YEARLY, [own(2026), workshop(2026), workshop(2026, tax=1.0)])


def test_a_snapshot_keeps_what_was_added_when_it_was_made(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [own(), workshop()])
    first = freeze(workspace, when=WHEN)
    join(workspace)
    second = freeze(workspace, when=WHEN)
    decide(workspace, WORKSHOP, "part", A, who="王工", when=WHEN, adds={"enterprise_year": ("staff",)})
    assert first.view.table("enterprise_year")["tax"].to_list() == [679.44]
    assert second.view.table("enterprise_year")["tax"].to_list() == [802.84]
    assert figures(workspace) == (679.44, 120)
    for one in workspace.cache.glob("*.parquet"):
        one.unlink()
    assert first.table("enterprise_year")["tax"].to_list() == [679.44]
    assert second.table("enterprise_year")["tax"].to_list() == [802.84]


def test_another_report_may_be_the_firm_beside_a_part(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [{"enterprise": None, "name": "甲字号", "year": 2024, "tax": 1.5}, workshop()])
    join(workspace)
    decide(workspace, reported_key(None, "甲字号", None), "same", A, who="王工", when=WHEN)
    assert figures(workspace) == (124.9, None)
    with pytest.raises(ProblemsError, match="LEDGER-106"):
        decide(workspace, WORKSHOP, "same", A, who="王工", when=WHEN)


def test_a_sum_leads_to_the_cells_of_both_rows(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    letters = [
        SourceColumn(name, letter, name)
        for name, letter in zip(("enterprise", "name", "year", "tax"), "ABCD", strict=True)
    ]
    bring(YEARLY, [own(staff=None), workshop(staff=None)], file="报表.csv", columns=letters)
    join(workspace)
    found = cells(latest(workspace), "enterprise_year", FIRM)
    assert found["tax"].value == 802.84
    assert [(one.value, one.cell, one.part_name) for one in found["tax"].adds] == [
        (679.44, "D2", ""),
        (123.4, "D3", "甲一车间"),
    ]
    assert str(found["tax"]) == "报表.csv!Sheet1!D2 + 报表.csv!Sheet1!D3"
    assert str(found["name"]) == "报表.csv!Sheet1!B2"
    told = history(latest(workspace), "enterprise_year", FIRM, "tax")
    assert told.select("value", "state", "part").rows() == [
        ("679.44", "current", ""),
        ("123.4", "current", "甲一车间"),
    ]
    bring(YEARLY, [workshop(2023, tax=None), own(2023)])
    unknown = cells(latest(workspace), "enterprise_year", {"enterprise": A, "year": 2023})["tax"]
    assert (unknown.value, unknown.lacks, [one.value for one in unknown.adds]) == (None, (WORKSHOP,), [679.44])


def test_things_of_a_workshop_are_the_firm_s_and_its_scores_are_not(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(ACCIDENT, [{"enterprise": None, "name": "甲一车间", "date": WHEN.date(), "kind": "火灾"}])
    bring(SCORE, [{"enterprise": None, "name": "甲一车间", "year": 2024, "score": 99.0}])
    join(workspace)
    view = latest(workspace)
    assert view.table("accident").select("enterprise", "kind").rows() == [(A, "火灾")]
    assert cells(view, "accident", {"enterprise": A, "date": WHEN.date()})["kind"].part == WORKSHOP
    assert view.table("score").is_empty()
    bring(SCORE, [{"enterprise": A, "name": "甲厂", "year": 2024, "score": 60.0}])
    assert latest(workspace).table("score")["score"].to_list() == [60.0]


@pytest.mark.parametrize(("enterprise", "wrong"), [(code(77), "LEDGER-118"), ("", "LEDGER-069")])
def test_a_part_is_of_a_firm_that_the_ledger_knows(
    workspace: Workspace, bring: Bring, enterprise: str, wrong: str
) -> None:
    register(bring)
    bring(YEARLY, [own(), workshop()])
    with pytest.raises(ProblemsError, match=wrong):
        join(workspace, enterprise)
    assert figures(workspace) == (679.44, 100)


def test_two_rows_of_one_name_in_one_file_are_not_added_blindly(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    bring(YEARLY, [own(), workshop(), workshop(tax=5.0)])
    with pytest.raises(ProblemsError, match="LEDGER-119"):
        join(workspace)
    with pytest.raises(ProblemsError, match="LEDGER-119"):
        decide(workspace, WORKSHOP, "same", B, who="王工", when=WHEN)
    assert figures(workspace) == (679.44, 100)


_AMOUNT = st.integers(-(10**7), 10**7).map(lambda cents: cents / 100) | st.none()
_PARTS = st.dictionaries(st.sampled_from(["甲一车间", "甲二车间", "甲分厂"]), st.tuples(_AMOUNT, _AMOUNT), min_size=1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(firm=st.tuples(_AMOUNT, _AMOUNT), parts=_PARTS, order=st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_that_of_files_matters(
    firm: tuple[float | None, float | None],
    parts: dict[str, tuple[float | None, float | None]],
    order: object,
) -> None:
    told = [(None, *firm), *((name, *values) for name, values in parts.items())]
    rows = [
        {"enterprise": A, "year": year, "tax": told_year, "_import": number, "_row": 2, "_part": name}
        for number, (name, *values) in enumerate(told, start=1)
        for year, told_year in zip((2023, 2024), values, strict=True)
    ]
    schema = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "tax": pl.Float64,
        "_import": pl.Int64,
        "_row": pl.Int64,
        "_part": pl.String,
    }
    key = ("enterprise", "year")
    adding = Adding(dict.fromkeys(parts, frozenset({"tax"})))
    found = with_parts(pl.DataFrame(rows, schema=schema), key, {}, adding)
    order.shuffle(rows)  # type: ignore[attr-defined]
    numbers = list(range(1, len(told) + 1))
    order.shuffle(numbers)  # type: ignore[attr-defined]
    turned = [{**one, "_import": numbers[int(str(one["_import"])) - 1]} for one in rows]
    again = with_parts(pl.DataFrame(turned, schema=schema), key, {}, adding)
    assert content_hash(found, key) == content_hash(again, key)
    for at, year in enumerate((2023, 2024)):
        values = [one[at + 1] for one in told]
        cents = None if None in values else sum(round(float(str(one)) * 100) for one in values)
        assert found.filter(pl.col("year") == year)["tax"].to_list() == [None if cents is None else cents / 100]
