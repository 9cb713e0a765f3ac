"""Words for inputs, measures, treatments and benchmarks."""

from __future__ import annotations

from jiqun.expressions import NumberType
from jiqun.methods.columns.in_a_row import dated_by, unit_of
from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.numbers import benchmark_names
from jiqun.methods.wording.numbers import number_text, share_text, with_unit, written
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Input, PrepareStep, Repeats, Rollup, Score, Statistic
from jiqun.values import exact


def input_words(voice: Voice, name: str) -> str:
    """Say where an input comes from."""
    one = voice.plan.method.inputs[name]
    said = _source(voice, name, one)
    if one.if_missing is not None:
        return voice.say("input.if_missing", source=said, stated=stated_text(voice, name, one.if_missing))
    return said


def stated_text(voice: Voice, name: str, stated: str | bool) -> str:
    """Write what a rule states in place of a missing value: a number with its unit, a text or day, yes or no."""
    if isinstance(stated, bool):
        return voice.say("quoted", word=voice.say("truth.yes" if stated else "truth.no"))
    if not isinstance(voice.plan.names.get(name), NumberType):
        return voice.say("quoted", word=voice.coded(name, stated))
    return with_unit(written(stated), voice.unit(name), voice.language)


def _source(voice: Voice, name: str, one: Input) -> str:
    if one.column is not None:
        table, column = split_column(one.column, voice.plan.method.evaluates.table)
        said = voice.say("input.column", table=voice.table(table), column=column_label(voice, table, column))
        return voice.say("input.earlier", source=said, count=one.earlier) if one.earlier else said
    if one.rollup is not None:
        return _rollup(voice, name, one.rollup)
    if one.result is not None:
        item = one.result.item
        key = f"input.result.{item}" if item in ("grade", "total") else "input.result.item"
        said = voice.say("input.result", method=voice.method_title(one.result.method), item=voice.say(key, item=item))
        return voice.say("input.earlier", source=said, count=one.result.earlier) if one.result.earlier else said
    if one.streak is not None:
        return voice.say("input.streak", grade=one.streak.grade)
    if one.certified is not None:
        said = voice.say("input.certified", scheme=one.certified)
        return voice.say("input.earlier", source=said, count=one.earlier) if one.earlier else said
    if one.ancestor is not None:
        column, level = voice.label(one.ancestor.column), one.ancestor.level
        return voice.say(
            "input.ancestor", column=column, taxonomy=voice.taxonomy_title(one.ancestor.taxonomy), level=level
        )
    if one.lookup is not None:
        return voice.say(
            "input.lookup", column=voice.label(one.lookup.key), parameter=voice.parameter_title(one.lookup.parameter)
        )
    value, unit = voice.plan.parameters[name]
    number = with_unit(number_text(value), unit, voice.language)
    return voice.say("input.parameter", parameter=voice.parameter_title(one.parameter), number=number)


def column_label(voice: Voice, table: str, column: str) -> str:
    """The title of a table's column."""
    contract = voice.plan.contracts.get(table)
    if contract is None or column not in contract.column_names:
        return column
    found = contract.column(column)
    return voice.pick(found.title, found.title_en, column)


def _rollup(voice: Voice, name: str, one: Rollup) -> str:
    path = f"inputs.{name}.rollup"
    of = "" if one.of is None else voice.formula(f"{path}.of", table=one.table)
    earlier = voice.plan.method.inputs[name].earlier
    span = "same_periods" if one.periods > 1 else one.rows
    which = [voice.say(f"rows.{span}_earlier" if earlier else f"rows.{span}", count=earlier, periods=one.periods)]
    if one.key is not None:
        by = column_label(voice, one.table, one.by or voice.plan.subject)
        which.append(voice.say("rows.key", by=by, key=voice.label(one.key)))
    if one.where is not None:
        which.append(voice.say("rows.where", where=voice.formula(f"{path}.where", table=one.table)))
    if one.repeats is not None:
        which.append(_repeats(voice, name, one.table, one.repeats))
    rows = voice.say("rows.join").join(part for part in which if part)
    unit = _period_unit(voice, one)
    take = voice.say(f"take.{one.take}", of=of, unit=unit)
    if one.reaches is not None:
        take = voice.say(f"take.{one.take}.reaches", unit=unit, count=one.reaches)
    if one.best is not None:
        each = voice.listed(column_label(voice, one.table, column) for column in one.each)
        take = voice.say("take.best_of_each" if each else "take.best", take=take, count=one.best, each=each)
    said = voice.say("input.rollup", table=voice.table(one.table), rows=rows, take=take)
    if one.in_a_row:
        whole = one.no_rows is not None or voice.plan.contracts[one.table].when_empty == "none"
        return voice.say("in_a_row.whole" if whole else "in_a_row.open", source=said, unit=unit)
    if one.no_rows is None:
        return said
    return voice.say("input.no_rows", source=said, stated=stated_text(voice, name, one.no_rows))


def _period_unit(voice: Voice, one: Rollup) -> str:
    """What is counted where periods follow each other: months, quarters or years."""
    if not one.in_a_row:
        return ""
    return voice.say(f"unit.{unit_of(dated_by(voice.plan.contracts[one.table], one), one)}")


def _repeats(voice: Voice, name: str, table: str, one: Repeats) -> str:
    by = voice.listed(column_label(voice, table, column) for column in one.by)
    among = voice.formula(f"inputs.{name}.rollup.repeats.among", table=table) if one.among is not None else ""
    others = voice.say("rows.others_where", among=among) if among else voice.say("rows.others")
    return voice.say(f"rows.{one.keep}", by=by, others=others)


def prepared_words(voice: Voice, name: str) -> str:
    """Say how a measure is prepared, step by step."""
    one = voice.plan.method.prepared[name]
    steps = [_step(voice, step, one.direction == "lower") for step in one.steps]
    over = voice.listed(voice.group_label(column) for column in one.over)
    phrase = "prepare.over" if over else "prepare.over_all"
    return voice.say(phrase, measure=voice.label(one.measure), over=over, steps=voice.joined(steps))


def _step(voice: Voice, step: PrepareStep, lower: bool) -> str:
    if step.impute is not None:
        return voice.say("prepare.impute", take=voice.say(f"statistic.{step.impute}"))
    if step.winsorise is not None:
        return voice.say("prepare.winsorise", share=share_text(step.winsorise))
    if step.beyond is not None:
        far = voice.say(f"prepare.beyond.{step.beyond.of}", times=written(step.beyond.times))
        return voice.say(f"prepare.becomes.{step.becomes}", far=far)
    if step.points is not None:
        said = voice.say("prepare.points", points=step.points, skewness=step.skewness, kurtosis=step.kurtosis)
        return said if step.otherwise is None else voice.listed([said, voice.say("prepare.otherwise_logarithm")])
    if step.natural_logarithm:
        return voice.say("prepare.natural_logarithm")
    if step.logarithm or step.normalise is None:
        return voice.say("prepare.logarithm")
    reference, kind = step.reference or "", step.normalise + ("_centred" if step.centred else "")
    if reference in ("mean", "median", "highest", "lowest"):
        reference = voice.say(f"reference.{reference}")
    threshold = share_text(step.threshold)
    said = voice.say(f"normalise.{kind}", low=step.low, high=step.high, reference=reference, threshold=threshold)
    return voice.listed([voice.say("prepare.reversed"), said]) if lower else said


def benchmark_words(voice: Voice, name: str, *, says_number: bool = True) -> str:
    """Say what a benchmark is: its number of the period, or how it is made from a cohort.

    Without `says_number` only where a fixed number stands, which is said beside it already.
    """
    one = voice.plan.method.benchmarks[name]
    if name in voice.plan.fixed:
        number = voice.fixed_text(voice.plan.fixed[name])
        if one.parameter is None:
            return voice.say("benchmark.value", number=number) if says_number else ""
        title = voice.parameter_title(one.parameter)
        key = "benchmark.parameter" if says_number else "benchmark.table"
        said = voice.say(key, number=number, parameter=title)
        return said if one.on is None else voice.listed([said, voice.say("benchmark.on", day=one.on)])
    if one.lookup is not None:
        title = voice.parameter_title(one.lookup.parameter)
        said = voice.say("benchmark.lookup", column=voice.label(one.lookup.key), parameter=title)
        return said if one.on is None else voice.listed([said, voice.say("benchmark.on", day=one.on)])
    assert one.statistic is not None
    return _statistic(voice, name, one.statistic)


def _statistic(voice: Voice, name: str, one: Statistic) -> str:
    parts = {}
    if one.take == "aggregate":
        path = f"benchmarks.{name}.statistic"
        parts = {part: voice.formula(f"{path}.{part}") for part in ("numerator", "denominator")}
    elif one.take == "percentile":
        parts = {"percentile": share_text(one.percentile or "0")}
    said = voice.say(
        "benchmark.statistic" if one.over else "benchmark.statistic_of_all",
        who=voice.who,
        times="" if exact(one.times) == 1 else f"{one.times} × ",
        period=voice.say(f"period.{one.period}"),
        over=voice.listed(voice.group_label(column) for column in one.over),
        measure=voice.label(one.measure),
        take=voice.say(f"statistic.{one.take}", **parts),
    )
    for end in ("without_lowest", "without_highest"):
        if exact(getattr(one, end)):
            said = voice.listed([said, voice.say(f"benchmark.{end}", share=share_text(getattr(one, end)))])
    if one.without_beyond is not None:
        key = f"benchmark.without_beyond.{one.without_beyond.of}"
        said = voice.listed([said, voice.say(key, times=written(one.without_beyond.times))])
    if one.smallest_cohort > 1:
        if one.otherwise is None:
            return voice.say("benchmark.too_few", statistic=said, count=one.smallest_cohort)
        otherwise = benchmark_words(voice, one.otherwise)
        return voice.say("benchmark.smallest", statistic=said, count=one.smallest_cohort, otherwise=otherwise)
    return said


def benchmarks_of(score: Score) -> tuple[str, ...]:
    """The names of the benchmarks that a score, or one of its choices, holds its measure against."""
    inner = score.choice.options.values() if score.choice is not None else ()
    return tuple(dict.fromkeys((*benchmark_names(score), *(name for one in inner for name in benchmarks_of(one)))))
