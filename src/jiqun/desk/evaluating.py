"""Evaluating the ledger: the tables of a frozen snapshot under a method, the run kept in the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.desk.by_register import REGISTER, YEARLY, by_register, filled_digest, told_by_register
from jiqun.desk.columns_elsewhere import columns_elsewhere, with_columns_elsewhere
from jiqun.desk.context import Context
from jiqun.desk.nil_returns import is_reported, nothing_told, silent_periods
from jiqun.desk.running import Run, all_runs, keep
from jiqun.desk.screening import misspelt_titles
from jiqun.ledger.content import content_hash
from jiqun.ledger.snapshot import Snapshot, freeze, open_snapshot
from jiqun.methods import LoadedMethod, Plan, Result, evaluate, load
from jiqun.methods.columns.gather import QUARTERS
from jiqun.methods.ladder import holdings, ladder_of, title_events, title_held
from jiqun.methods.runs.run import SignOff
from jiqun.packs.editions import edition_at
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Period, digest, from_scaled

STAGES: Mapping[str, str] = {
    "compiling": "编制办法",
    "freezing": "冻结台账",
    "reading": "取数",
    "evaluating": "评价",
    "saving": "保存结果",
}
Step = Callable[[str], None]  # told the stage (a key of STAGES) that begins
HISTORY, ITEMS, TITLES, QUARTERLY = "grade_history", "result_item", "title_held", QUARTERS
OF_RUNS = " of runs"  # marks among a run's tables those made of earlier runs
# tables that an evaluation reads although no column of theirs stands in a formula
_ALWAYS = ("adjustment", "certified_score", HISTORY, QUARTERS)
_HISTORY_SCHEMA = {
    "enterprise": pl.String(),
    "year": pl.Int64(),
    "method": pl.String(),
    "grade": pl.String(),
    "total": pl.Float64(),
}
_QUARTER_SCHEMA = {"enterprise": pl.String(), "year": pl.Int64(), "quarter": pl.Int64(), **_HISTORY_SCHEMA}
_ITEM_SCHEMA = {
    "enterprise": pl.String(),
    "year": pl.Int64(),
    "method": pl.String(),
    "item": pl.String(),
    "value": pl.Float64(),
}


@dataclass(frozen=True)
class Wanted:
    """What is to be evaluated: method, period, engine, snapshot (the ledger of now where empty), other parameters."""

    method: str
    period: Period
    engine: str = "polars"
    snapshot: str = ""
    parameters: Mapping[str, str] | None = None


def find_method(context: Context, asked: str, period: Period | None = None) -> LoadedMethod:
    """Return a method with the law book it stands in: the workspace's, else that of all packs at hand.

    `id@edition` names an edition. Where none is named it is the one in force on the last day of the period, the latest
    where none or several were. METHOD-033 with the nearest id where no pack has it.
    """
    name, _, edition = asked.partition("@")
    book = context.book if context.book.has("method", name) else context.everything
    return load(name, book, edition or (edition_at(book, name, period) if period is not None else None))


def edition_problems(asked: str, run: Run) -> list[Problem]:
    """Say where the latest edition was taken, nobody having named one, though it was not in force at the period's end.

    METHOD-087, a notice: which edition a case belongs to may hang on more than the day.
    """
    rule, last = run.plan.method, run.plan.period.last
    span = run.book.days_in_force(rule)
    if "@" in asked or span.covers(last):
        return []
    begins, ends = ("…" if day is None else day.isoformat() for day in (span.from_, span.to))
    said = {"edition": run.edition, "begins": begins, "ends": ends, "on": last.isoformat()}
    return [problem("METHOD-087", Place(item=rule.id), **said)]


def run_method(context: Context, wanted: Wanted, step: Step, sign_off: SignOff | None = None) -> Run:
    """Evaluate a method on a snapshot and keep the run in the workspace: official where it is signed, else a trial.

    RUN-001 to 004 and 008 to 011, all at once, where the result cannot be official; nothing is kept then.
    """
    result, snapshot = evaluated(context, wanted, step, official=sign_off is not None)
    step("saving")
    return keep(context, result, snapshot, sign_off)


def evaluated(context: Context, wanted: Wanted, step: Step, *, official: bool) -> tuple[Result, Snapshot]:
    """Evaluate a method on a snapshot without keeping the result."""
    step("compiling")
    method = find_method(context, wanted.method, wanted.period)
    plan = method.plan(wanted.period, wanted.parameters or None)
    step("freezing")
    snapshot = (
        open_snapshot(context.workspace, wanted.snapshot)
        if wanted.snapshot
        else freeze(context.workspace, when=context.now)
    )
    step("reading")
    tables, digests = tables_for(context, plan, snapshot, official=official)
    step("evaluating")
    said = (
        *_of_titles(context, plan, snapshot),
        *silent_periods(plan, snapshot),
        *columns_elsewhere(plan, context.book),
        *told_by_register(plan, snapshot),
    )
    nothing = nothing_told(plan, snapshot)
    digests |= {f"{name} nil": digest([str(one) for one in periods]) for name, periods in nothing.items()}
    result = evaluate(
        plan, tables, engine=wanted.engine, digests=digests, book=method.book, notices=said, nothing=nothing
    )
    return result, snapshot


def _of_titles(context: Context, plan: Plan, snapshot: Snapshot) -> Iterator[Problem]:
    """Say on which day titles were looked at, and which are misspelt, where the rule asks for any."""
    if TITLES in plan.contracts and "title" in snapshot.names:
        ladder, on = ladder_of(context.book), plan.period.last
        said = {"ladder": ladder.title, "ladder_en": ladder.title_en, "on": on.isoformat()}
        yield problem("METHOD-037", Place(item=plan.method.id), **said)
        yield from misspelt_titles(ladder, snapshot)


def tables_for(
    context: Context, plan: Plan, snapshot: Snapshot, *, official: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the tables a plan reads, as frozen, with their content hashes.

    Results of other methods and years come from earlier runs, `<table> of runs` in the hashes: official ones only where
    the result is to be official. Where there is none and none was reported, they are not known. Titles are those that
    are valid on the period's last day. A table without any row is given where it was said that there is nothing.
    Where a firm lies and its trade are the register's where its yearly row does not say.
    """
    wanted = {*plan.contracts, *_ALWAYS}
    tables: dict[str, Any] = {}
    digests: dict[str, str] = {}
    for name in snapshot.names:
        if name in wanted and is_reported(snapshot, name, plan.period):
            tables[name] = with_columns_elsewhere(plan, context.book, name, snapshot.table(name))
            frozen = snapshot.tables.get(name)
            digests[name] = frozen.content if frozen else content_hash(tables[name], ("enterprise", "year"))
    if YEARLY in tables and REGISTER in snapshot.tables:
        said, tables[YEARLY] = tables[YEARLY], by_register(tables[YEARLY], snapshot.table(REGISTER))
        if filled := filled_digest(said, tables[YEARLY]):
            digests[f"{YEARLY} by the register"] = filled
    if TITLES in wanted and "title" in snapshot.names:
        held = titles_on(context, snapshot, plan.period.last)
        tables[TITLES] = held
        digests[f"{TITLES} on {plan.period.last}"] = content_hash(held, ("enterprise", "title"))
    for name, frame, key in earlier_results(context, plan, tables, lambda run: run.official or not official):
        if not frame.is_empty():
            tables[name], digests[f"{name}{OF_RUNS}"] = frame, content_hash(frame, key)
    return tables, digests


def titles_on(context: Context, snapshot: Snapshot, on: date) -> pl.DataFrame:
    """Return the titles that are valid on a day by the region's ladder, worked out from what was recorded of them."""
    return title_held(holdings(title_events(snapshot.table("title")), ladder_of(context.book), on))


def methods_read(plan: Plan) -> set[str]:
    """The methods whose results are inputs."""
    inputs = plan.method.inputs.values()
    streaks = {one.streak.method or plan.method.id for one in inputs if one.streak is not None}
    return streaks | {one.result.method for one in inputs if one.result is not None}


def earlier_results(
    context: Context, plan: Plan, reported: Mapping[str, Any], which: Callable[[Run], bool], subject: str = ""
) -> Iterator[tuple[str, pl.DataFrame, tuple[str, ...]]]:
    """Give the grades of the newest of some runs for every method read and year or quarter, and a year's points.

    What was reported itself goes before, and a signed result before a trial of the same year made since. With `subject`
    only that one's are read.
    """
    read = methods_read(plan)
    by_quarter = any(one.rollup is not None and one.rollup.table == QUARTERS for one in plan.method.inputs.values())
    if not read and not by_quarter:
        return
    runs = {
        (run.method_id, run.period): run
        for run in sorted(all_runs(context), key=lambda one: one.official)
        if (run.method_id in read or (by_quarter and Period.parse(run.period).kind == "quarter"))
        and not _is_same(run, plan)
        and Period.parse(run.period).last <= plan.period.last  # else two years would wait for each other's signature
        and which(run)
    }
    yearly = [run for run in runs.values() if Period.parse(run.period).kind == "year"]
    quarterly = [run for run in runs.values() if Period.parse(run.period).kind == "quarter"]
    key = ("enterprise", "year", "method")
    for table, schema, some in ((HISTORY, _HISTORY_SCHEMA, yearly), (QUARTERS, _QUARTER_SCHEMA, quarterly)):
        one_row = ("enterprise", *(name for name in ("year", "quarter", "method") if name in schema))
        found = pl.concat([pl.DataFrame(schema=schema), *(_grades(run, schema, subject) for run in some)])
        if table in reported:
            known = reported[table].select(list(schema))
            found = pl.concat([known, found.join(known, on=list(one_row), how="anti")])
        yield table, found.sort(one_row), one_row
    items = pl.concat([pl.DataFrame(schema=_ITEM_SCHEMA), *(_items(run, subject) for run in yearly)])
    yield ITEMS, items.sort(*key, "item"), (*key, "item")


def _is_same(run: Run, plan: Plan) -> bool:
    return run.method_id == plan.method.id and run.period == str(plan.period)


def _of(frame: pl.DataFrame, run: Run, subject: str) -> pl.DataFrame:
    return frame.filter(pl.col(run.subject) == subject) if subject else frame


def _grades(run: Run, schema: Mapping[str, Any], subject: str) -> pl.DataFrame:
    when = [int(run.period[:4]), *([int(run.period[-1])] if "quarter" in schema else [])]
    rows = [
        (row[run.subject], *when, run.method_id, row["grade"] or row["treated_as"], row["total"])
        for row in _of(run.result.grades, run, subject).iter_rows(named=True)
        if row["grade"] is not None or row["treated_as"] is not None  # 只评价不分档、按B类对待: B's measures are theirs
    ]
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def _items(run: Run, subject: str) -> pl.DataFrame:
    plan, rows = run.plan, []
    for row in _of(run.trace, run, subject).iter_rows(named=True):
        population = row["population"]
        for item in plan.scores(population) if population is not None else ():
            points = row.get(f"points__{item}")
            if points is not None:
                value = float(from_scaled(points, plan.scores(population)[item].digits))
                rows.append((row[run.subject], int(run.period[:4]), run.method_id, item, value))
    return pl.DataFrame(rows, schema=_ITEM_SCHEMA, orient="row")


def snapshot_of(context: Context, run: Run) -> Snapshot | None:
    """Return the snapshot a run was made on; None where the workspace no longer has it."""
    if run.snapshot in context.opened:
        return context.opened[run.snapshot]
    try:
        opened = context.opened[run.snapshot] = open_snapshot(context.workspace, run.snapshot)
        return opened
    except ProblemsError:
        return None
