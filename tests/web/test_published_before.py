"""A firm whose grade another notice changed is told what the earlier one said."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from django.utils import timezone
from tests.web.campaign_events import event, noticed
from tests.web.conftest import As

from jiqun.web import region
from jiqun.web.campaigns.queries import published_before
from jiqun.web.campaigns.state import state_of
from jiqun.web.people.models import User


def test_a_firm_that_was_published_otherwise_is_told_when_and_as_what(as_user: As, people: dict[str, User]) -> None:
    mine = [one for one in region.runs() if one.method_id == "per-mu.chongqing-template"]
    early, late = sorted(mine, key=lambda one: one.period)[-2:]
    grade = pl.col("grade").cast(pl.String)
    before, now = (region.run_of(one.id).trace.select("enterprise", grade) for one in (early, late))
    both = before.drop_nulls().join(now.drop_nulls(), on="enterprise", suffix="_now")
    moved, firm_grade, _ = both.filter(pl.col("grade") != pl.col("grade_now")).row(0)
    stayed = both.filter(pl.col("grade") == pl.col("grade_now"))["enterprise"][0]
    until, today = str(timezone.localdate() + timedelta(days=5)), timezone.localdate()

    of = noticed(early.id)
    assert published_before(state_of(of), region.run_of(early.id), moved) is None
    event(of, "notice.published", run=late.id, until=until, organ="示例市经信委")
    told = {firm: published_before(state_of(of), region.run_of(late.id), firm) for firm in (moved, stayed)}
    assert told == {moved: (today, firm_grade), stayed: None}

    User.objects.filter(pk=people["firm"].pk).update(place=moved)
    page = as_user("firm").get(f"/campaigns/{of.pk}/").content.decode()
    assert "以前公示" in page and "公示的是" in page
    User.objects.filter(pk=people["firm"].pk).update(place=stayed)
    assert "以前公示" not in as_user("firm").get(f"/campaigns/{of.pk}/").content.decode()
