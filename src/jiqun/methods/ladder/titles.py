"""The ledger of titles: from recorded events to what a firm holds on a day, until when, and what falls due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import polars as pl

from jiqun.expressions.nearest import NONE, nearest
from jiqun.packs.models import Ladder, LadderTitle, Span, Term
from jiqun.values import comparable

State = Literal["valid", "lapsed", "expired", "revoked"]
UpdateState = Literal["done", "open", "overdue", "unknown", "none"]
_GIVES = ("recognised", "reviewed")
_ENDS = ("revoked", "expired")
_MISSPELT = 80  # of 100: a sign or two wrong
_ORDER = ("recognised", "reviewed", "changed", "expired", "revoked")
TITLE_HELD = {"enterprise": pl.String, "title": pl.String, "since": pl.Date, "valid_to": pl.Date}


@dataclass(frozen=True)
class TitleEvent:
    """One recorded event of a title."""

    enterprise: str
    title: str
    action: str
    day: date
    valid_to: date | None = None
    document: str = ""


@dataclass(frozen=True)
class Holding:
    """A title of a firm as it stands on a day.

    `since` begins the unbroken run, `granted` is the last recognition or re-verification. `lapsed`: the term ran out
    and no re-verification is recorded. `regime` is the clause whose term counts for the day it was granted on.
    `review_due` is the last day of the term where that falls in the asked year or earlier; `review_open_by` names the
    valid higher title beside which no document says whether this one must still be re-verified. `update_due` is
    the next day by which the holder's information must be brought up to date, or the missed one. `barred_until`: after
    a revocation.
    """

    enterprise: str
    title: str
    state: State
    since: date
    granted: date
    valid_to: date | None
    document: str
    regime: str | None
    review_due: date | None = None
    review_open_by: str | None = None
    update_due: date | None = None
    update_state: UpdateState = "none"
    barred_until: date | None = None

    @property
    def is_valid(self) -> bool:
        return self.state == "valid"


def title_events(frame: pl.DataFrame) -> tuple[TitleEvent, ...]:
    """Read the rows of the table `title`; rows without firm, title, action or date are left out."""
    wanted = ("enterprise", "title", "action", "date")
    return tuple(
        TitleEvent(
            row["enterprise"], row["title"], row["action"], row["date"], row.get("valid_to"), row.get("document") or ""
        )
        for row in frame.drop_nulls(list(wanted)).iter_rows(named=True)
    )


def title_names(ladder: Ladder) -> dict[str, str]:
    """Return the title that every known way of writing means."""
    return {comparable(name): id_ for id_, title in ladder.titles.items() for name in (id_, title.title, *title.names)}


def misspelt(events: Iterable[TitleEvent], ladder: Ladder) -> dict[str, str]:
    """Return the written titles that are no name the ladder knows but close to one, with that name."""
    names = title_names(ladder)
    spoken = [name for title in ladder.titles.values() for name in (title.title, *title.names)]
    unknown = {one.title for one in events} - {one.title for one in events if comparable(one.title) in names}
    found = {one: nearest(one, spoken, _MISSPELT) for one in sorted(unknown)}
    return {one: close for one, close in found.items() if close != NONE}


def holdings(
    events: Iterable[TitleEvent], ladder: Ladder, on: date, updates: Mapping[str, date | None] | None = None
) -> tuple[Holding, ...]:
    """Return every title that a firm has or had by a day, by firm and title; later events are not known yet.

    A title that the ladder does not know keeps its written name and is valid as long as its row says. `updates` gives
    the last day on which each firm brought its information up to date; without it the state of updates is unknown.
    """
    names = title_names(ladder)
    found: dict[tuple[str, str], list[TitleEvent]] = {}
    for event in events:
        if event.day <= on:
            key = (event.enterprise, names.get(comparable(event.title), event.title))
            found.setdefault(key, []).append(event)
    made = []
    for (_, title), own in sorted(found.items()):
        known = ladder.titles.get(title)
        one = _standing(own, title, known, on)
        if one is not None:
            made.append(_with_dates(one, known, on, updates))
    return tuple(_beside_higher(made, ladder))


def _beside_higher(made: Sequence[Holding], ladder: Ladder) -> Iterator[Holding]:
    """Drop or leave open the re-verification of a title whose firm validly holds one above it, as the ladder says."""
    climbed = [rung.holds for rung in ladder.rungs.values() if rung.holds is not None and not rung.side]
    valid: dict[str, set[str]] = {}
    for one in made:
        if one.is_valid:
            valid.setdefault(one.enterprise, set()).add(one.title)
    for one in made:
        above = climbed[climbed.index(one.title) + 1 :] if one.title in climbed else []
        higher = [title for title in above if title in valid.get(one.enterprise, ())]
        if one.review_due is None or not higher:
            yield one
            continue
        said = {each.review for each in ladder.titles[one.title].while_held if each.title in higher}
        if "due" in said:
            yield one
        elif "not_due" in said:
            yield _replaced(one, review_due=None)
        else:
            yield _replaced(one, review_open_by=higher[-1])


def title_held(found: Iterable[Holding]) -> pl.DataFrame:
    """Return the titles that are valid, as the derived table `title_held` that methods look into."""
    rows = [(one.enterprise, one.title, one.since, one.valid_to) for one in found if one.is_valid]
    return pl.DataFrame(rows, schema=TITLE_HELD, orient="row")


def _standing(events: Sequence[TitleEvent], title: str, known: LadderTitle | None, on: date) -> Holding | None:
    """Go through a firm's events of one title in the order of days."""
    now: Holding | None = None
    for event in sorted(events, key=lambda one: (one.day, _ORDER.index(one.action) if one.action in _ORDER else 0)):
        if event.action in _GIVES:
            now = _granted(event, title, known, now)
        elif now is not None and event.action in _ENDS:
            now = _ended(event, known, now)
        elif now is not None and event.valid_to is not None:
            now = _replaced(now, valid_to=event.valid_to)
    if now is not None and now.is_valid and now.valid_to is not None and now.valid_to < on:
        return _replaced(now, state="lapsed")
    return now


def _granted(event: TitleEvent, title: str, known: LadderTitle | None, before: Holding | None) -> Holding:
    """A re-verification adds its term to the running one; a recognition starts its term on its day."""
    running = before if before is not None and before.is_valid else None
    extends = event.action == "reviewed" and running is not None
    term = _on(known.validity if known is not None else (), event.day)
    valid_to = event.valid_to
    if valid_to is None and term is not None:
        assert isinstance(term, Term)
        if extends and running is not None and running.valid_to is not None:
            valid_to = years_later(running.valid_to, term.years)
        else:
            valid_to = years_later(event.day, term.years) - timedelta(days=1)
    clause = term.clause if isinstance(term, Term) else None
    since = running.since if running is not None else event.day
    return Holding(event.enterprise, title, "valid", since, event.day, valid_to, event.document, clause)


def _ended(event: TitleEvent, known: LadderTitle | None, before: Holding) -> Holding:
    state: State = "revoked" if event.action == "revoked" else "expired"
    term = _on(known.barred if known is not None else (), event.day) if state == "revoked" else None
    barred = years_later(event.day, term.years) - timedelta(days=1) if isinstance(term, Term) else None
    return _replaced(before, state=state, valid_to=event.day, document=event.document, barred_until=barred)


def _replaced(one: Holding, **changes: object) -> Holding:
    return replace(one, **changes)  # type: ignore[arg-type]


def _on(terms: Sequence[Span], day: date) -> Span | None:
    return next((term for term in terms if term.covers(day)), None)


def years_later(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 28 February.

    >>> years_later(date(2024, 2, 29), 3)
    datetime.date(2027, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


# --- what falls due


def _with_dates(
    one: Holding, known: LadderTitle | None, on: date, updates: Mapping[str, date | None] | None
) -> Holding:
    due = one.valid_to if one.state in ("valid", "lapsed") else None
    review = due if due is not None and due <= date(on.year, 12, 31) else None
    if known is None or not one.is_valid:
        return _replaced(one, review_due=review)
    this_year = update_day(known, on.year)
    if this_year is None:
        return _replaced(one, review_due=review)
    last = updates.get(one.enterprise) if updates is not None else None
    fresh = one.granted.year >= on.year  # recognised this year: the first update falls due next year
    if fresh or (last is not None and last.year == on.year):
        following = update_day(known, on.year + 1)
        return _replaced(one, review_due=review, update_due=following, update_state="open" if fresh else "done")
    if on <= this_year:
        state: UpdateState = "open"
    else:
        state = "overdue" if updates is not None else "unknown"
    return _replaced(one, review_due=review, update_due=this_year, update_state=state)


def update_day(title: LadderTitle, year: int) -> date | None:
    """Return the day of a year by which holders update: the rule that is in force on that day counts."""
    for update in title.updates:
        month, day = (int(part) for part in update.by.split("-"))
        due = date(year, month, day)
        if update.covers(due):
            return due
    return None
