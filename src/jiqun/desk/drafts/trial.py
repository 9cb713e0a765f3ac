"""Trying a draft: a rule under the law now and under the draft, on the ledger of now, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiqun.desk.comparing import Compared, compare_runs
from jiqun.desk.context import Context
from jiqun.desk.drafts.drafting import draft_context
from jiqun.desk.drafts.parameter_uses import parameters_of
from jiqun.desk.drafts.parts import Basis, Files
from jiqun.desk.evaluating import Step, Wanted, evaluated, find_method, run_method
from jiqun.desk.running import Run
from jiqun.methods.runs.run import store, stored_runs
from jiqun.packs import LawBook
from jiqun.problems import ProblemsError
from jiqun.values import Period, decimal_text


@dataclass(frozen=True)
class Trial:
    """What is tried: a method (`id@edition`) under the law now and its successor under the draft, on a data year.

    `numbers` is the year whose numbers the draft is tried with; 0 for those of the data year itself.
    """

    before: str
    after: str
    period: str
    numbers: int = 0


def tried(context: Context, basis: Basis, files: Files, trial: Trial, step: Step) -> Compared:
    """Evaluate a rule under the law now and under the draft on the ledger of now; nothing of it can be signed.

    Where the law now has no numbers for the data year, the newest it has before stand in; the run names them.
    """
    there = draft_context(context, basis, files)
    period = Period.parse(trial.period)
    now = Wanted(trial.before, period, parameters=stand_ins(context, trial.before, period))
    before = run_method(context, now, step)
    numbers = {} if not trial.numbers else numbers_of(there, trial.after, date(trial.numbers, 12, 31))
    wanted = Wanted(trial.after, period, snapshot=before.snapshot, parameters=numbers or None)
    result, snapshot = evaluated(there, wanted, step, official=False)
    step("saving")
    stored = store(there.published_root / "runs", result, at=context.now, official=False, snapshot=snapshot)
    return compare_runs(there, before, Run(there, stored))


def numbers_of(context: Context, method: str, day: date) -> dict[str, str]:
    """Return the value on a day of every parameter a method reads, by id; one that has none is left out."""
    rule = find_method(context, method)
    found = {id_: _value(rule.book, id_, day) for id_ in parameters_of(rule.method, rule.book)}
    return {id_: value for id_, value in found.items() if value is not None}


def _value(book: LawBook, id_: str, day: date) -> str | None:
    try:
        return decimal_text(book.parameter(id_, on=day).value)
    except ProblemsError:
        return None


def stand_ins(context: Context, method: str, period: Period) -> dict[str, str]:
    """Return the newest earlier values of the parameters that have none for a period; empty where none is missing."""
    rule = find_method(context, method)
    found = {}
    for id_ in parameters_of(rule.method, rule.book):
        if _value(rule.book, id_, period.last) is None:
            ended = [one for one in rule.book.parameter_series(id_) if one.to and one.to < period.last]
            if ended:
                found[id_] = decimal_text(max(ended, key=lambda one: one.to or date.min).value)
    return found


def draft_run(context: Context, id_: str) -> Run | None:
    """Return the run that a try of a draft made, by its whole id; None where there is none."""
    folder = context.folder / "drafts"
    for root in sorted(folder.glob(f"*/runs/{id_}")) if id_.isalnum() and folder.is_dir() else ():
        there = Context(context.folder, published=root.parents[1])
        return next(Run(there, one) for one in stored_runs(root.parent) if one.id == id_)
    return None
