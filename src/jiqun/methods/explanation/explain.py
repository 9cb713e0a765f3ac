"""Explain: why a subject has its grade, down to the rule's clause and the source of every input.

An explanation is read from the wide trace of a run, its gathered inputs and its log of moves. Nothing is computed here
again: what is said is what decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from jiqun.methods.columns.work import MEMBER_STATUSES
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.explanation.cohorts import Cohorts
from jiqun.methods.explanation.items import addition_lines_of, criterion_lines, figure_lines, item_lines
from jiqun.methods.explanation.means import why_no_mean
from jiqun.methods.explanation.model import (
    AdditionLine,
    BenchmarkLine,
    CriterionLine,
    EntitlementLine,
    Explanation,
    FigureLine,
    InputLine,
    ItemLine,
    LineOfClass,
    MoveLine,
)
from jiqun.methods.explanation.reader import Lineage, Reader, RowLineage
from jiqun.methods.explanation.restricted import MASKED, restricted_names
from jiqun.methods.explanation.standing import class_lines, entitlement_lines, move_lines, pool_rows, refereed_words
from jiqun.methods.explanation.text import render_text
from jiqun.methods.runs.sign_off import SignOff
from jiqun.methods.wording.grading import exception_words, grade_words
from jiqun.methods.wording.numbers import tried
from jiqun.methods.wording.totals import total_words
from jiqun.methods.wording.voice import Voice
from jiqun.packs import LawBook
from jiqun.problems import Language, Place, ProblemsError, problem


def explain(
    plan: Plan,
    trace: pl.DataFrame,
    gathered: pl.DataFrame,
    subject: str,
    *,
    moves: pl.DataFrame | None = None,
    language: Language = "zh",
    book: LawBook | None = None,
    lineage: Lineage | None = None,
    row_lineage: RowLineage | None = None,
    official: bool = False,
    sign_off: SignOff | None = None,
    refereed: Mapping[str, bool] | None = None,
    sees_restricted: bool = True,
    sees_others: bool = True,
    benchmarks: pl.DataFrame | None = None,
    results: Mapping[str, str] | None = None,
    untold: frozenset[str] = frozenset(),
    cohorts: Cohorts | None = None,
) -> Explanation:
    """Explain one subject's result.

    `trace` is the wide trace of the run and `gathered` the frame it was computed from, both with all subjects; `moves`
    is the log of moves. `lineage(table, key, column, year)` says where an input came from, `row_lineage(input, key)`
    which rows a rolled-up one was made from. `refereed` are the trace's columns that the referee decided for this
    subject, and whether it changed them. Without `official` the result is said to be a trial; `sign_off` says who
    signed it. `benchmarks` is the run's table of them, which holds weights that were worked out. Restricted figures are
    masked for who may not see them, and benchmarks that give away another firm's
    restricted figure for who may not see others' (a firm sees its own only). `results` says of inputs that read results
    of other evaluations how these stand; those in `untold` are masked for everybody who listens. `cohorts` are the
    run's, for who explains several subjects of one run.
    Raises ProblemsError METHOD-081 for a subject that the run does not have.
    """
    names = frozenset[str]() if sees_restricted and sees_others else restricted_names(plan)
    reader = Reader(
        Voice(plan, language, book),
        _row(plan, trace, subject),
        _row(plan, gathered, subject),
        trace,
        gathered,
        () if moves is None else tuple(moves.filter(pl.col(plan.subject) == subject).iter_rows(named=True)),
        lineage,
        untold if sees_restricted else names | untold,
        names,
        row_lineage,
        benchmarks,
        results or {},
        cohorts,
    )
    signed = sign_off.words(language) if official and sign_off is not None else ""
    return _explanation(reader, official, signed, refereed or {})


def _row(plan: Plan, frame: pl.DataFrame, subject: str) -> dict[str, object]:
    rows = frame.filter(pl.col(plan.subject) == subject)
    if rows.is_empty():
        raise ProblemsError([problem("METHOD-081", Place(item=plan.method.id), subject=subject, period=plan.period)])
    return dict(rows.row(0, named=True))


def _explanation(reader: Reader, official: bool, signed: str, refereed: Mapping[str, bool]) -> Explanation:
    plan, voice, row = reader.plan, reader.voice, reader.row
    grade = plan.grade(reader.population)
    total = plan.total(reader.population)
    pool = pool_rows(reader)
    items, criteria = item_lines(reader), criterion_lines(reader)
    additions, figures = addition_lines_of(reader), figure_lines(reader)
    clause = None if grade is None else grade.clause or (grade.quota.clause if grade.quota is not None else None)
    return Explanation(
        language=voice.language,
        method=voice.pick(plan.method.title, plan.method.title_en),
        edition=plan.method.edition or "",
        completeness=plan.method.completeness,
        period=str(plan.period),
        official=official,
        tried=tried(plan.overrides, voice.language),
        signed=signed,
        subject=str(row[plan.subject]),
        name=str(reader.gathered.get("name") or ""),
        status=str(row["status"]),
        status_words=voice.status(row["status"], reader.population, row["grade"]),
        status_reason=_status_reason(reader),
        population=voice.label(reader.population) if reader.population else "",
        grade_title="" if grade is None else voice.pick(grade.title, grade.title_en),
        grade=row["grade"],
        ranked_grade=row["grade__ranked"],
        treated_as=row["treated_as"],
        grade_reason=voice.grade_reason(row["grade__reason"]),
        grade_words="" if grade is None else grade_words(voice, grade),
        grade_clause=voice.clause(clause),
        total=None if total is None else reader.told("total", reader.scaled("total", total.digits)),
        total_words=total_words(voice, reader.population),
        total_clause=voice.clause(None if total is None else total.clause),
        factor=None if total is None else _factor(reader, total.factor_digits),
        rank=row["rank"],
        pool=_pool_words(reader),
        pool_size=pool.height or None,
        lines=class_lines(reader),
        figures=figures,
        items=items,
        additions=additions,
        criteria=criteria,
        moves=move_lines(reader),
        entitlements=entitlement_lines(reader),
        refereed=tuple(refereed_words(reader, name, refereed[name]) for name in reader.row if name in refereed),
        unknown=tuple(_unknown(reader, items, criteria, additions, figures)),
        counted=voice.counted,
        results=tuple(f"{voice.label(name)}{voice.say('colon')}{words}" for name, words in reader.results.items()),
    )


def _factor(reader: Reader, digits: int) -> str | None:
    told = reader.scaled("factor", digits)
    hidden = reader.reads_hidden(f"{reader.plan.total_path(reader.population)}.factor")
    return MASKED if told is not None and hidden else told


def _pool_words(reader: Reader) -> str:
    """Name the pool by its columns' values: a population and a code by their titles alone."""
    pool, grade = reader.row.get("pool"), reader.plan.grade(reader.population)
    if pool is None or grade is None:
        return ""
    parts = str(pool).split("|")
    for quota in (one.quota for one in (grade, *(grade.lowest_of or ())) if one.quota is not None):
        wider = () if quota.small_pool is None else quota.small_pool.wider or ()
        for columns in (quota.pools, wider):
            if [str(reader.value(name)) for name in columns] == parts:
                return reader.voice.listed(map(reader.voice.titled, columns, parts))
    return reader.voice.listed(reader.voice.label(part) for part in parts)


def _status_reason(reader: Reader) -> str:
    """Say why a subject is exempt, only scored, or without a population."""
    voice, method = reader.voice, reader.plan.method
    exception = reader.row.get("exception")
    if exception is not None:
        title = voice.pick(method.exceptions[exception].title, method.exceptions[exception].title_en)
        return voice.say("why.exception", title=title, words=exception_words(voice, exception))
    if reader.row["status"] == "outside":
        return voice.joined([_not_in(reader, name) for name in method.populations])
    if reader.row["status"] != "population_unknown":
        return ""
    for name in method.populations:
        missing = reader.missing(reader.inputs([f"populations.{name}.where"]))
        if missing:
            return voice.say("why.population_unknown", population=voice.label(name), names=voice.listed(missing))
    return ""


def _not_in(reader: Reader, population: str) -> str:
    """Say the condition of a population that a subject does not meet, with its own figures."""
    path = f"populations.{population}.where"
    words = reader.voice.formula(path, reader.values(reader.plan.formulas[path].names))
    return reader.voice.say("why.not_in", population=reader.voice.label(population), words=words)


def _unknown(
    reader: Reader,
    items: tuple[ItemLine, ...],
    criteria: tuple[CriterionLine, ...],
    additions: tuple[AdditionLine, ...],
    figures: tuple[FigureLine, ...],
) -> Iterator[str]:
    """Everything that is unknown about the subject, said as unknown."""
    voice = reader.voice
    if reader.row["status"] == "population_unknown":
        yield _status_reason(reader)
    if reader.row.get("exception_unknown"):
        titles = [voice.pick(one.title, one.title_en) for one in reader.plan.method.exceptions.values()]
        yield voice.say("why.exception_unknown", titles=voice.listed(titles))
    for figure in figures:
        if figure.missing or figure.undefined:
            yield _open(voice, voice.label(figure.name), voice.say("unknown"), figure)
    for item in items:
        if item.points is None:
            yield _unknown_item(voice, item)
    if reader.row["status"] in MEMBER_STATUSES:
        yield from why_no_mean(reader)
    for criterion in criteria:
        if criterion.verdict in ("unknown", "manual_review"):
            yield _open(voice, criterion.title, criterion.verdict_words, criterion)
    for addition in additions:
        if addition.unknown:
            yield voice.say("why.addition_unknown", title=addition.title)


def _open(voice: Voice, title: str, state: str, line: FigureLine | CriterionLine) -> str:
    """Say what is open and what it lacks: 单位增加值能耗：未知；缺：增加值."""
    names = voice.say("why.missing", names=voice.listed(line.missing)) if line.missing else ""
    return voice.joined([f"{title}{voice.say('colon')}{state}", names, line.undefined])


def _unknown_item(voice: Voice, item: ItemLine) -> str:
    """Say why an item has no points: the figures that are missing, or why there is nothing to hold them against."""
    reason = item.reason_words or voice.say("unknown")
    details = [voice.listed(item.missing)] if item.missing else [one.lacking for one in item.benchmarks if one.lacking]
    details = details or [item.undefined] * bool(item.undefined)
    if not details:
        return f"{item.title}{voice.say('colon')}{reason}"
    return voice.say("why.item_unknown", title=item.title, reason=reason, details=voice.joined(details))


__all__ = [
    "AdditionLine",
    "BenchmarkLine",
    "CriterionLine",
    "EntitlementLine",
    "Explanation",
    "FigureLine",
    "InputLine",
    "ItemLine",
    "Lineage",
    "LineOfClass",
    "MoveLine",
    "explain",
    "render_text",
]
