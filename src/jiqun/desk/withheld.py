"""Which sums and ratios of groups are not told, because the figures of single firms would follow from them.

A figure is known here by the firms it is made of (those in doubt left out) and by the column it adds up: a ratio times
its public denominator (land, staff) is a sum again. See docs/decisions/0019 and 0024.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jiqun.desk.safety import Safety
from jiqun.desk.told_sums import ToldSums
from jiqun.methods.explanation.restricted import FEWEST

Figures = Mapping[str, frozenset[str]]  # the firms that each figure of a group is made of, the most wanted first
Where = tuple[str, str]  # grouping, key of the group in it
WHOLE: Where = ("", "")
_Held = dict[Where, set[str]]


@dataclass(frozen=True)
class Told:
    """What is to be told of a whole and of its groups, by grouping, the most wanted grouping first.

    `added` names the column that each figure adds up; groups of the groupings in `overlapping` may overlap, those of
    the others do not. Firms of the whole may be in no group. `exact` is False of figures that are only told nearly (by
    growth in per cent): what is worked out of many of them is worth nothing.
    """

    whole: Figures
    groupings: Mapping[str, Mapping[str, Figures]]
    added: Mapping[str, str]
    overlapping: frozenset[str] = frozenset()
    safety: Safety = field(default_factory=Safety)
    exact: bool = True

    def all(self) -> Iterator[tuple[Where, Figures]]:
        """The whole, and the groups one grouping after the other."""
        yield WHOLE, self.whole
        for grouping, groups in self.groupings.items():
            for key, figures in groups.items():
                yield (grouping, key), figures


def withheld(told: Told) -> dict[Where, frozenset[str]]:
    """Name for the whole and every group the figures that are not told, so that what is told gives nobody away.

    Withheld are figures that are not safe alone or differ unsafely from another of the group; of groups that do not
    overlap the next smallest, until what is left of the whole is nothing or safe; and whatever, with all that is told
    of any grouping before it, would by adding and subtracting give away what is not safe (`ToldSums`).
    """
    held: _Held = {where: _alone(figures, told) for where, figures in told.all()}
    _hold_beside(told, held)
    sums = [one for one in dict.fromkeys(told.added.values()) if one not in told.safety.ratios]
    for column in sums if told.exact else ():
        _hold_what_tells(column, told, held)
    _hold_beside(told, held)  # what was withheld last may be all that is left of the whole
    return {where: frozenset(names) for where, names in held.items()}


def withheld_sums(sums: Sequence[frozenset[str]], column: str, safety: Safety) -> list[bool]:
    """Tell of each sum of one column whether it is withheld, the largest asked first; the sums may overlap."""
    told = ToldSums(sums, lambda firms: safety.holds(column, firms))
    found = [False] * len(sums)
    for at in sorted(range(len(sums)), key=lambda one: (-len(sums[one]), one)):
        found[at] = not told.tell(sums[at])
    return found


def _alone(figures: Figures, told: Told) -> set[str]:
    """The figures of a group that are not safe, or differ from another of the same column by what is not."""
    held: set[str] = set()
    for name, firms in figures.items():
        column, names = told.added[name], list(figures)
        before = [one for one in _kin(figures, name, told) if one not in held and names.index(one) < names.index(name)]
        near = any(_is_near(firms, figures[one], column, told.safety) for one in before)
        if near or not told.safety.holds(column, firms):
            held.add(name)
    return held


def _is_near(one: frozenset[str], other: frozenset[str], column: str, safety: Safety) -> bool:
    if one <= other or other <= one:
        return not safety.holds(column, one ^ other)
    return len(one ^ other) < FEWEST


def _hold_what_tells(column: str, told: Told, held: _Held) -> None:
    names = [one for one in told.whole if told.added[one] == column]
    sums = ToldSums(
        (figures[name] for _, figures in told.all() for name in names if name in figures),
        lambda firms: told.safety.holds(column, firms),
    )
    order = [WHOLE[0], *told.groupings]
    for name in names:
        wanted = [(where, figures[name]) for where, figures in told.all() if name in figures]
        for where, firms in sorted(wanted, key=lambda one: (order.index(one[0][0]), -len(one[1]), one[0])):
            if name not in held[where] and not sums.tell(firms):
                held[where].add(name)


def _hold_beside(told: Told, held: _Held) -> None:
    """Withhold further groups until the whole less those that are told gives nobody away."""
    apart = [one for one in told.groupings if one not in told.overlapping]
    while sum(_held_beside(name, grouping, told, held) for grouping in apart for name in told.whole):
        pass  # what is withheld of one figure may leave another of the same column open


def _held_beside(name: str, grouping: str, told: Told, held: _Held) -> bool:
    """Withhold a figure of one further group where the rest is not safe; tell whether it was.

    It is the smallest group that makes the rest safe, else the largest. What a less wanted figure of the same column
    differs by from it unsafely is withheld with it; a more wanted one is told nevertheless, and what it leaves of this
    figure is all that then stays back.
    """
    groups = {key: one for key, one in told.groupings[grouping].items() if name in one}
    if not groups or name in held[WHOLE]:
        return False
    nowhere = told.whole[name].difference(*(one[name] for one in groups.values()))
    untold = nowhere.union(*(one[name] for key, one in groups.items() if name in held[grouping, key]))
    left = nowhere.union(*(_unknown(name, one, told, held[grouping, key]) for key, one in groups.items()))

    def is_safe(more: frozenset[str] = frozenset(), back: frozenset[str] = frozenset()) -> bool:
        return all(told.safety.holds(told.added[name], one) for one in (untold | more, left | back))

    if is_safe():
        return False
    further: list[tuple[str, set[str]]] = []
    for key, figures in sorted(groups.items(), key=lambda one: (len(one[1][name]), one[0])):
        wanted = {name, *_later_and_near(name, figures, told)}
        back = _unknown(name, figures, told, held[grouping, key] | wanted)
        if name not in held[grouping, key] and (back - left or figures[name] - untold):
            further.append((key, wanted))
            if is_safe(figures[name], back):
                break
    if further:
        key, wanted = further[-1]
        held[grouping, key] |= wanted
    return bool(further)


def _later_and_near(name: str, figures: Figures, told: Told) -> list[str]:
    names, column = list(figures), told.added[name]
    later = (one for one in _kin(figures, name, told) if names.index(one) > names.index(name))
    return [one for one in later if _is_near(figures[one], figures[name], column, told.safety)]


def _unknown(name: str, figures: Figures, told: Told, held: set[str]) -> frozenset[str]:
    """The firms whose sum a withheld figure keeps back: those it has beside the nearest one that is told."""
    if name not in held:
        return frozenset()
    near = [figures[one] ^ figures[name] for one in _kin(figures, name, told) if one not in held]
    return min([figures[name], *near], key=len)


def _kin(figures: Figures, name: str, told: Told) -> list[str]:
    """The other figures of a group that add up the same column."""
    return [one for one in figures if one != name and told.added[one] == told.added[name]]
