"""The whole evaluation, in the order of a method's sections, on any engine."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import open_engine
from jiqun.methods.additions import parts, written
from jiqun.methods.benchmark import set_benchmarks
from jiqun.methods.criteria import RESULTS, add_criteria
from jiqun.methods.entitle import add_entitlements
from jiqun.methods.gather import ascending, assumptions, gather
from jiqun.methods.grade import add_grades, grade_words
from jiqun.methods.listings import list_digests
from jiqun.methods.measure import measure
from jiqun.methods.members import place
from jiqun.methods.move import apply_moves
from jiqun.methods.plan import REASONS, Plan
from jiqun.methods.prepare import prepare
from jiqun.methods.result import Result
from jiqun.methods.score import score
from jiqun.methods.tables import Tables, content_digest
from jiqun.methods.total import add_up
from jiqun.methods.work import ROW, STATUSES, Work
from jiqun.packs import LawBook
from jiqun.problems import Place, problem
from jiqun.values import plain, to_scaled

PARTS = ("jiqun", "polars", "duckdb", "narwhals")


def evaluate(
    plan: Plan,
    tables: Mapping[str, Any],
    *,
    engine: str = "polars",
    digests: Mapping[str, str] | None = None,
    book: LawBook | None = None,
) -> Result:
    """Evaluate every subject of the plan's period.

    `tables` are Polars, pandas or Arrow frames or Parquet files by table name; a table without period column holds the
    period's rows. `digests` are the content hashes of the tables, where a snapshot knows them; otherwise what was read
    is hashed. `book` is kept for explanations. The same inputs give the same trace on every engine. Raises
    ProblemsError with every fault of the tables.
    """
    with open_engine(engine) as opened:
        given = Tables(opened, plan.contracts, tables)
        frame = gather(plan, given)
        gathered = given.engine.collect(frame)
        if not ascending(gathered[plan.subject]):
            gathered = gathered.sort(plan.subject)
        work = Work(plan, opened, opened.load(gathered.with_row_index(ROW)), gathered.height, given)
        earlier = _earlier(plan, given)
        work.notices += [*given.faults, *assumptions(plan, gathered)]
        place(work)
        measure(work)
        prepare(work)
        set_benchmarks(work, earlier)
        score(work)
        add_up(work)
        add_criteria(work)
        add_grades(work)
        apply_moves(work)
        add_entitlements(work)
        trace = _finished(work)
        return Result(
            plan=plan,
            trace=trace,
            gathered=gathered,
            benchmarks=_benchmark_table(work),
            moves=work.moves,
            manifest=_manifest(work, trace, gathered, digests),
            problems=tuple(work.notices),
            tables=tables,
            book=book,
        )


def _earlier(plan: Plan, tables: Tables) -> Work | None:
    """Members and measures of the period before, where a benchmark asks for them and the table tells periods apart."""
    before, table = plan.previous, plan.method.evaluates.table
    if before is None:
        return None
    if tables.period_column(table) is None:
        tables.faults.append(problem("METHOD-029", Place(item=table), table=table, period=before.period))
        return None
    gathered = tables.engine.collect(gather(before, tables, cohort_only=True))
    work = Work(before, tables.engine, tables.engine.load(gathered.with_row_index(ROW)), gathered.height, tables)
    place(work)
    measure(work)
    prepare(work)
    return work


# --- what comes out


def trace_columns(plan: Plan) -> dict[str, pl.DataType | type[pl.DataType]]:
    """The columns of the wide trace with their types, in order; scaled integers are Int64."""
    method = plan.method
    reasons, results, grades = pl.Enum(REASONS), pl.Enum(RESULTS), pl.Enum(grade_words(plan))
    columns: dict[str, pl.DataType | type[pl.DataType]] = {
        plan.subject: pl.String,
        "status": pl.Enum(STATUSES),
        "population": pl.Enum(plan.populations),
        "exception": pl.Enum(tuple(method.exceptions)),
        "exception_unknown": pl.Boolean,
    }
    columns |= {f"measure__{name}": pl.Int64 for name in (*method.measures, *method.prepared)}
    columns |= {f"benchmark__{name}": pl.Int64 for name in method.benchmarks if name not in plan.fixed}
    for item in plan.items():
        columns |= {f"points__{item}": pl.Int64, f"reason__{item}": reasons}
    columns |= {f"node__{name}": pl.Int64 for name in method.nodes}
    for path, total, _ in written(plan):
        for _, column, _ in parts(path, total):
            columns |= {column: pl.Int64, f"{column}__unknown": pl.Boolean}
    columns |= {"factor": pl.Int64, "total": pl.Int64}
    columns |= {f"criterion__{name}": results for name in method.criteria}
    columns |= {f"requirement__{name}": results for name in method.requirements}
    columns |= {"pool": pl.String, "rank": pl.Int64, "grade__ranked": grades, "grade": grades, "treated_as": grades}
    columns |= {"grade__reason": pl.String}
    for name in method.entitlements:
        columns |= {f"entitlement__{name}": pl.Int64, f"entitlement__{name}__state": pl.String}
    return columns | {f"assumed__{name}": pl.Boolean for name, one in method.inputs.items() if one.if_missing}


def _finished(work: Work) -> pl.DataFrame:
    """Collect the wide trace: columns in the plan's order and types, rows in the order of subjects."""
    columns = trace_columns(work.plan)
    there = set(work.frame.collect_schema().names())
    chosen = [nw.col(name) for name in columns if name in there]
    trace = work.collect(work.frame.select(*chosen))
    trace = pl.DataFrame([_typed(trace, name, kind) for name, kind in columns.items()])
    return trace if ascending(trace[work.subject]) else trace.sort(work.subject)


def _typed(trace: pl.DataFrame, name: str, kind: Any) -> pl.Series:
    """A column in the trace's type; engines hand enumerations out as texts, and an absent column is missing."""
    if name not in trace.columns or trace[name].null_count() == trace.height:
        return pl.Series(name, [None], pl.String).cast(kind).new_from_index(0, trace.height)
    if trace[name].dtype == kind:
        return trace[name]
    return (trace[name].cast(pl.String) if isinstance(kind, pl.Enum) else trace[name]).cast(kind)


def _benchmark_table(work: Work) -> pl.DataFrame:
    schema = {
        "benchmark": pl.String, "cohort": pl.String, "value": pl.String, "scaled": pl.Int64, "digits": pl.Int64,
        "members": pl.Int64, "source": pl.String, "clause": pl.String,
    }  # fmt: skip
    return pl.DataFrame(work.benchmarks, schema=schema, orient="row")


def _manifest(
    work: Work, trace: pl.DataFrame, gathered: pl.DataFrame, digests: Mapping[str, str] | None
) -> dict[str, Any]:
    """Everything that makes the run the same again; no clock, no machine."""
    plan, method = work.plan, work.plan.method
    statuses = {name: int((trace["status"] == name).sum()) for name in STATUSES}
    if digests is None:
        digests = {method.evaluates.table: content_digest(gathered), **list_digests(work)}
    return {
        "method": {
            "id": method.id,
            "edition": method.edition or "",
            "status": method.status,
            "completeness": method.completeness,
            "digest": method.digest,
        },
        "book": plan.book_digest,
        "period": str(plan.period),
        "trial": bool(plan.overrides),
        "parameters": {name: _written(value) for name, value in sorted(plan.overrides.items())},
        "tables": dict(sorted(digests.items())),
        "engine": work.engine.name,
        "versions": {name: version(name) for name in PARTS},
        "referee": {
            name: {"looked_at": looked, "changed": changed} for name, (looked, changed) in sorted(work.refereed.items())
        },
        "subjects": trace.height,
        "statuses": {name: count for name, count in statuses.items() if count},
        "problems": [{"code": one.code, "place": str(one.place), "values": dict(one.values)} for one in work.notices],
    }


def _written(value: Any) -> str:
    scaled = to_scaled(value, 12)
    return plain(scaled, 12).rstrip("0").rstrip(".")
