"""What the pages of the ladder read: the newest screening within a user's scope, its boards, its calendar."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.desk.screened import Screened
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.ladder.cultivation import CultivationRow, cultivation
from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.titles import Holding, holdings, title_events
from jiqun.methods.ladder.words import count_words, phrase, review_phrase, rung_title, title_words
from jiqun.packs.models import Ladder
from jiqun.problems import Language
from jiqun.web.enterprises.register import place_names
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, district_names, ledger, region
from jiqun.web.told_results import told_screening

ADVICE = ("ready", "for_review", "not_yet", "unclear", "no_recommendation", "outside", "not_covered", "barred")
LIGHTS = {"ready": "green", "for_review": "yellow", "not_yet": "red", "barred": "red"}


@dataclass(frozen=True)
class Board:
    """A rung with its holders (None: the ledger does not record who holds it), and whose next it is, by advice."""

    id: str
    title: str
    side: bool
    by_criteria: bool
    holders: int | None
    counts: tuple[tuple[str, str, int], ...]
    total: int


def within(screened: Screened, scope: Scope) -> pl.DataFrame:
    """Return the rows of a screening that are of the scope's firms, with their district."""
    register = ledger().table("enterprise").select("enterprise", "district", "park").unique("enterprise")
    rows = screened.rows.join(register, on="enterprise", how="left")
    return scope.rows(rows)


def boards(rows: pl.DataFrame, language: Language, on: date) -> list[Board]:
    """Return a board per rung, the highest first, the rungs beside the ladder last.

    A firm stands on its highest rung; beside the ladder every valid title counts.
    """
    ladder = ladder_of(region().book)
    held = dict(rows.group_by("held").len().iter_rows()) | _beside(ladder, frozenset(rows["enterprise"]), on)
    known = _recorded(date.max)
    listed = ledger().table("enterprise")["listed_code"].null_count() < ledger().table("enterprise").height
    counted = {(rung, advice): count for rung, advice, count in rows.group_by("next", "advice").len().iter_rows()}
    made = []
    for id_, rung in ladder.rungs.items():
        counts = tuple(
            (advice, phrase(f"advice.{advice}", language), counted[id_, advice])
            for advice in ADVICE
            if (id_, advice) in counted
        )
        title, pool = rung_title(ladder, id_, language), rung.held_by == "criteria"
        is_known = pool or (listed if rung.held_by == "listing" else rung.holds in known)
        holders = held.get(id_, 0) if is_known else None
        made.append(Board(id_, title, rung.side, pool, holders, counts, sum(one[2] for one in counts)))
    return [*(one for one in reversed(made) if not one.side), *(one for one in made if one.side)]


def _beside(ladder: Ladder, firms: frozenset[str], on: date) -> dict[str, int]:
    """How many of some firms validly hold the title of each rung beside the ladder."""
    held = _held(ledger(), region().book.digest, on, updates=False)
    valid = Counter(one.title for one in held if one.is_valid and one.enterprise in firms)
    return {id_: valid[one.holds] for id_, one in ladder.rungs.items() if one.side and one.holds is not None}


FIRM_SORTS = ("name", "district", "held", "met", "unmet", "unknown")


def of_rung(
    rows: pl.DataFrame, rung: str, advice: str, text: str, district: str = "", sort: str = "", down: bool = False
) -> pl.DataFrame:
    """Return the firms whose next rung it is, those nearest to it first where no other order is asked for."""
    if rung:
        rows = rows.filter(pl.col("next") == rung)
    if advice:
        rows = rows.filter(pl.col("advice") == advice)
    if text:
        rows = rows.filter(pl.col("name").str.contains(text, literal=True) | (pl.col("enterprise") == text.upper()))
    if district:
        rows = rows.filter(pl.col("district") == district)
    if sort in FIRM_SORTS:
        return rows.sort(sort, "enterprise", descending=[down, False], nulls_last=True)
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
    screened = told_screening(scope)
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
    district: str = ""
    district_name: str = ""

    @property
    def span(self) -> str:
        """Which of the calendar's spans it falls in: missed, within 30 days, within 90, later."""
        return "late" if self.left < 0 else "30" if self.left <= 30 else "90" if self.left <= 90 else "later"

    @property
    def late(self) -> int:
        """Days since it was missed."""
        return -self.left

    @property
    def light(self) -> str:
        return "red" if self.left < 0 else "yellow" if self.left <= 90 else "green"


def calendar(scope: Scope, on: date, language: Language, kind: str = "") -> list[Due]:
    """List re-verifications and updates that are due, by day; read from the ledger of today, not from a screening."""
    if kind not in ("", "review", "update"):
        return []
    mine = ledger().firms(scope)
    every = _calendar(ledger(), region(), timezone.localdate(), on, language, kind)
    return [one for one in every if one.enterprise in mine]


@kept(12)
def _calendar(of: Ledger, law: Context, today: date, on: date, language: Language, kind: str) -> tuple[Due, ...]:
    names = place_names()  # as districts are called today
    firms = of.table("enterprise").select("enterprise", "name", "district").iter_rows()
    known = {firm: (name or firm, district or "") for firm, name, district in firms}
    found = (
        Due(firm, known[firm][0], title, what, day, (day - on).days, known[firm][1], names.get(known[firm][1], ""))
        for firm, title, what, day in _dues(ladder_of(law.book), on, language, kind)
        if firm in known
    )
    return tuple(sorted(found, key=lambda one: (one.day, one.enterprise)))


SPANS = ("late", "30", "90", "later")


@dataclass(frozen=True)
class Group:
    """Deadlines of a month or a district, counted by span."""

    id: str
    title: str
    counts: tuple[int, ...]

    @property
    def all(self) -> int:
        return sum(self.counts)


def by_month(dues: Sequence[Due]) -> list[Group]:
    """Count deadlines by month, in the order of months."""
    return _groups((f"{one.day:%Y-%m}", one.span) for one in dues)


def by_district(dues: Sequence[Due], names: Mapping[str, str]) -> list[Group]:
    """Count deadlines by district, in the order of codes."""
    return [replace(one, title=names.get(one.id, one.id)) for one in _groups((due.district, due.span) for due in dues)]


def _groups(pairs: Iterable[tuple[str, str]]) -> list[Group]:
    counted = Counter(pairs)
    groups = sorted({group for group, _ in counted})
    return [Group(one, one, tuple(counted[one, span] for span in SPANS)) for one in groups]


def _dues(ladder: Ladder, on: date, language: Language, kind: str) -> Iterator[tuple[str, str, str, date]]:
    for one in _held(ledger(), region().book.digest, on, updates=True):
        title = title_words(ladder, one.title, language)
        # what may not be due at all is never called late
        open_and_past = one.review_open_by is not None and one.review_due is not None and one.review_due < on
        if one.review_due is not None and not open_and_past and kind in ("", "review"):
            yield one.enterprise, title, phrase(review_phrase(one), language), one.review_due
        if one.update_due is not None and one.update_state in ("open", "overdue", "unknown") and kind in ("", "update"):
            yield one.enterprise, title, phrase("deadline.update", language), one.update_due


def _updates() -> dict[str, date | None] | None:
    profile = ledger().table("sme_profile")
    if profile.is_empty():
        return None
    return dict(profile.group_by("enterprise").agg(pl.col("updated_on").max()).iter_rows())


def targets(scope: Scope, on: date, language: Language) -> list[dict[str, Any]]:
    """Return the published cultivation targets with what is done; of the districts alone where the scope is such."""
    ladder = ladder_of(region().book)
    recorded = _recorded(on)
    wanted = set(scope.places) if scope.column == "district" else {None}
    rows = _cultivated(on)
    names = district_names(on, language) if len(scope.places) > 1 else {}
    return [
        _target(one, ladder, language, recorded) | {"district": names.get(one.district or "", "")}
        for one in rows
        if one.district in wanted and one.target is not None
    ]


def _cultivated(on: date) -> tuple[CultivationRow, ...]:
    register = ledger().table("enterprise")
    districts = dict(register.drop_nulls("district").select("enterprise", "district").iter_rows())
    held = _held(ledger(), region().book.digest, on, updates=True)
    return cultivation(region().book, held, on, districts)


@kept(8)
def _held(of: Ledger, law: str, on: date, *, updates: bool) -> tuple[Holding, ...]:
    """Return every title as it stands on a day; made once for a state of the ledger and of the law book."""
    told = _updates() if updates else None
    return holdings(title_events(of.table("title")), ladder_of(region().book), on, told)


def _recorded(on: date) -> frozenset[str]:
    """The titles that the ledger records at all; of the others it does not know how many there are."""
    return frozenset(one.title for one in _held(ledger(), region().book.digest, on, updates=False))


def _target(one: CultivationRow, ladder: Ladder, language: Language, recorded: frozenset[str]) -> dict[str, Any]:
    assert one.target is not None
    known = one.title in recorded
    return {
        "title": title_words(ladder, one.title, language),
        "count": count_words(one, language),
        "target": float(one.target),
        "done": one.done if known else None,
        "share": None if one.share is None or not known else f"{float(one.share):.1%}",
        "by": one.by,
    }


@dataclass(frozen=True)
class District:
    """A district: valid holders and those first recognised this year, by title; its own target where published."""

    code: str
    name: str
    cells: tuple[tuple[int, int, float | None], ...]


def by_title(scope: Scope, on: date, language: Language, names: Mapping[str, str]) -> tuple[list[str], list[District]]:
    """Return the titles held and, by district, valid holders, this year's new ones, the target where published."""
    ladder = ladder_of(region().book)
    mine = scope.rows(ledger().table("enterprise")).drop_nulls("district")
    where = dict(mine.select("enterprise", "district").iter_rows())
    held = [
        one
        for one in _held(ledger(), region().book.digest, on, updates=False)
        if one.is_valid and one.enterprise in where
    ]
    titles = sorted({one.title for one in held}, key=lambda one: ([*ladder.titles, one].index(one), one))
    stock = Counter((where[one.enterprise], one.title) for one in held)
    new = Counter((where[one.enterprise], one.title) for one in held if one.since.year == on.year)
    wanted = {
        (one.district, one.title): float(one.target)
        for one in _cultivated(on)
        if one.district is not None and one.target is not None and one.count == "stock"
    }
    rows = [
        District(
            code,
            names.get(code, code),
            tuple((stock[code, one], new[code, one], wanted.get((code, one))) for one in titles),
        )
        for code in sorted(set(where.values()))
        if any(stock[code, one] for one in titles)
    ]
    return [title_words(ladder, one, language) for one in titles], rows
