"""Statements that there is nothing of a period (零报告): for which periods a table without rows counts as reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import narwhals as nw

from jiqun.ledger.log import ImportLog
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.columns.rollups import in_span, of_no_rows, span_of
from jiqun.methods.compiling.plan import Plan
from jiqun.problems import Place, Problem, problem
from jiqun.values import Period


def says_nothing(log: ImportLog, table: str, period: Period) -> bool:
    """Whether statements that there is nothing, of the period or of parts of it, cover all of its days."""
    told = [Period.parse(one.period) for one in log.valid(table) if one.says_nothing and one.period]
    day = period.first
    for span in sorted(told, key=lambda one: one.first):
        if span.first <= day <= span.last:
            day = span.last + timedelta(days=1)
    return day > period.last


def nothing_told(plan: Plan, snapshot: Snapshot) -> dict[str, tuple[Period, ...]]:
    """The periods of which it was said that there is nothing, of tables that are looked at period by period."""
    named = {one.rollup.table for one in plan.method.inputs.values() if one.rollup is not None and one.rollup.in_a_row}
    told: dict[str, tuple[Period, ...]] = {}
    for name in sorted(named):
        nothing = [one.period for one in snapshot.view.log.valid(name) if one.says_nothing and one.period]
        if nothing:
            told[name] = tuple(map(Period.parse, nothing))
    return told


def is_reported(snapshot: Snapshot, table: str, period: Period) -> bool:
    """Whether a frozen table tells anything of a period: it has rows, or there was nothing of the period."""
    frozen = snapshot.tables.get(table)
    return frozen is None or frozen.rows > 0 or says_nothing(snapshot.view.log, table, period)


def silent_periods(plan: Plan, snapshot: Snapshot) -> Iterator[Problem]:
    """Say of which tables, read by their rows of a period, nobody reported a row of it or that there was none.

    METHOD-039, a notice: such rows count as not there, as they always did.
    """
    for name, one in plan.method.inputs.items():
        rollup = one.rollup
        if rollup is None or rollup.rows != "same_period" or of_no_rows(rollup) is None:
            continue
        contract, frozen = plan.contracts[rollup.table], snapshot.tables.get(rollup.table)
        if frozen is None or not frozen.rows or contract.when_empty == "none":
            continue
        period, dated = plan.period.earlier(one.earlier), span_of(plan, rollup)
        assert dated is not None
        rows = nw.from_native(snapshot.table(rollup.table)).filter(in_span(period, rollup, dated))
        if rows.is_empty() and not says_nothing(snapshot.view.log, rollup.table, period):
            said = {"title": contract.title, "title_en": contract.title_en, "period": period, "table": contract.id}
            names = {"name": one.title or name, "name_en": one.title_en or name}
            yield problem("METHOD-039", Place(item=f"{plan.method.id} {name}"), **said, **names)
