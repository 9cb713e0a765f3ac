"""Low-efficiency firms of a year within a user's scope, each with its case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.utils import timezone

from jiqun.desk.running import Run
from jiqun.methods.explanation.restricted import MASKED
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value, said_digits, said_number
from jiqun.reports.speech import say
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.disposals.models import Disposal
from jiqun.web.disposals.state import TITLES, State, state_of
from jiqun.web.enterprises.register import leading_run, place_names, readable_runs
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, ledger, names_of, run_of, totals_restricted
from jiqun.web.shell.language import both

_SOON = 30


@dataclass(frozen=True)
class Line:
    """A low-efficiency firm: its grade now and the year before, its case and how long there is.

    `run` is the evaluation whose list it stands on; a case that was carried over stands on an earlier one, and `listed`
    tells whether the firm is on the list that is looked at.
    """

    enterprise: str
    name: str
    district: str
    place: str
    total: str | None
    again: bool
    state: State | None
    way: str
    left: int | None
    run: str
    year: int
    listed: bool = True

    @property
    def progress(self) -> str:
        """The last thing that was said of how it goes, with its day."""
        told = [one for one in self.state.events if one.kind == "progress"] if self.state is not None else []
        return f"{timezone.localdate(told[-1].at)} {told[-1].details['text']}" if told else ""

    @property
    def stage(self) -> str:
        return "none" if self.state is None else self.state.stage

    @property
    def stage_title(self) -> str:
        return both(*TITLES[self.stage])

    @property
    def light(self) -> str:
        if self.stage == "closed":
            return "green"
        if self.left is None:
            return "none"
        return "red" if self.left < 0 else "yellow" if self.left <= _SOON else "green"


def ways(language: Language) -> Mapping[str, str]:
    """Return the ways of disposal that the law book has, by code."""
    return names_of("disposals", date.today(), language)


def graded_runs(scope: Scope) -> list[Run]:
    """Return the told runs whose lowest grade names low-efficiency firms: the leading one, then the newest."""
    leading = leading_run(scope)
    found = [one for one in readable_runs(scope) if _lowest(one)]
    return sorted(found, key=lambda one: leading is None or one.id != leading.id)


def _lowest(run: Run) -> str:
    classes = [name for one in run.plan.method.grades.values() for name in one.classes]
    return classes[-1] if classes else ""


def low(run: Run) -> frozenset[str]:
    """Return the firms that have the lowest grade of a run's rule."""
    return _low(run.id)


@kept(32)
def _low(id_: str) -> frozenset[str]:
    run = run_of(id_)
    return frozenset(run.trace.filter(pl.col("grade").cast(pl.String) == _lowest(run))["enterprise"].to_list())


def lines(run: Run, scope: Scope, language: Language, today: date) -> list[Line]:
    """List the low-efficiency firms of a run within a scope; the late ones first, then those without a case."""
    return _in_order(_lines(run, low(run), scope, language, today))


def _lines(run: Run, firms: AbstractSet[str], scope: Scope, language: Language, today: date) -> Iterator[Line]:
    """Tell of those of some firms that are on the list of a run and within a scope."""
    told = _Words(scope, language, today)
    shown = firms & low(run) & told.firms
    one = {"enterprise__in": shown} if len(shown) == 1 else {}
    cases = Disposal.objects.filter(year=int(run.plan.period.year), **one).prefetch_related("events")
    states = {case.enterprise: state_of(case) for case in cases if case.enterprise in shown}
    before = _before(run, scope)
    earlier = frozenset[str]() if before is None else low(before)
    return (told.line(run, firm, states.get(firm), firm in earlier) for firm in shown)


def carried(run: Run, scope: Scope, language: Language, today: date) -> list[Line]:
    """List the cases under way that a run's list does not show: of earlier years, or of firms no longer on it.

    A firm that rises leaves the list, and what was agreed with it is not settled by that.
    """
    year, listed, told = int(run.plan.period.year), low(run), _Words(scope, language, today)
    states = [state_of(one) for one in Disposal.objects.filter(year__lte=year).prefetch_related("events")]
    found, lists = [], _Lists(run.method_id, scope)
    for one in states:
        firm, of = one.disposal.enterprise, one.disposal.year
        if one.stage in ("none", "closed") or firm not in told.firms or (of == year and firm in listed):
            continue
        its = lists.naming(firm, of)
        if its is not None:
            found.append(told.line(its, firm, one, False, firm in listed))
    return _in_order(found)


class _Lists:
    """The lists of every year, each read once; of several of a year an official one of the same rule stands first."""

    def __init__(self, method: str, scope: Scope) -> None:
        self._method, self._scope = method, scope
        self._of: dict[int, list[tuple[Run, frozenset[str]]]] = {}

    def naming(self, firm: str, year: int) -> Run | None:
        """Return the evaluation of a year whose list names a firm; None where none can be read any more."""
        if year not in self._of:
            runs = [one for one in readable_runs(self._scope) if int(one.plan.period.year) == year]
            first = sorted(runs, key=lambda one: (one.method_id != self._method, not one.official))
            self._of[year] = [(one, low(one)) for one in first]
        return next((one for one, listed in self._of[year] if firm in listed), None)


class _Words:
    """What the lines of a list are told with: the firms of a scope, places, ways and totals."""

    def __init__(self, scope: Scope, language: Language, today: date) -> None:
        self.firms, self.today = ledger().firms(scope), today
        self._scope, self._named = scope, _named(ledger())
        self._places, self._ways = place_names(), ways(language)

    def line(self, run: Run, firm: str, state: State | None, again: bool, listed: bool = True) -> Line:
        name, district = self._named[firm]
        way = "" if state is None or not state.way else self._ways.get(state.way, state.way)
        left = None if state is None else state.days_left(self.today)
        told = (firm, name, district, self._places.get(district, district or "—"), _total(run, firm, self._scope))
        return Line(*told, again, state, way, left, run.id, int(run.plan.period.year), listed)


@kept(2)
def _named(of: Ledger) -> Mapping[str, tuple[str, str]]:
    firms = of.table("enterprise").select("enterprise", "name", "district")
    return {one: (name or one, district or "") for one, name, district in firms.iter_rows()}


def _in_order(found: Iterable[Line]) -> list[Line]:
    order = {"none": 1, "closed": 3}
    return sorted(
        found,
        key=lambda one: (one.left is None or one.left >= 0, order.get(one.stage, 2), one.left or 0, one.enterprise),
    )


@dataclass(frozen=True)
class Became:
    """What became of the list of the year before: still on it, risen from it, and without a grade now."""

    year: int
    count: int
    still: int
    risen: int

    @property
    def without(self) -> int:
        return self.count - self.still - self.risen


def became(run: Run, scope: Scope) -> Became | None:
    """Count what became of the firms of a scope that were listed the year before; None without such a list."""
    before = _before(run, scope)
    if before is None:
        return None
    listed = low(before) & ledger().firms(scope)
    graded = run.trace.filter(pl.col("enterprise").is_in(list(listed))).drop_nulls("grade")["enterprise"].to_list()
    still = listed & low(run)
    return Became(int(before.plan.period.year), len(listed), len(still), len(set(graded) - still))


def _before(run: Run, scope: Scope) -> Run | None:
    """Return the evaluation of the year before under the same rule, an official one first; None without one."""
    year = int(run.plan.period.year) - 1
    same = [one for one in readable_runs(scope) if one.method_id == run.method_id and int(one.plan.period.year) == year]
    return min(same, key=lambda one: not one.official, default=None)


def _total(run: Run, firm: str, scope: Scope) -> str | None:
    """Return the total of a firm as the scope may see it; None where it has none."""
    total = _totals(run.id).get(firm)
    untold = total is not None and not scope.sees_restricted and firm in totals_restricted(run.id)
    return MASKED if untold else total


@kept(8)
def _totals(id_: str) -> Mapping[str, str]:
    run = run_of(id_)
    if "total" not in run.trace.columns:
        return {}
    digits = {one: total.digits for one in run.plan.populations if (total := run.plan.total(one)) is not None}
    rows = run.trace.select("enterprise", pl.col("population").cast(pl.String), "total").drop_nulls("total")
    return {
        firm: f"{total / 10 ** digits.get(population, 2):,.{digits.get(population, 2)}f}"
        for firm, population, total in rows.iter_rows()
    }


def line_of(run: Run, enterprise: str, scope: Scope, language: Language, today: date) -> Line | None:
    """Return one firm's line; None outside of the scope or the list."""
    return next(iter(_lines(run, {enterprise}, scope, language, today)), None)


def case_of(disposal: Disposal, scope: Scope) -> bool:
    """Tell whether a case is within a scope."""
    return scope.whole or disposal.enterprise in ledger().firms(scope)


def workbook(found: list[Line], run_id: str, language: Language) -> bytes:
    """Return the list as a workbook; a trial as long as its run is one."""
    run, zh = run_of(run_id), language == "zh"
    titles = (
        [
            "代码",
            "企业",
            "区县",
            "总分",
            "连续低效",
            "状态",
            "处置方式",
            "责任单位",
            "完成期限",
            "剩余天数",
            "佐证份数",
            "立案年度",
            "在本次名单",
            "最近进展",
        ]
        if zh
        else [
            "code",
            "firm",
            "district",
            "total",
            "low in a row",
            "state",
            "way",
            "responsible",
            "due",
            "days left",
            "papers",
            "year of the case",
            "on this list",
            "last progress",
        ]
    )
    units = {3: ("分", "points"), 9: ("天", "days"), 10: ("份", "")}
    digits = said_digits(one.total for one in found)
    fields = tuple(
        Field(one, units[at][0 if zh else 1], "number", digits if at == 3 else 0)
        if at in units
        else Field(one, kind={0: "code", 8: "date"}.get(at, "text"))  # type: ignore[arg-type]
        for at, one in enumerate(titles)
    )
    rows: list[list[Value]] = [
        [
            one.enterprise, one.name, one.place, said_number(one.total), ("是" if zh else "yes") if one.again else "",
            one.stage_title, one.way, one.state.unit if one.state else "",
            one.state.due.isoformat() if one.state and one.state.due else "",
            one.left, len(one.state.papers) if one.state else None, str(one.year) if one.state else "",
            ("是" if zh else "yes") if one.listed else ("否" if zh else "no"), one.progress,
        ]
        for one in found
    ]  # fmt: skip
    title = f"低效企业处置台账 {run.period}" if zh else f"Disposal of low-efficiency firms {run.period}"
    state = say("official" if run.official else "trial", language)
    facts = (f"运行 {run.id}" if zh else f"run {run.id}", f"快照 {run.snapshot}" if zh else f"snapshot {run.snapshot}")
    head = Head(title=title, facts=facts, state=state, trial=not run.official, language=language)
    return workbook_bytes(head, [Sheet("处置台账" if zh else "Disposal", title, fields, rows, frozen=2)])
