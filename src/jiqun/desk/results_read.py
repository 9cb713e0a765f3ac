"""Where the results of other evaluations that a rule read come from: reported ones, signed ones, or trials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from jiqun.desk.context import Context
from jiqun.desk.evaluating import HISTORY, ITEMS, QUARTERLY, earlier_results, methods_read, snapshot_of
from jiqun.desk.running import Run
from jiqun.methods.columns.gather import result_of
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.wording.voice import Voice
from jiqun.packs import LawBook
from jiqun.problems import Language

Standing = Literal["reported", "signed", "trial", "untold"]
Told = Callable[[Run], bool]
_WORDS: Mapping[Standing, tuple[str, str]] = {
    "signed": ("“{method}”已签发的结果", "signed result of “{method}”"),
    "trial": ("“{method}”的试算结果，未签发", "trial of “{method}”, not signed"),
    "untold": ("“{method}”的结果未签发，不公布", "result of “{method}”, not signed and so not told"),
}


@dataclass(frozen=True)
class ResultRead:
    """A result of another rule or period that a run read of a subject: how it stands, and that in words."""

    name: str
    standing: Standing
    words: str


def results_read(
    context: Context, run: Run, subject: str, told: Told, language: Language = "zh"
) -> tuple[ResultRead, ...]:
    """Say how the results stand that a run read of a subject, to somebody who is `told` of some runs only.

    The run keeps the values and not whose they were, so each is held against what there is: it is reported where the
    ledger says the same, signed where signed results do, a trial where those do that the listener is told of. What
    fits none of them came from a run that the listener is not told of, or that is gone.
    """
    plan = run.plan
    names = [name for name, one in plan.method.inputs.items() if one.result is not None or one.streak is not None]
    row = run.gathered.filter(pl.col(run.subject) == subject)
    if not names or row.is_empty():
        return ()
    ways: tuple[tuple[Standing, Told], ...] = (
        ("reported", lambda _: False),
        ("signed", lambda one: one.official),
        ("trial", told),
    )
    known = [(standing, dict(_values(context, run, names, subject, which))) for standing, which in ways]
    return tuple(
        _read(plan, run.book, name, _standing(known, name, row[name][0]), language)
        for name in names
        if row[name][0] is not None
    )


def _standing(known: Sequence[tuple[Standing, Mapping[str, Any]]], name: str, value: Any) -> Standing:
    return next((how for how, values in known if values.get(name) == value), "untold")


def _read(plan: Plan, book: LawBook, name: str, standing: Standing, language: Language) -> ResultRead:
    one, at = plan.method.inputs[name], 0 if language == "zh" else 1
    asked = one.result.method if one.result is not None else one.streak.method if one.streak is not None else None
    title = Voice(plan, language, book).method_title(asked or plan.method.id)
    return ResultRead(name, standing, _WORDS[standing][at].format(method=title) if standing in _WORDS else "")


def _values(context: Context, run: Run, names: list[str], subject: str, which: Told) -> Iterator[tuple[str, Any]]:
    """Give what a subject's inputs would be if there were only some runs."""
    snapshot, plan = snapshot_of(context, run), run.plan
    given: dict[str, pl.DataFrame] = {}
    if snapshot is not None:
        given = {one: snapshot.table(one) for one in (HISTORY, QUARTERLY, ITEMS) if one in snapshot.names}
    if methods_read(plan):
        for table, frame, _ in earlier_results(context, plan, given, which, subject):
            if not frame.is_empty():
                given[table] = frame
    for name in names:
        yield name, result_of(plan, given, name, subject)
