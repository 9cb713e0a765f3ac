"""Lint of methods: what can be said about a rule before anybody is evaluated by it.

What a pack's objects refer to (clauses, documents, taxonomies) is checked by the lint of packs; here is what the
sections of a method mean: everything compiling finds, and what compiles but cannot be meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from jiqun.methods.columns.gather import history_of
from jiqun.methods.columns.weights import judged
from jiqun.methods.compiling.compile import Where, compile_method
from jiqun.methods.compiling.full_points import most_points
from jiqun.methods.compiling.grading import grading_warnings
from jiqun.methods.compiling.plan import Plan, all_scores
from jiqun.methods.linting.means import zero_parts
from jiqun.methods.linting.per_cent import bare_beside_per_cent
from jiqun.methods.linting.uses import names_used
from jiqun.methods.linting.values import impossible_values
from jiqun.methods.wording.rule import candidate_years
from jiqun.packs import WHOLE_LINE, Interval, LawBook, TableContract, gaps_and_overlaps
from jiqun.packs.models.method import Band, Grade, Method
from jiqun.packs.unread import missed
from jiqun.problems import Place, Problem, ProblemsError, by_place, problem
from jiqun.values import Period, Unit, decimal_text, exact, half_up


def lint_method(
    method: Method,
    book: LawBook | None,
    contracts: Mapping[str, TableContract] | None = None,
    *,
    at: Where | None = None,
    period: Period | int | str | None = None,
) -> tuple[Problem, ...]:
    """Return everything wrong or doubtful in a method, sorted by place.

    It is compiled for `period`, or for the latest year that its own dates or its parameters' dates name.
    """
    where = at or (lambda path: Place(item=f"{method.id} {path}".strip()))
    plan, found = _compiled(method, book, contracts, where, period)
    checks: tuple[Callable[[Method, Where], Iterator[Problem]], ...] = (
        _weights, _unused, _reachable, _without_clause, _judgements,
    )  # fmt: skip
    found += [one for check in checks for one in check(method, where)]
    found += _bands(method, where, None if plan is None else plan.contracts)
    found += grading_warnings(method, where)
    found += _history(method, book, contracts, where)
    if book is not None:
        found += _dates(method, book, where)
        found = [one for one in found if not missed(one, book.unread)]
    if plan is not None:
        found += zero_parts(plan, where)
        found += [*_empty_codes(plan, where), *_uncounted(plan, where)]
        found += [*_never_missing(plan, where), *impossible_values(plan, where)]
        found += bare_beside_per_cent(plan, where)
    return by_place({one.text("en"): one for one in _without_echoes(found)}.values())


_TO_NOTHING = ("METHOD-003", "METHOD-004", "METHOD-007", "EXPR-001", "EXPR-010")


def _without_echoes(found: Sequence[Problem]) -> Iterator[Problem]:
    """Leave out what only follows from a misspelt name or formula: what was meant there is then used by nobody."""
    codes = {one.code for one in found}
    misspelt = [one for one in found if one.code in _TO_NOTHING]
    a_grade = any(one.values.get("kind") == "grade" for one in misspelt)
    for one in found:
        idle = one.code == "METHOD-104" and misspelt
        echo = one.code == "METHOD-106" and a_grade
        echo = echo or (one.code == "METHOD-005" and not codes.isdisjoint({"METHOD-015", "EXPR-020"}))
        echo = echo or (one.code in ("METHOD-050", "METHOD-106") and "METHOD-051" in codes)
        if not idle and not echo:
            yield one


def _compiled(
    method: Method,
    book: LawBook | None,
    contracts: Mapping[str, TableContract] | None,
    at: Where,
    period: Period | int | str | None,
) -> tuple[Plan | None, list[Problem]]:
    when = period if period is not None else candidate_years(method, book)[0]
    try:
        return compile_method(method, when, book=book, contracts=contracts, at=at), []
    except ProblemsError as error:
        return None, list(error.problems)


# --- scores


def _weights(method: Method, at: Where) -> Iterator[Problem]:
    """Items whose sum is the total give 100 points together."""
    found: dict[tuple[str, str], list[str]] = {}
    for population in method.populations:
        total = method.total_of(population)
        scores = method.scores_of(population)
        if total is None or total.take != "sum" or not scores or total.of is not None:
            continue
        points = [most_points(score) for score in scores.values()]
        together = sum((one for one in points if one is not None), Fraction(0))
        if None not in points and together != 100:
            key = population if population in method.scores else "all"
            found.setdefault((key, decimal_text(together)), []).append(population)
    for (key, said), populations in found.items():
        yield problem("METHOD-100", at(f"scores.{key}"), population="、".join(populations), sum=said)


def _bands(method: Method, at: Where, contracts: Mapping[str, TableContract] | None) -> Iterator[Problem]:
    for path, item, score in all_scores(method):
        if score.bands is None:
            continue
        intervals = [_interval(band) for band in score.bands]
        for index, one in enumerate(intervals):
            if one.is_empty:
                yield problem("METHOD-103", at(f"{path}.bands.{index}"), item=item, band=one)
        measure = score.measure or item
        coverage = gaps_and_overlaps(intervals, _values_of(method, measure, contracts or {}))
        for gap in coverage.gaps:
            yield problem("METHOD-101", at(f"{path}.bands"), item=item, gap=gap)
        for overlap in coverage.overlaps:
            place = at(f"{path}.bands.{overlap.second}")
            yield problem("METHOD-102", place, item=item, common=overlap.common)


def _values_of(method: Method, measure: str, contracts: Mapping[str, TableContract]) -> Interval:
    """What a measure that only renames a column can be: the column's own limits, as no other value comes in."""
    contract, one = contracts.get(method.evaluates.table), method.measures.get(measure)
    column = "" if one is None else one.formula.strip()
    if contract is None or one is None or column not in contract.column_names:
        return WHOLE_LINE
    field = contract.column(column)
    if Unit.parse(one.unit) != Unit.parse(field.unit or "1"):
        return WHOLE_LINE
    low, high = field.constraints.minimum, field.constraints.maximum
    return Interval.between(at_least=None if low is None else exact(low), at_most=None if high is None else exact(high))


def _interval(band: Band) -> Interval:
    ends = ("at_least", "more_than", "at_most", "less_than")
    return Interval.between(
        **{name: None if getattr(band, name) is None else exact(getattr(band, name)) for name in ends}
    )


def _judgements(method: Method, at: Where) -> Iterator[Problem]:
    """Pairwise judgements with CR ≥ 0.1 contradict each other too much (Saaty)."""
    for name, node in method.nodes.items():
        made = judged(node.weighting.ahp) if node.weighting is not None and node.weighting.ahp is not None else None
        if made is not None and not made.consistent:
            ratio = decimal_text(half_up(made.ratio, 3))
            yield problem("METHOD-130", at(f"nodes.{name}.weighting"), node=name, ratio=ratio)


# --- what is used


def _unused(method: Method, at: Where) -> Iterator[Problem]:
    """What is written and used by nothing is most likely a slip."""
    used = names_used(method) | {name for name, one in method.measures.items() if one.shown}
    sections: dict[str, Mapping[str, object]] = {
        "inputs": method.inputs, "classes": method.classes, "measures": method.measures, "prepared": method.prepared,
        "benchmarks": method.benchmarks, "nodes": method.nodes, "criteria": method.criteria,
        "requirements": method.requirements,
    }  # fmt: skip
    for section, parts in sections.items():
        for name in parts:
            if name not in used:
                yield problem("METHOD-104", at(f"{section}.{name}"), name=name, section=section)


def _reachable(method: Method, at: Where) -> Iterator[Problem]:
    """A population behind one with the same condition, and a grade that nothing gives, are reached by nobody."""
    seen: dict[str, str] = {}
    for name, population in method.populations.items():
        text = " ".join(population.where.split())
        if text in seen:
            yield problem("METHOD-105", at(f"populations.{name}.where"), population=name, first=seen[text])
        seen.setdefault(text, name)
    given = {move.to for move in method.moves.values()}
    listed = any(move.listed is not None for move in method.moves.values())
    for key, grade in method.grades.items():
        for name in grade.classes:
            if name not in given | _given_by(grade) and not listed:
                yield problem("METHOD-106", at(f"grades.{key}.classes"), grade=name)


def _given_by(grade: Grade) -> set[str | None]:
    found: set[str | None] = set()
    if grade.quota is not None:
        found |= {name for name, share in grade.quota.shares.items() if exact(share) > 0}
        found |= {*grade.quota.places, grade.quota.rest}
        small = grade.quota.small_pool
        if small is not None:
            found |= {small.grade, *(cut.grade for cut in small.cuts or ())}
    found |= {cut.grade for cut in grade.cuts or ()}
    if grade.ladder is not None:
        found |= {grade.ladder.otherwise, *(rung.grade for rung in grade.ladder.rungs)}
    for part in grade.lowest_of or ():
        found |= _given_by(part)
    return found


# --- clauses and dates


_NUMBERED = (
    "measures",
    "benchmarks",
    "totals",
    "grades",
    "moves",
    "entitlements",
    "ceilings",
    "budgets",
    "exceptions",
    "populations",
)


def _without_clause(method: Method, at: Where) -> Iterator[Problem]:
    """In a complete method that is in force every part names the clause it stands in."""
    if method.status != "in_force" or method.completeness != "complete":
        return
    for section in _NUMBERED:
        for name, part in getattr(method, section).items():
            inner = getattr(part, "quota", None)
            if part.clause is None and (inner is None or inner.clause is None):
                yield problem("METHOD-108", at(f"{section}.{name}"), name=f"{section}.{name}")


def _dates(method: Method, book: LawBook, at: Where) -> Iterator[Problem]:
    """Parameters have values on the first and the last day that the method is in force."""
    known = set(book.parameter_ids)
    days = [day for day in (method.in_force.from_, method.in_force.to) if day is not None]
    for section in ("benchmarks", "inputs"):
        for name, part in getattr(method, section).items():
            if part.parameter is None or part.parameter not in known or getattr(part, "on", None) is not None:
                continue
            for year in sorted({day.year for day in days}):
                try:
                    book.parameter(part.parameter, on=Period.parse(year).last)
                except ProblemsError:
                    place = at(f"{section}.{name}.parameter")
                    yield problem("METHOD-109", place, parameter=part.parameter, year=year)


def _history(
    method: Method, book: LawBook | None, contracts: Mapping[str, TableContract] | None, at: Where
) -> Iterator[Problem]:
    known = contracts if contracts is not None else (book.tables if book is not None else {})
    for name, one in method.inputs.items():
        if one.streak is not None and history_of(method) not in known:
            yield problem("METHOD-120", at(f"inputs.{name}.streak"), name=name, table=history_of(method))


# --- with the compiled method


def _empty_codes(plan: Plan, at: Where) -> Iterator[Problem]:
    for name, codes in plan.classes.items():
        if not codes:
            yield problem("METHOD-121", at(f"classes.{name}"), name=name, day=plan.period.last)


def _uncounted(plan: Plan, at: Where) -> Iterator[Problem]:
    """Working days of a year without a calendar are not known."""
    year = plan.period.year
    for path, typed in plan.formulas.items():
        if typed.calendar is not None and year not in typed.calendar.years:
            yield problem("METHOD-124", at(path), year=year)


def _never_missing(plan: Plan, at: Where) -> Iterator[Problem]:
    """A rule for missing values of a measure that cannot be missing is never applied."""
    contract = plan.contracts[plan.method.evaluates.table]
    required = {column.name for column in contract.fields if column.constraints.required}
    for path, item, score in all_scores(plan.method):
        name = plan.measure_of(item, score)
        if score.missing == "unknown" or name not in plan.method.measures:
            continue
        typed = plan.formulas.get(f"measures.{name}.formula")
        text = plan.method.measures[name].formula
        if typed is not None and "/" not in text and "missing" not in text and typed.names <= required:
            yield problem("METHOD-122", at(f"{path}.missing"), item=item)
