"""What stands at the head of a printed rule, and its numbers that changed while it was in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jiqun.methods.wording.evidence import papers_read
from jiqun.methods.wording.numbers import number_text, with_unit
from jiqun.methods.wording.voice import Voice
from jiqun.packs import DatedValue
from jiqun.packs.models.base import Completeness, Span


def about_facts(voice: Voice) -> dict[str, str]:
    """Return the head of a rule by the keys of its phrases; what is not known is left out."""
    head, days, say = voice.plan.method, voice.in_force, voice.say
    given = [(one.parameter, one.lookup) for one in head.inputs.values()]
    dated = any(map(any, [*given, *((one.parameter, one.lookup) for one in head.benchmarks.values())]))
    since = "rule.from_open" if days.to is None else "rule.from_to"
    document = voice.clause(head.clause or "", None) if head.clause else None
    if document is None and head.document:
        document = voice.clause(f"{head.document}#")
    facts = {
        "lifecycle": say(f"lifecycle.{head.status}"),
        "completeness": say(f"completeness.{head.completeness}"),
        "edition": head.edition or "",
        "in_force": say(since, from_=days.from_, to=days.to) if days.from_ else "",
        "supersedes": voice.listed(head.supersedes),
        "successor": _successor(voice),
        "document": "" if document is None else document.name,
        "clause": "" if document is None else document.clause,
        "evidence": papers_read(voice),
        "period": str(voice.plan.period) if dated else "",
        "per": say(f"per.{head.evaluates.per}"),
        "evaluates": voice.table(head.evaluates.table),
        "working_days": _working_days(voice),
    }
    return {key: text for key, text in facts.items() if text}


def _successor(voice: Voice) -> str:
    """Say which edition took over and from when; empty where none did."""
    method, book = voice.plan.method, voice.book
    next_one = None if book is None else book.successor_of(method)
    if next_one is None:
        return ""
    return voice.say("rule.successor_from", edition=next_one.edition or "—", from_=next_one.in_force.from_)


def dated_rows(voice: Voice, titles: Mapping[str, str]) -> Iterator[tuple[str, str, str | None, Completeness]]:
    """The numbers that had several values while the rule was in force: name, the values with their days, clause, mark.

    `titles` are what the rule calls them, by the parameter's id. The page's other numbers are those of one period; held
    beside the original, a reader needs the others too.
    """
    book = voice.book
    for id_, title in titles.items() if book is not None else ():
        series = [one for one in book.parameter_series(id_) if _meet(one, voice.in_force)] if book is not None else []
        if len(series) < 2:  # noqa: PLR2004
            continue
        clauses = {one.clause for one in series}
        said = voice.joined(_told(voice, one, len(clauses) > 1) for one in series)
        completeness = max((one.certainty for one in series), key=_SURE.index)
        yield title, said, clauses.pop() if len(clauses) == 1 else None, completeness


def _working_days(voice: Voice) -> str:
    """Say of which years the working days are known, where the rule counts any."""
    calendar = voice.plan.calendar
    if calendar is None:
        return ""
    spans = [(eve.year + 1, last.year) for eve, last in calendar.known_spans()]
    years = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    return voice.say("rule.calendar_years", years=voice.listed(years))


_SURE: tuple[Completeness, ...] = ("complete", "partial", "illustrative")


def _meet(one: DatedValue, span: Span) -> bool:
    begins_in_time = one.from_ is None or span.to is None or one.from_ <= span.to
    ends_late_enough = one.to is None or span.from_ is None or one.to >= span.from_
    return begins_in_time and ends_late_enough


def _told(voice: Voice, one: DatedValue, names_clause: bool) -> str:
    said = with_unit(number_text(one.value), one.unit, voice.language)
    if one.from_ is not None or one.to is not None:
        key = "title.days_from" if one.to is None else "title.days_to" if one.from_ is None else "title.days_both"
        said += voice.say(key, from_=one.from_, to=one.to)
    clause = voice.clause(one.clause, one.document) if names_clause else None
    return said if clause is None else voice.say("dated.clause", said=said, clause=clause.clause)
