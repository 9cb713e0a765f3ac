"""Which results a reader is told: a firm what was made public, everybody who works on evaluations also trials.

Every page, file, list and answer of the API asks here (decision 0035): `run_for` for a run that somebody names,
`runs_for` for lists, `told_screening` for the ladder, `run_of_campaign` for what a campaign stands on,
`adjustments_told` for lists that move grades, `explained_to` for why a firm has its grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from jiqun.desk.results_read import results_read as read_of
from jiqun.desk.running import Run
from jiqun.desk.screened import Screened, newest, screening
from jiqun.methods.explanation.explain import Explanation
from jiqun.methods.reads import results_read
from jiqun.problems import Language, ProblemsError, problem
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.kept import kept
from jiqun.web.ladder.models import Release
from jiqun.web.newest import Newest, newest_of_campaigns
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import explained, ledger, region, run_of, runs

if TYPE_CHECKING:
    from jiqun.web.campaigns.state import State
    from jiqun.web.people.models import User

LISTS = "adjustment"  # the table of 定档, 提档, 降档: it tells a result before its notice does


@dataclass(frozen=True)
class Notice:
    """A public notice that a run stood in; `district` is its campaign's ('' for the whole region).

    `is_open`: the campaign is not signed, and no later notice took its place.
    """

    campaign: int
    district: str
    until: date
    is_open: bool


@dataclass(frozen=True)
class _Public:
    """What campaigns made public: run → its notices, and run → the districts of the campaigns that signed it."""

    noticed: Mapping[str, tuple[Notice, ...]]
    signed: Mapping[str, frozenset[str]]


def _public() -> _Public:
    return _read(newest_of_campaigns())


@kept(2)
def _read(newest: Newest) -> _Public:
    """Read what was made public."""
    rows = Event.objects.filter(kind__in=("notice.published", "sign.done")).order_by("id")
    said = list(rows.values_list("kind", "campaign_id", "campaign__district", "details"))
    over = {campaign for kind, campaign, _, _ in said if kind == "sign.done"}
    last = {campaign: told["run"] for kind, campaign, _, told in said if kind == "notice.published"}
    noticed: dict[str, tuple[Notice, ...]] = {}
    signed: dict[str, frozenset[str]] = {}
    for kind, campaign, district, told in said:
        run = str(told["run"])
        if kind == "sign.done":
            signed[run] = signed.get(run, frozenset()) | {district}
            continue
        is_open = campaign not in over and last[campaign] == run
        one = Notice(campaign, district, date.fromisoformat(told["until"]), is_open)
        noticed[run] = (*(each for each in noticed.get(run, ()) if each.campaign != campaign), one)
    return _Public(noticed, signed)


def is_told(run: Run, scope: Scope) -> bool:
    """Tell whether a reader may know that a run says something of the firms in scope.

    A firm is told what was signed, and what stood in a public notice, of the whole region or of its own district.
    """
    return not scope.told_public_only or _is_public(run, {"", *ledger().districts(scope)}, is_open=False)


def _is_public(run: Run, districts: set[str], *, is_open: bool) -> bool:
    """Tell whether a run was signed for one of the districts, or noticed there (`is_open`: and is so still)."""
    public = _public()
    if run.official:
        return run.id not in public.signed or not districts.isdisjoint(public.signed[run.id])
    return any(one.district in districts and (one.is_open or not is_open) for one in public.noticed.get(run.id, ()))


def runs_for(scope: Scope) -> list[Run]:
    """Return the stored runs that a reader is told, the newest first.

    To a firm a notice gives way to the next one or to the signature; who names its run is still told it.
    """
    if not scope.told_public_only:
        return runs()
    own = {"", *ledger().districts(scope)}
    return [one for one in runs() if _is_public(one, own, is_open=True)]


def run_for(user: User, id_: str) -> Run:
    """Return a run that a user names; CLI-003, as for none, for one that the user is not told.

    That is the run of a draft's try for who may not read drafts, and for a firm what is not public.
    """
    run = run_of(id_)
    tried = run.stored.folder.is_relative_to(region().folder / "drafts")
    if (tried and not user.may("drafts")) or not is_told(run, scope_of(user)):
        raise ProblemsError([problem("CLI-003", asked=id_)])
    return run


def explained_to(scope: Scope, run: Run, subject: str, language: Language) -> Explanation:
    """Explain a subject of a told run; what the rule read of runs that the reader is not told is not told here either.

    That a rule reads last year's grade must not tell a firm a grade that was never signed nor noticed.
    """
    others: frozenset[str] | None = None
    if scope.told_public_only and results_read(run.plan.method):
        others = frozenset(one.id for one in runs() if is_told(one, scope))
    return explained(run.id, subject, language, scope.sees_restricted, scope.sees_others, others)


def untold_inputs(run: Run, scope: Scope) -> frozenset[str]:
    """Return the inputs of a run's rule that rest on results which a firm is not told."""
    if not scope.told_public_only or not results_read(run.plan.method):
        return frozenset()
    return frozenset(
        one.name
        for firm in ledger().firms(scope)
        for one in read_of(region(), run, firm, lambda other: is_told(other, scope))
        if one.standing == "untold"
    )


def run_of_campaign(state: State, scope: Scope) -> str:
    """Return the newest result of a campaign that a reader is told: signed, tried, in the notice; '' for none."""
    noticed = str(state.notice["run"]) if state.notice else ""
    return next((one for one in (state.signed, state.run, noticed) if one and is_told(run_of(one), scope)), "")


def open_notice(run: str) -> Notice | None:
    """Return the notice that a run stands in now, so that it is marked with it; None for any other run."""
    return next((one for one in _public().noticed.get(run, ()) if one.is_open), None)


def in_notice() -> frozenset[int]:
    """Return the campaigns whose result stands in a public notice and is not signed yet."""
    return frozenset(one.campaign for each in _public().noticed.values() for one in each if one.is_open)


def adjustments_told(rows: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Return the rows of lists that a reader is told: of a firm, those of years up to its newest public result."""
    if not scope.told_public_only:
        return rows
    newest = max((int(one.period[:4]) for one in runs_for(scope)), default=0)
    return rows.filter(pl.col("year") <= newest)


def told_screening(scope: Scope) -> Screened | None:
    """Return the newest screening of the ladder that a reader is told: of a firm, the newest released one."""
    if not scope.told_public_only:
        return newest(region())
    found = (screening(region(), one) for one in Release.objects.values_list("screening", flat=True))
    return next((one for one in found if one is not None), None)


def under_way(scope: Scope) -> list[Campaign]:
    """Return the campaigns that concern a firm and made nothing public yet; nothing but that they are on is told."""
    found = Campaign.objects.filter(district__in=["", *ledger().districts(scope)])
    return list(found.exclude(events__kind__in=("notice.published", "sign.done")))
