"""What became of subjects between two runs: renamed, moved, of another trade, founded, split, ended, silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """One thing: `kind` is a fact (name, district, industry, scale), or founded, split, parted, ended, silent.

    With it, as it was and is: of a `split` the firm that it comes from and the day, of a `parted` one the new firms.
    """

    kind: str
    before: str = ""
    after: str = ""


def turned(context: Context, before: Run, after: Run) -> dict[str, list[Turned]]:
    """Return, by subject, what the two ledgers say of it differently; and of one in a single run why it is in no other.

    Founded: registered after the end of the earlier period; split, where the later register says from whom (分立), and
    the firm that it comes from has parted. Ended: the later register's status is another than 正常.
    Silent: neither; nothing was reported for it in the other period, or it did not belong to those evaluated.
    """
    facts = [_facts(context, run) for run in (before, after)]
    found: dict[str, list[Turned]] = {}
    for subject in facts[0].keys() & facts[1].keys():
        old, new = facts[0][subject], facts[1][subject]
        differ = [Turned(one, old[one], new[one]) for one in FACTS if old.get(one) and new.get(one) != old[one]]
        if told := [one for one in differ if one.after]:
            found[subject] = told
    found |= {subject: [told] for subject, told in _in_one(context, before, after)}
    for parent, parted in _parted(context, before, after):
        if any(parent in side for side in facts):
            found.setdefault(parent, []).append(parted)
    return found


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
        own = known.get(subject, {})
        day, parent = own.get("registered_on"), str(own.get("split_from") or "")
        if not _is_new(own, before):
            yield subject, Turned("silent")
        elif parent:
            yield subject, Turned("split", _called(known, parent), str(day))
        else:
            yield subject, Turned("founded", "", str(day))


def _parted(context: Context, before: Run, after: Run) -> Iterator[tuple[str, Turned]]:
    """Yield who parted between the two runs, with the new firms that the later one evaluates."""
    known = {} if after.subject != _FIRM else _register(context, after)
    new = set(after.trace[after.subject].cast(pl.String)) - set(before.trace[before.subject].cast(pl.String))
    children: dict[str, list[str]] = {}
    for subject in sorted(new):
        own = known.get(subject, {})
        if own.get("split_from") and _is_new(own, before):
            children.setdefault(str(own["split_from"]), []).append(_called(known, subject))
    for parent, names in sorted(children.items()):
        yield parent, Turned("parted", "", "、".join(names))


def _is_new(own: Mapping[str, object], before: Run) -> bool:
    day = own.get("registered_on")
    return isinstance(day, date) and day.year > before.plan.period.year


def _called(known: Mapping[str, Mapping[str, object]], firm: str) -> str:
    return str(known.get(firm, {}).get("name") or firm)


def _register(context: Context, run: Run) -> dict[str, dict[str, object]]:
    snapshot = snapshot_of(context, run)
    if snapshot is None or _FIRM not in snapshot.names:
        return {}
    rows = snapshot.table(_FIRM)
    known = [one for one in ("status", "registered_on", "name", "split_from") if one in rows.columns]
    return {row[_FIRM]: row for row in rows.select(_FIRM, *known).iter_rows(named=True)}
