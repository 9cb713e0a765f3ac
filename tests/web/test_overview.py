"""The first page."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger

pytestmark = pytest.mark.xdist_group("demo")


def test_the_first_page_shows_30_clusters_five_figures_and_38_districts(as_user):
    page = as_user("leader").get("/").context
    assert page["count"] == 30 and len(page["figures"]) == 5 and len(page["places"]) == 38
    assert page["with_target"] + page["without_data"] <= 30


def test_tax_per_mu_is_the_sum_of_tax_over_the_sum_of_land(as_user):
    figure = as_user("leader").get("/").context["figures"][0]
    of = ledger()
    rows = of.table("enterprise_year").filter((pl.col("year") == 2024) & (pl.col("scale") == "above"))
    both = rows.join(of.land_use(2024), on="enterprise").drop_nulls(["tax", "used"])
    assert float(figure.value) == pytest.approx(both["tax"].sum() / both["used"].sum(), rel=1e-12)


def test_a_district_sees_only_its_own_figures_on_the_map(as_user, people):
    places = as_user("district").get("/").context["places"]
    assert {one.code for one in places if one.firms} == {people["district"].place}


def test_planted_units_are_shown_as_in_doubt_to_the_city_and_not_to_another_firm(as_user):
    assert as_user("leader").get("/").context["doubts"]
    mine = Scope("enterprise", str(as_user("firm").get("/").wsgi_request.user.place))
    assert all(one.enterprise == mine.place for one, _, _ in as_user("firm").get("/").context["doubts"])


def test_the_map_says_that_it_is_a_sketch_and_has_a_table(as_user):
    page = as_user("leader").get("/").content.decode()
    assert "示意图，非标准地图" in page and page.count("<path d=") >= 38
