"""What came into the ledger after the figures that a campaign's run stands on were frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiqun.desk.evaluating import snapshot_of
from jiqun.ledger.log import Import
from jiqun.web.campaigns.conditions import plan_of
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.reads import LAND, columns_read
from jiqun.web.kept import kept
from jiqun.web.region import Ledger, ledger, region, run_of
from jiqun.web.shell.language import both

_LAND_FROM = ("parcel", "occupancy")
_ALWAYS = ("enterprise", "adjustment")


@dataclass(frozen=True)
class Later:
    """An import of a table that the rule reads: made, or undone, since the run's figures were frozen."""

    number: int
    title: str
    period: str
    who: str
    when: str
    undone: bool


def imports_since(campaign: Campaign, run: str, people: Mapping[str, str]) -> list[Later]:
    """Return the imports that the run did not see, and those it saw that were undone since; the latest first."""
    found = _since(ledger(), campaign.method, campaign.year, run) if run else ()
    contracts = {one.table: region().contract(one.table) for one in found}
    return [
        Later(
            number=one.number,
            title=both(contracts[one.table].title, contracts[one.table].title_en or contracts[one.table].title),
            period=one.period,
            who=people.get(by := one.undone_by if one.is_undone else one.who, by),
            when=(one.undone_when if one.is_undone else one.when)[:10],
            undone=one.is_undone,
        )
        for one in found
    ]


@kept(16)
def _since(of: Ledger, method: str, year: int, run: str) -> tuple[Import, ...]:
    snapshot = snapshot_of(region(), run_of(run))
    if snapshot is None:
        return ()
    read = {*columns_read(plan_of(region(), method, year)), *_ALWAYS}
    tables = (read | set(_LAND_FROM)) if LAND in read else read
    seen = {one.number: one.is_undone for one in snapshot.view.log.imports}
    return tuple(
        one
        for one in reversed(of.view.log.imports)
        if one.table in tables
        and one.period[:4] <= str(year)  # a month of the year, and earlier years, which growth and streaks read
        and (seen[one.number] != one.is_undone if one.number in seen else not one.is_undone)
    )
