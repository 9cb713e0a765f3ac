"""Words for the title that a rule leads to: how long it is valid, and what its holder owes, as the ladders say it."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.methods.wording.voice import Voice
from jiqun.packs.models import EditionRule, Ladder, LadderTitle, Span, Term, Update

Row = tuple[str, str, str | None]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def title_rows(voice: Voice) -> tuple[Row, ...]:
    """Every duty of the titles that are granted under this edition: name, content, clause (`document#id` or None).

    Of dated terms those are said that touch the days in which the edition is in force.
    """
    found = (row for ladder, title in _granted(voice) for row in _rows(voice, ladder, title))
    return tuple(dict.fromkeys(found))


def _granted(voice: Voice) -> Iterator[tuple[Ladder, LadderTitle]]:
    if voice.book is None:
        return
    head = voice.plan.method
    rules = set()
    for one in voice.book.objects("edition_rule"):
        assert isinstance(one.model, EditionRule)
        uses = {(choice.use.method, choice.use.edition or head.edition) for choice in one.model.choices}
        rules |= {one.id} if (head.id, head.edition) in uses else set()
    for one in voice.book.objects("ladder"):
        assert isinstance(one.model, Ladder)
        for rung in one.model.rungs.values():
            if rung.rule in rules and rung.holds in one.model.titles:
                yield one.model, one.model.titles[rung.holds]


def _rows(voice: Voice, ladder: Ladder, title: LadderTitle) -> Iterator[Row]:
    name = voice.pick(title.title, title.title_en)

    def row(key: str, span: Term | Update, **values: object) -> Row:
        said, days = voice.say(f"title.{key}_how", **values), _days(voice, span)
        where = f"{ladder.document}#{span.clause}" if span.clause and "#" not in span.clause else span.clause
        return voice.say(f"title.{key}", title=name), said + days, where

    for term in title.validity:
        if _touches(voice, term):
            yield row("validity", term, years=term.years)
    for update in title.updates:
        if _touches(voice, update):
            month, day = (int(part) for part in update.by.split("-"))
            when = f"{month} 月 {day} 日" if voice.language == "zh" else f"{day} {_MONTHS[month - 1]}"
            yield row("update", update, when=when)
    for term in title.barred:
        if _touches(voice, term):
            yield row("barred", term, years=term.years)


def _days(voice: Voice, span: Span) -> str:
    """The days that a term holds for, in brackets; nothing where it holds for all."""
    if span.from_ is None and span.to is None:
        return ""
    key = "to" if span.from_ is None else "from" if span.to is None else "both"
    return voice.say(f"title.days_{key}", from_=span.from_, to=span.to)


def _touches(voice: Voice, span: Span) -> bool:
    ours = voice.in_force
    before = span.to is not None and ours.from_ is not None and span.to < ours.from_
    after = span.from_ is not None and ours.to is not None and span.from_ > ours.to
    return not before and not after
