"""Which firm of a run is worth explaining first."""

from __future__ import annotations

import polars as pl

from jiqun.desk.running import Run


def firm_near_a_cut(run: Run) -> str:
    """Return the graded firm closest below a better class among those with a move or a score taken from the cohort.

    Where nobody has either, among all graded; the smallest id at equal distance. The choice follows from the run alone.
    """
    subject = run.subject
    moved = run.moves[subject].to_list()
    reasons = [
        pl.col(name).cast(pl.String) == "cohort_mean" for name in run.trace.columns if name.startswith("reason__")
    ]
    special = pl.col(subject).is_in(moved) | pl.any_horizontal(
        pl.lit(False), *(one.fill_null(False) for one in reasons)
    )
    lines = _distances(run)
    for wanted in (special, pl.lit(True)):
        found = lines.filter(wanted).sort("distance", subject)
        if not found.is_empty():
            return str(found[subject][0])
    return str(run.trace[subject][0])


def _distances(run: Run) -> pl.DataFrame:
    """Every graded firm below the best class of its pool with what its total lacks to the class above."""
    ranked = run.trace.filter(pl.col("grade__ranked").is_not_null() & pl.col("total").is_not_null())
    pool = [pl.col("population").cast(pl.String), pl.col("pool").cast(pl.String)]
    placed = ranked.with_columns(*pool, at=pl.col("grade__ranked").to_physical().cast(pl.Int64))
    ends = (
        placed.group_by("population", "pool", "at")
        .agg(pl.col("total").min().alias("end"))
        .with_columns(at=pl.col("at") + 1)
    )
    near = placed.join(ends, on=["population", "pool", "at"])
    return near.with_columns(distance=pl.col("end") - pl.col("total")).filter(pl.col("distance") > 0)
