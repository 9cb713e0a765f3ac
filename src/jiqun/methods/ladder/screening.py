"""Ladder screening: for every firm the highest rung held, the next one, what is met and what exactly is missing.

"Met" is a self-assessment and never means officially recognised. Unknown is never unmet, and where too little is known
nothing is recommended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.criteria import MANUAL, MET, UNKNOWN, UNMET
from jiqun.methods.ladder.criterion_states import CriterionState, StatesByFirm
from jiqun.methods.ladder.edition import ChosenEdition, choose_edition
from jiqun.methods.ladder.evaluations import Case, Evaluated, assumed_case
from jiqun.methods.ladder.titles import Holding
from jiqun.values import exact

Advice = Literal["ready", "for_review", "not_yet", "unclear", "no_recommendation", "outside", "not_covered", "barred"]
DeadlineKind = Literal["update", "review", "review_open", "apply_again"]


@dataclass(frozen=True)
class Assessment:
    """A firm held against the rule of one rung.

    `coverage` is the share of known criteria among those that apply and are not for a person to judge.
    """

    rung: str
    case: Case
    edition: ChosenEdition
    plan: Plan | None
    verdict: str
    coverage: Fraction
    advice: Advice
    criteria: tuple[CriterionState, ...]

    @property
    def lacking(self) -> tuple[CriterionState, ...]:
        """The criteria that stand in the way."""
        return tuple(one for one in self.criteria if one.blocks)

    def count(self, result: str) -> int:
        """How many criteria stand so; what another met part makes up for is not counted as open."""
        return sum(one.standing == result for one in self.criteria)


@dataclass(frozen=True)
class Deadline:
    """A day by which something must be done for a title; `missed` where it has passed.

    `review_open`: the term ends, but a higher title is held and no document says whether to re-verify this one.
    """

    kind: DeadlineKind
    title: str
    day: date
    missed: bool


@dataclass(frozen=True)
class Standing:
    """Where a firm stands on the ladder on a day.

    `held` is the highest rung held by a valid title or a listing; `pool` the highest pool whose criteria are met.
    `next` is the rung to work for, `review` the held rung against the rule of its re-verification where that is due,
    `sides` the rungs beside the ladder.
    """

    enterprise: str
    name: str
    district: str
    held: str | None
    pool: str | None
    holdings: tuple[Holding, ...]
    next: Assessment | None
    review: Assessment | None
    sides: tuple[Assessment, ...]
    deadlines: tuple[Deadline, ...]
    barred_until: date | None


def screen(evaluated: Evaluated, enterprises: Iterable[str] | None = None) -> tuple[Standing, ...]:
    """Return the standing of every firm with data or a title (or of those named), sorted by id."""
    screening = _Screening(evaluated)
    chosen = sorted(screening.firms if enterprises is None else set(enterprises))
    return tuple(screening.standing(one) for one in chosen)


class _Screening:
    """Reads results and titles once and then looks at one firm after another."""

    def __init__(self, evaluated: Evaluated) -> None:
        self.evaluated = evaluated
        self.ladder = evaluated.ladder
        self.holdings: dict[str, list[Holding]] = {}
        for one in evaluated.holdings:
            self.holdings.setdefault(one.enterprise, []).append(one)
        self.cases = {(one.enterprise, one.rung, one.case_type): one for one in evaluated.cases}
        self.rows = {key: StatesByFirm(result) for key, result in evaluated.results.items()}
        self.firms = set(self.holdings) | {firm for rows in self.rows.values() for firm in rows.row_of}
        self.main = [name for name, rung in self.ladder.rungs.items() if not rung.side]
        self.editions: dict[tuple[str, Case], ChosenEdition] = {}

    def standing(self, firm: str) -> Standing:
        evaluated = self.evaluated
        own = tuple(self.holdings.get(firm, ()))
        held = self._held(firm, own)
        barred = max((one.barred_until for one in own if _bars(one, evaluated.on)), default=None)  # type: ignore[type-var]
        following, pool = self._next(firm, held, barred)
        return Standing(
            enterprise=firm,
            name=evaluated.names.get(firm, ""),
            district=evaluated.districts.get(firm, ""),
            held=held,
            pool=pool,
            holdings=own,
            next=following,
            review=self._review(firm, held, own),
            sides=tuple(self._sides(firm, own, barred)),
            deadlines=tuple(_deadlines(own, evaluated.on)),
            barred_until=barred,
        )

    def _held(self, firm: str, own: Sequence[Holding]) -> str | None:
        valid = {one.title for one in own if one.is_valid}
        for name in reversed(self.main):
            rung = self.ladder.rungs[name]
            if rung.holds in valid or (rung.held_by == "listing" and firm in self.evaluated.listed):
                return name
        return None

    def _next(self, firm: str, held: str | None, barred: date | None) -> tuple[Assessment | None, str | None]:
        """Climb from the held rung: pools that are reached or meant for others are passed, the next title stops.

        Who is ready for that title is told so, also where a pool on the way to it is missed or unknown; who is in a
        pool is not sent back to a lower one.
        """
        pool = None
        missed: Assessment | None = None
        above = self.main[self.main.index(held) + 1 :] if held is not None else self.main
        for name in above:
            rung = self.ladder.rungs[name]
            found = self._assess(firm, name, "application", None if rung.held_by == "criteria" else barred)
            if rung.held_by == "criteria" and found.verdict == MET:
                pool, missed = name, None
                continue
            if rung.held_by == "criteria" and found.advice == "outside":
                continue
            if rung.held_by == "criteria":
                missed = missed or found
                continue
            return (found if missed is None or found.verdict == MET else missed), pool
        return missed, pool

    def _review(self, firm: str, held: str | None, own: Sequence[Holding]) -> Assessment | None:
        """The rule of the re-verification, for the highest title whose term ends in this year or ended before."""
        due = {one.title for one in own if one.review_due is not None and one.state in ("valid", "lapsed")}
        for name in reversed(self.main):
            rung = self.ladder.rungs[name]
            if rung.holds in due and rung.rule is not None and self._reaches(name, held):
                return self._assess(firm, name, "review", None)
        return None

    def _reaches(self, name: str, held: str | None) -> bool:
        return held is None or self.main.index(name) >= self.main.index(held)

    def _sides(self, firm: str, own: Sequence[Holding], barred: date | None) -> Iterator[Assessment]:
        valid = {one.title for one in own if one.is_valid}
        for name, rung in self.ladder.rungs.items():
            if rung.side and rung.rule is not None and rung.holds not in valid:
                yield self._assess(firm, name, "application", barred)

    # --- one rung

    def _assess(self, firm: str, name: str, case_type: str, barred: date | None) -> Assessment:
        rung = self.ladder.rungs[name]
        case = self.cases.get((firm, name, case_type)) or assumed_case(firm, name, case_type, self.evaluated.on)
        nothing = ChosenEdition(rung.rule or "", None)
        edition = self._edition(rung.rule, case) if rung.rule is not None else nothing
        return self.under(edition, case, barred)

    def under(self, edition: ChosenEdition, case: Case, barred: date | None) -> Assessment:
        """Hold a firm against one edition of a rung's rule, whichever applies to its case."""
        firm, name = case.enterprise, case.rung
        rows = None if edition.method is None else self._rows_of(edition)
        if rows is None:
            return Assessment(name, case, edition, None, UNKNOWN, Fraction(0), "not_covered", ())
        if firm not in rows.row_of or rows.row_of[firm]["population"] is None:
            return Assessment(name, case, edition, None, UNKNOWN, Fraction(0), "outside", ())
        criteria, verdict = rows.states(firm)
        known = sum(one.result in (MET, UNMET) for one in criteria)
        asked = sum(one.result in (MET, UNMET, UNKNOWN) for one in criteria)
        coverage = Fraction(known, asked) if asked else Fraction(1)
        advice = _advice(verdict, coverage, exact(self.ladder.least_coverage), barred)
        return Assessment(name, case, edition, rows.plan, verdict, coverage, advice, criteria)

    def _edition(self, rule: str, case: Case) -> ChosenEdition:
        key = (rule, Case("", case.rung, case.case_type, case.cohort, case.applied_on))
        if key not in self.editions:
            self.editions[key] = choose_edition(self.evaluated.rules[rule], case.facts())
        return self.editions[key]

    def _rows_of(self, edition: ChosenEdition) -> StatesByFirm | None:
        assert edition.method is not None
        named = self.rows.get((edition.method, edition.edition or ""))
        return named or next((rows for key, rows in self.rows.items() if key[0] == edition.method), None)


@dataclass(frozen=True)
class SideBySide:
    """A firm's case held against every edition of a rung's rule; `applies` is the one that judges it."""

    enterprise: str
    name: str
    case: Case
    applies: ChosenEdition
    assessments: Mapping[str, Assessment]  # by edition


def side_by_side(evaluated: Evaluated, rung: str, enterprises: Iterable[str] | None = None) -> tuple[SideBySide, ...]:
    """Hold firms that applied, hold the rung or are next to it against all editions of its rule that were computed.

    In spring 2026 the same firm could be judged by two rules, by its case; this shows what either would say.
    """
    screening = _Screening(evaluated)
    rule = evaluated.rules[evaluated.ladder.rungs[rung].rule or ""]
    uses = {one.use.edition or "": ChosenEdition(rule.id, one.use.method, one.use.edition) for one in rule.choices}
    found = []
    for standing in screen(evaluated, enterprises):
        case = _case_for(screening, standing, rung)
        if case is not None:
            assessments = {key: screening.under(uses[key], case, standing.barred_until) for key in sorted(uses)}
            applies = choose_edition(rule, case.facts())
            found.append(SideBySide(standing.enterprise, standing.name, case, applies, assessments))
    return tuple(found)


def _case_for(screening: _Screening, standing: Standing, rung: str) -> Case | None:
    for case_type in ("review", "application"):
        case = screening.cases.get((standing.enterprise, rung, case_type))
        if case is not None:
            return case
    holds = screening.ladder.rungs[rung].holds
    if any(one.title == holds and one.is_valid for one in standing.holdings):
        return assumed_case(standing.enterprise, rung, "review", screening.evaluated.on)
    if standing.next is not None and standing.next.rung == rung:
        return standing.next.case
    return None


def _advice(verdict: str, coverage: Fraction, least: Fraction, barred: date | None) -> Advice:
    """What to tell the firm. A pass that holds whatever the unknown turns out to be (直通) needs no coverage."""
    if barred is not None:
        return "barred"
    if coverage < least and verdict not in (MET, MANUAL):
        return "no_recommendation"
    found: Mapping[str, Advice] = {MET: "ready", UNMET: "not_yet", MANUAL: "for_review", UNKNOWN: "unclear"}
    return found.get(verdict, "unclear")


def _bars(one: Holding, on: date) -> bool:
    return one.barred_until is not None and one.barred_until >= on


def _deadlines(own: Iterable[Holding], on: date) -> Iterator[Deadline]:
    for one in own:
        if one.review_due is not None and one.state in ("valid", "lapsed"):
            kind: DeadlineKind = "review" if one.review_open_by is None else "review_open"
            yield Deadline(kind, one.title, one.review_due, one.review_due < on)
        if one.update_due is not None and one.update_state in ("open", "overdue"):
            yield Deadline("update", one.title, one.update_due, one.update_due < on)
        if _bars(one, on):
            assert one.barred_until is not None
            yield Deadline("apply_again", one.title, one.barred_until, False)
