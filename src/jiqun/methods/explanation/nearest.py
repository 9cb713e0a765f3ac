"""Nearest: the smallest change of one figure that brings a subject to the next better grade, everybody else unchanged.

Where the total is unknown there is no way to tell: what is missing comes first.

Every try is an exact evaluation of the subject. The search doubles its step away from the present value until the
grade is reached, then halves the last interval, so that one last decimal less does not reach it. Benchmarks are those
of the run: where one is a statistic of the same cohort, it is held, and the result says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from jiqun.expressions import NumberType
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.criteria import MET, NOT_APPLICABLE, UNMET
from jiqun.methods.exact.member import Member
from jiqun.methods.exact.subjects import may_be_graded
from jiqun.methods.explanation.lacking import lacking_inputs
from jiqun.methods.explanation.movable import (
    columns_of,
    digits_of,
    is_size,
    movable,
    open_dates,
    past_inputs,
    unchangeable,
)
from jiqun.methods.explanation.trial import Trial, try_of
from jiqun.packs.models.method import Grade, Ladder
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import from_scaled, to_scaled

NOT_ADVISED = frozenset({"staff"})
LONGEST = 50  # doublings: from one last decimal to 10^15 of them


@dataclass(frozen=True)
class Way:
    """One change alone: from `now` to `needed`, and what it gives.

    `figures` are the measures that change with the input. For a deduction, `input` is its name and `needed` is 0.
    """

    kind: str
    input: str
    unit: str
    digits: int
    now: Fraction
    needed: Fraction
    total: Fraction | None
    rank: int | None
    grade: str | None
    figures: tuple[str, ...]

    @property
    def change(self) -> Fraction:
        return self.needed - self.now

    @property
    def share(self) -> Fraction | None:
        """The change as share of the present value; None where that is zero."""
        return None if self.now == 0 else self.change / abs(self.now)


@dataclass(frozen=True)
class Lacking:
    """A criterion on the way to the next grade that is not met: how to meet it, or which inputs are missing."""

    criterion: str
    verdict: str
    ways: tuple[Way, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Nearest:
    """The nearest ways to the next better grade, the smallest relative change first; always a trial (试算).

    `reason` says why there are none: `best`, `not_graded`, `kinds` (no class is better), `total_unknown`, and then
    `unknown` names the items without points, or `grade_unknown` where the grade is not drawn over the total. `dates`
    are days that the grade looks at and that have not come in: no figure to be changed, but the grade is another once
    they are there.
    """

    subject: str
    grade: str | None
    wanted: str | None
    reason: str
    total: Fraction | None
    ways: tuple[Way, ...]
    out_of_reach: tuple[str, ...]
    not_advised: tuple[str, ...]
    lacking: tuple[Lacking, ...]
    held: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    trial: bool = True


def nearest(
    plan: Plan,
    trace: pl.DataFrame,
    gathered: pl.DataFrame,
    subject: str,
    *,
    not_advised: Collection[str] = NOT_ADVISED,
) -> Nearest:
    """Return the nearest ways to the next better grade by the ranking, before moves.

    `trace` and `gathered` are those of the run, with all subjects. Inputs in `not_advised` are left out: labour
    productivity is not to be raised by cutting staff; so are figures of earlier periods, which nobody can change any
    more, and what its contract calls not changeable. Nor is anybody advised to make a size of its own smaller (`size`
    in the table's contract), such as revenue under a share of R&D. Raises ProblemsError METHOD-081 for an unknown
    subject.
    """
    not_advised = {*not_advised, *past_inputs(plan)}
    if trace.filter(pl.col(plan.subject) == subject).is_empty():
        raise ProblemsError([problem("METHOD-081", Place(item=plan.method.id), subject=subject, period=plan.period)])
    trial = try_of(plan, trace, gathered, subject)
    if trial is None:
        return _nothing(trace.filter(pl.col(plan.subject) == subject).row(0, named=True), subject, "not_graded")
    if trial.grading.classes_are == "kinds":
        return _nothing({"grade": trial.grade}, subject, "kinds")
    place = trial.place(trial.own())
    if place is not None and place == 0:
        return _nothing({"grade": trial.grade, "total": None}, subject, "best")
    not_advised = frozenset(not_advised) | unchangeable(plan)
    ways, out_of_reach, smaller = _ways(trial, not_advised, lambda member: _is_better(trial, member, place))
    ways += _without_deductions(trial, place)
    wanted = trial.classes[place - 1] if place is not None else None
    lacking = tuple(_lacking(trial, not_advised, wanted))
    ways += _meeting_the_rung(trial, place, lacking, {way.input for way in ways})
    population = trial.population
    used = {*(set(movable(plan, population)) & set(not_advised)), *smaller}
    is_open = place is None and not ways
    by_total = any(map(_may_ask_for_total, plan.graded_parts(population)))
    unknown = _without_points(trial) if is_open and by_total else ()
    waits = not may_be_graded(plan, trial.own())
    reason = "total_unknown" if unknown else "grade_unknown" if is_open and (waits or not by_total) else ""
    return Nearest(
        subject,
        trial.grade,
        wanted,
        reason,
        trial.own().total,
        tuple(sorted(ways, key=lambda way: (abs(way.share) if way.share is not None else Fraction(10**9), way.input))),
        () if reason else out_of_reach,
        () if reason else tuple(sorted(used)),
        lacking,
        tuple(name for name, one in plan.method.benchmarks.items() if one.statistic and one.statistic.period == "this"),
        unknown,
        open_dates(plan, population, trial.own().names),
    )


def _may_ask_for_total(part: Grade) -> bool:
    """Whether a grade or a part of it is ranked or cut by the total, or has criteria, which may look at it."""
    ranked_by = part.quota.of if part.quota is not None else part.cuts_of
    return part.lowest_of is None and (part.ladder is not None or ranked_by == "total")


def _without_points(trial: Trial) -> tuple[str, ...]:
    """The items without points, where these leave the total unknown."""
    own = trial.own()
    if trial.plan.total(trial.population) is None or own.total is not None:
        return ()
    return tuple(item for item in trial.plan.scores(trial.population) if own.points[item].value is None)


def _nothing(row: Mapping[str, object], subject: str, reason: str) -> Nearest:
    grade = row.get("grade")
    return Nearest(subject, None if grade is None else str(grade), None, reason, None, (), (), (), (), ())


def _is_better(trial: Trial, member: Member, place: int | None) -> bool:
    """Better than now; for who has no grade yet only the best, as any other may be worse than what is still open."""
    reached = trial.place(member)
    return reached is not None and (reached == 0 if place is None else reached < place)


# --- ways


def _ways(
    trial: Trial, not_advised: Collection[str], reached: Callable[[Member], bool]
) -> tuple[list[Way], tuple[str, ...], tuple[str, ...]]:
    """The ways, the inputs of which no change is enough, and those of which only making a size smaller would be."""
    ways, out_of_reach, smaller = [], [], []
    for name, measures in movable(trial.plan, trial.population).items():
        if name in not_advised:
            continue
        way = _way(trial, name, measures, reached)
        if way is None:
            out_of_reach.append(name)
        elif way.change < 0 and is_size(trial.plan, name):
            smaller.append(name)
        else:
            ways.append(way)
    return ways, tuple(out_of_reach), tuple(smaller)


def _way(trial: Trial, name: str, measures: tuple[str, ...], reached: Callable[[Member], bool]) -> Way | None:
    now = trial.value(name)
    if now is None:
        return None
    digits = digits_of(trial.plan, name)
    start = to_scaled(now, digits)

    def reaches(scaled: int) -> bool:
        return reached(trial.member({name: from_scaled(scaled, digits)}))

    more = _smallest(start, 1, reaches)
    less = None if more is not None and is_size(trial.plan, name) else _smallest(start, -1, reaches)
    found = [one for one in (more, less) if one is not None]
    if not found:
        return None
    needed = from_scaled(min(found, key=lambda scaled: (abs(scaled - start), -scaled)), digits)
    member = trial.member({name: needed})
    changed = tuple(one for one in measures if member.measures[one] != trial.own().measures[one])
    kind = trial.plan.names[name]
    assert isinstance(kind, NumberType)
    unit = kind.unit.symbol if kind.unit.powers else ""
    return Way(
        "input",
        name,
        unit,
        digits,
        now,
        needed,
        member.total,
        trial.others.rank(member),
        trial.others.grade(member),
        changed,
    )


def _smallest(start: int, sign: int, reaches: Callable[[int], bool]) -> int | None:
    """Return the first value in a direction that reaches, while the one before it does not; None where none does.

    A figure that is not negative now does not become negative.
    """
    least = 0 if start >= 0 else None
    below, step = start, 1
    for _ in range(LONGEST):
        probe = start + sign * step
        if least is not None and probe < least:
            probe = least
        if probe == below:
            return None
        if reaches(probe):
            return _halved(below, probe, reaches)
        below, step = probe, step * 2
    return None


def _halved(fails: int, works: int, reaches: Callable[[int], bool]) -> int:
    while abs(works - fails) > 1:
        middle = (works + fails) // 2
        if reaches(middle):
            works = middle
        else:
            fails = middle
    return works


# --- deductions and criteria


def _without_deductions(trial: Trial, place: int | None) -> list[Way]:
    """What would happen if one deduction were withdrawn, or not earned."""
    total = trial.plan.total(trial.population)
    ways = []
    for name in total.deductions if total is not None else ():
        now = trial.own().additions[name].value
        if now <= 0:
            continue
        member = trial.without(name)
        if _is_better(trial, member, place):
            assert total is not None
            digits = total.deductions[name].digits
            zero = Fraction(0)
            rank, grade = trial.others.rank(member), trial.others.grade(member)
            ways.append(Way("deduction", name, "分", digits, now, zero, member.total, rank, grade, ()))
    return ways


def _lacking(trial: Trial, not_advised: Collection[str], grade: str | None) -> Iterator[Lacking]:
    """Criteria of the next rung that are not met, each with the nearest ways to meet it.

    The next rung is that of the next better grade; where the subject has no grade, the lowest that is not met. Of
    several ladders of which the lowest counts, those that reach so far already lack nothing.
    """
    names: dict[str, None] = {}
    for ladder in trial.ladders:
        wanted = _next_rung(trial, ladder, grade)
        names |= dict.fromkeys(_open_criteria(trial, wanted) if wanted is not None else ())
    for name in names:
        verdict = trial.verdicts.get(name, UNMET)
        ways = _ways_to(trial, name, not_advised) if verdict == UNMET else ()
        yield Lacking(name, verdict, tuple(ways), () if verdict == UNMET else tuple(_missing(trial, name)))


def _next_rung(trial: Trial, ladder: Ladder, grade: str | None) -> str | None:
    """The requirement of the rung to be reached; None where the ladder is reached so far or has no open rung."""
    met = [rung.grade for rung in ladder.rungs if trial.verdicts.get(rung.requires) == MET]
    reached = {trial.classes.index(one) for one in met if one in trial.classes}
    if grade is not None and reached and min(reached) <= trial.classes.index(grade):
        return None
    open_ = [rung for rung in ladder.rungs if rung.grade not in met]
    rungs = [rung for rung in open_ if rung.grade == grade] or open_[-1:]
    return rungs[0].requires if rungs else None


def _meeting_the_rung(
    trial: Trial, place: int | None, lacking: tuple[Lacking, ...], known: Collection[str]
) -> list[Way]:
    """The changes that meet a criterion and with it the whole rung, nothing else being short."""
    found = (way for one in lacking for way in one.ways if way.input not in known)
    return [way for way in found if _is_better(trial, trial.member({way.input: way.needed}), place)]


def _open_criteria(trial: Trial, name: str) -> Iterator[str]:
    """The criteria under a requirement that are still wanted; a settled alternative asks for no more of its parts."""
    if trial.verdicts.get(name, UNMET) in (MET, NOT_APPLICABLE):
        return
    if name in trial.plan.method.criteria:
        yield name
        return
    one = trial.plan.method.requirements[name]
    for child in one.all or one.any or one.of or ():
        yield from _open_criteria(trial, child)


def _ways_to(trial: Trial, name: str, not_advised: Collection[str]) -> Iterator[Way]:
    """The smallest change of one figure that meets a criterion."""
    for column in dict.fromkeys(_inputs_of(trial.plan, name, trial.population)):
        if column not in not_advised:
            way = _way(trial, column, (), lambda member: member.verdicts[name] == MET)
            if way is not None and not (way.change < 0 and is_size(trial.plan, column)):
                yield way


def _inputs_of(plan: Plan, criterion: str, population: str) -> Iterator[str]:
    """The inputs of a test; for a test of the total, a block or points all that these are made from."""
    typed = plan.formulas.get(f"criteria.{criterion}.test")
    for name in sorted(typed.names) if typed is not None else ():
        if name in plan.method.measures:
            yield from columns_of(plan, name)
        elif name == "total" or name in plan.method.nodes or name.removesuffix("_points") in plan.items():
            yield from movable(plan, population)
        elif plan.held_against(name) is not None:
            continue  # what others did is not the firm's to change
        elif isinstance(plan.names[name], NumberType) and name not in ("year", "rank"):
            yield name


def _missing(trial: Trial, criterion: str) -> Iterator[str]:
    path = f"criteria.{criterion}.test"
    if path in trial.plan.formulas:
        yield from lacking_inputs(trial.plan, trial.population, path, trial.own().names)
