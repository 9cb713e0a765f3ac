"""Signing a trial: the same evaluation once more, from the same snapshot, kept as the official result."""

from __future__ import annotations

import polars as pl

from jiqun.desk.context import Context
from jiqun.desk.evaluating import OF_RUNS, Step, Wanted, evaluated, find_method, snapshot_of, tables_for
from jiqun.desk.running import Run, keep
from jiqun.methods import Result
from jiqun.methods.runs.run import SignOff
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import Period

_DIFFERENCES = {
    "method": ("办法已改动", "the method was changed"),
    "book": ("规则包已改动", "the packs were changed"),
    "tables": ("所读的以前年度结果不是正式结果", "the earlier results it reads are not official"),
    "trace": ("有企业的结果不同", "results of firms differ"),
}


def sign(context: Context, run: Run, sign_off: SignOff, step: Step) -> Run:
    """Evaluate a trial again on its snapshot and keep the result as official; the trial stays as it is.

    RUN-012 where the second evaluation is not what was looked at, RUN-011 where it is signed already, and everything
    that keeps a result from being official. An official run with the same signature is itself.
    """
    if run.official and run.sign_off == sign_off:
        return run
    ran = run.inputs
    parameters = dict(ran["parameters"]) or None
    wanted = Wanted(_edition(run), Period.parse(run.period), str(ran["engine"]), run.snapshot, parameters)
    result, snapshot = evaluated(context, wanted, step, official=True)
    found = _difference(run, result)
    if found:
        zh, en = _DIFFERENCES[found]
        raise ProblemsError([problem("RUN-012", Place(item=run.method_id), run=run.id, what_zh=zh, what_en=en)])
    step("saving")
    return keep(context, result, snapshot, sign_off)


def changed_since(context: Context, run: Run) -> str:
    """Name, without evaluating, what makes a signature certain to be refused with RUN-012; empty for nothing.

    It looks at what a second evaluation would start from: `method` the rule, `book` the law book, `tables` the earlier
    results that it reads.
    """
    period, ran = Period.parse(run.period), run.inputs
    try:
        plan = find_method(context, _edition(run), period).plan(period)
    except ProblemsError:  # the edition is there no more, or the packs do not carry it any longer
        return "method"
    if plan.method.digest != ran["method"]["digest"]:
        return "method"
    if plan.book_digest != ran["book"]:
        return "book"
    earlier = {name: content for name, content in ran["tables"].items() if name.endswith(OF_RUNS)}
    frozen = snapshot_of(context, run)
    if earlier and frozen is not None:
        _tables, digests = tables_for(context, plan, frozen, official=True)
        if earlier != {name: content for name, content in digests.items() if name.endswith(OF_RUNS)}:
            return "tables"
    return ""


def _edition(run: Run) -> str:
    return f"{run.method_id}@{run.edition}" if run.edition else run.method_id


def _difference(run: Run, result: Result) -> str:
    """Name the first thing in which the result is not the run that was looked at."""
    if result.manifest["method"]["digest"] != run.inputs["method"]["digest"]:
        return "method"
    if result.manifest["book"] != run.inputs["book"]:
        return "book"
    if dict(result.manifest["tables"]) != dict(run.inputs["tables"]):
        return "tables"
    same = result.trace.equals(_as(run.stored.trace, result.trace)) and result.moves.equals(run.stored.moves)
    return "" if same else "trace"


def _as(stored: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """A stored trace with the types of a fresh one; anything else differs anyway."""
    return stored.cast(dict(frame.schema)) if stored.columns == frame.columns else stored  # type: ignore[arg-type]
