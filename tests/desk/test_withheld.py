"""What is told of groups and of their whole gives no firm away, whatever is added and subtracted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from jiqun.desk.withheld import Figures, withheld, withheld_alone

ADDED = {"tax_per_mu": "tax", "value_added_per_mu": "value_added", "labour": "value_added", "tax": "tax"}
_PRIME = 2_147_483_647


def spanned(rows: Iterable[frozenset[str]], firms: list[str]) -> list[str]:
    """Name the firms whose single figure is a combination of sums over the sets of firms (elimination modulo a prime)."""
    place = {one: at for at, one in enumerate(firms)}
    basis: dict[int, list[int]] = {}
    for row in rows:
        vector = [0] * len(firms)
        for firm in row:
            vector[place[firm]] = 1
        for at in range(len(firms)):
            if vector[at] and at in basis:
                factor = vector[at]
                vector = [(one - factor * other) % _PRIME for one, other in zip(vector, basis[at], strict=True)]
        lead = next((at for at, one in enumerate(vector) if one), None)
        if lead is None:
            continue
        inverse = pow(vector[lead], -1, _PRIME)
        vector = [one * inverse % _PRIME for one in vector]
        for at, other in basis.items():
            factor = other[lead]
            basis[at] = [(one - factor * mine) % _PRIME for one, mine in zip(other, vector, strict=True)]
        basis[lead] = vector
    return [firms[at] for at, vector in basis.items() if sum(map(bool, vector)) == 1]


def told(whole: Figures, groups: Mapping[str, Figures], column: str) -> list[frozenset[str]]:
    top, held = withheld_alone(whole, ADDED), withheld(whole, groups, ADDED)
    names = [one for one in ADDED if ADDED[one] == column]
    found = [whole[one] for one in names if one not in top]
    return found + [groups[key][one] for key in groups for one in names if one not in held[key]]


def region(chance: random.Random) -> tuple[list[str], Figures, dict[str, Figures]]:
    """Make firms, in districts or in none, of which some report this and some that."""
    firms = [f"f{one}" for one in range(chance.randint(3, 24))]
    where = {one: chance.choice("abcde-") for one in firms}
    tax = frozenset(one for one in firms if chance.random() < 0.9)
    added = frozenset(one for one in firms if chance.random() < 0.9)
    land, staff = ({one for one in firms if chance.random() < 0.9} for _ in range(2))
    whole = {"tax_per_mu": tax & land, "value_added_per_mu": added & land, "labour": added & staff, "tax": tax}
    places = sorted(set(where.values()) - {"-"})
    groups = {key: {n: frozenset(f for f in s if where[f] == key) for n, s in whole.items()} for key in places}
    return firms, whole, groups


def test_no_combination_of_what_is_told_is_the_figure_of_one_firm() -> None:
    chance, open_cases = random.Random(7), 0
    for _ in range(400):
        firms, whole, groups = region(chance)
        for column in ("tax", "value_added"):
            assert spanned(told(whole, groups, column), firms) == []
            everything = [one[name] for one in (whole, *groups.values()) for name in ADDED if ADDED[name] == column]
            open_cases += bool(spanned(everything, firms))
    assert open_cases > 300  # told without any rule, nearly all of them would give somebody away


def test_of_one_small_district_a_second_is_withheld_since_the_whole_is_told() -> None:
    groups = {
        key: {"tax": frozenset(f"{key}{one}" for one in range(many))}
        for key, many in zip("abc", (2, 5, 9), strict=True)
    }
    whole = {"tax": frozenset().union(*(one["tax"] for one in groups.values()))}
    assert withheld(whole, groups, ADDED) == {"a": {"tax"}, "b": {"tax"}, "c": frozenset()}


def test_firms_of_no_district_are_not_told_by_the_difference_either() -> None:
    groups = {key: {"tax": frozenset(f"{key}{one}" for one in range(4))} for key in "ab"}
    whole = {"tax": frozenset({"nowhere"}).union(*(one["tax"] for one in groups.values()))}
    assert withheld(whole, groups, ADDED) == {"a": {"tax"}, "b": frozenset()}


def test_where_everybody_is_in_a_large_group_everything_is_told() -> None:
    groups = {key: {"tax": frozenset(f"{key}{one}" for one in range(3))} for key in "ab"}
    whole = {"tax": frozenset().union(*(one["tax"] for one in groups.values()))}
    assert not any(withheld(whole, groups, ADDED).values())
