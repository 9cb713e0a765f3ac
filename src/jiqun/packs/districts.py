"""Which district a place lies in on a day, when districts were abolished, founded and cut anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from jiqun.packs.classification import Classification, View

Reason = Literal[
    "town", "district", "recut", "town_not_unique", "town_not_in_district", "unknown_town", "unknown_district"
]


@dataclass(frozen=True)
class District:
    """The answer: a code, or None with the candidates among which only a town (or a person) can decide.

    reason: `town` found by its town · `district` unchanged since it was recorded · `recut` its area went to, came from
    or was dissolved into other districts · `town_not_unique` several towns have the name · the others say what is
    not known.
    """

    code: str | None
    name: str | None
    reason: Reason
    candidates: tuple[str, ...] = ()


def district_of(
    places: Classification,
    *,
    on: date,
    town: str | None = None,
    district: str | None = None,
    recorded_on: date | None = None,
    level: int = 2,
) -> District:
    """Return the district in which a town, or a formerly recorded district, lies on a day.

    A district whose area was recut after it was recorded (or at any time, where `recorded_on` is not known) is never
    carried over without its town, and never read from a firm's code: the answer is then None with candidates.
    Names, codes and aliases (former codes) are understood. Towns of one name are told apart by their district.
    """
    now, ever = places.on(on), places.on(None)
    if town is not None:
        return _by_town(places, now, town, district, level)
    home = None if district is None else _find(places, district)
    if home is None:
        return District(None, None, "unknown_district")
    founded = min((one.from_ or date.min for one in places.model.codes if one.code == home), default=date.min)
    moves = _moves(places, level, max(recorded_on or founded, founded), on)
    homes = {after for before, after in moves if before == home}
    others = {before for before, after in moves if after == home}
    if homes - {home} or others - {home} or home not in now.codes:
        candidates = tuple(sorted(code for code in homes or {home} if code in now.codes))
        return District(None, None, "recut", candidates)
    return District(home, (now.codes.get(home) or ever.codes[home]).name, "district")


def _by_town(places: Classification, now: View, town: str, district: str | None, level: int) -> District:
    towns = {one.code for one in places.model.codes if town in (one.code, one.name, *one.aliases)}
    towns = {code for code in towns if code in now.codes and now.level(code) > level}
    if not towns:
        return District(None, None, "unknown_town")
    if district is not None:
        home = _find(places, district)
        within = {one.code for one in places.model.codes if one.code in towns and one.parent == home}
        if not within:
            return District(None, None, "town_not_in_district", _districts(now, towns, level))
        towns = within
    found = _districts(now, towns, level)
    if len(found) != 1:
        return District(None, None, "town_not_unique", found)
    return District(found[0], now.codes[found[0]].name, "town")


def _districts(now: View, towns: set[str], level: int) -> tuple[str, ...]:
    return tuple(sorted({home for town in towns if (home := now.at_level(town, level)) is not None}))


def _find(places: Classification, text: str) -> str | None:
    """Find a district that stands or ever stood; a name that two codes had in turn is no answer."""
    return places.on(None).find(text)


def _moves(places: Classification, level: int, since: date, on: date) -> set[tuple[str, str]]:
    """Pairs of a town's district at some time since a day and its district on the day asked."""
    now = places.on(on)
    moves = set()
    for one in places.model.codes:
        if (one.level or 0) > level and one.parent is not None and one.code in now.codes:
            stood = (one.to is None or one.to >= since) and (one.from_ is None or one.from_ <= on)
            after = now.codes[one.code].parent
            if stood and after is not None:
                moves.add((one.parent, after))
    return moves
