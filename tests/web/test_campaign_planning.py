"""The planned days of stages: what cannot be counted is asked for, all of it at once."""

from __future__ import annotations

from datetime import date

import pytest
from tests.demo_region import Demo

from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.planning import planned
from jiqun.web.campaigns.state import STAGES

DAYS = {one.id: one.days for one in STAGES}


@pytest.fixture(autouse=True)
def _calendar(settings: object, demo: Demo) -> None:
    settings.WORKSPACE = demo.folder  # type: ignore[attr-defined]


def test_stages_after_one_that_cannot_be_counted_are_asked_for_too() -> None:
    with pytest.raises(RefusedError) as told:
        planned({}, date(2026, 11, 30), DAYS)
    assert "2027" in told.value.reasons[0][0]
    assert told.value.reasons[0][0].endswith("：试算、调整、公示、申诉、审定签发、发布应用。")
    assert told.value.reasons[0][1].count(",") == 5


def test_a_written_last_day_lets_the_stages_after_it_begin_and_be_asked_for_alone() -> None:
    said = {"last_trial": "2026-12-28", "last_adjust": "2026-12-29", "last_notice": "2027-01-06"}
    with pytest.raises(RefusedError) as told:
        planned(said, date(2026, 11, 30), DAYS)
    assert told.value.reasons[0][0].endswith("：申诉、审定签发、发布应用。")


def test_working_days_are_counted_from_the_first_day_of_a_stage() -> None:
    few = dict.fromkeys(DAYS, 1)
    plan = planned({}, date(2026, 12, 4), few)
    assert [last for _, last in plan.values()][:3] == ["2026-12-04", "2026-12-07", "2026-12-08"]
    assert plan["check"] == ("2026-12-05", "2026-12-07")
