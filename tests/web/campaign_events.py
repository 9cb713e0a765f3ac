"""A campaign at a stage, written as events: for tests of what pages make of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.state import ORDER


def campaign(stage: str, district: str = "") -> Campaign:
    today = timezone.localdate()
    made = Campaign.objects.create(
        method="per-mu.chongqing-template", year=2024, district=district, title="评价", answer_days=2
    )
    plan = {one: (today.isoformat(), (today + timedelta(days=3)).isoformat()) for one in ORDER}
    event(made, "campaign.created", plan=plan)
    for one in ORDER[1 : ORDER.index(stage) + 1]:
        event(made, "stage.entered", stage=one, reason="")
    return made


def event(of: Campaign, what: str, /, by: str = "analyst", about: int = 0, **said: Any) -> int:
    made = Event.objects.create(campaign=of, at=timezone.now(), by=by, kind=what, about=about, details=said)
    return int(made.pk)


def noticed(run: str, district: str = "") -> Campaign:
    """Put a run into the public notice of a new campaign."""
    made = campaign("notice", district)
    event(made, "notice.published", run=run, until=str(timezone.localdate() + timedelta(days=5)), organ="示例市经信委")
    return made
