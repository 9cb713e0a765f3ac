"""What campaigns ask of somebody: a second pair of eyes, answers to appeals, trial runs, stages, the signature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.urls import reverse

from jiqun.web.campaigns.actions import DECIDE
from jiqun.web.campaigns.conditions import lacking_for
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.queries import KINDS, Firms, firms_of
from jiqun.web.campaigns.state import ORDER, STAGES, Appeal, Light, State, light_of_days, state_of
from jiqun.web.people.eyes import own_accounts
from jiqun.web.people.models import User
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger
from jiqun.web.shell.language import both, counted
from jiqun.web.todo.task import SOON_DAYS, Task, light_of_day


def open_campaigns() -> tuple[State, ...]:
    """Return where every campaign stands that is not signed."""
    unsigned = Campaign.objects.exclude(events__kind="sign.done").prefetch_related("events")
    return tuple(state_of(one) for one in unsigned)


def campaign_tasks(states: Sequence[State], user: User, today: date) -> Iterator[Task]:
    """Return what the campaigns that a user may see ask of them."""
    scope = scope_of(user)
    seen = None if scope.whole else {"", *ledger().districts(scope)}
    for state in states:
        if seen is None or state.campaign.district in seen:
            yield from _OfCampaign(state, user, scope, today).tasks()


class _OfCampaign:
    def __init__(self, state: State, user: User, scope: Scope, today: date) -> None:
        self.state, self.user, self.scope, self.today = state, user, scope, today
        self.me = own_accounts(user)  # four eyes: what one of them asked for, none of them decides
        self.to = reverse("campaigns:one", args=[state.campaign.pk])
        self.last = state.plan[state.stage][1]
        self.firms: Firms = firms_of(state.campaign, scope)

    def tasks(self) -> Iterator[Task]:
        if any(self.user.may(right) for right in DECIDE):
            yield from self._adjustments()
        for appeal in self.state.open_appeals:
            if not appeal.decision and appeal.said["enterprise"] in self.firms.names:
                yield from self._appeal(appeal)
        yield from self._trial()
        yield from self._stage()
        yield from self._signature()
        yield from self._check()

    def _task(self, what: str, about: str = "", day: date | None = None, light: Light | None = None) -> Task:
        title = f"{self.state.campaign.title} {self.state.campaign.year}"
        told = f"{about}{both('，', ', ')}{title}" if about else title
        return Task(what, told, self.to, day, light or light_of_day(day, self.today))

    def _adjustments(self) -> Iterator[Task]:
        for one in self.state.open_adjustments:
            if not one.decision and one.by not in self.me and one.said["enterprise"] in self.firms.names:
                what = both("确认", "Confirm: ") + both(*KINDS[one.said["kind"]])
                yield self._task(what, self.firms.name(one.said["enterprise"]), self.last)

    def _appeal(self, one: Appeal) -> Iterator[Task]:
        """An appeal asks for papers while its clock stands, else for its re-check, then for a decision."""
        what = ""
        mine = one.by in self.me
        if one.is_paused:
            what = both("补正申诉材料", "Bring papers for an appeal") if mine else ""
        elif one.pause_asked and self.user.may("decide") and one.pause_asked["by"] not in self.me:
            what = both("同意或不同意停钟", "Agree that a clock stops, or not")
        elif one.corrects and not one.is_rechecked(self.state.run) and self.user.may("evaluate"):
            what = both("复核申诉", "Re-check an appeal")
        elif self.user.may("decide") and not mine:
            what = both("答复申诉", "Answer an appeal")
        if what:
            light = light_of_days(one.left(self.today))
            if one.is_paused:
                light = Light("none", both("停钟", "clock stopped"))
            task = self._task(what, self.firms.name(one.said["enterprise"]), one.due(self.today), light)
            page = reverse("campaigns:appeal", args=[self.state.campaign.pk, one.number])
            yield Task(task.what, task.about, page, task.day, task.light)

    def _trial(self) -> Iterator[Task]:
        is_time = ORDER.index(self.state.stage) >= ORDER.index("trial")
        if is_time and self.user.may("evaluate") and (not self.state.run or self.state.is_stale):
            what = both("再试算一次", "Run the trial again") if self.state.run else both("试算", "Trial run")
            yield self._task(what, "", self.last)

    def _stage(self) -> Iterator[Task]:
        """Who leads the campaign takes it on; the signature is the signer's."""
        near = self.last <= self.today + timedelta(days=SOON_DAYS)
        if not near or self.state.stage == "sign" or not self.user.may("campaign") or not self.state.next_stage:
            return
        now = STAGES[ORDER.index(self.state.stage)]
        following = STAGES[ORDER.index(self.state.next_stage)]
        lacking = lacking_for(self.state, following.id)
        if lacking:
            what, about = both(f"办完{now.title}", f"Finish: {now.title_en}"), both(*lacking[0]).rstrip("。.")
        else:
            what, about = both(f"进入{following.title}", f"Go on to: {following.title_en}"), ""
        yield self._task(what, about, self.last)

    def _signature(self) -> Iterator[Task]:
        is_mine = self.user.may("sign") and self.me.isdisjoint(self.state.actors)
        if is_mine and self.state.stage == "sign" and not lacking_for(self.state, "sign"):
            yield self._task(both("审定签发", "Sign"), "", self.last)

    def _check(self) -> Iterator[Task]:
        """A firm checks its figures; districts and parks see to it that their firms do."""
        if self.state.stage != "check" or not self.user.may("appeal"):
            return
        silent = self.firms.names.keys() - self.state.checked.keys()
        if silent and self.scope.column == "enterprise":
            yield self._task(both("自核本企业数据", "Check the figures of your firm"), "", self.last)
        elif silent:
            count = len(silent)
            told = both(f"{count} 家未答复", counted(f"{count} firm(s) without an answer", count))
            yield self._task(both("催企业自核", "Have firms check their figures"), told, self.last)
