"""What became of the subjects themselves between two runs: renamed, moved, of another trade, founded, ended, silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from jiqun.desk.context import Context
from jiqun.desk.evaluating import snapshot_of
from jiqun.desk.explaining import FACTS, subject_facts
from jiqun.desk.owed import IN_OPERATION
from jiqun.desk.running import Run

_FIRM = "enterprise"


@dataclass(frozen=True)
class Turned:
    """One thing: `kind` is a fact (name, district, industry, scale), or founded, ended, silent; as it was and is."""

    kind: str
    before: str = ""
    after: str = ""


def turned(context: Context, before: Run, after: Run) -> dict[str, list[Turned]]:
    """Return, by subject, what the two ledgers say of it differently; and of one in a single run why it is in no other.

    Founded: registered after the end of the earlier period. Ended: the later register's status is another than 正常.
    Silent: neither; nothing was reported for it in the other period, or it did not belong to those evaluated.
    """
    facts = [_facts(context, run) for run in (before, after)]
    found: dict[str, list[Turned]] = {}
    for subject in facts[0].keys() & facts[1].keys():
        old, new = facts[0][subject], facts[1][subject]
        differ = [Turned(one, old[one], new[one]) for one in FACTS if old.get(one) and new.get(one) != old[one]]
        if told := [one for one in differ if one.after]:
            found[subject] = told
    return found | {subject: [told] for subject, told in _in_one(context, before, after)}


def _facts(context: Context, run: Run) -> dict[str, dict[str, str]]:
    facts = subject_facts(context, run)
    if facts is None:
        return {}
    mine = facts.filter(pl.col(run.subject).is_in(run.trace[run.subject].cast(pl.String).implode()))
    known = [one for one in FACTS if one in facts.columns]
    rows = mine.select(pl.col(run.subject, *known).cast(pl.String).fill_null("")).iter_rows(named=True)
    return {row[run.subject]: row for row in rows}


def _in_one(context: Context, before: Run, after: Run) -> Iterator[tuple[str, Turned]]:
    first, second = (set(run.trace[run.subject].cast(pl.String)) for run in (before, after))
    known = {} if after.subject != _FIRM else _register(context, after)
    for subject in first - second:
        status = str(known.get(subject, {}).get("status") or "")
        yield subject, Turned("silent") if status in ("", *IN_OPERATION) else Turned("ended", "", status)
    for subject in second - first:
        day = known.get(subject, {}).get("registered_on")
        is_new = isinstance(day, date) and day.year > before.plan.period.year
        yield subject, Turned("founded", "", str(day)) if is_new else Turned("silent")


def _register(context: Context, run: Run) -> dict[str, dict[str, object]]:
    snapshot = snapshot_of(context, run)
    if snapshot is None or _FIRM not in snapshot.names:
        return {}
    rows = snapshot.table(_FIRM)
    known = [one for one in ("status", "registered_on") if one in rows.columns]
    return {row[_FIRM]: row for row in rows.select(_FIRM, *known).iter_rows(named=True)}
