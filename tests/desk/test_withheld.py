"""What is told of groups and of their whole gives no firm away, whatever is added and subtracted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import combinations

import polars as pl
import pytest

from jiqun.desk.safety import Safety, is_dominated
from jiqun.desk.told_sums import ToldSums
from jiqun.desk.withheld import WHOLE, Figures, Told, withheld, withheld_sums

ADDED = {"tax_per_mu": "tax", "value_added_per_mu": "value_added", "labour": "value_added", "tax": "tax"}
_PRIME = 2_147_483_647


# --- the p%-rule, on the examples of the Handbook on Statistical Disclosure Control, 4.2.1


@pytest.mark.parametrize(
    ("contributions", "percent", "dominated"),
    [
        ((50_000, 49_000, 1_000), 10, True),  # example 1: the estimate 51,000 is 2 % too high
        ((52_000, 50_000, 8_000), 10, False),  # example 2: the estimate 60,000 is 15.4 % too high
        ((52_000, 50_000, 8_000), 16, True),
        ((300, 20, 10), 10, True),  # the cell of example 4: 310 for 300
        ((300, 20, 10), 3, False),
        ((9_900, *[2] * 50), 10, True),  # example 1d: one company has 99 %, fifty the rest
    ],
)
def test_the_rule_says_of_the_examples_of_the_handbook_what_the_handbook_says(contributions, percent, dominated):
    largest_first = map(Fraction, sorted(contributions, reverse=True))
    assert is_dominated(largest_first, Fraction(percent)) is dominated


def test_without_a_number_in_the_law_only_firms_are_counted_and_losses_count_by_their_size() -> None:
    amounts = {"tax": {"a": 300.0, "b": 20.0, "c": 10.0}}
    assert Safety(None, amounts).holds("tax", set("abc")) and not Safety(None, amounts).holds("tax", set("ab"))
    assert not Safety(Fraction(10), amounts).holds("tax", set("abc"))
    assert Safety(Fraction(10), {"tax": {"a": 300.0, "b": 50.0, "c": -40.0}}).holds("tax", set("abc"))
    both = Safety(Fraction(10), amounts | {"staff": {"a": 1.0, "b": 1.0, "c": 1.0}}, {"ratio": {"tax", "staff"}})
    assert not both.holds("ratio", set("abc")) and both.holds("staff", set("abc"))


def test_many_firms_are_judged_as_few_are() -> None:
    chance = random.Random(3)
    for _ in range(200):
        sizes = {f"f{at}": chance.lognormvariate(0, 4) for at in range(chance.randint(60, 70))}
        first, second, *rest = sorted(map(Fraction, sizes.values()), reverse=True)
        expected = not sum(rest) < first / 10
        decimal = Safety(Fraction(10), {"tax": sizes}).holds("tax", set(sizes))
        assert decimal is expected


# --- linear combinations


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


def said(told: Told, column: str, held: Mapping[tuple[str, str], frozenset[str]]) -> list[frozenset[str]]:
    names = [one for one in ADDED if ADDED[one] == column]
    return [
        figures[name] for where, figures in told.all() for name in names if name in figures and name not in held[where]
    ]


def region(chance: random.Random) -> tuple[list[str], Told, dict[str, dict[str, float]]]:
    """Make firms in districts, industries and overlapping clusters, or in none, of which some report this and some that."""
    firms = [f"f{one}" for one in range(chance.randint(3, 24))]
    tax = frozenset(one for one in firms if chance.random() < 0.9)
    added = frozenset(one for one in firms if chance.random() < 0.9)
    land, staff = ({one for one in firms if chance.random() < 0.9} for _ in range(2))
    whole = {"tax_per_mu": tax & land, "value_added_per_mu": added & land, "labour": added & staff, "tax": tax}
    groupings: dict[str, dict[str, Figures]] = {}
    for grouping, letters in (("district", "abcde-"), ("division", "vwxyz")):
        where = {one: chance.choice(letters) for one in firms}
        groupings[grouping] = {
            key: {n: frozenset(f for f in s if where[f] == key) for n, s in whole.items()}
            for key in sorted(set(where.values()) - {"-"})
        }
    clusters = {key: {one for one in firms if chance.random() < 0.5} for key in "pqr"}
    groupings["cluster"] = {key: {n: s & inside for n, s in whole.items()} for key, inside in clusters.items()}
    amounts = {
        column: {one: round(chance.lognormvariate(0, 1.5), 2) for one in firms} for column in ("tax", "value_added")
    }
    return firms, Told(whole, groupings, ADDED, frozenset({"cluster"}), Safety(Fraction(10), amounts)), amounts


def guessed(sums: list[frozenset[str]], amounts: Mapping[str, float]) -> list[tuple[frozenset[str], str]]:
    """Find who is guessed to within 10 % from one sum, or from two one of which holds the other, by whoever is in it."""
    ways = set(sums) | {
        larger - smaller for smaller, larger in combinations(sorted(sums, key=len), 2) if smaller < larger
    }
    found = []
    for way in ways - {frozenset()}:
        total = sum(Fraction(str(amounts[one])) for one in way)
        for firm in way:
            known = max((Fraction(str(amounts[one])) for one in way if one != firm), default=Fraction(0))
            own = Fraction(str(amounts[firm]))
            found += [(way, firm)] if total - known - own < own / 10 else []
    return found


def test_no_combination_of_what_is_told_is_the_figure_of_one_firm_and_no_difference_is_near_it() -> None:
    chance, open_cases, told_of = random.Random(7), 0, 0
    for _ in range(80):
        firms, told, amounts = region(chance)
        held = withheld(told)
        for column in ("tax", "value_added"):
            sums = said(told, column, held)
            assert spanned(sums, firms) == []
            assert guessed(sums, amounts[column]) == []
            everything = said(told, column, {where: frozenset() for where, _ in told.all()})
            open_cases += bool(spanned(everything, firms))
            told_of += len(sums)
    assert open_cases > 100  # told without any rule, nearly all of them would give somebody away
    assert told_of > 300  # and something is told nevertheless


def test_what_is_left_of_the_whole_beside_the_districts_told_is_safe_too() -> None:
    chance = random.Random(11)
    for _ in range(80):
        _, told, _ = region(chance)
        held = withheld(told)
        for grouping in ("district", "division"):
            for name in ("tax_per_mu", "value_added_per_mu"):
                told_ones = [
                    figures[name]
                    for key, figures in told.groupings[grouping].items()
                    if name not in held[grouping, key]
                ]
                left = told.whole[name].difference(*told_ones)
                assert name in held[WHOLE] or told.safety.holds(ADDED[name], left)


def test_an_industry_of_one_firm_in_a_district_is_not_worked_out_from_the_two_margins() -> None:
    """Two districts, two industries; one of the four cells is a single firm, and the others are told by nobody."""
    cells = {("a", "v"): 1, ("a", "w"): 4, ("b", "v"): 0, ("b", "w"): 5}
    firms = {cell: frozenset(f"{''.join(cell)}{one}" for one in range(many)) for cell, many in cells.items()}
    whole = {"tax": frozenset().union(*firms.values())}
    groupings = {
        name: {
            key: {"tax": frozenset().union(*(found for cell, found in firms.items() if cell[at] == key))}
            for key in keys
        }
        for at, (name, keys) in enumerate((("district", "ab"), ("division", "vw")))
    }
    held = withheld(Told(whole, groupings, ADDED))
    everybody = sorted(whole["tax"])
    assert spanned(said(Told(whole, groupings, ADDED), "tax", held), everybody) == []
    assert held["division", "v"] == held["division", "w"] == {"tax"} and not held["district", "a"]


def _apart(sizes: Mapping[str, int], nowhere: int = 0) -> Told:
    groups = {key: {"tax": frozenset(f"{key}{one}" for one in range(many))} for key, many in sizes.items()}
    rest = {f"nowhere{one}" for one in range(nowhere)}
    return Told({"tax": frozenset(rest).union(*(one["tax"] for one in groups.values()))}, {"district": groups}, ADDED)


@pytest.mark.parametrize(
    ("sizes", "nowhere", "expected"),
    [
        ({"a": 2, "b": 5, "c": 9}, 0, {"a", "b"}),  # of one small district a second is withheld: the whole is told
        ({"a": 4, "b": 4}, 1, {"a"}),  # firms of no district are not told by the difference either
        ({"a": 3, "b": 3}, 0, set()),  # where everybody is in a large group everything is told
    ],
)
def test_the_next_smallest_group_is_withheld_where_the_whole_less_the_rest_is_one_or_two_firms(
    sizes, nowhere, expected
):
    held = withheld(_apart(sizes, nowhere))
    assert {key for (grouping, key), names in held.items() if grouping and names} == expected


def test_a_district_that_one_firm_dominates_is_withheld_with_a_second_that_hides_it() -> None:
    firms = {"a": (1000.0, 5.0, 5.0, 5.0), "b": (60.0, 60.0, 60.0), "c": (70.0, 70.0, 70.0)}
    amounts = {f"{key}{at}": one for key, each in firms.items() for at, one in enumerate(each)}
    groups = {key: {"tax": frozenset(f"{key}{at}" for at in range(len(each)))} for key, each in firms.items()}
    whole = {"tax": frozenset(amounts)}
    held = withheld(Told(whole, {"district": groups}, ADDED, safety=Safety(Fraction(10), {"tax": amounts})))
    assert held["district", "a"] == held["district", "b"] == {"tax"} and not held["district", "c"]


def test_a_cluster_within_another_is_withheld_where_their_difference_is_one_firm() -> None:
    large, small = frozenset("abcdefgh"), frozenset("abcdefg")
    assert withheld_sums([small, large, frozenset("xyz")], "output", Safety()) == [True, False, False]
    told = ToldSums([large, small])
    assert told.tell(large) and not told.tell(small)


def test_amounts_are_read_of_above_scale_firms_of_the_year() -> None:
    from jiqun.desk.safety import contributions

    rows = pl.DataFrame(
        {
            "enterprise": ["a", "b", "a"],
            "year": [2024, 2024, 2023],
            "scale": ["above", "below", "above"],
            "tax": [1.5, 2.0, 3.0],
        }
    )
    assert contributions(rows, 2024, ["tax", "none"]) == {"tax": {"a": 1.5}}
