"""The first page."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.web.campaign_events import noticed

from jiqun.web.disposals.models import Disposal, DisposalEvent
from jiqun.web.enterprises import register
from jiqun.web.ladder.queries import calendar
from jiqun.web.ledger.models import Duty
from jiqun.web.people.places import place_meant, successor
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, ledger, region, runs


def test_the_first_page_shows_30_clusters_five_figures_and_38_districts(as_user):
    page = as_user("leader").get("/").context
    assert page["count"] == 30 and len(page["figures"]) == 5 and len(page["sketch"].places) == 38
    assert page["with_target"] + page["without_data"] + page["unjudged"] == 30


def test_tax_per_mu_is_the_sum_of_tax_over_the_sum_of_land(as_user):
    figure = as_user("leader").get("/").context["figures"][0]
    of = ledger()
    rows = of.table("enterprise_year").filter((pl.col("year") == 2024) & (pl.col("scale") == "above"))
    both = rows.join(of.land_use(2024), on="enterprise").drop_nulls(["tax", "used"])
    assert float(figure.value) == pytest.approx(both["tax"].sum() / both["used"].sum(), rel=1e-12)


def test_a_district_sees_only_its_own_figures_on_the_map(as_user, people):
    places = as_user("district").get("/").context["sketch"].places
    assert {one.code for one in places if one.firms} == {people["district"].place}


def test_planted_units_are_shown_as_in_doubt_to_the_city_and_not_to_another_firm(as_user):
    assert as_user("leader").get("/").context["doubts"]
    mine = Scope("enterprise", str(as_user("firm").get("/").wsgi_request.user.place))
    assert all(one.enterprise == mine.place for one in as_user("firm").get("/").context["doubts"])


def test_the_map_says_that_it_is_a_sketch_and_has_a_table(as_user):
    page = as_user("leader").get("/").content.decode()
    assert "示意图，非标准地图" in page and page.count("<path d=") >= 38


def test_figures_in_doubt_are_named_to_who_may_not_see_them_but_not_told(as_user):
    (city, leader) = (as_user(who).get("/").context["doubts"] for who in ("analyst", "leader"))
    assert [one.enterprise for one in city] == [one.enterprise for one in leader]
    assert all(one.before is not None for one in city)
    restricted = [one for one in leader if one.title != "用地"]
    assert restricted and all(one.before is None and one.now is None for one in restricted)


def test_the_sum_of_fewer_than_three_firms_is_not_told_to_who_may_not_see_one_firm(as_user):
    city, leader = (as_user(who).get("/") for who in ("analyst", "leader"))
    few = [one for tier in city.context["tiers"] for one in tier.clusters if 0 < one.firms < 3]
    assert few, "the demo has clusters of one or two firms"
    assert leader.content.decode().count("不足 3 家") > city.content.decode().count("不足 3 家") == 0


def test_titles_to_be_reviewed_and_data_that_is_owed_stand_under_what_is_due(as_user, people):
    today = timezone.localdate()
    Duty.objects.create(table="energy_target", district=people["district"].place, year=2024, unit="x", due=today)
    Duty.objects.create(table="sme_application", district="500112", year=2024, unit="x", due=today + timedelta(days=60))
    city, district = (as_user(who).get("/").context["due"] for who in ("analyst", "district"))
    assert [one.what for one in city].count("数据应报齐") == 1, "what is due in two months is not due this week"
    assert any("2024，1 个区县未报齐" in one.about and not one.late for one in district)
    late = sum(one.left < 0 for one in calendar(Scope(), today, "zh"))
    told = {one.to: int(one.about.split()[0]) for one in city if one.to.startswith(reverse("ladder:calendar"))}
    assert late == sum(count for to, count in told.items() if to.endswith("span=late")) > 0
    assert all(as_user("analyst").get(to).context["found"] == count for to, count in told.items())


def test_what_is_owed_asks_the_database_once_however_much_it_is(as_user):
    client, asked = as_user("analyst"), []
    for tables in (("sme_profile",), ("sme_application", "enterprise_year", "carbon_year")):
        for table in tables:
            for year in (2023, 2024):
                Duty.objects.create(table=table, district="500112", year=year, unit="x", due=timezone.localdate())
        for to in ("/", "/ledger/board/"):
            client.get(to)
            with CaptureQueriesContext(connection) as queries:
                client.get(to)
            asked.append(len(queries))
    assert asked[:2] == asked[2:]


def test_a_disposal_that_is_due_stands_with_what_is_due_for_its_own_district_only(as_user, people):
    today = timezone.localdate()
    firms = ledger().table("enterprise").filter(pl.col("district") == people["district"].place)["enterprise"]
    other = ledger().table("enterprise").filter(pl.col("district") != people["district"].place)["enterprise"]
    for enterprise, day in ((firms[0], today + timedelta(days=3)), (other[0], today - timedelta(days=1)), (other[1], today + timedelta(days=30))):  # fmt: skip
        case = Disposal.objects.create(year=2024, enterprise=enterprise)
        said = {"way": "merge", "unit": "x", "due": day.isoformat()}
        DisposalEvent.objects.create(disposal=case, at=timezone.now(), by="x", kind="proposed", details=said)
    city, district = (as_user(who).get("/").context["due"] for who in ("leader", "district"))
    assert [(one.what, one.late, one.about) for one in city if one.to == "/disposals/"] == [
        ("低效企业处置逾期", True, "1 家企业"),
        ("低效企业处置到期", False, "1 家企业"),
    ]
    assert [one.late for one in district if one.to == "/disposals/"] == [False]


def test_a_firm_is_first_told_its_own_grade_and_what_is_due(as_user, people):
    before = as_user("firm").get("/")
    assert before.context["own"]["run"] is None and "还没有公布的评价结果" in before.content.decode()
    noticed(next(one.id for one in runs() if one.method_id == "per-mu.chongqing-template" and one.period == "2024"))
    answer = as_user("firm").get("/")
    page, own = answer.content.decode(), answer.context["own"]
    assert "我家今年什么档，有什么要办？" in page and own["name"] in page
    assert f"/land/runs/{own['run'].id}/firms/{people['firm'].place}/" in page
    assert "个集群" not in page


def test_pages_show_the_signed_grades_by_the_mu_rather_than_the_newest_run(as_user, monkeypatch):
    def like(id_, rule, period="2024", official=False, status="trial"):
        method = SimpleNamespace(status=status, inputs={}, evaluates=SimpleNamespace(table="enterprise_year"))
        told = {"id": id_, "method_id": rule, "period": period, "official": official}
        return SimpleNamespace(**told, plan=SimpleNamespace(method=method), context=region())

    def lead(*newest_first):
        monkeypatch.setattr(register, "readable_runs", lambda scope: list(newest_first))
        return register.leading_run(Scope()).id

    size, mu = like("size", "size-class", official=True), like("mu", "per-mu.chongqing-template")
    assert lead(size, mu) == "mu", "classes of size are no grades by the mu"
    assert lead(like("newer", "per-mu.chongqing-template"), mu) == "newer"
    signed = like("signed", "per-mu.huangyan", "2022", official=True, status="in_force")
    later = like("later", "per-mu.huangyan", "2023", official=True, status="in_force")
    assert lead(mu, signed, later) == lead(mu, later, signed) == "later", "the newest year that was signed"
    assert lead(like("elsewhere", "per-mu.nowhere"), mu) == "mu"
    monkeypatch.undo()
    page = as_user("leader").get("/")
    assert page.context["leading"][0].plan.method.title in page.content.decode()


def test_a_part_of_the_region_is_not_held_against_the_targets_of_the_whole(as_user, people):
    answer = as_user("district").get("/")
    told = [one for tier in answer.context["tiers"] for one in tier.clusters]
    assert told and all(one.target is None and (one.firms or one.partial) for one in told)
    assert "您范围内的企业怎么样" in answer.content.decode()


def test_every_low_efficiency_firm_has_its_file_as_word(as_user):
    lines = as_user("analyst").get("/disposals/").context["page"]
    codes = [one.enterprise for one in lines][:3]
    assert codes
    for code in codes:
        assert as_user("analyst").get(f"/reports/firms/{code}.docx").status_code == 200


def test_every_cluster_stands_beside_the_steady_path_and_the_page_says_where_the_path_starts(as_user):
    answer = as_user("analyst").get("/")
    page, context = answer.content.decode(), answer.context
    assert sum(context["standings"].values()) == context["with_target"]
    told = {one.code: basis for one, basis in context["paced"]}
    assert (
        "全口径，实绩只含规上" in told["P2"]
        and told["L2"].startswith("2022 年公布数，")
        and "台账 2022 年" in told["L1"]
    )
    assert page.count('<b style="left:') == sum(
        one.pace is not None and one.share is not None for tier in context["tiers"] for one in tier.clusters
    )
    assert re.search(r"落后 [0-9]", page) and "序时应达 = 基数" in page


def test_a_path_from_fewer_than_three_firms_is_not_told_to_who_may_not_see_one_firm(as_user):
    def small(who):
        tiers = as_user(who).get("/").context["tiers"]
        paths = [one.pace for tier in tiers for one in tier.clusters if one.pace and not one.pace.base.published]
        return [one for one in paths if (one.base.firms or 0) < 3]

    assert small("leader") == []
    assert all(one.pace is None for tier in as_user("district").get("/").context["tiers"] for one in tier.clusters)


def test_an_account_of_a_firm_that_was_recoded_or_merged_is_told_who_took_it_over_and_sees_nothing_of_it(
    as_user, people, monkeypatch
):
    firm, old = people["firm"].place, "91500112MA5U00000X"
    register_then = (
        ledger()
        .table("enterprise")
        .with_columns(
            former_codes=pl.when(pl.col("enterprise") == firm).then(pl.lit(f"001-X;{old}")).otherwise("former_codes"),
            former_names=pl.when(pl.col("enterprise") == firm).then(pl.lit("老厂；更老的厂")).otherwise("former_names"),
        )
    )
    read = Ledger.table
    monkeypatch.setattr(Ledger, "table", lambda it, name: register_then if name == "enterprise" else read(it, name))
    assert (
        successor(old) == successor("老厂") == (firm, ledger().table("enterprise").filter(enterprise=firm)["name"][0])
    )
    assert successor(firm) is None and place_meant("enterprise", "老厂") == firm
    people["firm"].place = old
    people["firm"].save()
    answer = as_user("firm").get("/")
    page = answer.content.decode()
    assert (
        firm in page and "已由" in page and "集团的每家企业各开一个账号" in page and "/enterprises/" + firm not in page
    )
    assert as_user("firm").get(f"/enterprises/{firm}/").status_code == 404
