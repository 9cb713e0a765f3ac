"""An appeal tried out: the same data but for one value, everybody whose grade would differ, and the exact re-check."""

from __future__ import annotations

from typing import Any

import polars as pl

from jiqun.desk.evaluating import snapshot_of, tables_for
from jiqun.desk.running import Run
from jiqun.methods import Result, evaluate
from jiqun.methods.exact import evaluate as evaluate_exactly
from jiqun.values import from_scaled
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.corrections import LAND_RECORDS, Target, corrected
from jiqun.web.region import region

_MOST_EXACT = 5000  # subjects that are worth working out over fractions while somebody waits


def recheck(run: Run, enterprise: str, target: Target, value: str) -> dict[str, Any]:
    """Evaluate a run's data again with one value changed; who moves, and how many only change their rank.

    Nothing is kept of the run itself: the value is not in the ledger before the appeal is granted. `referee` says
    whether the exact reading gives the firm the same result; it is None where there are too many firms for it.
    """
    context, plan = region(), run.plan
    snapshot = snapshot_of(context, run)
    if snapshot is None:
        raise RefusedError("试算所用的快照已经不在。", "The snapshot of the trial run is gone.")
    tables, digests = tables_for(context, plan, snapshot)
    records = {one: snapshot.table(one) for one in LAND_RECORDS if one in snapshot.tables}
    changed = corrected(tables, records, target, target.value(value))
    result = evaluate(plan, changed, engine=str(run.inputs["engine"]), digests=digests, book=run.book)
    found = _differences(run, result.trace, enterprise)
    return {"run": run.id, "was": _plain(target.now), **found, "referee": _agrees(result, changed, enterprise)}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


def _agrees(result: Result, tables: dict[str, Any], enterprise: str) -> bool | None:
    """Whether the exact reading, over fractions, gives the firm the same total, rank and grade."""
    if result.plan.previous is not None or result.gathered.height > _MOST_EXACT:
        return None
    listed = tables.get("adjustment")
    if listed is not None and "year" in listed.columns:
        listed = listed.filter(pl.col("year") == int(str(result.plan.period)[:4]))
    exactly = evaluate_exactly(result.plan, result.gathered, adjustments=listed).get(enterprise)
    own = result.trace.filter(pl.col(result.plan.subject) == enterprise)
    if exactly is None or own.is_empty():
        return None
    return all(exactly.row.get(one) == own[one][0] for one in ("total", "rank", "grade") if one in own.columns)


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
