"""Grades: by quota, by cuts, by a ladder of requirements, or the lowest of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_

import narwhals as nw

from jiqun.engines import Frame
from jiqun.methods.columns.criteria import MANUAL, MET, UNKNOWN, result_column
from jiqun.methods.columns.cuts import grade_by_lines
from jiqun.methods.columns.members import OPEN
from jiqun.methods.columns.ranking import Ranking, figure
from jiqun.methods.columns.work import STATUSES, Work, first_of, pieces, word
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Grade, Ladder, Quota

REASONS = ("total_missing", "value_missing", "pool_missing", "no_cut", "line_missing", "no_rung")
GROUP_FULL = "group_full"  # the reason of a grade that is worse because others of the group had the places


@dataclass(frozen=True)
class Reading:
    """One population's grades as columns, with the reason where there is none or it is special."""

    grade: nw.Expr
    reason: nw.Expr
    pool: nw.Expr = field(default_factory=lambda: nw.lit(None, nw.String))
    rank: nw.Expr = field(default_factory=lambda: nw.lit(None, nw.Int64))


def grade_words(plan: Plan) -> tuple[str, ...]:
    """Return every class of every grade of the method, in the order first written."""
    return tuple(dict.fromkeys(name for one in plan.method.grades.values() for name in one.classes))


def reason_words(plan: Plan) -> tuple[str, ...]:
    """Return everything that `grade__reason` may say."""
    grades = [f"could_be:{name}" for name in grade_words(plan)]
    limited = any(part.quota is not None and part.quota.per_group != () for part in _parts(plan))
    full = (GROUP_FULL,) if limited else ()
    return (*STATUSES, *REASONS, *grades, *full)


def _parts(plan: Plan) -> Iterator[Grade]:
    for population in plan.populations:
        yield from plan.graded_parts(population)


def add_grades(work: Work) -> None:
    """Add pool, rank, grade__ranked, grade, treated_as and grade__reason.

    Every population is graded on its own. Only status `graded` gets a grade; a missing value leaves the grade open with
    its reason and is never the worst class. Those scored but not graded keep the grade whose measures apply to them in
    `treated_as`.
    """
    if not work.plan.method.grades:
        return
    graded = [one for one in work.present if work.plan.grade(one) is not None]
    base = work.frame
    readings = {one: _Population(work, base, one).read() for one in graded}
    words, reasons = grade_words(work.plan), reason_words(work.plan)
    work.add(
        grade__ranked=_joined({one: each.grade for one, each in readings.items()}, word(None, words)),
        grade__reason=_joined({one: each.reason for one, each in readings.items()}, word(None, reasons)),
        pool=_joined({one: each.pool for one, each in readings.items()}, nw.lit(None, nw.String)),
        rank=_joined({one: each.rank for one, each in readings.items()}, nw.lit(None, nw.Int64)),
        treated_as=_treated_as(work.plan),
    )
    work.add(grade=nw.col("grade__ranked"))
    work.drop(name for name in work.columns if name.startswith("part__"))


def _joined(cases: dict[str, nw.Expr], nothing: nw.Expr) -> nw.Expr:
    return pieces(cases) if cases else nothing


def _treated_as(plan: Plan) -> nw.Expr:
    cases = [
        ((nw.col("status") == "scored") & (nw.col("exception") == name), nw.lit(one.treated_as, nw.String))
        for name, one in plan.method.exceptions.items()
        if one.effect == "scored_not_graded" and one.treated_as is not None
    ]
    return first_of(cases, nw.lit(None, nw.String))


class _Population:
    """Reads the grades of one population; parts of a `lowest_of` are read one after another."""

    def __init__(self, work: Work, base: Frame, population: str) -> None:
        self.work = work
        self.base = base
        self.population = population
        self.words = grade_words(work.plan)
        self.reasons = reason_words(work.plan)
        self.parts = 0

    def read(self) -> Reading:
        one = self.work.plan.grade(self.population)
        assert one is not None
        found = self._part(one)
        if any(one.unless is not None for one in self.work.plan.method.exceptions.values()):
            found = self._waiting(found, one.classes)
        graded = nw.col("status") == "graded"
        others = [(nw.col("status") == status, self._reason(status)) for status in STATUSES if status != "graded"]
        return Reading(
            nw.when(graded).then(found.grade),
            nw.when(graded).then(found.reason).otherwise(first_of(others, word(None, self.reasons))),
            nw.when(graded).then(found.pool),
            nw.when(graded).then(found.rank),
        )

    def _waiting(self, found: Reading, classes: Sequence[str]) -> Reading:
        """Leave the grade open of those of whom it is open that they may have one."""
        ranked = self._kept(found.grade)
        could_be = [
            (nw.col(OPEN) & (ranked.cast(nw.String) == name), self._reason(f"could_be:{name}")) for name in classes
        ]
        return replace(found, grade=nw.when(~nw.col(OPEN)).then(ranked), reason=first_of(could_be, found.reason))

    def _part(self, one: Grade) -> Reading:
        if one.quota is not None:
            return self._quota(one.quota, one.classes)
        if one.cuts is not None:
            value, digits = figure(self.work, self.population, one.cuts_of)
            missing = self._reason(_missing(one.cuts_of))
            found, is_open = grade_by_lines(self.work.plan, value, one.cuts, digits, self.words)
            grade = self._kept(found)
            cases = [(value.is_null(), missing), (is_open, self._reason("line_missing"))]
            reason = first_of(cases, self._reason("no_cut"))
            return Reading(grade, nw.when(grade.is_null()).then(reason))
        if one.ladder is not None:
            return self._ladder(one.ladder)
        return self._lowest(one.classes, [self._part(part) for part in one.lowest_of or ()])

    def _ladder(self, ladder: Ladder) -> Reading:
        grades: list[tuple[nw.Expr, nw.Expr]] = []
        reasons: list[tuple[nw.Expr, nw.Expr]] = []
        for rung in ladder.rungs:
            result = nw.col(result_column(self.work.plan, rung.requires)).cast(nw.String)
            is_open = (result == UNKNOWN) | (result == MANUAL) | result.is_null()
            grades += [(result == MET, word(rung.grade, self.words)), (is_open, word(None, self.words))]
            reasons += [
                (result == MET, self._reason(None)), (is_open, self._reason(f"could_be:{rung.grade}"))
            ]  # fmt: skip
        at_end = self._reason(None if ladder.otherwise is not None else "no_rung")
        return Reading(self._kept(first_of(grades, word(ladder.otherwise, self.words))), first_of(reasons, at_end))

    def _lowest(self, classes: Sequence[str], parts: Sequence[Reading]) -> Reading:
        """The worst grade; one that is missing leaves it open unless another is already the worst class."""
        worst_first = [(self._any_is(parts, name), word(name, self.words)) for name in reversed(classes)]
        complete = reduce(and_, (~part.grade.is_null() for part in parts))
        decided = complete | worst_first[0][0]
        reason = nw.coalesce(*(nw.when(part.grade.is_null()).then(part.reason) for part in parts))
        return Reading(
            nw.when(decided).then(first_of(worst_first, word(None, self.words))),
            nw.when(~decided).then(reason),
            nw.coalesce(*(nw.when(~part.rank.is_null()).then(part.pool) for part in parts)),
            nw.coalesce(*(part.rank for part in parts)),
        )

    def _reason(self, said: str | None) -> nw.Expr:
        return word(said, self.reasons)

    def _kept(self, grade: nw.Expr) -> nw.Expr:
        """A grade as a column of its own, for what asks for it again and again."""
        name = f"part__{self.population}__{self.parts}__grade"
        self.parts += 1
        self.work.add(**{name: grade})
        return nw.col(name)

    @staticmethod
    def _any_is(parts: Sequence[Reading], name: str) -> nw.Expr:
        found = nw.lit(False)
        for part in parts:
            found = found | (part.grade.cast(nw.String) == name).fill_null(False)
        return found

    def _quota(self, quota: Quota, classes: Sequence[str]) -> Reading:
        value, digits = figure(self.work, self.population, quota.of)
        ranking = Ranking(self.work, self.base, self.population, quota, tuple(classes), value, digits)
        tag = f"part__{self.population}__{self.parts}__"
        self.parts += 1
        pool, grade, there = ranking.add(tag, self.words), nw.col(f"{tag}grade"), ~value.is_null()
        reasons = [(~there, self._reason(_missing(quota.of)))]
        if ranking.has_pools:
            reasons.append((pool.is_null(), self._reason("pool_missing")))
        reasons.append((grade.is_null(), self._reason("no_cut")))
        if quota.per_group:
            reasons.append((nw.col(f"{tag}full").fill_null(False), self._reason(GROUP_FULL)))
        reason = first_of(reasons, self._reason(None))
        return Reading(grade, reason, nw.when(there).then(pool), nw.col(f"{tag}rank"))


def _missing(of: str) -> str:
    return "total_missing" if of == "total" else "value_missing"
