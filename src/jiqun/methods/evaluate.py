"""The whole evaluation, in the order of a method's sections, on any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

import polars as pl

from jiqun.engines import open_engine
from jiqun.methods.columns.additions import parts, written
from jiqun.methods.columns.benchmark import set_benchmarks
from jiqun.methods.columns.criteria import RESULTS, add_criteria
from jiqun.methods.columns.entitle import add_entitlements
from jiqun.methods.columns.gather import assumptions, gather
from jiqun.methods.columns.grade import add_grades, grade_words
from jiqun.methods.columns.listings import list_digests
from jiqun.methods.columns.measure import measure
from jiqun.methods.columns.members import place, take_out
from jiqun.methods.columns.move import apply_moves
from jiqun.methods.columns.prepare import prepare
from jiqun.methods.columns.score import score
from jiqun.methods.columns.tables import Tables, content_digest
from jiqun.methods.columns.total import add_up
from jiqun.methods.columns.work import ROW, STATUSES, Work
from jiqun.methods.compiling.plan import REASONS, Plan
from jiqun.methods.result import REFEREED, Result
from jiqun.packs import LawBook
from jiqun.problems import Place, Problem, problem
from jiqun.values import Period, plain, to_scaled

PARTS = ("jiqun", "polars", "duckdb", "narwhals", "pyarrow")


def evaluate(
    plan: Plan,
    tables: Mapping[str, Any],
    *,
    engine: str = "polars",
    digests: Mapping[str, str] | None = None,
    book: LawBook | None = None,
    notices: Iterable[Problem] = (),
    nothing: Mapping[str, Sequence[Period]] | None = None,
) -> Result:
    """Evaluate every subject of the plan's period.

    `tables` are Polars, pandas or Arrow frames or Parquet files by table name; a table without period column holds the
    period's rows. `digests` are the content hashes of the tables, where a snapshot knows them; otherwise what was read
    is hashed. `book` is kept for explanations; `notices` is what else is to be said of the tables, `nothing` the
    periods of which it was said that a table has no row of them (零报告). The same inputs give the same trace on every
    engine. Raises ProblemsError with every fault of the tables.
    """
    with open_engine(engine) as opened, ThreadPoolExecutor(max_workers=1) as beside:
        given = Tables(opened, plan.contracts, tables, nothing or {})
        gathered = gather(plan, given)
        if not gathered[plan.subject].is_sorted():  # none is missing and none stands twice
            gathered = gathered.sort(plan.subject)
        work = Work(plan, opened, gathered.with_row_index(ROW), given)
        earlier, last_rows = _earlier(plan, given)
        read = {"": gathered, **last_rows} if digests is None else {}
        # hashing lets other threads run, so it goes on beside the evaluation
        hashes = beside.submit(lambda: {name: content_digest(frame) for name, frame in read.items()})
        work.notices += [*notices, *given.faults, *assumptions(plan, gathered)]
        place(work)
        measure(work)
        prepare(work)
        set_benchmarks(work, earlier)
        score(work)
        add_up(work)
        set_benchmarks(work, None, late=True)
        add_criteria(work)
        take_out(work)
        add_grades(work)
        apply_moves(work)
        add_entitlements(work)
        trace = _finished(work)
        return Result(
            plan=plan,
            trace=trace,
            gathered=gathered,
            benchmarks=_benchmark_table(work),
            refereed=pl.DataFrame(sorted(work.judged), REFEREED, orient="row"),
            moves=work.moves,
            manifest=_manifest(work, trace, _digests(work, hashes.result()) if digests is None else digests),
            problems=tuple(work.notices),
            tables=tables,
            book=book,
        )


def _earlier(plan: Plan, tables: Tables) -> tuple[Work | None, dict[str, pl.DataFrame]]:
    """Members and measures of the period before, where a benchmark asks for them and the table tells periods apart.

    Beside them what was read of that period, by its name in the manifest.
    """
    before, table = plan.previous, plan.method.evaluates.table
    if before is None:
        return None, {}
    if tables.period_column(table) is None:
        tables.faults.append(problem("METHOD-029", Place(item=table), table=table, period=before.period))
        return None, {}
    gathered = gather(before, tables, cohort_only=True)
    work = Work(before, tables.engine, gathered.with_row_index(ROW), tables)
    place(work)
    measure(work)
    prepare(work)
    return work, {f" {before.period}": gathered.sort(before.subject)}


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
        columns |= {f"entitlement__{name}__asked": pl.Int64} if method.may_be_cut(name) else {}
    assuming = (name for name, one in method.inputs.items() if one.if_missing is not None)
    return columns | {f"assumed__{name}": pl.Boolean for name in assuming}


def _finished(work: Work) -> pl.DataFrame:
    """Collect the wide trace: columns in the plan's order and types, rows in the order of subjects."""
    work.settle()
    return work.table.select(
        _typed(work.table, name, kind).alias(name) for name, kind in trace_columns(work.plan).items()
    )


def _typed(table: pl.DataFrame, name: str, kind: Any) -> pl.Expr:
    """A column in the trace's type; engines hand enumerations out as texts, and an absent column is missing."""
    if name not in table.columns or table[name].null_count() == table.height:
        return pl.lit(None, pl.String).cast(kind)
    held = table.schema[name]
    if held == kind:
        return pl.col(name)
    return (pl.col(name).cast(pl.String) if isinstance(kind, pl.Enum) else pl.col(name)).cast(kind)


def _benchmark_table(work: Work) -> pl.DataFrame:
    schema = {
        "benchmark": pl.String, "cohort": pl.String, "value": pl.String, "scaled": pl.Int64, "digits": pl.Int64,
        "members": pl.Int64, "source": pl.String, "clause": pl.String,
    }  # fmt: skip
    return pl.DataFrame(work.benchmarks, schema=schema, orient="row")


def _digests(work: Work, hashes: Mapping[str, str]) -> dict[str, str]:
    """The content hashes of everything that was read: the period's rows, those of the period before where a benchmark
    asks for them, and the lists.
    """
    table = work.plan.method.evaluates.table
    return {**{f"{table}{period}": one for period, one in hashes.items()}, **list_digests(work)}


def _manifest(work: Work, trace: pl.DataFrame, digests: Mapping[str, str]) -> dict[str, Any]:
    """Everything that makes the run the same again; no clock, no machine."""
    plan, method = work.plan, work.plan.method
    statuses = {name: int((trace["status"] == name).sum()) for name in STATUSES}
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
