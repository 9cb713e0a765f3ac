"""The button to the next stage leads there, or says why it does not."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.web.campaign_events import campaign, event
from tests.web.conftest import As

from jiqun.web import region
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.state import state_of


def page_of(as_user: As, of: Campaign) -> str:
    return str(as_user("analyst").get(f"/campaigns/{of.pk}/").content.decode())


def test_publication_is_entered_by_the_signature_alone(as_user: As) -> None:
    of = campaign("sign")
    assert 'value="publish"' not in page_of(as_user, of)
    said = as_user("analyst").post(f"/campaigns/{of.pk}/do/advance/", {"stage": "publish"})
    assert said.status_code == 422 and state_of(of).stage == "sign"
    event(of, "trial.done", run=region.runs()[0].id, snapshot=region.runs()[0].snapshot)
    event(of, "notice.published", run=region.runs()[0].id, until=str(timezone.localdate()), organ="示例市经信委")
    said = as_user("analyst").post(f"/campaigns/{of.pk}/do/advance/", {"stage": "publish"})
    assert "签发以后自动进入发布应用" in said.content.decode() and state_of(of).stage == "sign"


def test_a_step_that_cannot_be_taken_is_no_button_to_press(as_user: As) -> None:
    blocked, open_ = campaign("trial", "500102"), campaign("collect", "500103")
    page = page_of(as_user, blocked)
    assert 'disabled aria-describedby="lacking"' in page and 'id="lacking"' in page and "还没有试算" in page
    assert "disabled" not in page_of(as_user, open_).partition("do/advance/")[2].partition("</form>")[0]


def test_a_notice_whose_end_was_moved_asks_to_be_published_again(as_user: As) -> None:
    of, today = campaign("notice"), timezone.localdate()
    run = next(one for one in region.runs() if one.method_id == "per-mu.chongqing-template")
    event(of, "trial.done", run=run.id, snapshot=run.snapshot)
    event(of, "notice.published", run=run.id, until=str(today + timedelta(days=3)), organ="示例市经信委")
    event(of, "stage.entered", stage="appeal", reason="")
    page = page_of(as_user, of)
    assert "才满期" in page and "要重新公示" not in page
    event(of, "stage.planned", stage="notice", to=str(today), reason="缩短")
    assert "才满期。改了期的，要重新公示。" in page_of(as_user, of)
