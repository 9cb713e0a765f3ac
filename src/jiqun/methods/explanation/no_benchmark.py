"""Why a subject has nothing to be held against: which period, statistic or table lacks what."""

from __future__ import annotations

from jiqun.methods.columns.work import MEMBER_STATUSES
from jiqun.methods.explanation.reader import Reader
from jiqun.packs.models.method import Lookup, Statistic


def why_no_benchmark(reader: Reader, name: str) -> str:
    """Say why a benchmark of the subject is missing; empty where it has one, or is not scored at all."""
    one = reader.plan.method.benchmarks[name]
    if name in reader.plan.fixed or reader.row.get(f"benchmark__{name}") is not None:
        return ""
    if reader.row["status"] not in MEMBER_STATUSES:
        return ""
    if one.lookup is not None:
        return _not_in_table(reader, one.lookup)
    return "" if one.statistic is None else _no_statistic(reader, name, one.statistic)


def _not_in_table(reader: Reader, lookup: Lookup) -> str:
    voice, key = reader.voice, reader.value(lookup.key)
    if key is None:
        return voice.say("why.no_key", names=voice.label(lookup.key))
    title = voice.parameter_title(lookup.parameter)
    return voice.say("why.not_in_table", parameter=title, key=voice.coded(lookup.key, key))


def _no_statistic(reader: Reader, name: str, one: Statistic) -> str:
    voice, plan = reader.voice, reader.plan
    unknown = [column for column in one.over if reader.value(column) is None]
    if unknown:
        return voice.say("why.no_key", names=voice.listed(map(voice.label, unknown)))
    at = plan.period if one.period == "this" else plan.previous.period if plan.previous is not None else plan.period
    measure, table = voice.label(one.measure or name), voice.table(plan.method.evaluates.table)
    said = {"period": at.words(voice.language), "measure": measure, "table": table}
    column = f"benchmark__{name}"
    if reader.trace[column].null_count() == reader.trace.height:
        return voice.say("why.no_statistic" if one.period == "this" else "why.no_earlier_rows", **said)
    if one.smallest_cohort > 1:
        return voice.say("why.too_few", count=one.smallest_cohort, **said)
    return voice.say("why.no_statistic_in_group", **said)
