"""The newest events are asked for once for a page, and seen by the next one as soon as they are there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.campaign_events import campaign, event, noticed

from jiqun.web.newest import newest
from jiqun.web.region import one_state
from jiqun.web.told_results import in_notice

pytestmark = pytest.mark.django_db


def test_a_request_that_only_reads_asks_once_and_any_other_every_time():
    of = campaign("adjust")
    with one_state(), CaptureQueriesContext(connection) as asked:
        first = newest()
        event(of, "stage.entered", stage="appeal", reason="")
        assert newest() == first
    assert sum("EVENT" in one["sql"].upper() and one["sql"].startswith("SELECT") for one in asked) == 1
    with one_state():
        later = newest()
    assert later[0] == first[0] + 1
    event(of, "stage.entered", stage="notice", reason="")
    assert newest()[0] == later[0] + 1, "a request that writes sees what it wrote"


def test_a_campaign_is_in_notice_from_its_notice_to_its_signature():
    campaign("adjust", "500120")
    assert in_notice() == frozenset()
    one, other = noticed("r1"), noticed("r2", "500107")
    with one_state():
        assert in_notice() == {one.pk, other.pk}
    event(one, "notice.published", run="r3", until="2025-01-01")
    assert in_notice() == {one.pk, other.pk}, "a notice that takes another's place"
    event(one, "sign.done", run="r3")
    assert in_notice() == {other.pk}
