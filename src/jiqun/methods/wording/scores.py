"""Words for every score kind: as the rule says it, or with one subject's own numbers put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from jiqun.methods.wording.numbers import interval_text, number_text, share_text, written
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Cases, Count, Rank, Score
from jiqun.values import Unit, decimal_text, exact


def score_words(voice: Voice, path: str, item: str, score: Score) -> str:
    """Say how an item's points are made, with its bounds and its rule for missing values."""
    said = formula_words(voice, path, item, score)
    return voice.joined([said, *bound_words(voice, score), missing_words(voice, score)])


def bound_words(voice: Voice, score: Score) -> list[str]:
    """Say cap, floor and what a zero or negative value counts."""
    kinds = ("cap", "cap_times", "floor", "not_positive")
    return [
        voice.say(f"score.{kind}", number=written(getattr(score, kind)))
        for kind in kinds
        if getattr(score, kind) is not None
    ]


def missing_words(voice: Voice, score: Score) -> str:
    """Say what a missing value counts."""
    if score.choice is not None:
        return ""
    if score.missing in ("unknown", "cohort_mean_score"):
        said = voice.say(f"missing.{score.missing}")
    else:
        said = voice.say("missing.points", number=written(score.missing))
    clause = voice.clause(score.missing_clause)
    return said if clause is None else voice.say("missing.clause", said=said, clause=clause.clause)


def formula_words(voice: Voice, path: str, item: str, score: Score, numbers: Mapping[str, str] | None = None) -> str:
    """Say a score's formula; `numbers` are a subject's own: `measure`, and its benchmarks by name.

    Inputs of a flag's condition are said with `numbers` too where they hold any.
    """
    own = numbers or {}
    measure = own.get("measure", voice.label(voice.plan.measure_of(item, score)))
    weight = written(score.weight)

    def known(name: str) -> str:
        return own.get(name) or voice.benchmark_label(name)

    if score.ratio is not None:
        key = "score.ratio_reversed" if score.ratio.reversed else "score.ratio"
        key += "_alone" if exact(score.weight) == 1 else ""
        said = voice.say(key, measure=measure, benchmark=known(score.ratio.to), weight=weight)
        least = score.ratio.least
        return said if least is None else voice.joined([said, voice.say("score.least", share=share_text(least))])
    if score.around is not None:
        zero_at = written(score.around.zero_at)
        return voice.say(
            "score.around", measure=measure, benchmark=known(score.around.benchmark), zero_at=zero_at, weight=weight
        )
    if score.between is not None:
        return _between(voice, score, measure, known(score.between.low), known(score.between.high))
    if score.efficacy is not None:
        standards = voice.listed(
            voice.say("score.standard", standard=known(standard), coefficient=coefficient)
            for standard, coefficient in zip(score.efficacy.standards, score.efficacy.coefficients, strict=True)
        )
        below = score.efficacy.below
        return voice.say("score.efficacy", measure=measure, standards=standards, below=below, weight=weight)
    return _without_benchmark(voice, path, item, score, measure)


def _between(voice: Voice, score: Score, measure: str, low: str, high: str) -> str:
    between = score.between
    assert between is not None
    span = decimal_text(exact(between.end) - exact(between.start))
    whole = exact(between.start) == 0 and exact(span) == 100
    said = voice.say(
        "score.between_whole" if whole else "score.between",
        weight=written(score.weight),
        start=between.start,
        span=span,
        measure=measure,
        low=low,
        high=high,
    )
    clamp = voice.say("score.clamp") if between.clamp else ""
    below = ""
    if between.below is not None:
        none = exact(between.below) == 0
        below = voice.say("score.below_none" if none else "score.below", low=low, below=between.below)
    flat = "" if between.flat is None else voice.say("score.flat", flat=between.flat)
    return voice.joined([said, clamp, below, flat])


def _without_benchmark(voice: Voice, path: str, item: str, score: Score, measure: str) -> str:
    if score.bands is not None:
        return voice.say("score.bands", measure=measure, bands=_bands(voice, item, score))
    if score.rank is not None:
        return _rank(voice, score.rank, exact(score.weight), measure)
    if score.count is not None:
        return _count(voice, score.count, voice.unit(voice.plan.measure_of(item, score)), measure)
    if score.options is not None:
        return _options(voice, score, measure, voice.plan.measure_of(item, score))
    if score.flag is not None:
        where = voice.formula(f"{path}.flag.where")
        return voice.say("score.flag", where=where, points=score.flag.points, otherwise=score.flag.otherwise)
    if score.cases is not None:
        return _cases(voice, path, score.cases)
    if score.choice is not None:
        return _choice(voice, path, score)
    if exact(score.weight) == 100:
        return voice.say("score.value_whole", measure=measure)
    unit = voice.unit(voice.plan.measure_of(item, score))
    share = unit is not None and unit.symbol == "%"
    if share and measure[:1].isdigit():  # a subject's own number is said without its unit
        measure += "%"
    return voice.say("score.value_share" if share else "score.value", measure=measure, weight=written(score.weight))


def _rank(voice: Voice, rank: Rank, weight: Fraction, measure: str) -> str:
    said: dict[str, object] = {
        "measure": measure,
        "over": voice.listed(voice.group_label(name) for name in rank.over),
        "order": voice.say(f"order.{rank.order}"),
    }
    points = number_text(weight)
    if rank.places:
        places = voice.listed(_places(voice, rank.places))
        return voice.say("score.rank_places", places=places, beyond=written(rank.beyond), **said)
    if rank.step is not None:
        return voice.say("score.rank_step", weight=points, step=written(rank.step), **said)
    if rank.by_count:
        return voice.say("score.rank_by_count", weight=points, **said)
    last = weight * exact(rank.last) / 100
    if last:
        return voice.say("score.rank_last", weight=points, last=number_text(last), **said)
    return voice.say("score.rank", weight=points, **said)


def _places(voice: Voice, places: Sequence[str]) -> Iterator[str]:
    """Say the points of places, those with the same points behind each other together."""
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or exact(places[at]) != exact(places[start]):
            points = written(places[start])
            if at == start + 1:
                yield voice.say("score.rank_place", place=at, points=points)
            else:
                yield voice.say("score.rank_span", place=start + 1, last=at, points=points)
            start = at


def _count(voice: Voice, count: Count, unit: Unit | None, measure: str) -> str:
    counted = unit if unit is not None and unit.powers else Unit.parse("个")  # a pure number counts things
    each, start = exact(count.each), exact(count.start)
    one = exact(count.every) == 1
    every = counted.single(voice.language) if one else counted.behind(count.every, voice.language)
    if each < 0:
        key = "score.count_lost_one" if one else "score.count_lost"
        said = voice.say(key, measure=measure, every=every, each=number_text(-each), start=number_text(start))
    else:
        key = "score.count_one" if one else "score.count"
        said = voice.say(key, measure=measure, every=every, each=count.each)
        said = said if start == 0 else voice.say("score.count_start", start=number_text(start), said=said)
    return said + ("" if count.cap is None else voice.say("score.count_cap", cap=count.cap))


def _bands(voice: Voice, item: str, score: Score) -> str:
    unit = voice.unit(voice.plan.measure_of(item, score))
    return voice.joined(
        voice.say(
            "score.band",
            interval=interval_text(band.at_least, band.more_than, band.at_most, band.less_than, voice.language, unit),
            points=written(band.points),
        )
        for band in score.bands or ()
    )


def _cases(voice: Voice, path: str, cases: Cases) -> str:
    each = [
        voice.say(
            "score.case",
            where=voice.pick(case.title, case.title_en) or voice.formula(f"{path}.cases.of.{index}.where"),
            points=written(case.points),
        )
        for index, case in enumerate(cases.of)
    ]
    return voice.joined([*each, voice.say("score.case_otherwise", points=written(cases.otherwise))])


def _options(voice: Voice, score: Score, measure: str, column: str) -> str:
    options = score.options
    assert options is not None
    titles = dict(voice.categories(column))
    each = voice.listed(
        voice.say("score.option", option=titles.get(name, name), points=written(points))
        for name, points in options.points.items()
    )
    if not voice.holds_several(column):
        return voice.say("score.options_one", measure=measure, options=each)
    said = voice.say("score.options", measure=measure, options=each)
    said += "" if options.cap is None else voice.say("score.count_cap", cap=options.cap)
    return said + (voice.say("score.zeroing", options=voice.listed(options.zeroing)) if options.zeroing else "")


def _choice(voice: Voice, path: str, score: Score) -> str:
    choice = score.choice
    assert choice is not None
    titles = dict(voice.categories(choice.by))
    join = voice.say("clauses_join")
    said = {
        name: score_words(voice, f"{path}.choice.options.{name}", name, inner).split(join)
        for name, inner in choice.options.items()
    }
    same = common_end(list(said.values()))
    parts = []
    for name, clauses in said.items():
        option = titles.get(name, name)
        words = join.join(clauses[: len(clauses) - same]).removeprefix(option + voice.say("colon"))
        parts.append(voice.say("score.choice_option", option=option, words=words))
    shared = next(iter(said.values()))[-same:] if same else []
    return voice.say("score.choice", by=voice.label(choice.by), options=voice.joined([*parts, *shared]))


def common_end(clauses: Sequence[Sequence[str]]) -> int:
    """How many clauses at the end are the same for all of several items; each keeps one of its own."""
    if len(clauses) < 2:
        return 0
    most = min(len(one) for one in clauses) - 1
    ends = list(zip(*(reversed(one) for one in clauses), strict=False))[:most]
    return next((place for place, end in enumerate(ends) if len(set(end)) > 1), len(ends))
