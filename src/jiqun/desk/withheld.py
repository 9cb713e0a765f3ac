"""Which sums and ratios of groups are not told, because the figures of one or two firms would follow from them.

A figure is known here by the firms it is made of (those in doubt left out) and by the column it adds up: a ratio times
its public denominator (land, staff) is a sum again. See docs/decisions/0019.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from jiqun.desk.clusters import Cluster
from jiqun.desk.told_sums import ToldSums
from jiqun.methods.explanation.restricted import FEWEST

Figures = Mapping[str, frozenset[str]]  # the firms that each figure of a group is made of, the most wanted first
_Held = dict[str, set[str]]


def withheld_alone(figures: Figures, added: Mapping[str, str]) -> frozenset[str]:
    """Name the figures of a group that are of one or two firms, or of one or two firms more or fewer than another.

    `added` names the column that each figure adds up. The difference of two sums of one column is a sum as well.

    >>> figures = {"tax_per_mu": frozenset("abcd"), "tax": frozenset("abcde"), "rd": frozenset("ab")}
    >>> sorted(withheld_alone(figures, {"tax_per_mu": "tax", "tax": "tax", "rd": "rd"}))
    ['rd', 'tax']
    """
    held: set[str] = set()
    for name, firms in figures.items():
        told = [figures[one] for one in _kin(figures, name, added) if one not in held and _before(figures, one, name)]
        if 0 < len(firms) < FEWEST or any(0 < len(firms ^ one) < FEWEST for one in told):
            held.add(name)
    return frozenset(held)


def withheld(whole: Figures, groups: Mapping[str, Figures], added: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Name for every group the figures that are not told, so that the whole less what is told gives nobody away.

    The groups do not overlap; firms of the whole may be in none. Beside what is withheld of a group alone, the next
    smallest groups are withheld until what is left over is nothing, or of three firms at least; and whatever with the
    larger groups and the whole, added and subtracted in any way, would give one firm away (`ToldSums`).
    """
    held: _Held = {key: set(withheld_alone(figures, added)) for key, figures in groups.items()}
    while sum(_held_beside(name, whole, groups, added, held) for name in whole):
        pass  # what is withheld of one figure may leave another of the same column open
    for column in set(added.values()):
        _hold_what_tells(column, whole, groups, added, held)
    return {key: frozenset(names) for key, names in held.items()}


def _hold_what_tells(
    column: str, whole: Figures, groups: Mapping[str, Figures], added: Mapping[str, str], held: _Held
) -> None:
    names = [one for one in whole if added[one] == column]
    alone = withheld_alone(whole, added)
    told = ToldSums(one[name] for one in (whole, *groups.values()) for name in names)
    for name in names:
        if name not in alone:
            told.tell(whole[name])
    for name in names:
        for key, figures in sorted(groups.items(), key=lambda one: (-len(one[1][name]), one[0])):
            if name not in held[key] and not told.tell(figures[name]):
                held[key].add(name)


def clusters_withheld(found: Sequence[Cluster], restricted: Set[str]) -> frozenset[str]:
    """Name the clusters that are not told: of one or two firms, or with one or two firms more or fewer than another.

    Clusters overlap, and one may lie within another.
    """
    shown = [one for one in found if one.measure in restricted]
    held: set[str] = set()
    for one in sorted(shown, key=lambda each: -len(each.of)):
        told = [each.of for each in shown if each.code not in held and each.measure == one.measure and each is not one]
        larger = [each for each in told if len(each) >= len(one.of)]
        if 0 < len(one.of) < FEWEST or any(0 < len(each ^ one.of) < FEWEST for each in larger):
            held.add(one.code)
    return frozenset(held)


def _held_beside(
    name: str, whole: Figures, groups: Mapping[str, Figures], added: Mapping[str, str], held: _Held
) -> bool:
    """Withhold a figure of further groups where the rest tells one or two firms; tell whether any was."""
    nowhere = whole[name].difference(*(one[name] for one in groups.values()))
    left = len(nowhere) + sum(_unknown(name, one, added, held[key]) for key, one in groups.items())
    more = False
    for key, figures in sorted(groups.items(), key=lambda one: (len(one[1][name]), one[0])):
        if left == 0 or left >= FEWEST:
            break
        firms = figures[name]
        if not firms or name in held[key]:
            continue
        near = {one for one in _kin(figures, name, added) if len(figures[one] ^ firms) < FEWEST}
        held[key] |= {name, *near}
        left, more = left + len(firms), True
    return more


def _unknown(name: str, figures: Figures, added: Mapping[str, str], held: set[str]) -> int:
    """Count the firms whose sum a withheld figure keeps back: those it has beside the nearest one that is told."""
    if name not in held:
        return 0
    told = [figures[one] for one in _kin(figures, name, added) if one not in held]
    return min([len(figures[name]), *(len(figures[name] ^ one) for one in told)])


def _kin(figures: Figures, name: str, added: Mapping[str, str]) -> list[str]:
    """The other figures of a group that add up the same column."""
    return [one for one in figures if one != name and added[one] == added[name]]


def _before(figures: Figures, one: str, other: str) -> bool:
    names = list(figures)
    return names.index(one) < names.index(other)
