"""What is due within a week or late already: campaigns, appeals, data that is owed, disposals, titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from jiqun.problems import Language, ProblemsError
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.state import STAGES, state_of
from jiqun.web.disposals.models import Disposal
from jiqun.web.disposals.state import State as Case
from jiqun.web.disposals.state import state_of as state_of_case
from jiqun.web.kept import kept
from jiqun.web.ladder.queries import calendar
from jiqun.web.ledger.board import squares
from jiqun.web.ledger.models import Duty
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, ledger
from jiqun.web.shell.language import both, counted

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """Something with a day: what it is, about what, the page where it is done; `late` where the day is over."""

    day: date
    what: str
    about: str
    to: str
    late: bool


def due(scope: Scope, today: date, language: Language) -> list[Due]:
    """Return what falls due within seven days or is late, of the scope's firms and district; the earliest first."""
    found = [
        *_campaigns(scope, today),
        *owed(scope, today),
        *_disposals(scope, today),
        *titles(scope, today, language),
    ]
    return sorted((one for one in found if one.day <= today + SOON), key=lambda one: (one.day, one.what, one.about))


def _campaigns(scope: Scope, today: date) -> Iterator[Due]:
    mine = None if scope.whole else ledger().firms(scope)
    for campaign in Campaign.objects.all():
        state = state_of(campaign)
        if state.signed:
            continue
        title = next(both(one.title, one.title_en) for one in STAGES if one.id == state.stage)
        to = reverse("campaigns:one", args=[campaign.pk])
        last = state.plan[state.stage][1]
        yield Due(last, both(f"{title}阶段结束", f"end of: {title}"), campaign.title, to, last < today)
        for appeal in state.open_appeals:
            day = appeal.due(today)
            if day is None or (mine is not None and appeal.said["enterprise"] not in mine):
                continue
            page = reverse("campaigns:appeal", args=[campaign.pk, appeal.number])
            yield Due(day, both("申诉应答复", "answer to an appeal"), campaign.title, page, day < today)


def owed(scope: Scope, today: date, whose: Callable[[Duty], bool] = lambda duty: True) -> Iterator[Due]:
    """Data that somebody is to hand in: one line for a table and year, with how many districts still owe it."""
    duties = list(Duty.objects.order_by("table", "year"))
    for table, year in dict.fromkeys((one.table, one.year) for one in duties):
        of_year = (one for one in duties if one.year == year)
        due_ = (one for one in squares(table, year, scope, today, of_year) if one.duty and whose(one.duty))
        open_ = [one for one in due_ if one.state not in ("full", "free")]
        if not open_:
            continue
        day = min(one.duty.due for one in open_ if one.duty)
        count = len(open_)
        about = both(
            f"{open_[0].title} {year}，{count} 个区县未报齐",
            counted(f"{open_[0].title} {year}: owed by {count} district(s)", count),
        )
        to = f"{reverse('ledger:board')}?{urlencode({'year': year, 'table': table})}"
        yield Due(day, both("数据应报齐", "data to be handed in"), about, to, day < today)


def _disposals(scope: Scope, today: date) -> Iterator[Due]:
    """Cases of low-efficiency firms whose day comes or is over: one line for each, not for each firm."""
    mine = None if scope.whole else ledger().firms(scope)
    cases = [state_of_case(one) for one in Disposal.objects.prefetch_related("events")]
    days = [one.due for one in cases if one.due and one.days_left(today) is not None and _is_of(one, mine)]
    for late, what in ((True, ("低效企业处置逾期", "disposals late")), (False, ("低效企业处置到期", "disposals due"))):
        told = [day for day in days if (day < today) == late and day <= today + SOON]
        if told:
            about = both(f"{len(told)} 家企业", counted(f"{len(told)} firm(s)", len(told)))
            yield Due(min(told), both(*what), about, reverse("disposals:listing"), late)


def _is_of(case: Case, mine: frozenset[str] | None) -> bool:
    return mine is None or case.disposal.enterprise in mine


def titles(scope: Scope, today: date, language: Language) -> Iterator[Due]:
    """Titles to be updated or reviewed, and those that expired: a line for each kind, not for each firm.

    It leads to the calendar's lines that it counts.
    """
    for kind, what, late, day, count in _title_days(ledger(), scope, today, language):
        to = f"{reverse('ladder:calendar')}?kind={kind}&span={'late' if late else SOON.days}"
        yield Due(day, what, both(f"{count} 项", counted(f"{count} title(s)", count)), to, late)


@kept(32)
def _title_days(
    of: Ledger, scope: Scope, today: date, language: Language
) -> tuple[tuple[str, str, bool, date, int], ...]:
    """Kind and its words, whether it is late, the day nearest to today, and how many; made once for a ledger."""
    found: dict[tuple[str, str, bool], list[date]] = {}
    for kind in ("review", "update"):
        try:
            dues = calendar(scope, today, language, kind)
        except ProblemsError:  # this region has no ladder
            return ()
        for one in dues:
            if one.day <= today + SOON:
                found.setdefault((kind, one.what, one.day < today), []).append(one.day)
    return tuple((*key, max(days) if key[-1] else min(days), len(days)) for key, days in found.items())
