"""The pages of firms, rules and the ladder say what ledger, law book and screening say, to whom it may be said."""

from __future__ import annotations

import json
from datetime import date, datetime
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import polars as pl
import pytest

from jiqun.desk.printed_rule import Printed, Row, differences
from jiqun.desk.screened import newest
from jiqun.web.enterprises import activity, dossier
from jiqun.web.enterprises.charts import drawn
from jiqun.web.enterprises.register import initials
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.people.models import AuditEntry
from jiqun.web.people.scope import MASKED, Scope
from jiqun.web.region import ledger, region


def test_every_firm_of_the_scope_is_listed_and_no_other(as_user, people):
    register = ledger().table("enterprise")
    assert as_user("analyst").get("/enterprises/").context["found"] == register.height
    own = register.filter(pl.col("district") == people["district"].place)
    assert as_user("district").get("/enterprises/").context["found"] == own.height
    assert [row["enterprise"] for row in as_user("firm").get("/enterprises/").context["rows"]] == [people["firm"].place]


def test_a_firm_is_found_by_part_of_its_name_its_code_and_its_initials(as_user, people):
    client, code = as_user("analyst"), people["firm"].place
    name = ledger().table("enterprise").filter(pl.col("enterprise") == code)["name"][0]
    assert initials("示范机械A厂") == "SFJXAC"
    for text in (name, name[2:], code, code.lower(), initials(name)):
        answer = client.get("/enterprises/", {"q": text})
        hits = [] if answer.status_code == 302 else [row["enterprise"] for row in answer.context["rows"]]
        assert code in hits or code in getattr(answer, "url", ""), text
    assert client.get("/enterprises/", {"q": "没有这样的企业"}).context["found"] == 0


def test_a_firm_outside_the_scope_does_not_exist(as_user, people):
    own = people["district"].place
    other = ledger().table("enterprise").filter(pl.col("district") != own)["enterprise"][0]
    client = as_user("district")
    assert client.get(f"/enterprises/{other}/").status_code == 404
    assert client.get(f"/enterprises/{other}/source/", {"year": 2024, "column": "staff"}).status_code == 404


def test_restricted_figures_are_masked_and_reading_them_is_logged(as_user, people):
    code = people["firm"].place
    shown = as_user("district").get(f"/enterprises/{code}/", {"tab": "figures"}).context["lines"]
    assert all(one.value in (MASKED, None) for line in shown if line.restricted for one in line.figures)
    assert as_user("district").get(f"/enterprises/{code}/source/?year=2024&column=revenue").status_code == 403
    assert not AuditEntry.objects.filter(action="enterprises.read").exists()
    told = {line.name: line for line in as_user("firm").get(f"/enterprises/{code}/?tab=figures").context["lines"]}
    rows = ledger().table("enterprise_year").filter(pl.col("enterprise") == code).sort("year")
    assert [one.value for one in told["revenue"].figures] == rows["revenue"].to_list()[-6:]
    assert AuditEntry.objects.filter(action="enterprises.read", about=code).exists()


def test_a_figure_leads_to_its_cell(as_user, people):
    code = people["firm"].place
    page = as_user("firm").get(f"/enterprises/{code}/source/", {"year": 2024, "column": "revenue"})
    assert page.status_code == 200 and ".xlsx!" in str(page.context["cell"])
    for wrong in ({"year": "x", "column": "revenue"}, {"year": 2024, "column": "nothing"}):
        assert as_user("firm").get(f"/enterprises/{code}/source/", wrong).status_code == 404


def test_the_whole_file_shows_the_grade_of_every_run_and_unknown_tabs_are_refused(as_user, people):
    client, code = as_user("analyst"), people["firm"].place
    page = client.get(f"/enterprises/{code}/", {"tab": "all"})
    assert page.status_code == 200 and len(page.context["grades"]) >= 1 and page.context["origins"]
    assert client.get(f"/enterprises/{code}/", {"tab": "nothing"}).status_code == 404


def test_a_screening_is_kept_and_shown_within_the_scope(as_user, people):
    client = as_user("analyst")
    assert as_user("leader").post("/ladder/screen/", {"on": "2025-06-30", "year": "2024"}).status_code == 403
    assert client.post("/ladder/screen/", {"on": "30.6.", "year": "2024"}).status_code == 404
    client.post("/ladder/screen/", {"on": "2025-06-30", "year": "2024"})
    do_all()
    assert Job.objects.get().state == "done"
    screened = newest(region())
    assert screened is not None and screened.on == "2025-06-30"
    boards = client.get("/ladder/").context["boards"]
    assert sum(one.total for one in boards) == screened.rows.filter(pl.col("next") != "").height
    # a title beside the ladder counts although a higher one is held: three years from its day unless its row says
    held = ledger().table("title").filter(pl.col("title") == "高新技术企业", pl.col("date") <= date(2025, 6, 30))
    term = pl.coalesce("valid_to", pl.col("date").dt.offset_by("3y").dt.offset_by("-1d"))
    lasting = held.filter(term >= date(2025, 6, 30))["enterprise"].n_unique()
    assert {one.id: one.holders for one in boards}["high_tech"] == lasting > 0
    mine = set(ledger().table("enterprise").filter(pl.col("district") == people["district"].place)["enterprise"])
    district = as_user("district")
    assert {row["enterprise"] for row in district.get("/ladder/firms/").context["rows"]} <= mine
    book = openpyxl.load_workbook(BytesIO(district.get("/ladder/export.xlsx").content), read_only=True)
    codes = {row[0] for row in book.worksheets[0].iter_rows(values_only=True) if str(row[0]).startswith("91")}
    assert codes and codes <= mine
    firm = screened.rows.filter(pl.col("next") != "")["enterprise"][0]
    told = client.get(f"/enterprises/{firm}/", {"tab": "titles"}).context["standing"]
    kept = json.loads(screened.rows.filter(pl.col("enterprise") == firm)["record"][0])
    assert told["record"] == kept["zh"]
    masked = _lackings(district.get("/ladder/firms/").context["rows"])
    assert masked and all(one.endswith(MASKED) for one in masked)


def _lackings(rows):
    """What is said of criteria whose words would name the firm's figures."""
    found = [each for row in rows if row["record"]["next"] for each in row["record"]["next"]["criteria"]]
    return [one["lacking"] for one in found if one["tells_figures"]]


def test_a_firm_with_every_part_of_its_file_shows_where_each_row_is_from(as_user):
    code = ledger().table("certified_score")["enterprise"][0]
    page = as_user("analyst").get(f"/enterprises/{code}/", {"tab": "all"})
    rows = [*page.context["scores"], *page.context["events"], *page.context["adjustments"], *page.context["sites"]]
    assert page.context["scores"] and page.context["places"] and page.context["chain_profile"]
    for one in rows:
        address = one["to"] if isinstance(one, dict) else one.cells
        assert not address or as_user("analyst").get(address).status_code == 200, address


def test_energy_is_set_beside_output_and_masked_for_who_may_not_see_it(as_user, people):
    rows = ledger().table("enterprise_year").drop_nulls(["energy", "output"])
    rows = rows.filter((pl.col("district") == people["district"].place) & (pl.col("output") > 0))
    row = rows.row(0, named=True)
    seen = as_user("analyst").get(f"/enterprises/{row['enterprise']}/", {"tab": "energy"}).context["energy_years"]
    told = {one.year: one for one in seen}[row["year"]]
    both = ledger().table("enterprise_year").filter(pl.col("year") == row["year"]).drop_nulls(["energy", "output"])
    assert told.intensity == row["energy"] / row["output"]
    assert told.region == pytest.approx(both["energy"].sum() / both["output"].sum()) and told.firms == both.height
    district = as_user("district").get(f"/enterprises/{row['enterprise']}/", {"tab": "energy"})
    masked = {one.year: one for one in district.context["energy_years"]}[row["year"]]
    assert (masked.energy, masked.intensity) == (MASKED, MASKED)


def test_readings_are_added_up_by_the_month_in_which_they_were_used(monkeypatch):
    meters = pl.DataFrame({"meter": ["m1"], "enterprise": ["f"], "carrier": ["electricity"], "unit": ["kWh"]})
    at = [datetime(2018, 1, 31, 23, 45), datetime(2018, 2, 1, 0, 0), datetime(2018, 2, 1, 0, 15)]
    readings = pl.DataFrame({"meter": ["m1"] * 3, "at": at, "usage_kwh": [3.17, 4.0, 3.24]})
    state = SimpleNamespace(table={"meter": meters, "reading": readings}.__getitem__)
    monkeypatch.setattr(activity, "ledger", lambda: state)
    monkeypatch.setattr(dossier, "ledger", lambda: state)
    found = activity.meter_months("f", Scope(sees_restricted=True), "zh")
    assert [(one.month, round(one.used, 2), one.readings) for one in found] == [
        ("2018-02", 3.24, 1),
        ("2018-01", 7.17, 2),
    ]
    assert {one.used for one in activity.meter_months("f", Scope(), "zh")} == {MASKED}


def test_a_chart_leaves_an_unknown_year_empty_and_hangs_a_loss_below_the_line():
    points = [(2021, 40.0), (2022, None), (2023, -10.0)]
    one = drawn("profit", "利润", "万元", 1, points)
    up, gap, down = one.bars
    assert gap.value is None and gap.tall == 0
    assert up.top + up.tall == pytest.approx(one.zero, abs=0.02) and down.top == one.zero
    assert up.tall == pytest.approx(4 * down.tall, abs=0.05) and down.label < one.tall


def test_the_calendar_counts_the_days_left_and_its_workbook_holds_what_was_picked(as_user, people):
    page = as_user("analyst").get("/ladder/calendar/")
    for one in page.context["page"]:
        assert one.left == (one.day - page.context["today"]).days and isinstance(one.day, date)
    assert sum(one.all for one in page.context["districts"]) == page.context["all"]
    own = people["district"].place
    limited = as_user("district").get("/ladder/calendar/").context
    assert [one.id for one in limited["districts"]] == [own]
    assert limited["all"] == next(one.all for one in page.context["districts"] if one.id == own)
    assert as_user("analyst").get("/ladder/calendar/").context["all"] == page.context["all"] > limited["all"]
    mine = as_user("analyst").get("/ladder/calendar/", {"district": own, "span": "late"})
    assert {one.district for one in mine.context["page"]} <= {own}
    district = as_user("district")
    book = openpyxl.load_workbook(BytesIO(district.get("/ladder/calendar/export.xlsx?span=late").content))
    codes = [row[0] for row in book.worksheets[0].iter_rows(values_only=True) if str(row[0]).startswith("91")]
    assert len(codes) == mine.context["found"]


def test_advice_is_given_for_firms_of_the_scope_only(as_user, people):
    screened = newest(region())
    if screened is None:
        as_user("analyst").post("/ladder/screen/", {"on": "2025-06-30", "year": "2024"})
        do_all()
        screened = newest(region())
    own = people["district"].place
    places = ledger().table("enterprise").select("enterprise", "district")
    rows = screened.rows.filter(pl.col("next") != "").join(places, on="enterprise")
    mine = rows.filter(pl.col("district") == own)["enterprise"][0]
    other = rows.filter(pl.col("district") != own)["enterprise"][0]
    page = as_user("district").get(f"/ladder/firms/{mine}/")
    assert page.status_code == 200 and all(one["lacking"] for one in page.context["to_do"])
    assert as_user("district").get(f"/ladder/firms/{other}/").status_code == 404
    assert as_user("analyst").get("/ladder/firms/nobody/").status_code == 404


def test_a_rule_shows_clauses_numbers_doubts_and_what_an_edition_changed(as_user):
    client = as_user("leader")
    assert client.get("/rules/").status_code == client.get("/rules/", {"all": "1"}).status_code == 200
    page = client.get("/rules/sme.little-giant/", {"edition": "2026", "from": "2022"})
    printed = page.context["printed"]
    placed = [row for one in page.context["articles"] for row in one.rows]
    placed += [row for _, rows in page.context["loose"] for row in rows]
    assert len(placed) == len(printed.rows) and printed.doubts and page.context["changes"]
    assert client.get("/rules/no.such/").status_code == 404
    assert client.get("/rules/sme.little-giant/", {"from": "1999"}).status_code == 404


def test_differences_name_what_was_changed_added_and_dropped():
    def rule(**said):
        return Printed("", (), tuple(Row("s", "", name, (("", text),), "", "") for name, text in said.items()), ())

    found = differences(rule(a="1", b="2", c="3"), rule(a="1", b="5", d="4"))
    assert [(one.name, one.before, one.after) for one in found] == [("b", "2", "5"), ("d", "", "4"), ("c", "3", "")]


def test_a_chart_of_zeros_stands_on_its_floor_as_one_of_positive_values_does():
    zeros, some = (drawn("x", "x", "", 0, [(2023, one), (2024, one)]) for one in (0.0, 5.0))
    assert zeros.zero == some.zero
