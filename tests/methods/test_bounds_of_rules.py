"""Places, bounds, budgets and references that mean nothing are refused where the rule is read."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from jiqun.methods.columns.quota import class_sizes
from jiqun.packs.models.method import Entitlement, Grade, PrepareStep, Quota, Statistic

SHARES = {"A": "0.1", "B": "0.5", "C": "0.4"}


@pytest.mark.parametrize(
    ("quota", "number", "sizes"),
    [
        ({"shares": SHARES, "least": {"A": 3}}, 10, (3, 3, 4)),  # B still ends at 60 % of the pool
        ({"shares": SHARES, "most": {"A": 5}}, 100, (5, 55, 40)),
        ({"shares": SHARES, "least": {"A": 30}}, 10, (10, 0, 0)),  # not more than there are
        ({"places": {"A": 2}, "counting": "each", "rest": "B"}, 10, (2, 8)),
        ({"places": {"A": 2}, "counting": "each", "rest": "B"}, 1, (1, 0)),
        ({"shares": {"A": "0.2", "C": "0.05"}, "least": {"C": 1}, "counting": "each", "rest": "B"}, 5, (1, 3, 1)),
    ],
)
def test_places_and_bounds_come_before_shares(quota, number, sizes):
    assert class_sizes(Quota(**quota), "ABC", number, number) == sizes


@pytest.mark.parametrize(
    ("model", "written", "said"),
    [
        (Quota, {"shares": SHARES, "least": {"A": 5}, "most": {"A": 3}}, "not above most"),
        (Quota, {"shares": SHARES, "places": {"A": 3}}, "either a share or places"),
        (Quota, {"shares": SHARES, "least": {"D": 3}}, "classes with a share"),
        (Quota, {"shares": SHARES, "least": {"A": -1}}, "not negative"),
        (Quota, {"shares": SHARES, "least": {"A": 1}, "rounding": "largest_remainder"}, "largest_remainder"),
        (Grade, {"classes": tuple("ABC"), "quota": {"shares": SHARES, "least": {"C": 1}}}, "takes the rest"),
        (Entitlement, {"title": "补助", "budget": {"amount": "100"}}, "needs an amount"),
        (Statistic, {"measure": "m", "take": "sum", "without_lowest": "0.1"}, "leaves nobody out"),
        (
            Statistic,
            {"measure": "m", "take": "sum", "without_beyond": {"of": "median", "times": 3}},
            "leaves nobody out",
        ),
        (Statistic, {"measure": "m", "take": "mean", "without_beyond": {"of": "median", "times": 0}}, "above 0"),
        (
            Statistic,
            {"measure": "m", "take": "mean", "without_lowest": "0.1", "without_beyond": {"of": "median", "times": 3}},
            "by share",
        ),
        (Statistic, {"measure": "m", "take": "mean", "without_lowest": "1"}, "below 1"),
        (PrepareStep, {"normalise": "distance_to_reference"}, "names a reference"),
        (PrepareStep, {"normalise": "min_max", "reference": "mean"}, "names a reference"),
    ],
)
def test_what_contradicts_itself_is_refused(model, written, said):
    with pytest.raises(ValidationError, match=said):
        model.model_validate(written)
