"""Whose reports a user may make and read: the same scope as on every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from jiqun.desk.reporting import Reach
from jiqun.problems import ProblemsError, problem
from jiqun.reports.word.letter import AppealTerms
from jiqun.reports.word.making import KINDS
from jiqun.web.briefs.models import MadeReport
from jiqun.web.campaigns.queries import visible
from jiqun.web.campaigns.state import state_of
from jiqun.web.enterprises.register import leading_run, place_names, readable_runs
from jiqun.web.people.models import User
from jiqun.web.people.scope import BETWEEN, Scope, scope_of
from jiqun.web.region import ledger, region, run_of
from jiqun.web.told_results import is_told, open_notice, run_of_campaign

FOLDER = "reports"
ENDINGS = ("docx", "xlsx")
_SHOWN = 200
_OWN_RIGHT = {"letter": "read"}  # a firm may have the letter about itself


@dataclass(frozen=True)
class Asked:
    """A report as it is asked for; without `run` the newest evaluation, empty where a kind does not need a part."""

    kind: str
    run: str = ""
    campaign: int = 0
    district: str = ""
    firm: str = ""
    ending: str = "docx"

    @property
    def arguments(self) -> dict[str, Any]:
        """The report as the arguments of a job, whose own kind is another."""
        told = {name: value for name, value in self.__dict__.items() if value not in ("", 0) and name != "kind"}
        return {"report": self.kind, **told}

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Asked:
        """Read the arguments of a job."""
        told = {name: value for name, value in arguments.items() if name in cls.__dataclass_fields__}
        return cls(kind=arguments["report"], **told)


def kinds_of(user: User) -> list[str]:
    """Return the kinds of reports that a user may make."""
    column = scope_of(user).column
    return [
        one.id
        for one in KINDS.values()
        if user.may(_OWN_RIGHT.get(one.id, "export")) and not (one.of == "district" and column not in ("", "district"))
    ]


def check(user: User, asked: Asked) -> None:
    """Refuse what a user may not have (REPORT-001); what does not exist is answered alike."""
    scope = scope_of(user)
    allowed = user.is_active and asked.kind in kinds_of(user) and asked.ending in ENDINGS
    of = KINDS[asked.kind].of if asked.kind in KINDS else ""
    if allowed and of == "district":
        allowed = asked.district in districts(scope)
    if allowed and of == "enterprise":
        allowed = asked.firm in ledger().firms(scope)
    if allowed and asked.campaign:
        allowed = visible(user).filter(pk=asked.campaign).exists()
    if allowed and asked.run:
        allowed = any(one.id == asked.run for one in readable_runs(scope))
    if not allowed:
        raise ProblemsError([problem("REPORT-001", who=user.get_username())])


def districts(scope: Scope) -> dict[str, str]:
    """Return code → name of the districts a user may have a brief of."""
    if scope.column not in ("", "district"):
        return {}
    codes = scope.rows(ledger().table("enterprise"))["district"].drop_nulls().unique().sort().to_list()
    return {code: place_names().get(code, code) for code in codes}


def about_words(asked: Asked) -> str:
    """Name the firm or district that a report is about; its code where the ledger has no name."""
    if asked.firm:
        names = ledger().table("enterprise").filter(pl.col("enterprise") == asked.firm)["name"].drop_nulls()
        return str(names[0]) if len(names) else asked.firm
    return place_names().get(asked.district, asked.district)


def extent(scope: Scope, asked: Asked) -> tuple[str, str]:
    """Return whose rows a report tells of, as column and place."""
    of = KINDS[asked.kind].of
    if of == "district":
        return "district", asked.district
    if of == "enterprise":
        return "enterprise", asked.firm
    return scope.column, scope.whose


def reach(scope: Scope, asked: Asked) -> Reach:
    """Return the firms that a report may tell of: those of the scope, of the district asked for."""
    firms = ledger().table("enterprise")
    if KINDS[asked.kind].of == "district":
        return Reach(Scope("district", asked.district).firms(scope.rows(firms)), scope.sees_restricted)
    return Reach(None if scope.whole else scope.firms(firms), scope.sees_restricted)


def may_read(user: User, made: MadeReport) -> bool:
    """Tell whether a user may have a finished file: today's rights count, not those of the day it was made."""
    scope = scope_of(user)
    if not user.may(_OWN_RIGHT.get(made.kind, "export")) or (made.restricted and not scope.sees_restricted):
        return False
    if scope.told_public_only and made.run and not _is_told(made.run, scope):
        return False
    if scope.whole:
        return True
    if made.column == "enterprise":
        return made.place in ledger().firms(scope)
    return made.column == scope.column and set(made.place.split(BETWEEN)) <= set(scope.places)


def _is_told(id_: str, scope: Scope) -> bool:
    try:
        return is_told(run_of(id_), scope)
    except ProblemsError:  # the run is gone: nothing says that it was public
        return False


def readable(user: User) -> list[MadeReport]:
    """Return the newest finished files that a user may have."""
    found = MadeReport.objects.select_related("owner", "schedule")
    if not scope_of(user).whole:
        found = found.exclude(column="")
    return [one for one in found[: 10 * _SHOWN] if may_read(user, one)][:_SHOWN]


def run_for(user: User, asked: Asked) -> str:
    """Return the run a report is about: the campaign's, the one named, else the newest; REPORT-002 without one."""
    if asked.campaign:
        state = state_of(visible(user).get(pk=asked.campaign))
        found = run_of_campaign(state, scope_of(user))
    else:
        run = leading_run(scope_of(user))
        found = asked.run or ("" if run is None else run.id)
    if not found:
        raise ProblemsError([problem("REPORT-002")])
    return str(found)


def terms_of(user: User, asked: Asked, run: str) -> AppealTerms | None:
    """Return until when a firm may object: in the campaign named, or whose notice it is; None once that is signed."""
    notice = open_notice(run)
    number = asked.campaign or (0 if notice is None else notice.campaign)
    campaign = visible(user).filter(pk=number).first()
    if campaign is None:
        return None
    state = state_of(campaign)
    if state.signed or "appeal" not in state.plan:
        return None
    return AppealTerms(campaign.title, state.plan["appeal"][1], campaign.answer_days)


def folder() -> Path:
    """Return where finished files lie in the workspace."""
    found = region().workspace.root / FOLDER
    found.mkdir(exist_ok=True)
    return found
