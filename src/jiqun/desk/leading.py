"""Which stored evaluation reports and pages go by where nobody names one."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.desk.context import Context
from jiqun.desk.running import Run, all_runs
from jiqun.methods.reads import tables_of
from jiqun.problems import ProblemsError

PER_MU = "per-mu."


def is_per_mu(run: Run) -> bool:
    """Tell whether a run evaluates firms by the mu: its rule says so, or reads the land that they use."""
    return run.method_id.startswith(PER_MU) or "land_use" in tables_of(run.plan.method)


def leads(run: Run) -> tuple[bool, bool, bool, bool, str]:
    """Rank the runs that grade firms: the greatest leads.

    An evaluation by the mu comes before one of other things (a size class is a grade too), a signed one before a trial,
    a rule in force here before one that is tried or another place's; then the newest year.
    """
    is_own = run.context.book.has("method", run.method_id)
    is_in_force = is_own and run.plan.method.status == "in_force"
    return is_per_mu(run) and (is_own or run.official), run.official, is_in_force, is_own, run.period


def leading(context: Context) -> Run | None:
    """Return the leading run by the mu of a workspace, of equal ones the newest; None where there is none."""
    return max(_by_the_mu(context), key=leads, default=None)


def _by_the_mu(context: Context) -> Iterator[Run]:
    """The runs that grade firms by the mu, the newest first; without those whose rule changed since."""
    for run in reversed(all_runs(context)):
        try:
            if run.subject == "enterprise" and is_per_mu(run) and "grade" in run.trace.columns:
                yield run
        except ProblemsError:
            continue
