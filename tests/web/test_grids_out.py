"""What a grid shows comes out as Excel: the same rows, in the same order, with the same masks."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import polars as pl
import pytest
from django.http import HttpResponse

from jiqun.web.enterprises.register import place_names, register
from jiqun.web.ledger import views
from jiqun.web.ledger.table_sheet import table_workbook
from jiqun.web.people.models import AuditEntry
from jiqun.web.people.scope import MASKED, Scope
from jiqun.web.region import ledger


def table(answer: HttpResponse, first: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """The heads (the first line of each) and rows of the only sheet of a workbook."""
    assert answer.status_code == 200 and "spreadsheetml" in answer["Content-Type"]
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    at = next(n for n, row in enumerate(rows) if str(row[0] or "").split("\n")[0] == first)
    return [str(one or "").split("\n")[0] for one in rows[at]], [row for row in rows[at + 1 :] if row[0]]


@pytest.mark.parametrize("who", ["analyst", "district", "park"])
def test_the_list_of_firms_comes_out_as_it_was_picked_within_the_own_rows(as_user, who):
    client, said = as_user(who), {"scale": "above", "sort": "code", "down": "1"}
    heads, rows = table(client.get("/enterprises/export.xlsx", said), "统一社会信用代码")
    shown = client.get("/enterprises/", said).context
    assert len(rows) == shown["found"]
    assert [row[0] for row in rows[:50]] == [one["enterprise"] for one in shown["rows"]]
    grades = dict(register(Scope())[0].select("enterprise", "grade").iter_rows())
    assert [row[heads.index("档次")] for row in rows] == [grades[row[0]] for row in rows]
    assert {row[heads.index("规模")] for row in rows} <= {"规上"}
    assert AuditEntry.objects.filter(action="enterprises.export", who=who).exists()


def test_a_table_of_the_ledger_comes_out_with_restricted_figures_only_for_who_may_see_them(as_user, monkeypatch):
    monkeypatch.setattr(views, "_CELLS_AT_ONCE", 10**9)
    at, code = "/ledger/tables/enterprise_year/export.xlsx", ledger().table("enterprise")["enterprise"][0]
    own = ledger().table("enterprise_year").filter(ledger().table("enterprise_year")["enterprise"] == code)
    told = {}
    for who in ("analyst", "leader"):
        heads, rows = table(as_user(who).get(at, {"q": code}), "统一社会信用代码")
        told[who] = [row[heads.index("实缴税金")] for row in rows]
    assert sorted(told["analyst"]) == pytest.approx(sorted(own["tax"].to_list()), abs=0.005)
    assert set(told["leader"]) == {MASKED}
    assert as_user("firm").get(at).status_code == 403
    monkeypatch.setattr(views, "_CELLS_AT_ONCE", 0)
    assert as_user("analyst").get(at)["Location"].startswith("/jobs/")


def test_the_list_of_firms_names_district_and_industry_as_its_page_does(as_user):
    heads, rows = table(as_user("analyst").get("/enterprises/export.xlsx"), "统一社会信用代码")
    assert heads == ["统一社会信用代码", "企业名称", "区县", "所在园区", "行业代码", "行业", "规模", "登记状态", "档次"]
    named = {row[heads.index("行业代码")]: row[heads.index("行业")] for row in rows}
    assert named["3670"] == "汽车零部件及配件制造"
    assert {row[2] for row in rows} <= set(place_names().values()) | {None}


def test_small_figures_of_a_table_are_shown_with_their_decimals():
    shown = pl.DataFrame({"whole": [1.0, 2.0], "two": [0.5, 1.25], "three": [0.003, 12.0], "more": [54.666105, 0.1]})
    book = openpyxl.load_workbook(BytesIO(table_workbook("表", shown, {})))
    cells = list(book.active.iter_rows(min_row=book.active.max_row - 1))[0]
    assert [one.number_format for one in cells] == ["#,##0", "#,##0.00", "#,##0.000", "#,##0.0000"]


def test_rankings_in_english_have_english_units(as_user, people):
    people["analyst"].language = "en"
    people["analyst"].save()
    heads, _ = table(as_user("analyst").get("/land/rankings.xlsx", {"measure": "tax_per_mu"}), "Rank")
    answer = as_user("analyst").get("/land/rankings.xlsx", {"measure": "tax_per_mu"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    units = next(tuple(c.value for c in row) for row in sheet.iter_rows() if "10k CNY/mu" in [c.value for c in row])
    assert dict(zip(heads, units, strict=True)) | {"Tax paid": "10k CNY", "Land": "mu"} == dict(
        zip(heads, units, strict=True)
    )
