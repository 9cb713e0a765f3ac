"""Class sizes of a quota: published counts, and pools so small that other systems get them wrong."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.methods.columns.quota import class_sizes
from jiqun.methods.exact.quota import class_sizes as exact_sizes
from jiqun.packs.models.method import Quota

JINING = {"A": "0.2", "B": "0.4", "C": "0.35", "D": "0.05"}
TONGLING = {"A": "0.2", "B": "0.45", "C": "0.3", "D": "0.05"}


def sizes(shares, number, candidates=None, **rule):
    return class_sizes(
        Quota(shares=shares, **rule), tuple(shares), number, number if candidates is None else candidates
    )


def test_jining_2023_below_scale_of_100_firms_is_20_40_35_5():
    assert sizes(JINING, 100) == (20, 40, 35, 5)


def test_jining_2023_above_scale_takes_shares_of_275_with_the_10_ungraded_counted():
    """A 55 and D 14 are published; B 97, C 99 follow from 100 and 96 by three moves (reading in METHODS §5.2)."""
    counted = sizes(JINING, 275, 265, counting="each", rest="B", denominator="scored")
    assert counted == (55, 100, 96, 14)
    a, b, c, d = counted
    assert (a, b - 3, c + 3, d, 275 - sum(counted)) == (55, 97, 99, 14, 10)


def test_tongling_2021_of_755_firms_is_151_340_226_38_before_the_moves():
    """755 × 0.45 = 339.75, 755 × 0.3 = 226.5, 755 × 0.05 = 37.75: each class half-up adds up to 756, so C takes the rest."""
    assert sizes(TONGLING, 755, counting="each", rest="C") == (151, 340, 226, 38)
    assert sizes(TONGLING, 755) == (151, 340, 226, 38)


def test_wanzhou_2024_has_30_84_30_12_of_the_156_graded_and_14_more_are_only_scored():
    """The published shares of 156 are 19.2/53.8/19.2/7.7 %, so the 14 scored but not graded stand outside N."""
    rule = {"A": "0.192308", "B": "0.538461", "C": "0.192308", "D": "0.076923"}
    assert sizes(rule, 156) == (30, 84, 30, 12)
    assert sum(sizes(rule, 170, 156, denominator="scored")) + 14 == 170
    assert sizes(rule, 170, 156, denominator="scored")[0] == 33


def test_the_bottom_class_of_one_unit_is_given_only_if_the_rule_rounds_it_up():
    """A peer's grading does floor(20 %) A, floor(30 %) B, ceil(5 %) D, rest C and gives a single unit D."""
    peer = {"A": "0.2", "B": "0.3", "C": "0.45", "D": "0.05"}
    as_peer = {"counting": "each", "rest": "C", "class_rounding": {"A": "floor", "B": "floor", "D": "ceil"}}
    assert sizes(peer, 1, **as_peer) == (0, 0, 0, 1)
    assert sizes(peer, 2, **as_peer) == (0, 0, 1, 1)
    assert sizes(peer, 1, counting="each", rest="C") == (0, 0, 1, 0)
    assert sizes(peer, 1) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, (0, 0, 0, 0)), (1, (0, 1, 0, 0)), (2, (0, 1, 1, 0)), (3, (1, 1, 1, 0)), (4, (1, 1, 2, 0)),
        (5, (1, 2, 2, 0)), (6, (1, 3, 2, 0)), (7, (1, 3, 3, 0)), (10, (2, 4, 4, 0)), (11, (2, 5, 3, 1)),
    ],
)  # fmt: skip
def test_small_pools_by_cumulative_counts(number, expected):
    """K_A = round(0.2 N), K_AB = round(0.6 N), K_ABC = round(0.95 N), half-up: N = 10 gives K_ABC = 9.5 → 10."""
    assert sizes(JINING, number) == expected


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [("half_up", (1, 3, 3, 0)), ("floor", (1, 3, 2, 1)), ("ceil", (2, 3, 2, 0)), ("largest_remainder", (1, 3, 3, 0))],
)
def test_every_rounding_of_seven_units(rounding, expected):
    """Cumulative 1.4, 4.2, 6.65; by class 1.4, 2.8, 2.45, 0.35, so the largest remainders are B's and C's."""
    assert sizes(JINING, 7, rounding=rounding) == expected


def test_equal_remainders_go_to_the_better_class():
    quarters = dict.fromkeys("ABCD", "0.25")
    assert sizes(quarters, 6, rounding="largest_remainder") == (2, 2, 1, 1)


def test_a_share_that_floats_get_wrong_is_exact():
    """0.29 × 50 is 14.5 and rounds to 15; in floats it is 14.499999999999998."""
    assert 0.29 * 50 < 14.5
    assert sizes({"A": "0.29", "B": "0.71"}, 50) == (15, 35)


def test_rounding_up_everything_never_hands_out_more_places_than_there_are():
    shares = {"A": "0.4", "B": "0.3", "C": "0.3"}
    assert sizes(shares, 1, counting="each", rest="C", rounding="ceil") == (1, 0, 0)
    assert sizes(shares, 2, counting="each", rest="B", rounding="ceil") == (1, 0, 1)
    assert sizes(shares, 4, 2, counting="each", rest="C", denominator="evaluated") == (2, 0, 0)


RULES = [
    {"counting": "cumulative", "rounding": rounding} for rounding in ("half_up", "floor", "ceil", "largest_remainder")
] + [
    {"counting": "each", "rounding": rounding, "rest": rest}
    for rounding, rest in itertools.product(("half_up", "floor", "ceil"), "ABCD")
]


@given(
    cuts=st.lists(st.integers(0, 1000), min_size=3, max_size=3).map(sorted),
    candidates=st.integers(0, 400),
    others=st.integers(0, 40),
    rule=st.sampled_from(RULES),
)
def test_sizes_add_up_and_equal_the_exact_evaluator(cuts, candidates, others, rule):
    edges = [0, *cuts, 1000]
    parts = [f"{(high - low) / 1000:.3f}" for low, high in itertools.pairwise(edges)]
    quota = Quota(shares=dict(zip("ABCD", parts, strict=True)), **rule)
    found = class_sizes(quota, "ABCD", candidates + others, candidates)
    assert sum(found) == candidates and min(found) >= 0
    assert found == tuple(exact_sizes(quota, "ABCD", candidates + others, candidates).values())
