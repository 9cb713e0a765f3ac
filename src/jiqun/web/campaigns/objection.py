"""Whether a firm may still object to a grade that was made public, until when, and what it has objected to so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiqun.desk.running import Run
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.queries import AppealLine, Firms, appeal_lines, visible
from jiqun.web.campaigns.state import Light, State, days_until, light_of_days, state_of
from jiqun.web.people.models import User, full_names
from jiqun.web.told_results import in_notice


@dataclass(frozen=True)
class Objection:
    """The public notice that a firm's grade stands in: its last day, what is left of it, the firm's appeals."""

    campaign: Campaign
    until: date
    left: Light
    is_over: bool
    may_register: bool
    appeals: tuple[AppealLine, ...]


def objection(run: Run, firm: str, name: str, user: User, today: date) -> Objection | None:
    """Return the notice of an unsigned campaign that a run belongs to; None where there is none that the user sees."""
    noticed = in_notice()  # most of the time there is none, and then nothing is asked of the database
    about = {"pk__in": noticed, "method__startswith": run.method_id, "year": run.plan.period.year}
    for campaign in visible(user).filter(**about) if noticed else ():
        state = state_of(campaign)
        if state.notice is not None and not state.signed and run.id in _runs(state):
            until: date = state.notice["until"]
            lines = appeal_lines(state, Firms({firm: name}), user, full_names(), today)
            may = user.may("appeal") or user.may("campaign")
            left = light_of_days(days_until(today, until))
            return Objection(campaign, until, left, today > until, may, tuple(lines))
    return None


def _runs(state: State) -> set[str]:
    published = set() if state.notice is None else {str(state.notice["run"])}
    return published | {str(one["run"]) for one in state.trials}
