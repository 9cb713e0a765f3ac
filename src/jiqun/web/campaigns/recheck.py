"""An appeal tried out: the same data but for one figure, and everybody whose grade would differ."""

from __future__ import annotations

from typing import Any

import polars as pl

from jiqun.desk.evaluating import snapshot_of, tables_for
from jiqun.desk.running import Run
from jiqun.methods import evaluate
from jiqun.values import exact, from_scaled
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.region import region

TABLE = "enterprise_year"


def recheck(run: Run, enterprise: str, year: int, field: str, value: str) -> dict[str, Any]:
    """Evaluate a run's data again with one figure changed; who moves, and how many only change their rank.

    Nothing is kept of the run itself: the figure is not in the ledger before the appeal is granted.
    """
    context, plan = region(), run.plan
    snapshot = snapshot_of(context, run)
    if snapshot is None:
        raise RefusedError("试算所用的快照已经不在。", "The snapshot of the trial run is gone.")
    tables, digests = tables_for(context, plan, snapshot)
    frame: pl.DataFrame = tables[TABLE]
    own = (pl.col("enterprise") == enterprise) & (pl.col("year") == year)
    before = frame.filter(own)
    if before.is_empty():
        raise RefusedError("这家企业没有这个年度的数据。", "The firm has no figures for the year.")
    told = pl.lit(float(exact(value))).cast(frame.schema[field])
    tables[TABLE] = frame.with_columns(pl.when(own).then(told).otherwise(pl.col(field)).alias(field))
    result = evaluate(plan, tables, engine=str(run.inputs["engine"]), digests=digests, book=run.book)
    return {"run": run.id, "was": before[field][0], **_differences(run, result.trace, enterprise)}


def _differences(run: Run, after: pl.DataFrame, enterprise: str) -> dict[str, Any]:
    subject = run.subject
    columns = [subject, "population", "total", "rank", "grade"]
    first = run.trace.select(pl.col(columns).cast(pl.String))
    second = after.select(pl.col(columns).cast(pl.String))
    joined = first.join(second, on=subject, suffix="_after", how="full", coalesce=True).sort(subject)
    own = pl.col(subject) == enterprise
    moved = joined.filter(own | pl.col("grade").ne_missing(pl.col("grade_after")))
    shifted = joined.filter(~own & pl.col("rank").ne_missing(pl.col("rank_after")))
    rows = [_row(run, one) for one in moved.iter_rows(named=True)]
    order = [name for one in run.plan.method.grades.values() for name in one.classes]
    place: dict[str | None, int] = {None: len(order), **{name: order.index(name) for name in order}}

    def pushed_out_first(one: dict[str, Any]) -> tuple[bool, int, str]:
        gain = place[one["before"]["grade"]] - place[one["after"]["grade"]]
        return one["enterprise"] != enterprise, gain, one["enterprise"]

    rows.sort(key=pushed_out_first)
    return {"rows": rows, "shifted": shifted.height, "others": sum(one["enterprise"] != enterprise for one in rows)}


def _row(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"enterprise": row[run.subject]}
    for end, name in (("", "before"), ("_after", "after")):
        population, total = row[f"population{end}"], row[f"total{end}"]
        scale = run.plan.total(population) if population is not None else None
        told[name] = {
            "grade": row[f"grade{end}"],
            "rank": row[f"rank{end}"],
            "total": None if total is None or scale is None else f"{float(from_scaled(int(total), scale.digits)):.2f}",
        }
    return told
