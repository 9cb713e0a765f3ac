"""How each item got its points, in words with the firm's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jiqun.expressions import nodes
from jiqun.methods.columns.work import MEMBER_STATUSES
from jiqun.methods.compiling.plan import conditions
from jiqun.methods.explanation.means import weight_words
from jiqun.methods.explanation.model import AdditionLine, BenchmarkLine, CriterionLine, FigureLine, ItemLine
from jiqun.methods.explanation.no_benchmark import why_no_benchmark
from jiqun.methods.explanation.reader import Reader
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.explanation.undefined import why_undefined
from jiqun.methods.wording.figures import benchmark_words, benchmarks_of, prepared_words
from jiqun.methods.wording.grading import criterion_words
from jiqun.methods.wording.indicators import held_birth
from jiqun.methods.wording.numbers import with_unit, written
from jiqun.methods.wording.scores import bound_words, formula_words
from jiqun.methods.wording.totals import addition_words, node_words
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Score, Statistic

OWN = ("own", "capped", "floored", "not_positive")


def item_lines(reader: Reader) -> tuple[ItemLine, ...]:
    """Explain every item of the subject's population, in the order of the method; none for who is not scored."""
    if reader.row["status"] not in MEMBER_STATUSES:
        return ()
    return tuple(_item(reader, item, score) for item, score in reader.plan.scores(reader.population).items())


def _item(reader: Reader, item: str, score: Score) -> ItemLine:
    path, key, chosen = _chosen(reader, reader.plan.score_path(reader.population, item), item, score)
    name = reader.plan.measure_of(key, chosen)
    paths = tuple(_paths(reader, path, name, chosen))
    inputs = reader.inputs(paths)
    value, unit = reader.text(name), reader.voice.unit(name)
    benchmarks = tuple(_benchmark(reader, one, name) for one in benchmarks_of(chosen))
    points = reader.told(f"{item}_points", reader.scaled(f"points__{item}", score.digits))
    reason = str(reader.row.get(f"reason__{item}") or "")
    if points == MASKED and reason in OWN:
        reason = OWN[0]  # that points are at the cap tells the rest of the total
    clause = score.clause or chosen.clause
    if value is None and score.missing_clause is not None:
        clause = score.missing_clause
    if clause is None and name in reader.plan.method.measures:
        clause = reader.plan.method.measures[name].clause
    missing = reader.missing(inputs) if value is None else ()
    undefined = why_undefined(reader, paths) if value is None and inputs and not missing else ""
    because = "undefined" if undefined and reason == "missing" else reason
    said = reason_words(reader.voice, chosen, because, lambda one: reader.row.get(f"benchmark__{one}"))
    return ItemLine(
        item=item,
        title=reader.voice.score_title(item),
        measure_words=_measure_words(reader, name, chosen),
        value=value,
        unit="" if unit is None or not unit.powers else unit.symbol,
        benchmarks=benchmarks,
        points=points,
        weight=written(chosen.weight),
        bounds=tuple(bound_words(reader.voice, chosen)),
        reason=reason,
        reason_words=said,
        points_words=_points_words(reader, path, key, chosen, reason, said, points, benchmarks),
        inputs=inputs,
        missing=missing,
        clause=reader.voice.clause(clause),
        undefined=undefined,
    )


def _chosen(reader: Reader, path: str, item: str, score: Score) -> tuple[str, str, Score]:
    """The option that the firm declared, or the score itself, with its path and name."""
    if score.choice is None:
        return path, item, score
    by = reader.gathered.get(score.choice.by)
    if by not in score.choice.options:
        return path, item, score
    return _chosen(reader, f"{path}.choice.options.{by}", str(by), score.choice.options[str(by)])


def _paths(reader: Reader, path: str, name: str, score: Score) -> Iterator[str]:
    yield from (where for where, _ in conditions(path, score))
    source = name
    while source in reader.plan.method.prepared:
        source = reader.plan.method.prepared[source].measure
    if source in reader.plan.method.measures:
        yield f"measures.{source}.formula"


def _measure_words(reader: Reader, name: str, score: Score) -> str:
    """Say the measure with the firm's numbers: 评价税收 1,472.36 万元 ÷ 评价用地 64.50 亩 = 22.8273 万元/亩."""
    voice = reader.voice
    if score.kind in ("flag", "cases", "choice"):
        return ""
    if score.options is not None:
        return f"{voice.label(name)}{voice.say('colon')}{reader.text(name) or voice.say('unknown')}"
    return _worked(reader, name)


def _told_with_unit(reader: Reader, name: str) -> str:
    value = reader.text(name)
    if value is None:
        return reader.voice.say("unknown")
    return with_unit(value, reader.voice.unit(name), reader.voice.language)


def _worked(reader: Reader, name: str) -> str:
    """Say how a figure was made, with the subject's own numbers, and what came out."""
    voice, path, result = reader.voice, f"measures.{name}.formula", _told_with_unit(reader, name)
    if name in reader.plan.method.prepared:
        return f"{prepared_words(voice, name)} = {result}"
    if path not in reader.plan.formulas:
        return result
    return f"{reader.formula(path)} = {result}"


def _benchmark(reader: Reader, name: str, measure: str) -> BenchmarkLine:
    voice, one = reader.voice, reader.plan.method.benchmarks[name]
    fixed = reader.plan.fixed.get(name)
    if fixed is not None:
        value: str | None = voice.fixed_text(fixed)
        clause = fixed.clause or one.clause
    else:
        value, clause = _told(reader, name), one.clause
    completeness = held_birth(voice, name)
    why = why_no_benchmark(reader, name)
    bare = value is None or value == MASKED
    said = value if bare else with_unit(value or "", voice.unit(measure), voice.language)
    return BenchmarkLine(
        name,
        voice.benchmark_label(name),
        said,
        voice.joined([benchmark_words(voice, name, says_number=False), why]),
        completeness,
        voice.say(f"mark.{completeness}"),
        voice.clause(clause),
        "" if one.statistic is None or why else _cohort(reader, name, one.statistic),
        why,
    )


def _told(reader: Reader, name: str) -> str | None:
    """A cohort's benchmark as it may be told to the listener; None where there is none."""
    value = reader.short(f"benchmark__{name}", reader.plan.method.benchmarks[name].digits)
    return MASKED if value is not None and reader.tells_one(name) else value


def _cohort(reader: Reader, benchmark: str, statistic: Statistic) -> str:
    """Name the subject's own group by its codes' titles, with its size; empty where it is its whole population.

    Where the group is too small, its size too, and what was taken instead.
    """
    voice, size = reader.voice, reader.cohort(benchmark)
    own = {name: reader.value(name) for name in statistic.over}
    whole = set(own) <= {"population"} or None in own.values()
    named = "" if whole else voice.listed(voice.coded(name, value) for name, value in own.items())
    if size is None or None in own.values():
        return named
    if size >= statistic.smallest_cohort:
        return voice.say("why.cohort_size", cohort=named, count=size) if named else ""
    said = voice.say("why.cohort_size", cohort=named or voice.say("why.cohort_whole"), count=size)
    if statistic.otherwise is None:
        return voice.say("why.cohort_none", cohort=said, smallest=statistic.smallest_cohort)
    other = reader.plan.method.benchmarks[statistic.otherwise].statistic
    instead = voice.benchmark_label(statistic.otherwise)
    theirs = (
        "" if other is None else _cohort(reader, statistic.otherwise, other) or _counted(reader, statistic.otherwise)
    )
    instead = voice.say("why.cohort_within", benchmark=instead, cohort=theirs) if theirs else instead
    return voice.say("why.cohort_few", cohort=said, smallest=statistic.smallest_cohort, otherwise=instead)


def _counted(reader: Reader, benchmark: str) -> str:
    size = reader.cohort(benchmark)
    return "" if size is None else reader.voice.say("why.cohort_count", count=size)


def reason_words(voice: Voice, score: Score, reason: str, benchmark: Callable[[str], object]) -> str:
    """Say why there are the points that there are; two ends that are one leave nothing between them."""
    if reason == "no_benchmark" and score.between is not None:
        ends = [benchmark(name) for name in (score.between.low, score.between.high)]
        if None not in ends and ends[0] == ends[1]:
            return voice.say("reason.no_span")
    return voice.say(f"reason.{reason}") if reason else ""


def _points_words(
    reader: Reader,
    path: str,
    item: str,
    score: Score,
    reason: str,
    said: str,
    points: str | None,
    benchmarks: tuple[BenchmarkLine, ...],
) -> str:
    """Say the points: 得分 = 22.8273 ÷ 24.097 × 30 = 28.4193, or why there are none."""
    voice = reader.voice
    if points is None:
        return voice.say("points_not", reason=said)
    if reason not in OWN:
        return voice.say("points_by", points=points, formula=said)
    numbers = {}
    measure = None if score.kind in ("flag", "cases") else reader.text(reader.plan.measure_of(item, score))
    if measure is not None:
        numbers["measure"] = measure
    for line in benchmarks:
        fixed = reader.plan.fixed.get(line.name)
        text = voice.fixed_text(fixed) if fixed is not None else _told(reader, line.name)
        numbers[line.name] = text or ""
    formula = formula_words(voice, path, item, score, numbers)
    if reason != "own":
        return voice.say("points_bounded", formula=formula, reason=said, points=points)
    is_formula = score.kind in ("ratio", "around", "between", "value")
    return voice.say("points_are" if is_formula else "points_by", formula=formula, points=points)


def addition_lines_of(reader: Reader) -> tuple[AdditionLine, ...]:
    """Explain blocks, bonuses and deductions."""
    voice, lines = reader.voice, []
    if reader.row["status"] not in MEMBER_STATUSES:
        return ()
    for name, node in reader.plan.method.nodes.items():
        points = reader.told(name, reader.scaled(f"node__{name}", node.digits))
        clause = voice.clause(node.clause)
        words = voice.joined([node_words(voice, name), weight_words(reader, name)])
        lines.append(AdditionLine(name, "node", voice.label(name), points, words, False, clause))
    total = reader.plan.total(reader.population)
    if total is None:
        return tuple(lines)
    path = reader.plan.total_path(reader.population)
    for kind, part, additions in (("bonus", "bonuses", total.bonuses), ("deduction", "deductions", total.deductions)):
        for name, one in additions.items():
            points = reader.told(f"{kind}__{name}", reader.scaled(f"{kind}__{name}", one.digits))
            words = addition_words(voice, f"{path}.{part}.{name}", one)
            unknown = bool(reader.row.get(f"{kind}__{name}__unknown"))
            title, clause = voice.pick(one.title, one.title_en), voice.clause(one.clause)
            lines.append(AdditionLine(name, kind, title, points, words, unknown, clause))
    return tuple(lines)


def _measured(reader: Reader, names: list[str]) -> Iterator[str]:
    """The measures among names that are made from figures, not only another name of one."""
    for name in dict.fromkeys(names):
        formula = reader.plan.formulas.get(f"measures.{name}.formula")
        if formula is not None and not isinstance(formula.root, nodes.Named):
            yield name


def figure_lines(reader: Reader) -> tuple[FigureLine, ...]:
    """Explain the measures that the grade is drawn over and no item scores."""
    plan, lines = reader.plan, []
    if reader.row["status"] not in MEMBER_STATUSES:
        return ()
    scored = {plan.measure_of(item, one) for item, one in plan.scores(reader.population).items()}
    parts = plan.graded_parts(reader.population)
    names = [part.quota.of if part.quota is not None else part.cuts_of for part in parts if part.ladder is None]
    for name in dict.fromkeys(names):
        if name in plan.method.inputs:
            words = f"{reader.voice.label(name)}{reader.voice.say('colon')}{_told_with_unit(reader, name)}"
            lines.append(FigureLine(name, words, (), (), reader.voice.clause(plan.method.inputs[name].clause)))
        if name in plan.method.measures and name not in scored:
            paths = [f"measures.{name}.formula"]
            inputs = reader.inputs(paths)
            made = _worked(reader, name) if list(_measured(reader, [name])) else _told_with_unit(reader, name)
            words = f"{reader.voice.label(name)}{reader.voice.say('colon')}{made}"
            clause = reader.voice.clause(plan.method.measures[name].clause)
            missing = reader.missing(inputs) if reader.text(name) is None else ()
            undefined = why_undefined(reader, paths) if reader.text(name) is None and not missing else ""
            lines.append(FigureLine(name, words, inputs, missing, clause, undefined))
    return tuple(lines)


def criterion_lines(reader: Reader) -> tuple[CriterionLine, ...]:
    """Explain every criterion that has a result."""
    lines = []
    for name, one in reader.plan.method.criteria.items():
        verdict = reader.row.get(f"criterion__{name}")
        if verdict is None:
            continue
        paths = [f"criteria.{name}.{part}" for part in ("test", "applies") if getattr(one, part) is not None]
        inputs = reader.inputs(paths)
        measures = [name for path in paths for name in sorted(reader.plan.formulas[path].names)]
        words = criterion_words(reader.voice, name)
        if one.test is not None:
            path = f"criteria.{name}.test"
            words = reader.formula(path)
        missing = reader.missing(inputs) if verdict == "unknown" else ()
        untold = verdict == "unknown" and not missing
        without = [f"measures.{each}.formula" for each in measures if reader.text(each) is None]
        lines.append(
            CriterionLine(
                name,
                reader.voice.label(name),
                str(verdict),
                reader.voice.say(f"verdict.{verdict}"),
                words,
                one.missing_item if verdict == "unmet" and reader.voice.language == "zh" else "",
                missing,
                reader.voice.clause(one.clause),
                tuple(f"{reader.voice.label(name)} = {_worked(reader, name)}" for name in _measured(reader, measures)),
                inputs,
                why_undefined(reader, without) if untold else "",
            )
        )
    return tuple(lines)
