"""Gaps and overlaps of intervals against counting point by point."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.packs import WHOLE_LINE, Interval, gaps_and_overlaps

# every whole number and the middle between two neighbours: enough to meet every piece of such intervals
POINTS = [Fraction(number, 2) for number in range(-3, 24)]


@st.composite
def _intervals(draw: st.DrawFn) -> Interval:
    low, high = draw(st.integers(0, 10)), draw(st.integers(0, 10))
    start = draw(st.sampled_from([{}, {"at_least": Fraction(low)}, {"more_than": Fraction(low)}]))
    end = draw(st.sampled_from([{}, {"at_most": Fraction(high)}, {"less_than": Fraction(high)}]))
    return Interval.between(**start, **end)


@given(st.lists(_intervals(), max_size=6), _intervals())
def test_gaps_hold_exactly_the_points_of_the_range_in_no_interval(intervals: list[Interval], over: Interval) -> None:
    found = gaps_and_overlaps(intervals, over)
    for point in POINTS:
        left_out = over.contains(point) and not any(one.contains(point) for one in intervals)
        assert any(gap.contains(point) for gap in found.gaps) == left_out


@given(st.lists(_intervals(), max_size=6))
def test_overlaps_name_exactly_the_pairs_with_a_common_point(intervals: list[Interval]) -> None:
    found = {(one.first, one.second) for one in gaps_and_overlaps(intervals).overlaps}
    pairs = {
        (first, second)
        for second in range(len(intervals))
        for first in range(second)
        if any(intervals[first].contains(point) and intervals[second].contains(point) for point in POINTS)
    }
    assert found == pairs


def test_the_published_rd_bands_of_the_innovative_sme_cover_the_line_once() -> None:
    # 工信部企业〔2022〕63号 附件1 item 2: ≥5 % · 3–5 · 2–3 · 1–2 · <1, a boundary takes the higher band
    cuts = [Fraction(number, 100) for number in (1, 2, 3, 5)]
    bands = [Interval.between(less_than=cuts[0]), Interval.between(at_least=cuts[3])]
    bands += [Interval.between(at_least=low, less_than=high) for low, high in zip(cuts, cuts[1:], strict=False)]
    found = gaps_and_overlaps(bands)
    assert found.gaps == () and found.overlaps == ()


def test_a_band_open_at_both_sides_of_a_cut_leaves_the_cut_out() -> None:
    found = gaps_and_overlaps([Interval.between(less_than=Fraction(60)), Interval.between(more_than=Fraction(60))])
    assert [str(gap) for gap in found.gaps] == ["[60, 60]"]


def test_nothing_leaves_the_whole_line() -> None:
    assert gaps_and_overlaps([]).gaps == (WHOLE_LINE,)


@pytest.mark.parametrize(
    "ends", [{"more_than": Fraction(5), "at_most": Fraction(5)}, {"at_least": Fraction(5), "less_than": Fraction(5)}]
)
def test_an_interval_without_a_point_is_empty(ends: dict[str, Fraction]) -> None:
    assert Interval.between(**ends).is_empty
