"""The ledger of what follows from the grades (差别化政策台账): whom a measure applies to, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from jiqun.desk.reporting import Grounds, grounds
from jiqun.desk.running import Run
from jiqun.methods.explanation.restricted import MASKED, restricted_names
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Entitlement
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.speech import say
from jiqun.reports.word.common import facts_of
from jiqun.reports.workbook import workbook_bytes
from jiqun.values import from_scaled, unit_said
from jiqun.web.campaigns.queries import Firms, districts_of_firms
from jiqun.web.people.scope import Scope
from jiqun.web.region import region
from jiqun.web.shell.language import both, spoken


def amount_hidden(run: Run, name: str, scope: Scope) -> bool:
    """Tell whether the amount of a measure tells a figure that the reader may not see."""
    path = f"entitlements.{name}.amount"
    if scope.sees_restricted or path not in run.plan.formulas:
        return False
    return not restricted_names(run.plan).isdisjoint(run.plan.formulas[path].names)


def measures_workbook(run: Run, firms: Firms, scope: Scope) -> tuple[bytes, str]:
    """Return the ledger of the firms given as a workbook with its title, one sheet a measure; unknown stays unknown."""
    base = grounds(region(), run)
    title = both(f"{base.year}年度差别化政策台账", f"Measures that follow from the grades, {base.year}")
    state = say("official" if run.official else "trial", spoken())
    signed = () if run.sign_off is None else (run.sign_off.words(spoken()),)
    head = Head(title, (*_facts(run, base), *signed), state, not run.official, spoken())
    entitled = run.plan.method.entitlements
    rows = run.trace.filter(pl.col(run.subject).is_in(list(firms.names))).sort(run.subject)
    hidden = {name for name in entitled if amount_hidden(run, name, scope)}
    sheets = [_sheet(run, name, one, rows, firms, hidden=name in hidden) for name, one in entitled.items()]
    return workbook_bytes(head, sheets), title


def _facts(run: Run, base: Grounds) -> tuple[str, ...]:
    if spoken() == "zh":
        return facts_of(base)
    method = run.plan.method
    return (
        f"{method.title_en or method.title}, {method.id}", f"data year {base.year}",
        f"data snapshot {base.snapshot}, frozen on {base.frozen_on}", f"run {base.run}",
    )  # fmt: skip


def _sheet(run: Run, name: str, one: Entitlement, rows: pl.DataFrame, firms: Firms, *, hidden: bool) -> Sheet:
    voice = Voice(run.plan, spoken(), run.book)
    title = voice.pick(one.title, one.title_en, name)
    fields = [
        Field(both("统一社会信用代码", "Code"), kind="code"),
        Field(both("企业", "Firm"), widest=44),
        Field(both("区县", "District"), widest=16),
        Field(both("档次", "Grade"), kind="code"),
        Field(both("适用", "Applies"), kind="code"),
    ]
    if one.amount is not None:
        unit = "" if one.unit == "1" else unit_said(one.unit, spoken())
        fields.append(Field(both("金额", "Amount"), unit, "number", one.digits))
    note = (
        both("增加企业负担的措施", "A measure that makes firms pay more")
        if one.effect == "burden"
        else both("企业受益的措施", "A measure that benefits firms")
    )
    cells = list(_cells(name, one, rows, firms, hidden=hidden))
    return Sheet(title[:31], title, tuple(fields), cells, (note,), frozen=2)


def _cells(name: str, one: Entitlement, rows: pl.DataFrame, firms: Firms, *, hidden: bool) -> Iterator[list[Value]]:
    state, amount = f"entitlement__{name}__state", f"entitlement__{name}"
    said = {"applies": both("适用", "yes"), "unknown": both("未知", "unknown")}
    places = districts_of_firms()
    for row in sorted(rows.iter_rows(named=True), key=lambda one: one[state] != "applies"):  # the unknown come last
        if row[state] not in said:
            continue
        firm = row["enterprise"]
        line: list[Value] = [firm, firms.name(firm), places.get(firm), row["grade"], said[row[state]]]
        if one.amount is not None:
            told = None if row[amount] is None else float(from_scaled(row[amount], one.digits))
            line.append(MASKED if hidden and told is not None else told)
        yield line
