"""The exact reading of a method: the whole population over fractions, one subject after another.

It shares no arithmetic with the columnar reading. It is the referee of rows near a rounding half, the oracle of tests,
and the re-check of one firm in an appeal.
"""

from __future__ import annotations

import polars as pl

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.benchmarks import set_benchmarks
from jiqun.methods.exact.criteria import judge
from jiqun.methods.exact.entitlements import entitle
from jiqun.methods.exact.grades import grade
from jiqun.methods.exact.member import Entitled, Member, Moved, Points, read_members
from jiqun.methods.exact.moves import move, read_listings
from jiqun.methods.exact.prepared import prepare
from jiqun.methods.exact.result import ExactResult, results
from jiqun.methods.exact.scores import score
from jiqun.methods.exact.subjects import find_members, measure, take_out
from jiqun.methods.exact.totals import add_up


def evaluate(
    plan: Plan,
    gathered: pl.DataFrame,
    *,
    previous: pl.DataFrame | None = None,
    adjustments: pl.DataFrame | None = None,
) -> dict[str, ExactResult]:
    """Evaluate all subjects of a period; see docs/reference/method-semantics.md for every step.

    `gathered` has one row per subject with every column and input; `previous` is the same for the period before (needed
    where a benchmark takes last period's cohort). Returns the results by subject.
    """
    everybody = read_members(plan, gathered.iter_rows(named=True))
    find_members(plan, everybody)
    members = [member for member in everybody if member.is_member]
    _figures(plan, members)
    set_benchmarks(plan, members, _earlier_members(plan, previous))
    score(plan, members)
    add_up(plan, members)
    set_benchmarks(plan, members, (), late=True)
    judge(plan, members)
    take_out(plan, members)
    grade(plan, everybody)
    move(plan, members, read_listings(plan, _rows(adjustments)))
    entitle(plan, members)
    return results(plan, everybody)


def _figures(plan: Plan, members: list[Member]) -> None:
    for member in members:
        measure(plan, member)
    prepare(plan, members)


def _earlier_members(plan: Plan, previous: pl.DataFrame | None) -> list[Member]:
    if plan.previous is None or previous is None:
        return []
    everybody = read_members(plan.previous, previous.iter_rows(named=True))
    find_members(plan.previous, everybody)
    members = [member for member in everybody if member.is_member]
    _figures(plan.previous, members)
    return members


def _rows(frame: pl.DataFrame | None) -> list[dict[str, object]]:
    return [] if frame is None else list(frame.iter_rows(named=True))


__all__ = ["Entitled", "ExactResult", "Moved", "Points", "evaluate"]
