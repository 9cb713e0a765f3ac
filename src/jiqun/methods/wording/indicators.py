"""The indicators of a rule as a table: what is computed, its weight, what it is held against, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from jiqun.methods.compiling.full_points import most_points
from jiqun.methods.wording.figures import benchmark_words, benchmarks_of
from jiqun.methods.wording.scores import bound_words, formula_words, missing_words
from jiqun.methods.wording.tree import shares_in_total
from jiqun.methods.wording.voice import ClauseText, Voice
from jiqun.packs.certainty import certainty
from jiqun.packs.models.base import Completeness
from jiqun.packs.models.method import ALL, Score
from jiqun.values import decimal_text, half_up, unit_said

BIRTHS: tuple[Completeness, ...] = ("complete", "partial", "illustrative")  # the surest first


@dataclass(frozen=True)
class Held:
    """What an indicator is held against, in words, and how sure the number is (complete, partial, illustrative).

    `clause` is what it stands in where that is another clause than the indicator's; `clause_text` is None without one.
    """

    words: str
    birth: str
    clause: str | None
    clause_text: ClauseText | None


@dataclass(frozen=True)
class Indicator:
    """One row: the measure in words with its unit, the weight or share, points in words, and where it stands.

    `direction` is higher or lower (what gives more points) where the kind of score says so, else empty. `clause` is as
    written in the rule; `completeness` says how sure it is where that is not said by its having a clause.
    """

    item: str
    title: str
    formula: str
    unit: str
    digits: str
    weight: str
    held: tuple[Held, ...]
    direction: str
    points: str
    bounds: tuple[str, ...]
    missing: str
    clause: str | None
    clause_text: ClauseText | None
    completeness: Completeness | None
    birth: Completeness


@dataclass(frozen=True)
class Group:
    """The indicators of a population; `sum` of their full points where these are added up, else shares of the total."""

    key: str
    heading: str
    indicators: tuple[Indicator, ...]
    is_share: bool
    sum: str


def birth(voice: Voice, clause: str | None, completeness: Completeness | None = None) -> Completeness:
    """Say how sure a part of a rule is (see `packs.certainty`); nothing of an illustrative rule is more than that."""
    method = voice.plan.method
    own = "illustrative" if method.completeness == "illustrative" else completeness
    return own if own == "complete" else certainty(voice.book, method.document, clause, own)


def indicator_groups(voice: Voice) -> Iterator[Group]:
    """Give the indicators of every population that has its own, in the order of the rule."""
    for key, scores in voice.plan.method.scores.items():
        inside = key if key != ALL else next(iter(voice.plan.method.populations))
        shares = shares_in_total(voice.plan, inside)
        points = {item: most_points(score) for item, score in scores.items()}
        weights = {
            item: _points_text(most) if shares is None else _per_cent(shares.get(item)) for item, most in points.items()
        }
        rows = tuple(_indicator(voice, key, item, score, weights[item]) for item, score in scores.items())
        summed = ""
        if shares is None and None not in points.values():
            summed = decimal_text(sum((one for one in points.values() if one is not None), Fraction(0)))
        heading = voice.say("rule.all_populations") if key == ALL else voice.population_title(key)
        yield Group(key, heading, rows, shares is not None, summed)


def _indicator(voice: Voice, key: str, item: str, score: Score, weight: str) -> Indicator:
    method = voice.plan.method
    name = voice.plan.measure_of(item, score)
    measure = method.measures.get(name)
    formula, unit, digits = voice.say("rule.see_points"), "", ""
    if measure is not None:
        formula = voice.formula(f"measures.{name}.formula")
        unit, digits = unit_said(measure.unit, voice.language), str(measure.digits)
    elif name in method.prepared:
        one = method.prepared[name]
        formula = voice.say("rule.see_prepared", measure=voice.label(one.measure))
        digits = str(one.digits)
    clause = score.clause or (measure.clause if measure is not None else None)
    names = benchmarks_of(score)
    sure: Completeness | None = score.completeness or (
        "illustrative" if any(_is_guess(voice, one) for one in names) else None
    )
    return Indicator(
        item=item,
        title=voice.score_title(item),
        formula=formula,
        unit=unit,
        digits=digits,
        weight=weight,
        held=tuple(_held(voice, one, clause, named=len(names) > 1) for one in names),
        direction=_direction(voice, score),
        points=formula_words(voice, f"scores.{key}.{item}", item, score),
        bounds=tuple(bound_words(voice, score)),
        missing=missing_words(voice, score),
        clause=clause,
        clause_text=voice.clause(clause),
        completeness=sure,
        birth=birth(voice, clause, sure),
    )


def _held(voice: Voice, name: str, clause: str | None, *, named: bool) -> Held:
    """Say a benchmark; one of several by its title too, and its own clause where that is not the indicator's."""
    own = voice.plan.method.benchmarks[name].clause
    own = None if own == clause else own
    said = benchmark_words(voice, name)
    words = f"{voice.benchmark_label(name)}{voice.say('colon')}{said}" if named else said
    return Held(words, held_birth(voice, name), own, voice.clause(own))


def held_birth(voice: Voice, name: str) -> Completeness:
    """How sure what a measure is held against is: its number, the least sure of a table's, or how it is made."""
    one, fixed = voice.plan.method.benchmarks[name], voice.plan.fixed.get(name)
    if fixed is not None:
        return fixed.completeness
    if one.lookup is not None:
        return max((each.completeness for each in voice.plan.lookups[name].values()), key=BIRTHS.index)
    return birth(voice, one.clause)


def _is_guess(voice: Voice, name: str) -> bool:
    return name in voice.plan.fixed and voice.plan.fixed[name].completeness == "illustrative"


def _direction(voice: Voice, score: Score) -> str:
    """What gives more points: in a ratio, up to a count and by rank as they say, between fixed ends as these lie."""
    if score.ratio is not None:
        return "lower" if score.ratio.reversed else "higher"
    if score.rank is not None:
        return "lower" if score.rank.order == "ascending" else "higher"
    if score.between is not None:
        ends = [voice.plan.fixed.get(one) for one in (score.between.low, score.between.high)]
        if ends[0] is not None and ends[1] is not None:
            return "higher" if ends[0].value <= ends[1].value else "lower"
    return "higher" if score.count is not None or score.value else ""


def _points_text(most: Fraction | None) -> str:
    return "" if most is None else decimal_text(most)


def _per_cent(share: Fraction | None) -> str:
    return "" if share is None else f"{decimal_text(half_up(share * 100, 2))}%"
