"""A workshop is added to its firm in the browser: the sum, both cells, who said so, and taking it back."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
from tests.web.test_ledger import csv, firms, hand_in, own_ledger, reported_firm, tax

from jiqun.ledger.lineage import lineage
from jiqun.web.jobs.queue import do_all
from jiqun.web.people.scope import MASKED
from jiqun.web.region import ledger

__all__ = ["own_ledger"]  # the fixture that gives a test a ledger of its own
HEADS = "统一社会信用代码,企业名称,税收（万元）,平均从业人员（人）,资产总计（万元）"


def commit(client, name, rows):
    upload = hand_in(client, name, csv(rows, HEADS))
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    upload.refresh_from_db()
    return upload


def test_a_workshop_in_the_file_of_its_firm_is_added_and_the_firm_s_page_says_so(as_user, people):
    analyst, firm = as_user("analyst"), reported_firm(people["district"].place)
    name = firms().filter(firms()["enterprise"] == firm)["name"].item()
    commit(analyst, "合报.csv", [f"{firm},{name},679.44,100,5000", ",示范一车间,123.4,20,70", ",示范二车间,0.06,,80"])
    asked = {one.name: one for one in analyst.get("/ledger/review/").context["questions"]}
    page = analyst.get("/ledger/review/").content.decode()
    assert "是它的车间，并入" in page
    for workshop in ("示范一车间", "示范二车间"):
        said = {"reported": asked[workshop].reported, "enterprise": firm, "reason": "营业执照是同一张"}
        refused = analyst.post("/ledger/review/decide/", {**said, "do": "same:"})
        assert refused.status_code == 422 and "并入这家" in refused.content.decode()
        assert analyst.post("/ledger/review/decide/", {**said, "do": "part:"}).status_code == 302
    key = {"enterprise": firm, "year": 2024}
    assert tax(firm) == float(Decimal("679.44") + Decimal("123.4") + Decimal("0.06"))
    row = (
        ledger()
        .table("enterprise_year")
        .filter((pl.col("enterprise") == firm) & (pl.col("year") == 2024))
        .to_dicts()[0]
    )
    assert (row["staff"], row["assets"], row["name"]) == (None, 5000.0, name)
    assert str(lineage(ledger().view, "enterprise_year", key, "tax")) == "合报.csv!C2 + 合报.csv!C3 + 合报.csv!C4"
    page = analyst.get(f"/enterprises/{firm}/", {"tab": "figures"}).content.decode()
    for words in (
        "并入：示范一车间",
        "并入：示范二车间",
        "营业执照是同一张",
        "没有填，合计未知",
        "合报.csv!C3",
        "123.4",
    ):
        assert words in page, words
    page = analyst.get(f"/enterprises/{firm}/source/", {"year": "2024", "column": "tax"}).content.decode()
    assert "合报.csv!C2 + 合报.csv!C3 + 合报.csv!C4" in page and "并入：示范一车间" in page and "802.9" in page
    page = analyst.get(f"/enterprises/{firm}/source/", {"year": "2024", "column": "staff"}).content.decode()
    assert "示范二车间 没有填，合计就不知道" in page
    page = as_user("district").get(f"/enterprises/{firm}/", {"tab": "figures"}).content.decode()
    assert "示范一车间" in page and ("123.4" not in page) == (MASKED in page)
    page = analyst.get("/ledger/review/", {"settled": "1"}).content.decode()
    assert "并入 " in page and f"different:{firm}" in page
    analyst.post("/ledger/review/decide/", {**said, "do": f"different:{firm}", "reason": "另有执照"})
    assert tax(firm) == 802.84
    assert "示范二车间" in {one.name for one in analyst.get("/ledger/review/").context["questions"]}


def test_a_corrected_file_is_held_against_the_workshop_s_own_row_not_against_the_sum(as_user):
    analyst, firm = as_user("analyst"), reported_firm()
    name = firms().filter(firms()["enterprise"] == firm)["name"].item()
    commit(analyst, "合报.csv", [f"{firm},{name},679.44,100,5000", ",示范一车间,123.4,20,70"])
    (report,) = (
        one.reported for one in analyst.get("/ledger/review/").context["questions"] if one.name == "示范一车间"
    )
    analyst.post("/ledger/review/decide/", {"reported": report, "do": f"part:{firm}", "reason": "是它的车间"})
    again = hand_in(analyst, "更正.csv", csv([f"{firm},{name},679.44,100,5000", ",示范一车间,200,20,70"], HEADS))
    changed = [(one["before"], one["after"]) for one in again.preview["changes"]]
    assert changed == [("123.4", "200.0")]
    analyst.post(f"/ledger/imports/uploads/{again.token}/commit/")
    do_all()
    again.refresh_from_db()
    assert tax(firm) == 879.44
    page = analyst.get(f"/ledger/imports/{again.number}/").context
    assert [(one.before, one.after) for one in page["changed"]] == [("123.4", "200.0")]


def test_only_a_registered_firm_takes_a_workshop_in(as_user):
    analyst, firm = as_user("analyst"), reported_firm()
    commit(analyst, "合报.csv", [f"{firm},,679.44,100,5000", ",示范一车间,123.4,20,70"])
    (report,) = (
        one.reported for one in analyst.get("/ledger/review/").context["questions"] if one.name == "示范一车间"
    )
    said = {"reported": report, "do": "part:", "enterprise": "91500112MA5U00001H", "reason": "是它的车间"}
    refused = analyst.post("/ledger/review/decide/", said)
    assert refused.status_code == 422 and "企业登记里没有这个代码" in refused.content.decode()
    assert tax(firm) == 679.44
