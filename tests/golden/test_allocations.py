"""Places and money shared out: results of elections and apportionments, and a second way to reckon written in plain Python.

What is compared with plain Python here was not written from the code: a walk down the ranking, an envelope emptied in turn.
"""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.golden.published import evaluated, measures, scores

# Apportionment of 120 seats to the population of the census of 1790 by largest remainders (Hamilton), as passed by Congress
# in March 1792 and vetoed by Washington; Balinski and Young, Fair Representation (1982)
HAMILTON = """
Virginia 630560 21
Massachusetts 475327 16
Pennsylvania 432879 14
NorthCarolina 353523 12
NewYork 331589 11
Maryland 278514 9
Connecticut 236841 8
SouthCarolina 206236 7
NewJersey 179570 6
NewHampshire 141822 5
Vermont 85533 3
Georgia 70835 2
Kentucky 68705 2
RhodeIsland 68446 2
Delaware 55540 2
"""


def _shares(people):
    """Shares with fifteen decimals that make one."""
    total = sum(people.values())
    made = {name: (Decimal(count) / total).quantize(Decimal("1e-15")) for name, count in people.items()}
    first = next(iter(made))
    made[first] += 1 - sum(made.values())
    return {name: str(share) for name, share in made.items()}


def test_classes_by_largest_remainders_are_the_seats_of_the_bill_of_1792():
    rows = [line.split() for line in HAMILTON.strip().splitlines()]
    states = {name: int(count) for name, count, _ in rows}
    quota = {"shares": _shares(states), "rounding": "largest_remainder"}
    sections = {
        "measures": measures(["points"], 0),
        "scores": scores(["points"], 0),
        "totals": {"all": {"digits": 0}},
        "grades": {"all": {"classes": list(states), "quota": quota}},
    }
    found = evaluated(sections, ["points"], [[f"seat-{place:03d}", str(place)] for place in range(120)])
    seats = {state: sum(row["grade"] == state for row in found.values()) for state in states}
    assert seats == {name: int(count) for name, _, count in rows}


def test_the_greatest_quotients_take_the_seats_as_d_hondt_has_them():
    """100 000, 80 000, 30 000 and 20 000 votes for eight seats: 4, 3, 1 and none (the example of most text books)."""
    votes = {"A": 100000, "B": 80000, "C": 30000, "D": 20000}
    rows = [[f"{party}{by}", str(count), str(by)] for party, count in votes.items() for by in range(1, 9)]
    sections = {
        "measures": {"quotient": {"title": "商", "formula": "votes / divisor", "digits": 6}},
        "scores": {"all": {"quotient": {"digits": 6, "value": True}}},
        "totals": {"all": {"digits": 6}},
        "grades": {"all": {"classes": ["seat", "none"], "quota": {"places": {"seat": 8}, "shares": {"none": "1"}}}},
    }
    found = evaluated(sections, ["votes", "divisor"], rows)
    seats = {party: sum(row["grade"] == "seat" for name, row in found.items() if name[0] == party) for party in votes}
    assert seats == {"A": 4, "B": 3, "C": 1, "D": 0}


# --- at most so many of one group


def _walked(firms, shares, most):
    """Down the ranking class by class: who would be one too many of its group waits, and its place goes to the next."""
    waiting = sorted(firms, key=lambda firm: -firm[1])
    grades, given, reached = {}, 0, Fraction(0)
    for name, share in shares.items():
        reached += Fraction(share)
        places = int(reached * len(firms) + Fraction(1, 2)) - given
        taken: dict[str, int] = {}
        left = []
        for firm, points, group in waiting:
            is_full = name in most and group is not None and taken.get(group, 0) >= most[name]
            if places == 0 or is_full:
                left.append((firm, points, group))
                continue
            grades[firm] = name
            places, given = places - 1, given + 1
            taken[group] = taken.get(group, 0) + 1
        waiting = left
    return grades


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_places_that_a_group_may_not_take_go_on_as_on_paper(engine):
    """Thirty regions of up to sixty firms with points all different; some firms belong to no group."""
    shares, most = {"A": "0.2", "B": "0.4", "C": "0.4"}, {"A": 2, "B": 3}
    draw = random.Random(20241128)
    firms, walked = [], {}
    for region in range(30):
        count = draw.randint(3, 60)
        points = draw.sample(range(1000), count)
        own = [(f"{region}-{place}", points[place], draw.choice(["g1", "g2", "g3", None])) for place in range(count)]
        walked |= _walked(own, shares, most)
        firms += [[name, str(value), f"r{region}", group and f"{region}{group}"] for name, value, group in own]
    quota = {"shares": shares, "pools": ["region"], "per_group": {"by": "district", "most": most}}
    sections = {
        "measures": measures(["points"], 0),
        "scores": scores(["points"], 0),
        "totals": {"all": {"digits": 0}},
        "grades": {"all": {"classes": list(shares), "quota": quota}},
    }
    found = evaluated(sections, ["points", "region", "district"], firms, engine, texts=("region", "district"))
    assert {name: row["grade"] for name, row in found.items()} == {name: walked.get(name) for name in found}


# --- one budget for several kinds of aid


def _emptied(claims, budget, kinds):
    """An envelope for each region: first all of the first kind by points, then the second; the last gets what is left."""
    paid = {}
    for region in {one["region"] for one in claims}:
        left = budget
        for kind in kinds:
            own = [one for one in claims if one["region"] == region and one[kind] > 0]
            for one in sorted(own, key=lambda one: -one["points"]):
                paid[one["name"], kind] = min(one[kind], left)
                left -= paid[one["name"], kind]
    return paid


def test_one_budget_served_kind_by_kind_is_emptied_as_on_paper():
    draw = random.Random(7)
    points = draw.sample(range(1000), 200)
    claims = [
        {"name": f"f{at}", "region": f"r{draw.randint(1, 6)}", "points": points[at], "award": draw.choice([0, 20, 50]), "upgrade": draw.choice([0, 5, 130])}
        for at in range(200)
    ]  # fmt: skip
    paid = _emptied(claims, 900, ("award", "upgrade"))
    budget = {"title": "资金", "of": ["award", "upgrade"], "amount": "900", "over": ["region"], "kinds": "in_turn"}
    sections = {
        "measures": measures(["points"], 0),
        "scores": scores(["points"], 0),
        "totals": {"all": {"digits": 0}},
        "grades": {"all": {"classes": ["甲"], "cuts": [{"grade": "甲", "at_least": "0"}]}},
        "entitlements": {
            kind: {
                "title": kind,
                "grades": ["甲"],
                "where": f"{kind}_asked > 0",
                "amount": f"{kind}_asked",
                "digits": 0,
            }
            for kind in ("award", "upgrade")
        },
        "budgets": {"year": budget | {"cut": "in_order", "order": ["total"]}},
    }
    columns = ("points", "region", "award_asked", "upgrade_asked")
    rows = [[one["name"], *(str(one[key]) for key in ("points", "region", "award", "upgrade"))] for one in claims]
    found = evaluated(sections, columns, rows, texts=("region",))
    made = {
        (name, kind): row[f"entitlement__{kind}"]
        for name, row in found.items()
        for kind in ("award", "upgrade")
        if row[f"entitlement__{kind}__state"] == "applies"
    }
    assert made == paid
    assert len({value for key, value in paid.items() if key[1] == "upgrade"}) > 3  # in full, in part and nothing
