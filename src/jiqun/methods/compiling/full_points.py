"""How many points fully earn an item: what a rule's table of indicators prints and its weights must add up to."""

from __future__ import annotations

from fractions import Fraction

from jiqun.packs.models.method import Score
from jiqun.values import exact

WEIGHTED = ("ratio", "around", "between", "efficacy", "rank", "value")


def most_points(score: Score) -> Fraction | None:
    """The points of an item that fully earns them, those above its weight apart; None where there is no such number."""
    if score.kind in WEIGHTED and score.kind != "value" and score.cap is not None:
        return min(exact(score.cap), exact(score.weight))
    if score.cap is not None:
        return exact(score.cap)
    if score.rank is not None and score.rank.places:
        return max(exact(points) for points in score.rank.places)
    if score.kind in WEIGHTED:
        return exact(score.weight)
    if score.cases is not None:
        return max(exact(text) for text in (score.cases.otherwise, *(case.points for case in score.cases.of)))
    if score.bands is not None:
        return max(exact(band.points) for band in score.bands)
    if score.flag is not None:
        return max(exact(score.flag.points), exact(score.flag.otherwise))
    if score.count is not None:
        if score.count.cap is not None:
            return exact(score.count.cap)
        return exact(score.count.start) if exact(score.count.each) < 0 else None
    if score.options is not None:
        together = sum((exact(points) for points in score.options.points.values()), Fraction(0))
        return together if score.options.cap is None else exact(score.options.cap)
    options = [most_points(one) for one in score.choice.options.values()] if score.choice is not None else []
    known = [one for one in options if one is not None]
    return max(known) if known else None
