"""Where one firm stands: the classes along its group's totals, the line above, points beside their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jiqun.desk.peers import Peers, peers
from jiqun.methods.explanation.changed import figure
from jiqun.methods.explanation.explain import Explanation
from jiqun.methods.explanation.model import ItemLine, LineOfClass
from jiqun.methods.explanation.restricted import MASKED, points_hidden, total_hidden
from jiqun.web.kept import kept
from jiqun.web.land.histogram import Totals
from jiqun.web.people.scope import Scope
from jiqun.web.region import evaluated, restricted_in

_CAP = Decimal("1.5")  # how far beyond its weight a bar reaches where points may exceed it


@dataclass(frozen=True)
class Band:
    """A class in the histogram's field (0 to 100): where its last member lies, and how far it reaches.

    `has_room`: the words at its line do not run into those of the class above.
    """

    grade: str
    count: int
    left: float
    width: float
    line: str
    has_room: bool = True


_WORDS = 7.0  # how much of the field the words at a line take


def bands(lines: Sequence[LineOfClass], totals: Totals) -> list[Band]:
    """Return the classes from the lowest total up; nothing where a line is masked, missing or out of order."""
    places: list[float] = []
    for one in lines[:-1]:
        value = figure(one.value)
        place = None if value is None else totals.place(int(value.scaleb(totals.digits)))
        if place is None or not 0 <= place <= 100 or (places and place >= places[-1]):  # noqa: PLR2004
            return []
        places.append(place)
    if not places:
        return []
    ends, starts = [100.0, *places], [*places, 0.0]
    made: list[Band] = []
    free = 100.0
    for one, start, end in zip(lines, starts, ends, strict=True):
        has_room = free - start >= _WORDS or end == ends[0]
        made.append(
            Band(one.grade, one.count, start, round(end - start, 2), (one.value or "") if start else "", has_room)
        )
        free = start if has_room else free
    return made[::-1]


@dataclass(frozen=True)
class Above:
    """The class above: the value of its last member, its place where there are places, and what is lacking."""

    grade: str
    line: str
    last: int | None
    lacking: str


def above(told: Explanation) -> Above | None:
    """Return the line that the firm would have to reach; None at the top, or where it is not told."""
    at = next((number for number, one in enumerate(told.lines) if one.own), 0)
    if not at or told.ranked_grade not in (None, told.grade):
        return None
    up = told.lines[at - 1]
    lacking = figure(up.distance)
    if up.value is None or lacking is None or lacking < 0:
        return None
    last = sum(one.count for one in told.lines[:at]) if told.rank else None
    return Above(up.grade, up.said or up.value, last, up.distance or "")


@dataclass(frozen=True)
class Earned:
    """The bar of an item: its points in per cent of the field, and where its weight stands."""

    width: float
    weight: float
    is_short: bool


def earned(items: Sequence[Any]) -> list[tuple[Any, Earned | None]]:
    """Put a bar beside every item with points; the field is the weight, or 1.5 times it where points pass it."""
    read = [(one, figure(one.points), figure(one.weight)) for one in items]
    beyond = any(points is not None and weight and points > weight for _, points, weight in read)
    field = _CAP if beyond else Decimal(1)
    made: list[tuple[Any, Earned | None]] = []
    for one, points, weight in read:
        if points is None or not weight or weight < 0:
            made.append((one, None))
            continue
        width = min(Decimal(1), max(Decimal(0), points / (weight * field)))
        made.append((one, Earned(round(float(width) * 100, 2), round(float(100 / field), 2), points < weight)))
    return made


@kept(1024)
def peers_of(id_: str, subject: str) -> Peers | None:
    """Return the median points of a firm's peers in a run; a run never changes, so it is kept."""
    data = evaluated(id_, "zh")
    return peers(data.plan, data.rows, subject)


def peer_points(found: Peers | None, item: str, id_: str, scope: Scope) -> str | None:
    """Return the median of an item as a scope may see it; None where there is none.

    Points that a restricted figure could be worked out from are masked as the firm's own are. To a firm they are also
    where the rank rests on them alone: rank and median together would name the firm in the middle. See decision 0018.
    """
    value = None if found is None else found.medians.get(item)
    if value is None or found is None or scope.sees_others or not points_hidden(restricted_in(id_), item):
        return value
    names = restricted_in(id_)
    return value if scope.sees_restricted and not total_hidden(names, found.population) else MASKED


def beside(
    items: Sequence[ItemLine], found: Peers | None, id_: str, scope: Scope
) -> list[tuple[ItemLine, Earned | None, str | None]]:
    """Put its bar and the median of its peers beside every item."""
    return [(one, bar, peer_points(found, one.item, id_, scope)) for one, bar in earned(items)]
