"""Files come in only as a person said so, within the own district, and every figure leads back to its cell."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from jiqun.ledger.review import own_id
from jiqun.ledger.view import latest
from jiqun.web import region
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.ledger import actions, queries
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.ledger.receiving import safe_name
from jiqun.web.people.actions import change
from jiqun.web.people.models import AuditEntry
from jiqun.web.people.scope import MASKED
from jiqun.web.region import ledger

KEPT = (region._region, region.run_of, region.evaluated, region._ledger)


@pytest.fixture(autouse=True)
def own_ledger(demo, tmp_path, settings):
    """A copy of the demo region whose ledger a test may change."""
    for part in ("ledger", "originals", "quarantine"):
        shutil.copytree(demo.folder / part, tmp_path / part)
    shutil.copy(demo.folder / "jiqun.toml", tmp_path)
    settings.WORKSPACE = tmp_path
    for kept in KEPT:
        kept.forget()
    yield tmp_path
    for kept in KEPT:
        kept.forget()


def hand_in(client, name, content, table="enterprise_year", period="2024", **more):
    said = {"table": table, "period": period, "file": SimpleUploadedFile(name, content), **more}
    answer = client.post("/ledger/imports/new/", said)
    if answer.status_code == 302:
        do_all()
        return Upload.objects.latest("id")
    return answer


def csv(rows, heads="统一社会信用代码,企业名称,税收（万元）"):
    return (heads + "\n" + "\n".join(rows)).encode()


def firms(district=None):
    found = ledger().table("enterprise").sort("enterprise")
    return found if district is None else found.filter(pl.col("district") == district)


def figure_of(firm, column, year=2024):
    frame = latest(region.region().workspace).table("enterprise_year")
    return frame.filter((pl.col("enterprise") == firm) & (pl.col("year") == year))[column].item()


def tax(firm, year=2024):
    return figure_of(firm, "tax", year)


def everybody():
    rows = ledger().table("enterprise_year").filter((pl.col("year") == 2024) & pl.col("tax").is_not_null())
    return list(rows["enterprise"].sort())


def reported_firm(district=None):
    known = set(firms(district)["enterprise"])
    return next(one for one in everybody() if one in known)


def test_nothing_is_committed_before_the_person_says_so_and_the_preview_tells_what_would_change(as_user, own_ledger):
    client, firm = as_user("tax"), reported_firm()
    before = tax(firm)
    upload = hand_in(client, "税收.csv", csv([f"{firm},甲,123.5", "NOCODE,,x"]), note="补报")
    page = client.get(f"/ledger/imports/uploads/{upload.token}/")
    seen = page.context["seen"]
    assert (upload.state, seen["counts"]["good"], seen["counts"]["bad"]) == ("checked", 1, 1)
    assert {one["column"] for one in seen["changes"]} >= {"tax"} and "C3" in page.content.decode()
    assert tax(firm) == before and (own_ledger / "uploads" / upload.token / "税收.csv").is_file()
    back = client.get(f"/ledger/imports/uploads/{upload.token}/return.xlsx")
    assert back.status_code == 200 and back.content[:2] == b"PK"
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    upload.refresh_from_db()
    assert upload.state == "committed" and tax(firm) == 123.5
    assert not (own_ledger / "uploads" / upload.token).exists()
    line = next(one for one in client.get("/ledger/imports/").context["page"] if one.one.number == upload.number)
    assert (line.one.who, line.one.note, line.one.rows) == ("tax", "补报", 1)
    page = as_user("analyst").get(f"/ledger/imports/{upload.number}/").context
    assert page["count"] >= 1 and any(one.after == "123.5" for one in page["changed"])


def test_a_file_of_guesses_does_not_read_out_restricted_figures(as_user):
    firm = reported_firm()
    said = {}
    for who in ("tax", "analyst"):
        upload = hand_in(as_user(who), f"{who}.csv", csv([f"{firm},甲,123.5"]))
        said[who] = next(one["before"] for one in upload.preview["changes"] if one["column"] == "tax")
        content = as_user(who).get(f"/ledger/imports/uploads/{upload.token}/").content.decode()
        assert (f"<del>{said[who]}</del>" in content) and (str(tax(firm)) in content) == (who == "analyst")
    assert said == {"tax": MASKED, "analyst": str(tax(firm))}
    right = hand_in(as_user("tax"), "right.csv", csv([f"{firm},甲,{tax(firm)!r}"]))
    assert MASKED in [one["before"] for one in right.preview["changes"] if one["column"] == "tax"]


def test_the_notices_of_a_check_tell_no_figure_and_no_name_that_the_reader_may_not_see(as_user, people):
    """They quote last year's figure and the firm's name in the ledger: of others' figures and firms they say nothing."""
    place = people["district"].place
    own, other = reported_firm(place), next(one for one in everybody() if one not in set(firms(place)["enterprise"]))
    heads = "统一社会信用代码,企业名称,税收（万元）,平均从业人员（人）"
    content = csv([f"{one},另一家,0.0001,1000000" for one in (own, other)], heads)
    told = {}
    for who in ("analyst", "tax", "district"):
        upload = hand_in(as_user(who), f"{who}.csv", content, period="2025")
        told[who] = " ".join(one["zh"] for one in upload.preview["notices"])
    for firm in (own, other):
        figure = f"{tax(firm):.6f}".rstrip("0").rstrip(".")
        assert [who for who, text in told.items() if figure in text] == ["analyst"], firm
        named = firms().filter(pl.col("enterprise") == firm)["name"].item()
        assert [who for who, text in told.items() if named in text] == ["analyst", "tax", "district"][
            : 3 if firm == own else 2
        ]
    assert "D2" in told["district"] and "D3" not in told["district"] and "D3" in told["tax"]
    guess = csv([f"{own},甲,{300 * figure_of(own, 'revenue'):.4f}"], "统一社会信用代码,企业名称,研发经费（万元）")
    ratios = {who: hand_in(as_user(who), f"{who}比.csv", guess).preview["notices"] for who in ("analyst", "tax")}
    assert {who: "LEDGER-112" in [one["code"] for one in found] for who, found in ratios.items()} == {
        "analyst": True,
        "tax": False,
    }


def test_who_handed_a_figure_in_has_it_held_against_the_next_one(as_user, people):
    firm = reported_firm(people["district"].place)
    client = as_user("district")
    first = hand_in(client, "税收.csv", csv([f"{firm},甲,52.25"]))
    client.post(f"/ledger/imports/uploads/{first.token}/commit/")
    do_all()
    again = hand_in(client, "税收改.csv", csv([f"{firm},甲,53"]))
    assert [(one["before"], one["after"]) for one in again.preview["changes"] if one["column"] == "tax"] == [
        ("52.25", "53.0")
    ]
    later = hand_in(client, "税收明年.csv", csv([f"{firm},甲,0.001"]), period="2025")
    assert "52.25" in " ".join(one["zh"] for one in later.preview["notices"])


def test_an_import_is_undone_only_with_a_right_and_a_reason_and_the_earlier_value_returns(as_user):
    client, firm = as_user("analyst"), reported_firm()
    before = tax(firm)
    upload = hand_in(client, "税收.csv", csv([f"{firm},甲,77"]))
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    upload.refresh_from_db()
    address = f"/ledger/imports/{upload.number}/undo/"
    assert as_user("tax").post(address, {"reason": "错"}).status_code == 403
    client.post(address, {"reason": " "})
    assert tax(firm) == 77
    client.post(address, {"reason": "报错年度"})
    assert tax(firm) == before and AuditEntry.objects.filter(action="ledger.undo", about=str(upload.number)).exists()
    assert client.post(address, {"reason": "再撤"}).status_code == 422


def test_the_same_file_again_is_told_and_counts_once(as_user):
    client, firm = as_user("analyst"), reported_firm()
    numbers = []
    for _ in range(2):
        upload = hand_in(client, "税收.csv", csv([f"{firm},甲,9"]))
        numbers.append((upload.preview["twin"] or {}).get("number"))
        client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
        do_all()
    assert numbers[0] is None and numbers[1] == Upload.objects.latest("id").number


def test_a_district_hands_in_its_own_rows_only_and_others_are_told_by_cell(as_user, people):
    place = people["district"].place
    own, other = firms(place)["enterprise"][0], firms().filter(pl.col("district") != place)["enterprise"][0]
    upload = hand_in(as_user("district"), "税收.csv", csv([f"{own},甲,1", f"{other},乙,2", ",没有登记的厂,3"]))
    told = {(one["code"], one["place"]) for one in upload.preview["problems"]}
    assert upload.preview["counts"]["good"] == 1
    assert told == {("LEDGER-091", "A3"), ("LEDGER-091", "A4")}
    before = tax_or_none(other)
    as_user("district").post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    assert tax(own) == 1 and tax_or_none(other) == before


def test_the_city_brings_the_rows_of_a_file_that_a_district_could_not(as_user, people):
    """The district's part of the file must not make the whole file count as brought in."""
    place = people["district"].place
    own, other = reported_firm(place), next(one for one in everybody() if one not in set(firms(place)["enterprise"]))
    for who in ("district", "analyst"):
        upload = hand_in(as_user(who), "税收.csv", csv([f"{own},甲,11", f"{other},乙,12"]))
        as_user(who).post(f"/ledger/imports/uploads/{upload.token}/commit/")
        do_all()
    assert (tax(own), tax(other)) == (11, 12)


def test_an_import_is_corrected_by_who_knows_of_it_only(as_user):
    client, firm = as_user("analyst"), reported_firm()
    upload = hand_in(client, "税收.csv", csv([f"{firm},甲,1", "NOCODE,,x"]))
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    number = str(Upload.objects.get(pk=upload.pk).number)
    assert hand_in(as_user("district"), "改.csv", csv([f"{firm},甲,2"]), corrects=number).status_code == 200
    assert (
        hand_in(client, "改.csv", csv(["x"], "企业"), table="enterprise", period="", corrects=number).status_code == 200
    )
    assert hand_in(client, "改.csv", csv([f"{firm},甲,2"]), corrects=number).told == {"corrects": int(number)}


def test_what_somebody_handed_in_elsewhere_does_not_come_along_to_a_new_place(as_user, people):
    firm = reported_firm()
    upload = hand_in(as_user("tax"), "税收.csv", csv([f"{firm},甲,3"]))
    as_user("tax").post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    number, place = Upload.objects.get(pk=upload.pk).number, people["district"].place
    change(people["tax"], "admin", role="district", place=place)
    assert as_user("district").get(f"/ledger/imports/{number}/original/").status_code == 404
    assert queries.find_import(people["tax"], number) is not None, "the person's own"
    later = replace(queries.find_import(people["tax"], number).one, when="2999-01-01T00:00:00+08:00")
    assert queries._knows(people["district"], later, queries._colleagues(people["district"])), (
        "what came after the move"
    )


def tax_or_none(firm):
    frame = latest(region.region().workspace).table("enterprise_year")
    return frame.filter((pl.col("enterprise") == firm) & (pl.col("year") == 2024))["tax"].to_list()


def test_a_district_cannot_claim_anothers_firm_by_writing_its_own_district(as_user, people):
    place = people["district"].place
    other = firms().filter(pl.col("district") != place)["enterprise"][0]
    content = csv([f"{other},甲,{place}"], "统一社会信用代码,企业名称,行政区划代码")
    upload = hand_in(as_user("district"), "登记.csv", content, table="enterprise", period="")
    assert upload.preview["counts"]["good"] == 0 and upload.preview["problems"][0]["code"] == "LEDGER-091"


def test_who_stands_in_for_two_districts_hands_in_for_both_and_for_no_third(as_user, people):
    places = [people["district"].place, *firms()["district"].drop_nulls().unique(maintain_order=True)]
    second, third = (one for one in list(dict.fromkeys(places))[1:3])
    change(people["district"], "admin", other_places=[second])
    own = [firms().filter(pl.col("district") == one)["enterprise"][0] for one in (places[0], second, third)]
    upload = hand_in(as_user("district"), "税收.csv", csv([f"{one},甲,7" for one in own]))
    (told,) = upload.preview["problems"]
    assert upload.preview["counts"]["good"] == 2 and told["code"] == "LEDGER-091"
    assert "、" in told["zh"], "both are named as the own ones"


@pytest.mark.parametrize("username", ["district", "park"])
def test_a_file_of_guesses_does_not_read_out_who_is_where(as_user, people, username):
    """A firm of another place and one that nobody knows are told alike; what the row says itself may be repeated."""
    column, place = people[username].means.limited_by, people[username].place
    other = firms().filter(pl.col(column) != place).drop_nulls("name").row(0, named=True)
    rows = [f"{other['enterprise']},甲,1", f",{other['name']},2", ",没有登记的厂,3"]
    told = hand_in(as_user(username), "税收.csv", csv(rows)).preview["problems"]
    assert len(told) == 3 and len({(one["code"], one["zh"]) for one in told}) == 1
    if username == "district":
        content = csv([f"{other['enterprise']},甲,{other['district']}"], "统一社会信用代码,企业名称,行政区划代码")
        (said,) = hand_in(as_user(username), "登记.csv", content, table="enterprise", period="").preview["problems"]
        assert said["code"] == "LEDGER-090"


def test_uploads_and_imports_of_others_are_as_if_not_there(as_user):
    upload = hand_in(as_user("analyst"), "税收.csv", csv([f"{reported_firm()},甲,9"]))
    for username in ("tax", "district", "park"):
        client = as_user(username)
        assert client.get(f"/ledger/imports/uploads/{upload.token}/").status_code == 404
        assert client.post(f"/ledger/imports/uploads/{upload.token}/commit/").status_code == 404
    assert as_user("leader").get("/ledger/imports/new/").status_code == 403
    assert as_user("district").get("/ledger/imports/1/").status_code == 404
    assert list(as_user("district").get("/ledger/imports/").context["page"]) == []
    assert as_user("admin").post(f"/ledger/imports/uploads/{upload.token}/commit/").status_code == 404


def test_a_dropped_file_leaves_nothing_on_the_disk(as_user, own_ledger):
    client = as_user("tax")
    upload = hand_in(client, "税收.csv", csv([f"{reported_firm()},甲,9"]))
    client.post(f"/ledger/imports/uploads/{upload.token}/drop/")
    upload.refresh_from_db()
    assert upload.state == "dropped" and not (own_ledger / "uploads" / upload.token).exists()
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    assert do_all() == 0


def test_an_unknown_header_and_a_missing_unit_are_told_by_the_person_and_read(as_user):
    client, firm = as_user("tax"), reported_firm()
    upload = hand_in(client, "税收.csv", csv([f"{firm},甲,5000"], "统一社会信用代码,企业名称,某某数"))
    assert [one["header"] for one in upload.preview["ignored"]] == ["某某数"]
    said = {"map-C": "tax", "unit-tax": "元"}
    client.post(f"/ledger/imports/uploads/{upload.token}/tell/", said)
    do_all()
    upload.refresh_from_db()
    column = next(one for one in upload.preview["columns"] if one["field"] == "tax")
    assert upload.state == "checked" and (column["from"], column["to"], column["factor"]) == ("元", "万元", "0.0001")
    assert upload.preview["totals"][0]["converted"] == "0.5"


def bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("网页.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "LEDGER-008"),
        ("炸弹.xlsx", bomb, "LEDGER-005"),
        ("坏.xlsx", lambda: b"PK\x03\x04broken", "LEDGER-004"),
        ("乱.csv", lambda: b"\x00\x01\x02", "LEDGER-009"),
    ],
)
def test_a_hostile_file_is_refused_with_its_problem(as_user, name, content, code):
    client = as_user("tax")
    upload = hand_in(client, name, content())
    page = client.get(f"/ledger/imports/uploads/{upload.token}/").content.decode()
    assert upload.state == "refused" and code in page and "合格的" not in page


def test_wrong_endings_empty_and_huge_files_are_not_kept(as_user, settings, own_ledger):
    client = as_user("tax")
    assert "LEDGER-009" in hand_in(client, "程序.exe", b"MZ").content.decode()
    assert "LEDGER-002" in hand_in(client, "空.csv", b"").content.decode()
    settings.UPLOAD_BYTES = 100_000
    answer = hand_in(client, "大.csv", b"x" * 300_000)
    assert answer.status_code == 422 and "LEDGER-003" in answer.content.decode()
    assert not Upload.objects.exists() and not (own_ledger / "uploads").exists() and not Job.objects.exists()


@pytest.mark.parametrize("said", [{"table": "nope"}, {"period": "去年"}, {"period": ""}])
def test_a_wrong_form_is_told_and_nothing_queued(as_user, said):
    answer = as_user("tax").post(
        "/ledger/imports/new/",
        {"table": "enterprise_year", "period": "2024", "file": SimpleUploadedFile("a.csv", b"x"), **said},
    )
    assert answer.status_code == 200 and answer.context["messages"] and not Upload.objects.exists()


def test_a_file_name_cannot_leave_its_folder():
    assert safe_name("../../etc/passwd") == "passwd" and safe_name("..\\..\\a.csv") == "a.csv"
    assert safe_name("a\n<b>|.csv") == "a__b__.csv" and safe_name("..") == "file"
    assert len(safe_name("税" * 300 + ".xlsx").encode()) <= 255


def test_every_figure_of_a_row_names_its_cell_and_foreign_rows_are_not_there(as_user, people):
    place = people["district"].place
    own, other = reported_firm(place), firms().filter(pl.col("district") != place)["enterprise"][0]
    page = as_user("analyst").get("/ledger/tables/enterprise_year/row/", {"enterprise": own, "year": "2024"})
    figure = next(one for one in page.context["figures"] if one.name == "tax")
    assert figure.cell.cell and figure.cell.file in page.content.decode()
    client = as_user("district")
    assert client.get("/ledger/tables/enterprise_year/row/", {"enterprise": own, "year": "2024"}).status_code == 200
    for key in ({"enterprise": other, "year": "2024"}, {"enterprise": own, "year": "x"}, {"enterprise": own}):
        assert client.get("/ledger/tables/enterprise_year/row/", key).status_code == 404
    shown = client.get("/ledger/tables/enterprise/").context["page"].paginator.count
    assert shown == firms(place).height


def test_restricted_figures_are_masked_for_who_may_not_see_them(as_user):
    key = {"enterprise": reported_firm(), "year": "2024"}
    figures = as_user("leader").get("/ledger/tables/enterprise_year/row/", key).context["figures"]
    hidden = [one for one in figures if one.hidden]
    assert hidden and all(one.value in ("", MASKED) for one in hidden)
    assert all(past["value"] == MASKED for one in hidden for past in one.past)


def test_originals_are_handed_out_as_they_came_and_logged(as_user, own_ledger):
    answer = as_user("analyst").get("/ledger/imports/1/original/")
    found = latest(region.region().workspace).log.find(1)
    assert answer.content == next((own_ledger / "originals").glob(f"{found.sha256}*")).read_bytes()
    assert AuditEntry.objects.filter(action="ledger.original", about="1").exists()


def test_a_table_without_years_cannot_be_owed_and_so_breaks_no_page(as_user):
    said = {"table": "title", "year": "2024", "district": "*", "unit": "x", "due": "2025-01-01"}
    assert "请选择表" in as_user("analyst").post("/ledger/board/duty/", said, follow=True).content.decode()
    assert not Duty.objects.exists() and as_user("leader").get("/").status_code == 200


def test_the_board_counts_what_the_ledger_has_and_says_who_is_late(as_user):
    client = as_user("analyst")
    said = {"table": "enterprise_year", "year": "2024", "district": "*", "unit": "区经信委", "due": "2020-01-01"}
    assert as_user("leader").post("/ledger/board/duty/", said).status_code == 403
    client.post("/ledger/board/duty/", said)
    squares = client.get("/ledger/board/", {"table": "enterprise_year", "year": "2024"}).context["squares"]
    rows = ledger().table("enterprise_year").filter(pl.col("year") == 2024)
    assert sum(one.rows for one in squares) == rows.height and Duty.objects.count() == len(squares)
    assert all(
        one.state == ("free" if not one.expected else "full" if one.share >= 0.95 else "late") for one in squares
    )
    client.post("/ledger/board/duty/", {**said, "due": "soon"})
    assert {one.due for one in Duty.objects.all()} == {date(2020, 1, 1)}
    assert client.get("/ledger/board/").status_code == 200
    page = client.get("/ledger/board/", {"table": "sme_digital", "year": "2024"})
    assert all(one.share is None and one.expected is None for one in page.context["squares"])
    assert {one.state for one in page.context["squares"]} <= {"open", "free"}, "rows of nobody's list are not complete"
    assert "谁参评谁填——没有应报名单，不算报送率" in page.content.decode()
    assert "有数，没有应报名单" in page.content.decode() and "未报</span>" not in page.content.decode()
    mine = as_user("district").get("/ledger/board/", {"table": "enterprise_year"}).context["squares"]
    assert len(mine) == 1


def test_a_number_of_the_board_opens_the_rows_that_it_counts(as_user, people):
    client = as_user("analyst")
    page = client.get("/ledger/board/", {"table": "enterprise_year", "year": "2024"})
    one = next(one for one in page.context["squares"] if one.rows)
    address = f"/ledger/tables/enterprise_year/?year=2024&amp;district={one.district}"
    assert f'href="{address}"' in page.content.decode()
    assert client.get(address.replace("&amp;", "&")).context["page"].paginator.count == one.rows
    foreign = {
        "district": next(it.district for it in page.context["squares"] if it.district != people["district"].place)
    }
    assert as_user("district").get("/ledger/tables/enterprise_year/", foreign).context["page"].paginator.count == 0


def test_an_open_firm_is_decided_with_a_reason_and_its_rows_count_then(as_user):
    analyst, firm = as_user("analyst"), reported_firm()
    upload = hand_in(analyst, "税收.csv", csv([",全新没有登记的示范厂,4.5"]))
    analyst.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    questions = analyst.get("/ledger/review/").context["questions"]
    report = next(one.reported for one in questions if "全新没有登记" in (one.name or ""))
    said = {"reported": report, "do": f"same:{firm}", "reason": "电话核实"}
    assert as_user("tax").post("/ledger/review/decide/", said).status_code == 403
    analyst.post("/ledger/review/decide/", {**said, "reason": ""})
    assert tax(firm) != 4.5
    analyst.post("/ledger/review/decide/", said)
    assert tax(firm) == 4.5 and AuditEntry.objects.filter(action="ledger.decide", about=report).exists()
    left = {one.reported for one in analyst.get("/ledger/review/").context["questions"]}
    assert report not in left
    page = analyst.get("/ledger/review/", {"settled": "1"}).content.decode()
    assert "全新没有登记的示范厂" in page and "电话核实" in page and f"different:{firm}" in page, "it can be taken back"
    analyst.post("/ledger/review/decide/", {**said, "do": "aside:", "enterprise": firm, "reason": "是车间"})
    page = analyst.get("/ledger/review/", {"aside": "1"})
    assert report in {one.reported for one in page.context["questions"]} and tax(firm) != 4.5
    analyst.post("/ledger/review/decide/", {**said, "do": "uncoded:", "reason": "作坊，没有代码"})
    assert tax(own_id(report)) == 4.5 and not analyst.get("/ledger/review/", {"aside": "1"}).context["questions"]


def test_an_answer_stands_in_a_list_and_is_changed_there_also_for_files_that_came_after_it(as_user):
    analyst, firm = as_user("analyst"), reported_firm()
    other = next(one for one in firms()["enterprise"] if one != firm)

    def hand(value):
        upload = hand_in(analyst, f"税收{value}.csv", csv([f",又一家没有登记的厂,{value}"]))
        analyst.post(f"/ledger/imports/uploads/{upload.token}/commit/")
        do_all()

    def settled():
        return {one.name: one for one in analyst.get("/ledger/review/", {"settled": "1"}).context["questions"]}

    hand("4.5")
    report = next(one.reported for one in analyst.get("/ledger/review/").context["questions"] if "又一家" in one.name)
    said = {"reported": report, "do": f"same:{firm}", "reason": "电话核实"}
    analyst.post("/ledger/review/decide/", said)
    hand("5.5")
    assert tax(firm) == 5.5, "the answer stands for later files"
    answer = settled()["又一家没有登记的厂"].decided
    assert (answer.verdict, answer.enterprise, answer.note) == ("same", firm, "电话核实")
    analyst.post("/ledger/review/decide/", {**said, "do": f"same:{other}", "reason": "认错了"})
    assert (tax(other), tax(firm) != 5.5) == (5.5, True), "rows before and after it follow"
    page = analyst.get("/ledger/review/", {"settled": "1"}).content.decode()
    assert ">认错了<" in page and ">电话核实<" not in page
    analyst.post("/ledger/review/decide/", {**said, "do": f"different:{other}", "reason": "也不是"})
    assert "又一家没有登记的厂" not in settled() and tax(other) != 5.5
    made_up = analyst.post("/ledger/review/decide/", {**said, "reported": "|没有人报过的厂|500103"})
    assert made_up.status_code == 422 and "没有这样报送的企业" in made_up.content.decode()


def test_a_template_filled_in_is_what_the_import_reads(as_user):
    answer = as_user("district").get("/ledger/tables/enterprise_year/template.xlsx")
    assert answer.status_code == 200
    heads = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()[1]
    wanted = [one.title for one in region.region().contract("enterprise_year").fields]
    assert [str(one).partition("（")[0] for one in heads][: len(wanted)] == [one.partition("（")[0] for one in wanted]
    assert as_user("district").get("/ledger/tables/land_use/template.xlsx").status_code == 422


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_undo_that_is_killed_never_stands_unlogged(as_user, monkeypatch, when):
    client, firm = as_user("analyst"), reported_firm()
    upload = hand_in(client, "税收.csv", csv([f"{firm},甲,78"]))
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    upload.refresh_from_db()
    real = actions.undo_import

    class Killed(BaseException):
        pass

    def die(*words, **named):
        if when == "after":
            real(*words, **named)
        raise Killed

    address = f"/ledger/imports/{upload.number}/undo/"
    with monkeypatch.context() as patch:
        patch.setattr(actions, "undo_import", die)
        with pytest.raises(Killed):
            client.post(address, {"reason": "报错年度"})
    logged = AuditEntry.objects.filter(about=str(upload.number))
    assert logged.filter(action="ledger.undo").count() == 1 and (tax(firm) == 78) == (when == "before")
    again = client.post(address, {"reason": "报错年度"})
    assert (tax(firm) == 78, again.status_code) == (False, 302 if when == "before" else 422)
    assert logged.filter(action="ledger.undo.refused").exists() == (when == "after")


def test_corrected_rows_are_read_as_the_columns_were_told_of_the_import_that_they_correct(as_user):
    client, (one, two, three) = as_user("analyst"), firms()["enterprise"][:3]
    heads = "统一社会信用代码,企业名称,缴了多少"
    upload = hand_in(client, "税.csv", csv([f"{one},甲,45000", f"{two},乙,没有"], heads))
    client.post(f"/ledger/imports/uploads/{upload.token}/tell/", {"map-C": "tax", "unit-tax": "元"})
    do_all()
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    number = latest(region.region().workspace).log.imports[-1].number
    fixed = hand_in(client, "更正.csv", csv([f"{three},丙,99000"], heads), corrects=str(number))
    column = next(one for one in fixed.preview["columns"] if one["field"] == "tax")
    assert (column["column"], column["from"], column["how"]) == ("C", "元", "told"), "without being told again"


def test_a_check_made_again_says_when_against_what_and_what_changed_also_where_nothing_did(as_user):
    firm, client = reported_firm(), as_user("analyst")

    def again(upload):
        client.post(f"/ledger/imports/uploads/{upload.token}/tell/")
        do_all()
        upload.refresh_from_db()
        return client.get(f"/ledger/imports/uploads/{upload.token}/").content.decode()

    first = hand_in(client, "一.csv", csv([f"{firm},甲,52.25"]))
    assert "again" not in first.preview or first.preview["again"] is None
    page = again(first)
    assert "重新核对过" in page and "核对的依据没有变。" in page and "结果与上一次完全相同。" in page
    other = hand_in(client, "二.csv", csv([f"{firm},甲,52.25"]))
    client.post(f"/ledger/imports/uploads/{other.token}/commit/")
    do_all()
    page = again(first)
    assert "其间变了的：台账（其间又有 1 次导入）。" in page and "会改动台账的数 2 → 0 个" in page
    client.post(f"/ledger/imports/uploads/{first.token}/tell/", {"unit-tax": "元"})
    do_all()
    assert "对这份文件的说法" in client.get(f"/ledger/imports/uploads/{first.token}/").content.decode()


def test_a_column_that_was_overlooked_is_read_from_the_same_file(as_user):
    client, one = as_user("analyst"), reported_firm()
    rows, heads = [f"{one},甲,45000"], "统一社会信用代码,企业名称,缴了多少"
    first = hand_in(client, "税.csv", csv(rows, heads))
    client.post(f"/ledger/imports/uploads/{first.token}/commit/")
    do_all()
    assert tax(one) != 4.5
    again = hand_in(client, "税.csv", csv(rows, heads))
    assert again.preview["twin"] is not None, "read the same way it is the same file"
    client.post(f"/ledger/imports/uploads/{again.token}/tell/", {"map-C": "tax", "unit-tax": "元"})
    do_all()
    again.refresh_from_db()
    assert again.preview["twin"] is None
    client.post(f"/ledger/imports/uploads/{again.token}/commit/")
    do_all()
    assert tax(one) == 4.5


@pytest.mark.parametrize(
    ("language", "heads", "in_order"),
    [
        (
            "zh",
            ["年度表（写年份，如 2024）", "月度表（写月份，如 2024-05）", "登记类（可不写期间）"],
            [
                "产业集群年度数据",
                "定档提档降档名单",
                "企业年度数据",
                "园区绿色低碳指标（按年）",
                "招商专班指标",
                "称号与资质",
            ],
        ),
        (
            "en",
            ["By year (write 2024)", "By month (write 2024-05)", "Registers (no period needed)"],
            ["Beautiful factory data", "Emissions", "Awards", "Land parcels", "Titles and their events"],
        ),
    ],
)
def test_the_tables_to_choose_from_stand_in_groups_by_their_period_each_by_name(
    as_user, people, language, heads, in_order
):
    people["tax"].language = language
    people["tax"].save()
    page = as_user("tax").get("/ledger/imports/new/")
    groups = page.context["groups"]
    assert [head for head, _ in groups] == [one for one in heads if one in dict(groups)]
    shown = [one.title if language == "zh" else one.title_en for _, ones in groups for one in ones]
    known = [one for one in in_order if one in shown]
    assert len(known) > 3 and sorted(known, key=shown.index) == known
    assert {one.id for _, ones in groups for one in ones} == {one.id for one in queries.fillable()}
    assert page.content.decode().count("<optgroup") == len(groups)
