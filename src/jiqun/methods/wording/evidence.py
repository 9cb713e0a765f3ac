"""How well the documents of a rule were read, in words."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from jiqun.methods.wording.phrases import joined, say
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models import Document
from jiqun.problems import Language


def evidence_words(letter: str | None, language: Language) -> str:
    """Say the letter of an evidence with what it stands for: 转载（P）; empty where there is none."""
    return (
        "" if not letter else say("evidence.letter", language, words=say(f"evidence.{letter}", language), letter=letter)
    )


def papers_read(voice: Voice) -> str:
    """The documents that a rule's steps and numbers stand in, each with how well it was read."""
    if voice.book is None:
        return ""
    known = voice.book.documents
    ids = dict.fromkeys((voice.plan.method.document, *_cited(voice.plan.method), *_of_numbers(voice)))
    papers = [known[one] for one in ids if one is not None and one in known]
    return joined([_paper(voice, one) for one in papers], voice.language)


def _paper(voice: Voice, paper: Document) -> str:
    named = paper.number or voice.pick(paper.title, paper.title_en)
    letters = dict.fromkeys([paper.source.evidence, *(one.evidence for one in paper.clauses.values() if one.evidence)])
    own, *others = (evidence_words(one, voice.language) for one in letters)
    said = voice.say("evidence.of", document=named, evidence=own)
    return said if not others else voice.say("evidence.partly", said=said, evidence=voice.listed(others))


def _cited(part: object) -> Iterator[str]:
    """The other documents that clauses anywhere in the rule name (`document#clause`)."""
    if isinstance(part, BaseModel):
        clause = getattr(part, "clause", None)
        if isinstance(clause, str) and "#" in clause:
            yield clause.partition("#")[0]
        for name in type(part).model_fields:
            yield from _cited(getattr(part, name))
    elif isinstance(part, dict):
        for one in part.values():
            yield from _cited(one)
    elif isinstance(part, tuple):
        for one in part:
            yield from _cited(one)


def _of_numbers(voice: Voice) -> Iterator[str]:
    assert voice.book is not None
    known = voice.book.parameter_ids
    for id_ in voice.plan.rests_on:
        if id_ in known:
            yield from (one.document for one in voice.book.parameter_series(id_) if one.document)
