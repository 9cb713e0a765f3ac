"""Low-efficiency firms of a year within a user's scope, each with its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from jiqun.desk.running import Run
from jiqun.methods.explanation.restricted import MASKED
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value, said_digits, said_number
from jiqun.reports.speech import say
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.disposals.models import Disposal
from jiqun.web.disposals.state import TITLES, State, state_of
from jiqun.web.enterprises.register import leading_run, place_names, readable_runs
from jiqun.web.people.scope import Scope
from jiqun.web.region import evaluated, ledger, names_of, run_of, totals_restricted
from jiqun.web.shell.language import both

_SOON = 30


@dataclass(frozen=True)
class Line:
    """A low-efficiency firm: its grade now and the year before, its case and how long there is."""

    enterprise: str
    name: str
    district: str
    place: str
    total: str | None
    again: bool
    state: State | None
    way: str
    left: int | None

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


def low(run: Run) -> set[str]:
    """Return the firms that have the lowest grade of a run's rule."""
    return set(run.trace.filter(pl.col("grade").cast(pl.String) == _lowest(run))["enterprise"].to_list())


def lines(run: Run, scope: Scope, language: Language, today: date) -> list[Line]:
    """List the low-efficiency firms of a run within a scope; the late ones first, then those without a case."""
    year = int(run.plan.period.year)
    firms = scope.rows(ledger().table("enterprise"))
    firms = firms.filter(pl.col("enterprise").is_in(list(low(run)))).select("enterprise", "name", "district")
    cases = {one.enterprise: one for one in Disposal.objects.filter(year=year).prefetch_related("events")}
    earlier, places, titles = _before(run, scope), place_names(), ways(language)
    totals = _totals(run, scope, language)
    found = []
    for enterprise, name, district in firms.iter_rows():
        case = cases.get(enterprise)
        state = None if case is None else state_of(case)
        way = "" if state is None or not state.way else titles.get(state.way, state.way)
        left = None if state is None else state.days_left(today)
        place = places.get(district, district or "—")
        told = (enterprise, name or enterprise, district or "", place, totals.get(enterprise))
        found.append(Line(*told, enterprise in earlier, state, way, left))
    order = {"none": 1, "closed": 3}
    return sorted(
        found,
        key=lambda one: (one.left is None or one.left >= 0, order.get(one.stage, 2), one.left or 0, one.enterprise),
    )


def _before(run: Run, scope: Scope) -> set[str]:
    """Return the firms that had the lowest grade the year before under the same rule."""
    year = int(run.plan.period.year) - 1
    for one in readable_runs(scope):
        if one.method_id == run.method_id and int(one.plan.period.year) == year:
            return low(one)
    return set()


def _totals(run: Run, scope: Scope, language: Language) -> dict[str, str]:
    data = evaluated(run.id, language)
    digits = {one: total.digits for one in data.plan.populations if (total := data.plan.total(one)) is not None}
    rows = run.trace.select("enterprise", "population", "total") if "total" in run.trace.columns else None
    if rows is None:
        return {}
    untold = frozenset[str]() if scope.sees_restricted else totals_restricted(run.id)
    return {
        enterprise: MASKED
        if enterprise in untold
        else f"{total / 10 ** digits.get(str(population), 2):,.{digits.get(str(population), 2)}f}"
        for enterprise, population, total in rows.drop_nulls("total").iter_rows()
    }


def line_of(run: Run, enterprise: str, scope: Scope, language: Language, today: date) -> Line | None:
    """Return one firm's line; None outside of the scope or the list."""
    return next((one for one in lines(run, scope, language, today) if one.enterprise == enterprise), None)


def case_of(disposal: Disposal, scope: Scope) -> bool:
    """Tell whether a case is within a scope."""
    return scope.whole or disposal.enterprise in ledger().firms(scope)


def workbook(found: list[Line], run_id: str, language: Language) -> bytes:
    """Return the list as a workbook; a trial as long as its run is one."""
    run, zh = run_of(run_id), language == "zh"
    titles = (
        ["代码", "企业", "区县", "总分", "连续低效", "状态", "处置方式", "责任单位", "完成期限", "剩余天数", "佐证份数"]
        if zh
        else ["code", "firm", "district", "total", "again", "state", "way", "responsible", "due", "days left", "papers"]
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
            one.left, len(one.state.papers) if one.state else None,
        ]
        for one in found
    ]  # fmt: skip
    title = f"低效企业处置台账 {run.period}" if zh else f"Disposal of low-efficiency firms {run.period}"
    state = say("official" if run.official else "trial", language)
    facts = (f"运行 {run.id}" if zh else f"run {run.id}", f"快照 {run.snapshot}" if zh else f"snapshot {run.snapshot}")
    head = Head(title=title, facts=facts, state=state, trial=not run.official, language=language)
    return workbook_bytes(head, [Sheet(title, title, fields, rows, frozen=2)])
