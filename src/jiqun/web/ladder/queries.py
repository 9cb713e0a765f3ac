"""What the pages of the ladder read: the newest screening within a user's scope, its boards, its calendar."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.ladder.cultivation import CultivationRow, cultivation
from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.titles import holdings, title_events
from jiqun.methods.ladder.words import count_words, phrase, rung_title, title_words
from jiqun.packs.models import Ladder
from jiqun.problems import Language
from jiqun.web.ladder.keeping import Screened, newest
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, region

ADVICE = ("ready", "for_review", "not_yet", "unclear", "no_recommendation", "outside", "not_covered", "barred")
LIGHTS = {"ready": "green", "for_review": "yellow", "not_yet": "red", "barred": "red"}


@dataclass(frozen=True)
class Board:
    """A rung with its holders, and how many firms have it as their next, by advice."""

    id: str
    title: str
    side: bool
    by_criteria: bool
    holders: int
    counts: tuple[tuple[str, str, int], ...]
    total: int


def within(screened: Screened, scope: Scope) -> pl.DataFrame:
    """Return the rows of a screening that are of the scope's firms, with their district."""
    register = ledger().table("enterprise").select("enterprise", "district", "park").unique("enterprise")
    rows = screened.rows.join(register, on="enterprise", how="left")
    return scope.rows(rows)


def boards(rows: pl.DataFrame, language: Language) -> list[Board]:
    """Return a board per rung, the highest first, the rungs beside the ladder last."""
    ladder = ladder_of(region().book)
    held = dict(rows.group_by("held").len().iter_rows())
    counted = {(rung, advice): count for rung, advice, count in rows.group_by("next", "advice").len().iter_rows()}
    made = []
    for id_, rung in ladder.rungs.items():
        counts = tuple(
            (advice, phrase(f"advice.{advice}", language), counted[id_, advice])
            for advice in ADVICE
            if (id_, advice) in counted
        )
        title, pool = rung_title(ladder, id_, language), rung.held_by == "criteria"
        made.append(Board(id_, title, rung.side, pool, held.get(id_, 0), counts, sum(one[2] for one in counts)))
    return [*(one for one in reversed(made) if not one.side), *(one for one in made if one.side)]


def of_rung(rows: pl.DataFrame, rung: str, advice: str, text: str) -> pl.DataFrame:
    """Return the firms whose next rung it is, those nearest to it first."""
    if rung:
        rows = rows.filter(pl.col("next") == rung)
    if advice:
        rows = rows.filter(pl.col("advice") == advice)
    if text:
        rows = rows.filter(pl.col("name").str.contains(text, literal=True) | (pl.col("enterprise") == text.upper()))
    order = pl.col("advice").replace_strict({one: at for at, one in enumerate(ADVICE)}, default=len(ADVICE))
    open_ones = pl.col("unmet").fill_null(99) + pl.col("unknown").fill_null(99)
    return rows.sort(order, open_ones, "enterprise")


def told(row: Mapping[str, Any], language: Language, scope: Scope) -> dict[str, Any]:
    """Return a row ready to show, with its record in the language of the page.

    The words of a gap name the firm's figures: who may not see restricted columns reads only that it is unmet.
    """
    record = json.loads(row["record"])[language]
    for held in (record["next"], record["review"], *record["sides"]) if not scope.sees_restricted else ():
        for one in held["criteria"] if held is not None else ():
            if one["tells_figures"]:
                one["lacking"] = f"{one['said']} {MASKED}"
    light = LIGHTS.get(row["advice"], "none")
    return {**row, "record": record, "light": light}


def standing_of(code: str, language: Language, scope: Scope) -> tuple[Screened | None, dict[str, Any] | None]:
    """Return the newest screening and what it says of a firm; None where it has none."""
    screened = newest()
    if screened is None:
        return None, None
    rows = screened.rows.filter(pl.col("enterprise") == code)
    return screened, None if rows.is_empty() else told(rows.row(0, named=True), language, scope)


# --- what falls due


@dataclass(frozen=True)
class Due:
    """A day by which something must be done for a title of a firm; `left` days, below zero where it has passed."""

    enterprise: str
    name: str
    title: str
    what: str
    day: date
    left: int

    @property
    def late(self) -> int:
        """Days since it was missed."""
        return -self.left

    @property
    def light(self) -> str:
        return "red" if self.left < 0 else "yellow" if self.left <= 90 else "green"


def calendar(scope: Scope, on: date, language: Language, kind: str = "") -> list[Due]:
    """List re-verifications and updates that are due, by day; read from the ledger of today, not from a screening."""
    ladder = ladder_of(region().book)
    register = ledger().table("enterprise")
    names = dict(scope.rows(register).select("enterprise", "name").iter_rows())
    found = [one for one in _dues(ladder, on, language, kind) if one[0] in names]
    return sorted(
        (Due(firm, names[firm] or firm, title, what, day, (day - on).days) for firm, title, what, day in found),
        key=lambda one: (one.day, one.enterprise),
    )


def _dues(ladder: Ladder, on: date, language: Language, kind: str) -> Iterator[tuple[str, str, str, date]]:
    for one in holdings(title_events(ledger().table("title")), ladder, on, _updates()):
        title = title_words(ladder, one.title, language)
        if one.review_due is not None and one.state in ("valid", "lapsed") and kind in ("", "review"):
            yield one.enterprise, title, phrase("deadline.review", language), one.review_due
        if one.update_due is not None and one.update_state in ("open", "overdue", "unknown") and kind in ("", "update"):
            yield one.enterprise, title, phrase("deadline.update", language), one.update_due


def _updates() -> dict[str, date | None] | None:
    profile = ledger().table("sme_profile")
    if profile.is_empty():
        return None
    return dict(profile.group_by("enterprise").agg(pl.col("updated_on").max()).iter_rows())


def targets(scope: Scope, on: date, language: Language) -> list[dict[str, Any]]:
    """Return the published cultivation targets with what is done; of one district where the scope is one."""
    ladder = ladder_of(region().book)
    register = ledger().table("enterprise")
    districts = dict(register.drop_nulls("district").select("enterprise", "district").iter_rows())
    held = holdings(title_events(ledger().table("title")), ladder, on, _updates())
    rows = cultivation(region().book, held, on, districts)
    place = scope.place if scope.column == "district" else None
    return [_target(one, ladder, language) for one in rows if one.district == place and one.target is not None]


def _target(one: CultivationRow, ladder: Ladder, language: Language) -> dict[str, Any]:
    assert one.target is not None
    return {
        "title": title_words(ladder, one.title, language),
        "count": count_words(one, language),
        "target": float(one.target),
        "done": one.done,
        "share": None if one.share is None else f"{float(one.share):.1%}",
        "by": one.by,
    }
